"""Cohorts: each customer's history as stretches of ages, aggregated to small histograms.

A *stretch* is a range of consecutive ages, ``since`` to ``until`` inclusive, in which a customer is active; a purchase
is a stretch of one age. Every kind of cohort curve is an aggregation of stretches, for every kind of base.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import ibis

from crrkit.reduce.active import active_periods
from crrkit.reduce.dialects import divided
from crrkit.reduce.neighbours import is_purchase
from crrkit.reduce.periods import period_index
from crrkit.reduce.rows import with_segments
from crrkit.reduce.units import spells

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import ibis.expr.types as ir

    from crrkit.rules import Calendar

Names = tuple[str, ...]


def order_stretches(
    orders: ir.Table, *, calendar: Calendar, step: int | None, as_of: datetime, by: Names = ()
) -> ir.Table:
    """Return purchases as ``customer, cohort, since, until, opens``, one row per customer and age with a purchase.

    Args:
        orders: ``customer, at`` and the segment columns.
        calendar: The periods that define the cohorts.
        step: The length of one age in seconds, from each customer's first purchase; None for calendar periods.
        as_of: The cut-off.
        by: Segment columns.
    """
    seen = orders.filter(orders["at"] < as_of)
    if step is None:
        rows = _in_periods(orders, calendar, as_of)
    else:
        rows = _with_ages(seen.select("customer", "at"), calendar, step).distinct()
    rows = rows.mutate(until=rows["since"], opens=ibis.ifelse(rows["since"] == 0, 1, 0))
    return with_segments(rows, seen, "at", by)


def _with_ages(rows: ir.Table, calendar: Calendar, step: int | None) -> ir.Table:
    """Replace the moment ``at`` by ``period``, or with ``step`` by ``cohort`` and the age ``since``."""
    if step is None:
        return rows.select(*_columns_except(rows, "at"), period=period_index(rows["at"], calendar))
    first = rows["at"].min().over(group_by=rows["customer"])
    begun = rows.mutate(first=first)
    age = _steps(begun["at"].epoch_seconds() - begun["first"].epoch_seconds(), step)
    return begun.select(*_columns_except(rows, "at"), cohort=period_index(begun["first"], calendar), since=age)


def _in_periods(orders: ir.Table, calendar: Calendar, as_of: datetime) -> ir.Table:
    """Return one row per customer and calendar period with a purchase."""
    active = active_periods(orders, calendar=calendar, as_of=as_of)
    return active.select("customer", cohort=active["first"], since=active["period"] - active["first"])


def _from_opening(paid: ir.Table, step: int | None) -> ir.Table:
    """Add cohort, age and the ``opening`` revenue of age 0, by joins, because windows would sort."""
    if step is None:
        per_customer = paid.group_by("customer").agg(cohort=paid["period"].min())
        first = paid.join(per_customer, ["customer", ("period", "cohort")])
        rows = paid.join(first.select("customer", "cohort", opening=first["revenue"]), "customer")
        return rows.mutate(since=rows["period"] - rows["cohort"])
    per_customer = paid.group_by("customer").agg(opening=paid["revenue"].sum(where=paid["since"] == 0))
    return paid.join(per_customer, "customer")


def _columns_except(rows: ir.Table, name: str) -> list[str]:
    return [column for column in rows.columns if column != name]


def _steps(seconds: ir.IntegerValue, step: int) -> ir.IntegerValue:
    return divided(seconds, step).floor().cast("int64")


def spell_stretches(
    units: ir.Table,
    *,
    calendar: Calendar,
    step: int | None,
    as_of: datetime,
    until: str,
    moment: bool,
    segments: ir.Table | None = None,
) -> ir.Table:
    """Return intervals of being a customer as ``customer, cohort, since, until, opens``.

    Args:
        units: ``customer, start, end`` from the base.
        calendar: The periods that define the cohorts.
        step: The length of one age in seconds, from each customer's own start; None for calendar periods.
        as_of: The cut-off; stretches end there at the latest.
        until: Whether a spell ends with the ``last`` or the ``first`` of its intervals.
        moment: If true, a customer is active in an age if active *at its moment* (the end of the calendar period, or
            exactly that many steps after the start); else if active at any time inside it. A spell that contains no
            such moment, or adds no further age, has ``since > until``.
        segments: One row per customer with its segments.
    """
    runs = spells(units, until=until)
    runs = runs.select("customer", "start", end=ibis.least(runs["end"], ibis.literal(as_of, type="timestamp")))
    runs = runs.mutate(first=runs["start"].min().over(group_by=runs["customer"]))
    since, last = _by_steps(runs, step, moment=moment) if step else _by_periods(runs, calendar, as_of, moment=moment)
    rows = runs.select(
        "customer",
        cohort=period_index(runs["first"], calendar),
        opens=ibis.ifelse(runs["start"] == runs["first"], 1, 0),
        since=since,
        until=last if moment else ibis.greatest(since, last),
        start=runs["start"],
    )
    if not moment:
        rows = _disjoint(rows)
    rows = rows.drop("start")
    if step and moment:  # every customer is active at their own start
        opening = rows["opens"] == 1
        rows = rows.mutate(
            since=ibis.ifelse(opening, 0, rows["since"]),
            until=ibis.ifelse(opening, ibis.greatest(rows["until"], 0), rows["until"]),
        )
    return rows if segments is None else rows.join(segments, "customer")


def _disjoint(rows: ir.Table) -> ir.Table:
    """Make a customer's stretches disjoint: a spell may end in the same age in which the next one begins."""
    before = rows["until"].lag().over(group_by=rows["customer"], order_by=rows["start"])
    return rows.mutate(since=ibis.greatest(rows["since"], ibis.coalesce(before + 1, rows["since"])))


