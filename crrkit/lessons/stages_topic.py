"""Questions on the three stages: who is in which, why contacts are not customers, and the effect of the rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import format_date, format_number, format_percent, mark
from crrkit.judge.whatif import StageModel
from crrkit.lessons.questions import Misreading, Option, Question, choice
from crrkit.measure.stages import stage_on
from crrkit.read import read_orders
from crrkit.rules import StageRule

if TYPE_CHECKING:
    import random

TOPIC_RULE = StageRule(lapse_days=90, window_days=180, k_long=3, span_days=30)
TODAY = date(2024, 7, 1)
WORKED_STAGES = ("short", "middle", "long", "lapsed")
MOVES = ((0.10, 0.20, 0, 0), (0, 0.30, 0.25, 0.45), (0, 0.025, 0.90, 0.075), (0, 0.05, 0, 0.75))
COSTS = {"conversion": 0.8, "retention_middle": 2.5, "promotion": 2, "retention_long": 6.25, "winback": 1}
"""What one point on a lever costs for each head treated in a half-year."""
MARGINS = {"middle": 20.0, "long": 60.0}
"""What a customer brings in a half-year."""


@cache
def firm() -> StageModel:
    """The company of the course: 1,000 customers at the start of the half-year, 300 lost, 500 gained."""
    moves = pd.DataFrame(MOVES, index=list(WORKED_STAGES), columns=list(WORKED_STAGES))
    return StageModel(moves, {"short": 2500, "middle": 600, "long": 400}, {"short": 2250})


@dataclass(frozen=True)
class History:
    """The days on which somebody bought, and the rule that is asked for."""

    days: tuple[date, ...]
    lapse_days: int = 90

    @property
    def stage(self) -> str:
        """The customer's stage on the day of the question."""
        return _stage(self.days, self.lapse_days)


@cache
def _stage(days: tuple[date, ...], lapse_days: int) -> str:
    log = pd.DataFrame({"who": "p", "when": [pd.Timestamp(day) for day in days]})
    base = read_orders(log, customer="who", at="when", as_of=TODAY.isoformat())
    rule = StageRule(lapse_days=lapse_days, window_days=180, k_long=3, span_days=30)
    return str(stage_on(base, TODAY, rule=rule).to_pandas()["stage"].iloc[0])


def _ink(history: History) -> dict[str, str]:
    last = (TODAY - history.days[-1]).days
    return {
        "days": "; ".join(map(format_date, history.days)), "today": format_date(TODAY),
        "n": format_number(len(history.days)), "silent": format_number(last),
        "limit": format_number(history.lapse_days), "window": format_number(TOPIC_RULE.window_days),
        "k": format_number(TOPIC_RULE.k_long), "span": format_number(TOPIC_RULE.span_days),
    }  # fmt: skip


STAGE_OPTIONS = (
    Option(
        "short",
        mark("short"),
        mark("In the short stage are contacts: people who have looked around and never bought. Here somebody did."),
    ),
    Option(
        "middle",
        mark("middle"),
        mark(
            "Middle is every customer who is not yet regular and not silent for too long. Look at the last purchase,"
            " {silent} {silent:day|days} ago, and at the rule for regulars again."
        ),
    ),
    Option(
        "long",
        mark("long"),
        mark(
            "For the long stage {k} {k:purchase day is|purchase days are} needed, less than {window} {window:day|days}"
            " ago and in one spell, the first and the last of them at least {span} {span:day|days} apart. A purchase"
            " after a silence of more than {limit} {limit:day|days} begins anew."
        ),
    ),
    Option(
        "lapsed",
        mark("lapsed"),
        mark("Lapsed is who has been silent for more than {limit} {limit:day|days}. Here it is {silent}."),
    ),
)


which_stage = partial(
    choice,
    ink=_ink,
    text=mark(
        "Lapsed: silent for more than {limit} {limit:day|days}. Long: at least {k} {k:purchase day|purchase days}, all"
        " less than {window} {window:day|days} ago, the first and the last at least {span} {span:day|days} apart."
        " Somebody bought on: {days}. In which stage is this customer as of {today}?"
    ),
    options=STAGE_OPTIONS,
    right=lambda history: history.stage,
    why=mark("Purchase days: {n}. The last of them was {silent} {silent:day|days} ago, and the limit is {limit}."),
    hint=mark(
        "First count the days since the last purchase. Then count purchase days backwards, up to a long silence."
    ),
)


"""In which stage is a customer with this history?"""


def bought(*days: str) -> History:
    """A history from days of 2024 or a whole date."""
    return History(tuple(date.fromisoformat(day if len(day) > len("07-01") else f"2024-{day}") for day in days))


CANDIDATES = {"A": bought("04-15", "05-15", "06-15"), "B": bought("04-01"), "C": bought("06-01", "06-02", "06-03")}


