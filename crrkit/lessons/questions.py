"""A question knows its answer and the ways to miss it, all computed from the facts that it shows.

A misreading is a function of the same facts as the right answer, so fresh numbers bring their own wrong answers.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crrkit.ground import Message, gettext as _
from crrkit.lessons.answers import POINTS, SHARE, AnswerKind, half_a_unit

HUNDREDTH = 0.01
SPECK = 1e-9  # what floating point adds
LONGEST = 40  # letters of an unreadable answer that are repeated to the learner

Values = Callable[[Any], Collection[float]]
Template = Callable[[], str]
"""Words in the current language; ``{names}`` in them are filled with the facts."""


@dataclass(frozen=True)
class Misreading:
    """A wrong way: its name, the answers it leads to, and what helps whoever took it."""

    name: str
    values: Values
    says: Template


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question about some facts; the answers, right and wrong, are functions of them.

    Attributes:
        facts: What the question tells: an account, or the text of a formula.
        ink: The facts as words for the templates.
        text: The question itself.
        right: The answers that are right; a share is a fraction.
        why: What a right answer is told.
        misreadings: The known wrong ways.
        hint: What any other wrong answer is told.
        kind: What sort of answer is wanted.
    """

    facts: Any
    ink: Callable[[Any], Mapping[str, str]]
    text: Template
    right: Values
    why: Template
    misreadings: tuple[Misreading, ...]
    hint: Template
    kind: AnswerKind = SHARE

    def __str__(self) -> str:
        return self.fill(self.text)

    __repr__ = __str__

    def fill(self, words: Template) -> str:
        """The words with the facts put in."""
        return Message(words()).format(**self.ink(self.facts))

    def known(self) -> Iterator[tuple[str, float, Template]]:
        """Every foreseen answer: the name of the way (empty for the right one), its value, what is said to it."""
        yield from (("", value, self.why) for value in self.right(self.facts))
        for wrong in self.misreadings:
            yield from ((wrong.name, value, wrong.says) for value in wrong.values(self.facts))


@dataclass(frozen=True)
class Feedback:
    """What an answer is told. It prints itself.

    Attributes:
        right: Whether the answer is right.
        text: The words, in the language of the moment it was given.
        misreading: The name of the wrong way that gives this answer, or empty.
    """

    right: bool
    text: str
    misreading: str = ""

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_html_(self) -> str:
        mark = '<span aria-hidden="true">✓ </span>' if self.right else ""
        return f"<p>{mark}{_escaped(self.text)}</p>"


def judge(question: Question, answer: object) -> Feedback:
    """Whether an answer is right, or else which wrong way gives it."""
    readings = question.kind.read(answer)
    if not readings:
        return Feedback(right=False, text=f"{_unreadable(answer)} {question.kind.example()}")
    found = _nearest(question, readings, _rounded(question, answer))
    if found is None:
        return Feedback(right=False, text=_("Not yet.") + f" {_otherwise(question, readings)}")
    name, words = found
    verdict = _("Not yet.") if name else _("Right.")
    return Feedback(right=not name, text=f"{verdict} {question.fill(words)}", misreading=name)


def in_html(question: Question) -> str:
    """The question as a paragraph, its lines as lines."""
    return f"<p>{_escaped(str(question)).replace(chr(10), '<br>')}</p>"


def _escaped(text: str) -> str:
    """The text for a page; what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def distance(reading: float, value: float, tolerance: float) -> float:
    """How far an answer lies from a value, in tolerances; values above 1 allow the tolerance as a share of them."""
    return round(abs(reading - value) / (tolerance * max(1.0, abs(value))), 9)


def _nearest(question: Question, readings: list[float], rounded: float) -> tuple[str, Template] | None:
    near = [
        (bool(name), off, name, words)  # what is right goes before what is near
        for name, value, words in question.known()
        if (off := min(distance(reading, value, question.kind.tolerance) for reading in readings)) <= 1
        or min(abs(reading - value) for reading in readings) <= rounded
    ]
    return min(near, key=lambda found: found[:2])[2:] if near else None


def _rounded(question: Question, answer: object) -> float:
    """How far rounding to the decimals that are shown may have moved an answer; nothing where that is too coarse."""
    unit = HUNDREDTH if question.kind is POINTS else 1.0
    half = half_a_unit(answer) * unit
    return half * (1 + SPECK) if half <= question.kind.coarse * (1 + SPECK) else 0.0


def _unreadable(answer: object) -> str:
    typed = "" if answer is None else str(answer).strip()
    if not typed:
        return _("Nothing is written here yet.")
    short = typed if len(typed) <= LONGEST else typed[:LONGEST] + "…"
    return _("“{answer}” cannot be read as a number.").format(answer=short)


def _otherwise(question: Question, readings: list[float]) -> str:
    """What helps when no known way leads to the answer."""
    hint = question.fill(question.hint)
    if question.kind is not SHARE:
        return hint
    right, off = question.right(question.facts), SHARE.tolerance
    if any(distance(100 * reading, value, off) <= 1 for value in right for reading in readings):
        return _("The digits are right, but a hundred times too small: 0.7 is 70%, and 0.7% is 0.007.")
    if min(readings) > 1:
        return _("Nobody can keep more customers than there were: a share ends at 100%.") + f" {hint}"
    if max(readings) < 0:
        return _("A share cannot be negative.") + f" {hint}"
    return hint
