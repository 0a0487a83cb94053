"""In which periods each customer bought: what the account and the cohorts of purchases are counted from.

Whoever buys in calendar periods needs no day: the months in which somebody bought fit, as bits, into one number, found
by grouping the rows, with no sort. Month ``m`` is bit ``m % 60``, so that nobody has to know beforehand when the list
begins: five years are one turn of the ring, and a shorter list meets no bit twice. Where it is not known how long the
list is (rows that nobody has said are shared, see `crrkit.reduce.sharing`), for longer ones, for weeks and days, and
with a cut-off inside a month, the same is told by each purchase beside the one before it.
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
EXACT_BITS = 30  # bits of which a float knows the logarithm well enough to tell the highest
INSTANT = timedelta(microseconds=1)
LONGEST_TWO = 2  # of which one stands out if it is much longer than the other


@sharing.part
def months_of(orders: ir.Table) -> ir.Table:
    """Each customer with the number of their rows and the months in which they have one: ``customer, rows, months``."""
    return orders.select("customer", bit=_bit_of_month(orders["at"])).group_by("customer").agg(
        rows=lambda t: t.count(), months=lambda t: t["bit"].bit_or()
    )  # fmt: skip


@sharing.part
def buyers_of(events: ir.Table) -> ir.Table:
    """Each person in a log with the number of their rows and their first purchase: ``customer, rows, first``.

    Of shared rows also the ``months`` in which they have one, as in `months_of`; not every engine combines bits.
    """
    at, is_shared = events["at"], sharing.is_shared(events)
    bought = ibis.ifelse(events["kind"].isin(BUYING), at, ibis.null("timestamp")) if "kind" in events.columns else at
    bits = {"bit": _bit_of_month(at)} if is_shared else {}
    own = events.select("customer", bought=bought, **bits)
    months = {"months": own["bit"].bit_or()} if is_shared else {}
    return own.group_by("customer").agg(rows=own.count(), first=own["bought"].min(), **months)


def _bit_of_month(at: ir.TimestampValue) -> ir.IntegerValue:
    place = ((at.year() * 12 + at.month() - 1) % RING + RING) % RING  # years before Christ are read, too
    return _whole(1) << place.cast("int64")


def _of_each(rows: ir.Table) -> ir.Table:
    """What is kept of each customer of shared rows: with the first purchase where rows are events of several kinds."""
    return (buyers_of if "kind" in rows.columns else months_of)(rows)


def rows_of_each(rows: ir.Table) -> ir.Table:
    """``customer, rows``: how many rows each has; told by the months, or the purchases, where these are kept anyway."""
    if sharing.is_shared(rows):
        return _of_each(rows).select("customer", "rows")
    return rows.group_by("customer").agg(rows=rows.count())


def lives_in_months(rows: ir.Table, *, begin: datetime, until: datetime) -> ir.Table | None:
    """How many customers have their first row in one month and their last in another: ``first, last, customers``.

    Months are counted from the one of ``begin``, which has the number 0. None where the months of rows are not kept
    anyway, or where they are more than the ring has.
    """
    if not sharing.is_shared(rows) or _month(until) - _month(begin) >= RING:
        return None
    ring = _of_each(rows)
    bits = _turned(ring["months"], _month(begin) % RING)
    lives = ring.select(first=(bits & -bits).nullif(0).log2().cast("int64"), last=_highest(bits))
    return lives.group_by("first", "last").agg(customers=lambda t: t.count())


def active_periods(orders: ir.Table, *, calendar: Calendar, as_of: datetime) -> ir.Table:
    """Each customer once in every period with a purchase before the cut-off: ``customer, period, before, first``.

    ``before`` is the period in which they bought last before it, null in their ``first``.
    """
    span = sharing.span_of(orders)
    if span is None or not calendar.months or not span[0] < as_of:
        return _by_days(orders, calendar, as_of)
    begin, until = calendar.index(span[0]), min(as_of, span[1])
    january = begin * calendar.months + calendar.month_shift  # the month in which the first period begins
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
    """The same from the ring of months: periods of some months, of which so many months have been seen."""
    lists = ring.select("customer", bits=_turned(ring["months"], january % RING) & _ones(seen))
    opened = (lists["bits"] & -lists["bits"]).nullif(0).log2().cast("int64")  # exact: it is a power of two
    known = lists.mutate(first=_periods(opened, length) + begin)
    places = ibis.range(0, -(-seen // length)).unnest().cast("int64").name("place").as_table()
    there = known.join(places, (known["bits"] & (_whole(_ones(length)) << (places["place"] * length))) != 0)
    past = there["bits"] & ((_whole(1) << (there["place"] * length)) - 1)
    rows = there.select("customer", "first", period=there["place"] + begin, past=past)
    return rows.select("customer", "period", "first", before=_periods(_highest(rows["past"]), length) + begin)


def _turned(months: ir.IntegerValue, by: int) -> ir.IntegerValue:
    """The ring from another month on."""
    return months if not by else (months >> by) | ((months & _ones(by)) << (RING - by))


def _whole(number: int) -> ir.IntegerScalar:
    return ibis.literal(number, type="int64")


def _ones(bits: int) -> int:
    return (1 << bits) - 1


def _highest(bits: ir.IntegerValue) -> ir.IntegerValue:
    """The place of the highest bit; null where there is none."""
    upper = bits >> EXACT_BITS
    places = (upper.nullif(0).log2() + EXACT_BITS, bits.nullif(0).log2())
    return ibis.ifelse(upper > 0, *places).floor().cast("int64")


def _periods(months: ir.IntegerValue, length: int) -> ir.IntegerValue:
    return months if length == 1 else (months / length).floor().cast("int64")


def days_met(rows: ir.Table, *times: str) -> ir.Table:
    """The days on which any of the times lies, each once: ``day``."""
    days = [rows.select(day=rows[name].date()) for name in times]
    return ibis.union(*days, distinct=True).drop_null("day") if len(days) > 1 else days[0].distinct().drop_null("day")


def silent_spells(rows: ir.Table, *, least: int) -> ir.Table:
    """The times between two days with a row: ``day, after, days``, those of ``least`` days and the longest two.

    Args:
        rows: ``customer, at``.
        least: Days without any row from which a time is told in any case.
    """
    met = days_met(rows, "at")
    linked = met.mutate(after=met["day"].lead().over(order_by=met["day"]))
    linked = linked.filter(linked["after"].notnull())
    spells = linked.mutate(days=(linked["after"].delta(linked["day"], unit="day") - 1).cast("int32"))
    placed = spells.mutate(place=ibis.row_number().over(order_by=[spells["days"].desc(), spells["day"]]))
    return placed.filter((placed["days"] >= least) | (placed["place"] < LONGEST_TWO)).select("day", "after", "days")
