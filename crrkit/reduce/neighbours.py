"""Each purchase with the customer's previous and next purchase: input of most measures of buyers."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import ibis

from crrkit.reduce import sharing
from crrkit.reduce.customer_windows import ROW_COLUMN, CustomerWindows, are_stored_in_order, dated, in_order
from crrkit.reduce.periods import month_number, month_of

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir


def with_neighbours(orders: ir.Table, *, as_of: datetime) -> ir.Table:
    """Return ``customer, day, before, after, first`` and, if known, ``amount``, one row per purchase.

    ``before`` is the day of the customer's previous purchase, null for the first; ``after`` that of the next one
    before the cut-off, null for the last; ``first`` that of the first purchase of all. Of several purchases on one day,
    all but one have ``before`` on that day, and all but one ``after``. A filter therefore selects each day, month or
    customer once, without another sort.

    Args:
        orders: ``customer, at`` and optionally ``amount``.
        as_of: The cut-off.
    """
    if as_of.time() != time.min:  # days alone do not show what came later on the day of the cut-off
        return linked(orders.filter(orders["at"] < as_of))
    every, cut = linked(orders), ibis.literal(as_of.date())
    seen = every.filter(every["day"] < cut)
    return seen.mutate(after=ibis.ifelse(seen["after"] < cut, seen["after"], ibis.null("date")))


def linked(orders: ir.Table) -> ir.Table:
    """Return all purchases with the previous and the next one, ignoring the cut-off; in order if they are shared."""
    if not are_stored_in_order(orders):
        days = dated(orders)
        windows = CustomerWindows(days, by="day")
        return days.mutate(
            before=windows.lag(days["day"]),
            after=windows.lead(days["day"]),
            first=days["day"].first().over(**windows.window),
        )
    ordered = in_order(orders)
    windows = CustomerWindows(ordered.mutate(month=month_number(ordered["day"])), by="day")
    days = windows.rows
    with_both = days.mutate(before=windows.lag(days["day"]), after=windows.lead(days["day"]))
    windows = CustomerWindows(with_both, by="day")
    opening = ibis.ifelse(windows.rows["before"].isnull(), windows.rows["day"], ibis.null("date"))
    return windows.rows.select(
        *[name for name in with_both.columns if name != ROW_COLUMN], first=windows.latest(opening)
    )


def purchase_days(orders: ir.Table, *, as_of: datetime) -> ir.Table:
    """Return ``customer, day, before, first``: the distinct purchase days; ordered rows have ``month`` as well."""
    linked = with_neighbours(orders, as_of=as_of)
    days = linked.filter(linked["before"].isnull() | (linked["before"] < linked["day"]))
    return days.select("customer", "day", "before", "first", *month_of(days))


def first_days(orders: ir.Table, *, as_of: datetime) -> ir.Table:
    """Return ``customer, first``: the day of each customer's first purchase, from `with_neighbours` if it is stored."""
    if sharing.is_shared(orders) and as_of.time() == time.min:
        seen = with_neighbours(orders, as_of=as_of)
        return seen.filter(seen["before"].isnull()).select("customer", first="day")
    seen = orders.filter(orders["at"] < as_of)
    return seen.group_by("customer").agg(first=seen["at"].min().date())


def paid_rows(orders: ir.Table, *, as_of: datetime) -> ir.Table:
    """Return ``customer, day, amount, bought``: payments and refunds, from `with_neighbours` if it is stored.

    ``amount`` is null if unknown; ``bought`` is false for a refund, which makes nobody a customer.
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
    """Return whether a row is a purchase; rows marked ``back`` are refunds."""
    return ~money["back"] if "back" in money.columns else ibis.literal(value=True)
