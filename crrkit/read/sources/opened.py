"""`open_source`: bring the columns of any source to an engine."""

from __future__ import annotations

from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from crrkit.ground import told as _
from crrkit.read.disk import files, lines, members_of, nested, plain, scratch, sheets, spools
from crrkit.read.engines import RAW, copied_to_engine, databases, frames, new_engine, of_table
from crrkit.read.quality import TWIN, twins
from crrkit.read.sources import beside, outside
from crrkit.read.sources.wanted import Wanted
from crrkit.read.values import Forms
from crrkit.read.words import MONEY
from crrkit.reduce import is_of_an_engine, watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import ibis.expr.types as ir

    from crrkit.read.engines import Rows


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The raw columns of a source in an engine.

    Attributes:
        table: The columns with a role, segment columns and columns to check.
        name: The display name of the source.
        columns: The column of each role.
        engine: An object to keep alive while the table is used.
        elsewhere: Whether the rows remain in a database, to which others may write.
        copied: Whether parsing fields is expensive (text, Python objects), so that the result is stored.
        is_exported: Whether the rows are of files, which may be exports that end at a limit of rows.
        cut_lines: The number of lines of a text file that could not be split into fields.
        unread: Columns without a role that should be checked, because of their names or values.
        spoken: Those of ``unread`` with a word that marks a row as not being a purchase.
        declined: Roles that, according to the user, no column has.
        notes: Notes for the user.
        doubts: Doubts that may affect every rate.
        currencies: Columns with the currency of an amount.
        has_twins: Whether the table marks rows that are equal in every column of the source.
        in_order: Whether the order of rows is meaningful, as in files and frames.
        undated: The time column whose empty cells mark the group lines of a report, which are not rows of the list.
        looked: ``customer, at`` and optionally ``kind`` of all rows, with stored intermediate results; None if the
            fields are not plain columns.
        kept_as: The name of the table of the engine that stores parsed fields, if ``copied``.
    """

    table: ir.Table
    name: str
    columns: dict[str, str]
    engine: Any
    elsewhere: bool = False
    copied: bool = False
    is_exported: bool = False
    cut_lines: int = 0
    unread: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    has_twins: bool = False
    in_order: bool = False
    undated: str | None = None
    looked: ir.Table | None = None
    kept_as: str = "crrkit_rows"


def open_source(
    source: Any,
    *,
    kind: str,
    named: Mapping[str, str | None],
    by: Sequence[str],
    forms: Forms | None = None,
) -> Opened:
    """Find the columns of any source and bring them to an engine.

    The kind of list, such as ``orders contracts events``, determines the roles; for each of them ``named`` has the
    column given by the user, None to detect it, or ``""`` for none.
    """
    if (before := _BEFORE.get()) is not None:
        return before
    declined = tuple(role for role, name in named.items() if name == "")
    wanted = Wanted(kind, named, by, forms or Forms())
    rows = databases.find(source, wanted.layout) or frames.find(source)
    if spools.is_open_file(source):
        source = spools.of_open_file(source)
    if rows is not None:
        opened = _open_rows(rows, wanted)
    else:
        opened = _open_files(source, wanted) if isinstance(source, str | Path) else _open_table(source, wanted)
    is_exported = isinstance(source, str | Path) and opened.copied
    opened = replace(opened, declined=declined, is_exported=is_exported)
    if (seen := _SEEN.get()) is not None:
        seen.append(opened)
    return opened


_SEEN: ContextVar[list[Opened] | None] = ContextVar("_SEEN", default=None)
_BEFORE: ContextVar[Opened | None] = ContextVar("_BEFORE", default=None)
_NUMBERS = count(1)


@contextmanager
def opening() -> Iterator[list[Opened]]:
    """Context manager that collects the sources opened in it, so that they can be read again."""
    seen: list[Opened] = []
    token = _SEEN.set(seen)
    try:
        yield seen
    finally:
        _SEEN.reset(token)


@contextmanager
def as_opened(opened: Opened) -> Iterator[None]:
    """Context manager in which `open_source` returns this source; fields are kept in a new table, besides the first."""
    token = _BEFORE.set(replace(opened, kept_as=f"{opened.kept_as}_{next(_NUMBERS)}"))
    try:
        yield
    finally:
        _BEFORE.reset(token)


def _open_table(source: Any, wanted: Wanted) -> Opened:
    available = frames.column_names(source)
    wanted.layout.refuse("sheet", "skip", "sep", "encoding")
    name = _("{kind} table").format(kind=type(source).__module__.split(".")[0])
    if frames.is_ibis(source):
        wanted.layout.refuse("fill_down")
        return _open_rows(of_table(source, name), wanted)
    facts = wanted.beside(wanted.find(available), available, partial(beside.of_frame, source)) | {"name": name}
    return _registered(source, wanted.read(facts), facts)


def _open_rows(rows: Rows, wanted: Wanted) -> Opened:
    """Open rows in another engine: left there if it gives the same results, else fetched."""
    facts = wanted.find(rows.columns) | {"name": rows.name}
    facts["notes"] = (*rows.notes, *facts["notes"])
    facts = _looked_beside(facts, rows, wanted)
    if rows.table is not None:
        column = outside.why_fetched(rows.table, facts["columns"], wanted.forms)
        if column is None:
            return Opened(table=rows.table, engine=rows.engine, elsewhere=True, **facts)
        facts["notes"] += (outside.fetched_note(rows.name, column),)
    engine = new_engine()
    with closing(rows):
        table = copied_to_engine(engine, rows.fetch(wanted.read(facts)))
    return Opened(table=table, engine=engine, copied=True, **facts)


def _looked_beside(facts: dict[str, Any], rows: Rows, wanted: Wanted) -> dict[str, Any]:
    """Add the columns without a role that should be checked; a note if they cannot be looked at."""
    look = rows.sample and partial(beside.of_rows, rows.sample)
    if rows.table is not None:
        look = partial(beside.of_table, rows.table)
    elif isinstance(rows.engine, pa.Table):
        look = partial(beside.of_frame, rows.engine)
    try:
        if look is not None:
            return wanted.beside(facts, rows.columns, look)
    except Exception as broken:
        if not is_of_an_engine(broken):  # else the user has no right to read some of them
            raise
    if wanted.kind not in ("orders", "events"):
        return facts
    note = _(
        "{name}: columns without a role were judged by their names only, not by what they say. If one of them marks"
        " rows that are no purchases, name it with status=."
    )
    return {**facts, "notes": (*facts["notes"], note.format(name=rows.name))}


def _registered(frame: Any, columns: Sequence[str], facts: dict[str, Any]) -> Opened:
    con = new_engine()
    is_pandas = frames.is_pandas(frame)
    rows, alike = frames.to_arrow(frame, columns), twins.row_hashes(frame) if is_pandas else None
    con.con.register(RAW, rows if alike is None else rows.append_column(TWIN, alike))
    facts |= {"copied": is_pandas, "has_twins": alike is not None, "in_order": True}
    return Opened(table=con.table(RAW), engine=con, **facts)


def _open_files(source: str | Path, wanted: Wanted) -> Opened:
    named = files.resolve(source)
    with scratch.temporary() as folder:
        whole = [spools.regular(path) for path in named]
        paths = [member for path in whole for member in members_of(path, folder)]
        form = files.one_kind(paths, source)
        name = named[0].name if len(named) == 1 else str(source)
        opened = _OPENERS[form](paths, wanted, name, folder)
        return replace(opened, notes=(*opened.notes, *files.oddities(whole, paths)))


def _open_sheets(paths: list[Path], wanted: Wanted, name: str, _folder: Path) -> Opened:
    wanted.layout.refuse("sep", "encoding")
    books = [sheets.read_sheets(path, layout=wanted.layout, fits=wanted.fits) for path in paths]
    taken = [sheet for book, _notes in books for sheet in book]
    facts = wanted.find([str(column) for column in taken[0].rows.columns]) | {"name": name}
    facts["notes"] = (*facts["notes"], *[note for _book, notes in books for note in notes])
    facts = wanted.beside(facts, [str(column) for column in taken[0].rows.columns], partial(beside.of_sheets, taken))
    columns = wanted.read(facts)
    repeated = [column for role, column in facts["columns"].items() if role not in MONEY]  # amounts are not repeated
    taken, note = sheets.with_merged_filled(taken, repeated, name=name)
    facts["notes"] += note
    return _registered(sheets.stacked(taken, columns), columns, facts)


def _open_parquet(paths: list[Path], wanted: Wanted, name: str, _folder: Path) -> Opened:
    wanted.layout.refuse("sheet", "skip", "sep", "encoding", "fill_down")
    con = new_engine(stored=paths)
    files.load_parquet(con.con, paths, name=RAW)
    watch(con, paths)
    available = con.table(RAW).columns
    facts = wanted.beside(wanted.find(available), available, partial(beside.of_parquet, con, paths))
    return Opened(name=name, engine=con, **twins.with_row_hashes(con, RAW), **facts)


def _open_json(paths: list[Path], wanted: Wanted, name: str, _folder: Path) -> Opened:
    wanted.layout.refuse("skip", "sep", "encoding")
    con = new_engine(paths)
    notes = nested.load_json(con.con, paths, name=RAW, fits=wanted.fits, under=wanted.layout.sheet)
    facts = _beside_view(con, wanted)
    facts["notes"] = (*facts["notes"], *notes)
    return Opened(name=name, engine=con, copied=True, **twins.with_row_hashes(con, RAW), **facts)


def _open_text(paths: list[Path], wanted: Wanted, name: str, folder: Path) -> Opened:
    wanted.layout.refuse("sheet")
    con = new_engine(paths)
    texts = [plain.readable(path, folder, layout=wanted.layout, fits=wanted.fits) for path in paths]
    available = lines.text_columns(con.con, texts[0])
    facts = wanted.beside(wanted.find(available), available, partial(beside.of_text, con.con, texts))
    facts["notes"] = (*facts["notes"], *[note for text in texts for note in text.notes])
    facts["cut_lines"] = lines.load_text(con.con, texts, wanted.read(facts), name=RAW, twins=TWIN)
    table = con.table(RAW)
    return Opened(table=table, name=name, engine=con, copied=True, has_twins=True, in_order=True, **facts)


def _open_arrow(paths: list[Path], wanted: Wanted, name: str, _folder: Path) -> Opened:
    wanted.layout.refuse("sheet", "skip", "sep", "encoding", "fill_down")
    con = new_engine()
    con.con.register(RAW, files.read_arrow(paths))
    facts = _beside_view(con, wanted)
    return Opened(name=name, engine=con, **twins.with_row_hashes(con, RAW), **facts)


def _beside_view(con: Any, wanted: Wanted) -> dict[str, Any]:
    available = con.table(RAW).columns
    return wanted.beside(wanted.find(available), available, partial(beside.of_view, con))


_OPENERS = {
    "arrow": _open_arrow,
    "spreadsheet": _open_sheets,
    "parquet": _open_parquet,
    "json": _open_json,
    "text": _open_text,
}
