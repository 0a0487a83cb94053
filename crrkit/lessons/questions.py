"""Questions with their right and wrong answers, all computed from the facts shown.

A misreading is a function of the same facts as the right answer, so fresh numbers come with their wrong answers.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from crrkit.ground import Message, gettext as _, retold
from crrkit.lessons.answers import PLACE, POINTS, SHARE, AnswerKind, half_a_unit, shares

if TYPE_CHECKING:
    from collections.abc import Sequence

HUNDREDTH = 0.01
SPECK = 1e-9  # floating-point error
LONGEST = 40  # letters of an unreadable answer that the feedback quotes
Values = Callable[[Any], Collection[float]]
Template: TypeAlias = str
"""A message, translated when it is shown; ``{names}`` in it are filled with the facts."""


@dataclass(frozen=True)
class Misreading:
    """A misreading: its name, the answers that it gives, and a hint."""

    name: str
    values: Values
    says: Template


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question about some facts; the answers, right and wrong, are functions of them.

    Attributes:
        facts: The data of the question: an account, or the text of a formula.
        ink: A function that formats the facts for the templates.
        text: The question itself.
        options: Its numbered options, if any.
        right: The right answers; a share is a fraction.
        why: The feedback for a right answer.
        misreadings: The known misreadings.
        hint: The feedback for any other wrong answer.
        kind: The kind of answer.
    """

    facts: Any
    ink: Callable[[Any], Mapping[str, str]]
    text: Template
    right: Values
    why: Template
    misreadings: tuple[Misreading, ...]
    hint: Template
    kind: AnswerKind = SHARE
    options: tuple[Template, ...] = ()

    def __str__(self) -> str:
        options = (f"{n}. {self.fill(option)}" for n, option in enumerate(self.options, start=1))
        return "\n".join([self.fill(self.text), *options])

    __repr__ = __str__

    def fill(self, words: Template) -> str:
        """A text with the facts filled in."""
        return Message(_(retold(words))).format(**self.ink(self.facts))

    def known(self) -> Iterator[tuple[str, float, Template]]:
        """Every expected answer: the name of the misreading (empty if right), its value, its feedback."""
        yield from (("", value, self.why) for value in self.right(self.facts))
        for wrong in self.misreadings:
            yield from ((wrong.name, value, wrong.says) for value in wrong.values(self.facts))


@dataclass(frozen=True)
class Feedback:
    """The feedback for an answer.

    Attributes:
        right: Whether the answer is right.
        text: The text, in the language current when it was given.
        misreading: The name of the misreading that gives this answer, or empty.
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
    """Whether an answer is right, otherwise which misreading gives it."""
    readings = question.kind.read(answer)
    if not readings:
        return Feedback(right=False, text=f"{_unreadable(answer)} {_(question.kind.example)}")
    found = _nearest(question, readings, _rounded(question, answer))
    if found is None:
        return Feedback(right=False, text=_("Not yet.") + f" {_otherwise(question, readings)}")
    name, words = found
    verdict = _("Not yet.") if name else _("Right.")
    return Feedback(right=not name, text=f"{verdict} {question.fill(words)}", misreading=name)


def in_html(question: Question) -> str:
    """The question as an HTML paragraph that keeps its line breaks."""
    return f"<p>{_escaped(str(question)).replace(chr(10), '<br>')}</p>"


def _escaped(text: str) -> str:
    """The text as HTML; backticks become code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def distance(reading: float, value: float, tolerance: float) -> float:
    """The distance of an answer from a value, in tolerances; for values above 1 the tolerance is relative."""
    return round(abs(reading - value) / (tolerance * max(1.0, abs(value))), 9)


def _nearest(question: Question, readings: list[float], rounded: float) -> tuple[str, Template] | None:
    near = [
        (bool(name), off, name, words)  # right answers take precedence over close ones
        for name, value, words in question.known()
        if (off := min(distance(reading, value, question.kind.tolerance) for reading in readings)) <= 1
        or min(abs(reading - value) for reading in readings) <= rounded
    ]
    return min(near, key=lambda found: found[:2])[2:] if near else None


def _rounded(question: Question, answer: object) -> float:
    """The rounding error of the decimals shown; 0 if that is too coarse."""
    unit = HUNDREDTH if question.kind is POINTS else 1.0
    half = half_a_unit(answer) * unit
    return half * (1 + SPECK) if half <= question.kind.coarse * (1 + SPECK) else 0.0


def _unreadable(answer: object) -> str:
    typed = "" if answer is None else str(answer).strip()
    if not typed:
        return _("Nothing is written here yet.")
    short = typed if len(typed) <= LONGEST else typed[:LONGEST] + "…"
    if shares(answer):  # as in 0.7 for the number of a bracket
        return _("“{answer}” is a number, but not of the kind that is asked for.").format(answer=short)
    return _("“{answer}” cannot be read as a number.").format(answer=short)


def _otherwise(question: Question, readings: list[float]) -> str:
    """The hint if no known misreading gives the answer."""
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


@dataclass(frozen=True)
class Option:
    """An option: its name, its text, and the feedback if it is chosen wrongly."""

    name: str
    words: Template
    says: Template = ""


def choice(
    facts: Any,
    *,
    ink: Callable[[Any], Mapping[str, str]],
    text: Template,
    options: Sequence[Option],
    right: Callable[[Any], str],
    why: Template,
    hint: Template,
) -> Question:
    """A question with numbered options; the right one is computed from the facts."""
    places = {option.name: float(place) for place, option in enumerate(options, start=1)}

    def unless_right(name: str) -> Values:
        return lambda facts: () if right(facts) == name else (places[name],)

    return Question(
        facts=facts,
        ink=ink,
        text=text,
        options=tuple(option.words for option in options),
        right=lambda facts: (places[right(facts)],),
        why=why,
        misreadings=tuple(Misreading(option.name, unless_right(option.name), option.says) for option in options),
        hint=hint,
        kind=PLACE,
    )
