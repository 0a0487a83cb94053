"""Revenue from purchases: from one period to the next, by receipt, and its concentration among customers."""

from __future__ import annotations

from math import frexp
from typing import TYPE_CHECKING

import ibis

from crrkit.reduce import sharing
from crrkit.reduce.customer_windows import ALL, SO_FAR, CustomerWindows, are_in_order
from crrkit.reduce.dialects import divided
from crrkit.reduce.neighbours import is_purchase, paid_rows
from crrkit.reduce.periods import period_in, period_index
from crrkit.reduce.rows import with_segments

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir

    from crrkit.rules import Calendar


TOP_SHARE, LORENZ_POINTS = 0.2, 100
WHOLE_BITS, LARGEST_EXPONENT = 62, 900


def revenue_by_period(orders: ir.Table, *, calendar: Calendar, as_of: datetime, by: tuple[str, ...] = ()) -> ir.Table:
    """Return ``period, customers, revenue, retained, capped, gone, negative``, one row per period with purchases.

    ``revenue`` is what the customers of the period paid in it, ``retained`` what the same customers paid in the next
    period, ``capped`` the same, with each customer capped at their revenue of the period; ``gone`` the revenue of the
    period from customers who bought nothing in the next; ``negative`` counts customers for whom either sum is below 0.
    A customer with only refunds in a period is not among its ``customers``.
    """
    rows = followed(orders, calendar=calendar, as_of=as_of)
    rows = with_segments(rows, orders.filter(orders["at"] < as_of), "at", by)
    return rows.group_by(*by, "period").agg(
        customers=rows.count(where=rows["bought"]),
        revenue=rows["revenue"].sum(),
        retained=rows["following"].sum(),
        capped=ibis.least(rows["revenue"], rows["following"]).sum(),
        gone=rows["gone"].sum(),
        negative=ibis.ifelse(ibis.least(rows["revenue"], rows["following"]) < 0, 1, 0).sum(),
    )


def retail_histogram(orders: ir.Table, *, calendar: Calendar, as_of: datetime) -> ir.Table:
    """Return ``period, buyers, receipts, repeat_buyers, revenue``.

    If the base has receipt numbers, each number is a receipt and each row without one is a receipt of its own; if not,
    all that a customer bought at one moment. A repeat buyer bought on at least two days of the period.
    """
    seen = orders.filter(orders["at"] < as_of)
    receipt = seen["receipt"] if "receipt" in seen.columns else seen["at"]
    rows = seen.select(
        customer=seen["customer"],
        period=period_index(seen["at"], calendar),
        receipt=receipt,
        day=seen["at"].date(),
        amount=seen["amount"].cast("float64"),
        bought=is_purchase(seen),
    )
    per_customer = rows.group_by("period", "customer").agg(
        receipts=rows["receipt"].nunique(where=rows["bought"])
        + (rows["bought"] & rows["receipt"].isnull()).ifelse(1, 0).sum(),
        days=rows["day"].nunique(where=rows["bought"]),
        revenue=rows["amount"].sum(),
        bought=rows["bought"].any(),
    )
    return per_customer.group_by("period").agg(
        buyers=per_customer.count(where=per_customer["bought"]),
        receipts=per_customer["receipts"].sum(),
        repeat_buyers=ibis.ifelse(per_customer["days"] > 1, 1, 0).sum(),
        revenue=per_customer["revenue"].sum(),
    )


