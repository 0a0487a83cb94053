"""Of how many customers a sum of money is, and how much of it is that of the two who pay most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from crrkit.reduce.contracts import before_and_after
from crrkit.reduce.ordered import Own
from crrkit.reduce.revenue import followed

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir

    from crrkit.rules import Calendar


def shares_of_payers(orders: ir.Table, *, calendar: Calendar, as_of: datetime) -> ir.Table:
    """The parts of what is paid from one period to the next, a row each and a period.

    As ``period outcome customers revenue top_revenue following``. ``outcome`` is one of ``gone``, paid by those who
    bought nothing in the next period; of the others ``before`` and ``after``, what they paid in the one and the other,
    ``kept``, what they pay again, ``more`` and ``less``, by how much that rises or falls, ``changed`` both; ``came``,
    paid in the next period by whom nothing was paid in this one, and ``returned``, what is of it of those who had paid
    before. ``revenue`` is the sum without signs over ``customers``, ``top_revenue`` the largest part of one of them,
    ``following`` the second.
    """
    rows = followed(orders, calendar=calendar, as_of=as_of)
    own = Own(rows, by="period")
    rows = own.rows.mutate(before=own.lag(own.rows["period"]))
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
    return _led(ibis.union(*parts), ["period", "outcome"])


def shares_of_holders(contracts: ir.Table, *, calendar: Calendar, as_of: datetime) -> ir.Table:
    """The same of what contracts pay, of those who changed in a period: ``gone more less changed came closing``.

    Here ``closing`` is what each of them pays at its end: whoever pays most has changed in some period.
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
    return _led(ibis.union(*parts), ["period", "outcome"])


def shares_of_cohorts(orders: ir.Table, *, calendar: Calendar, as_of: datetime) -> ir.Table:
    """The same of what a cohort pays in a period: ``cohort period customers revenue top_revenue following``."""
    rows = followed(orders, calendar=calendar, as_of=as_of)
    cohort = rows["period"].min().over(group_by=rows["customer"])
    return _led(rows.select("period", cohort=cohort, revenue=rows["revenue"].abs()), ["cohort", "period"])


def _led(rows: ir.Table, keys: list[str]) -> ir.Table:
    """Of each sum its customers, and the two largest amounts in it; who adds nothing to it is not in it."""
    paid = rows.filter(rows["revenue"] > 0)
    tops = paid.group_by(keys).agg(top_revenue=paid["revenue"].max())
    marked = paid.join(tops, keys)  # of a window all rows would be sorted: nine times as many as there are payments
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
