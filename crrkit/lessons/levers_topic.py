"""Questions on where to spend: the best lever depends on the measure, the cost and the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from crrkit.ground import Told, format_number, format_percent, format_points, gettext as _, mark, ngettext
from crrkit.lessons.money_topic import Cost, Ratio, Steady, break_even, cost, steady
from crrkit.lessons.questions import Option, choice
from crrkit.lessons.stages_topic import COSTS, MARGINS, firm

if TYPE_CHECKING:
    import pandas as pd

    from crrkit.judge.whatif import StageModel
    from crrkit.lessons.questions import Question, Template

IN_A_YEAR, IN_TEN_YEARS = 2, 20  # in half-years
LEVER_WORDS = {
    "conversion": mark("conversion: contacts who buy"),
    "retention_middle": mark("keeping the middle stage"),
    "promotion": mark("promotion: from the middle to the long stage"),
    "retention_long": mark("keeping the long stage"),
    "winback": mark("winning back the lapsed"),
}


@dataclass(frozen=True)
class Levers:
    """A firm and a horizon: one point on each lever, with its cost."""

    model: StageModel
    periods: int

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per lever."""
        table = self.model.levers(self.periods, costs=COSTS, margins=MARGINS, horizon=self.periods)
        return table.to_pandas().set_index("lever")

    def value(self, lever: str, measure: str) -> float:
        """What one point on a lever does."""
        return float(self.table[measure][lever])

    def best(self, measure: str) -> str:
        """The lever that is first by this measure."""
        return str(self.table[measure].idxmax())


def _by(levers: Levers, measure: str) -> dict[str, str]:
    ranked = levers.table[measure].sort_values(ascending=False)
    years, digits = levers.periods // IN_A_YEAR, 0 if measure == "customers" else 2
    return {
        "years": ngettext("{n} year", "{n} years", years).format(n=format_number(years)),
        "first": _(LEVER_WORDS[ranked.index[0]]),
        "first_value": format_number(ranked.iloc[0], digits=digits),
        "second": _(LEVER_WORDS[ranked.index[1]]),
        "second_value": format_number(ranked.iloc[1], digits=digits),
        **{name: format_number(levers.value(name, measure), digits=digits) for name in LEVER_WORDS},
    }


def _options(says: Template) -> tuple[Option, ...]:
    """The levers; ``value`` in the feedback is the lever's own."""

    def option(name: str) -> Option:
        def own() -> str:
            return _(says).replace("{value", f"{{{name}")

        return Option(name, LEVER_WORDS[name], Told(own(), own))

    return tuple(option(name) for name in LEVER_WORDS)


def best_per_cost(levers: Levers) -> Question:
    """Which lever has the largest effect for its cost?"""
    return choice(
        levers,
        ink=lambda levers: _by(levers, "margin_per_cost"),
        text=mark(
            "One point more on which lever brings the most margin for each 1 of its cost, over {years}? "
            "`model.levers(...)` has it as `margin_per_cost`."
        ),
        options=_options(
            mark(
                "It brings {value} for each 1 of cost within {years}; there is one that brings more. "
                "A point that is worth much may cost even more."
            )
        ),
        right=lambda levers: levers.best("margin_per_cost"),
        why=mark(
            "{first_value} for each 1 of cost; second comes {second} with {second_value}. None pays back in a year."
        ),
        hint=mark("Divide margin by cost, lever by lever."),
    )


def best_by_base(levers: Levers) -> Question:
    """Which lever adds most customers in the end?"""
    return choice(
        levers,
        ink=lambda levers: _by(levers, "customers"),
        text=mark("One point more on which lever adds the most customers after {years}, cost aside?"),
        options=_options(
            mark("One point of it brings {value} {value:customer|customers} in {years}; there is one that brings more.")
        ),
        right=lambda levers: levers.best("customers"),
        why=mark(
            "{first_value} {first_value:customer|customers}; second comes {second} with {second_value}. Whoever is in"
            " the long stage is kept again and again: a point there works every period."
        ),
        hint=mark("Which point goes on working, period after period?"),
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
        text=mark(
            "One point more of conversion brings {more} {more:customer|customers} within a year and moves the rate of"
            " the second half-year by {change}. Why does it fall?"
        ),
        options=(
            Option(
                "service worse",
                mark("with more customers the service gets worse"),
                mark("The model knows no service: the rates of both stages are the same, {middle} and {long}."),
            ),
            Option(
                "newcomers count as lost",
                mark("newcomers stand in the base and not among the kept"),
                mark("Those won in the first half are in the base of the second, and are kept or lost like others."),
            ),
            Option("newcomers leave more", mark("newcomers are in the middle stage, where fewer stay")),
        ),
        right=_lower,
        why=mark(
            "{middle} against {long}: more newcomers move the mix. The base grows and its rate falls, both at once."
        ),
        hint=mark("In which stage are the newcomers when the second half begins?"),
    )


ONE_YEAR, AFTER_TEN = Levers(firm(), IN_A_YEAR), Levers(firm(), IN_TEN_YEARS)
DRILL = (
    lambda dice: cost(facts=Cost(dice.randint(2, 30) / 20, dice.randint(5, 60) * 50, dice.randint(2, 6))),
    lambda dice: steady(facts=Steady(dice.randint(2, 40) * 5, dice.choice((0.02, 0.04, 0.05, 0.1, 0.2)))),
    lambda dice: break_even(facts=Ratio(dice.randint(3, 25))),
)
