"""Each purchase beside the customer's purchases before and after it: what most measures of buyers are counted from."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import ibis

from crrkit.reduce import sharing
from crrkit.reduce.ordered import AT_ROW, Own, are_kept_in_order, dated, in_order
from crrkit.reduce.periods import month_number, month_of

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir


def with_neighbours(orders: ir.Table, *, as_of: datetime) -> ir.Table:
    """Purchases as ``customer, day, before, after, first`` and, where it is known, ``amount``, a row a purchase.

    ``before`` is the day of the customer's purchase before this one, null at the first; ``after`` that of the next one
    before the cut-off, null at the last; ``first`` that of the first of all. Of several on one day all but one have
    ``before`` on that day, and all but one ``after``: so a filter finds each day, month or customer once, and nothing
    is sorted again.

    Args:
        orders: ``customer, at``, perhaps ``amount``.
        as_of: The cut-off.
    """
    if as_of.time() != time.min:  # days do not tell what came later on the last of them
        return linked(orders.filter(orders["at"] < as_of))
    every, cut = linked(orders), ibis.literal(as_of.date())
    seen = every.filter(every["day"] < cut)
    return seen.mutate(after=ibis.ifelse(seen["after"] < cut, seen["after"], ibis.null("date")))


def linked(orders: ir.Table) -> ir.Table:
    """All purchases beside their neighbours, whatever the cut-off; in their order where they are shared."""
    if not are_kept_in_order(orders):
        days = dated(orders)
        own = Own(days, by="day")
        return days.mutate(
            before=own.lag(days["day"]), after=own.lead(days["day"]), first=days["day"].first().over(**own.window)
        )
    kept = in_order(orders)
    own = Own(kept.mutate(month=month_number(kept["day"])), by="day")
    days = own.rows
    beside = days.mutate(before=own.lag(days["day"]), after=own.lead(days["day"]))
    own = Own(beside, by="day")
    opening = ibis.ifelse(own.rows["before"].isnull(), own.rows["day"], ibis.null("date"))
    return own.rows.select(*[name for name in beside.columns if name != AT_ROW], first=own.latest(opening))


def purchase_days(orders: ir.Table, *, as_of: datetime) -> ir.Table:
    """Each customer's days with a purchase, once: ``customer, day, before, first``; in order with the ``month``."""
    linked = with_neighbours(orders, as_of=as_of)
    days = linked.filter(linked["before"].isnull() | (linked["before"] < linked["day"]))
    return days.select("customer", "day", "before", "first", *month_of(days))


def first_days(orders: ir.Table, *, as_of: datetime) -> ir.Table:
    """``customer, first``: the day of each customer's first purchase; of the neighbours where these are kept anyway."""
    if sharing.is_shared(orders) and as_of.time() == time.min:
        seen = with_neighbours(orders, as_of=as_of)
        return seen.filter(seen["before"].isnull()).select("customer", first="day")
    seen = orders.filter(orders["at"] < as_of)
    return seen.group_by("customer").agg(first=seen["at"].min().date())


def paid_rows(orders: ir.Table, *, as_of: datetime) -> ir.Table:
    """What was paid when, as ``customer, day, amount, bought``: of the neighbours where these are kept anyway.

    ``amount`` is null where it is not known; ``bought`` is false where money was given back, which makes nobody a
    customer.
    """
    if sharing.is_shared(orders) and as_of.time() == time.min:
        seen = with_neighbours(orders, as_of=as_of)
        day, bought = seen["day"], ibis.literal(value=True)
    else:
        seen = orders.filter(orders["at"] < as_of)
        day, bought = seen["at"].date(), is_purchase(seen)
    amount = seen["amount"].cast("float64")
    return seen.select("customer", *month_of(seen), day=day, amount=amount, bought=bought)


def is_purchase(money: ir.Table) -> ir.BooleanValue:
    """Whether a row of money is a purchase; one that is marked ``back`` is money given back."""
    return ~money["back"] if "back" in money.columns else ibis.literal(value=True)
