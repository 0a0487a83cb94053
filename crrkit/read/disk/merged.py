"""Properties of sheets that cell values do not show: merged cells, hidden rows and columns."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

from crrkit.ground import told as _, told_number as format_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pandas as pd

HIDDEN_ROWS = re.compile(
    rb'<row [^>]*\bhidden="(?:1|true)"|<table:table-row [^>]*table:visibility="(?:collapse|filter)"'
)
HIDDEN_COLUMNS = re.compile(
    rb'<col [^>]*\bhidden="(?:1|true)"|<table:table-column [^>]*table:visibility="(?:collapse|filter)"'
)
Span = tuple[int, int, int]  # the first and the last row of a cell, and its column


def spans_of(path: Path, sheet: str) -> list[Span]:
    """Return the cells merged over several rows; only the first of these has the value."""
    import python_calamine

    ranges = python_calamine.load_workbook(str(path)).get_sheet_by_name(sheet).merged_cell_ranges or []
    return [(first, last, column) for (first, column), (last, _column) in ranges if last > first]


def placed(spans: Sequence[Span], cells: pd.DataFrame) -> Iterator[Span]:
    """Yield the spans by position in a frame from which empty rows and columns were dropped."""
    columns = [int(label) for label in cells.columns]
    for first, last, column in spans:
        rows = [place for place, label in enumerate(cells.index) if first <= label <= last]
        if rows and column in columns:
            yield rows[0], rows[-1], columns.index(column)


def filled(rows: pd.DataFrame, spans: Sequence[Span], columns: Sequence[str]) -> tuple[pd.DataFrame, int]:
    """Return the rows with merged cells filled in the given columns, and the number of cells filled."""
    names = {str(name).casefold() for name in columns}
    values, n = rows.to_numpy(dtype=object, copy=True), 0
    for first, last, column in spans:
        if str(rows.columns[column]).casefold() in names:
            values[first + 1 : last + 1, column] = values[first, column]
            n += last - first
    return (type(rows)(values, index=rows.index, columns=rows.columns), n) if n else (rows, 0)


def merged_note(name: str, n: int) -> tuple[str, ...]:
    """Return the note on filled cells."""
    note = _("{name}: cells merged over several rows, whose value was taken for each row: {n}.")
    return (note.format(name=name, n=format_number(n)),) if n else ()


def hidden_notes(path: Path) -> tuple[str, ...]:
    """Return the notes on hidden rows and columns, also by a filter, which are read like others."""
    if not zipfile.is_zipfile(path):
        return ()
    with zipfile.ZipFile(path) as book:
        names = [name for name in book.namelist() if name.startswith("xl/worksheets/") or name == "content.xml"]
        pages = [book.read(name) for name in names]
    rows, columns = (sum(len(look.findall(page)) for page in pages) for look in (HIDDEN_ROWS, HIDDEN_COLUMNS))
    row = _("{name}: hidden rows, which are read like the others: {n}. Delete them first if they should not count.")
    column = _("{name}: hidden columns, which are read like the others: {n}.")
    return tuple(note.format(name=path.name, n=format_number(n)) for note, n in ((row, rows), (column, columns)) if n)
