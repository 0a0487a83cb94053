"""Axis and label formatting in both languages: percentages, periods, counts, and texts that must not overlap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import isnan
from statistics import fmean
from typing import TYPE_CHECKING

from matplotlib.ticker import FuncFormatter

from crrkit.ground import UNDEFINED, format_number, format_percent, language, use_language

if TYPE_CHECKING:
    from matplotlib.axis import Axis

Form = Callable[[float], str]

# The allowed label spacings, which keep the labels aligned with the calendar.
_STRIDES = {
    "day": [1, 7, 14, 28, 56, 91, 182, 364],
    "week": [1, 2, 4, 13, 26, 52],
    "month": [1, 2, 3, 6, 12, 24],
    "quarter": [1, 2, 4, 8],
    "half-year": [1, 2, 4],
    "year": [1, 2, 5, 10],
}


def percent_axis(axis: Axis) -> None:
    """Format fractions as percentages in the language current now, whenever the chart is rendered."""
    lang = language()

    def percent(value: float, _position: int | None = None) -> str:
        with use_language(lang):
            return format_percent(value, digits=0)

    axis.set_major_formatter(FuncFormatter(percent))


def count(value: float) -> str:
    """A count in full: ``1,200``; averages have one decimal, unknown is an en dash."""
    if isnan(value):
        return UNDEFINED
    return format_number(value, digits=0 if value == int(value) else 1)


def _short(value: float, *, digits: int) -> str:
    from babel.numbers import format_compact_decimal

    return format_compact_decimal(value, locale=language(), fraction_digits=digits)


def _stacked(value: float) -> str:
    return _short(value, digits=0).replace("\N{NO-BREAK SPACE}", "\n")


# The forms of a count, the longest first: 1 234 567; 1,23 млн; 1,2 млн; 1 млн; and 1 above млн.
COUNT_FORMS: tuple[Form, ...] = (count, *(partial(_short, digits=digits) for digits in (2, 1, 0)), _stacked)


def stride(every: str, *, periods: int, room: float) -> int:
    """The spacing of period labels if ``room`` labels fit side by side.

    Examples:
        >>> stride("month", periods=40, room=12), stride("month", periods=10, room=12)
        (6, 1)
    """
    steps = _STRIDES.get(every, [1])
    rounded = steps[-1] * -int(-periods // (steps[-1] * room))
    return next((step for step in steps if periods <= step * room), rounded)


def spread(heights: Sequence[float], *, gap: float, floor: float, ceiling: float) -> list[float]:
    """Move heights apart as little as needed: ``gap`` between neighbours, all between floor and ceiling.

    It is the isotonic regression of height minus rank times gap; heights that fit are unchanged.

    Examples:
        >>> spread([10, 0, 11], gap=4, floor=0, ceiling=50)
        [8.5, 0, 12.5]
        >>> spread([49, 50], gap=4, floor=0, ceiling=50)
        [46, 50]
    """
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    blocks: list[list[float]] = []
    for rank, i in enumerate(order):
        blocks.append([heights[i] - rank * gap])
        while len(blocks) > 1 and fmean(blocks[-2]) > fmean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    highest = ceiling - (len(heights) - 1) * gap
    levels = [max(floor, min(highest, fmean(block))) for block in blocks for _ in block]
    moved = {i: level + rank * gap for rank, (i, level) in enumerate(zip(order, levels, strict=True))}
    return [moved[i] for i in range(len(heights))]
