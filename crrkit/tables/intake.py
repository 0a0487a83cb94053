"""From any source to the canonical table: rows that are used, and the account of those that are not.

The steps: find the columns, bring the rows into an engine, read the fields, give each row that cannot be used its
reason, count once. Text and pandas are copied into DuckDB; Parquet, Arrow and tables of a warehouse stay where they
are and are only looked through.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import ibis
import pandas as pd

from crrkit._checks import check_choice, suggestion
from crrkit._errors import InputError, SourceError
from crrkit._language import format_number, ngettext
from crrkit._language import gettext as _
from crrkit.tables import files, frames, text
from crrkit.tables.columns import find_columns, usual_column
from crrkit.tables.quality import REASONS, QualityReport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import ibis.expr.types as ir

ENDS = ("first_day_after", "last_active_day")
BROKEN = 0.5  # from this share on, rows that cannot be read mean that the source was misread


@dataclass(frozen=True)
class Canonical:
    """The rows that the measures count.

    Attributes:
        table: Canonical columns and the segment columns; only rows that are used.
        quality: The account of all rows.
        first: The earliest time of the used rows.
        last: The latest time of the used rows that is not in the future.
        zone: The business's zone, or None when times are local as written.
        engine: What must stay alive while the table is used.
    """

    table: ir.Table
    quality: QualityReport
    first: datetime
    last: datetime
    zone: str | None
    engine: object


@dataclass(frozen=True)
class _Opened:
    """The raw columns in an engine."""

    table: ir.Table
    name: str
    columns: dict[str, str]
    cut_lines: int
    copied: bool
    notes: tuple[str, ...]
    engine: object


def read_contract_rows(
    source: Any,
    *,
    named: Mapping[str, str | None],
    by: Sequence[str],
    end_is: str,
    zone: str | None,
    dates: str | None,
    as_of: datetime | None,
) -> Canonical:
    """Rows with ``customer start end`` (and ``contract amount`` when named); an end that is null is still open."""
    check_choice(end_is, name="end_is", choices=ENDS)
    opened = _open(source, named, by, required=("customer", "start", "end"))
    zone = _set_zone(opened, ("start", "end"), zone)
    raw, columns = opened.table, opened.columns
    start = text.parse_times(raw, columns["start"], order=dates)
    end = text.parse_times(raw, columns["end"], order=dates)
    if end_is == "last_active_day":
        end = text.Parsed(end.value + ibis.interval(days=1), end.unreadable)
    fields = {"customer": text.parse_ids(raw, columns["customer"]), "start": start.value, "end": end.value}
    wrong = {
        "no customer id": fields["customer"].isnull(),
        "unreadable date": start.unreadable | end.unreadable,
        "no date": start.value.isnull(),
        "ends before it starts": (end.value < start.value).fill_null(False),  # noqa: FBT003
        "on or after the cut-off": _not_before(start.value, as_of),
    }
    _add_optional(raw, columns, fields, wrong)
    return _account(opened, fields, wrong, by=by, times=("start", "end"), zone=zone)


def read_order_rows(
    source: Any,
    *,
    named: Mapping[str, str | None],
    by: Sequence[str],
    refunds: str,
    zone: str | None,
    dates: str | None,
    as_of: datetime | None,
) -> Canonical:
    """Rows with ``customer at`` (and ``amount receipt`` when named)."""
    check_choice(refunds, name="refunds", choices=("set aside", "keep"))
    opened = _open(source, named, by, required=("customer", "at"))
    zone = _set_zone(opened, ("at",), zone)
    raw, columns = opened.table, opened.columns
    at = text.parse_times(raw, columns["at"], order=dates)
    fields = {"customer": text.parse_ids(raw, columns["customer"]), "at": at.value}
    wrong = {
        "no customer id": fields["customer"].isnull(),
        "unreadable date": at.unreadable,
        "no date": at.value.isnull(),
        "on or after the cut-off": _not_before(at.value, as_of),
    }
    _add_optional(raw, columns, fields, wrong)
    if "amount" in fields and refunds == "set aside":
        returned = (
            fields["amount"] < 0 if "quantity" not in fields else (fields["amount"] < 0) | (fields["quantity"] < 0)
        )
        wrong["refund or return"] = returned.fill_null(False)  # noqa: FBT003
        wrong["zero amount"] = (fields["amount"] == 0).fill_null(False)  # noqa: FBT003
    fields.pop("quantity", None)
    return _account(opened, fields, wrong, by=by, times=("at",), zone=zone)


def _add_optional(raw: ir.Table, columns: dict[str, str], fields: dict[str, Any], wrong: dict[str, Any]) -> None:
    """Numbers and further ids that were named; ``quantity`` and ``price`` make an amount."""
    for role in ("contract", "receipt"):
        if role in columns:
            fields[role] = text.parse_ids(raw, columns[role])
    numbers = {
        role: text.parse_numbers(raw, columns[role]) for role in ("amount", "quantity", "price") if role in columns
    }
    if numbers:
        wrong["unreadable number"] = ibis.or_(*(number.unreadable for number in numbers.values()))
    if "price" in numbers:
        fields["amount"] = numbers["quantity"].value * numbers["price"].value
    elif "amount" in numbers:
        fields["amount"] = numbers["amount"].value
    if "quantity" in numbers:
        fields["quantity"] = numbers["quantity"].value


def _not_before(times: ir.Value, as_of: datetime | None) -> ir.BooleanValue:
    if as_of is None:
        return ibis.literal(False)  # noqa: FBT003
    return (times >= ibis.literal(as_of, type="timestamp")).fill_null(False)  # noqa: FBT003


def _open(source: Any, named: Mapping[str, str | None], by: Sequence[str], *, required: Sequence[str]) -> _Opened:
    if isinstance(source, str | Path):
        return _open_files(source, named, by, required)
    available = frames.column_names(source)
    columns = _find(available, named, by, required)
    wanted = [*columns.values(), *by]
    name = _("{kind} table").format(kind=type(source).__module__.split(".")[0])
    if frames.is_ibis(source):
        return _Opened(
            source, source.get_name() if hasattr(source, "get_name") else name, columns, 0, False, (), source
        )
    con = _engine()
    con.con.register("crrkit_raw", frames.to_arrow(source, wanted))
    notes = _return_note(available, columns)
    return _Opened(con.table("crrkit_raw"), name, columns, 0, isinstance(source, pd.DataFrame), notes, con)


def _open_files(
    source: str | Path, named: Mapping[str, str | None], by: Sequence[str], required: Sequence[str]
) -> _Opened:
    paths = files.resolve(source)
    kind = files.kind_of(paths[0])
    if kind == "spreadsheet":
        opened = _open(pd.concat([files.spreadsheet(path) for path in paths]), named, by, required=required)
        return _Opened(opened.table, paths[0].name, opened.columns, 0, True, opened.notes, opened.engine)
    con = _engine()
    name = paths[0].name if len(paths) == 1 else str(source)
    if kind == "parquet":
        files.load_parquet(con.con, paths, name="crrkit_raw")
        table = con.table("crrkit_raw")
        columns = _find(table.columns, named, by, required)
        return _Opened(table, name, columns, 0, False, _return_note(table.columns, columns), con)
    with tempfile.TemporaryDirectory(prefix="crrkit-") as folder:
        plain = [files.readable(path, Path(folder)) for path in paths]
        available = files.text_columns(con.con, plain)
        columns = _find(available, named, by, required)
        wanted = list(dict.fromkeys([*columns.values(), *by]))
        cut = files.load_text(con.con, plain, wanted, name="crrkit_raw")
    return _Opened(con.table("crrkit_raw"), name, columns, cut, True, _return_note(available, columns), con)


def _engine() -> Any:
    con = ibis.duckdb.connect()
    con.con.execute("SET TimeZone = 'UTC'").fetchall()
    return con


def _find(
    available: Sequence[str], named: Mapping[str, str | None], by: Sequence[str], required: Sequence[str]
) -> dict[str, str]:
    if (named.get("price") is None) != (named.get("quantity") is None) and named.get("amount") is None:
        message = _("quantity= and price= belong together: amount is quantity times price. Name both, or name amount=.")
        raise InputError(message, argument="price" if named.get("price") is None else "quantity")
    columns = find_columns(named, available=available, required=required)
    find_columns({f"by[{i}]": name for i, name in enumerate(by)}, available=available, required=())
    return columns


def _return_note(available: Sequence[str], columns: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for whoever counts cancellations as purchases without knowing it."""
    quantity = usual_column("quantity", available)
    if "at" not in columns or quantity is None or {"amount", "quantity"} & set(columns):
        return ()
    note = _(
        "Column {column!r} was not read: if it is below 0 for returns, name it with quantity= and price=, or they count as purchases."
    )
    return (note.format(column=quantity),)


