"""How long a customer stays on average, as the rate of one period says."""

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
    """A mean lifetime in periods; a float, as `expected_lifetime` gives it.

    Attributes:
        value: Number of periods, 1 or more; infinite when nobody leaves.
        period: The period it is counted in.
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
    """The mean number of periods a customer stays if everyone leaves with the same chance each period: ``1 / churn``.

    Customers differ, and then this is too short for the base as it is: half at 5 % and half at 50 % a year lose 27.5 %
    in their first year ("3.6 years") and stay 11 years on average.

    Args:
        churn: The share lost in a period, a fraction. 0 gives infinity, 1 gives one period.
        period: The period of ``churn``: day, week, month, quarter, half-year, year, or two dates.

    Returns:
        The number of periods, a float that also knows ``.years``.

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
