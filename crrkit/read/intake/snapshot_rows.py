"""Conversion of customer lists by date to canonical rows, one per customer and list."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import ibis

from crrkit.ground import InputError, told as _, told_number
from crrkit.read.disk import Layout
from crrkit.read.intake.canonical import Canonical, canonical_of, doubted, with_source_errors
from crrkit.read.intake.fields import (
    GIVEN,
    LINE_COLUMN,
    NOBODY_COLUMN,
    ROUNDED_COLUMN,
    literal,
    report_line,
    unknown,
    unreadable,
)
from crrkit.read.quality import (
    empty_note,
    log_doubt,
    missing_doubt,
    nobody_gone_doubt,
    parse_customers,
    size_doubts,
    twice_note,
    words_in,
)
from crrkit.read.sources import LIST_NAME, Opened, Stack, open_source, stack_of
from crrkit.read.values import parse_numbers, text
from crrkit.read.words import Boundaries, Label, boundaries_of, is_there, labels_in, marks_there

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

    from crrkit.read.values import Forms

MOST_LISTS = 5000  # more distinct days are a log, not lists
MOST_MARKS = 50  # more distinct marks are amounts
MADE = "crrkit_made_"  # prefix of columns computed before the fields are parsed
_NUMBER = re.compile(r"[-−+]?[0-9][0-9\s\u00a0.,']*(?:\s*[^\W\d]{0,4}\.?|\s*[$€£₽])")  # 1 200,50 ₽
MARK = "crrkit_mark"  # the cell of a wide table
BEFORE = timedelta(hours=12)  # people on a list came before its time; shifts of the clock by hours then change nothing


@dataclass(frozen=True)
class Lists:
    """The lists that were read.

    Attributes:
        rows: ``customer start end`` (and ``amount``), one row per customer and list.
        days: The boundaries of the lists.
        bounds: The assignment of lists to boundaries.
        missing: The names of the lists missing between them.
    """

    rows: Canonical
    days: tuple[date, ...]
    bounds: Boundaries
    missing: tuple[str, ...]


def _canonical(opened: Opened, fields: Mapping[str, Any], by: Sequence[str], last: datetime) -> Canonical:
    """Return the rows that are on a list, and the reasons of the others."""

    def wrong(row: Mapping[str, Any]) -> dict[str, Any]:
        bad = {
            **unknown(row),
            "unreadable date": row["start"].isnull() & row["start" + GIVEN],
            "no date": row["start"].isnull(),
            "unreadable number": unreadable(row, "amount"),
            "on or after the cut-off": text.is_true(row["start"] >= literal(last)),
        }
        bad |= {"status does not count": ~row["there"]} if "there" in row else {}
        bad |= {"refund or return": text.is_true(row["amount"] < 0)} if "amount" in row else {}
        return bad

    return canonical_of(opened, fields, wrong, by=by, times=("start",), zone=None, as_of=last, kind="snapshots")


@with_source_errors
def read_snapshot_rows(
    source: Any,
    *,
    named: Mapping[str, str | None],
    by: Sequence[str],
    counts: str | Sequence[str] | None,
    taken: str | None,
    forms: Forms,
    as_of: datetime | None,
    week_starts: str,
    year_starts: str,
) -> Lists:
    """Read who is on which list, and the boundary of each list."""
    columns = {role: name for role, name in named.items() if role != "at"}
    stack = stack_of(source, at=named["at"], named=columns, by=by, layout=forms.layout)
    opened = _marked(_opened(stack, columns, by, forms), stack, counts, forms)
    told = _told(opened.table[LIST_NAME if stack.wide else stack.at])
    labels = _labels(opened, told, forms, stack)
    seen = [label for label in labels.values() if label is not None]
    bounds = boundaries_of(seen, taken=taken, week_starts=week_starts, year_starts=year_starts)
    opened, fields = _fields(opened, told, labels, bounds, forms, at=None if stack.wide else stack.at)
    cut = as_of or _moment(max(bounds.days.values()))
    return _finished(_canonical(opened, fields, by, cut + BEFORE / 2), bounds)


def _opened(stack: Stack, columns: Mapping[str, str | None], by: Sequence[str], forms: Forms) -> Opened:
    """Open the source with one row per customer and list."""
    lists = {name: name for name in stack.wide} or {"at": stack.at}
    layout = Layout() if stack.names else forms.layout
    forms = replace(forms, layout=layout)
    opened = open_source(stack.source, kind="snapshots", named={**columns, **lists}, by=by, forms=forms)
    roles = {role: name for role, name in opened.columns.items() if role not in stack.wide and name != LIST_NAME}
    opened = replace(opened, name=stack.name or opened.name, columns=roles, notes=(*stack.notes, *opened.notes))
    if not stack.wide:
        return opened
    kept = list(dict.fromkeys([*roles.values(), *by, *opened.currencies]))
    rows = opened.table
    parts = [
        rows.select(*kept, **{LIST_NAME: ibis.literal(name), MARK: rows[name].cast("string").strip()})
        for name in stack.wide
    ]
    return replace(opened, table=ibis.union(*parts), has_twins=False, unread=())  # a status is that of one day


def _told(at: ir.Value) -> ir.StringValue:
    """Return the name of the list of a row, as text."""
    kind = at.type()
    return (at.cast("date") if kind.is_timestamp() and kind.timezone is None else at).cast("string").strip()


def _labels(opened: Opened, told: ir.StringValue, forms: Forms, stack: Stack) -> dict[str, Label | None]:
    """Return the day or period of each name that occurs; None if it has none."""
    met = opened.table.select(told=told).distinct().limit(MOST_LISTS + 1).to_pyarrow()["told"].to_pylist()
    if len(met) > MOST_LISTS:
        message = _(
            "Column {column!r} holds more than {n} different {n:day|days}: it does not hold dates of lists. Name"
            " another with at=."
        )
        raise InputError(message.format(column=stack.at, n=told_number(MOST_LISTS)), argument="at")
    names = [
        name for name in dict.fromkeys([*met, *stack.names, *stack.wide]) if name and name.lower() not in text.NOT_AN_ID
    ]
    found = {name: labels_in(name, dates=forms.dates) for name in names}
    _ask_several(found)
    _ask_order(names, forms.dates)
    labels = {name: label[0] if label else None for name, label in found.items()}
    if stack.wide and all(label and label.every == "day" and label.day.day == 1 for label in labels.values()):
        return {name: Label(label.day, "month") for name, label in labels.items() if label}  # a month in a spreadsheet
    return labels


def _ask_several(found: Mapping[str, list[Label]]) -> None:
    for name, labels in found.items():
        if len(labels) > 1:
            message = _("{name!r} contains two dates, {one} and {other}. Give a mapping of dates to lists: {example}.")
            words = {"name": name, "one": labels[0], "other": labels[1], "example": "{'2024-01': …, '2024-02': …}"}
            raise InputError(message.format(**words), argument="source")


def _ask_order(names: Sequence[str], dates: str | None) -> None:
    """Raise an error for names such as 01-02-2024, unless a day above 12 or dots determine the order."""
    if dates is not None:
        return
    by_day, by_month = ([labels_in(name, dates=order) for name in names] for order in (None, "month-day-year"))
    either = [name for name, one, other in zip(names, by_day, by_month, strict=True) if one and other and one != other]
    if not either or any(one and not other for one, other in zip(by_day, by_month, strict=True)):
        return
    if any("." not in name.rsplit(".", 1)[0] for name in either):
        message = _(
            "Dates in {column!r} such as {example!r} can be read day first or month first."
            " Use dates='day-month-year' or dates='month-day-year'."
        )
        raise InputError(message.format(column=_("the names of the lists"), example=either[0]), argument="dates")


def _fields(
    opened: Opened,
    told: ir.StringValue,
    labels: Mapping[str, Label | None],
    bounds: Boundaries,
    forms: Forms,
    *,
    at: str | None,
) -> tuple[Opened, dict[str, Any]]:
    pairs = [(name, literal(_moment(bounds.days[label]) - BEFORE)) for name, label in labels.items() if label]
    start = told.cases(*pairs, else_=ibis.null("timestamp"))
    who = parse_customers(opened.table, opened.columns["customer"], at=start, fold=forms.fold, nobody=forms.nobody)
    given = text.is_true(told.notnull() & ~told.lower().isin(text.NOT_AN_ID))
    fields = {"customer": who.value, NOBODY_COLUMN: who.nobody, ROUNDED_COLUMN: who.rounded}
    fields[LINE_COLUMN] = report_line(opened, who, at)
    fields |= {"start": start, "start" + GIVEN: given}
    fields |= {name.removeprefix(MADE): opened.table[name] for name in opened.table.columns if name.startswith(MADE)}
    opened = replace(opened, notes=(*opened.notes, *who.notes), doubts=(*opened.doubts, *who.doubts))
    return opened, {role: value for role, value in fields.items() if value is not None}


def _marked(opened: Opened, stack: Stack, counts: str | Sequence[str] | None, forms: Forms) -> Opened:
    """Return the source with amounts, and only the rows, or cells of a wide table, that mean a customer."""
    amount = opened.columns.get("amount")
    column = MARK if stack.wide else opened.columns.get("status")
    if column is None and counts is not None:
        message = _("counts= says which words of a column count. Name the column with status=.")
        raise InputError(message, argument="counts")
    met = words_in(opened.table, column, most=MOST_MARKS) if column else {}
    if stack.wide and counts is None and amount is None and _are_amounts(met):
        return _by_amounts(opened, forms)
    made: dict[str, Any] = {}
    notes: tuple[str, ...] = ()
    if amount is not None:
        number = parse_numbers(opened.table, {"amount": amount}, forms)["amount"]
        made, notes = {"amount": number.value, "amount" + GIVEN: number.given}, number.notes
    if column is not None:
        made["there"] = _says_so(opened, column, met, counts)
    table = opened.table.mutate(**{MADE + name: value for name, value in made.items()})
    table = table.filter(table[MADE + "there"]).drop(MADE + "there") if stack.wide else table
    return replace(opened, table=table, notes=(*opened.notes, *notes))


def _by_amounts(opened: Opened, forms: Forms) -> Opened:
    """Return the cells of a wide table of amounts that are neither 0 nor empty."""
    number = parse_numbers(opened.table, {"amount": MARK}, forms)["amount"]
    table = opened.table.mutate(**{MADE + "amount": number.value, MADE + "amount" + GIVEN: number.given})
    said = number.given & number.value.isnull() & ~table[MARK].lower().isin(text.NOT_AN_ID)  # a dash means empty
    table = table.filter(text.is_true(table[MADE + "amount"] != 0) | text.is_true(said))
    note = _("The columns hold amounts: who paid something in a period stands on its list.")
    return replace(opened, table=table, notes=(*opened.notes, *number.notes, note))


def _are_amounts(met: Mapping[str, int]) -> bool:
    """Return whether the cells of a wide table are amounts: too many distinct ones, or numbers other than 0 and 1."""
    words = [word for word in met if is_there(word) is None]
    return not met or (bool(words) and all(_NUMBER.fullmatch(word) for word in words))


def _says_so(
    opened: Opened, column: str, met: Mapping[str, int], counts: str | Sequence[str] | None
) -> ir.BooleanValue:
    told = _("the columns of lists") if column == MARK else column
    if not met:
        message = _(
            "{column!r} holds more than {n} different {n:word|words}: it does not hold marks. Name another column."
        )
        raise InputError(message.format(column=told, n=MOST_MARKS), argument="status")
    words = marks_there(met, column=told, counts=counts)
    return text.is_true(opened.table[column].cast("string").strip().fill_null("").isin(words))


def _moment(day: date) -> datetime:
    return datetime.combine(day, time.min)


def _finished(rows: Canonical, bounds: Boundaries) -> Lists:
    """Return the rows with their ends, with notes and doubts on the lists."""
    table = rows.table
    seen = table.group_by("start").agg(rows=lambda t: t.count(), customers=lambda t: t["customer"].nunique())
    found = {(row["start"] + BEFORE).date(): row for row in seen.order_by("start").to_pyarrow().to_pylist()}
    days = tuple(sorted(found))
    if len(days) < 2:  # noqa: PLR2004 - retention needs two
        message = _("Lists of two dates or more are needed to see who was kept; found: {lists}.")
        raise InputError(message.format(lists=", ".join(map(str, days)) or "0"), argument="source")
    pairs = [(literal(_moment(one) - BEFORE), literal(_moment(two) - BEFORE)) for one, two in pairwise(days)]
    ends = table["start"].cases(*pairs, else_=ibis.null("timestamp"))
    missing = tuple(bounds.missing(days))
    people = text.aggregate(table, n=table["customer"].nunique())["n"]
    doubts = [
        *missing_doubt(missing),
        *size_doubts(found, bounds),
        *log_doubt(found, people),
        *nobody_gone_doubt(table),
    ]
    notes = [*bounds.notes, *empty_note(bounds, days), *twice_note(found)]
    told = doubted(replace(rows, table=table.mutate(end=ends)), doubts=doubts, notes=notes)
    return Lists(told, days, bounds, missing)
