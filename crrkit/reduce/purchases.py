"""Purchases: when customers bought, the gaps between purchases, and which events count as purchases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import ibis

from crrkit.reduce import sharing
from crrkit.reduce.active import active_periods, buyers_of
from crrkit.reduce.neighbours import first_days, purchase_days, with_neighbours
from crrkit.reduce.rows import with_segments
from crrkit.rules import BUYING

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir

    from crrkit.rules import Calendar


CENT = 0.01


def order_histogram(orders: ir.Table, *, calendar: Calendar, as_of: datetime, by: tuple[str, ...] = ()) -> ir.Table:
    """Return ``period, before, customers``: customers who bought in a period, by the previous period with a purchase.

    ``before`` is the number of a period, not of days, and null for first-time buyers.
    """
    active = active_periods(orders, calendar=calendar, as_of=as_of)
    rows = with_segments(active, orders.filter(orders["at"] < as_of), "at", by)
    return rows.group_by(*by, "period", "before").agg(customers=lambda t: t.count())


def population_gap(orders: ir.Table, *, as_of: datetime) -> ir.Table:
    """Return ``exposure, gaps, customers``: sums of days from first purchase to cut-off and of repeat purchase days.

    Exposure divided by events accounts for open (right-censored) gaps; the mean of closed gaps alone is too short.
    """
    days = purchase_days(orders, as_of=as_of)
    opens = days["before"].isnull()
    exposure = ibis.literal(as_of, type="timestamp").date().delta(days["day"], unit="day")
    return days.agg(
        exposure=exposure.sum(where=opens), gaps=days.count(where=~opens), customers=days.count(where=opens)
    )


def gap_histogram(orders: ir.Table, *, as_of: datetime) -> ir.Table:
    """Return ``days, closed, gaps``: the number of gaps of each length, closed by a purchase or still open."""
    linked = with_neighbours(orders, as_of=as_of)
    days = linked.filter(linked["after"].isnull() | (linked["after"] > linked["day"]))
    until = ibis.coalesce(days["after"], ibis.literal(as_of, type="timestamp").date())
    gaps = days.select(days=until.delta(days["day"], unit="day"), closed=days["after"].notnull())
    return gaps.group_by("days", "closed").agg(gaps=gaps.count())


def repeat_histogram(orders: ir.Table, *, as_of: datetime) -> ir.Table:
    """Return ``frequency, recency_days, age_days, customers``, the input of purchase models such as BG/NBD.

    ``frequency`` is the number of purchase days after the first, ``recency_days`` the days from the first to the last,
    and ``age_days`` the days from the first to the last observed day.
    """
    days = purchase_days(orders, as_of=as_of)
    per_customer = days.group_by("customer").agg(first=days["day"].min(), last=days["day"].max(), days=days.count())
    until = ibis.literal((as_of - timedelta(microseconds=1)).date())
    rows = per_customer.select(
        frequency=per_customer["days"] - 1,
        recency_days=per_customer["last"].delta(per_customer["first"], unit="day"),
        age_days=until.delta(per_customer["first"], unit="day"),
    )
    return rows.group_by("frequency", "recency_days", "age_days").agg(customers=rows.count())


def of_kinds(events: ir.Table, *, kinds: tuple[str, ...]) -> ir.Table:
    """Return the events of some kinds, without the column ``kind``."""
    return events.filter(events["kind"].isin(kinds)).select(*_columns_except_kind(events))


def _columns_except_kind(events: ir.Table) -> list[str]:
    """Return the names of the other columns: in the oldest supported Ibis ``drop`` changes the order of the rest."""
    return [name for name in events.columns if name != "kind"]


def first_purchases(events: ir.Table, orders: ir.Table, *, as_of: datetime) -> ir.Table:
    """Return ``customer, first``: each buyer's first purchase, from the stored `buyers_of` if all purchases count."""
    if sharing.is_shared(events) and orders.equals(of_kinds(events, kinds=BUYING)):
        people = buyers_of(events)
        return people.filter(people["first"] < as_of).select("customer", "first")
    return first_days(orders, as_of=as_of)


def without_refunded(
    events: ir.Table, *, buying: tuple[str, ...], refund: str, as_of: datetime, by_receipt: bool
) -> ir.Table:
    """Return the events of ``buying`` kinds without purchases that were refunded in full before the cut-off.

    With receipts, a purchase is refunded if the later refunds under its receipt add up to what was paid. Any other
    refund cancels the customer's latest earlier purchase of the same amount that has not been refunded yet.
    """
    seen = events.filter(events["at"] < as_of)
    bought, back = seen.filter(seen["kind"].isin(buying)), seen.filter(seen["kind"] == refund)
    if by_receipt:
        bought, back = _not_refunded_by_receipt(bought, back), back.anti_join(bought, ["customer", "receipt"])
    return _not_refunded_by_amount(bought, back).select(*_columns_except_kind(events))


def _not_refunded_by_receipt(bought: ir.Table, back: ir.Table) -> ir.Table:
    under = bought.group_by("customer", "receipt").agg(paid=bought["amount"].abs().sum(), since=bought["at"].min())
    joined = back.join(under, ["customer", "receipt"])
    after = joined.filter(joined["at"] >= joined["since"])
    sums = after.group_by("customer", "receipt").agg(returned=after["amount"].abs().sum(), paid=after["paid"].max())
    whole = sums.filter(sums["returned"] >= sums["paid"] - CENT)
    return bought.anti_join(whole, ["customer", "receipt"])


def _not_refunded_by_amount(bought: ir.Table, back: ir.Table) -> ir.Table:
    """Match refunds to purchases like brackets: each refund closes the latest open purchase of the same amount.

    A purchase was refunded if at some later time fewer purchases are open than just after it.
    """
    steps = bought.mutate(step=1).union(back.mutate(step=-1))
    steps = steps.mutate(cents=(steps["amount"].abs() / CENT).round())
    per_amount = {"group_by": ["customer", "cents"], "order_by": ["at", ibis.desc("step")]}
    counted = steps.mutate(depth=steps["step"].sum().over(ibis.window(**per_amount, preceding=(None, 0))))
    lowest = counted["depth"].min().over(ibis.window(**per_amount, following=(1, None)))
    marked = counted.mutate(closed=(lowest < counted["depth"]).fill_null(ibis.literal(value=False)))
    return marked.filter((marked["step"] == 1) & ~marked["closed"])


def buyers_and_contacts(events: ir.Table) -> ir.Table:
    """Return ``people, buyers, first``: people in the log, those who ever bought, time of the first purchase of all."""
    people = buyers_of(events)
    return people.agg(people=people.count(), buyers=people["first"].count(), first=people["first"].min())
