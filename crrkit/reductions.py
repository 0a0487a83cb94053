"""The only module that writes expressions over customers' rows: each turns the big table into a small frame.

Every expression is plain Ibis that compiles for DuckDB, PostgreSQL and Spark alike; a test holds it. What a reader
has to understand happens afterwards, in pandas, on what these functions return.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir
    import pandas as pd

    from crrkit.periods import Calendar

OPEN = 10**9  # the number of a period that never comes: a spell that has not ended when the data end


def period_index(at: ir.TimestampValue, calendar: Calendar) -> ir.IntegerValue:
    """The number of the period that holds a moment: `Calendar.index` as an expression."""
    if calendar.months:
        months = at.year() * 12 + at.month() - 1 - calendar.month_shift
        return months if calendar.months == 1 else _floor_divide(months, calendar.months)
    days = at.date().delta(ibis.date("1970-01-01"), unit="day")
    return days if calendar.every == "day" else _floor_divide(days + calendar.week_shift, 7)


def _floor_divide(number: ir.IntegerValue, by: int) -> ir.IntegerValue:
    return (number / by).floor().cast("int64")


def order_histogram(orders: ir.Table, *, calendar: Calendar, as_of: datetime) -> ir.Table:
    """Purchases as ``period, before, customers``: how many bought in a period and, last before it, in ``before``.

    ``before`` is null for those who had never bought.
    """
    seen = orders.filter(orders["at"] < as_of)
    active = seen.select(customer=seen["customer"], period=period_index(seen["at"], calendar)).distinct()
    earlier = active["period"].lag().over(group_by=active["customer"], order_by=active["period"])
    return active.mutate(before=earlier).group_by("period", "before").agg(customers=lambda t: t.count())


def spell_histogram(contracts: ir.Table, *, calendar: Calendar, as_of: datetime, unit: str) -> ir.Table:
    """Contracts as ``joined, left, history, customers, joins``.

    Overlapping and touching contracts of a customer are one spell. All spells of a customer that begin in the same
    period are one row: ``joins`` of them, the last of which ends in period ``left`` (`OPEN` when it has not ended).
    ``history`` is ``first`` (never a customer before that period), ``former`` (an earlier spell ended before the
    period) or ``there`` (an earlier spell ended inside it, so that the customer was there at its start).
    """
    spells = _spells(_units(contracts, as_of=as_of, unit=unit), unit=unit)
    joined, left = period_index(spells["start"], calendar), period_index(spells["end"], calendar)
    left = ibis.ifelse(spells["end"] >= as_of, ibis.literal(OPEN), left)
    numbered = spells.select(customer=spells["customer"], joined=joined, left=left)
    rows = numbered.group_by("customer", "joined").agg(left=numbered["left"].max(), joins=numbered.count())
    before = rows["left"].lag().over(group_by=rows["customer"], order_by=rows["joined"])
    history = ibis.cases((before.isnull(), "first"), (before < rows["joined"], "former"), else_="there")
    named = rows.mutate(history=history)
    return named.group_by("joined", "left", "history").agg(customers=named.count(), joins=named["joins"].sum())


def _units(contracts: ir.Table, *, as_of: datetime, unit: str) -> ir.Table:
    """What is counted, as ``customer, start, end``; an end that was not seen is at the cut-off or later."""
    seen = contracts.filter(contracts["start"] < as_of)
    far = ibis.literal(as_of, type="timestamp")
    end = ibis.coalesce(seen["end"], far)
    if unit != "contract":
        return seen.select(customer=seen["customer"], start=seen["start"], end=end)
    if "contract" in seen.columns:
        return seen.select(customer=seen["contract"], start=seen["start"], end=end)
    number = ibis.row_number().over(order_by=[seen["customer"], seen["start"]])
    return seen.select(customer=number, start=seen["start"], end=end)


def _spells(units: ir.Table, *, unit: str) -> ir.Table:
    """Overlapping and touching intervals of each customer merged; ``person_all`` ends with the first of them to end."""
    earlier = ibis.window(group_by="customer", order_by=["start", "end"], preceding=(None, 1))
    known = units.mutate(reach=units["end"].max().over(earlier))
    opens = ibis.ifelse(known["reach"].isnull() | (known["start"] > known["reach"]), 1, 0)
    so_far = ibis.window(group_by="customer", order_by=["start", "end"], preceding=(None, 0))
    numbered = known.mutate(opens=opens)
    numbered = numbered.mutate(spell=numbered["opens"].sum().over(so_far))
    last = numbered["end"].min() if unit == "person_all" else numbered["end"].max()
    return numbered.group_by("customer", "spell").agg(start=numbered["start"].min(), end=last)


def collect(reduction: ir.Table) -> pd.DataFrame:
    """Run a reduction where its table lives and bring the small frame home."""
    frame: pd.DataFrame = reduction.to_pandas()
    return frame
