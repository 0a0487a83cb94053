"""Questions on who is called new: one list, many rates; bounds of the rate; a rate below zero."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from crrkit.counts import crr_bounds
from crrkit.ground import format_number, format_percent, mark
from crrkit.judge import CONVENTIONS, END, FLOWS, START, STAYED
from crrkit.lessons.answers import RATIO
from crrkit.lessons.questions import Misreading, Option, Question, choice

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

BY_NAME = {convention.name: convention for convention in CONVENTIONS}
PEOPLE, STILL_HERE, GROSS, EVERYBODY, EVERY_START, NOT_THERE = (
    "people", "new = first ever, still here", "new = first ever, gross", "new = everybody who came, gross",
    "new = every start", "new = not there at the start",
)  # fmt: skip
MEANINGS = (STILL_HERE, NOT_THERE, GROSS, EVERY_START)

ELEVEN = {
    "through": 2, "rejoined_kept": 1, "lost": 2, "new": 2, "returned": 1, "new_lost": 1, "returned_lost": 1,
    "extra_joins": 1, "leaves": 5,
}  # fmt: skip
"""The flows of the sample list of eleven customers in the first half of 2024."""


def rate(flows: Mapping[str, int], meaning: str) -> float:
    """The rate of these flows under one meaning of new."""
    return BY_NAME[meaning].rate(flows)


def always_right(_flows: object) -> str:
    """The meaning of new whose formula counts those who stayed, whatever the flows."""
    return next(name for name in MEANINGS if {k: n for k, n in BY_NAME[name].numerator.items() if n} == STAYED)


def _total(flows: Mapping[str, int], parts: Mapping[str, int]) -> int:
    return sum(flows.get(name, 0) for name in parts)


def _ink(flows: Mapping[str, int]) -> dict[str, str]:
    counts = {name: format_number(n) for name, n in flows.items()}
    counts |= {"start": format_number(_total(flows, START)), "end": format_number(_total(flows, END))}
    counts |= {"kept": format_number(_total(flows, STAYED)), "joined": format_number(flows["new"] + flows["new_lost"])}
    rates = (PEOPLE, STILL_HERE, GROSS, EVERY_START)
    shares = zip(("crr", "still_here", "gross", "every_start"), rates, strict=True)
    return counts | {name: format_percent(rate(flows, meaning), digits=0) for name, meaning in shares}


def which_new(flows: Mapping[str, int]) -> Question:
    """Which meaning of new makes the formula say what it should, always?"""
    return choice(
        flows,
        ink=_ink,
        text=mark(
            "Of {start} {start:customer|customers} at the start {kept} {kept:is|are} there at the end, {crr}. Which"
            " meaning of “new” makes (end − new) / start that share, in this list and in every other?"
        ),
        options=(
            Option(
                STILL_HERE,
                mark("customers for the first time ever, and still there at the end"),
                mark(
                    "That gives {still_here}: whoever comes back is there at the end, was not there at the start, "
                    "and is not taken off."
                ),
            ),
            Option(NOT_THERE, mark("everybody there at the end who was not there at the start")),
            Option(
                GROSS,
                mark("everybody who came for the first time ever"),
                mark(
                    "That gives {gross} here by luck: one who came and left is taken off too much, one who came back "
                    "is not taken off. In another list they do not cancel."
                ),
            ),
            Option(
                EVERY_START,
                mark("every contract that began in the period"),
                mark(
                    "That gives {every_start}: contracts that began and ended in between are taken off an end in "
                    "which they never were."
                ),
            ),
        ),
        right=always_right,
        why=mark("The end without them is exactly those who stayed: {kept} of {start}, {crr}."),
        hint=mark("What must be taken off the end, so that only those who stayed are left?"),
    )


GROSS_TAKEN_AS_STILL_HERE = Misreading(
    "newcomers all still there",
    lambda flows: [rate(flows, PEOPLE)],
    mark(
        "That is the share that stayed, {kept} of {start}. The question is what the formula says when all {joined} are"
        " called new, although {new_lost} of them {new_lost:has|have} left again."
    ),
)
RETURNED_TAKEN_OFF = Misreading(
    "returned taken off",
    lambda flows: [rate(flows, EVERYBODY)],
    mark("You took the {returned} who returned off, too. This firm does not call them new."),
)
ONLY_THOSE_STILL_HERE = Misreading(
    "newcomers who left forgotten",
    lambda flows: [rate(flows, STILL_HERE)],
    mark("You took {new} off the end. This firm calls all {joined} new, even the {new_lost} who left again."),
)

gross_formula = partial(
    Question,
    ink=_ink,
    text=mark(
        "At the start {start}, at the end {end}: {kept} from the start, {new} who came for the first time, {returned}"
        " who returned. {new_lost} more came for the first time and left again. The firm calls all {joined}"
        " {joined:first-timer|first-timers} new. What does (end − new) / start give?"
    ),
    right=lambda flows: [rate(flows, GROSS)],
    why=mark("({end} − {joined}) / {start}; but {kept} of {start} stayed, {crr}."),
    misreadings=(GROSS_TAKEN_AS_STILL_HERE, RETURNED_TAKEN_OFF, ONLY_THOSE_STILL_HERE),
    hint=mark("Put the numbers in: ({end} − {joined}) / {start}."),
    kind=RATIO,
)
"""What does the formula give when newcomers are counted gross?"""


@dataclass(frozen=True)
class Ends:
    """Three counts, with everybody who joined as new."""

    start: int
    end: int
    new: int

    @property
    def formula(self) -> float:
        """The formula, whatever it gives."""
        return (self.end - self.new) / self.start

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the most that is certain."""
        return crr_bounds(start=self.start, end=self.end, new=self.new)


