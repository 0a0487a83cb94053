"""From any source to the canonical table: rows that are used, and the account of those that are not.

The steps: find the columns, bring the rows into an engine, read the fields, give each row that cannot be used its
reason, count once. Text and pandas are copied into DuckDB; Parquet, Arrow and tables of a warehouse stay where they
are and are only looked through.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import duckdb
import ibis

from crrkit.ground import SourceError, check_choice, format_number, gettext as _, mark, ngettext
from crrkit.read import files, terms, text
from crrkit.read.customers import parse_customers
from crrkit.read.doubts import (
    TWIN,
    UNREAD,
    id_doubts,
    kind_columns,
    month_doubts,
    refuse_event_log,
    repeat_notes,
    unread_doubts,
)
from crrkit.read.ids import parse_ids
from crrkit.read.kinds import BUYING, map_kinds
from crrkit.read.numbers import parse_numbers
from crrkit.read.open_ends import AS_WRITTEN, OpenEnds, open_ends_of, unread_ends, without_open_ends
from crrkit.read.purchases import settle_states
from crrkit.read.quality import REASONS, QualityReport
from crrkit.read.sources import Opened, business_zone, open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import ibis.expr.types as ir
    import pandas as pd

    from crrkit.read.text import Forms

ENDS = ("first_day_after", "last_active_day")
CANONICAL = ("customer", "contract", "start", "end", "receipt", "at", "kind", "amount", "back")
LAST_DAY = datetime.combine(date.max, time.min)
ZEROS = ("1899-12-30", "1899-12-31", "1900-01-01", "1970-01-01")
GIVEN = "_given"
NOBODY, ROUNDED = "_nobody", "_rounded"
WHY = "why set aside"
BROKEN = 0.5  # from this share on, rows that cannot be read mean that the source was misread …
GENTLE = {
    "no customer id",
    "id of nobody in particular",
    "no date",
    "kind not used",
    "status does not count",
    "refund or return",
    "zero amount",
    "on or after the cut-off",
}  # … but for these


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
        money: The rows of the table and refunds, when these were kept; None when revenue is what the table says.
    """

    table: ir.Table
    quality: QualityReport
    first: datetime
    last: datetime
    zone: str | None
    engine: object
    money: ir.Table | None = None

    def with_notes(self, *notes: str) -> Canonical:
        """The same rows with more to know about them."""
        return replace(self, quality=replace(self.quality, notes=(*self.quality.notes, *notes)))


P = ParamSpec("P")


def _in_a_sentence(read: Callable[P, Canonical]) -> Callable[P, Canonical]:
    """Say what the engine refuses, such as a broken page of a Parquet file, as every other refusal is said."""

    @wraps(read)
    def spoken(*args: P.args, **rules: P.kwargs) -> Canonical:
        try:
            return read(*args, **rules)
        except duckdb.Error as broken:
            raise files.not_a_table(args[0], broken) from broken

    return spoken


@_in_a_sentence
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
    """Rows with ``customer start end`` (and ``contract amount`` when named); an end that is null is still open.

    Without ``as_of`` their ``last`` is the last moment at which the list shows that something was recorded.
    """
    if end_is is not None:
        check_choice(end_is, name="end_is", choices=ENDS)
    rule = open_ends_of(open_ends)
    opened = open_source(source, kind="contracts", named=named, by=by)
    forms = replace(forms, zone=business_zone(opened, ("start", "end"), forms.zone))
    opened = _without_open_ends(opened, rule, forms)
    opened, fields = _read(opened, forms, ids=("contract",), times=("start", "end"), numbers=("amount",))
    if end_is == "last_active_day":
        fields["end"] = _day_after(fields["end"])

    def account(cut: datetime | None) -> Canonical:
        def wrong(row: Mapping[str, Any]) -> dict[str, Any]:
            return {
                **_unknown(row),
                "unreadable date": _unreadable(row, "start", "end"),
                "no date": row["start"].isnull(),
                "ends before it starts": text.is_true(row["end"] < row["start"]),
                "unreadable number": _unreadable(row, "amount"),
                "on or after the cut-off": _not_before(row["start"], cut),
            }

        return _account(
            opened, fields, wrong, by=by, times=("start", "end"), zone=forms.zone, as_of=as_of, kind="contracts"
        )

    rows = account(as_of)
    notes = _unread_ends(opened, fields, rows.quality)
    ends = terms.rows_by_day(rows.table, "end", until=as_of or _end_of_today())
    notes += _notes_on_ends(rows.table, ends, end_is=end_is, merge_gap=merge_gap)
    if as_of is not None:
        return rows.with_notes(*notes)
    seen = terms.recorded_until(terms.rows_by_day(rows.table, "start", until=_end_of_today()), ends)
    rows = account(seen.cut) if seen.scheduled else rows
    return replace(rows.with_notes(*notes, *seen.notes()), last=seen.cut - timedelta(days=1))


