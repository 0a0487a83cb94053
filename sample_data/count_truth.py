"""Count the truth from the generator's own histories: plain sets of ids, nothing of crrkit.

These numbers judge the package, so they are computed without it, in the slowest and
plainest way: look at every customer at every boundary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

Spell = tuple[date, date | None]
Histories = Mapping[str, Sequence[Spell]]
Row = dict[str, object]
UNKNOWN_AT_FIRST = ("start", "kept", "lost", "new", "returned")


def is_customer(spells: Iterable[Spell], day: date) -> bool:
    """Say whether somebody is a customer as of `day`: some spell has joined < day <= left."""
    return any(joined < day and (left is None or day <= left) for joined, left in spells)


def merged(spells: Iterable[Spell]) -> list[Spell]:
    """Join overlapping and touching spells of one customer."""
    result: list[Spell] = []
    for joined, left in sorted(spells, key=lambda spell: spell[0]):
        if not result or (result[-1][1] is not None and result[-1][1] < joined):
            result.append((joined, left))
        elif result[-1][1] is not None and (left is None or left > result[-1][1]):
            result[-1] = (result[-1][0], left)
    return result


def account(histories: Histories, since: date, until: date) -> dict[str, int]:
    """Count every flow of the period [since, until)."""
    start = {who for who, spells in histories.items() if is_customer(spells, since)}
    end = {who for who, spells in histories.items() if is_customer(spells, until)}
    first = {who: min(joined for joined, _ in spells) for who, spells in histories.items()}
    newcomers = {who for who in histories if since <= first[who] < until}
    former = {who for who in histories if first[who] < since} - start
    starts = {who: joins_within(spells, since, until) for who, spells in histories.items()}
    comebacks = {who for who in former if starts[who]}
    unbroken = {who for who in start if stays(histories[who], since, until)}
    return {
        "start": len(start),
        "kept": len(start & end),
        "lost": len(start - end),
        "new": len(newcomers & end),
        "returned": len(former & end),
        "end": len(end),
        "new_lost": len(newcomers - end),
        "returned_lost": len(comebacks - end),
        "rejoined": sum(starts.values()) - len(newcomers) - len(comebacks),
        "kept_continuous": len(unbroken),
    }


def joins_within(spells: Sequence[Spell], since: date, until: date) -> int:
    """Count how often one customer joined in [since, until); a renewal is not a join."""
    return sum(since <= joined < until for joined, _ in merged(spells))


def stays(spells: Sequence[Spell], since: date, until: date) -> bool:
    """Say whether one customer was there before `since` and never left before `until`."""
    return any(joined < since and (left is None or until <= left) for joined, left in merged(spells))


def accounts(histories: Histories, boundaries: Sequence[date], months: int) -> list[Row]:
    """Count period after period; `months` is how long each is and gives its label."""
    return [
        {"period": label(since, months), **account(histories, since, until)} for since, until in pairwise(boundaries)
    ]


def boundaries(first_year: int, last_year: int, months: int) -> list[date]:
    """Give the first days of all periods from 1 January to the 1 January after the last year."""
    starts = [date(year, month, 1) for year in range(first_year, last_year + 1) for month in range(1, 13, months)]
    return [*starts, date(last_year + 1, 1, 1)]


def label(since: date, months: int) -> str:
    """Name a period: 2024-02, 2024Q1, 2024H1, 2024."""
    if months == 1:
        return f"{since:%Y-%m}"
    letter = {3: "Q", 6: "H"}.get(months)
    return f"{since.year}{letter}{(since.month - 1) // months + 1}" if letter else f"{since.year}"


def purchase_accounts(purchases: Iterable[tuple[str, date]], starts: Sequence[date], months: int) -> list[Row]:
    """Count buyers period after period; a customer of a period is who bought in it.

    Nothing is known of the time before the first period, so its flows are null, not 0.
    `new` is the first purchase in the file: who bought before the file began is unknown to it.
    """
    buyers: dict[str, set[str]] = {label(since, months): set() for since in starts}
    for who, day in purchases:
        buyers[label(day, months)].add(who)
    (first, seen), *_ = buyers.items()
    rows: list[Row] = [{"period": first, **dict.fromkeys(UNKNOWN_AT_FIRST), "end": len(seen)}]
    for before, now in pairwise(buyers):
        rows.append({"period": now, **flows(buyers[before], buyers[now], seen)})
        seen = seen | buyers[now]
    return rows


def flows(before: set[str], now: set[str], seen: set[str]) -> dict[str, int]:
    """Compare the buyers of two neighbouring months, given everybody seen earlier."""
    return {
        "start": len(before),
        "kept": len(before & now),
        "lost": len(before - now),
        "new": len(now - seen),
        "returned": len((now & seen) - before),
        "end": len(now),
    }
