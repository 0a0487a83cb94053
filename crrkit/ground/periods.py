"""The six periods: their names, their lengths and the next longer ones."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from crrkit.ground.languages import mark

if TYPE_CHECKING:
    from collections.abc import Mapping

PERIODS = (mark("day"), mark("week"), mark("month"), mark("quarter"), mark("half-year"), mark("year"))
SECONDS_PER_DAY = 86_400
DAYS_PER_WEEK = 7
DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
MONTHS_PER_PERIOD: Mapping[str, int] = MappingProxyType({"month": 1, "quarter": 3, "half-year": 6, "year": 12})

# The length of each period for the conversion of rates. A month is a twelfth of a year, regardless of its days.
YEARS_PER_PERIOD: Mapping[str, float] = MappingProxyType(
    {"day": 1 / DAYS_PER_YEAR, "week": DAYS_PER_WEEK / DAYS_PER_YEAR}
    | {period: months / 12 for period, months in MONTHS_PER_PERIOD.items()}
)
DAYS_PER_PERIOD: Mapping[str, float] = MappingProxyType(
    {"day": 1.0, "week": float(DAYS_PER_WEEK)}
    | {period: months * DAYS_PER_MONTH for period, months in MONTHS_PER_PERIOD.items()}
)

# Half-years are supported but never suggested.
_NEXT = {"day": "week", "week": "month", "month": "quarter", "quarter": "year", "half-year": "year"}


def longer(every: str) -> tuple[str, ...]:
    """Return the longer periods to suggest, in ascending order; none after a year.

    Examples:
        >>> longer("week")
        ('month', 'quarter', 'year')
        >>> longer("year")
        ()
    """
    return (_NEXT[every], *longer(_NEXT[every])) if every in _NEXT else ()
