"""Parsing answers as numbers: ``0.7``, ``0,7``, ``70%``, ``70,0 %``, ``7/10``, ``7:10 = 0,7``; and formatting them."""

from __future__ import annotations

import math
import numbers
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from crrkit.ground import format_number, format_percent, format_points, mark

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBER = r"([+-]?(?:\d{1,3}(?:\s\d{3})+|\d*)(?:[.,]\d+)?(?<=\d))"
_PERCENT = r"(%|per ?cents?|процент(?:а|ов)?|проц)"
_ANSWER = re.compile(rf"{_NUMBER}(?:\s*[/:÷]\s*{_NUMBER})?\s*{_PERCENT}?", re.IGNORECASE)
_WORDS = re.compile(r"(?:about|approx(?:imately)?\.?|roughly|около|примерно|приблизительно)\s+", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_UNITS = re.compile(r"\s*(?:years?|months?|customers?|лет|год[а]?|мес\w*\.?|клиент\w*)$", re.IGNORECASE)
_POINTS = re.compile(r"\s*(?:pp|percentage points?|п\.?\s*п\.?|процентн\w+ пункт\w*)$", re.IGNORECASE)


def shares(answer: object) -> list[float]:
    """The fractions that an answer can mean: one with a percent sign, two without; none if it is not a number.

    Some learners write 85.7, others 0.857 for 85.7 %, so a number without a sign is read both ways.

    Examples:
        >>> shares("70,0 %"), shares("1/2"), shares(85)
        ([0.7], [0.5, 0.005], [85.0, 0.85])
        >>> shares("CRR = 60 : 80 = 75 %"), shares("about 3:4")
        ([0.75], [0.75, 0.0075])
        >>> shares("70 apples"), shares(""), shares("1e999"), shares(None)
        ([], [], [], [])
    """
    number, percent = _read(answer)
    if number is None:
        return []
    return [number / 100] if percent else [number, number / 100]


def whole_numbers(answer: object) -> list[float]:
    """The integer given as an answer, or nothing.

    Examples:
        >>> whole_numbers(" 4. "), whole_numbers(5), whole_numbers("4.5"), whole_numbers("4%")
        ([4.0], [5.0], [], [])
    """
    number, percent = _read(answer)
    return [] if number is None or percent or number != int(number) else [number]


def ratios(answer: object) -> list[float]:
    """Like `shares`, for values that may be negative or above 1.

    Examples:
        >>> ratios("-850%"), ratios("128.6")
        ([-8.5], [128.6, 1.286])
    """
    return shares(answer)


def points(answer: object) -> list[float]:
    """The differences of shares that an answer can mean; a plain number is in percentage points, or a fraction.

    Examples:
        >>> points("-1.56"), points("+7 pp"), points("0,9 п. п."), points("10%"), points("seven")
        ([-0.0156, -1.56], [0.07], [0.009], [0.1], [])
    """
    bare = _POINTS.sub("", answer) if isinstance(answer, str) else answer
    number, percent = _read(bare)
    if number is None:
        return []
    return [round(number / 100, 12)] if percent or bare != answer else [round(number / 100, 12), number]


def plain_numbers(answer: object) -> list[float]:
    """The numbers that an answer can mean, or nothing; a comma before three digits may separate thousands.

    Examples:
        >>> plain_numbers("3,64 года"), plain_numbers("11"), plain_numbers("11 %"), plain_numbers("1,230")
        ([3.64], [11.0], [], [1.23, 1230.0])
    """
    if isinstance(answer, str):
        answer = _UNITS.sub("", answer)
    number, percent = _read(answer)
    if number is None or percent:
        return []
    if isinstance(answer, str) and _THOUSANDS.fullmatch(answer.strip()):
        return [number, float(answer.replace(",", ""))]
    return [number]


def half_a_unit(answer: object) -> float:
    """Half a unit of the last decimal written, in the answer's own unit: its possible rounding error.

    Examples:
        >>> half_a_unit("−1.6"), half_a_unit("66,1 %"), half_a_unit("70%"), half_a_unit("1/3")
        (0.05, 0.05, 0.0, 0.0)
    """
    found = None if isinstance(answer, bool) else re.fullmatch(r"[^/]*\d*[.,](\d+)[^/\d]*", _tidy(str(answer)))
    return 0.5 / 10 ** len(found[1]) if found else 0.0


def _read(answer: object) -> tuple[float | None, bool]:
    """A finite number and whether it has a percent sign; None for anything else."""
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
    result = re.split("[=≈]", text.replace("\N{MINUS SIGN}", "-").strip().rstrip("=≈ "))[-1]  # of a calculation
    bare = _WORDS.sub("", result.strip()).lstrip("~ ").rstrip(". ")
    return re.sub(r"(?<=\d),(?=\d{3}(?:,\d{3})*\.\d)", "", bare)  # 1,199.5: the comma separates thousands


def _decimal(text: str) -> Decimal:
    return Decimal(re.sub(r"\s", "", text).replace(",", "."))


def _finite(value: numbers.Real | Decimal) -> float | None:
    try:
        number = float(value)
    except (OverflowError, ValueError):  # an int of more than 308 digits; a signalling NaN
        return None
    return number if math.isfinite(number) else None


@dataclass(frozen=True)
class AnswerKind:
    """The kind of answer to a question.

    Attributes:
        read: A function from the typed text to the numbers it can mean; none if it is not such an answer.
        write: A function that formats a value for the answer key.
        example: An example of an answer, shown if the answer cannot be read.
        tolerance: The tolerance; for values above 1 it is relative.
        coarse: The tolerance for an answer that was rounded to the decimals it shows.
    """

    read: Callable[[object], list[float]]
    write: Callable[[float], str]
    example: str
    tolerance: float
    coarse: float = 0.0


def _percent(value: float) -> str:
    return format_percent(value) if abs(value) < 10 else _number(value)  # noqa: PLR2004 - a share, not a count


def _points(value: float) -> str:
    return format_points(value, digits=2)


def _number(value: float) -> str:
    return format_number(value, digits=0 if round(value, 9) == round(value) else 2)


HALF_A_POINT = 0.005  # so that 86 % is right where 85.714... % is exact
SHARE = AnswerKind(shares, _percent, mark("Write a share, for example 0.7, 70% or 7/10."), HALF_A_POINT)
RATIO = AnswerKind(ratios, _percent, mark("Write a percentage, for example 70% or −70%."), HALF_A_POINT)
POINTS = AnswerKind(points, _points, mark("Write percentage points, for example 1.25 or −1.25."), 0.0002, 0.0005)
NUMBER = AnswerKind(plain_numbers, _number, mark("Write a number, for example 7 or 2.5."), 2 * HALF_A_POINT, 0.05)
PLACE = AnswerKind(whole_numbers, _number, mark("Write the number of an answer, for example 1."), HALF_A_POINT)
