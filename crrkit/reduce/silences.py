"""Silences between purchases, counted once for every limit that somebody may set on them.

Whether somebody who bought on a day is a customer at a boundary, kept, regular, hangs on one number of days that the
limit must reach. So each customer's silences are sorted into *bins*: bin ``i`` holds what the ``i``-th limit is the
first to reach, and the bin after the last what none of them does. Sums over bins then give the counts under any limit.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import ibis

from crrkit.ground import DAYS_PER_WEEK, MONTHS_PER_PERIOD
from crrkit.reduce.periods import day_number, period_index
from crrkit.reduce.rows import with_segments
from crrkit.reduce.stages import period_of_day
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
    """Purchase days as ``by customer day late gap``, and for each number of regulars ``oldest_k within_k``.

    ``gap`` is the bin of the time since the last purchase before that day (the moments count, not the days), null on
    the first. ``late`` is 1 where the silence that is open at the cut-off takes a day more than the dates say, because
    the clock stood earlier at the purchase. ``oldest_k`` is the day of the oldest purchase that being regular rests on,
    null where there are too few, and ``within_k`` the bin of the longest gap in days since then.

    Args:
        orders: ``customer, at``, and the columns of ``by``.
        as_of: The cut-off.
        limits: The limits of silence in days, from the shortest on.
        regulars: How many purchase days make somebody a regular, each 2 or more.
        span_days: The first and the last of them are so many days apart.
        by: Segments of the customers.
    """
    seen = orders.filter(orders["at"] < as_of)
    dated = seen.select("customer", "at", day=day_number(seen["at"]))
    days = dated.group_by("customer", "day").agg(first=dated["at"].min(), last=dated["at"].max())
    own = {"group_by": days["customer"], "order_by": days["day"]}
    before, latest = days["day"].lag().over(**own), days["last"].lag().over(**own)
    apart = days["day"] - before
    known = days.mutate(apart=bin_of(apart, limits), gap=bin_of(apart + _later(days["first"], latest, apart), limits))
    cut = ibis.literal(as_of, type="timestamp")
    late = _later(cut, known["last"], day_number(cut) - known["day"])
    rows = known.select("customer", "day", "gap", late=late, **_regular_since(known, regulars, span_days))
    return with_segments(rows, seen, "at", by)


def _later(moment: ir.TimestampValue, before: ir.TimestampValue, days: ir.IntegerValue) -> ir.IntegerValue:
    """1 where a moment comes more than so many days after one before it, else 0."""
    return ibis.ifelse(moment > before + days.as_interval("D"), 1, 0)


def bin_of(days: ir.IntegerValue, limits: Sequence[int]) -> ir.IntegerValue:
    """The place of the first limit that is not below a number of days above 0; the number of limits where all are.

    The places stand in a text, one character a day, so that the expression for the days is written once; branches of a
    case would repeat it, a text of the engine that takes longer to make than to run.
    """
    places = "".join(chr(ord(FIRST_PLACE) + bisect_left(limits, day)) for day in range(1, limits[-1] + 2))
    found = ibis.literal(places).substr((ibis.least(days, len(places)) - 1).cast("int32"), 1)
    place = (found.ascii_str() - ord(FIRST_PLACE)).cast("int16")
    return ibis.ifelse(days.isnull(), ibis.null("int16"), place)  # the least of nothing and a number is the number


def _regular_since(days: ir.Table, regulars: Sequence[int], span_days: int) -> dict[str, ir.Value]:
    """For each number of regulars, what `silent_days` says of it."""
    own = {"group_by": "customer", "order_by": "day"}
    columns: dict[str, ir.Value] = {}
    spaced = days["day"].max().over(ibis.range_window(**own, preceding=(None, span_days)))
    widest = days["apart"].max().over(ibis.range_window(**own, preceding=(span_days - 1, 0))) if span_days else None
    for number in regulars:
        kth = days["day"].lag(number - 1).over(**own)
        longest = days["apart"].max().over(ibis.window(**own, preceding=(number - 2, 0)))
        if widest is not None:
            longest = ibis.greatest(longest, widest)
        since = ibis.ifelse(kth.isnull() | spaced.isnull(), ibis.null("int32"), ibis.least(kth, spaced))
        columns |= {f"oldest_{number}": since, f"within_{number}": longest}
    return columns


def by_period(days: ir.Table, calendar: Calendar, limits: Sequence[int], regulars: Sequence[int] = ()) -> ir.Table:
    """The last purchase day of each customer in each period, with what is known of the silence before.

    To the columns of `silent_days` come ``since`` and ``following``, the period and the next one with a purchase;
    ``before``, the bin of the silence at the start of the period, null for who had not bought; ``continuous``, that
    of the longest silence that a purchase of the period ended. ``oldest_k_before, within_k_before`` are those of the
    last purchase day before the period.
    """
    dated = days.mutate(since=period_of_day(days["day"], calendar))
    inside = {"group_by": [dated["customer"], dated["since"]]}
    ends = {"last": dated["day"].max().over(**inside), "continuous": dated["gap"].max().over(**inside)}
    last = dated.mutate(**ends).filter(lambda t: t["day"] == t["last"]).drop("last")
    own = {"group_by": last["customer"], "order_by": last["since"]}
    silent = first_day(last["since"], calendar) - last["day"].lag().over(**own)
    kept = [f"{name}_{number}" for number in regulars for name in ("oldest", "within")]
    return last.mutate(
        following=last["since"].lead().over(**own),
        before=bin_of(silent, limits),
        **{f"{name}_before": last[name].lag().over(**own) for name in kept},
    )


def first_day(period: ir.IntegerValue, calendar: Calendar) -> ir.IntegerValue:
    """The first day of a period, since 1970-01-01: `Calendar.start` as an expression."""
    if not calendar.months:
        return period if calendar.every == "day" else period * DAYS_PER_WEEK - calendar.week_shift
    month = period * calendar.months + calendar.month_shift
    first = ibis.date((month / MONTHS_PER_YEAR).floor().cast("int32"), (month % MONTHS_PER_YEAR + 1).cast("int32"), 1)
    return day_number(first.cast("timestamp"))


def pauses(spells: ir.Table, *, as_of: datetime, limits: Sequence[int], segments: ir.Table | None = None) -> ir.Table:
    """Spells of contracts with ``gap``, the bin of the pause after it, and ``before``, that of the pause before it.

    Args:
        spells: ``customer, start, end`` as `crrkit.reduce.spells` gives them, none touching another.
        as_of: The cut-off.
        limits: How many days a pause may have and still be bridged, from the shortest on.
        segments: One row a customer with its segments.
    """
    own = {"group_by": spells["customer"], "order_by": spells["start"]}
    after = spells["start"].lead().over(**own)
    days = day_number(after) - day_number(spells["end"])
    known = spells.mutate(gap=bin_of(days + _later(after, spells["end"], days), limits))
    rows = known.select("customer", "start", "end", "gap", before=known["gap"].lag().over(**own))
    rows = rows.mutate(is_open=rows["end"] >= ibis.literal(as_of, type="timestamp"))
    return rows if segments is None else rows.join(segments, "customer")


def pauses_by_period(pauses: ir.Table, calendar: Calendar) -> ir.Table:
    """The last spell of each customer that begins in each period, with what is known of the pauses.

    ``since`` is that period and ``left`` the one in which the spell ends (`OPEN` while it runs); ``gap`` the bin of the
    pause after it, ``following`` the next period in which one begins. ``before`` is the bin of the pause in which the
    period begins, 0 where it begins in a spell, null for who never had a contract; ``continuous`` that of the longest
    pause that ends in the period.
    """
    left = ibis.ifelse(pauses["is_open"], ibis.literal(OPEN), period_index(pauses["end"], calendar))
    dated = pauses.mutate(since=period_index(pauses["start"], calendar), left=left)
    inside = {"group_by": [dated["customer"], dated["since"]]}
    ends = {"last": dated["start"].max().over(**inside), "continuous": dated["before"].max().over(**inside)}
    last = dated.mutate(**ends).filter(lambda t: t["start"] == t["last"]).drop("before", "last", "is_open")
    own = {"group_by": last["customer"], "order_by": last["since"]}
    gone = last["left"].lag().over(**own) < last["since"]
    before = ibis.ifelse(gone, last["gap"].lag().over(**own), ibis.literal(0, type="int16"))
    return last.mutate(
        following=last["since"].lead().over(**own),
        before=ibis.ifelse(gone.isnull(), ibis.null("int16"), before),
    )


def joined_anew(periods: ir.Table, *, by: tuple[str, ...] = ()) -> ir.Table:
    """Whose contract began in a period, as ``by since left gap before continuous customers``."""
    return periods.group_by(*by, "since", "left", "gap", "before", "continuous").agg(customers=periods.count())


def gone_on(periods: ir.Table, *, by: tuple[str, ...] = ()) -> ir.Table:
    """Spells as ``by since left gap following customers``, up to the next period in which one begins."""
    return periods.group_by(*by, "since", "left", "gap", "following").agg(customers=periods.count())


def kept_at_hand(reduction: ir.Table) -> ir.Table:
    """A reduction that several others are made from, run once; the engine keeps it while it is asked for.

    Another engine than the one in this process is only read from: what it would keep is fetched, and kept here.
    """
    return reduction.cache() if reduction.get_backend().name == "duckdb" else ibis.memtable(reduction.to_pyarrow())


def arrivals(periods: ir.Table, *, by: tuple[str, ...] = ()) -> ir.Table:
    """Who bought in a period, last on the day, as ``by since day late before continuous customers``."""
    return periods.group_by(*by, "since", "day", "late", "before", "continuous").agg(customers=periods.count())


def rests(periods: ir.Table, *, by: tuple[str, ...] = ()) -> ir.Table:
    """Silences as ``by day late following customers``: from the last purchase of a period to the next with one."""
    return periods.group_by(*by, "day", "late", "following").agg(customers=periods.count())


def cohort_cells(periods: ir.Table, *, by: tuple[str, ...] = ()) -> ir.Table:
    """Who bought in a period, by that of their first purchase, as ``by first since customers``."""
    rows = periods.mutate(first=periods["since"].min().over(group_by=periods["customer"]))
    return rows.group_by(*by, "first", "since").agg(customers=rows.count())


def cohorts_there(
    periods: ir.Table,
    calendar: Calendar,
    *,
    limits: Sequence[int],
    earliest: int,
    through: int,
    by: tuple[str, ...] = (),
) -> ir.Table:
    """Everybody at the end of each period from that of their first purchase on, ``by first period gap customers``.

    ``gap`` is the bin of the limit from which on they are there.

    Args:
        periods: As `by_period` gives them, or as `pauses_by_period` does.
        calendar: The periods.
        limits: The limits that its bins were made with.
        earliest: The first period whose cohort is looked at.
        through: The last period that is over.
        by: Segments of the customers.
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
    """How many customers each segment of a column has, beside its name as ``customers``, the largest first."""
    sizes = days.group_by(name).agg(customers=days["customer"].nunique())
    return sizes.order_by(ibis.desc("customers"), name)