def revenue_ranks(
    orders: ir.Table, *, as_of: datetime, top: float = TOP_SHARE, points: int = LORENZ_POINTS
) -> ir.Table:
    """Return customers ranked by revenue as ``bucket, customers, revenue, weighted, top_revenue, negative``, ascending.

    ``weighted`` is the sum of rank times revenue, from which the Gini coefficient follows exactly; ``top_revenue`` the
    revenue of the ``ceil(top * n)`` customers with the highest revenue. There are at most ``points`` buckets of equal
    numbers of customers, for a Lorenz curve.
    """
    seen = paid_rows(orders, as_of=as_of)
    per_customer = seen.group_by("customer").agg(revenue=seen["amount"].sum())
    per_customer = per_customer.mutate(revenue=per_customer["revenue"].fill_null(0.0))
    ranked = per_customer.mutate(
        rank=ibis.row_number().over(order_by=[per_customer["revenue"], per_customer["customer"]]) + 1
    )
    counted = ranked.mutate(n=ranked.count().over())
    counted = counted.mutate(
        bucket=divided(counted["rank"] * points - 1, counted["n"]).floor().cast("int64"),
        is_top=counted["rank"] > counted["n"] - (counted["n"] * top - 1e-9).ceil(),
    )
    return counted.group_by("bucket").agg(
        customers=counted.count(),
        revenue=counted["revenue"].sum(),
        weighted=(counted["rank"] * counted["revenue"]).sum(),
        top_revenue=ibis.ifelse(counted["is_top"], counted["revenue"], 0.0).sum(),
        negative=ibis.ifelse(counted["revenue"] < 0, 1, 0).sum(),
    )


def _paid(orders: ir.Table, calendar: Calendar, as_of: datetime) -> ir.Table:
    """Return ``customer, period, revenue``: what each customer paid in each period."""
    seen = paid_rows(orders, as_of=as_of).filter(lambda t: t["amount"].notnull())
    rows = seen.select("customer", "amount", "bought", period=period_in(seen, "day", calendar))
    unit = _unit(sharing.largest_of(orders))
    if unit and are_in_order(rows):
        return _paid_in_order(rows, unit)
    any_bought = {"bought": rows["bought"].any()} if "back" in orders.columns else {}  # else every row is a purchase
    return rows.group_by("customer", "period").agg(revenue=rows["amount"].sum(), **any_bought)


def _unit(largest: float | None) -> float | None:
    """Return the power of two of which the largest amount is 2**61 to 2**62 units; None if it is 0 or out of range."""
    exponent = frexp(largest or 0.0)[1]
    return 2.0 ** (exponent - WHOLE_BITS) if largest and abs(exponent) < LARGEST_EXPONENT else None


def _paid_in_order(rows: ir.Table, unit: float) -> ir.Table:
    """Return the same for rows in order, as differences of a running sum.

    The running sum is in whole units, so that it is exact: the largest amount keeps the precision of its float, and
    the others are rounded by less than that.
    """
    so_far = (rows["amount"] * (1 / unit)).cast("int64").sum().over(SO_FAR)
    windows = CustomerWindows(rows.mutate(so_far=so_far), by="period")
    goes_on = (windows.lead(windows.rows["period"]) == windows.rows["period"]).fill_null(ibis.literal(value=False))
    marked = windows.rows.mutate(goes_on=goes_on)
    ends = marked.filter(~marked["goes_on"])
    paid = ends["so_far"] - ends["so_far"].lag().over(ALL).fill_null(0)
    return ends.select("customer", "period", revenue=paid.cast("float64") * unit)


def followed(orders: ir.Table, *, calendar: Calendar, as_of: datetime) -> ir.Table:
    """Return `_paid` with ``following``, the revenue of the next period, and ``gone``, lost if nothing was bought."""
    windows = CustomerWindows(_paid(orders, calendar, as_of), by="period")
    paid, no = windows.rows, ibis.literal(value=False)
    adjacent = (windows.lead(paid["period"]) == paid["period"] + 1).fill_null(no)
    following = ibis.ifelse(adjacent, windows.lead(paid["revenue"]), 0.0)
    if "bought" not in paid.columns:
        gone = ibis.ifelse(adjacent, 0.0, paid["revenue"])
        result = paid.mutate(following=following, gone=gone, bought=ibis.literal(value=True))
    else:
        stays = adjacent & windows.lead(paid["bought"]).fill_null(no)
        gone = ibis.ifelse(stays | ~paid["bought"], 0.0, paid["revenue"])
        result = paid.mutate(following=following, gone=gone)
    return result.select("customer", "period", "revenue", "bought", "following", "gone")
