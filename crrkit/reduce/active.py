"""The periods in which each customer bought: input of retention by period and of purchase cohorts.

For calendar periods of whole months, the months in which a customer bought are stored as the bits of one integer,
computed by grouping, without a sort. Month ``m`` is bit ``m % 60``, so the start of the list need not be known in
advance, and no two months share a bit if the list spans at most five years. If the time span is unknown (the rows were
not declared as shared, see `crrkit.reduce.sharing`) or longer, for weeks and days, and for a cut-off inside a month,
each purchase is compared with the customer's previous one instead.
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

import ibis

from crrkit.ground import MONTHS_PER_PERIOD
from crrkit.reduce import sharing
from crrkit.reduce.neighbours import with_neighbours
from crrkit.reduce.periods import period_index
from crrkit.rules import BUYING

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir

    from crrkit.rules import Calendar

RING = 5 * MONTHS_PER_PERIOD["year"]
EXACT_BITS = 30  # for integers of up to so many bits, log2 as a float is exact enough to find the highest bit
INSTANT = timedelta(microseconds=1)
LONGEST_TWO = 2  # the longest is an outlier if it is much longer than the second


@sharing.part
def months_of(orders: ir.Table) -> ir.Table:
    """Return ``customer, rows, months``: each customer's number of rows and the bit set of the months with a row."""
    return orders.select("customer", bit=_bit_of_month(orders["at"])).group_by("customer").agg(
        rows=lambda t: t.count(), months=lambda t: t["bit"].bit_or()
    )  # fmt: skip


@sharing.part
def buyers_of(events: ir.Table) -> ir.Table:
    """Return ``customer, rows, first``: each person's number of rows in a log and the time of their first purchase.

    For shared rows also ``months``, as in `months_of`; not every engine has a bitwise OR aggregate.
    """
    at, is_shared = events["at"], sharing.is_shared(events)
    bought = ibis.ifelse(events["kind"].isin(BUYING), at, ibis.null("timestamp")) if "kind" in events.columns else at
    bits = {"bit": _bit_of_month(at)} if is_shared else {}
    rows = events.select("customer", bought=bought, **bits)
    months = {"months": rows["bit"].bit_or()} if is_shared else {}
    return rows.group_by("customer").agg(rows=rows.count(), first=rows["bought"].min(), **months)


def _bit_of_month(at: ir.TimestampValue) -> ir.IntegerValue:
    place = ((at.year() * 12 + at.month() - 1) % RING + RING) % RING  # not negative for years before 1 either
    return _int64(1) << place.cast("int64")


def _stored_by_customer(rows: ir.Table) -> ir.Table:
    """Return the stored part with one row per customer: `buyers_of` for events, otherwise `months_of`."""
    return (buyers_of if "kind" in rows.columns else months_of)(rows)


def rows_of_each(rows: ir.Table) -> ir.Table:
    """Return ``customer, rows``: each customer's number of rows, from the stored months or buyers of shared rows."""
    if sharing.is_shared(rows):
        return _stored_by_customer(rows).select("customer", "rows")
    return rows.group_by("customer").agg(rows=rows.count())


def lives_in_months(rows: ir.Table, *, begin: datetime, until: datetime) -> ir.Table | None:
    """Return ``first, last, customers``: the number of customers by the months of their first and their last row.

    Months are numbered from that of ``begin``, which is 0. None if the rows are not shared, or if they span more months
    than the bit set holds.
    """
    if not sharing.is_shared(rows) or _month(until) - _month(begin) >= RING:
        return None
    ring = _stored_by_customer(rows)
    bits = _rotated(ring["months"], _month(begin) % RING)
    lives = ring.select(first=(bits & -bits).nullif(0).log2().cast("int64"), last=_highest_bit(bits))
    return lives.group_by("first", "last").agg(customers=lambda t: t.count())


