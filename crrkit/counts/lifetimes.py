"""Mean customer lifetime from the churn rate of one period."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from crrkit.counts.duration import Period, check_period, period_text, years_in
from crrkit.ground import (
    check_fraction,
    format_cell,
    gettext as _,
)


@dataclass(frozen=True, eq=False, repr=False)
class Lifetime(float):
    """A mean customer lifetime in periods, returned by `expected_lifetime`; a subclass of float.

    Attributes:
        value: Number of periods, 1 or more; infinite when nobody leaves.
        period: The period that is the unit.
    """

    value: float
    period: Period

    def __new__(cls, value: float, _period: Period | None = None) -> Self:  # noqa: D102 - float takes its value here
        return super().__new__(cls, value)

    @property
    def years(self) -> float:
        """The same lifetime in years."""
        return self.value * years_in(self.period)

    def __str__(self) -> str:
        text = _("{n} {n:period|periods} ({period}), {years} {years:year|years}")
        numbers = {"n": format_cell(self.value, "ratio"), "years": format_cell(self.years, "ratio")}
        return text.format(period=period_text(self.period), **numbers)

    __repr__ = __str__


def expected_lifetime(*, churn: float, period: Period) -> Lifetime:
    """Compute the mean number of periods a customer stays under a constant churn rate: ``1 / churn``.

    It assumes that all customers have the same churn rate in every period. If they differ it is too low: when half of
    them leave at 5 % and half at 50 % a year, 27.5 % are lost in the first year (which gives "3.6 years"), but the
    mean is 11 years.

    Args:
        churn: The churn rate of one period, a fraction. 0 gives infinity, 1 gives one period.
        period: The period of ``churn``: day, week, month, quarter, half-year, year, or two dates.

    Returns:
        The number of periods, a float with ``.years``.

    Raises:
        InputError: If churn is not between 0 and 1 or the period is missing or unknown.

    Examples:
        >>> life = expected_lifetime(churn=0.3, period="half-year"); life
        3.33 periods (half-year), 1.67 years
        >>> round(life, 4), expected_lifetime(churn=0, period="year") == math.inf
        (3.3333, True)
    """
    period = check_period(period)
    churn = check_fraction(churn, name="churn")
    return Lifetime(1 / churn if churn else math.inf, period)
