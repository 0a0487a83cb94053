"""Workbooks, with each cell as text as it was entered, and what cell values do not show: merged and hidden cells."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, NamedTuple

from crrkit.ground import InputError, MissingDependencyError, ntold as ngettext, told as _, told_number
from crrkit.read.disk.files import bad, first_line, is_markup
from crrkit.read.disk.layout import Layout, check_part, heads_note, joined, names_at
from crrkit.read.disk.markup import pages_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from crrkit.read.disk.layout import Fits, Heads
    from crrkit.read.disk.markup import Span

ERROR = re.compile(rb'<c [^>]*t="e"')
NO_RESULT = re.compile(rb"(?:</f>|<f(?: [^>]*)?/>)(?:<v ?/>|<v></v>)?</c>")
HIDDEN_ROWS = re.compile(
    rb'<row [^>]*\bhidden="(?:1|true)"|<table:table-row [^>]*table:visibility="(?:collapse|filter)"'
)
HIDDEN_COLUMNS = re.compile(
    rb'<col [^>]*\bhidden="(?:1|true)"|<table:table-column [^>]*table:visibility="(?:collapse|filter)"'
)


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
    merged = {name: spans[name] if spans else _spans_of(path, name) for name, _cells in pages}
    sheets = [_under_names(name, cells, merged[name], layout, fits) for name, cells in pages]
    if not sheets:
        raise bad(path, _("is empty. A table with a line of column names and at least one row is needed."))
    taken = [sheet for sheet in sheets if fits(list(sheet.rows.columns)) and len(sheet.rows)] or sheets[:1]
    return taken, (*_notes(path, sheets, taken), *_notes_on_cells(path))


def sheet_names(path: Path) -> list[str]:
    """Return the names of the sheets of a workbook, in their order."""
    return list(_book(path))


def stacked(sheets: Sequence[Sheet], wanted: Sequence[str]) -> pd.DataFrame:
    """Concatenate the needed columns of all sheets."""
    import pandas as pd

    frames = []
    for sheet in sheets:
        check_part(sheet.name, list(sheet.rows.columns), wanted, beside=sheets[0].name)
        spelled = {str(name).casefold(): place for place, name in enumerate(sheet.rows.columns)}
        columns = [sheet.rows.iloc[:, spelled[name.casefold()]] for name in wanted]
        frames.append(pd.concat(columns, axis="columns", keys=list(wanted)))
    return pd.concat(frames, ignore_index=True)


def with_merged_filled(
    sheets: Sequence[Sheet], columns: Sequence[str], *, name: str
) -> tuple[list[Sheet], tuple[str, ...]]:
    """Return the sheets with merged cells filled in the given columns, and a note on the cells filled."""
    import pandas as pd

    names = {column.casefold() for column in columns}
    whole, n = [], 0
    for sheet in sheets:
        values = sheet.rows.to_numpy(dtype=object, copy=True)
        for first, last, column in sheet.merged:
            if str(sheet.rows.columns[column]).casefold() in names:
                values[first + 1 : last + 1, column] = values[first, column]
                n += last - first
        whole.append(sheet._replace(rows=pd.DataFrame(values, index=sheet.rows.index, columns=sheet.rows.columns)))
    note = _("{name}: cells merged over several rows, whose value was taken for each row: {n}.")
    return (whole, (note.format(name=name, n=told_number(n)),)) if n else (list(sheets), ())


def _spans_of(path: Path, sheet: str) -> list[Span]:
    """Return the cells merged over several rows; only the first of these has the value."""
    import python_calamine

    ranges = python_calamine.load_workbook(str(path)).get_sheet_by_name(sheet).merged_cell_ranges or []
    return [(first, last, column) for (first, column), (last, _column) in ranges if last > first]


def _placed(spans: Sequence[Span], cells: pd.DataFrame) -> Iterator[Span]:
    """Yield the spans by position in a frame from which empty rows and columns were dropped."""
    columns = [int(label) for label in cells.columns]
    for first, last, column in spans:
        rows = [place for place, label in enumerate(cells.index) if first <= label <= last]
        if rows and column in columns:
            yield rows[0], rows[-1], columns.index(column)


def _book(path: Path) -> dict[str, pd.DataFrame]:
    import pandas as pd

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
    if sheet is not None and sheet not in pages:
        message = _("sheet={sheet!r} is not a sheet of the spreadsheet. Its sheets are {names}.")
        raise InputError(message.format(sheet=sheet, names=", ".join(pages)), argument="sheet", given=sheet)
    wanted = {name: cells for name, cells in pages.items() if sheet in (None, name)}
    return [(name, cells.dropna(how="all").dropna(how="all", axis="columns")) for name, cells in wanted.items()]


def _under_names(name: str, cells: pd.DataFrame, spans: Sequence[Span], layout: Layout, fits: Fits) -> Sheet:
    """Return the rows below the header, whose names may include duplicates."""
    import pandas as pd

    if layout.skip is not None:
        cells = cells.loc[layout.skip :]
    if not len(cells):
        return Sheet(name, pd.DataFrame())
    heads = [["" if cell is None else str(cell) for cell in row] for row in cells.head(60).to_numpy()]
    over = joined(heads, fits) if layout.skip is None else None
    place = names_at(heads, fits) if over is None else over.place
    names = heads[place] if over is None else over.names
    below = cells.iloc[place + (1 if over is None else over.lines) :]
    rows = below.set_axis(names, axis="columns").reset_index(drop=True)
    return Sheet(name, rows, place if layout.skip is None else 0, tuple(_placed(spans, below)), over)


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


def _notes_on_cells(path: Path) -> tuple[str, ...]:
    """Return the notes on cells that were read as empty, and on hidden rows and columns, which are read like others."""
    if not zipfile.is_zipfile(path):
        return ()
    notes = {
        ERROR: _("{name}: cells with an error such as #N/A, which were read as empty: {n}."),
        NO_RESULT: _(
            "{name}: formulas without a result, which were read as empty: {n}. Open the file and save it again."
        ),
        HIDDEN_ROWS: _(
            "{name}: hidden rows, which are read like the others: {n}. Delete them first if they should not count."
        ),
        HIDDEN_COLUMNS: _("{name}: hidden columns, which are read like the others: {n}."),
    }
    with zipfile.ZipFile(path) as book:
        names = [name for name in book.namelist() if name.startswith("xl/worksheets/") or name == "content.xml"]
        pages = [book.read(name) for name in names]
    counts = {look: sum(len(look.findall(page)) for page in pages) for look in notes}
    return tuple(notes[look].format(name=path.name, n=told_number(n)) for look, n in counts.items() if n)


def _told(sheet: Sheet) -> str:
    rows = ngettext("{n} row", "{n} rows", len(sheet.rows)).format(n=told_number(len(sheet.rows)))
    return f"{sheet.name!r} ({rows})"
