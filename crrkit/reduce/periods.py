"""The period of a moment, as an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from crrkit.reduce.dialects import divided

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from crrkit.rules import Calendar


def period_index(at: ir.TimestampValue | ir.DateValue, calendar: Calendar) -> ir.IntegerValue:
    """The number of the period that holds a moment or a day: `Calendar.index` as an expression."""
    if calendar.months:
        months = at.year() * 12 + at.month() - 1 - calendar.month_shift
        return months if calendar.months == 1 else _floor_divide(months, calendar.months)
    days = day_of(at).delta(ibis.date("1970-01-01"), unit="day")
    return days if calendar.every == "day" else _floor_divide(days + calendar.week_shift, 7)


def day_of(at: ir.TimestampValue | ir.DateValue) -> ir.DateValue:
    """The day of a moment; a day is its own."""
    return at if at.type().is_date() else at.date()


def day_number(at: ir.TimestampValue | ir.DateValue) -> ir.IntegerValue:
    """Days since 1970-01-01."""
    return day_of(at).delta(ibis.date("1970-01-01"), unit="day").cast("int32")


def _floor_divide(number: ir.IntegerValue, by: int) -> ir.IntegerValue:
    return divided(number, by).floor().cast("int64")