def _set_zone(opened: _Opened, roles: Sequence[str], zone: str | None) -> str | None:
    """Set the clock to which times with an offset are moved; None when all times are local as written."""
    if zone is not None:
        _check_zone(zone)
    aware = any(text.has_offsets(opened.table, opened.columns[role]) for role in roles)
    if not aware:
        return zone
    zone = zone or "UTC"
    connection = getattr(opened.table.get_backend(), "con", None)
    if opened.table.get_backend().name != "duckdb":
        message = _("Times with an offset in a {backend} table must be turned into local times there first.")
        raise InputError(message.format(backend=opened.table.get_backend().name), argument="zone")
    connection.execute(f"SET TimeZone = '{zone}'").fetchall()  # type: ignore[union-attr]  # DuckDB always has one
    return zone


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        message = _("zone={zone!r} is not a known time zone. Write it like 'Europe/Moscow' or 'UTC'.").format(zone=zone)
        raise InputError(message + suggestion(str(zone), available_timezones()), argument="zone", given=zone) from None


def _account(
    opened: _Opened,
    fields: Mapping[str, Any],
    wrong: Mapping[str, Any],
    *,
    by: Sequence[str],
    times: tuple[str, ...],
    zone: str | None,
) -> Canonical:
    """Give each row its reason or none, count once, and keep the rows without one."""
    reason = ibis.cases(*[(wrong[name], name) for name in REASONS if name in wrong], else_=ibis.null("string"))
    marked = opened.table.select(**fields, **{name: opened.table[name] for name in by}, reason=reason)
    if opened.copied:
        marked = opened.engine.create_table("crrkit_rows", marked)  # type: ignore[attr-defined]  # an Ibis DuckDB backend
    now = ibis.literal(datetime.combine(date.today(), time.max), type="timestamp")  # noqa: DTZ011 - the business's own day
    latest = [ibis.ifelse(marked[name] <= now, marked[name], ibis.null("timestamp")).max() for name in times]
    summary = marked.group_by("reason").agg(
        rows=marked.count(),
        first=marked[times[0]].min(),
        last=ibis.greatest(*[ibis.coalesce(x, latest[0]) for x in latest]),
    )
    seen = {row["reason"]: row for row in summary.to_pyarrow().to_pylist()}
    counts = {name: row["rows"] for name, row in seen.items() if name is not None} | {"cut-off line": opened.cut_lines}
    used = seen.get(None, {"rows": 0, "first": None, "last": None})
    fetch = _fetcher(opened, reason)
    quality = QualityReport.from_counts(
        counts, source=opened.name, rows_used=used["rows"], columns=opened.columns, notes=opened.notes, fetch=fetch
    )
    _refuse_broken(quality)
    table = marked.filter(marked["reason"].isnull()).drop("reason")
    return Canonical(table, quality, used["first"], used["last"] or used["first"], zone, opened.engine)


