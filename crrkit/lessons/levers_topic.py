"""Questions on where to spend: which lever is best depends on what is counted, on its cost and on the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from crrkit.counts import expected_lifetime
from crrkit.ground import format_number, format_percent, format_points, gettext as _, ngettext
from crrkit.judge import break_even_save_rate
from crrkit.lessons.answers import NUMBER
from crrkit.lessons.choices import Option, choice
from crrkit.lessons.questions import Misreading, Question
from crrkit.lessons.worked_example import COSTS, MARGINS, firm

if TYPE_CHECKING:
    import pandas as pd

    from crrkit.judge.whatif import StageModel
    from crrkit.lessons.questions import Template

YEAR, TEN_YEARS = 2, 20  # in half-years
NAMES = ("conversion", "retention_middle", "promotion", "retention_long", "winback")


@dataclass(frozen=True)
class Levers:
    """A firm and a horizon: one point on each lever, with its cost."""

    model: StageModel
    periods: int

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row a lever."""
        table = self.model.levers(self.periods, costs=COSTS, margins=MARGINS, horizon=self.periods)
        return table.to_pandas().set_index("lever")

    def value(self, lever: str, measure: str) -> float:
        """What one point on a lever does."""
        return float(self.table[measure][lever])

    def best(self, measure: str) -> str:
        """The lever that is first by this measure."""
        return str(self.table[measure].idxmax())


def _words(name: str) -> str:
    words = {
        "conversion": _("conversion: contacts who buy"), "retention_middle": _("keeping the middle stage"),
        "promotion": _("promotion: from the middle to the long stage"),
        "retention_long": _("keeping the long stage"), "winback": _("winning back the lapsed"),
    }  # fmt: skip
    return words[name]


def _by(levers: Levers, measure: str) -> dict[str, str]:
    ranked = levers.table[measure].sort_values(ascending=False)
    years, digits = levers.periods // YEAR, 0 if measure == "customers" else 2
    return {
        "years": ngettext("{n} year", "{n} years", years).format(n=format_number(years)),
        "first": _words(str(ranked.index[0])),
        "first_value": format_number(ranked.iloc[0], digits=digits),
        "second": _words(str(ranked.index[1])),
        "second_value": format_number(ranked.iloc[1], digits=digits),
        **{name: format_number(levers.value(name, measure), digits=digits) for name in NAMES},
    }


def _options(says: Template) -> tuple[Option, ...]:
    """The levers; ``{value}`` in what is said is the lever's own."""

    def option(name: str) -> Option:
        return Option(name, lambda: _words(name), lambda: says().replace("{value}", f"{{{name}}}"))

    return tuple(option(name) for name in NAMES)


def best_per_cost(levers: Levers) -> Question:
    """Which lever brings most for its cost?"""
    return choice(
        levers,
        ink=lambda levers: _by(levers, "margin_per_cost"),
        text=lambda: _(
            "One point more on which lever brings the most margin for each 1 of its cost, over {years}? "
            "`model.levers(...)` has it as `margin_per_cost`."
        ),
        options=_options(
            lambda: _(
                "It brings {value} for each 1 of cost within {years}; there is one that brings more. "
                "A point that is worth much may cost even more."
            )
        ),
        right=lambda levers: levers.best("margin_per_cost"),
        why=lambda: _(
            "{first_value} for each 1 of cost; second comes {second} with {second_value}. None pays back in a year."
        ),
        hint=lambda: _("Divide margin by cost, lever by lever."),
    )


def best_by_base(levers: Levers) -> Question:
    """Which lever adds most customers in the end?"""
    return choice(
        levers,
        ink=lambda levers: _by(levers, "customers"),
        text=lambda: _("One point more on which lever adds the most customers after {years}, cost aside?"),
        options=_options(
            lambda: _("One point of it brings {value} customers in {years}; there is one that brings more.")
        ),
        right=lambda levers: levers.best("customers"),
        why=lambda: _(
            "{first_value} customers; second comes {second} with {second_value}. Whoever is in the long stage is kept "
            "again and again: a point there works every period."
        ),
        hint=lambda: _("Which point goes on working, period after period?"),
    )


def _lower(levers: Levers) -> str:
    return "newcomers leave more" if levers.value("conversion", "crr") < 0 else "nothing"


def _lower_ink(levers: Levers) -> dict[str, str]:
    rates = levers.model.retention
    return {
        "change": format_points(levers.value("conversion", "crr"), digits=2),
        "more": format_number(levers.value("conversion", "customers")),
        "middle": format_percent(rates["middle"]), "long": format_percent(rates["long"]),
    }  # fmt: skip