def _day_after(end: ir.TimestampValue) -> ir.Value:
    """The first moment after the day of an end; no calendar has one after 9999-12-31."""
    day = end.date().cast("timestamp")
    return ibis.ifelse(day < _literal(LAST_DAY), day + ibis.interval(days=1), day)


def _unread_ends(opened: Opened, fields: Mapping[str, Any], quality: QualityReport) -> tuple[str, ...]:
    if "unreadable date" not in set(quality.table["reason"]):
        return ()
    return unread_ends(opened.table, opened.columns["end"], unread=_unreadable(fields, "end"))


def _notes_on_ends(table: ir.Table, ends: pd.DataFrame, *, end_is: str | None, merge_gap: int) -> tuple[str, ...]:
    """What a reader should know about the ends; refused when nobody said what they mean and the renewals do."""
    pauses = terms.pauses_between(table)
    said = end_is is not None
    if not said:
        terms.ask_what_ends_are(pauses)
    notes = () if said else terms.month_end_note(ends, pauses)
    return notes if merge_gap else notes + terms.short_gap_note(pauses)


def _without_open_ends(opened: Opened, rule: OpenEnds, forms: Forms) -> Opened:
    """The source with an empty cell wherever an end means none, so that it has no say in how dates are read."""
    if not (rule.words or rule.days):
        return opened
    table, columns = opened.table, opened.columns
    start = text.parse_times(table, columns["start"], order=forms.dates, zone=forms.zone).value
    end = table[columns["end"]]
    if end.type().is_timestamp() or end.type().is_date():
        end = text.parse_times(table, columns["end"], zone=forms.zone).value
    table, notes = without_open_ends(table, columns["end"], start=start, end=end, rule=rule)
    return replace(opened, table=table, notes=(*opened.notes, *notes))


@_in_a_sentence
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
    """Rows with ``customer at`` (and ``amount receipt`` when named)."""
    check_choice(refunds, name="refunds", choices=("set aside", "keep"))
    opened = open_source(source, kind="orders", named=named, by=by)
    opened, states = settle_states(opened, counts=counts, was_named=named["status"] is not None)
    forms = replace(forms, zone=business_zone(opened, ("at",), forms.zone))
    numbers = ("amount", "quantity", "price")
    opened, fields = _read(opened, forms, ids=("receipt",), times=("at",), numbers=numbers)
    fields = _with_product(fields)
    if states.aside:
        fields["status"] = opened.table[opened.columns["status"]].cast("string").strip().fill_null("")
    if "amount" in fields and refunds == "keep":
        fields["back"] = _below(fields)
    doubts = _event_doubts(opened, fields, by)

    def wrong(row: Mapping[str, Any]) -> dict[str, Any]:
        bad = {
            **_unknown(row),
            "unreadable date": _unreadable(row, "at"),
            "no date": row["at"].isnull(),
            "date that stands for none": _is_default(row["at"]),
            "unreadable number": _unreadable(row, *numbers),
            "on or after the cut-off": _not_before(row["at"], as_of),
        }
        if states.aside:
            bad["status does not count"] = row["status"].isin(states.aside)
        if "amount" in row and refunds == "set aside":
            bad |= {"refund or return": _below(row), "zero amount": text.is_true(row["amount"] == 0)}
        return bad

    rows = _account(opened, fields, wrong, by=by, times=("at",), zone=forms.zone, as_of=as_of, kind="orders")
    rows = _doubted(rows, doubts=(*states.doubts, *doubts), notes=states.notes)
    return _money_apart(rows) if "amount" in fields and refunds == "keep" else rows


def settle_orders(source: Any) -> dict[str, str]:
    """The columns of a log of purchases, or the refusal of what is none; the rows are not read."""
    roles = ("customer", "at", "amount", "quantity", "price", "receipt", "status")
    opened = open_source(source, kind="orders", named=dict.fromkeys(roles), by=())
    opened, _states = settle_states(opened, counts=None, was_named=False)
    numbers = {role: column for role, column in opened.columns.items() if role in ("amount", "quantity", "price")}
    amounts = {role: number.value for role, number in parse_numbers(opened.table, numbers, text.Forms()).items()}
    _event_doubts(opened, _with_product(amounts), ())
    return opened.columns


