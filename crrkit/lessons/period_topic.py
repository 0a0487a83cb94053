"""Questions on the period: converting a rate to a longer or shorter one, and which period is meaningful."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from crrkit.counts import convert_rate, years_in
from crrkit.ground import format_number, format_percent, mark, ngettext
from crrkit.lessons.questions import Misreading, Option, Question, choice

if TYPE_CHECKING:
    import random


@dataclass(frozen=True)
class Conversion:
    """A rate of one period that is wanted for another."""

    rate: float
    from_: str
    to: str

    @property
    def times(self) -> float:
        """How many of one period make the other."""
        return years_in(self.to) / years_in(self.from_)

    @property
    def value(self) -> float:
        """The rate over the other period, all periods alike."""
        return float(convert_rate(self.rate, from_=self.from_, to=self.to))


def _ink(c: Conversion) -> dict[str, str]:
    n = c.times if c.times > 1 else 1 / c.times
    return {
        "rate": format_percent(c.rate, digits=0), "lost": format_percent(1 - c.rate, digits=0),
        "value": format_percent(c.value), "gone": format_percent(1 - c.value), "n": format_number(n),
        "times": ngettext("{n} time", "{n} times", round(n)).format(n=format_number(n)),
        "multiplied": format_percent(c.times * (1 - c.rate), digits=0 if c.times > 1 else 1),
    }  # fmt: skip


LOSS_TIMES_N = Misreading(
    "loss times n",
    lambda c: [1 - c.times * (1 - c.rate)],
    mark(
        "You took {times} {lost} off. But each time fewer are left to lose: {lost} of those who are still there. "
        "Keep {rate} of what is left, {times} in a row."
    ),
)
LOSS_TIMES_N_AS_CHURN = Misreading(
    "loss times n, as churn",
    lambda c: [c.times * (1 - c.rate)],
    mark(
        "{times} {lost} is {multiplied}, but churn does not add up: each time only those can leave who are still there."
    ),
)
NOBODY_LEFT = Misreading(
    "nobody left",
    lambda c: [0.0] if c.times * (1 - c.rate) > 1 else [],
    mark(
        "{times} {lost} is more than all, so nobody would be left. But each time it is {lost} of fewer and fewer. "
        "Keep {rate} of what is left, {times} in a row."
    ),
)
THE_SAME = Misreading(
    "the same rate",
    lambda c: [c.rate],
    mark("{rate} is what it was for the other period. A longer one has more losses in it, a shorter one fewer."),
)
SHARE_GONE = Misreading(
    "churn",
    lambda c: [1 - c.value],
    mark("That is the share that is gone, {gone}. The question is who is left."),
)
DIVIDED = Misreading(
    "rate by n",
    lambda c: [c.rate / c.times],
    mark("You divided the rate by {n}. Rates of periods that follow each other are multiplied, not added."),
)
WRONG_WAY = Misreading(
    "wrong way",
    lambda c: [c.rate ** (1 / c.times)],
    mark("You went the other way. Over a longer period fewer are left, over a shorter one more."),
)
LOSS_BY_N = Misreading(
    "loss by n",
    lambda c: [1 - c.times * (1 - c.rate)],
    mark(
        "You divided the loss by {n}. Try it: {times} in a row that does not lead to {rate}. "
        "Take the root of order {n}."
    ),
)

_longer = partial(
    Question,
    ink=_ink,
    right=lambda c: [c.value],
    why=mark("{times} in a row {rate} leaves {value}, if all periods are alike."),
    misreadings=(LOSS_TIMES_N, LOSS_TIMES_N_AS_CHURN, NOBODY_LEFT, THE_SAME, SHARE_GONE, DIVIDED, WRONG_WAY),
    hint=mark("After the first period {rate} are left, after the second {rate} of those. Go on, {times}."),
)


def month_to_year(rate: float) -> Question:
    """What is left of a monthly rate after a year?"""
    return _longer(
        facts=Conversion(rate, "month", "year"),
        text=mark("A firm keeps {rate} of its customers every month. Which share of today's is left after a year?"),
    )


def half_year_to_year(rate: float) -> Question:
    """What is left of a half-year's rate after a year?"""
    return _longer(
        facts=Conversion(rate, "half-year", "year"),
        text=mark(
            "A firm keeps {rate} of its customers in half a year. If the next half is like it, what is it a year?"
        ),
    )


def quarter_to_year(rate: float) -> Question:
    """What is left of a quarterly rate after a year?"""
    return _longer(
        facts=Conversion(rate, "quarter", "year"),
        text=mark("A firm keeps {rate} of its customers every quarter. Which share of today's is left after a year?"),
    )


def year_to_month(rate: float) -> Question:
    """Which monthly rate makes a yearly one?"""
    return Question(
        facts=Conversion(rate, "year", "month"),
        ink=_ink,
        text=mark("A firm wants to keep {rate} of its customers in a year. How much must it keep each month?"),
        right=lambda c: [c.value],
        why=mark("{times} in a row {value} leaves {rate}."),
        misreadings=(
            THE_SAME,
            SHARE_GONE,
            LOSS_BY_N,
            Misreading(
                WRONG_WAY.name, lambda c: [c.rate ** (1 / c.times)], WRONG_WAY.says
            ),
        ),
        hint=mark("Which rate, {times} in a row, leaves {rate}?"),
    )  # fmt: skip


LENGTHS = {"month": 1, "quarter": 3, "year": 12, "three years": 36}


def shortest_meaningful(gap_months: float) -> str:
    """The shortest period in which most customers could have bought again; the longest of the list if none is."""
    return next((name for name, months in LENGTHS.items() if months >= gap_months), list(LENGTHS)[-1])


def dealer(gap_months: int) -> Question:
    """Which period is meaningful for customers who buy so rarely?"""
    too_short = mark(
        "Within it hardly anybody could have bought again, so the rate says nothing about who is content: a"
        " customer comes back after {gap} {gap:year|years} at the earliest."
    )

    return choice(
        gap_months,
        ink=lambda gap: {"gap": format_number(gap / 12)},
        text=mark(
            "Nobody buys a new car from a dealer more often than once in {gap} {gap:year|years}. Over which"
            " period is a retention rate from purchases meaningful?"
        ),
        options=(
            Option("month", mark("a month"), too_short),
            Option("quarter", mark("a quarter"), too_short),
            Option("year", mark("a year"), too_short),
            Option("three years", mark("{gap} {gap:year|years} or more"), too_short),
        ),
        right=shortest_meaningful,
        why=mark(
            "In {gap} {gap:year|years} a content customer has had the time to come back. Or count visits to the"
            " workshop."
        ),
        hint=mark("How long does a content customer take to come back?"),
    )


DRILL = (
    lambda dice: month_to_year(_some_rate(dice, 80, 97)),
    lambda dice: quarter_to_year(_some_rate(dice, 60, 92)),
    lambda dice: year_to_month(_some_rate(dice, 10, 60)),
)


def _some_rate(dice: random.Random, low: int, high: int) -> float:
    return dice.randint(low, high) / 100
