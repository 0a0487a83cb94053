"""Questions on the formula: retention and churn from counts, and an unmatched bracket."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from crrkit.counts import Counts
from crrkit.ground import format_number, format_percent, mark
from crrkit.lessons.answers import PLACE
from crrkit.lessons.questions import Misreading, Question

if TYPE_CHECKING:
    import random

END_BY_START = Misreading(
    "end by start",
    lambda c: [c.end / c.start],
    mark(
        "You divided the end by the start, {end} by {start}. Among the {end} {new:is|are} {new}"
        " {new:newcomer|newcomers}, and nobody can keep customers who were not there yet. Take them out first."
    ),
)
NEWCOMERS_ON_BOTH_SIDES = Misreading(
    "newcomers on both sides",
    lambda c: [c.end / (c.start + c.new)],
    mark(
        "You counted the newcomers on both sides: {end} by {start} plus {new}. The question is only about the {start} "
        "at the start. Leave the newcomers out above and below."
    ),
)
KEPT_BY_END = Misreading(
    "kept by end",
    lambda c: [c.kept / c.end],
    mark(
        "You divided those who stayed by everyone at the end, {kept} by {end}. That says how much of the base is old. "
        "Divide by the {start} who could have stayed."
    ),
)
CHURN = Misreading(
    "churn",
    lambda c: [c.churn],
    mark("That is churn, the share that left: {lost} of {start}. Retention is the other part."),
)
NEW_BY_START = Misreading(
    "new by start",
    lambda c: [c.new / c.start],
    mark("You divided the newcomers by the start, {new} by {start}. Newcomers say nothing about who stayed."),
)
GROWTH = Misreading(
    "growth",
    lambda c: [(c.end - c.start) / c.start],
    mark(
        "That is how the base changed, from {start} to {end}. A base can grow and lose customers at the same time. "
        "Look only at those who were there at the start."
    ),
)
LOST_OFF_END = Misreading(
    "lost off end",
    lambda c: [(c.end - c.lost) / c.start],
    mark(
        "You took the {lost} lost off the {end}, but they are not among them any more. Take the {new}"
        " {new:newcomer|newcomers} off."
    ),
)
NO_BRACKET = Misreading(
    "no bracket",
    lambda c: [c.end - c.new / c.start],
    mark(
        "You divided before you subtracted: {end} − {new} / {start}. The bracket goes first: ({end} − {new}) / {start}."
    ),
)
COUNT_KEPT = Misreading(
    "count kept",
    lambda c: [c.kept],
    mark("{kept} is how many stayed. Which share of the {start} is that? Divide."),
)
RETENTION = Misreading(
    "retention",
    lambda c: [c.crr],
    mark("That is retention, the share that stayed: {kept} of {start}. Churn is the other part."),
)
LOST_BY_END = Misreading(
    "lost by end",
    lambda c: [c.lost / c.end],
    mark(
        "You divided the lost by the end, {lost} by {end}. "
        "They left from among the {start} at the start. Divide by those."
    ),
)
COUNT_LOST = Misreading(
    "count lost",
    lambda c: [c.lost],
    mark("{lost} is how many left. Which share of the {start} is that? Divide."),
)


def _ink(c: Counts) -> dict[str, str]:
    counts = {name: format_number(getattr(c, name)) for name in ("start", "lost", "new", "end", "kept")}
    return counts | {"crr": format_percent(c.crr), "churn": format_percent(c.churn)}


_crr_question = partial(
    Question,
    ink=_ink,
    right=lambda c: [c.crr],
    why=mark("Of the {start} at the start {kept} {kept:is|are} still there: {crr}."),
    hint=mark("How many of the {start} at the start are still there? Divide them by {start}."),
    misreadings=(
        END_BY_START, NEWCOMERS_ON_BOTH_SIDES, KEPT_BY_END, CHURN, NEW_BY_START, GROWTH, LOST_OFF_END, NO_BRACKET,
        COUNT_KEPT,
    ),
)  # fmt: skip
_churn_question = partial(
    Question,
    ink=_ink,
    right=lambda c: [c.churn],
    why=mark("Of the {start} at the start {lost} {lost:is|are} gone: {churn}."),
    hint=mark("How many of the {start} at the start are gone? Divide them by {start}."),
    misreadings=(RETENTION, LOST_BY_END, END_BY_START, NEW_BY_START, GROWTH, COUNT_LOST),
)


def crr_from_flows(counts: Counts) -> Question:
    """What share stayed? The learner has to find the end."""
    return _crr_question(
        facts=counts, text=mark("At the start {start}, lost {lost}, new {new}. What is the retention rate?")
    )


def crr_from_ends(counts: Counts) -> Question:
    """What share stayed, with the numbers of the formula."""
    return _crr_question(
        facts=counts,
        text=mark("At the start {start}, at the end {end}, {new} of them new. What is the retention rate?"),
    )


def churn_from_ends(counts: Counts) -> Question:
    """What share left, with the numbers of the retention formula."""
    return _churn_question(
        facts=counts,
        text=mark("At the start {start}, at the end {end}, {new} of them new. What is the churn rate?"),
    )


def some_counts(dice: random.Random) -> Counts:
    """A company to practise with."""
    start = dice.randint(40, 900)
    lost, new = round(start * dice.uniform(0.05, 0.45)), round(start * dice.uniform(0.05, 0.6))
    return Counts(start=start, lost=lost, new=new)


DRILL = (
    lambda dice: crr_from_flows(some_counts(dice)),
    lambda dice: crr_from_ends(some_counts(dice)),
    lambda dice: churn_from_ends(some_counts(dice)),
)
"""Fresh questions for an exercise, each from some dice."""


def without(formula: str, place: int) -> str:
    """The formula without one of its brackets, counted from 1."""
    at = [i for i, sign in enumerate(formula) if sign in "()"][place - 1]
    return formula[:at] + formula[at + 1 :]


def repaired(formula: str) -> str:
    """The formula without the superfluous bracket."""
    signs = _brackets(formula)
    depths = [signs[:n].count("(") - signs[:n].count(")") for n in range(1, len(signs) + 1)]
    return without(formula, depths.index(-1) + 1)


def _brackets(formula: str) -> str:
    return "".join(sign for sign in formula if sign in "()")


def _places(formula: str, sign: str) -> set[float]:
    return {place for place, found in enumerate(_brackets(formula), start=1) if found == sign}


def _superfluous(formula: str) -> set[float]:
    """Of two adjacent brackets either may be the answer, since the same formula remains."""
    return {place for place in _places(formula, ")") if without(formula, int(place)) == repaired(formula)}


def _bracket_ink(formula: str) -> dict[str, str]:
    signs = _brackets(formula)
    counts = {"n": len(signs), "opening": signs.count("("), "closing": signs.count(")")}
    return {"formula": formula, "repaired": repaired(formula)} | {name: str(n) for name, n in counts.items()}


A_BRACKET_THAT_OPENS = Misreading(
    "a bracket that opens",
    lambda formula: _places(formula, "("),
    mark("That one opens. Brackets that open: {opening}, that close: {closing}. Look among those that close."),
)
A_BRACKET_THAT_IS_NEEDED = Misreading(
    "a bracket that is needed",
    lambda formula: _places(formula, ")") - _superfluous(formula),
    mark("Without it the brackets balance, but CN is divided before it is subtracted. Look further right."),
)


def bracket_question(formula: str) -> Question:
    """Which bracket is superfluous?"""
    return Question(
        facts=formula,
        ink=_bracket_ink,
        text=mark("One bracket in {formula} is one too many. Which one, counted from the left?"),
        right=_superfluous,
        why=mark("Without it {repaired} is left: first subtract, then divide."),
        misreadings=(A_BRACKET_THAT_OPENS, A_BRACKET_THAT_IS_NEEDED),
        hint=mark("There {n:is|are} {n} {n:bracket|brackets}. Count them from the left, beginning with 1."),
        kind=replace(PLACE, example=mark("Write the number of a bracket, for example 1.")),
    )
