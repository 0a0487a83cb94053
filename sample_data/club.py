"""People with contracts that begin, end, run side by side and come back: contracts.csv, ru_clients.csv."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from dice import Clock, Dice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OPENED, UNTIL = date(2022, 1, 1), date(2025, 1, 1)
PRICE_RISE = date(2023, 9, 1)
REGIONS = {"North": 0.35, "South": 0.3, "East": 0.2, "West": 0.15}
LEAVES_FASTER = {"South": 0.7}  # expected life in this region, as a share of the usual one
TARIFFS = {"basic": 0.5, "standard": 0.35, "premium": 0.15}
EXPECTED_DAYS = {"basic": 480, "standard": 800, "premium": 1400}


def pace_of_leaving(day: date) -> float:
    """Give how much faster contracts end than usual: the price rise drives people away."""
    return {(2023, 9): 4.5, (2023, 10): 1.7}.get((day.year, day.month), 1.0)


CLOCK = Clock(OPENED, UNTIL, pace_of_leaving)


@dataclass(frozen=True)
class Contract:
    """One contract: `left` is the first day it no longer runs, None while it does."""

    joined: date
    left: date | None
    tariff: str


@dataclass(frozen=True)
class Member:
    """A person or firm with all contracts ever signed."""

    client_id: str
    region: str
    contracts: tuple[Contract, ...]


def signed(dice: Dice, region: str, joined: date) -> Contract:
    """Sign a contract and live it to its end, if that comes before the file is written."""
    tariff = dice.pick(TARIFFS)
    expected = EXPECTED_DAYS[tariff] * LEAVES_FASTER.get(region, 1.0)
    left = CLOCK.after(joined, dice.wait(expected))
    if dice.chance(0.06):  # regrets it within weeks
        left = joined + timedelta(days=dice.whole(2, 18))
    elif dice.chance(0.15):  # pays the month to its end
        left = first_of_next_month(left)
    return Contract(joined, left if left < UNTIL else None, tariff)


def first_of_next_month(day: date) -> date:
    """Give the first day of the month after this one."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def contract_story(dice: Dice, region: str, joined: date) -> Iterator[Contract]:
    """Sign once; perhaps a second contract beside the first; perhaps come back when all ended."""
    if dice.chance(0.006):  # cancelled on the day it was signed, and never seen again
        yield Contract(joined, joined, "basic")
        return
    running = [signed(dice, region, joined)]
    beside = joined + timedelta(days=dice.whole(20, 300))
    if dice.chance(0.2) and beside < min(running[0].left or UNTIL, UNTIL):
        running.append(signed(dice, region, beside))
    yield from running
    back = comes_back(dice, running)
    if back and back < UNTIL:
        yield signed(dice, region, back)


def comes_back(dice: Dice, ended: list[Contract]) -> date | None:
    """Give the day a former customer signs again; None if some contract still runs or nobody comes."""
    ends = [contract.left for contract in ended if contract.left]
    if len(ends) < len(ended) or not dice.chance(0.3):
        return None
    kind = dice.pick({"renewed under a new number": 2, "paid late": 2, "returned": 6})
    silence = {
        "renewed under a new number": 0,
        "paid late": dice.whole(3, 12),
        "returned": 40 + int(dice.wait(150)),
    }
    return max(ends) + timedelta(days=silence[kind])


def first_days(dice: Dice, a_month: float, growth: float) -> list[date]:
    """Draw the days on which people join; one in four waits for the first of a month."""
    days: list[date] = []
    for month in range(36):
        first = date(OPENED.year + month // 12, month % 12 + 1, 1)
        busy = 1.4 if first.month == 9 else 1.0
        for _ in range(round(busy * (a_month + growth * month)) + dice.whole(-2, 2)):
            later = first + timedelta(days=dice.whole(0, 27))
            days.append(first if dice.chance(0.25) else later)
    return sorted(days)


def members() -> list[Member]:
    """The club of contracts.csv."""
    dice = Dice(stream=2)
    return [
        Member(f"S{number:04d}", region, tuple(contract_story(dice, region, joined)))
        for number, joined in enumerate(first_days(dice, a_month=14, growth=0.3), start=1)
        for region in [dice.pick(REGIONS)]
    ]


def firms(names: list[str], regions: Mapping[str, float]) -> list[Member]:
    """The clients of ru_clients.csv: the same kind of life, fewer of them."""
    dice = Dice(stream=4)
    joined = first_days(dice, a_month=2.6, growth=0.04)
    return [
        Member(name, region, tuple(contract_story(dice, region, day)))
        for name, day in zip(dice.shuffled(names), joined, strict=False)
        for region in [dice.pick(regions)]
    ]


def histories(people: Sequence[Member]) -> dict[str, list[tuple[date, date | None]]]:
    """Give what the truth is counted from: who was there from when until when."""
    return {m.client_id: [(c.joined, c.left) for c in m.contracts] for m in people}
