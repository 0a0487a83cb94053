"""Column names of a file, without reading its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from crrkit.read.disk import Layout, files, lines, members_of, nested, plain, read_arrow, scratch, sheets, spools
from crrkit.read.words import has_time_column

if TYPE_CHECKING:
    from pathlib import Path

    from crrkit.read.disk import Fits


def column_names(source: str | Path, *, layout: Layout | None = None, fits: Fits = has_time_column) -> list[str]:
    """Return the column names of a file, in their order.

    Args:
        source: A path or pattern, as for `read_orders`; of several files the first is used.
        layout: The position of the table in its file, if given by the user.
        fits: A function that returns whether a line is the header.

    Raises:
        SourceError: If there is no such file, or it cannot be read as a table.
    """
    path = spools.regular(files.resolve(source)[0])
    with duckdb.connect() as engine, scratch.temporary() as folder:
        path = members_of(path, folder)[0]
        kind = files.kind_of(path)
        if kind == "spreadsheet":
            return [str(name) for name in sheets.read_sheets(path, layout=layout, fits=fits)[0][0].rows.columns]
        if kind == "text":
            return lines.text_columns(engine, plain.readable(path, folder, layout=layout or Layout(), fits=fits))
        if kind == "arrow":
            return list(read_arrow([path]).column_names)
        if kind == "json":
            nested.load_json(engine, [path], name="peeked", fits=fits, under=layout.sheet if layout else None)
        else:
            files.load_parquet(engine, [path], name="peeked")
        return [str(row[0]) for row in engine.execute("DESCRIBE peeked").fetchall()]