def _with_product(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the amount, where it is the product of pieces and price."""
    return fields | {"amount": fields["quantity"] * fields["price"]} if "price" in fields else fields


def _below(row: Mapping[str, Any]) -> ir.BooleanValue:
    """Whether money or pieces went back."""
    return ibis.or_(*[text.is_true(row[name] < 0) for name in ("amount", "quantity") if name in row])


def _event_doubts(opened: Opened, fields: Mapping[str, Any], by: Sequence[str]) -> list[str]:
    """Refuse a log of events; see `crrkit.read.doubts.refuse_event_log`."""
    columns = kind_columns([*opened.unread, *by])
    if not columns:
        return []
    priced = False
    if "amount" in fields:
        amounts = opened.table.select(amount=fields["amount"])
        seen = amounts.aggregate(n=amounts.count(), priced=text.is_true(amounts["amount"] != 0).sum()).to_pyarrow()
        priced = seen["n"][0].as_py() == seen["priced"][0].as_py()
    return refuse_event_log(opened.table, columns, source=opened.name, by=by, priced=priced)


def _doubted(rows: Canonical, *, doubts: Sequence[str], notes: Sequence[str] = ()) -> Canonical:
    """The same rows with more to say of them, first what is in doubt."""
    quality = rows.quality
    all_notes = (*doubts, *quality.notes, *notes)
    return replace(rows, quality=replace(quality, doubts=(*doubts, *quality.doubts), notes=all_notes))


def _money_apart(rows: Canonical) -> Canonical:
    """Purchases for who was there, purchases and refunds for revenue: money that goes back is no visit."""
    bought = rows.table.filter(~rows.table["back"]).drop("back")
    first = bought.aggregate(first=bought["at"].min()).to_pyarrow()["first"][0].as_py()
    return replace(rows, table=bought, money=rows.table, first=first or rows.first)


@_in_a_sentence
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
    """Rows with ``customer at kind`` (and ``amount receipt`` when named); kinds are those of `crrkit.read.kinds`."""
    opened = open_source(source, kind="events", named=named, by=by)
    forms = replace(forms, zone=business_zone(opened, ("at",), forms.zone))
    opened, fields = _read(opened, forms, ids=("receipt", "kind"), times=("at",), numbers=("amount",))
    fields |= _kinds(opened, fields["kind"], kinds, other)

    def wrong(row: Mapping[str, Any]) -> dict[str, Any]:
        bad = {
            **_unknown(row),
            "unreadable date": _unreadable(row, "at"),
            "no date": row["at"].isnull(),
            "date that stands for none": _is_default(row["at"]),
            "no kind": ~row["kind" + GIVEN],
            "kind not used": _unreadable(row, "kind"),
            "unreadable number": _unreadable(row, "amount"),
            "on or after the cut-off": _not_before(row["at"], as_of),
        }
        if "amount" in row:  # as for a log of purchases: what costs nothing, or less, was not bought
            bought = text.is_true(row["kind"].isin(BUYING))
            bad["refund or return"] = bought & text.is_true(row["amount"] < 0)
            bad["zero amount"] = bought & text.is_true(row["amount"] == 0)
        return bad

    return _account(opened, fields, wrong, by=by, times=("at",), zone=forms.zone, as_of=as_of, kind="events")


def _kinds(opened: Opened, word: ir.Value, kinds: Mapping[str, Any] | None, other: str) -> dict[str, Any]:
    """The kind of each row, and whether one was given; told from the raw text, which the engine need not read then."""
    raw = opened.table[opened.columns["kind"]]
    met = opened.table.select(raw=raw, word=word.cast("string")).distinct().to_pyarrow().to_pylist()
    meant = map_kinds({row["word"] for row in met if row["word"] is not None}, kinds=kinds, other=other)
    blank = [row["raw"] for row in met if row["word"] is None and row["raw"] is not None]
    given = raw.notnull() & raw.notin(blank) if blank else raw.notnull()
    known = [(row["raw"], meant[row["word"]]) for row in met if meant.get(row["word"])]
    if all(text == kind for text, kind in known) and len(known) == len(meant) and not blank:
        return {"kind": raw, "kind" + GIVEN: given}
    return {"kind": raw.cases(*known, else_=None) if known else ibis.null("string"), "kind" + GIVEN: given}


def _read(
    opened: Opened, forms: Forms, *, ids: Sequence[str], times: Sequence[str], numbers: Sequence[str]
) -> tuple[Opened, dict[str, Any]]:
    """The fields of the columns that were named, and for times and numbers whether something stood there."""
    raw, columns = opened.table, opened.columns
    how = {"order": forms.dates, "zone": forms.zone}
    parsed = {role: text.parse_times(raw, columns[role], **how) for role in times if role in columns}
    at = parsed[times[0]].value
    who = parse_customers(raw, columns["customer"], at=at, fold=forms.fold, nobody=forms.nobody)
    fields = {"customer": who.value, NOBODY: who.nobody, ROUNDED: who.rounded}
    fields = {role: value for role, value in fields.items() if value is not None}
    fields |= {role: parse_ids(raw, columns[role]) for role in ids if role in columns}
    parsed |= parse_numbers(raw, {role: columns[role] for role in numbers if role in columns}, forms)
    for role, column in parsed.items():
        fields |= {role: column.value, role + GIVEN: column.given}
    notes = [note for column in parsed.values() for note in column.notes]
    return replace(opened, notes=(*opened.notes, *notes, *who.notes)), fields


def _unknown(row: Mapping[str, Any]) -> dict[str, Any]:
    """Why it is not known whose row it is."""
    why = {"id of nobody in particular": NOBODY, "id rounded by a spreadsheet": ROUNDED}
    return {"no customer id": row["customer"].isnull(), **{name: row[of] for name, of in why.items() if of in row}}


def _unreadable(row: Mapping[str, Any], *roles: str) -> ir.BooleanValue:
    """Whether something stood in a field that could not be read."""
    return ibis.or_(*[row[role + GIVEN] & row[role].isnull() for role in roles if role + GIVEN in row], text.NEVER)


def _is_default(times: ir.Value) -> ir.BooleanValue:
    """Whether a time is the zero of a spreadsheet, of a database or of Unix; on such days nobody bought."""
    day = times.date()
    return text.is_true(ibis.or_(*[day == ibis.date(zero) for zero in ZEROS]))


def _not_before(times: ir.Value, as_of: datetime | None) -> ir.BooleanValue:
    """Whether a time has not been seen; without a cut-off, what is dated after today has not."""
    seen = times < ibis.literal(as_of, type="timestamp") if as_of else times <= _literal(_end_of_today())
    return text.is_true(~seen)


def _literal(moment: datetime) -> ir.TimestampScalar:
    return ibis.literal(moment, type="timestamp")


def _end_of_today() -> datetime:
    return datetime.combine(date.today(), time.max)  # noqa: DTZ011 - the business's own day


def _account(
    opened: Opened,
    fields: Mapping[str, Any],
    wrong: Callable[[Mapping[str, Any]], dict[str, Any]],
    *,
    by: Sequence[str],
    times: tuple[str, ...],
    zone: str | None,
    as_of: datetime | None,
    kind: str,
) -> Canonical:
    """Give each row its reason or none, count once, and keep the rows without one."""
    looked_at = {UNREAD + str(place): opened.table[name] for place, name in enumerate(opened.unread)}
    looked_at |= {TWIN: opened.table[TWIN]} if opened.has_twins else {}
    rows = opened.table.select(**fields, **{name: opened.table[name] for name in by}, **looked_at)
    if opened.copied:  # read the fields once: the engine would read them again wherever one is mentioned
        rows = opened.engine.create_table("crrkit_rows", rows, overwrite=True)
    kept = [name for name in rows.columns if name in CANONICAL or name in by]
    found = wrong({name: rows[name] for name in fields})
    marked = rows.select(*kept, **{WHY: _reason(found)})
    now = _literal(_end_of_today())
    latest = [ibis.ifelse(marked[name] <= now, marked[name], ibis.null("timestamp")).max() for name in times]
    summary = marked.group_by(reason=marked[WHY]).agg(
        rows=marked.count(),
        first=marked[times[0]].min(),
        last=ibis.greatest(*[ibis.coalesce(x, latest[0]) for x in latest]),
        months=_month(marked[times[0]]).nunique(),
    )
    seen = {row["reason"]: row for row in summary.to_pyarrow().to_pylist()}
    counts = {name: row["rows"] for name, row in seen.items() if name is not None} | {"cut-off line": opened.cut_lines}
    used = seen.get(None, {"rows": 0, "first": None, "last": None, "months": 0})
    fetch = _fetcher(opened, _reason(wrong(fields)))
    columns = opened.columns | dict.fromkeys(opened.declined, "")
    quality = QualityReport.from_counts(
        counts, source=opened.name, rows_used=used["rows"], columns=columns, notes=opened.notes, fetch=fetch, kind=kind
    )
    _refuse_broken(quality)
    met = found if rows.get_backend().name != "duckdb" else {name: found[name] for name in found if counts.get(name)}
    # Only what was met is looked for again: each condition costs a tenth of a measure. A warehouse may get new rows.
    good = rows.filter(*[~fault for fault in met.values()]) if met else rows
    last = used["last"] or used["first"]
    canonical = Canonical(good.select(*kept), quality, used["first"], last, zone, opened.engine)
    doubts = _doubts(good, canonical, opened, months=used["months"], as_of=as_of)
    twice = opened.has_twins and {"amount", "receipt"} & set(kept)
    return _doubted(canonical, doubts=doubts, notes=repeat_notes(good) if twice else ())


def _month(at: ir.Value) -> ir.IntegerValue:
    return at.year() * 12 + at.month() - 1


def _doubts(good: ir.Table, found: Canonical, opened: Opened, *, months: int, as_of: datetime | None) -> list[str]:
    """What makes the rate of a list another number than it seems."""
    quality, is_log = found.quality, found.quality.kind != "contracts"
    said = id_doubts(found.table, used=quality.rows_used, column=quality.columns["customer"], once=is_log)
    if is_log:
        said += month_doubts(
            found.table, used=quality.rows_used, months=months, first=found.first, last=found.last, as_of=as_of
        )
    if opened.unread:
        bought = good.filter(good["kind"].isin(BUYING)) if quality.kind == "events" else good
        said += unread_doubts(bought, opened.unread)
    return said


def _reason(wrong: Mapping[str, Any]) -> ir.StringValue:
    """The first reason that fits, null where none does."""
    return ibis.cases(*[(wrong[name], name) for name in REASONS if name in wrong], else_=ibis.null("string"))


def _fetcher(opened: Opened, reason: ir.StringValue) -> Callable[[str, int], pd.DataFrame]:
    def fetch(name: str, limit: int) -> pd.DataFrame:
        rows = opened.table.mutate(reason=reason)
        frame: pd.DataFrame = rows.filter(rows["reason"] == name).limit(limit).to_pandas()
        if AS_WRITTEN in frame:
            frame[opened.columns["end"]] = frame.pop(AS_WRITTEN)
        return frame

    return fetch


_REMEDIES = {
    "no customer id": mark("Say which column holds the customer with customer=."),
    "id of nobody in particular": mark("Say nobody=() if they are customers."),
    "id rounded by a spreadsheet": mark("Export the ids again as text: 7.90001E+11 stands for many customers."),
    "no date": mark("Say which column holds the date."),
    "unreadable date": mark("Check the column, or say how dates are written, as in dates='day-month-year'."),
    "date that stands for none": mark(
        "Check the column: 1900-01-01 and 1970-01-01 are what systems write for no date."
    ),
    "no kind": mark("Say which column says what happened with kind=."),
    "kind not used": mark("Name the kinds that count with kinds=."),
    "unreadable number": mark("Check the column of amounts."),
    "ends before it starts": mark("start= and end= may be swapped."),
    "cut-off line": mark("Lines with too few or too many fields: export the file again."),
    "status does not count": mark("Say which words of the column of states count with counts=."),
    "refund or return": mark("Check that amounts of sales are above 0, or say refunds='keep'."),
    "zero amount": mark("Check the column of amounts."),
    "on or after the cut-off": mark("Choose a later as_of."),
}


def _refuse_broken(quality: QualityReport) -> None:
    """Half of the rows unreadable is no data with a few errors, it is a source read wrongly."""
    if quality.rows_read == 0:
        message = _("{source} has column names but no rows. At least one row is needed.")
        raise SourceError(message.format(source=quality.source), argument="source")
    for reason, count in zip(quality.table["reason"], quality.table["rows"], strict=True):
        if quality.rows_used and (reason in GENTLE or count < BROKEN * quality.rows_read):
            continue
        rows = ngettext("{n} of {total} row", "{n} of {total} rows", quality.rows_read)
        share = rows.format(n=format_number(count), total=format_number(quality.rows_read))
        message = _("{source} cannot be used: {share} set aside with the reason “{reason}”. {remedy}")
        words = {"source": quality.source, "share": share, "reason": _(reason), "remedy": _(_REMEDIES[reason])}
        raise SourceError(message.format(**words), argument="source")