def _by_periods(
    runs: ir.Table, calendar: Calendar, as_of: datetime, *, moment: bool
) -> tuple[ir.IntegerValue, ir.IntegerValue]:
    """Compute ages in calendar periods; a spell that runs at the cut-off counts as active at the end of its period."""
    cohort = period_index(runs["first"], calendar)
    left = period_index(runs["end"], calendar) - 1
    if moment:
        latest = calendar.index(as_of - timedelta(microseconds=1))
        last = ibis.ifelse(runs["end"] >= as_of, ibis.literal(latest), left)
    else:
        last = period_index(runs["end"] - ibis.interval(seconds=1), calendar)
    return period_index(runs["start"], calendar) - cohort, last - cohort


def _by_steps(runs: ir.Table, step: int, *, moment: bool) -> tuple[ir.IntegerValue, ir.IntegerValue]:
    origin = runs["first"].epoch_seconds()
    begun, over = runs["start"].epoch_seconds() - origin, runs["end"].epoch_seconds() - origin
    if moment:
        return _steps(begun, step) + 1, _steps(over, step)
    return _steps(begun, step), _steps(over - 1, step)


def stretch_histogram(stretches: ir.Table, *, by: Names = ()) -> ir.Table:
    """Return ``cohort, since, until, stretches, opens``: the number of stretches, and of those that are a first one."""
    keys = [*by, "cohort", "since", "until"]
    return stretches.group_by(keys).agg(
        stretches=stretches.count(), opens=stretches.count(where=stretches["opens"] == 1)
    )


def age_histogram(stretches: ir.Table, *, by: Names = ()) -> ir.Table:
    """Return `stretch_histogram` for stretches of one age, with one grouping key fewer."""
    counts = stretches.group_by([*by, "cohort", "since"]).agg(
        stretches=stretches.count(), opens=stretches.count(where=stretches["opens"] == 1)
    )
    return counts.mutate(until=counts["since"])


def last_histogram(stretches: ir.Table, *, by: Names = ()) -> ir.Table:
    """Return ``cohort, last, customers``: customers by the last age in which they are active, null if in none."""
    there = stretches["since"] <= stretches["until"]
    per_customer = stretches.group_by([*by, "customer", "cohort"]).agg(last=stretches["until"].max(where=there))
    return per_customer.group_by([*by, "cohort", "last"]).agg(customers=per_customer.count())


