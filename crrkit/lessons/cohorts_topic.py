"""Questions on cohorts and tails: what is not observed yet, one curve from many cohorts, and customer lifetimes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.counts import expected_lifetime
from crrkit.ground import format_number, format_percent, mark
from crrkit.lessons.answers import NUMBER, PLACE
from crrkit.lessons.questions import Misreading, Option, Question, choice
from crrkit.measure.lifetime import ShiftedBetaGeometric, fit_sbg, life_table

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Triangle:
    """Monthly cohorts from January on; the list ends in the middle of the last month."""

    months: int

    def cells(self, *, running: bool) -> int:
        """The cells of age 1 and more that are over, with those of the running month or without."""
        return sum(self.months - 1 - cohort - (not running) for cohort in range(self.months - 1))


over = partial(
    Question,
    ink=lambda t: {"n": format_number(t.months), "next": format_number(t.months - 1)},
    text=mark(
        "A cohort table has a row for each of {n} {n:month|months} and a column for each age from 1 to {next}"
        " {next:month|months}. The list ends in the middle of month {n}. How many cells hold a number that will not"
        " change any more?"
    ),
    right=lambda t: [t.cells(running=False)],
    why=mark("The cells on the diagonal belong to month {n}, which is not over; what lies below has not begun."),
    misreadings=(
        Misreading(
            "running month taken as over",
            lambda t: [t.cells(running=True)],
            mark(
                "You counted the diagonal, too. Month {n} is only half over: whoever is missing there may still come."
            ),
        ),
        Misreading(
            "months ahead taken as empty",
            lambda t: [t.months * (t.months - 1)],
            mark(
                "You counted the whole rectangle. Half of it are months that have not happened: there is no 0 in them, "
                "there is nothing."
            ),
        ),
        Misreading(
            "age 0 counted",
            lambda t: [t.cells(running=False) + t.months],
            mark("You counted age 0, too. In it everybody is there by definition, and it is no column of this table."),
        ),
    ),
    hint=mark("The first row can be seen for all months but the running one. How many has the second, and the last?"),
    kind=PLACE,
)
"""How many cells of a triangle are over?"""


@dataclass(frozen=True)
class Cohorts:
    """The customers of each cohort that are left, age by age; later cohorts have fewer ages."""

    left: tuple[tuple[int, ...], ...]

    @cached_property
    def survival(self) -> float:
        """The survival at the last age, every cohort used as far as it was seen."""
        rows = [
            {"cohort": cohort, "age": age, "size": counts[0], "active": n, "status": "observed"}
            for cohort, counts in enumerate(self.left)
            for age, n in enumerate(counts)
        ]
        return float(life_table(pd.DataFrame(rows)).to_pandas()["survival"].iloc[-1])

    @property
    def sizes(self) -> int:
        """All who ever joined."""
        return sum(counts[0] for counts in self.left)


def _cohorts_ink(c: Cohorts) -> dict[str, str]:
    long, short = c.left
    return {
        "long": " → ".join(map(format_number, long)), "short": " → ".join(map(format_number, short)),
        "first": format_percent((long[1] + short[1]) / c.sizes), "second": format_percent(long[2] / long[1]),
        "all": format_number(c.sizes), "old": format_number(long[0]), "survival": format_percent(c.survival),
    }  # fmt: skip


two_cohorts = partial(
    Question,
    ink=_cohorts_ink,
    text=mark(
        "One cohort is two years old: {long}. The next is one year old: {short}. Use all that was seen: which share of "
        "such customers is left after two years?"
    ),
    right=lambda c: [c.survival],
    why=mark("The first year kept {first} of all, the second {second} of those in it; together {survival}."),
    misreadings=(
        Misreading(
            "divided by everybody",
            lambda c: [c.left[0][2] / c.sizes],
            mark(
                "You divided by all {all}. The younger cohort could not be there after two years: "
                "it has not lived that long. Not seen is not lost."
            ),
        ),
        Misreading(
            "old cohort only",
            lambda c: [c.left[0][2] / c.left[0][0]],
            mark("That is the old cohort alone. What the young one did in its first year was seen, too."),
        ),
        Misreading(
            "last step only",
            lambda c: [c.left[0][2] / c.left[0][1]],
            mark("That is the second year alone. Multiply it by what the first year kept."),
        ),
    ),
    hint=mark("Which share did the first year keep, of all {all}? And the second, of those who were in it?"),
)
"""One survival from cohorts of different age."""


@dataclass(frozen=True)
class Groups:
    """Two kinds of customers, half and half, with the rate of each."""

    loyal: float
    fickle: float

    @property
    def churn(self) -> float:
        """The churn of the first year."""
        return 1 - (self.loyal + self.fickle) / 2

    @property
    def lifetimes(self) -> tuple[float, float]:
        """The mean lifetime of each kind, in years."""
        return tuple(float(expected_lifetime(churn=1 - r, period="year")) for r in (self.loyal, self.fickle))  # type: ignore[return-value]  # a pair, made of a pair

    @property
    def by_churn(self) -> float:
        """The shortcut: one over the overall churn."""
        return float(expected_lifetime(churn=self.churn, period="year"))


def _groups_ink(g: Groups) -> dict[str, str]:
    shares = {"loyal": g.loyal, "fickle": g.fickle, "churn": g.churn}
    years = {"years1": g.lifetimes[0], "years2": g.lifetimes[1], "short": g.by_churn, "mean": sum(g.lifetimes) / 2}
    return {name: format_percent(x, digits=1 if name == "churn" else 0) for name, x in shares.items()} | {
        name: format_number(x, digits=1) for name, x in years.items()
    }


lifetime = partial(
    Question,
    ink=_groups_ink,
    text=mark(
        "Half of a cohort are people of whom {loyal} stay each year, the other half people of whom {fickle} stay. "
        "In the first year {churn} leave. How many years does a customer of this cohort last on average?"
    ),
    right=lambda g: [sum(g.lifetimes) / 2],
    why=mark(
        "One half lasts {years1} {years1:year|years}, the other {years2}; the mean is {mean}. 1/churn said {short}."
    ),
    misreadings=(
        Misreading(
            "1/churn",
            lambda g: [g.by_churn],
            mark(
                "That is 1/churn of the first year. But those who leave first are mostly the fickle ones; the rest "
                "leaves more slowly each year. Take the two halves apart."
            ),
        ),
        Misreading(
            "the loyal half",
            lambda g: [g.lifetimes[0]],
            mark("That is the loyal half alone. The other half is half of the cohort, too."),
        ),
        Misreading(
            "the fickle half",
            lambda g: [g.lifetimes[1]],
            mark("That is the fickle half alone. The other half is half of the cohort, too."),
        ),
    ),
    hint=mark("How long does each half last? One over its own churn; then the mean of both."),
    kind=NUMBER,
)
"""How long do mixed customers last?"""


@dataclass(frozen=True)
class Tail:
    """The shares of a cohort that were left, year by year, and what was left much later."""

    seen: Sequence[float]
    year: int
    actual: float

    @cached_property
    def fit(self) -> ShiftedBetaGeometric:
        """The model of mixed customers."""
        return fit_sbg(list(self.seen))

    @property
    def guesses(self) -> Mapping[str, float]:
        """The forecast of each method."""
        years = len(self.seen) - 1
        return {
            "one churn for ever": self.seen[-1] ** (self.year / years),
            "mixed customers": self.fit.survival(self.year),
            "nobody leaves any more": self.seen[-1],
        }

    @property
    def nearest(self) -> str:
        """The method closest to what happened."""
        return min(self.guesses, key=lambda name: abs(self.guesses[name] - self.actual))


def _tail_ink(t: Tail) -> dict[str, str]:
    guesses = zip(("geometric", "mixed", "flat"), (format_percent(x) for x in t.guesses.values()), strict=True)
    counts = {"years": len(t.seen) - 1, "year": t.year}
    shares = {"last": t.seen[-1], "actual": t.actual}
    return (
        dict(guesses)
        | {name: format_number(n) for name, n in counts.items()}
        | {name: format_percent(x) for name, x in shares.items()}
    )


def which_tail(tail: Tail) -> Question:
    """Which curve is closest to what happened?"""
    return choice(
        tail,
        ink=_tail_ink,
        text=mark(
            "After {years} {years:year|years} {last} of a cohort were left. Which guess for year {year} came nearest to"
            " what happened?"
        ),
        options=(
            Option(
                "one churn for ever",
                mark("{geometric}: the same churn every year"),
                mark(
                    "Too low: {actual} were left. The fickle ones had gone, so churn fell, and one churn for ever "
                    "lets too many leave."
                ),
            ),
            Option("mixed customers", mark("{mixed}: loyal and fickle customers mixed (sBG)")),
            Option(
                "nobody leaves any more",
                mark("{flat}: whoever is left stays"),
                mark("Too high: {actual} were left. The loyal ones leave, too, only more slowly."),
            ),
        ),
        right=lambda tail: tail.nearest,
        why=mark("{actual} were left in year {year}; the others said {geometric} and {flat}."),
        hint=mark("Who has left after {years} {years:year|years}, and who is still there?"),
    )


# Subscribers of the segment “High End”; Fader and Hardie 2007, Journal of Interactive Marketing 21(1).
HIGH_END = Tail(seen=(1, 0.869, 0.743, 0.653, 0.593, 0.551, 0.517, 0.491), year=12, actual=0.394)


def some_cohorts(dice: random.Random) -> Cohorts:
    """An old cohort and a younger one."""
    old, young = dice.randint(50, 300), dice.randint(50, 300)
    kept = round(old * dice.uniform(0.6, 0.9))
    return Cohorts(((old, kept, round(kept * dice.uniform(0.7, 0.95))), (young, round(young * dice.uniform(0.4, 0.9)))))


def some_groups(dice: random.Random) -> Groups:
    """Loyal customers and fickle ones."""
    return Groups(dice.randint(16, 19) / 20, dice.randint(6, 14) / 20)


DRILL = (
    lambda dice: over(facts=Triangle(dice.randint(4, 12))),
    lambda dice: two_cohorts(facts=some_cohorts(dice)),
    lambda dice: lifetime(facts=some_groups(dice)),
)
