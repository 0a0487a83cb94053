"""Parsed fields of the columns with a role, and the conditions under which a row is set aside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import ibis

from crrkit.read.quality import parse_customers
from crrkit.read.sources import is_blank
from crrkit.read.values import parse_ids, parse_numbers, parse_times, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

    from crrkit.read.quality import Ids
    from crrkit.read.sources import Opened
    from crrkit.read.values import Forms

ZERO_DAYS = ("1899-12-30", "1899-12-31", "1900-01-01", "1970-01-01")
GIVEN = "_given"
NOBODY_COLUMN, ROUNDED_COLUMN, LINE_COLUMN = "_nobody", "_rounded", "_line"


def read_fields(
    opened: Opened,
    forms: Forms,
    *,
    ids: Sequence[str],
    times: Sequence[str],
    numbers: Sequence[str],
    kind: ir.StringValue | None = None,
) -> tuple[Opened, dict[str, Any]]:
    """Return the parsed fields, and for times and numbers whether the original was not empty.

    With the ``kind`` of each row of a log, buyers are determined in the same pass as the ids.
    """
    raw, columns = opened.table, opened.columns
    how = {"order": forms.dates, "zone": forms.zone}
    parsed = {role: parse_times(raw, columns[role], **how) for role in times if role in columns}
    at = parsed[times[0]].value
    is_stored = not opened.copied and raw[columns[times[0]]].type().is_temporal()
    beside = {name: value for name, value in {"at": at, "kind": kind}.items() if is_stored and value is not None}
    who = parse_customers(raw, columns["customer"], at=at, beside=beside, fold=forms.fold, nobody=forms.nobody)
    fields = {"customer": who.value, NOBODY_COLUMN: who.nobody, ROUNDED_COLUMN: who.rounded}
    fields[LINE_COLUMN] = report_line(opened, who, columns[times[0]])
    fields = {role: value for role, value in fields.items() if value is not None}
    fields |= {role: parse_ids(raw, columns[role]) for role in ids if role in columns}
    parsed |= parse_numbers(raw, {role: columns[role] for role in numbers if role in columns}, forms)
    for role, column in parsed.items():
        fields |= {role: column.value, role + GIVEN: column.given}
    notes = [note for column in parsed.values() for note in column.notes]
    doubts = (*opened.doubts, *who.doubts)
    return replace(opened, notes=(*opened.notes, *notes, *who.notes), doubts=doubts, looked=who.looked), fields


def report_line(opened: Opened, who: Ids, time: str | None) -> ir.BooleanValue | None:
    """Return whether a row is a heading, a total or a group line; None if there are none."""
    found, heading = [], opened.columns["customer"]
    if who.lines:
        found.append(text.is_true(who.value.cast("string").isin(who.lines)))
    if opened.undated is not None:
        found.append(is_blank(opened.table[opened.undated]))
    if who.is_headed and time is not None:
        named = who.value.cast("string") == heading.strip()
        found.append(text.is_true(named & (opened.table[time].cast("string").strip() == time.strip())))
    return ibis.or_(*found) if found else None


def unknown(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the reasons for which the customer of a row is unknown."""
    why = {
        "heading, total or group line": LINE_COLUMN,
        "id of nobody in particular": NOBODY_COLUMN,
        "id rounded by a spreadsheet": ROUNDED_COLUMN,
    }
    marked = {name: row[of] for name, of in why.items() if of in row}
    return {"no customer id": row["customer"].isnull(), **marked}


def unreadable(row: Mapping[str, Any], *roles: str) -> ir.BooleanValue:
    """Return whether a field is not empty but could not be parsed."""
    return ibis.or_(*[row[role + GIVEN] & row[role].isnull() for role in roles if role + GIVEN in row], text.NEVER)


def usual_faults(
    row: Mapping[str, Any], *times: str, numbers: Sequence[str], as_of: datetime | None
) -> dict[str, ir.BooleanValue]:
    """Return the reasons for which rows of any list are set aside; the first of the times is that of the row."""
    at = row[times[0]]
    return {
        **unknown(row),
        "unreadable date": unreadable(row, *times),
        "no date": at.isnull(),
        "date that stands for none": is_default(at),
        "unreadable number": unreadable(row, *numbers),
        "on or after the cut-off": not_before(at, as_of),
    }


def is_default(times: ir.Value) -> ir.BooleanValue:
    """Return whether a time is the epoch of spreadsheets, databases or Unix, which stands for a missing date."""
    day = times.date()
    return text.is_true(ibis.or_(*[day == ibis.date(zero) for zero in ZERO_DAYS]))


def not_before(times: ir.Value, as_of: datetime | None) -> ir.BooleanValue:
    """Return whether a time is at or after the cut-off; without a cut-off, after today."""
    seen = times < ibis.literal(as_of, type="timestamp") if as_of else times <= literal(end_of_today())
    return text.is_true(~seen)


def literal(moment: datetime) -> ir.TimestampScalar:
    """Return a datetime as an expression."""
    return ibis.literal(moment, type="timestamp")


def end_of_today() -> datetime:
    """Return the end of today, the latest time that can have been observed."""
    return datetime.combine(date.today(), time.max)  # noqa: DTZ011 - local date of the business
