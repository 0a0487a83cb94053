"""Multiple-choice questions; the learner types the number of an option."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crrkit.lessons.answers import PLACE
from crrkit.lessons.questions import Misreading, Question

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from crrkit.lessons.questions import Template, Values


@dataclass(frozen=True)
class Option:
    """An option: its name, its text, and the feedback if it is chosen wrongly."""

    name: str
    words: Template
    says: Template


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
        text=lambda: "\n".join([text(), *(f"{n}. {option.words()}" for n, option in enumerate(options, start=1))]),
        right=lambda facts: (places[right(facts)],),
        why=why,
        misreadings=tuple(Misreading(option.name, unless_right(option.name), option.says) for option in options),
        hint=hint,
        kind=PLACE,
    )
