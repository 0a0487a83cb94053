"""Opening a source: its columns in an engine, whatever it was."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import duckdb
import ibis
import pandas as pd

from crrkit.ground import InputError, SourceError, gettext as _, suggestion
from crrkit.read import files, frames, lines, plain, sheets
from crrkit.read.columns import RESERVED, find_columns, request_beside_end, settle_columns
from crrkit.read.doubts import TWIN, suspects
from crrkit.read.times import has_clocks, has_offsets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

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
        has_twins: Whether the table tells rows that are alike in every column of the source.
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
    has_twins: bool = False


def open_source(source: Any, *, kind: str, named: Mapping[str, str | None], by: Sequence[str]) -> Opened:
    """Find the columns of any source and bring them to an engine.

    Args:
        source: A path or pattern, a frame of a known library, a DuckDB relation or an Ibis table.
        kind: ``orders contracts`` or ``events``: which roles there are.
        named: The column that the user gave for each role, or None, or ``""`` for none.
        by: Segment columns.
    """
    declined = tuple(role for role, name in named.items() if name == "")
    return replace(_open(source, kind, named, by), declined=declined)


def _open(source: Any, kind: str, named: Mapping[str, str | None], by: Sequence[str]) -> Opened:
    if isinstance(source, str | Path):
        return _open_files(source, kind, named, by)
    available = frames.column_names(source)
    found = _find(available, kind, named, by)
    name = _("{kind} table").format(kind=type(source).__module__.split(".")[0])
    facts: dict[str, Any] = {"name": name, **found}
    if frames.is_ibis(source):
        return Opened(table=source, engine=source, **facts)
    con = _engine()
    con.con.register("crrkit_raw", frames.to_arrow(source, [*found["columns"].values(), *by, *found["unread"]]))
    return Opened(table=con.table("crrkit_raw"), engine=con, copied=isinstance(source, pd.DataFrame), **facts)


def _open_files(source: str | Path, kind: str, named: Mapping[str, str | None], by: Sequence[str]) -> Opened:
    paths = files.resolve(source)
    form = files.kind_of(paths[0])
    if form == "spreadsheet":
        pages = pd.concat([sheets.spreadsheet(path) for path in paths])
        return replace(_open(pages, kind, named, by), name=paths[0].name)
    con = _engine()
    name = paths[0].name if len(paths) == 1 else str(source)
    if form == "parquet":
        files.load_parquet(con.con, paths, name="crrkit_raw")
        table = con.table("crrkit_raw")
        return Opened(table=table, name=name, engine=con, **_find(table.columns, kind, named, by))
    with tempfile.TemporaryDirectory(prefix="crrkit-") as folder:
        texts = [plain.readable(path, Path(folder)) for path in paths]
        found = _find(lines.text_columns(con.con, texts), kind, named, by)
        wanted = list(dict.fromkeys([*found["columns"].values(), *by, *found["unread"]]))
        alone = len(texts) == 1  # what nobody reads may differ from file to file
        cut = lines.load_text(con.con, texts, wanted, name="crrkit_raw", twins=TWIN if alone else "")
    facts: dict[str, Any] = {**found, "cut_lines": cut}
    return Opened(table=con.table("crrkit_raw"), name=name, engine=con, copied=True, has_twins=alone, **facts)


def _engine() -> Any:
    con = ibis.duckdb.connect()
    con.con.execute("SET TimeZone = 'UTC'").fetchall()
    return con


def _find(available: Sequence[str], kind: str, named: Mapping[str, str | None], by: Sequence[str]) -> dict[str, Any]:
    """The column of each role, those without one that should be looked at, and what to know about the choice."""
    given = {role for role, name in named.items() if name}
    if given & {"amount", "quantity", "price"} not in ALLOWED_MONEY:
        message = _("quantity= and price= belong together: amount is quantity times price. Name both, or name amount=.")
        raise InputError(message, argument="quantity" if "price" in given else "price")
    columns = settle_columns(kind, named, available=available, by=by)
    find_columns({f"by[{i}]": name for i, name in enumerate(by)}, available=available)
    _refuse_reserved(by)
    _refuse_repeated([*columns.values(), *by], available)
    if kind == "contracts":
        return {"columns": columns, "unread": (), "notes": _request_note(available, columns["end"])}
    return {"columns": columns, "unread": suspects(available, columns.values()), "notes": ()}


def _refuse_reserved(by: Sequence[str]) -> None:
    taken = next((name for name in by if name in RESERVED), None)
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


def business_zone(opened: Opened, roles: Sequence[str], zone: str | None) -> str | None:
    """The zone to which times with an offset are moved; None when all times are local as written."""
    if zone is not None:
        _check_zone(zone)
    if not any(has_offsets(opened.table, opened.columns[role]) for role in roles):
        return zone
    backend = opened.table.get_backend()
    if backend.name != "duckdb":
        message = _("Times with an offset in a {backend} table must be turned into local times there first.")
        raise InputError(message.format(backend=backend.name), argument="zone")
    if zone is None:
        _check_offsets(opened, roles)
    zone = zone or "UTC"
    try:
        backend.con.execute("SELECT timezone(?, now())", [zone]).fetchall()
    except duckdb.Error:  # a name that this machine knows and the engine does not, such as "localtime"
        raise _unknown_zone(zone, "") from None
    return zone


def _check_offsets(opened: Opened, roles: Sequence[str]) -> None:
    """Times with an offset beside times without one are on one clock only when it is known which."""
    for column in [opened.columns[role] for role in roles]:
        if has_offsets(opened.table, column) and has_clocks(opened.table, column):
            message = _(
                "Some times in {column!r} have an offset from UTC and some have none. Say zone=, the time zone of those"
                " without."
            )
            raise InputError(message.format(column=column), argument="zone")


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        raise _unknown_zone(zone, suggestion(str(zone), available_timezones())) from None


def _unknown_zone(zone: str, hint: str) -> InputError:
    message = _("zone={zone!r} is not a known time zone. Write it like 'Europe/Moscow' or 'UTC'.").format(zone=zone)
    return InputError(message + hint, argument="zone", given=zone)