def with_others(days: ir.Table, shown: Mapping[str, Sequence[str]]) -> ir.Table:
    """The rows with only the segments of each column that are shown; all others are null."""
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
    """Who bought in a period, as ``by number since day before regular_before regular customers``.

    ``regular`` is the bin of the limit from which on somebody with so many purchase days is a regular at the end of the
    period, as long as they are a customer; ``regular_before`` the same at its start. It is ``never`` where no limit
    makes them one.
    """
    rows = _each_number(periods, regulars, calendar, window_days)
    none = ibis.literal(never, type="int16")
    after = ibis.ifelse(rows["until"] > rows["since"], rows["within"], none)
    before = ibis.ifelse(rows["until_before"] >= rows["since"], rows["within_before"], none)
    known = rows.mutate(regular=ibis.coalesce(after, none), regular_before=ibis.coalesce(before, none))
    keys = (*by, "number", "since", "day", "before", "regular_before", "regular")
    return known.group_by(*keys).agg(customers=known.count())


def regular_rests(
    periods: ir.Table, calendar: Calendar, *, regulars: Sequence[int], window_days: int, by: tuple[str, ...] = ()
) -> ir.Table:
    """Silences of whole periods that regulars go into, as ``by number day following until within customers``.

    Up to the boundary that opens period ``until`` they are regulars from the limit in bin ``within`` on, or from the
    one that the silence itself needs, if that is longer.
    """
    rows = _each_number(periods, regulars, calendar, window_days)
    goes_on = rows["following"].isnull() | (rows["following"] > rows["since"] + 1)
    kept = rows.filter((rows["until"] > rows["since"]) & goes_on)
    return kept.group_by(*by, "number", "day", "following", "until", "within").agg(customers=kept.count())


def _each_number(periods: ir.Table, regulars: Sequence[int], calendar: Calendar, window_days: int) -> ir.Table:
    """The rows once for each number of regulars, with ``until``, the last boundary before which they are regulars."""
    rows = periods.mutate(number=ibis.array(list(regulars)).unnest())
    columns: dict[str, ir.IntegerValue] = {}
    for end in ("", "_before"):
        oldest, within = (
            ibis.cases(*[(rows["number"] == number, rows[f"{name}_{number}{end}"]) for number in regulars])
            for name in ("oldest", "within")
        )
        columns |= {f"until{end}": period_of_day(oldest + (window_days - 1), calendar), f"within{end}": within}
    return rows.mutate(**columns)
