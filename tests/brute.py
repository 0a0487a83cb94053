"""The account counted again in the plainest way: sets of people, moment by moment, no merging and no arithmetic.

Nothing here is shared with the package. Somebody is there as of a moment ``t`` when some interval has
``start < t <= end``; so between two neighbouring moments at which anything starts or ends nothing changes, and a look
at each of them is a look at all of time.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TypeAlias

Interval: TypeAlias = tuple[datetime, datetime | None]
Histories: TypeAlias = dict[object, list[Interval]]

DAY = timedelta(days=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


# Calendars ------------------------------------------------------------------------------------------------------------


def opens_a_period(day: date, every: str, week_starts: str = "monday", year_starts: str = "january") -> bool:
    """Whether a period begins on this day, read off the calendar on the wall."""
    if every == "day":
        return True
    if every == "week":
        return WEEKDAYS[day.weekday()] == week_starts
    if every == "month":
        return day.day == 1
    opening = [MONTHS[(MONTHS.index(year_starts) + k) % 12] for k in range(12)]
    step = {"quarter": 3, "half-year": 6, "year": 12}[every]
    return day.day == 1 and MONTHS[day.month - 1] in opening[::step]


def periods(first: date, last: date, every: str, **calendar: str) -> list[tuple[datetime, datetime]]:
    """Every period from the one that holds the first day to the one that holds the last, found by walking the days."""
    while not opens_a_period(first, every, **calendar):
        first -= DAY
    bounds = [first]
    while bounds[-1] <= last:
        day = bounds[-1] + DAY
        while not opens_a_period(day, every, **calendar):
            day += DAY
        bounds.append(day)
    return list(pairwise(datetime.combine(day, time.min) for day in bounds))


# Customers that are there in intervals --------------------------------------------------------------------------------


def there(intervals: list[Interval], moment: datetime) -> bool:
    """Status as of a moment: just before it."""
    return any(start < moment and (end is None or moment <= end) for start, end in intervals)


def seen_before(intervals: list[Interval], as_of: datetime) -> list[Interval]:
    """What was known at the cut-off: later starts have not happened, later ends neither."""
    return [(start, None if end is None or end >= as_of else end) for start, end in intervals if start < as_of]


def account(histories: Histories, bounds: list[tuple[datetime, datetime]], as_of: datetime) -> list[dict[str, int]]:
    """The thirteen counts of every period."""
    known = {who: seen for who, all_of in histories.items() if (seen := seen_before(all_of, as_of))}
    return [_period(known, since, min(until, as_of)) for since, until in bounds]


def _period(known: Histories, since: datetime, until: datetime) -> dict[str, int]:
    first = {who: min(start for start, _ in intervals) for who, intervals in known.items()}
    ever_before = {who for who in known if first[who] < since}
    S = {who for who in known if there(known[who], since)}  # noqa: N806 - as domain.md 2.1 writes it
    E = {who for who in known if there(known[who], until)}  # noqa: N806 - the sets are called so in the definitions
    joins = {who: _joins(known[who], since, until) for who in known}
    joined = {who for who in known if joins[who]}
    newcomers = {who for who in known if since <= first[who] < until}
    back = (joined | (E - S)) & ever_before - S
    counts = {
        "start": S, "kept": S & E, "lost": S - E, "new": newcomers & E, "returned": (E - S) & ever_before, "end": E,
        "new_lost": newcomers - E, "returned_lost": back - E,
        "continuous": {who for who in S if _without_a_break(known[who], since, until)},
        "former": ever_before - S,
    }  # fmt: skip
    total = sum(joins.values())
    return {name: len(people) for name, people in counts.items()} | {
        "joins": total,
        "rejoined": total - len(newcomers) - len(back),
        "leaves": sum(_leaves(known[who], since, until) for who in known),
    }


def _joins(intervals: list[Interval], since: datetime, until: datetime) -> int:
    """Moments of the period at which something starts for somebody who is not there as of that moment."""
    starts = {start for start, _ in intervals if since <= start < until}
    return sum(not there(intervals, moment) for moment in starts)


def _leaves(intervals: list[Interval], since: datetime, until: datetime) -> int:
    """Moments of the period at which something ends and nothing goes on or starts."""
    ends = {end for _, end in intervals if end is not None and since <= end < until}
    goes_on = {
        moment for moment in ends for start, end in intervals if start <= moment and (end is None or end > moment)
    }
    return len(ends - goes_on)


def _without_a_break(intervals: list[Interval], since: datetime, until: datetime) -> bool:
    moments = {moment for interval in intervals for moment in interval if moment is not None}
    return all(there(intervals, moment) for moment in {until, *moments} if since <= moment <= until) and there(
        intervals, since
    )


def holders(
    people: dict[object, dict[object, list[Interval]]], bounds: list[tuple[datetime, datetime]], as_of: datetime
) -> list[dict[str, int]]:
    """The thirteen counts, and ``reduced``, when those are kept who keep all contracts that they held at the start.

    Args:
        people: For each person the intervals of each contract.
        bounds: Start and end of each period.
        as_of: The cut-off.
    """
    together = {who: [pair for pairs in held.values() for pair in pairs] for who, held in people.items()}
    rows = account(together, bounds, as_of)
    for (since, until), row in zip(bounds, rows, strict=True):
        closing = min(until, as_of)
        held = [{no: unbroken(spans, as_of) for no, spans in own.items()} for own in people.values()]
        base = [own for own in held if any(there(spans, since) for spans in own.values())]
        lost = sum(_gave_up(own, since, closing, for_good=True) for own in base)
        row["reduced"] = reduced = lost - row["lost"]
        row |= {name: row[name] + reduced for name in ("returned", "joins", "leaves")}
        row |= {"kept": row["start"] - lost, "lost": lost}
        row["continuous"] = row["start"] - sum(_gave_up(own, since, closing, for_good=False) for own in base)
    return rows


def unbroken(intervals: list[Interval], as_of: datetime) -> list[Interval]:
    """What was seen of a contract, intervals that touch or overlap as one, those without length left out."""
    seen = [pair for pair in seen_before(intervals, as_of) if pair[0] != pair[1]]
    starts = sorted({at for at, _ in seen if not there(seen, at)})
    ends = [min((e for e in _quiet_ends(seen) if e > at), default=None) for at in starts]
    return list(zip(starts, ends, strict=True))


def _quiet_ends(intervals: list[Interval]) -> set[datetime]:
    """Moments at which the contract ends and does not go on."""
    ends = {end for _, end in intervals if end is not None}
    return {at for at in ends if not any(s <= at and (e is None or e > at) for s, e in intervals)}


def _gave_up(held: dict[object, list[Interval]], since: datetime, until: datetime, *, for_good: bool) -> bool:
    """Whether at some moment more contracts of the start, or that took over from others, end than others begin."""
    moments = {at for spans in held.values() for span in spans for at in span if at is not None and since <= at < until}
    return any(
        sum(_ends(held, no, at, since, until, for_good=for_good) for no in held)
        > sum(begin == at for spans in held.values() for begin, _ in spans)
        for at in moments
    )


def _ends(held: dict, no: object, at: datetime, since: datetime, until: datetime, *, for_good: bool) -> bool:
    """Whether a contract of the start, or one that took over from another inside the period, ends at the moment."""
    ended = {end for spans in held.values() for _, end in spans}
    old = there(held[no], since) or any(since <= begin < until and begin in ended for begin, _ in held[no])
    last = max((end for _, end in held[no] if end is not None and since <= end < until), default=None)
    if for_good and (there(held[no], until) or at != last):
        return False
    return old and any(end == at for _, end in held[no])


def until_first_end(intervals: list[Interval], as_of: datetime) -> list[Interval]:
    """For cohorts of ``person_all``: contracts held together end with the first of them to end.

    Two are held together when there is a moment at which both are; a contract without length is never held.
    """
    seen = seen_before(intervals, as_of)
    empty = [pair for pair in seen if pair[0] == pair[1]]
    groups: list[list[Interval]] = []
    for contract in (pair for pair in seen if pair[0] != pair[1]):
        met = [group for group in groups if any(_share_a_moment(contract, other) for other in group)]
        groups = [group for group in groups if group not in met] + [[contract, *(c for group in met for c in group)]]
    cut = [(min(start for start, _ in group), _first_end(group)) for group in groups]
    return cut + [(at, at) for at, _ in empty if not any(_holds(pair, at) for pair in seen)]


def _holds(interval: Interval, moment: datetime) -> bool:
    """Whether the interval has begun before the moment and goes on after it."""
    return interval[0] < moment and (interval[1] is None or moment < interval[1])


def _share_a_moment(one: Interval, other: Interval) -> bool:
    """Whether the later start comes before the earlier end."""
    ends = [end for end in (one[1], other[1]) if end is not None]
    return not ends or max(one[0], other[0]) < min(ends)


def _first_end(group: list[Interval]) -> datetime | None:
    return min((end for _, end in group if end is not None), default=None)


# Customers that are who bought ----------------------------------------------------------------------------------------


def buyers(
    purchases: dict[object, list[datetime]], bounds: list[tuple[datetime, datetime]], as_of: datetime
) -> list[dict[str, int]]:
    """The thirteen counts when ``start`` is who bought in the period before and ``end`` who bought in this one."""
    rows = []
    for since, until in bounds:
        before = _last_bounds(bounds, since)
        S = _bought(purchases, before, since, as_of)  # noqa: N806 - the sets are called so in the definitions
        E = _bought(purchases, since, until, as_of)  # noqa: N806 - the sets are called so in the definitions
        ever = _bought(purchases, datetime.combine(date.min, time.min), since, as_of)
        rows.append({
            "start": len(S), "kept": len(S & E), "lost": len(S - E), "new": len(E - ever),
            "returned": len(E & ever - S), "end": len(E), "new_lost": 0, "returned_lost": 0, "rejoined": 0,
            "continuous": len(S & E), "joins": len(E - S), "leaves": len(S - E), "former": len(ever - S),
        })  # fmt: skip
    return rows


def _last_bounds(bounds: list[tuple[datetime, datetime]], since: datetime) -> datetime:
    """Where the period before begins; the first period here must be one before which nobody bought."""
    return next((begin for begin, end in bounds if end == since), since)


def _bought(purchases: dict[object, list[datetime]], since: datetime, until: datetime, as_of: datetime) -> set[object]:
    return {who for who, moments in purchases.items() if any(since <= at < until and at < as_of for at in moments)}


def trailing(moments: list[datetime], days: float) -> list[Interval]:
    """Bought in ``[t - days, t)``: each purchase as an interval of that length."""
    return [(at, at + timedelta(days=days)) for at in moments]