def bracket_counts(stretches: ir.Table, *, brackets: Sequence[tuple[int, int]], by: Names = ()) -> ir.Table:
    """Return ``cohort, customers, in_0, in_1 …``: the number of customers active at any age of each bracket."""
    real = stretches["since"] <= stretches["until"]
    flags = {
        f"in_{i}": ibis.ifelse(real & (stretches["since"] <= b) & (stretches["until"] >= a), 1, 0).max()
        for i, (a, b) in enumerate(brackets)
    }
    per_customer = stretches.group_by([*by, "customer", "cohort"]).agg(**flags)
    return per_customer.group_by([*by, "cohort"]).agg(
        customers=per_customer.count(), **{name: per_customer[name].sum() for name in flags}
    )


def pair_histogram(stretches: ir.Table, *, by: Names = ()) -> ir.Table:
    """Return ``cohort, since, until, joined, stretches``; ``joined`` is 1 if the last stretch ends an age earlier."""
    real = stretches.filter(stretches["since"] <= stretches["until"])
    before = real["until"].lag().over(group_by=real["customer"], order_by=real["since"])
    marked = real.mutate(joined=ibis.ifelse((before == real["since"] - 1).fill_null(ibis.literal(value=False)), 1, 0))
    return marked.group_by([*by, "cohort", "since", "until", "joined"]).agg(stretches=marked.count())


def gap_counts(stretches: ir.Table) -> ir.Table:
    """Return ``gap, gaps, inside``: gaps in ages between stretches, and the number of gaps of 1 inside stretches."""
    real = stretches.filter(stretches["since"] <= stretches["until"])
    before = real["until"].lag().over(group_by=real["customer"], order_by=real["since"])
    marked = real.mutate(gap=real["since"] - before, inside=real["until"] - real["since"])
    return marked.group_by("gap").agg(gaps=marked.count(), inside=marked["inside"].sum())


def revenue_histogram(
    orders: ir.Table, *, calendar: Calendar, step: int | None, as_of: datetime, by: Names = ()
) -> ir.Table:
    """Return ``cohort, since, customers, revenue, capped, negative``, one row per cohort and age.

    ``capped`` is the revenue with each customer capped at what they paid in age 0; ``negative`` counts customers whose
    revenue of age 0 is below 0. Purchases without an amount count as visits and add nothing, see `unpriced_count`. A
    refund lowers the revenue of the age in which it was made, and makes nobody a customer in it.
    """
    seen = _from_first_purchase(orders.filter(orders["at"] < as_of))
    priced = seen.select("customer", "at", amount=seen["amount"].cast("float64"), bought=is_purchase(seen))
    aged = _with_ages(priced, calendar, step)
    keys = [name for name in aged.columns if name not in ("amount", "bought")]
    paid = aged.group_by(keys).agg(revenue=aged["amount"].sum(), bought=aged["bought"].any())
    paid = paid.mutate(revenue=paid["revenue"].fill_null(0.0))
    rows = with_segments(_from_opening(paid, step), seen, "at", by)
    return rows.group_by([*by, "cohort", "since"]).agg(
        customers=rows.count(where=rows["bought"]),
        revenue=rows["revenue"].sum(),
        capped=ibis.least(rows["revenue"], rows["opening"]).sum(),
        negative=rows.count(where=(rows["since"] == 0) & (rows["opening"] < 0)),
    )


def _from_first_purchase(money: ir.Table) -> ir.Table:
    """Drop refunds before the customer's first purchase in the list: a cohort begins with a purchase."""
    if "back" not in money.columns:
        return money
    first = money["at"].min(where=~money["back"]).over(group_by=money["customer"])
    marked = money.mutate(opened=first)
    return marked.filter(marked["at"] >= marked["opened"]).drop("opened")


def unpriced_count(orders: ir.Table, *, as_of: datetime) -> ir.Table:
    """Return ``unpriced``: the number of purchases without an amount; separate, so that no group has to carry it."""
    seen = orders.filter(orders["at"] < as_of)
    return seen.aggregate(unpriced=seen.count(where=seen["amount"].isnull()))
