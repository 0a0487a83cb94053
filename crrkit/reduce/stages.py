"""Expressions over customers' rows for stages: each customer's life as steps, then one small count.

A *step* says in which stage a customer is at the boundaries of periods, from the one after period ``since`` to the one
that opens period ``following``: up to boundary ``first_until`` in the first stage of its path, up to ``then_until`` in
the second, and in the last from there on. A purchase, a touch and a contract each open a step, and nothing that comes
later changes it: so no stage is ever restated, and none looks ahead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from crrkit.reduce.neighbours import purchase_days
from crrkit.reduce.ordered import Own
from crrkit.reduce.periods import day_number, period_in, period_index
from crrkit.reduce.purchases import first_purchases
from crrkit.reduce.units import OPEN

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir

    from crrkit.rules import Calendar

# ``once`` is middle for who has bought on one day of the spell only. The engine is given the numbers of names: it
# sorts and compares them many times.
STATES = ("unknown", "short", "cold", "once", "middle", "long", "lapsed")
UNKNOWN = STATES[0]
# The stages through which each path goes.
PATHS = {
    "contact": ("short", "short", "cold"),
    "buyer": ("long", "middle", "lapsed"),
    "once": ("long", "once", "lapsed"),
    "contract": ("middle", "long", "lapsed"),
}


def last_steps(steps: ir.Table) -> ir.Table:
    """The latest purchase day of each customer, with ``bought_on``, the days of its spell, and ``returned``."""
    last = steps.filter(steps["after"].isnull())
    spells = steps.group_by("customer", "opens").agg(bought_on=steps.count(), begun=steps["day"].min())
    first = spells.group_by("customer").agg(first=spells["begun"].min())
    known = last.join(spells, ["customer", "opens"]).join(first, "customer")
    columns = ("customer", "day", "opens", "long_until", "active_until", "bought_on")
    return known.select(*columns, returned=known["opens"] > known["first"])


def last_touches(events: ir.Table, *, touches: tuple[str, ...], own: tuple[str, ...], as_of: datetime) -> ir.Table:
    """``customer, touched, own_touch``: the day of the last touch, and of the last one that came from the customer."""
    seen = events.filter((events["at"] < as_of) & events["kind"].isin(touches))
    rows = seen.select(customer=seen["customer"], day=day_number(seen["at"]), mine=seen["kind"].isin(own))
    return rows.group_by("customer").agg(touched=rows["day"].max(), own_touch=rows["day"].max(where=rows["mine"]))


def own_gaps(orders: ir.Table, *, as_of: datetime, share: float) -> ir.Table:
    """``customer, gaps, usual_gap``: how many silences each customer has ended, and the quantile of their days."""
    days = purchase_days(orders, as_of=as_of)
    days = days.filter(days["before"].notnull())
    rows = days.select("customer", gap=days["day"].delta(days["before"], unit="day"))
    return rows.group_by("customer").agg(gaps=rows.count(), usual_gap=rows["gap"].quantile(share))


def everybody(rows: ir.Table) -> ir.Table:
    """Each customer once."""
    return rows.select("customer").distinct()


def last_spells(spells: ir.Table, *, as_of: datetime, renewals: int, months: int) -> ir.Table:
    """The latest spell of each customer as ``customer, start, end, renewed, number``."""
    seen = spells.filter(spells["start"] < as_of)
    own = {"group_by": seen["customer"], "order_by": seen["start"]}
    numbered = seen.mutate(number=ibis.row_number().over(**own) + 1, after=seen["start"].lead().over(**own))
    last = numbered.filter(numbered["after"].isnull()).drop("after")
    return last.mutate(renewed=last["start"] + ibis.interval(months=renewals * months))


def buyer_periods(steps: ir.Table, *, calendar: Calendar, one_period: bool = False) -> ir.Table:
    """The last purchase day of each period, as steps ``customer, since, following, path, first_until, then_until``.

    ``following`` is the period of the next purchase, null where there is none. With ``one_period`` a step makes a
    customer at the boundary that ends its period, and at no other.
    """
    own = Own(steps.mutate(since=period_in(steps, "on", calendar)), by="on")
    after = own.lead(own.rows["since"]) if own.are_in_order else period_index(own.rows["after"], calendar)
    dated = own.rows.mutate(following=after)
    last = dated.filter(dated["after"].isnull() | (dated["following"] > dated["since"]))
    ends = last["since"] + 1
    long_until = period_of_day(last["long_until"], calendar)
    return last.select(
        "customer",
        "since",
        "following",
        path=ibis.ifelse(last["begins"], _path("once"), _path("buyer")),
        first_until=ibis.least(long_until, ends) if one_period else long_until,
        then_until=ends if one_period else period_of_day(last["active_until"], calendar),
    )


def touch_periods(
    events: ir.Table, orders: ir.Table, *, touches: tuple[str, ...], calendar: Calendar, as_of: datetime, days: int
) -> ir.Table:
    """The last touch of each period before somebody first buys, as steps; ``days`` later the contact is cold.

    ``following`` is the period of the next touch before that, else the one in which the customer first buys.
    """
    seen = events.filter((events["at"] < as_of) & events["kind"].isin(touches))
    touched = seen.select(customer=seen["customer"], since=period_index(seen["at"], calendar), day=seen["at"].date())
    first = first_purchases(events, orders, as_of=as_of)
    buyers = first.select("customer", bought=period_index(first["first"], calendar))
    met = touched.left_join(buyers, "customer")  # of buyers few touches are left to be grouped
    early = met.filter(met["bought"].isnull() | (met["since"] < met["bought"]))
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


def period_of_day(number: ir.IntegerValue, calendar: Calendar) -> ir.IntegerValue:
    """The period of a day given by its number."""
    epoch = ibis.literal("1970-01-01 00:00:00", type="timestamp")
    return period_index(epoch + number.as_interval("D"), calendar)


def contract_periods(spells: ir.Table, *, calendar: Calendar, as_of: datetime, renewals: int, months: int) -> ir.Table:
    """The last spell that begins in each period, as steps; long once it has been renewed so many times.

    Args:
        spells: ``customer, start, end`` without overlaps.
        calendar: The periods.
        as_of: The cut-off; a spell that reaches it has not ended.
        renewals: How many terms must have been renewed.
        months: The length of a term.
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
    """Steps as ``since, following, path, first_until, then_until, before, earlier, customers``.

    Paths and stages are numbers of `PATHS` and `STATES`. ``before`` is the stage at the boundary that opens period
    ``since``, ``earlier`` the one at the boundary before it.

    Args:
        steps: As `buyer_periods` and `contract_periods` give them, at most one step of a customer in a period.
        contacts: As `touch_periods` gives them: the steps of a customer before any of those.
        last: The number of the last boundary that has been seen.
    """
    rows = _entered(_left(steps, last))
    if contacts is not None:
        met = _entered(_left(contacts, last))
        rows = _after_contact(rows, met.filter(met["is_last"])).union(met.select(*_COUNTED))
    seen = rows.filter(rows["since"] < last)
    counted = seen.group_by(*_COUNTED[1:]).agg(customers=seen.count())
    named = counted.mutate(before=_stage_of(counted["before"]), earlier=_stage_of(counted["earlier"]))
    return named.group_by(*_COUNTED[1:]).agg(customers=named["customers"].sum())