def _ends_ink(ends: Ends) -> dict[str, str]:
    counts = {name: format_number(getattr(ends, name)) for name in ("start", "end", "new")}
    low, high = (format_percent(bound) for bound in ends.bounds)
    left = format_number(min(ends.start, ends.end) - (ends.end - ends.new))
    most = format_number(min(ends.start, ends.end))
    return counts | {"low": low, "high": high, "left": left, "most": most, "formula": format_percent(ends.formula)}


END_OVER_START = Misreading(
    "end by start",
    lambda ends: [ends.end / ends.start],
    mark("You divided the end by the start, {end} by {start}. More than all cannot stay."),
)
THE_LEAST = Misreading(
    "the least",
    lambda ends: [ends.bounds[0]],
    mark(
        "That is the least, {low}: it is so if all {new} are still there. If {left} of them {left:has|have} left again,"
        " {left:that place is taken by an old customer|their places are taken by old customers}."
    ),
)
THE_MIDDLE = Misreading(
    "the middle",
    lambda ends: [sum(ends.bounds) / 2],
    mark("You took the middle. Nothing in the counts speaks for it; look for the extreme case."),
)
SIGN_LOST = Misreading(
    "sign lost",
    lambda ends: [-ends.formula],
    mark("You subtracted the end from the new. The formula goes the other way round: ({end} − {new}) / {start}."),
)
CUT_AT_ZERO = Misreading(
    "cut at zero",
    lambda _ends: [0.0],
    mark(
        "You cut it off at zero. The formula gives what it gives, and a value below zero says that “new” counts people "
        "who are not there any more."
    ),
)
NEW_OVER_START = Misreading(
    "new by start",
    lambda ends: [ends.new / ends.start],
    mark("You divided the new by the start, {new} by {start}. Take them off the end first."),
)

highest_rate = partial(
    Question,
    ink=_ends_ink,
    text=mark(
        "At the start {start}, at the end {end}; {new} joined in between, and some of them may have left again. "
        "What is the highest retention rate that fits?"
    ),
    right=lambda ends: [ends.bounds[1]],
    why=mark(
        "If {left} of the {new} {left:has|have} left again, {most} of the {end}"
        " {most:is an old customer|are old customers}: {high}. From the counts alone the rate is somewhere between"
        " {low} and {high}."
    ),
    misreadings=(END_OVER_START, THE_LEAST, THE_MIDDLE, NEW_OVER_START),
    hint=mark("How many of the {end} at the end can be old customers, at most?"),
)
"""The most that is certain when new is gross."""

lowest_rate = partial(
    Question,
    ink=_ends_ink,
    text=mark(
        "At the start {start}, at the end {end}; {new} joined in between, and some of them may have left again. "
        "Which share of the old customers has stayed for certain, at the least?"
    ),
    right=lambda ends: [ends.bounds[0]],
    why=mark(
        "At most {new} of the {end} {new:is a newcomer|are newcomers}; the others have stayed: {low} at the least."
    ),
    misreadings=(
        END_OVER_START,
        Misreading(
            "the most",
            lambda ends: [ends.bounds[1]],
            mark("That is the most that fits. How many of the {end} must be old customers, at the least?"),
        ),
        THE_MIDDLE,
        NEW_OVER_START,
    ),
    hint=mark("How many of the {end} at the end must be old customers, at the least?"),
)
"""The least that is certain when new is gross."""

below_zero = partial(
    Question,
    ink=_ends_ink,
    text=mark(
        "At the start {start}, at the end {end}; {new} {new:person|people} joined in between, and most of them have"
        " left again. All {new} are called new. What does (end − new) / start give?"
    ),
    right=lambda ends: [ends.formula],
    why=mark("({end} − {new}) / {start} is {formula}. A share of people cannot be that; so “new” was no such count."),
    misreadings=(SIGN_LOST, CUT_AT_ZERO, END_OVER_START, NEW_OVER_START),
    hint=mark("Put the numbers in, whatever comes: ({end} − {new}) / {start}."),
    kind=RATIO,
)
"""The formula on gross newcomers."""


def some_flows(dice: random.Random) -> dict[str, int]:
    """A period with newcomers who left and former customers who returned."""
    start = dice.randint(40, 400)
    lost = round(start * dice.uniform(0.1, 0.4))
    parts = {name: round(start * dice.uniform(0.05, 0.25)) for name in ("new", "returned", "new_lost")}
    others = {"through": start - lost, "lost": lost, "leaves": lost + parts["new_lost"]}
    return dict.fromkeys(FLOWS, 0) | parts | others


def some_ends(dice: random.Random) -> Ends:
    """Three counts with newcomers who may have left."""
    start = dice.randint(40, 900)
    lost, new = round(start * dice.uniform(0.1, 0.4)), round(start * dice.uniform(0.15, 0.6))
    return Ends(start, start - lost + new, new)


DRILL = (
    lambda dice: gross_formula(facts=some_flows(dice)),
    lambda dice: lowest_rate(facts=some_ends(dice)),
    lambda dice: highest_rate(facts=some_ends(dice)),
)
