"""Calendar periods and day numbers of moments, as expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from crrkit.reduce.dialects import divided

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from crrkit.rules import Calendar


def period_index(at: ir.TimestampValue | ir.DateValue, calendar: Calendar) -> ir.IntegerValue:
    """Return the number of the period that contains a moment or a day: `Calendar.index` as an expression."""
    if calendar.months:
        return _of_month(at.year() * 12 + at.month() - 1, calendar)
    days = day_of(at).delta(ibis.date("1970-01-01"), unit="day")
    return days if calendar.every == "day" else _floor_divide(days + calendar.week_shift, 7)


def _of_month(number: ir.IntegerValue, calendar: Calendar) -> ir.IntegerValue:
    months = number - calendar.month_shift
    return months if calendar.months == 1 else _floor_divide(months, calendar.months)


def month_number(day: ir.DateValue) -> ir.IntegerValue:
    """Return the months since the year 0, as int32."""
    return (day.year() * 12 + day.month() - 1).cast("int32")


def month_of(rows: ir.Table) -> list[str]:
    """Return the name of the column with the `month_number` of the rows as a list; empty if they have none."""
    return ["month"] if "month" in rows.columns else []


def period_in(rows: ir.Table, day: str, calendar: Calendar, *, month: str = "month") -> ir.IntegerValue:
    """Return the number of the period of a row's day, computed from its month if known, which is cheaper."""
    by_month = calendar.months and month in rows.columns
    return _of_month(rows[month].cast("int64"), calendar) if by_month else period_index(rows[day], calendar)


def day_of(at: ir.TimestampValue | ir.DateValue) -> ir.DateValue:
    """Return the date of a moment; a date is returned unchanged."""
    return at if at.type().is_date() else at.date()


def day_number(at: ir.TimestampValue | ir.DateValue) -> ir.IntegerValue:
    """Return the days since 1970-01-01, as int32."""
    return day_of(at).delta(ibis.date("1970-01-01"), unit="day").cast("int32")


def day_of_number(number: ir.IntegerValue) -> ir.DateValue:
    """Return the date that is ``number`` days after 1970-01-01."""
    return (ibis.literal("1970-01-01 00:00:00", type="timestamp") + number.as_interval("D")).date()


def _floor_divide(number: ir.IntegerValue, by: int) -> ir.IntegerValue:
    return divided(number, by).floor().cast("int64")
