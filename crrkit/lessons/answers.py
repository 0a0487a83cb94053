"""What a learner typed, read as numbers: ``0.7``, ``0,7``, ``70%``, ``70,0 %``, ``7/10``."""

from __future__ import annotations

import math
import numbers
import re
from decimal import Decimal

_NUMBER = r"([+-]?(?:\d{1,3}(?:\s\d{3})+|\d*)(?:[.,]\d+)?(?<=\d))"
_PERCENT = r"(%|per ?cents?|процент(?:а|ов)?|проц)"
_ANSWER = re.compile(rf"{_NUMBER}(?:\s*/\s*{_NUMBER})?\s*{_PERCENT}?", re.IGNORECASE)


def shares(answer: object) -> list[float]:
    """The fractions that an answer can mean: one with a percent sign, two without; none for what is no number.

    A bare 85.7 is 85.7 % to one learner and a bare 0.857 is the same to another, so a bare number is read both ways.

    Examples:
        >>> shares("70,0 %"), shares("1/2"), shares(85)
        ([0.7], [0.5, 0.005], [85.0, 0.85])
        >>> shares("70 apples"), shares(""), shares("1e999"), shares(None)
        ([], [], [], [])
    """
    number, percent = _read(answer)
    if number is None:
        return []
    return [number / 100] if percent else [number, number / 100]


def whole_numbers(answer: object) -> list[float]:
    """The whole number that an answer is, or nothing.

    Examples:
        >>> whole_numbers(" 4. "), whole_numbers(5), whole_numbers("4.5"), whole_numbers("4%")
        ([4.0], [5.0], [], [])
    """
    number, percent = _read(answer)
    return [] if number is None or percent or number != int(number) else [number]


def _read(answer: object) -> tuple[float | None, bool]:
    """A finite number and whether a percent sign stood behind it; None for anything else."""
    if isinstance(answer, bool):
        return None, False
    if isinstance(answer, numbers.Real | Decimal):
        return _finite(answer), False
    found = _ANSWER.fullmatch(_tidy(answer)) if isinstance(answer, str) else None
    if not found:
        return None, False
    part, whole, percent = found.groups()
    above, below = _decimal(part), _decimal(whole or "1")
    return (_finite(above / below) if below else None), bool(percent)


def _tidy(text: str) -> str:
    return text.replace("\N{MINUS SIGN}", "-").strip().lstrip("=~≈ ").rstrip(". ")


def _decimal(text: str) -> Decimal:
    return Decimal(re.sub(r"\s", "", text).replace(",", "."))


def _finite(value: numbers.Real | Decimal) -> float | None:
    try:
        number = float(value)
    except (OverflowError, ValueError):  # an int of more than 308 digits; a signalling NaN
        return None
    return number if math.isfinite(number) else None