def active_periods(orders: ir.Table, *, calendar: Calendar, as_of: datetime) -> ir.Table:
    """Return ``customer, period, before, first``: one row per customer and period with a purchase before the cut-off.

    ``before`` is the previous period with a purchase, null in the customer's ``first``.
    """
    span = sharing.span_of(orders)
    if span is None or not calendar.months or not span[0] < as_of:
        return _by_days(orders, calendar, as_of)
    begin, until = calendar.index(span[0]), min(as_of, span[1])
    january = begin * calendar.months + calendar.month_shift  # number of the month in which the first period begins
    months = [_month(moment - INSTANT) - january + 1 for moment in (until, span[1])]
    is_cut = as_of < span[1]
    if months[1] > RING or (is_cut and (as_of.day != 1 or as_of.time() != time.min)):
        return _by_days(orders, calendar, as_of)
    return _by_months(months_of(orders), calendar.months, begin=begin, january=january, seen=months[0])


def _month(moment: datetime) -> int:
    return moment.year * 12 + moment.month - 1


def _by_days(orders: ir.Table, calendar: Calendar, as_of: datetime) -> ir.Table:
    linked = with_neighbours(orders, as_of=as_of)
    period, before, first = (period_index(linked[name], calendar) for name in ("day", "before", "first"))
    active = linked.select("customer", period=period, before=before, first=first)
    return active.filter(active["before"].isnull() | (active["before"] < active["period"]))


def _by_months(ring: ir.Table, length: int, *, begin: int, january: int, seen: int) -> ir.Table:
    """Compute `active_periods` from the bit sets, for periods of ``length`` months and ``seen`` months in all."""
    lists = ring.select("customer", bits=_rotated(ring["months"], january % RING) & _bit_mask(seen))
    opened = (lists["bits"] & -lists["bits"]).nullif(0).log2().cast("int64")  # exact: it is a power of two
    known = lists.mutate(first=_periods(opened, length) + begin)
    places = ibis.range(0, -(-seen // length)).unnest().cast("int64").name("place").as_table()
    there = known.join(places, (known["bits"] & (_int64(_bit_mask(length)) << (places["place"] * length))) != 0)
    past = there["bits"] & ((_int64(1) << (there["place"] * length)) - 1)
    rows = there.select("customer", "first", period=there["place"] + begin, past=past)
    return rows.select("customer", "period", "first", before=_periods(_highest_bit(rows["past"]), length) + begin)


def _rotated(months: ir.IntegerValue, by: int) -> ir.IntegerValue:
    """Rotate the bit set so that month ``by`` becomes bit 0."""
    return months if not by else (months >> by) | ((months & _bit_mask(by)) << (RING - by))


def _int64(number: int) -> ir.IntegerScalar:
    return ibis.literal(number, type="int64")


def _bit_mask(bits: int) -> int:
    return (1 << bits) - 1


def _highest_bit(bits: ir.IntegerValue) -> ir.IntegerValue:
    """Return the position of the highest set bit; null if there is none."""
    upper = bits >> EXACT_BITS
    places = (upper.nullif(0).log2() + EXACT_BITS, bits.nullif(0).log2())
    return ibis.ifelse(upper > 0, *places).floor().cast("int64")


def _periods(months: ir.IntegerValue, length: int) -> ir.IntegerValue:
    return months if length == 1 else (months / length).floor().cast("int64")


def distinct_days(rows: ir.Table, *times: str) -> ir.Table:
    """Return ``day``: the distinct days on which any of the timestamp columns falls; nulls are dropped."""
    days = [rows.select(day=rows[name].date()) for name in times]
    return ibis.union(*days, distinct=True).drop_null("day") if len(days) > 1 else days[0].distinct().drop_null("day")


def silent_spells(rows: ir.Table, *, least: int) -> ir.Table:
    """Return ``day, after, days, n``: gaps between days with a row, and how many rows the day before the gap has.

    Those of ``least`` days or more are returned, and the longest two.

    Args:
        rows: ``customer, at``.
        least: The number of days without any row from which a gap is always returned.
    """
    days = rows.group_by(day=rows["at"].date()).agg(n=rows.count()).drop_null("day")
    linked = days.mutate(after=days["day"].lead().over(order_by=days["day"]))
    linked = linked.filter(linked["after"].notnull())
    spells = linked.mutate(days=(linked["after"].delta(linked["day"], unit="day") - 1).cast("int32"))
    placed = spells.mutate(place=ibis.row_number().over(order_by=[spells["days"].desc(), spells["day"]]))
    return placed.filter((placed["days"] >= least) | (placed["place"] < LONGEST_TWO)).select(
        "day", "after", "days", "n"
    )
