"""Gaps between purchases in bins, so that one reduction gives the counts under every limit of silence.

Whether a buyer is a customer at a boundary, kept or regular depends on the smallest limit in days that is long enough.
Gaps are therefore sorted into *bins*: bin ``i`` contains those for which the ``i``-th limit is the first that reaches
them, and the bin after the last those that no limit reaches. Sums over bins then give the counts under any limit.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import ibis

from crrkit.ground import DAYS_PER_WEEK, MONTHS_PER_PERIOD
from crrkit.reduce.periods import day_number, day_of_number, period_index
from crrkit.reduce.rows import with_segments
from crrkit.reduce.units import OPEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import ibis.expr.types as ir

    from crrkit.rules import Calendar

MONTHS_PER_YEAR = MONTHS_PER_PERIOD["year"]
FIRST_PLACE = "0"


def silent_days(
    orders: ir.Table,
    *,
    as_of: datetime,
    limits: Sequence[int],
    regulars: Sequence[int] = (),
    span_days: int = 0,
    by: tuple[str, ...] = (),
) -> ir.Table:
    """Return purchase days as ``by customer day late gap``, with ``oldest_k within_k`` for each ``k`` in ``regulars``.

    ``gap`` is the bin of the time since the last purchase before that day (between moments, not days), null on the
    first. ``late`` is 1 if the gap open at the cut-off is a day longer than the dates show, because the time of day of
    the last purchase was earlier than that of the cut-off. ``oldest_k`` is the day of the oldest purchase on which the
    status of regular rests, null if there are too few, and ``within_k`` the bin of the longest gap in days since then.

    Args:
        orders: ``customer, at``, and the columns of ``by``.
        as_of: The cut-off.
        limits: The limits of silence in days, in ascending order.
        regulars: Numbers of purchase days that make a customer a regular, each 2 or more.
        span_days: The minimum number of days between the first and the last of these purchase days.
        by: Segment columns.
    """
    seen = orders.filter(orders["at"] < as_of)
    dated = seen.select("customer", "at", day=day_number(seen["at"]))
    days = dated.group_by("customer", "day").agg(first=dated["at"].min(), last=dated["at"].max())
    window = {"group_by": days["customer"], "order_by": days["day"]}
    before, latest = days["day"].lag().over(**window), days["last"].lag().over(**window)
    between = days["day"] - before
    gap = between + _later(days["first"], latest, between)
    known = days.mutate(days_between=bin_of(between, limits), gap=bin_of(gap, limits))
    cut = ibis.literal(as_of, type="timestamp")
    late = _later(cut, known["last"], day_number(cut) - known["day"])
    rows = known.select("customer", "day", "gap", late=late, **_regular_since(known, regulars, span_days))
    return with_segments(rows, seen, "at", by)


def _later(moment: ir.TimestampValue, before: ir.TimestampValue, days: ir.IntegerValue) -> ir.IntegerValue:
    """Return 1 if a moment is more than ``days`` days after an earlier one, else 0."""
    return ibis.ifelse(moment > before + days.as_interval("D"), 1, 0)


def bin_of(days: ir.IntegerValue, limits: Sequence[int]) -> ir.IntegerValue:
    """Return the index of the first limit that is at least ``days`` (> 0); the number of limits if all are smaller.

    The indices are looked up in a string, one character per day, so that the expression for the days occurs only once;
    CASE branches would repeat it, and the query would take longer to compile than to run.
    """
    places = "".join(chr(ord(FIRST_PLACE) + bisect_left(limits, day)) for day in range(1, limits[-1] + 2))
    character = ibis.literal(places).substr((ibis.least(days, len(places)) - 1).cast("int32"), 1)
    place = (character.ascii_str() - ord(FIRST_PLACE)).cast("int16")
    return ibis.ifelse(days.isnull(), ibis.null("int16"), place)  # LEAST ignores null


def _regular_since(days: ir.Table, regulars: Sequence[int], span_days: int) -> dict[str, ir.Value]:
    """Return the columns ``oldest_k within_k`` of `silent_days` for each ``k`` in ``regulars``."""
    window = {"group_by": "customer", "order_by": "day"}
    columns: dict[str, ir.Value] = {}
    spaced = days["day"].max().over(ibis.range_window(**window, preceding=(None, span_days)))
    widest = (
        days["days_between"].max().over(ibis.range_window(**window, preceding=(span_days - 1, 0)))
        if span_days
        else None
    )
    for number in regulars:
        kth = days["day"].lag(number - 1).over(**window)
        longest = days["days_between"].max().over(ibis.window(**window, preceding=(number - 2, 0)))
        if widest is not None:
            longest = ibis.greatest(longest, widest)
        since = ibis.ifelse(kth.isnull() | spaced.isnull(), ibis.null("int32"), ibis.least(kth, spaced))
        columns |= {f"oldest_{number}": since, f"within_{number}": longest}
    return columns


def by_period(days: ir.Table, calendar: Calendar, limits: Sequence[int], regulars: Sequence[int] = ()) -> ir.Table:
    """Return each customer's last purchase day in each period, with the gaps before it.

    The columns are those of `silent_days` and ``since`` and ``following``, the period and the next one with a purchase;
    ``before``, the bin of the time since the last purchase at the start of the period, null before the first;
    ``continuous``, the bin of the longest gap that a purchase of the period closed; ``oldest_k_before,
    within_k_before``, the values of the last purchase day before the period.
    """
    dated = days.mutate(since=period_index(day_of_number(days["day"]), calendar))
    inside = {"group_by": [dated["customer"], dated["since"]]}
    ends = {"last": dated["day"].max().over(**inside), "continuous": dated["gap"].max().over(**inside)}
    last = dated.mutate(**ends).filter(lambda t: t["day"] == t["last"]).drop("last")
    window = {"group_by": last["customer"], "order_by": last["since"]}
    silent = first_day(last["since"], calendar) - last["day"].lag().over(**window)
    kept = [f"{name}_{number}" for number in regulars for name in ("oldest", "within")]
    return last.mutate(
        following=last["since"].lead().over(**window),
        before=bin_of(silent, limits),
        **{f"{name}_before": last[name].lag().over(**window) for name in kept},
    )


def first_day(period: ir.IntegerValue, calendar: Calendar) -> ir.IntegerValue:
    """Return the first day of a period, as days since 1970-01-01: `Calendar.start` as an expression."""
    if not calendar.months:
        return period if calendar.every == "day" else period * DAYS_PER_WEEK - calendar.week_shift
    month = period * calendar.months + calendar.month_shift
    first = ibis.date((month / MONTHS_PER_YEAR).floor().cast("int32"), (month % MONTHS_PER_YEAR + 1).cast("int32"), 1)
    return day_number(first.cast("timestamp"))


def pauses(spells: ir.Table, *, as_of: datetime, limits: Sequence[int], segments: ir.Table | None = None) -> ir.Table:
    """Return spells of contracts with ``gap`` and ``before``, the bins of the pauses after and before each.

    Args:
        spells: ``customer, start, end`` from `crrkit.reduce.spells`; no two touch.
        as_of: The cut-off.
        limits: The longest pauses in days that are bridged, in ascending order.
        segments: One row per customer with its segments.
    """
    window = {"group_by": spells["customer"], "order_by": spells["start"]}
    after = spells["start"].lead().over(**window)
    days = day_number(after) - day_number(spells["end"])
    known = spells.mutate(gap=bin_of(days + _later(after, spells["end"], days), limits))
    rows = known.select("customer", "start", "end", "gap", before=known["gap"].lag().over(**window))
    rows = rows.mutate(is_open=rows["end"] >= ibis.literal(as_of, type="timestamp"))
    return rows if segments is None else rows.join(segments, "customer")


def pauses_by_period(pauses: ir.Table, calendar: Calendar) -> ir.Table:
    """Return each customer's last spell that begins in each period, with the pauses around it.

    ``since`` is that period and ``left`` the one in which the spell ends (`OPEN` if it has not ended); ``gap`` the bin
    of the pause after it, ``following`` the next period in which a spell begins. ``before`` is the bin of the pause in
    which the period begins, 0 if it begins in a spell, null before the first contract; ``continuous`` the bin of the
    longest pause that ends in the period.
    """
    left = ibis.ifelse(pauses["is_open"], ibis.literal(OPEN), period_index(pauses["end"], calendar))
    dated = pauses.mutate(since=period_index(pauses["start"], calendar), left=left)
    inside = {"group_by": [dated["customer"], dated["since"]]}
    ends = {"last": dated["start"].max().over(**inside), "continuous": dated["before"].max().over(**inside)}
    last = dated.mutate(**ends).filter(lambda t: t["start"] == t["last"]).drop("before", "last", "is_open")
    window = {"group_by": last["customer"], "order_by": last["since"]}
    gone = last["left"].lag().over(**window) < last["since"]
    before = ibis.ifelse(gone, last["gap"].lag().over(**window), ibis.literal(0, type="int16"))
    return last.mutate(
        following=last["since"].lead().over(**window),
        before=ibis.ifelse(gone.isnull(), ibis.null("int16"), before),
    )


def contract_arrivals(periods: ir.Table, *, by: tuple[str, ...] = ()) -> ir.Table:
    """Count customers whose contract began in a period, as ``by since left gap before continuous customers``."""
    return periods.group_by(*by, "since", "left", "gap", "before", "continuous").agg(customers=periods.count())


def spell_pauses(periods: ir.Table, *, by: tuple[str, ...] = ()) -> ir.Table:
    """Count spells up to the next period in which one begins, as ``by since left gap following customers``."""
    return periods.group_by(*by, "since", "left", "gap", "following").agg(customers=periods.count())


def arrivals(periods: ir.Table, *, by: tuple[str, ...] = ()) -> ir.Table:
    """Count the buyers of a period by their last purchase day, as ``by since day late before continuous customers``."""
    return periods.group_by(*by, "since", "day", "late", "before", "continuous").agg(customers=periods.count())


def silence_counts(periods: ir.Table, *, by: tuple[str, ...] = ()) -> ir.Table:
    """Count gaps up to the next period with a purchase, as ``by day late following customers``."""
    return periods.group_by(*by, "day", "late", "following").agg(customers=periods.count())


def cohort_cells(periods: ir.Table, *, by: tuple[str, ...] = ()) -> ir.Table:
    """Count the buyers of a period by the period of their first purchase, as ``by first since customers``."""
    rows = periods.mutate(first=periods["since"].min().over(group_by=periods["customer"]))
    return rows.group_by(*by, "first", "since").agg(customers=rows.count())


def cohort_customers(
    periods: ir.Table,
    calendar: Calendar,
    *,
    limits: Sequence[int],
    earliest: int,
    through: int,
    by: tuple[str, ...] = (),
) -> ir.Table:
    """Count all customers at the end of each period since their first purchase, as ``by first period gap customers``.

    ``gap`` is the bin of the smallest limit under which they are still customers.

    Args:
        periods: The result of `by_period` or `pauses_by_period`.
        calendar: The periods.
        limits: The limits that define the bins.
        earliest: The period of the first cohort.
        through: The last complete period.
        by: Segment columns.
    """
    dated = periods.mutate(first=periods["since"].min().over(group_by=periods["customer"]))
    late = dated.filter(dated["first"] >= earliest)
    stop = ibis.least(ibis.coalesce(late["following"], through + 1), through + 1)
    rows = late.mutate(period=ibis.range(late["since"], stop).unnest())
    if "day" in rows.columns:
        at = bin_of(first_day(rows["period"] + 1, calendar) - rows["day"], limits)
    else:
        at = ibis.ifelse(rows["left"] > rows["period"], 0, ibis.coalesce(rows["gap"], len(limits)))
    known = rows.mutate(gap=at)
    return known.group_by(*by, "first", "period", "gap").agg(customers=known.count())


def segment_sizes(days: ir.Table, *, name: str) -> ir.Table:
    """Return the segments of a column with their number of ``customers``, the largest first."""
    sizes = days.group_by(name).agg(customers=days["customer"].nunique())
    return sizes.order_by(ibis.desc("customers"), name)


def with_others(days: ir.Table, shown: Mapping[str, Sequence[str]]) -> ir.Table:
    """Replace the segments that are not ``shown`` by null in each column."""
    return days.mutate(**{name: ibis.ifelse(days[name].isin(some), days[name], None) for name, some in shown.items()})


def regular_arrivals(
    periods: ir.Table,
    calendar: Calendar,
    *,
    regulars: Sequence[int],
    window_days: int,
    never: int,
    by: tuple[str, ...] = (),
) -> ir.Table:
    """Count the buyers of a period as ``by number since day before regular_before regular customers``.

    ``regular`` is the bin of the smallest limit under which ``number`` purchase days make somebody a regular at the end
    of the period, provided they are a customer; ``regular_before`` the same at its start; ``never`` if there is none.
    """
    rows = _each_number(periods, regulars, calendar, window_days)
    none = ibis.literal(never, type="int16")
    after = ibis.ifelse(rows["until"] > rows["since"], rows["within"], none)
    before = ibis.ifelse(rows["until_before"] >= rows["since"], rows["within_before"], none)
    known = rows.mutate(regular=ibis.coalesce(after, none), regular_before=ibis.coalesce(before, none))
    keys = (*by, "number", "since", "day", "before", "regular_before", "regular")
    return known.group_by(*keys).agg(customers=known.count())


def regular_silences(
    periods: ir.Table, calendar: Calendar, *, regulars: Sequence[int], window_days: int, by: tuple[str, ...] = ()
) -> ir.Table:
    """Count gaps of whole periods that begin as a regular, as ``by number day following until within customers``.

    Up to the boundary that opens period ``until`` the customer is a regular under every limit from bin ``within`` on,
    or from the bin that the gap itself requires, if that is higher.
    """
    rows = _each_number(periods, regulars, calendar, window_days)
    goes_on = rows["following"].isnull() | (rows["following"] > rows["since"] + 1)
    kept = rows.filter((rows["until"] > rows["since"]) & goes_on)
    return kept.group_by(*by, "number", "day", "following", "until", "within").agg(customers=kept.count())


def _each_number(periods: ir.Table, regulars: Sequence[int], calendar: Calendar, window_days: int) -> ir.Table:
    """Repeat the rows for each number in ``regulars``, with ``until``, the last boundary at which they may be one."""
    rows = periods.mutate(number=ibis.array(list(regulars)).unnest())
    columns: dict[str, ir.IntegerValue] = {}
    for end in ("", "_before"):
        oldest, within = (
            ibis.cases(*[(rows["number"] == number, rows[f"{name}_{number}{end}"]) for number in regulars])
            for name in ("oldest", "within")
        )
        until = day_of_number(oldest + (window_days - 1))
        columns |= {f"until{end}": period_index(until, calendar), f"within{end}": within}
    return rows.mutate(**columns)
