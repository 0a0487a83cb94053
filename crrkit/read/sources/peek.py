"""The column names of a source of any kind, without reading its rows."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from crrkit.ground import InputError, told as _
from crrkit.read.disk import Layout, files, lines, members_of, nested, plain, scratch, sheets, spools
from crrkit.read.engines import databases, frames
from crrkit.read.words import has_list_columns, has_time_column

if TYPE_CHECKING:
    from crrkit.read.disk import Fits


def columns_of(
    source: Any,
    layout: Layout | None = None,
    *,
    fits: Fits = lambda names: has_time_column(names) or has_list_columns(names),
) -> list[str]:
    """Return the column names of a source, in their order.

    Of several files the first is used; ``fits`` tells whether a line of it is the header.

    Raises:
        InputError: If the source can be read only once.
        SourceError: If there is no such source, or it cannot be read as a table.
    """
    if frames.is_read_once(source) or spools.is_open_file(source):
        message = _("{given} can be read only once, and a look at it would use it up. Give a file, a frame or a list.")
        raise InputError(message.format(given=type(source).__name__), argument="source")
    layout = layout or Layout()
    rows = databases.find(source, layout) or frames.find(source)
    if rows is not None:
        with closing(rows):
            return rows.columns
    return _in_file(source, layout, fits) if isinstance(source, str | Path) else frames.column_names(source)


def _in_file(source: str | Path, layout: Layout, fits: Fits) -> list[str]:
    path = spools.regular(files.resolve(source)[0])
    with duckdb.connect() as engine, scratch.temporary() as folder:
        path = members_of(path, folder)[0]
        kind = files.kind_of(path)
        if kind == "spreadsheet":
            return [str(name) for name in sheets.read_sheets(path, layout=layout, fits=fits)[0][0].rows.columns]
        if kind == "text":
            return lines.text_columns(engine, plain.readable(path, folder, layout=layout, fits=fits))
        if kind == "arrow":
            return list(files.read_arrow([path]).column_names)
        if kind == "json":
            nested.load_json(engine, [path], name="peeked", fits=fits, under=layout.sheet)
        else:
            files.load_parquet(engine, [path], name="peeked")
        return [str(row[0]) for row in engine.execute("DESCRIBE peeked").fetchall()]
