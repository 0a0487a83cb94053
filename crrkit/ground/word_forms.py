"""Plural forms inside messages, for messages with several counts.

``ngettext`` selects a form for one count; a Russian message with three counts would need twenty-seven. A message may
therefore contain the forms: ``{n} {n:клиент|клиента|клиентов}`` in Russian, ``{n} {n:customer|customers}`` in English.
"""

from __future__ import annotations

import re
from string import Formatter
from typing import Any, Final

_WHOLE: Final = re.compile(r"[+\-\N{MINUS SIGN}]?(\d+)")
_FRACTION: Final = re.compile(r"[+\-\N{MINUS SIGN}]?\d+[.,]\d+")
_ENGLISH: Final = 2  # the number of forms; Russian has three, with the second for fractions: 2,5 клиента
_TEENS: Final = range(11, 15)
_FEW: Final = range(2, 5)


def agreeing(number: object, forms: list[str]) -> str:
    """Return the plural form for a number, given as a number or formatted.

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
    """A string with plural forms, which `format` selects."""

    __slots__ = ()

    def format(self, *args: object, **values: object) -> str:
        """Format the message and select the plural forms."""
        return _AGREEMENT.vformat(self, args, values)


class _Agreement(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" in format_spec:
            return agreeing(value, format_spec.split("|"))
        return str(super().format_field(value, format_spec))


_AGREEMENT: Final = _Agreement()
