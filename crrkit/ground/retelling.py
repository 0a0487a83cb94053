"""Sentences that are kept with a result and read later, maybe in the other language: they know how they were made.

`told`, `ntold`, `told_number`, `told_percent` and `told_date` say what `gettext`, `ngettext` and the `format_…` of the
same name say; `retold` says it again in the current language. `told_list` joins; what is joined by hand stays.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self

from crrkit.ground.languages import format_date, format_number, format_percent, gettext, ngettext
from crrkit.ground.word_forms import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date


class Told(Message):
    r"""A text that can be said again in the current language.

    Examples:
        >>> from crrkit.ground.languages import use_language
        >>> note = told("{n} set aside").format(n=told_number(1200))
        >>> with use_language("ru"):
        ...     note, retold(note)
        ('1,200 set aside', 'отложено 1\xa0200')
    """

    __slots__ = ("again",)
    again: Callable[[], str]

    def __new__(cls, text: str, again: Callable[[], str]) -> Self:
        """The text and how it is made."""
        made = super().__new__(cls, text)
        made.again = again
        return made

    def format(self, *values: object, **words: object) -> Told:
        """The text with its words put in; numbers and sentences among them are said again, too."""
        return Told(super().format(*values, **words), partial(_formatted, self, values, words))

    def __add__(self, other: str) -> Told:
        """One sentence after the other."""
        return Told(super().__add__(other), partial(_added, self, other))

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Outside of this process a text like any other."""
        return str, (str(self),)


def _formatted(text: Told, values: tuple[object, ...], words: dict[str, Any]) -> str:
    again: str = retold(text)
    return again.format(*map(retold, values), **{name: retold(word) for name, word in words.items()})


def _added(one: str, other: str) -> str:
    first, second = str(retold(one)), str(retold(other))
    return first + second


def retold(text: Any) -> Any:
    """A text in the current language if it knows how it was made; anything else as it is."""
    return text.again() if isinstance(text, Told) else text


def told(message: str) -> str:
    """The message in the current language, to be kept."""
    return Told(gettext(message), partial(told, message))


def ntold(singular: str, plural: str, n: int) -> str:
    """The right plural form for ``n`` in the current language, to be kept."""
    return Told(ngettext(singular, plural, n), partial(ntold, singular, plural, n))


def told_list(parts: Iterable[str]) -> str:
    """Sentences or words with commas between them, to be kept."""
    kept = tuple(parts)
    return Told(", ".join(kept), partial(_listed, kept))


def _listed(parts: tuple[str, ...]) -> str:
    return ", ".join(str(retold(part)) for part in parts)


def told_number(value: float, *, digits: int = 0) -> str:
    """A number in the current language's form, to be kept."""
    return Told(format_number(value, digits=digits), partial(told_number, value, digits=digits))


def told_percent(value: float, *, digits: int = 1) -> str:
    """A fraction as a percentage in the current language's form, to be kept."""
    return Told(format_percent(value, digits=digits), partial(told_percent, value, digits=digits))


def told_date(day: date) -> str:
    """A date in the current language's form, to be kept."""
    return Told(format_date(day), partial(told_date, day))
