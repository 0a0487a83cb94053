"""How long each purchase makes its customer a regular, and a customer at all."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import ibis

from crrkit.ground import SECONDS_PER_DAY
from crrkit.reduce.dialects import divided, rounded
from crrkit.reduce.neighbours import purchase_days
from crrkit.reduce.ordered import ALL, Own
from crrkit.reduce.periods import day_number, month_of

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir

SEEN_ONE_BY_ONE = 6  # purchase days that make a regular, up to which each of them is looked at
DAYS_LOOKED_BACK = 62  # so many rows before each are read for less than a sort of all
NO_DAY = -(10**9)  # a day that never was
Limits = list[tuple[float, float]]


def purchase_steps(
    orders: ir.Table, *, as_of: datetime, limits: Limits, window_days: int, k_long: int, span_days: int
) -> ir.Table:
    """Purchase days as ``customer, on, after, day, opens, begins, long_until, active_until``, days by their numbers.

    Seen from later days, until the next purchase on day ``after``: the customer is long up to ``long_until``, a
    customer up to ``active_until``, and then lapsed. The spell, in which nothing was silent beyond the limit, began
    on ``opens``; ``begins`` says whether it does on this very day.

    Args:
        orders: ``customer, at``.
        as_of: The cut-off.
        limits: As for `reductions.own_gap_units`; one pair for a fixed number of days.
        window_days: Purchases as long ago or longer do not count for being long.
        k_long: So many purchase days of the spell within the window make long …
        span_days: … if the first and the last of them are so many days apart.
    """
    bought = purchase_days(orders, as_of=as_of)
    numbers = {name: day_number(bought[name]) for name in ("day", "before", "first")}
    days = bought.select("customer", *month_of(bought), on=bought["day"], **numbers)
    limit, limit_before = _limits(days, limits)
    begins = days["before"].isnull() | (days["day"] - days["before"] > limit_before)
    marked = days.mutate(
        limit=limit,
        begins=begins,
        opens=ibis.ifelse(begins, days["day"], None),
        former=ibis.ifelse(begins, NO_DAY, days["before"]),  # no null: engines differ on the first of such
    )
    is_short = len(limits) == 1 and 0 < span_days <= limits[0][0] and k_long <= SEEN_ONE_BY_ONE
    own = Own(marked, by="day", by_sorting=not is_short or span_days > DAYS_LOOKED_BACK)
    spell = own.rows.mutate(  # one order for all of these: an engine sorts once
        after=own.lead(own.rows["on"]),
        opens=own.latest(own.rows["opens"]),
        **(_in_one_spell if is_short else _whatever_the_spell)(own, k_long, span_days),
    )
    active_until = spell["day"] + spell["limit"]
    since = ibis.least(spell["kth"], spell["spaced"])
    regular = spell["kth"].notnull() & spell["spaced"].notnull()
    if not is_short:
        regular = (regular & (since >= spell["opens"])).fill_null(ibis.literal(value=False))
    long_until = ibis.least(since + window_days - 1, active_until)
    return spell.select(
        "customer",
        *month_of(spell),
        "on",
        "after",
        "day",
        "opens",
        "begins",
        long_until=ibis.ifelse(regular, long_until, spell["day"]),
        active_until=active_until,
    )


def _whatever_the_spell(own: Own, k_long: int, span_days: int) -> dict[str, ir.Value]:
    """``kth``, the oldest of the last so many purchase days, and ``spaced``, the last one so many days ago."""
    day = own.rows["day"]
    kth = own.lag(day, k_long - 1) if k_long > 1 else day
    return {"kth": kth, "spaced": day.last().over(ibis.range_window(**own.window, preceding=(None, span_days)))}


def _in_one_spell(own: Own, k_long: int, span_days: int) -> dict[str, ir.Value]:
    """The same, null where a spell began in between; told without looking when it did, which is dear.

    Purchases within ``span_days`` are in one spell, the limit being no shorter. So the last one before them is in it,
    too, unless the first of them begins it.
    """
    days = own.rows
    former = [own.lag(days["before"], n) for n in range(1, k_long - 1)]
    latest = [days["day"], days["before"], *former][:k_long]
    closed = [later - earlier <= days["limit"] for later, earlier in pairwise(latest)]
    kth = ibis.ifelse(ibis.and_(*closed), latest[-1], ibis.null("int32")) if closed else days["day"]
    spaced = _looking_back(days, span_days) if own.are_in_order else _by_range(own, span_days)
    return {"kth": kth, "spaced": spaced.nullif(NO_DAY)}


def _by_range(own: Own, span_days: int) -> ir.IntegerValue:
    """``former`` of the first purchase day within so many days."""
    return own.rows["former"].first().over(ibis.range_window(**own.window, preceding=(span_days - 1, 0)))


def _looking_back(days: ir.Table, span_days: int) -> ir.IntegerValue:
    """The same from one purchase day to the one before: there are no more than days, and a spell's first ends it."""
    former, since = days["former"], days["day"] - span_days
    further = [former.lag(n).over(ALL) for n in range(1, span_days)]
    return ibis.cases(*[(one <= since, one) for one in (former, *further)])


def _limits(days: ir.Table, limits: Limits) -> tuple[ir.IntegerValue, ir.IntegerValue]:
    """The whole days of silence after which somebody has lapsed, seen from each purchase and from the one before."""
    if len(limits) == 1:
        fixed = ibis.literal(int(limits[0][0]), type="int64")
        return fixed, fixed
    own = {"group_by": days["customer"], "order_by": days["day"]}
    gaps = ibis.row_number().over(**own)
    return (
        _own_limit(limits, gaps=gaps, span=days["day"] - days["first"]),
        _own_limit(limits, gaps=gaps - 1, span=days["before"] - days["first"]),
    )


def _own_limit(limits: Limits, *, gaps: ir.IntegerValue, span: ir.IntegerValue) -> ir.IntegerValue:
    """The limit of somebody with so many closed gaps over so many days."""
    fixed, times = limits[-1]
    last = fixed + times * divided(span, gaps.nullif(0))
    branches = [(gaps == n, days + own * divided(span, max(n, 1))) for n, (days, own) in enumerate(limits[:-1])]
    limit = ibis.cases(*branches, else_=last)
    # As for `reductions.own_gap_units`, where the limit is a whole number of seconds.
    return divided(rounded(limit * SECONDS_PER_DAY), SECONDS_PER_DAY).floor().cast("int64")