def why_lower(levers: Levers) -> Question:
    """More contacts buy, and the next rate falls: why?"""
    return choice(
        levers,
        ink=_lower_ink,
        text=lambda: _(
            "One point more of conversion brings {more} customers within a year and moves the rate of the second "
            "half-year by {change}. Why does it fall?"
        ),
        options=(
            Option(
                "service worse",
                lambda: _("with more customers the service gets worse"),
                lambda: _("The model knows no service: the rates of both stages are the same, {middle} and {long}."),
            ),
            Option(
                "newcomers count as lost",
                lambda: _("newcomers stand in the base and not among the kept"),
                lambda: _(
                    "Those won in the first half are in the base of the second, and are kept or lost like others."
                ),
            ),
            Option("newcomers leave more", lambda: _("newcomers are in the middle stage, where fewer stay"), str),
        ),
        right=_lower,
        why=lambda: _(
            "{middle} against {long}: more newcomers move the mix. The base grows and its rate falls, both at once."
        ),
        hint=lambda: _("In which stage are the newcomers when the second half begins?"),
    )


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
    text=lambda: _(
        "Each month {joining} customers come and {churn} of the base leave. At how many customers does it stand still?"
    ),
    right=lambda s: [s.customers],
    why=lambda: _("At {customers}: then {churn} of them are {joining}. Each stays {stay} months on average."),
    misreadings=(
        Misreading(
            "a year of newcomers",
            lambda s: [12 * s.joining],
            lambda: _("Those are the newcomers of a year. Which base loses exactly {joining} a month?"),
        ),
        Misreading(
            "newcomers times churn",
            lambda s: [s.joining * s.churn],
            lambda: _("You multiplied by the churn. Divide: {churn} of which number are {joining}?"),
        ),
        Misreading(
            "by retention",
            lambda s: [s.joining / (1 - s.churn)],
            lambda: _("You divided by the share that stays. As many must leave as come: take the share that leaves."),
        ),
    ),
    hint=lambda: _("It stands still when as many leave as come."),
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
    text=lambda: _(
        "To win a customer costs {times} as much as one attempt to keep somebody who would leave. "
        "Which share of the attempts must succeed, so that keeping is no dearer than winning?"
    ),
    right=lambda r: [r.share],
    why=lambda: _("One success in {ratio} attempts costs as much as one customer won: {share}."),
    misreadings=(
        Misreading(
            "all but one",
            lambda r: [1 - r.share],
            lambda: _("That is the share that may fail."),
        ),
        Misreading(
            "more than winning",
            lambda r: [float(r.ratio)],
            lambda: _(
                "That is how much dearer winning is. With {ratio} attempts for the same money, how many must succeed?"
            ),
        ),
        Misreading(
            "all", lambda _r: [1.0], lambda: _("Not all: for the price of one customer won there are {ratio} attempts.")
        ),
    ),
    hint=lambda: _("How many attempts does the price of one new customer pay?"),
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
    text=lambda: _(
        "A letter lifts conversion by a point. It costs {per_head} for each contact and half-year; "
        "there are {heads} contacts. What does the point cost over {periods} half-years?"
    ),
    right=lambda c: [c.total],
    why=lambda: _("{per_head} × {heads} × {periods} = {total}. It is paid for everybody, not only for those who buy."),
    misreadings=(
        Misreading(
            "one half-year",
            lambda c: [c.per_head * c.heads],
            lambda: _("That is one half-year. The effect lasts only while the letters are sent."),
        ),
        Misreading(
            "only the converted",
            lambda c: [c.per_head * c.heads * c.periods / 100],
            lambda: _("You counted one contact in a hundred, who buys because of it. The letter goes to all {heads}."),
        ),
        Misreading(
            "one head",
            lambda c: [c.per_head * c.periods],
            lambda: _("That is one contact. The letter goes to all {heads}."),
        ),
    ),
    hint=lambda: _("For each head, for each half-year."),
    kind=NUMBER,
)
"""What does a point cost?"""

ONE_YEAR, AFTER_TEN = Levers(firm(), YEAR), Levers(firm(), TEN_YEARS)

DRILL = (
    lambda dice: cost(facts=Cost(dice.randint(2, 30) / 20, dice.randint(5, 60) * 50, dice.randint(2, 6))),
    lambda dice: steady(facts=Steady(dice.randint(2, 40) * 5, dice.choice((0.02, 0.04, 0.05, 0.1, 0.2)))),
    lambda dice: break_even(facts=Ratio(dice.randint(3, 25))),
)
