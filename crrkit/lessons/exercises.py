"""Exercises with fresh numbers: the same seed gives the same questions, and there is an answer key."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from crrkit.ground import Shown, check_choice, check_count, gettext as _
from crrkit.lessons import (
    cohorts_topic,
    formula_topic,
    levers_topic,
    mistakes,
    mix_topic,
    new_topic,
    noise_topic,
    period_topic,
    revenue_topic,
    stages_topic,
)
from crrkit.lessons.answers import RATIO, SHARE
from crrkit.lessons.questions import Question, in_html, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

TOPICS: dict[str, tuple[Callable[[random.Random], Question], ...]] = {
    "formula": formula_topic.DRILL,
    "new": new_topic.DRILL,
    "period": period_topic.DRILL,
    "noise": noise_topic.DRILL,
    "stages": stages_topic.DRILL,
    "mix": mix_topic.DRILL,
    "levers": levers_topic.DRILL,
    "cohorts": cohorts_topic.DRILL,
    "money": revenue_topic.DRILL,
    "mistakes": mistakes.DRILL,
}


@dataclass(frozen=True, eq=False, repr=False)
class AnswerKey(Shown):
    """The answers to an exercise, right ones and expected wrong ones, with their meaning."""

    table: pd.DataFrame
    kinds: ClassVar[Mapping[str, str]] = {"question": "count", "answer": "text", "meaning": "text"}

    def titles(self) -> dict[str, str]:
        """The heading of each column."""
        return {"question": _("question"), "answer": _("answer"), "meaning": _("what it means")}


@dataclass(frozen=True, repr=False)
class Exercise:
    """Questions on one topic, generated from a seed. It displays without the answers.

    Attributes:
        topic: The topic.
        seed: The seed.
        questions: The questions, each for `check` or `ask`.
    """

    topic: str
    seed: int
    questions: tuple[Question, ...]

    def __str__(self) -> str:
        return "\n".join(f"{n}. {question}" for n, question in enumerate(self.questions, start=1))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<ol>{''.join(f'<li>{in_html(question)}</li>' for question in self.questions)}</ol>"

    def key(self) -> AnswerKey:
        """The answer key."""
        import pandas as pd

        rows = [
            (n, question.kind.write(value), question.fill(words))
            for n, question in enumerate(self.questions, start=1)
            for _name, value, words in question.known()
        ]
        return AnswerKey(pd.DataFrame(rows, columns=["question", "answer", "meaning"]))


def exercise(topic: str = "formula", *, seed: int) -> Exercise:
    """Generate questions with fresh numbers; the same seed gives the same ones on every machine.

    Args:
        topic: A key of ``TOPICS``: ``"formula"``, ``"new"``, ``"period"``, ...
        seed: Any integer from 0, for example a learner's seat number.

    Returns:
        The exercise; pass ``.questions[0]`` to `check` or `ask`; ``.key()`` is for the teacher.

    Raises:
        InputError: If the topic is not known or the seed is not an integer.

    Examples:
        >>> drill = exercise("formula", seed=7)
        >>> print(drill)
        1. At the start 371, lost 159, new 99. What is the retention rate?
        2. At the start 89, at the end 113, 31 of them new. What is the retention rate?
        3. At the start 414, at the end 525, 228 of them new. What is the churn rate?
        >>> drill.key().to_pandas().loc[1, "answer"]
        '83.8%'
        >>> exercise("formulas", seed=7)
        Traceback (most recent call last):
        crrkit.InputError: topic='formulas' is not known. Choose one of formula, ... Did you mean 'formula'?
    """
    check_choice(topic, name="topic", choices=TOPICS)
    seed = int(check_count(seed, name="seed"))
    dice = random.Random(seed)  # noqa: S311 - numbers to practise with are no secret
    return Exercise(topic, seed, tuple(_draw(make, dice) for make in TOPICS[topic]))


def is_clear(question: Question) -> bool:
    """Whether every expected answer, formatted as in the key, gets its intended feedback."""
    return all(
        judge(question, written).misreading == name
        for name, value, _words in question.known()
        for written in _ways_to_write(question, value)
    )


def _ways_to_write(question: Question, value: float) -> tuple[str, ...]:
    """The value as in the key, and shares as people round them."""
    if question.kind not in {SHARE, RATIO}:
        return (question.kind.write(value),)
    return f"{value:.3f}", f"{100 * value:.0f}%", f"{100 * value:.0f}"


def _draw(make: Callable[[random.Random], Question], dice: random.Random) -> Question:
    while True:
        question = make(dice)
        if is_clear(question):
            return question