def _fetcher(opened: _Opened, reason: ir.Value) -> Callable[[str, int], pd.DataFrame]:
    def fetch(name: str, limit: int) -> pd.DataFrame:
        rows = opened.table.mutate(reason=reason)
        return rows.filter(rows["reason"] == name).limit(limit).to_pandas()

    return fetch


_REMEDIES = {
    "no customer id": "Say which column holds the customer with customer=.",
    "no date": "Say which column holds the date.",
    "unreadable date": "Check the column, or say how dates are written with dates='day-month-year' or dates='%d.%m.%Y'.",
    "unreadable number": "Check the column of amounts.",
    "ends before it starts": "start= and end= may be swapped.",
    "cut-off line": "Lines with too few or too many fields: export the file again.",
    "refund or return": "Check that amounts of sales are above 0, or say refunds='keep'.",
    "zero amount": "Check the column of amounts.",
    "on or after the cut-off": "Choose a later as_of.",
}


def _refuse_broken(quality: QualityReport) -> None:
    """Half of the rows unreadable is no data with a few errors, it is a source read wrongly."""
    if quality.rows_read == 0:
        message = _("{source} has column names but no rows. At least one row is needed.")
        raise SourceError(message.format(source=quality.source), argument="source")
    gentle = {"no customer id", "refund or return", "zero amount", "on or after the cut-off", "no date"}
    for row in quality.table.itertuples():
        if quality.rows_used and (row.reason in gentle or row.share < BROKEN):
            continue
        rows = ngettext("{n} of {total} row", "{n} of {total} rows", quality.rows_read)
        share = rows.format(n=format_number(row.rows), total=format_number(quality.rows_read))
        message = _("{source} cannot be used: {share} set aside with the reason “{reason}”. {remedy}")
        text_ = message.format(
            source=quality.source, share=share, reason=_(row.reason), remedy=_(_REMEDIES[row.reason])
        )
        raise SourceError(text_, argument="source")
