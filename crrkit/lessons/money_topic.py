"""Questions on the equilibrium of a base, the acceptable cost of saving a customer, and the cost of a lever."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from crrkit.counts import expected_lifetime
from crrkit.ground import format_number, format_percent, mark, ngettext
from crrkit.judge import break_even_save_rate
from crrkit.lessons.answers import NUMBER
from crrkit.lessons.questions import Misreading, Question


@dataclass(frozen=True)
class Steady:
    """A firm that wins so many a month, with one churn for all."""

    joining: int
    churn: float

    @property
    def customers(self) -> float:
        """Where the base ends: newcomers times their mean stay (Little's law)."""
        return self.joining * float(expected_lifetime(churn=self.churn, period="month"))


def _steady_ink(s: Steady) -> dict[str, str]:
    return {
        "joining": format_number(s.joining), "churn": format_percent(s.churn, digits=0),
        "customers": format_number(s.customers), "stay": format_number(s.customers / s.joining, digits=1),
    }  # fmt: skip


steady = partial(
    Question,
    ink=_steady_ink,
    text=mark(
        "Each month {joining} {joining:customer comes|customers come} and {churn} of the base leave. At how many"
        " customers does it stand still?"
    ),
    right=lambda s: [s.customers],
    why=mark("At {customers}: then {churn} of them are {joining}. Each stays {stay} {stay:month|months} on average."),
    misreadings=(
        Misreading(
            "a year of newcomers",
            lambda s: [12 * s.joining],
            mark("Those are the newcomers of a year. Which base loses exactly {joining} a month?"),
        ),
        Misreading(
            "newcomers times churn",
            lambda s: [s.joining * s.churn],
            mark("You multiplied by the churn. Divide: {churn} of which number are {joining}?"),
        ),
        Misreading(
            "by retention",
            lambda s: [s.joining / (1 - s.churn)],
            mark("You divided by the share that stays. As many must leave as come: take the share that leaves."),
        ),
    ),
    hint=mark("It stands still when as many leave as come."),
    kind=NUMBER,
)
"""Where does a base come to rest?"""


@dataclass(frozen=True)
class Ratio:
    """Winning a customer costs so many times what an attempt to keep one does."""

    ratio: int

    @property
    def share(self) -> float:
        """Which share of the attempts must succeed."""
        return break_even_save_rate(ratio=self.ratio)


def _ratio_ink(r: Ratio) -> dict[str, str]:
    times = ngettext("{n} time", "{n} times", r.ratio).format(n=format_number(r.ratio))
    return {"ratio": format_number(r.ratio), "times": times, "share": format_percent(r.share)}


break_even = partial(
    Question,
    ink=_ratio_ink,
    text=mark(
        "To win a customer costs {times} as much as one attempt to keep somebody who would leave. Which share of the"
        " attempts must succeed, so that keeping costs no more than winning?"
    ),
    right=lambda r: [r.share],
    why=mark("One success in {ratio} {ratio:attempt|attempts} costs as much as one customer won: {share}."),
    misreadings=(
        Misreading(
            "all but one",
            lambda r: [1 - r.share],
            mark("That is the share that may fail."),
        ),
        Misreading(
            "more than winning",
            lambda r: [float(r.ratio)],
            mark(
                "That is how much dearer winning is. With {ratio} {ratio:attempt|attempts} for the same money, how many"
                " must succeed?"
            ),
        ),
        Misreading(
            "all",
            lambda _r: [1.0],
            mark("Not all: for the price of one customer won there {ratio:is|are} {ratio} {ratio:attempt|attempts}."),
        ),
    ),
    hint=mark("How many attempts does the price of one new customer pay?"),
)
"""When is keeping cheaper than winning?"""


@dataclass(frozen=True)
class Cost:
    """What a point costs: so much per head and period."""

    per_head: float
    heads: int
    periods: int

    @property
    def total(self) -> float:
        """All of it."""
        return self.per_head * self.heads * self.periods


def _cost_ink(c: Cost) -> dict[str, str]:
    return {
        "per_head": format_number(c.per_head, digits=2), "heads": format_number(c.heads),
        "periods": format_number(c.periods), "total": format_number(c.total),
    }  # fmt: skip


cost = partial(
    Question,
    ink=_cost_ink,
    text=mark(
        "A letter lifts conversion by a point. It costs {per_head} for each contact and half-year; there {heads:is|are}"
        " {heads} {heads:contact|contacts}. What does the point cost over {periods} {periods:half-year|half-years}?"
    ),
    right=lambda c: [c.total],
    why=mark("{per_head} × {heads} × {periods} = {total}. It is paid for everybody, not only for those who buy."),
    misreadings=(
        Misreading(
            "one half-year",
            lambda c: [c.per_head * c.heads],
            mark("That is one half-year. The effect lasts only while the letters are sent."),
        ),
        Misreading(
            "only the converted",
            lambda c: [c.per_head * c.heads * c.periods / 100],
            mark("You counted one contact in a hundred, who buys because of it. The letter goes to all {heads}."),
        ),
        Misreading(
            "one head",
            lambda c: [c.per_head * c.periods],
            mark("That is one contact. The letter goes to all {heads}."),
        ),
    ),
    hint=mark("For each head, for each half-year."),
    kind=NUMBER,
)
"""What does a point cost?"""
