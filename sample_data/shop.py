"""A shop with casual and regular buyers: the world behind orders.csv."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from dice import Clock, Dice

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE = 1330
SHOP_OPENED = date(2022, 1, 1)  # a year of life before the file begins
FIRST_DAY, UNTIL = date(2023, 1, 1), date(2025, 1, 1)
REGIONS = {"North": 0.3, "South": 0.3, "East": 0.2, "West": 0.2}
RIVAL_OPENED = date(2024, 3, 1)  # a competitor opens in the South
TILL_ERRED = date(2024, 3, 1)  # the till took 2024 for a year in which February has 30 days
PACE = {11: 1.15, 12: 1.8, 1: 0.75, 2: 0.85}  # how much faster people buy, by month
CLOCK = Clock(SHOP_OPENED, UNTIL, lambda day: PACE.get(day.month, 1.0))


@dataclass(frozen=True)
class Buyer:
    """What kind of customer somebody is; the file does not say."""

    regular: bool
    gap_days: float
    purse: float
    online: float
    region: str


@dataclass(frozen=True)
class Order:
    """One line of the till, money in whole cents; `fault` names what is wrong on purpose."""

    client_id: str
    at: datetime
    cents: int
    region: str
    channel: str
    fault: str = ""


def some_buyer(dice: Dice) -> Buyer:
    """Draw a buyer: three in ten are regular; rhythm and purse differ from person to person."""
    regular = dice.chance(0.3)
    return Buyer(
        regular=regular,
        gap_days=(26 if regular else 95) * (0.6 + dice.wait(0.4)),
        purse=0.4 + dice.wait(0.6),
        online=0.85 if dice.chance(0.4) else 0.15,
        region=dice.pick(REGIONS),
    )


def purchase_days(dice: Dice, buyer: Buyer, first: date) -> Iterator[date]:
    """Buy, wait, buy again, until the buyer leaves for good or the calendar ends."""
    day = first
    while day < UNTIL:
        yield day
        if dice.chance(chance_of_leaving(buyer, day)):
            return
        silence = dice.wait(buyer.gap_days, shape=4 if buyer.regular else 1)
        if dice.chance(0.03):  # forgets the shop and comes back after long silence
            silence += 150 + dice.wait(60)
        day = CLOCK.after(day, silence)


def chance_of_leaving(buyer: Buyer, day: date) -> float:
    """Give the chance that the purchase of this day is the last one."""
    rival = 2 if buyer.region == "South" and day >= RIVAL_OPENED else 1
    return rival * (0.03 if buyer.regular else 0.14)


def order(dice: Dice, client_id: str, buyer: Buyer, day: date) -> Order:
    """Write one receipt; now and then nobody asked for the customer's card."""
    channel = "online" if dice.chance(buyer.online) else "shop"
    at = dice.moment(day, *((7, 24) if channel == "online" else (10, 20)))
    cents = round(100 * (6 + buyer.purse * dice.wait(38, shape=2)))
    fault = "missing_client_id" if dice.chance(0.004) else ""
    return Order(client_id, at, cents, buyer.region, channel, fault)


def refunds(dice: Dice, bought: Order) -> Iterator[Order]:
    """Give part of the money back some days later: a line of its own with a negative total."""
    at = dice.moment(bought.at.date() + timedelta(days=dice.whole(1, 20)), 10, 20)
    back = round(bought.cents * (0.2 + 0.6 * dice.share()))
    if dice.chance(0.006) and not bought.fault and at.date() < UNTIL:
        yield replace(bought, at=at, cents=-back, fault="refunds")


def all_orders() -> list[Order]:
    """Let everybody live from the day the shop opened, in the order of the till."""
    dice = Dice(stream=1)
    lines: list[Order] = []
    for number, first in enumerate(first_days(dice), start=1):
        buyer = some_buyer(dice)
        for day in purchase_days(dice, buyer, first):
            bought = order(dice, f"C{number:05d}", buyer, day)
            lines += [bought, *refunds(dice, bought)]
    return sorted(lines, key=lambda line: line.at)


def orders(lines: list[Order]) -> list[Order]:
    """Keep what the file covers; what happened before it, the file does not know."""
    return with_unreadable_dates([line for line in lines if line.at.date() >= FIRST_DAY])


def first_days(dice: Dice) -> list[date]:
    """Draw when each person first buys, more often when the shop is busy."""
    return sorted(CLOCK.after(SHOP_OPENED, dice.share() * CLOCK.length) for _ in range(PEOPLE))


def with_unreadable_dates(lines: list[Order]) -> list[Order]:
    """Spoil the dates of two good lines: the first one of March 2024 and one a quarter into the file."""
    good = [i for i, line in enumerate(lines) if not line.fault]
    march = next(i for i in good if lines[i].at.date() >= TILL_ERRED)
    for spoilt in (good[len(good) // 4], march):
        lines[spoilt] = replace(lines[spoilt], fault="unreadable_dates")
    return lines


def written_date(line: Order) -> str:
    """Write the time as the till did: two lines carry a date that nobody can read."""
    if line.fault != "unreadable_dates":
        return f"{line.at:%Y-%m-%d %H:%M:%S}"
    return f"2024-02-30 {line.at:%H:%M:%S}" if line.at.date() >= TILL_ERRED else "n/a"
