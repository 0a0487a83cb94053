"""Visits, offers, webinars, purchases and mishaps: the world behind events.csv."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dice import Dice

FIRST_DAY, UNTIL = date(2023, 1, 1), date(2025, 1, 1)
PEOPLE = 900
TOUCHES = {"site_visit": 0.6, "store_visit": 0.2, "offer": 0.2}


@dataclass(frozen=True)
class Step:
    """Something that happens to a person on a day; money in whole cents, None where there is none."""

    day: date
    kind: str
    cents: int | None = None


@dataclass(frozen=True)
class Event:
    """A step with a person and an hour: one row of the file."""

    client_id: str
    at: datetime
    kind: str
    cents: int | None


@dataclass
class Habits:
    """How a buyer behaves: rhythm, and the chance that a purchase is the last one."""

    gap_days: float
    leaves: float


def story(dice: Dice, first: date) -> list[Step]:
    """Look around, perhaps buy and buy again; whom a late offer wins back begins anew."""
    steps, day = looking_around(dice, first)
    while day is not None:
        bought, last = buying(dice, day)
        steps += [*bought, Step(later(last, 90), "offer")]
        day = later(last, 92 + dice.wait(60)) if dice.chance(0.2) else None
    return steps


def later(day: date, days: float) -> date:
    """Give the day a number of whole days later."""
    return day + timedelta(days=int(days))


def looking_around(dice: Dice, day: date) -> tuple[list[Step], date | None]:
    """Touch the firm until the first purchase or until interest is gone (then there is no day)."""
    steps = [Step(day, dice.pick(TOUCHES))]
    while not dice.chance(0.3):
        if dice.chance(0.2):
            return steps, None
        day = later(day, 1 + dice.wait(9))
        steps.append(Step(day, dice.pick(TOUCHES)))
    return steps, later(day, 1 + dice.wait(4))


def buying(dice: Dice, day: date) -> tuple[list[Step], date]:
    """Buy until one purchase proves the last; give what happened and the day of that purchase."""
    regular = dice.chance(0.35)
    habits = Habits(*((28.0, 0.04) if regular else (75.0, 0.16)))
    steps: list[Step] = []
    while day < UNTIL:
        steps += purchase(dice, habits, day)
        if dice.chance(habits.leaves):
            break
        day = later(day, 1 + dice.wait(habits.gap_days, shape=4 if regular else 1))
    return steps, day


def purchase(dice: Dice, habits: Habits, day: date) -> list[Step]:
    """Buy, with what comes before and after; an incident makes leaving likelier, a webinar less so."""
    cents = round(100 * (10 + dice.wait(45, shape=2)))
    steps = [Step(day, "purchase", cents)]
    if dice.chance(0.5):
        steps.append(Step(later(day, -dice.whole(1, 3)), "site_visit"))
    if dice.chance(0.05):
        back = cents if dice.chance(0.5) else round(cents * (0.2 + 0.6 * dice.share()))
        steps.append(Step(later(day, dice.whole(1, 10)), "refund", -back))
    if dice.chance(0.05):
        steps.append(Step(later(day, dice.whole(1, 5)), "incident"))
        habits.leaves = min(0.6, habits.leaves * 4)
    if dice.chance(0.08):
        steps.append(Step(later(day, dice.whole(2, 9)), "webinar"))
        habits.leaves *= 0.6
    return steps


def events() -> list[Event]:
    """Let everybody come on some day and keep what the file covers, in order of time."""
    dice = Dice(stream=3)
    arrivals = sorted(later(FIRST_DAY, 731 * dice.share()) for _ in range(PEOPLE))
    rows = [
        Event(f"U{number:04d}", dice.moment(step.day, 9, 21), step.kind, step.cents)
        for number, first in enumerate(arrivals, start=1)
        for step in story(dice, first)
    ]
    return sorted((e for e in rows if FIRST_DAY <= e.at.date() < UNTIL), key=lambda e: e.at)
