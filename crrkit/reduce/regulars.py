"""How long after each purchase its customer is a regular, and how long a customer."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import ibis

from crrkit.ground import SECONDS_PER_DAY
from crrkit.reduce.customer_windows import ALL, CustomerWindows
from crrkit.reduce.dialects import divided, rounded
from crrkit.reduce.neighbours import purchase_days
from crrkit.reduce.periods import day_number, month_of

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir

SEEN_ONE_BY_ONE = 6  # up to this ``k_long``, the previous purchase days are compared one by one
DAYS_LOOKED_BACK = 62  # reading up to so many previous rows costs less than a sort
NO_DAY = -(10**9)  # stands for null
Limits = list[tuple[float, float]]


def purchase_steps(
    orders: ir.Table, *, as_of: datetime, limits: Limits, window_days: int, k_long: int, span_days: int
) -> ir.Table:
    """Return purchase days as ``customer, on, after, day, opens, begins, long_until, active_until``.

    On the days after ``day``, until the next purchase on ``after``, the customer is long up to ``long_until``, a
    customer up to ``active_until``, and then lapsed. The spell, in which no gap exceeded the limit, began on ``opens``;
    ``begins`` is true if it began on this day. ``on`` and ``after`` are dates, the others days since 1970-01-01.

    Args:
        orders: ``customer, at``.
        as_of: The cut-off.
        limits: As for `crrkit.reduce.own_gap_units`; one pair for a fixed number of days.
        window_days: Purchases this many days ago or more do not count towards long.
        k_long: The number of purchase days of the spell within the window that make a customer long …
        span_days: … if the first and the last of them are at least this many days apart.
    """
    bought = purchase_days(orders, as_of=as_of)
    numbers = {name: day_number(bought[name]) for name in ("day", "before", "first")}
    month = month_of(bought)
    days = bought.select("customer", *month, on=bought["day"], **numbers)
    limit, limit_before = _limits(days, limits)
    begins = days["before"].isnull() | (days["day"] - days["before"] > limit_before)
    marked = days.mutate(
        limit=limit,
        begins=begins,
        opens=ibis.ifelse(begins, days["day"], None),
        former=ibis.ifelse(begins, NO_DAY, days["before"]),  # not null: engines differ on FIRST_VALUE of null
    )
    is_short = len(limits) == 1 and 0 < span_days <= limits[0][0] and k_long <= SEEN_ONE_BY_ONE
    windows = CustomerWindows(marked, by="day", by_sorting=not is_short or span_days > DAYS_LOOKED_BACK)
    spell = windows.rows.mutate(  # the same order for all of these, so that an engine sorts once
        after=windows.lead(windows.rows["on"]),
        **{f"{name}_after": windows.lead(windows.rows[name]) for name in month},
        opens=windows.latest(windows.rows["opens"]),
        **(_in_one_spell if is_short else _across_spells)(windows, k_long, span_days),
    )
    active_until = spell["day"] + spell["limit"]
    since = ibis.least(spell["kth"], spell["spaced"])
    regular = spell["kth"].notnull() & spell["spaced"].notnull()
    if not is_short:
        regular = (regular & (since >= spell["opens"])).fill_null(ibis.literal(value=False))
    long_until = ibis.least(since + window_days - 1, active_until)
    return spell.select(
        "customer",
        *[name for name in spell.columns if name in ("month", "month_after")],
        "on",
        "after",
        "day",
        "opens",
        "begins",
        long_until=ibis.ifelse(regular, long_until, spell["day"]),
        active_until=active_until,
    )


def _across_spells(windows: CustomerWindows, k_long: int, span_days: int) -> dict[str, ir.Value]:
    """Return ``kth``, the ``k_long``-th last purchase day, and ``spaced``, the last one at least ``span_days`` ago."""
    day = windows.rows["day"]
    kth = windows.lag(day, k_long - 1) if k_long > 1 else day
    return {"kth": kth, "spaced": day.last().over(ibis.range_window(**windows.window, preceding=(None, span_days)))}


def _in_one_spell(windows: CustomerWindows, k_long: int, span_days: int) -> dict[str, ir.Value]:
    """Return the same, null if a spell began in between, without computing where it began, which is slow.

    Purchases within ``span_days`` are in one spell, because the limit is no shorter. The last purchase before them is
    in the same spell unless the first of them begins it.
    """
    days = windows.rows
    former = [windows.lag(days["before"], n) for n in range(1, k_long - 1)]
    latest = [days["day"], days["before"], *former][:k_long]
    closed = [later - earlier <= days["limit"] for later, earlier in pairwise(latest)]
    kth = ibis.ifelse(ibis.and_(*closed), latest[-1], ibis.null("int32")) if closed else days["day"]
    spaced = _looking_back(days, span_days) if windows.are_in_order else _by_range(windows, span_days)
    return {"kth": kth, "spaced": spaced.nullif(NO_DAY)}


def _by_range(windows: CustomerWindows, span_days: int) -> ir.IntegerValue:
    """Return ``former`` of the first purchase day within ``span_days`` days."""
    return windows.rows["former"].first().over(ibis.range_window(**windows.window, preceding=(span_days - 1, 0)))


def _looking_back(days: ir.Table, span_days: int) -> ir.IntegerValue:
    """Return the same by reading the previous rows: at most ``span_days`` of them, and the first of a spell ends it."""
    former, since = days["former"], days["day"] - span_days
    further = [former.lag(n).over(ALL) for n in range(1, span_days)]
    return ibis.cases(*[(one <= since, one) for one in (former, *further)])


def _limits(days: ir.Table, limits: Limits) -> tuple[ir.IntegerValue, ir.IntegerValue]:
    """Return the whole days without a purchase after which a customer has lapsed, at each purchase and at the last."""
    if len(limits) == 1:
        fixed = ibis.literal(int(limits[0][0]), type="int64")
        return fixed, fixed
    window = {"group_by": days["customer"], "order_by": days["day"]}
    gaps = ibis.row_number().over(**window)
    return (
        _own_limit(limits, gaps=gaps, span=days["day"] - days["first"]),
        _own_limit(limits, gaps=gaps - 1, span=days["before"] - days["first"]),
    )


def _own_limit(limits: Limits, *, gaps: ir.IntegerValue, span: ir.IntegerValue) -> ir.IntegerValue:
    """Return the limit of a customer with ``gaps`` closed gaps over ``span`` days."""
    fixed, times = limits[-1]
    last = fixed + times * divided(span, gaps.nullif(0))
    branches = [(gaps == n, days + own * divided(span, max(n, 1))) for n, (days, own) in enumerate(limits[:-1])]
    limit = ibis.cases(*branches, else_=last)
    # As in `crrkit.reduce.own_gap_units`, where the limit is a whole number of seconds.
    return divided(rounded(limit * SECONDS_PER_DAY), SECONDS_PER_DAY).floor().cast("int64")
