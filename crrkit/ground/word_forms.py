"""Words that agree with the numbers beside them, in one sentence as often as needed.

``ngettext`` chooses a form for one count; a sentence with three counts would need twenty-seven. So a message may say
the forms where they stand: ``{n} {n:клиент|клиента|клиентов}`` in Russian, ``{n} {n:customer|customers}`` in English.
"""

from __future__ import annotations

import re
from string import Formatter
from typing import Any, Final

_WHOLE: Final = re.compile(r"[+\-\N{MINUS SIGN}]?(\d+)")
_FRACTION: Final = re.compile(r"[+\-\N{MINUS SIGN}]?\d+[.,]\d+")
_ENGLISH: Final = 2  # forms; Russian has three, and a fraction takes the second: 2,5 клиента
_TEENS: Final = range(11, 15)
_FEW: Final = range(2, 5)


def agreeing(number: object, forms: list[str]) -> str:
    """The form that goes with a number, given as a number or already in ink.

    Examples:
        >>> [agreeing(n, ["день", "дня", "дней"]) for n in (1, 2, 5, 11, 21, "1 001", "2,5")]
        ['день', 'дня', 'дней', 'дней', 'день', 'день', 'дня']
        >>> [agreeing(n, ["day", "days"]) for n in (1, 2, "1.5", 21)]
        ['day', 'days', 'days', 'days']
    """
    ink = re.sub(r"\s", "", f"{number:g}" if isinstance(number, float) else str(number))
    found = _WHOLE.fullmatch(ink)
    if len(forms) == _ENGLISH:
        return forms[0] if found and int(found[1]) == 1 else forms[1]
    if not found:
        return forms[1] if _FRACTION.fullmatch(ink) else forms[2]
    n = int(found[1])
    if n % 100 in _TEENS:
        return forms[2]
    return forms[0 if n % 10 == 1 else 1 if n % 10 in _FEW else 2]


class Message(str):
    """A message as it stands in a catalogue; `format` knows the forms, and all else it is a string."""

    __slots__ = ()

    def format(self, *args: object, **values: object) -> str:
        """The message with its numbers put in and its words in agreement with them."""
        return _AGREEMENT.vformat(self, args, values)


class _Agreement(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" in format_spec:
            return agreeing(value, format_spec.split("|"))
        return str(super().format_field(value, format_spec))


_AGREEMENT: Final = _Agreement()
