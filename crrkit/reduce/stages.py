"""Lifecycle stages: each customer's history as a sequence of steps, aggregated to one histogram.

A *step* gives a customer's stage at the boundaries of periods, from the one after period ``since`` to the one that
opens period ``following``: the first stage of its path up to boundary ``first_until``, the second up to
``then_until``, and the last thereafter. A purchase, a touch and a contract each open a step. Later rows never change
it, so no stage is restated and none depends on future data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from crrkit.reduce.customer_windows import CustomerWindows, date_of
from crrkit.reduce.neighbours import purchase_days
from crrkit.reduce.periods import day_number, period_in, period_index
from crrkit.reduce.purchases import first_purchases
from crrkit.reduce.units import OPEN

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir

    from crrkit.rules import Calendar

# ``once`` is the middle stage of customers who bought on only one day of the spell. The engine gets the indices of
# these names, because it sorts and compares them many times.
STATES = ("unknown", "short", "cold", "once", "middle", "long", "lapsed")
UNKNOWN = STATES[0]
# The stages of each path, in order.
PATHS = {
    "contact": ("short", "short", "cold"),
    "buyer": ("long", "middle", "lapsed"),
    "once": ("long", "once", "lapsed"),
    "contract": ("middle", "long", "lapsed"),
}


def last_steps(steps: ir.Table) -> ir.Table:
    """Return each customer's latest purchase day, with ``bought_on``, the purchase days of its spell, and ``returned``.

    ``returned`` is true if an earlier spell exists.
    """
    last = steps.filter(steps["after"].isnull())
    spells = steps.group_by("customer", "opens").agg(bought_on=steps.count(), begun=steps["day"].min())
    first = spells.group_by("customer").agg(first=spells["begun"].min())
    known = last.join(spells, ["customer", "opens"]).join(first, "customer")
    columns = ("customer", "day", "opens", "long_until", "active_until", "bought_on")
    return known.select(*columns, returned=known["opens"] > known["first"])


def last_touches(events: ir.Table, *, touches: tuple[str, ...], own: tuple[str, ...], as_of: datetime) -> ir.Table:
    """Return ``customer, touched, own_touch``: the day of the last touch, and of the last one by the customer."""
    seen = events.filter((events["at"] < as_of) & events["kind"].isin(touches))
    rows = seen.select(customer=seen["customer"], day=day_number(seen["at"]), mine=seen["kind"].isin(own))
    return rows.group_by("customer").agg(touched=rows["day"].max(), own_touch=rows["day"].max(where=rows["mine"]))


def own_gaps(orders: ir.Table, *, as_of: datetime, share: float) -> ir.Table:
    """Return ``customer, gaps, usual_gap``: each customer's number of closed gaps and the ``share`` quantile of them.

    Gaps are days between consecutive purchase days; a customer with a single purchase day has no row.
    """
    days = purchase_days(orders, as_of=as_of)
    days = days.filter(days["before"].notnull())
    rows = days.select("customer", gap=days["day"].delta(days["before"], unit="day"))
    return rows.group_by("customer").agg(gaps=rows.count(), usual_gap=rows["gap"].quantile(share))


def everybody(rows: ir.Table) -> ir.Table:
    """Return ``customer``: the distinct customers."""
    return rows.select("customer").distinct()


def last_spells(spells: ir.Table, *, as_of: datetime, renewals: int, months: int) -> ir.Table:
    """Return ``customer, start, end, renewed, number``: each customer's latest spell and its number, from 1.

    ``renewed`` is the moment at which it has been renewed ``renewals`` times, each for ``months`` months.
    """
    seen = spells.filter(spells["start"] < as_of)
    window = {"group_by": seen["customer"], "order_by": seen["start"]}
    numbered = seen.mutate(number=ibis.row_number().over(**window) + 1, after=seen["start"].lead().over(**window))
    last = numbered.filter(numbered["after"].isnull()).drop("after")
    return last.mutate(renewed=last["start"] + ibis.interval(months=renewals * months))


def buyer_periods(steps: ir.Table, *, calendar: Calendar, one_period: bool = False) -> ir.Table:
    """Return the steps ``customer, since, following, path, first_until, then_until``, one per period with a purchase.

    A step is that of the last purchase day of the period. ``following`` is the period of the next purchase, null if
    there is none. With ``one_period`` the customer is active only at the boundary that ends the period.
    """
    following = period_in(steps, "after", calendar, month="month_after")
    dated = steps.mutate(since=period_in(steps, "on", calendar), following=following)
    last = dated.filter(dated["after"].isnull() | (dated["following"] > dated["since"]))
    ends = last["since"] + 1
    long_until, active_until = (
        period_index(date_of(last[name], last), calendar) for name in ("long_until", "active_until")
    )
    return last.select(
        "customer",
        "since",
        "following",
        path=ibis.ifelse(last["begins"], _path("once"), _path("buyer")),
        first_until=ibis.least(long_until, ends) if one_period else long_until,
        then_until=ends if one_period else active_until,
    )


def touch_periods(
    events: ir.Table, orders: ir.Table, *, touches: tuple[str, ...], calendar: Calendar, as_of: datetime, days: int
) -> ir.Table:
    """Return the steps of contacts, one per period with a touch before the first purchase; cold after ``days`` days.

    A step is that of the last touch of the period. ``following`` is the period of the next touch before the first
    purchase, else the period of the first purchase.
    """
    seen = events.filter((events["at"] < as_of) & events["kind"].isin(touches))
    touched = seen.select(customer=seen["customer"], since=period_index(seen["at"], calendar), day=seen["at"].date())
    first = first_purchases(events, orders, as_of=as_of)
    buyers = first.select("customer", bought=period_index(first["first"], calendar))
    joined = touched.left_join(buyers, "customer")  # before grouping: few touches of buyers remain to be grouped
    early = joined.filter(joined["bought"].isnull() | (joined["since"] < joined["bought"]))
    open_ = early.group_by("customer", "since", "bought").agg(day=early["day"].max())
    following = open_["since"].lead().over(group_by=open_["customer"], order_by=open_["since"])
    until = period_index(open_["day"].cast("timestamp") + ibis.interval(days=days), calendar)
    return open_.select(
        customer=open_["customer"],
        since=open_["since"],
        following=ibis.coalesce(following, open_["bought"]),
        path=_path("contact"),
        first_until=open_["since"],
        then_until=until,
    )


def contract_periods(spells: ir.Table, *, calendar: Calendar, as_of: datetime, renewals: int, months: int) -> ir.Table:
    """Return the steps of contracts, one for the last spell that begins in each period; long once renewed often enough.

    Args:
        spells: ``customer, start, end`` without overlaps.
        calendar: The periods.
        as_of: The cut-off; a spell that reaches it has not ended.
        renewals: The number of renewals from which a customer is long.
        months: The length of a term in months.
    """
    seen = spells.filter(spells["start"] < as_of)
    ended = ibis.ifelse(seen["end"] >= as_of, ibis.literal(OPEN), period_index(seen["end"], calendar))
    renewed = seen["start"] + ibis.interval(months=renewals * months)
    dated = seen.select(
        customer=seen["customer"],
        start=seen["start"],
        since=period_index(seen["start"], calendar),
        first_until=ibis.least(period_index(renewed, calendar), ended),
        then_until=ended,
    )
    following = dated["since"].lead().over(group_by=dated["customer"], order_by=dated["start"])
    last = dated.mutate(following=following)
    last = last.filter(last["following"].isnull() | (last["following"] > last["since"]))
    return last.select(
        "customer",
        "since",
        "following",
        path=_path("contract"),
        first_until=last["first_until"],
        then_until=last["then_until"],
    )


def step_histogram(steps: ir.Table, contacts: ir.Table | None = None, *, last: int) -> ir.Table:
    """Count steps as ``since, following, path, first_until, then_until, before, earlier, customers``.

    Paths and stages are indices into `PATHS` and `STATES`. ``before`` is the stage at the boundary that opens period
    ``since``, ``earlier`` the stage at the boundary before it.

    Args:
        steps: Steps from `buyer_periods` or `contract_periods`, at most one per customer and period.
        contacts: Steps from `touch_periods`, which precede all ``steps`` of the same customer.
        last: The number of the last observed boundary.
    """
    rows = _with_stages_before(_with_last_stages(steps, last))
    if contacts is not None:
        before = _with_stages_before(_with_last_stages(contacts, last))
        rows = _after_contact(rows, before.filter(before["is_last"])).union(before.select(*_COUNTED))
    seen = rows.filter(rows["since"] < last)
    counted = seen.group_by(*_COUNTED[1:]).agg(customers=seen.count())
    named = counted.mutate(before=_stage_of(counted["before"]), earlier=_stage_of(counted["earlier"]))
    return named.group_by(*_COUNTED[1:]).agg(customers=named["customers"].sum())


_KNOWN = ("since", "following", "path", "first_until", "then_until")
_COUNTED = ("customer", *_KNOWN, "before", "earlier")


def _with_last_stages(steps: ir.Table, last: int) -> ir.Table:
    """Return the steps with ``last_stage`` and ``last_but_one``, those at their last and their last but one boundary.

    Each step knows where the next begins, so the next one needs only these two small integers, see `_place_at`.
    ``last_but_one`` is null if a step covers a single boundary.
    """
    rows = steps.select("customer", **{name: steps[name].cast("int32") for name in _KNOWN})
    rows = rows.mutate(following=ibis.coalesce(rows["following"], ibis.literal(last, "int32")))
    since, following = rows["since"], rows["following"]
    return rows.mutate(
        first_until=ibis.least(rows["first_until"], following),
        then_until=ibis.least(rows["then_until"], following),
        last_stage=_place_at(following, rows),
        last_but_one=ibis.ifelse(following - 1 > since, _place_at(following - 1, rows), ibis.null("int32")),
    )


def _with_stages_before(steps: ir.Table) -> ir.Table:
    """Return steps with ``before`` and ``earlier``, the stages at the two boundaries up to each; null if unknown."""
    windows = CustomerWindows(steps, by="since")
    last, last_but_one = windows.rows["last_stage"], windows.rows["last_but_one"]
    return windows.rows.mutate(
        before=windows.lag(last),
        # Null: that boundary ended the step before.
        earlier=ibis.coalesce(windows.lag(last_but_one), windows.lag(last, 2)),
        is_last=windows.lead(windows.rows["since"]).isnull(),
    )


def _after_contact(steps: ir.Table, contact: ir.Table) -> ir.Table:
    """Fill unknown ``before`` and ``earlier`` of a customer's first two steps from their last step as a contact."""
    known = steps.select(*_COUNTED)
    is_known = known["earlier"].notnull()  # implies that ``before`` is known
    last_but_one = ibis.coalesce(contact["last_but_one"], contact["before"])
    last = contact.select("customer", "last_stage", last_but_one=last_but_one)
    joined = known.filter(~is_known).left_join(last, "customer")
    is_first = joined["before"].isnull()
    filled = joined.mutate(
        before=ibis.coalesce(joined["before"], joined["last_stage"]),
        earlier=ibis.ifelse(is_first, joined["last_but_one"], joined["last_stage"]),
    )
    return known.filter(is_known).union(filled.select(*_COUNTED))


def _place_at(boundary: ir.IntegerValue, steps: ir.Table) -> ir.IntegerValue:
    """Return each step's position on its path at a boundary, as an index over all paths, see `_stage_of`.

    Arithmetic per row, and stages only for the few counted groups: CASE branches are slow in a columnar engine.
    """
    passed = (boundary > steps["first_until"]).cast("int32") + (boundary > steps["then_until"]).cast("int32")
    return (steps["path"] * len(PATHS["buyer"]) + passed).cast("int32")


def _stage_of(place: ir.IntegerValue) -> ir.IntegerValue:
    """Return the stage index of a position in all paths, one path after the other; unknown if it is null."""
    stages = [stage for path in PATHS.values() for stage in path]
    return ibis.cases(*[(place == n, _state(stage)) for n, stage in enumerate(stages)], else_=_state(UNKNOWN))


def _path(name: str) -> ir.IntegerScalar:
    return ibis.literal(list(PATHS).index(name), type="int8")


def _state(name: str) -> ir.IntegerScalar:
    return ibis.literal(STATES.index(name), type="int8")
