"""Workbooks, with each cell as text as it was entered."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from crrkit.ground import InputError, MissingDependencyError, ntold as ngettext, told as _, told_number as format_number
from crrkit.read.disk.files import bad, first_line
from crrkit.read.disk.heads import heads_note, joined
from crrkit.read.disk.layout import Layout, names_at
from crrkit.read.disk.markup import pages_of
from crrkit.read.disk.merged import hidden_notes, placed, spans_of
from crrkit.read.disk.pages import is_markup
from crrkit.read.disk.parts import check_part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from crrkit.read.disk.heads import Heads
    from crrkit.read.disk.layout import Fits
    from crrkit.read.disk.merged import Span


ERROR = re.compile(rb'<c [^>]*t="e"')
NO_RESULT = re.compile(rb"(?:</f>|<f(?: [^>]*)?/>)(?:<v ?/>|<v></v>)?</c>")


class Sheet(NamedTuple):
    """The rows of one sheet under their header, its ``name``, and the cells ``merged`` over several rows."""

    name: str
    rows: pd.DataFrame
    above: int = 0
    merged: tuple[Span, ...] = ()
    heads: Heads | None = None


def read_sheets(
    path: Path, *, layout: Layout | None = None, fits: Fits = lambda _names: True
) -> tuple[list[Sheet], tuple[str, ...]]:
    """Return the sheets that have the needed columns, and notes on these and the others.

    Text is not converted: 0101 is not 101, nor 1E2 a hundred. If no sheet has the columns, the first with a table is
    returned.
    """
    layout = layout or Layout()
    spans = {page.name: page.spans for page in pages_of(path)} if is_markup(path) else {}
    pages = [(name, cells) for name, cells in _cells(path, layout.sheet) if len(cells)]
    merged = {name: spans[name] if spans else spans_of(path, name) for name, _cells in pages}
    sheets = [_under_names(name, cells, merged[name], layout, fits) for name, cells in pages]
    if not sheets:
        raise bad(path, _("is empty. A table with a line of column names and at least one row is needed."))
    taken = [sheet for sheet in sheets if fits(list(sheet.rows.columns)) and len(sheet.rows)] or sheets[:1]
    return taken, (*_notes(path, sheets, taken), *_cells_without_value(path), *hidden_notes(path))


def sheet_names(path: Path) -> list[str]:
    """Return the names of the sheets of a workbook, in their order."""
    return list(_book(path))


def stacked(sheets: Sequence[Sheet], wanted: Sequence[str]) -> pd.DataFrame:
    """Concatenate the needed columns of all sheets."""
    frames = []
    for sheet in sheets:
        check_part(sheet.name, list(sheet.rows.columns), wanted, beside=sheets[0].name)
        spelled = {str(name).casefold(): place for place, name in enumerate(sheet.rows.columns)}
        columns = [sheet.rows.iloc[:, spelled[name.casefold()]] for name in wanted]
        frames.append(pd.concat(columns, axis="columns", keys=list(wanted)))
    return pd.concat(frames, ignore_index=True)


def _book(path: Path) -> dict[str, pd.DataFrame]:
    if is_markup(path):
        tables = {page.name: page.cells() for page in pages_of(path)}
        if not tables:
            what = _("is a web page or XML without a table. Open it in a spreadsheet and save it as CSV or .xlsx.")
            raise bad(path, what)
        return tables
    try:
        book = pd.read_excel(path, sheet_name=None, engine="calamine", header=None, dtype=object, na_filter=False)
    except ImportError as missing:
        text = _("Reading {name} needs python-calamine. Install it with: pip install 'crrkit[excel]'")
        raise MissingDependencyError(text.format(name=path.name)) from missing
    except Exception as broken:  # each spreadsheet library has its own exceptions
        raise bad(path, _("is not a spreadsheet that can be read ({why}).").format(why=first_line(broken))) from broken
    return {str(name): cells.replace("", None) for name, cells in book.items()}


def _cells(path: Path, sheet: str | None) -> list[tuple[str, pd.DataFrame]]:
    pages = _book(path)
    _check_sheet(sheet, list(pages))
    wanted = {name: cells for name, cells in pages.items() if sheet in (None, name)}
    return [(name, cells.dropna(how="all").dropna(how="all", axis="columns")) for name, cells in wanted.items()]


def _check_sheet(sheet: str | None, names: list[str]) -> None:
    if sheet is not None and sheet not in names:
        message = _("sheet={sheet!r} is no sheet of the spreadsheet. Its sheets are {names}.")
        raise InputError(message.format(sheet=sheet, names=", ".join(names)), argument="sheet", given=sheet)


def _under_names(name: str, cells: pd.DataFrame, spans: Sequence[Span], layout: Layout, fits: Fits) -> Sheet:
    """Return the rows below the header, whose names may include duplicates."""
    if layout.skip is not None:
        cells = cells.loc[layout.skip :]
    if not len(cells):
        return Sheet(name, pd.DataFrame())
    heads = [["" if cell is None else str(cell) for cell in row] for row in cells.head(60).to_numpy()]
    over = joined(heads, fits) if layout.skip is None else None
    place = names_at(heads, fits, None) if over is None else over.place
    names = heads[place] if over is None else over.names
    below = cells.iloc[place + (1 if over is None else over.lines) :]
    rows = below.set_axis(names, axis="columns").reset_index(drop=True)
    return Sheet(name, rows, place if layout.skip is None else 0, tuple(placed(spans, below)), over)


def _notes(path: Path, sheets: list[Sheet], taken: list[Sheet]) -> tuple[str, ...]:
    notes = []
    if len(taken) > 1:
        note = _("{name}: read together from {n} {n:sheet|sheets}: {sheets}. Use sheet= for one of them.")
        listed = ", ".join(_told(sheet) for sheet in taken)
        notes.append(note.format(name=path.name, n=len(taken), sheets=listed))
    left = [sheet for sheet in sheets if not any(sheet is one for one in taken)]
    if left:
        note = _("{name}: not read, because the columns are missing: {sheets}. Use sheet= to read one.")
        notes.append(note.format(name=path.name, sheets=", ".join(_told(sheet) for sheet in left)))
    lower = [sheet for sheet in taken if sheet.above]
    if lower:
        note = _("{name}: the names of the columns stand below a title on {sheets}; what is above was left out.")
        notes.append(note.format(name=path.name, sheets=", ".join(repr(sheet.name) for sheet in lower)))
    return (*notes, *[heads_note(path.name, sheet.heads) for sheet in taken if sheet.heads is not None])


def _cells_without_value(path: Path) -> tuple[str, ...]:
    """Return the notes on errors such as #N/A and formulas without a stored value, which are read as empty cells."""
    if not zipfile.is_zipfile(path):
        return ()
    with zipfile.ZipFile(path) as book:
        pages = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/")]
    errors = sum(len(ERROR.findall(page)) for page in pages)
    formulas = sum(len(NO_RESULT.findall(page)) for page in pages)
    error = _("{name}: cells with an error such as #N/A, which were read as empty: {n}.")
    formula = _("{name}: formulas without a result, which were read as empty: {n}. Open the file and save it again.")
    found = [(error, errors), (formula, formulas)]
    return tuple(note.format(name=path.name, n=format_number(n)) for note, n in found if n)


def _told(sheet: Sheet) -> str:
    rows = ngettext("{n} row", "{n} rows", len(sheet.rows)).format(n=format_number(len(sheet.rows)))
    return f"{sheet.name!r} ({rows})"
