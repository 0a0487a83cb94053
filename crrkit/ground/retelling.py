"""Messages stored in results that can be translated later, because they remember how they were made.

`told`, `ntold`, `told_number`, `told_percent` and `told_date` return the same text as `gettext`, `ngettext` and the
corresponding `format_…`; `retold` translates it to the current language. `told_list` joins such texts; texts joined in
any other way are not translated again.
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
    r"""A text that can be translated to the current language later.

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
        """Create a text with the function that makes it again."""
        made = super().__new__(cls, text)
        made.again = again
        return made

    def format(self, *values: object, **words: object) -> Told:
        """Format the text; values that are `Told` are translated again as well."""

        def again() -> str:
            said: str = retold(self)
            return said.format(*map(retold, values), **{name: retold(word) for name, word in words.items()})

        return Told(super().format(*values, **words), again)

    def __add__(self, other: str) -> Told:
        """Concatenate two texts."""
        return Told(super().__add__(other), lambda: str(retold(self)) + str(retold(other)))

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Pickle as a plain text."""
        return str, (str(self),)


def retold(text: Any) -> Any:
    """Return a `Told` text in the current language, and anything else unchanged."""
    return text.again() if isinstance(text, Told) else text


def told(message: str) -> str:
    """Return the message in the current language, as `Told`."""
    return Told(gettext(message), partial(told, message))


def ntold(singular: str, plural: str, n: int) -> str:
    """Return the plural form for ``n`` in the current language, as `Told`."""
    return Told(ngettext(singular, plural, n), partial(ntold, singular, plural, n))


def told_list(parts: Iterable[str]) -> str:
    """Join texts with commas, as `Told`."""
    kept = tuple(parts)
    return Told(", ".join(kept), lambda: ", ".join(str(retold(part)) for part in kept))


def told_number(value: float, *, digits: int = 0) -> str:
    """Format a number in the current language, as `Told`."""
    return Told(format_number(value, digits=digits), partial(told_number, value, digits=digits))


def told_percent(value: float, *, digits: int = 1) -> str:
    """Format a fraction as a percentage in the current language, as `Told`."""
    return Told(format_percent(value, digits=digits), partial(told_percent, value, digits=digits))


def told_date(day: date) -> str:
    """Format a date in the current language, as `Told`."""
    return Told(format_date(day), partial(told_date, day))
