"""Concentration of revenue sums: their number of customers and the two largest contributions to each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from crrkit.reduce.contracts import before_and_after
from crrkit.reduce.customer_windows import CustomerWindows
from crrkit.reduce.revenue import followed

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir

    from crrkit.rules import Calendar


def shares_of_payers(orders: ir.Table, *, calendar: Calendar, as_of: datetime) -> ir.Table:
    """Split revenue from one period to the next into components, one row per period and component.

    The columns are ``period outcome customers revenue top_revenue following``. ``outcome`` is ``gone``, revenue of
    customers who bought nothing in the next period; for the others ``before`` and ``after``, their revenue in this
    period and in the next, ``kept``, the smaller of the two, ``more`` and ``less``, the increases and decreases, and
    ``changed``, both; ``came``, revenue in the next period of customers without revenue in this one, and ``returned``,
    the part of it from customers with revenue in an earlier period. ``revenue`` is the sum of absolute amounts over
    ``customers``, ``top_revenue`` the largest of these amounts and ``following`` the second largest.
    """
    rows = followed(orders, calendar=calendar, as_of=as_of)
    windows = CustomerWindows(rows, by="period")
    rows = windows.rows.mutate(before=windows.lag(windows.rows["period"]))
    before = rows["before"]
    stays = ibis.least(rows["revenue"], rows["following"])
    came = before.isnull() | (before < rows["period"] - 1)
    sums = {
        "gone": (rows["period"], rows["gone"]),
        "before": (rows["period"], rows["revenue"] - rows["gone"]),
        "after": (rows["period"], rows["following"]),
        "kept": (rows["period"], stays),
        "more": (rows["period"], rows["following"] - stays),
        "less": (rows["period"], rows["revenue"] - rows["gone"] - stays),
        "changed": (rows["period"], rows["following"] - rows["revenue"] + rows["gone"]),
        "came": (rows["period"] - 1, ibis.ifelse(came, rows["revenue"], 0.0)),
        "returned": (rows["period"] - 1, ibis.ifelse(came & before.notnull(), rows["revenue"], 0.0)),
    }
    parts = [
        rows.select(period=period, outcome=ibis.literal(name), revenue=amount.abs())
        for name, (period, amount) in sums.items()
    ]
    return _with_two_largest(ibis.union(*parts), ["period", "outcome"])


def shares_of_holders(contracts: ir.Table, *, calendar: Calendar, as_of: datetime) -> ir.Table:
    """Split contract revenue in the same way, for customers with a change in the period.

    ``outcome`` is one of ``gone more less changed came closing``, where ``closing`` is the revenue at the end of the
    period. The highest revenue of all appears in it, since every customer has a change in some period.
    """
    rows = before_and_after(contracts, calendar=calendar, as_of=as_of)
    priced, was, there = rows["unpriced"] == 0, rows["former"] > 0, rows["contracts"] > 0
    stays = priced & was & there
    sums = {
        "gone": (priced & was & ~there, rows["opening"]),
        "more": (stays & (rows["revenue"] > 0), rows["revenue"]),
        "less": (stays & (rows["revenue"] < 0), rows["revenue"]),
        "changed": (stays & (rows["revenue"] != 0), rows["revenue"]),
        "came": (priced & ~was & there, rows["closing"]),
        "closing": (priced & there, rows["closing"]),
    }
    parts = [
        rows.filter(where).select("period", outcome=ibis.literal(name), revenue=amount.cast("float64").abs())
        for name, (where, amount) in sums.items()
    ]
    return _with_two_largest(ibis.union(*parts), ["period", "outcome"])


def shares_of_cohorts(orders: ir.Table, *, calendar: Calendar, as_of: datetime) -> ir.Table:
    """Return ``cohort period customers revenue top_revenue following``: the concentration of a cohort's revenue."""
    rows = followed(orders, calendar=calendar, as_of=as_of)
    cohort = rows["period"].min().over(group_by=rows["customer"])
    return _with_two_largest(rows.select("period", cohort=cohort, revenue=rows["revenue"].abs()), ["cohort", "period"])


def _with_two_largest(rows: ir.Table, keys: list[str]) -> ir.Table:
    """Aggregate each sum with its number of customers and its two largest amounts; amounts of 0 are left out."""
    paid = rows.filter(rows["revenue"] > 0)
    tops = paid.group_by(keys).agg(top_revenue=paid["revenue"].max())
    marked = paid.join(tops, keys)  # a window would sort all rows, which are nine times as many as the payments
    is_top = marked["revenue"] == marked["top_revenue"]
    sums = marked.group_by(keys).agg(
        customers=marked.count(),
        revenue=marked["revenue"].sum(),
        top_revenue=marked["revenue"].max(),
        buyers=marked.count(where=is_top),
        following=marked["revenue"].max(where=~is_top),
    )
    second = ibis.ifelse(sums["buyers"] > 1, sums["top_revenue"], sums["following"].fill_null(0.0))
    return sums.mutate(following=second).drop("buyers")