def _who_changes(candidates: dict[str, History]) -> str:
    return next(name for name, one in candidates.items() if History(one.days, 2 * one.lapse_days).stage != one.stage)


def _letters(candidates: dict[str, History]) -> dict[str, str]:
    histories = {name: "; ".join(map(format_date, one.days)) for name, one in candidates.items()}
    limit = next(iter(candidates.values())).lapse_days
    return histories | {"limit": format_number(limit), "double": format_number(2 * limit), "today": format_date(TODAY)}


def doubled(candidates: dict[str, History]) -> Question:
    """Whose stage changes when the limit of silence doubles?"""
    unmoved = mark(
        "This customer was not silent for {limit} {limit:day|days}; a longer limit finds nothing to forgive."
    )

    return choice(
        candidates,
        ink=_letters,
        text=mark(
            "The limit of silence is doubled, from {limit} {limit:day|days} to {double}. Whose stage as of {today}"
            " changes? They bought on:"
        ),
        options=(
            Option("A", "{A}", unmoved),
            Option("B", "{B}"),
            Option("C", "{C}", unmoved),
        ),
        right=_who_changes,
        why=mark(
            "Lapsed under the one rule, middle under the other: nobody bought anything, and the retention rate rises. "
            "So the rule belongs beside every rate."
        ),
        hint=mark("Who is lapsed today?"),
    )


@dataclass(frozen=True)
class Counted:
    """A half-year with contacts: how many, how many of them bought, customers at the start and those who stayed."""

    contacts: float
    converted: float
    start: float
    kept: float

    @property
    def crr(self) -> float:
        """The rate of customers."""
        return self.kept / self.start

    @property
    def with_contacts(self) -> float:
        """The rate if contacts count as customers."""
        return (self.kept + self.converted) / (self.start + self.contacts)


def of_model(model: StageModel) -> Counted:
    """The first step of a model; contacts count as kept if they are still contacts or have bought."""
    step = model.project(periods=1).to_pandas()
    moves = model.matrix.loc["short"].to_dict()
    stay = moves["short"] + moves["middle"]
    return Counted(step["short"][0], step["short"][0] * stay, step["customers"][0], step["kept"][1])


def _counted_ink(c: Counted) -> dict[str, str]:
    counts = {name: format_number(getattr(c, name)) for name in ("contacts", "converted", "start", "kept")}
    shares = {"crr": format_percent(c.crr), "mixed": format_percent(c.with_contacts)}
    return counts | shares | {"all": format_number(c.start + c.contacts)}


contacts = partial(
    Question,
    ink=_counted_ink,
    text=mark(
        "A firm has {start} {start:customer|customers}, {kept} of whom {kept:stays|stay}, and {contacts}"
        " {contacts:contact|contacts} who {contacts:has|have} never bought, {converted} of whom"
        " {converted:looks around again or buys|look around again or buy}. What is its customer retention rate?"
    ),
    right=lambda c: [c.crr],
    why=mark("{kept} of {start}, {crr}. Contacts cannot be kept as customers before they are any."),
    misreadings=(
        Misreading(
            "contacts counted",
            lambda c: [c.with_contacts],
            mark(
                "You counted the contacts as customers, {all} in all. Then every campaign that brings the curious "
                "lowers the rate. Who never bought is not in it."
            ),
        ),
        Misreading(
            "contacts in the base only",
            lambda c: [c.kept / (c.start + c.contacts)],
            mark(
                "You divided by customers and contacts together. Divide by the {start} {start:customer|customers}"
                " alone."
            ),
        ),
        Misreading(
            "converted called kept",
            lambda c: [(c.kept + c.converted) / c.start],
            mark("You counted contacts among the kept. Whoever buys for the first time is new, not kept."),
        ),
        Misreading(
            "churn",
            lambda c: [1 - c.crr],
            mark("That is churn, the share of the customers who left."),
        ),
    ),
    hint=mark("Who was a customer at the start, and who of those is one still?"),
)


"""Are contacts in the rate?"""


firm_contacts = partial(contacts, facts=of_model(firm()))


def some_history(dice: random.Random) -> Question:
    """A customer with a few purchases of the last months."""
    ago = sorted({dice.randint(1, 260) for _ in range(dice.randint(1, 5))}, reverse=True)
    return which_stage(History(tuple(TODAY - timedelta(days=days) for days in ago)))


def some_firm(dice: random.Random) -> Question:
    """A firm with contacts."""
    start, many = dice.randint(200, 900), dice.randint(500, 3000)
    return contacts(
        facts=Counted(many, round(many * dice.uniform(0.1, 0.3)), start, round(start * dice.uniform(0.6, 0.9)))
    )


DRILL = (some_history, some_history, some_firm)
