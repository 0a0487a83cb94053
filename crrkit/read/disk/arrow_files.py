"""Arrow (Feather) files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow import ipc

from crrkit.ground import told as _
from crrkit.read.disk.files import bad, first_line

if TYPE_CHECKING:
    from pathlib import Path


def read_arrow(paths: list[Path]) -> pa.Table:
    """Return the rows of Arrow files, in the file or the stream format.

    Raises:
        SourceError: If a file is not an Arrow file, or the files have different columns.
    """
    tables = [_rows(path) for path in paths]
    for path, table in zip(paths, tables, strict=True):
        if table.schema != tables[0].schema:
            what = _("has other columns than {beside}, or of other types. Give them the same, or leave it out.")
            raise bad(path, what.format(beside=paths[0].name))
    return pa.concat_tables(tables)


def _rows(path: Path) -> pa.Table:
    try:
        source = pa.OSFile(str(path))  # not memory-mapped: truncation of a mapped file would kill the process
        if source.read(6) == b"ARROW1":
            return ipc.open_file(source).read_all()
        source.seek(0)
        return ipc.open_stream(source).read_all()
    except (pa.ArrowException, OSError) as broken:
        raise bad(path, _("cannot be read to its end ({why}).").format(why=first_line(broken))) from broken
