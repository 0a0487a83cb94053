"""Conversion of any source to the canonical table, with an account of the rows that are set aside.

The steps: find the columns, bring the rows into an engine, parse the fields, assign a reason to each row that cannot be
used, count once. Text and pandas are copied to DuckDB; Parquet, Arrow and tables of a database remain where they are
and are only scanned.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import ibis

from crrkit.ground import check_choice
from crrkit.read.intake import terms
from crrkit.read.intake.canonical import Canonical, canonical_of, doubted, with_source_errors
from crrkit.read.intake.fields import GIVEN, end_of_today, literal, read_fields, unreadable, usual_faults
from crrkit.read.intake.purchases import settle_kinds, settle_states
from crrkit.read.quality import (
    all_ended_doubt,
    kind_columns,
    last_day_doubt,
    left_out_doubts,
    refuse_event_log,
    refuse_lost_ends,
    register_doubts,
)
from crrkit.read.sources import Opened, filled_down, in_business_zone, open_source
from crrkit.read.values import OpenEnds, open_ends_of, parse_numbers, parse_times, text, unread_ends, without_open_ends
from crrkit.rules import BUYING, EPOCH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir
    import pandas as pd

    from crrkit.read.disk import Layout
    from crrkit.read.quality import QualityReport
    from crrkit.read.values import Forms

ENDS = ("first_day_after", "last_active_day")
LAST_DAY = datetime.combine(date.max, time.min)


@with_source_errors
def read_contract_rows(
    source: Any,
    *,
    named: Mapping[str, str | None],
    by: Sequence[str],
    end_is: str | None,
    merge_gap: int,
    open_ends: Sequence[str | date] | None,
    forms: Forms,
    as_of: datetime | None,
) -> Canonical:
    """Return rows with ``customer start end`` (and ``contract amount`` if given); a null end means still open.

    Without ``as_of``, ``last`` is the last time at which the list shows that something was recorded.
    """
    import pandas as pd

    if end_is is not None:
        check_choice(end_is, name="end_is", choices=ENDS)
    rule = open_ends_of(open_ends)
    opened = open_source(source, kind="contracts", named=named, by=by, forms=forms)
    opened, forms = in_business_zone(opened, forms, "start", "end")
    opened = filled_down(opened, time="start", forms=forms)
    opened = _without_open_ends(opened, rule, forms)
    opened, fields = read_fields(opened, forms, ids=("contract",), times=("start", "end"), numbers=("amount",))
    if end_is == "last_active_day":
        fields["end"] = _day_after(fields["end"])

    def until(cut: datetime | None) -> Canonical:
        def wrong(row: Mapping[str, Any]) -> dict[str, Any]:
            faults = usual_faults(row, "start", "end", numbers=("amount",), as_of=cut)
            return faults | {"ends before it starts": text.is_true(row["end"] < row["start"])}

        return canonical_of(
            opened, fields, wrong, by=by, times=("start", "end"), zone=forms.zone, as_of=as_of, kind="contracts"
        )

    rows = until(as_of)
    notes = _unread_ends(opened, fields, rows.quality)
    ends = terms.rows_by_day(rows.table, "end", until=as_of or end_of_today())
    notes += _notes_on_ends(rows.table, ends, end_is=end_is, merge_gap=merge_gap)
    starts = terms.rows_by_day(rows.table, "start", until=as_of or end_of_today())
    if as_of is None:
        seen = terms.recorded_until(starts, ends)
        rows = until(seen.cut) if seen.scheduled else rows
        ends = ends[ends["day"] <= seen.last]  # later ends were scheduled: these contracts still run
        rows, notes = replace(rows, last=seen.cut - timedelta(days=1)), (*notes, *seen.notes())
    else:
        ends = ends[pd.to_datetime(ends["day"], unit="D") < as_of]
    if open_ends is None:
        doubts = last_day_doubt(ends, of=rows.quality.rows_used, is_day_after=end_is == ENDS[1], until=as_of)
        rows = doubted(rows, doubts=doubts)
    cut = as_of or rows.last + timedelta(days=1)
    if rows.beside is not None:
        rows = doubted(replace(rows, beside=None), doubts=register_doubts(rows.beside, opened.unread, until=cut))
    doubts = left_out_doubts(rows.table, starts, ends, until=(cut.date() - EPOCH).days)
    doubts += all_ended_doubt(starts, ends, quality=rows.quality) if open_ends is None else []
    return doubted(rows, doubts=doubts, notes=notes)


def _day_after(end: ir.TimestampValue) -> ir.Value:
    """Return the start of the day after an end; 9999-12-31, the last day of the calendar, is left unchanged."""
    day = end.date().cast("timestamp")
    return ibis.ifelse(day < literal(LAST_DAY), day + ibis.interval(days=1), day)


def _unread_ends(opened: Opened, fields: Mapping[str, Any], quality: QualityReport) -> tuple[str, ...]:
    unread, column = unreadable(fields, "end"), opened.columns["end"]
    some = "unreadable date" in set(quality.table["reason"])
    lost = text.aggregate(opened.table, n=unread.sum())["n"] if some else 0
    refuse_lost_ends(quality, unread=lost or 0, column=column)
    return unread_ends(opened.table, column, unread=unread) if some else ()


def _notes_on_ends(table: ir.Table, ends: pd.DataFrame, *, end_is: str | None, merge_gap: int) -> tuple[str, ...]:
    """Return the notes on the ends; an error if ``end_is`` is not given but renewals contradict the default."""
    pauses = terms.pauses_between(table)
    said = end_is is not None
    if not said:
        terms.ask_what_ends_are(pauses)
    notes = () if said else terms.month_end_note(ends, pauses)
    return notes if merge_gap else notes + terms.short_gap_note(pauses)


def _without_open_ends(opened: Opened, rule: OpenEnds, forms: Forms) -> Opened:
    """Set ends that mean none to null, so that they do not influence the detection of the date format."""
    if not (rule.words or rule.days):
        return opened
    table, columns = opened.table, opened.columns
    start = parse_times(table, columns["start"], order=forms.dates, zone=forms.zone).value
    end = table[columns["end"]]
    if end.type().is_timestamp() or end.type().is_date():
        end = parse_times(table, columns["end"], zone=forms.zone).value
    table, notes = without_open_ends(table, columns["end"], start=start, end=end, rule=rule)
    return replace(opened, table=table, notes=(*opened.notes, *notes))


@with_source_errors
def read_order_rows(
    source: Any,
    *,
    named: Mapping[str, str | None],
    by: Sequence[str],
    refunds: str,
    counts: str | Sequence[str] | None,
    forms: Forms,
    as_of: datetime | None,
) -> Canonical:
    """Return rows with ``customer at`` (and ``amount receipt`` if given)."""
    check_choice(refunds, name="refunds", choices=("set aside", "keep"))
    opened = open_source(source, kind="orders", named=named, by=by, forms=forms)
    was_named, fill_down = named["status"] is not None, forms.layout.fill_down
    opened, states = settle_states(opened, counts=counts, was_named=was_named, fill_down=fill_down)
    opened, forms = in_business_zone(opened, forms, "at")
    opened = filled_down(opened, time="at", forms=forms)
    numbers = ("amount", "quantity", "price")
    opened, fields = read_fields(opened, forms, ids=("receipt",), times=("at",), numbers=numbers)
    fields = _with_product(fields)
    if states.aside or states.only:
        fields["status"] = opened.table[opened.columns["status"]].cast("string").strip().fill_null("")
    if "amount" in fields and refunds == "keep":
        fields["back"] = _below(fields)
    doubts = _event_doubts(opened, fields, by)

    def wrong(row: Mapping[str, Any]) -> dict[str, Any]:
        bad = usual_faults(row, "at", numbers=numbers, as_of=as_of)
        if states.aside:
            bad["status does not count"] = row["status"].isin(states.aside)
        if states.only:
            bad["status does not count"] = row["status"].notin(states.only)
        if "amount" in row and refunds == "set aside":
            bad |= {"refund or return": _below(row), "zero amount": text.is_true(row["amount"] == 0)}
        return bad

    rows = canonical_of(opened, fields, wrong, by=by, times=("at",), zone=forms.zone, as_of=as_of, kind="orders")
    rows = doubted(rows, doubts=(*states.doubts, *doubts), notes=states.notes)
    return _money_apart(rows) if "amount" in fields and refunds == "keep" else rows


def settle_orders(source: Any, layout: Layout) -> dict[str, str]:
    """Return the columns of a log of purchases without reading its rows; an error if it is not one."""
    roles = ("customer", "at", "amount", "quantity", "price", "receipt", "status")
    opened = open_source(source, kind="orders", named=dict.fromkeys(roles), by=(), forms=text.Forms(layout=layout))
    opened, _states = settle_states(opened, counts=None, was_named=False, fill_down=layout.fill_down)
    numbers = {role: column for role, column in opened.columns.items() if role in ("amount", "quantity", "price")}
    amounts = {role: number.value for role, number in parse_numbers(opened.table, numbers, text.Forms()).items()}
    _event_doubts(opened, _with_product(amounts), ())
    return opened.columns


def _with_product(fields: dict[str, Any]) -> dict[str, Any]:
    """Add the amount as quantity times price, if these are given."""
    return fields | {"amount": fields["quantity"] * fields["price"]} if "price" in fields else fields


def _below(row: Mapping[str, Any]) -> ir.BooleanValue:
    """Return whether the amount or the quantity is negative."""
    return ibis.or_(*[text.is_true(row[name] < 0) for name in ("amount", "quantity") if name in row])


def _event_doubts(opened: Opened, fields: Mapping[str, Any], by: Sequence[str]) -> list[str]:
    """Raise an error for a log of events; see `crrkit.read.quality.doubts.refuse_event_log`."""
    columns = kind_columns([*opened.unread, *by])
    if not columns:
        return []
    priced = False
    if "amount" in fields:
        amounts = opened.table.select(amount=fields["amount"])
        seen = text.aggregate(amounts, n=amounts.count(), priced=text.is_true(amounts["amount"] != 0).sum())
        priced = seen["n"] == seen["priced"]
    return refuse_event_log(opened.table, columns, source=opened.name, by=by, priced=priced)


def _money_apart(rows: Canonical) -> Canonical:
    """Separate purchases, which determine customers, from purchases and refunds, which determine revenue."""
    bought = rows.table.filter(~rows.table["back"]).drop("back")
    first = text.aggregate(bought, first=bought["at"].min())["first"]
    return replace(rows, table=bought, money=rows.table, first=first or rows.first)


@with_source_errors
def read_event_rows(
    source: Any,
    *,
    named: Mapping[str, str | None],
    kinds: Mapping[str, Any] | None,
    other: str,
    by: Sequence[str],
    forms: Forms,
    as_of: datetime | None,
) -> Canonical:
    """Return rows with ``customer at kind`` (and ``amount receipt`` if given); kinds as in `crrkit.read.words`."""
    opened = open_source(source, kind="events", named=named, by=by, forms=forms)
    opened, forms = in_business_zone(opened, forms, "at")
    opened = filled_down(opened, time="at", forms=forms)
    of_kinds = settle_kinds(opened, kinds, other)
    opened, fields = read_fields(
        opened, forms, ids=("receipt",), times=("at",), numbers=("amount",), kind=of_kinds["kind"]
    )
    fields |= of_kinds

    def wrong(row: Mapping[str, Any]) -> dict[str, Any]:
        bad = usual_faults(row, "at", numbers=("amount",), as_of=as_of)
        bad |= {"no kind": ~row["kind" + GIVEN], "kind not used": unreadable(row, "kind")}
        if "amount" in row:  # as in a log of purchases, amounts of 0 or less are not purchases
            bought = text.is_true(row["kind"].isin(BUYING))
            bad["refund or return"] = bought & text.is_true(row["amount"] < 0)
            bad["zero amount"] = bought & text.is_true(row["amount"] == 0)
        return bad

    return canonical_of(opened, fields, wrong, by=by, times=("at",), zone=forms.zone, as_of=as_of, kind="events")