_KNOWN = ("since", "following", "path", "first_until", "then_until")
_COUNTED = ("customer", *_KNOWN, "before", "earlier")


def _left(steps: ir.Table, last: int) -> ir.Table:
    """Steps up to the next, with the places where the customer ``leaves`` them, and is ``nearly`` one boundary before.

    Each knows when the next begins, so the next need only look at these two small numbers. ``nearly`` is null where a
    step holds at one boundary alone.
    """
    rows = steps.select("customer", **{name: steps[name].cast("int32") for name in _KNOWN})
    rows = rows.mutate(following=ibis.coalesce(rows["following"], ibis.literal(last, "int32")))
    since, following = rows["since"], rows["following"]
    return rows.mutate(
        first_until=ibis.least(rows["first_until"], following),
        then_until=ibis.least(rows["then_until"], following),
        leaves=_place_at(following, rows),
        nearly=ibis.ifelse(following - 1 > since, _place_at(following - 1, rows), ibis.null("int32")),
    )


def _entered(steps: ir.Table) -> ir.Table:
    """Steps with the places ``before`` and ``earlier`` at the two boundaries up to each; null where none is known."""
    own = Own(steps, by="since")
    leaves, nearly = own.rows["leaves"], own.rows["nearly"]
    return own.rows.mutate(
        before=own.lag(leaves),
        earlier=ibis.coalesce(own.lag(nearly), own.lag(leaves, 2)),  # where it held once, the step before it ended
        is_last=own.lead(own.rows["since"]).isnull(),
    )


def _after_contact(steps: ir.Table, contact: ir.Table) -> ir.Table:
    """Steps where what the first two do not know of the boundaries before is told by the last step of a contact."""
    known = steps.select(*_COUNTED)
    knows = known["earlier"].notnull()  # and then what was before it, too
    told = contact.select("customer", left="leaves", nearly=ibis.coalesce(contact["nearly"], contact["before"]))
    met = known.filter(~knows).left_join(told, "customer")
    is_first = met["before"].isnull()
    asked = met.mutate(
        before=ibis.coalesce(met["before"], met["left"]),
        earlier=ibis.ifelse(is_first, met["nearly"], met["left"]),
    )
    return known.filter(knows).union(asked.select(*_COUNTED))


def _place_at(boundary: ir.IntegerValue, steps: ir.Table) -> ir.IntegerValue:
    """Where on its path a boundary finds each step, see `_stage_of`.

    Arithmetic on each row, and names for the few that are counted: branches are dear in an engine of columns.
    """
    passed = (boundary > steps["first_until"]).cast("int32") + (boundary > steps["then_until"]).cast("int32")
    return (steps["path"] * len(PATHS["buyer"]) + passed).cast("int32")


def _stage_of(place: ir.IntegerValue) -> ir.IntegerValue:
    """The number of the stage at each place of all paths, one path after the other; unknown where there is none."""
    stages = [stage for path in PATHS.values() for stage in path]
    return ibis.cases(*[(place == n, _state(stage)) for n, stage in enumerate(stages)], else_=_state(UNKNOWN))


def _path(name: str) -> ir.IntegerScalar:
    return ibis.literal(list(PATHS).index(name), type="int8")


def _state(name: str) -> ir.IntegerScalar:
    return ibis.literal(STATES.index(name), type="int8")
