"""Opening a source: its columns in an engine, whatever it was."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from crrkit.ground import InputError, SourceError, told as _
from crrkit.read.disk import files, lines, members_of, merged, nested, plain, read_arrow, scratch, sheets, spools
from crrkit.read.engines import brought, databases, frames, new_engine, of_table, records
from crrkit.read.quality import TWIN, is_of_currencies, statuses, suspects, twins
from crrkit.read.sources import again, outside
from crrkit.read.values import Forms
from crrkit.read.words import (
    INTERNAL,
    MONEY,
    RESERVED,
    amount_note,
    are_names_of,
    find_columns,
    request_beside_end,
    settle_columns,
)
from crrkit.reduce import watch

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    import ibis.expr.types as ir

    from crrkit.read.disk import Layout
    from crrkit.read.engines import Rows

ALLOWED_MONEY: tuple[set[str], ...] = (set(), {"amount"}, {"amount", "quantity"}, {"quantity", "price"})


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The raw columns of a source in an engine.

    Attributes:
        table: The columns that were named, found or segment.
        name: What to call the source in print.
        columns: The column for each role.
        engine: What must stay alive while the table is used.
        copied: Whether reading fields again is dear (text, Python objects), so that they are read once and kept.
        cut_lines: Lines of a text file that could not be split into fields.
        unread: Columns that hold no role, and whose names say that they should be looked at.
        declined: Roles of which the user said that no column holds them.
        notes: What a reader should know.
        doubts: What may make every rate another number.
        currencies: Columns that say in which currency an amount is.
        has_twins: Whether the table tells rows that are alike in every column of the source.
        in_order: Whether a row belongs where it stands, as in files and frames.
        undated: The column of times whose empty cells mark the lines of a report that are no rows of a list.
        kept_as: The table of the engine that keeps the fields where reading them again is dear.
    """

    table: ir.Table
    name: str
    columns: dict[str, str]
    engine: Any
    copied: bool = False
    cut_lines: int = 0
    unread: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    has_twins: bool = False
    in_order: bool = False
    undated: str | None = None
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

    Args:
        source: A path or pattern, a frame of a known library, a DuckDB relation or an Ibis table.
        kind: ``orders contracts`` or ``events``: which roles there are.
        named: The column that the user gave for each role, or None, or ``""`` for none.
        by: Segment columns.
        forms: What the user said of how the source is written.
    """
    before: Opened | None = again.opened_before()
    if before is not None:
        return before
    declined = tuple(role for role, name in named.items() if name == "")
    wanted = Wanted(kind, named, by, forms or Forms())
    rows = databases.find(source, wanted.layout) or records.find(source)
    if spools.is_open_file(source):
        source = spools.of_open_file(source)
    if rows is not None:
        opened = _open_rows(rows, wanted)
    else:
        opened = _open_files(source, wanted) if isinstance(source, str | Path) else _open_table(source, wanted)
    return again.remembered(replace(opened, declined=declined))


class Wanted(NamedTuple):
    """What is looked for in a source, and where."""

    kind: str
    named: Mapping[str, str | None]
    by: Sequence[str]
    forms: Forms

    @property
    def layout(self) -> Layout:
        """Where the table stands in its source."""
        return self.forms.layout

    def find(self, available: Sequence[str]) -> dict[str, Any]:
        """The columns, or the refusal of a table that has not got them."""
        return _find(available, self.kind, self.named, self.by)

    def fits(self, names: Sequence[str]) -> bool:
        """Whether these are the names of such a table."""
        return are_names_of(self.kind, self.named, available=names, by=self.by)

    def read(self, found: Mapping[str, Any]) -> list[str]:
        """Every column that is looked at."""
        return list(dict.fromkeys([*found["columns"].values(), *self.by, *found["unread"], *found["currencies"]]))


def _open_table(source: Any, wanted: Wanted) -> Opened:
    available = frames.column_names(source)
    wanted.layout.refuse("sheet", "skip", "sep", "encoding")
    name = _("{kind} table").format(kind=type(source).__module__.split(".")[0])
    if frames.is_ibis(source):
        wanted.layout.refuse("fill_down")
        return _open_rows(of_table(source, name), wanted)
    facts = wanted.find(available) | {"name": name}
    return _registered(source, wanted.read(facts), facts)


def _open_rows(rows: Rows, wanted: Wanted) -> Opened:
    """Rows in another engine, left there where it counts them as this one would, else fetched."""
    facts = wanted.find(rows.columns) | {"name": rows.name}
    facts["notes"] = (*rows.notes, *facts["notes"])
    if rows.table is not None:
        column = outside.why_fetched(rows.table, facts["columns"], wanted.forms)
        if column is None:
            return Opened(table=rows.table, engine=rows.engine, **facts)
        facts["notes"] += (outside.fetched_note(rows.name, column),)
    engine = new_engine()
    with closing(rows):
        table = brought(engine, rows.fetch(wanted.read(facts)))
    return Opened(table=table, engine=engine, copied=True, **facts)


def _registered(frame: Any, columns: Sequence[str], facts: dict[str, Any]) -> Opened:
    con = new_engine()
    rows, alike = frames.to_arrow(frame, columns), twins.of_frame(frame)
    con.con.register("crrkit_raw", rows if alike is None else rows.append_column(TWIN, alike))
    facts |= {"copied": isinstance(frame, pd.DataFrame), "has_twins": alike is not None, "in_order": True}
    return Opened(table=con.table("crrkit_raw"), engine=con, **facts)


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
    columns = wanted.read(facts)
    repeated = [column for role, column in facts["columns"].items() if role not in MONEY]  # a sum is not of each row
    whole = [merged.filled(sheet.rows, sheet.merged, repeated) for sheet in taken]
    taken = [sheet._replace(rows=rows) for sheet, (rows, _n) in zip(taken, whole, strict=True)]
    facts["notes"] += merged.merged_note(name, sum(n for _rows, n in whole))
    return _registered(sheets.stacked(taken, columns), columns, facts)


def _open_parquet(paths: list[Path], wanted: Wanted, name: str, _folder: Path) -> Opened:
    wanted.layout.refuse("sheet", "skip", "sep", "encoding", "fill_down")
    con = new_engine()
    files.load_parquet(con.con, paths, name="crrkit_raw")
    watch(con, paths)
    facts = wanted.find(con.table("crrkit_raw").columns)
    return Opened(name=name, engine=con, **twins.told_apart(con, "crrkit_raw"), **facts)


def _open_json(paths: list[Path], wanted: Wanted, name: str, _folder: Path) -> Opened:
    wanted.layout.refuse("skip", "sep", "encoding")
    con = new_engine(paths)
    notes = nested.load_json(con.con, paths, name="crrkit_raw", fits=wanted.fits, under=wanted.layout.sheet)
    facts = wanted.find(con.table("crrkit_raw").columns)
    facts["notes"] = (*facts["notes"], *notes)
    return Opened(name=name, engine=con, copied=True, **twins.told_apart(con, "crrkit_raw"), **facts)


def _open_text(paths: list[Path], wanted: Wanted, name: str, folder: Path) -> Opened:
    wanted.layout.refuse("sheet")
    con = new_engine(paths)
    texts = [plain.readable(path, folder, layout=wanted.layout, fits=wanted.fits) for path in paths]
    facts = wanted.find(lines.text_columns(con.con, texts[0]))
    facts["notes"] = (*facts["notes"], *[note for text in texts for note in text.notes])
    facts["cut_lines"] = lines.load_text(con.con, texts, wanted.read(facts), name="crrkit_raw", twins=TWIN)
    table = con.table("crrkit_raw")
    return Opened(table=table, name=name, engine=con, copied=True, has_twins=True, in_order=True, **facts)


def _open_arrow(paths: list[Path], wanted: Wanted, name: str, _folder: Path) -> Opened:
    wanted.layout.refuse("sheet", "skip", "sep", "encoding", "fill_down")
    con = new_engine()
    con.con.register("crrkit_file", read_arrow(paths))
    con.con.execute("CREATE VIEW crrkit_raw AS SELECT * FROM crrkit_file").fetchall()
    facts = wanted.find(con.table("crrkit_raw").columns)
    return Opened(name=name, engine=con, **twins.told_apart(con, "crrkit_raw"), **facts)


_OPENERS = {
    "arrow": _open_arrow,
    "spreadsheet": _open_sheets,
    "parquet": _open_parquet,
    "json": _open_json,
    "text": _open_text,
}


def _find(available: Sequence[str], kind: str, named: Mapping[str, str | None], by: Sequence[str]) -> dict[str, Any]:
    """The column of each role, those without one that should be looked at, and what to know about the choice."""
    given = {role for role, name in named.items() if name}
    if given & {"amount", "quantity", "price"} not in ALLOWED_MONEY:
        message = _("quantity= and price= belong together: amount is quantity times price. Name both, or name amount=.")
        raise InputError(message, argument="quantity" if "price" in given else "price")
    columns = settle_columns(kind, named, available=available, by=by)
    find_columns({f"by[{i}]": name for i, name in enumerate(by)}, available=available)
    _refuse_reserved(by, roles=columns)
    _refuse_repeated([*columns.values(), *by], available)
    money = tuple(str(name) for name in available if is_of_currencies(str(name)) and name not in columns.values())
    facts = {"columns": columns, "currencies": money}
    notes = amount_note(columns, named, available=available, by=by)
    if kind not in ("orders", "events"):
        notes += _request_note(available, columns["end"]) if kind == "contracts" else ()
        unread = statuses(available, [*columns.values(), *by]) if kind == "contracts" else ()
        return {**facts, "unread": unread, "notes": notes}
    return {**facts, "unread": suspects(available, columns.values()), "notes": notes}


def _refuse_reserved(by: Sequence[str], *, roles: Container[str]) -> None:
    """A segment under a name that is needed; a column called kind is one where nothing tells kinds of rows apart."""
    made = "kind" if "kind" in roles else None
    taken = next((x for x in by if x in RESERVED or INTERNAL.fullmatch(x) or x.casefold() == made), None)
    if taken is not None:
        message = _("by={name!r} is the name of a column that crrkit makes itself. Rename the segment column.")
        raise InputError(message.format(name=taken), argument="by", given=taken)


def _refuse_repeated(wanted: Sequence[str], available: Sequence[str]) -> None:
    """Two columns of one name; the engine does not tell capital letters from small ones."""
    folded = [str(name).casefold() for name in available]
    repeated = [name for name in wanted if folded.count(name.casefold()) > 1]
    if repeated:
        message = _("The table has more than one column called {name!r}. Rename all but one.")
        raise SourceError(message.format(name=repeated[0]), argument="source")


def _request_note(available: Sequence[str], end: str) -> tuple[str, ...]:
    both = request_beside_end(available)
    if both is None:
        return ()
    note = _(
        "Column {end!r} was taken for the end. By their names, {request!r} holds the day of the request and"
        " {effective!r} the day on which the contract ended. Say end= to choose."
    )
    return (note.format(end=end, request=both[0], effective=both[1]),)
