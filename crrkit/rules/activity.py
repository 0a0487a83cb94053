"""Activity rules: until when somebody who has bought counts as a customer.

Each rule turns a purchase into an interval of being a customer, after which the account of purchases is counted like
that of contracts. The rule never looks ahead: what a purchase is worth depends on purchases before it only.
"""

from __future__ import annotations

from dataclasses import dataclass

from crrkit.ground import (
    DAYS_PER_MONTH,
    InputError,
    check_count,
    check_fraction,
    check_number,
    format_number,
    gettext as _,
    ngettext,
)

ENOUGH_GAPS = 5  # below, a customer's own mean gap is drawn towards the population's
MANY_GAPS = 10**6
LONGEST_MONTHS = (0, 31, 62, 92, 123, 153, 184, 215, 245, 276, 306, 337, 366)  # days in so many months in a row
NEARLY = 2  # days: who types 30, 61, 91 or 365 may well mean months
LISTED_GAPS = 30  # above, the limit of the quantile for many gaps is close enough


@dataclass(frozen=True)
class Trailing:
    """A customer as of ``t`` is whoever bought in the window before it: ``[t - days, t)``, or so many calendar months.

    With a window longer than the period everybody who bought in the older part of the window is kept by construction:
    the rate then reports purchases of long ago and is close to 100 %. The account says so.

    At the end of August two calendar months are July and August, 62 days; a window of 60 or 61 days leaves the first
    purchases of July out, as it must. Counted by month, ``months=1`` is the rule ``"period"``.

    Args:
        days: The length of the window in days; more than 0.
        months: Or its length in calendar months, 1 or more.

    Raises:
        ValueError: If the window is not longer than nothing, or both lengths are given.

    Examples:
        >>> print(Trailing(days=90))
        bought in the last 90 days
        >>> print(Trailing(months=2))
        bought in the last 2 calendar months
    """

    days: float | None = None
    months: int | None = None

    def __post_init__(self) -> None:
        if (self.days is None) == (self.months is None):
            message = _("Trailing takes days= or months=, one of the two, such as Trailing(days=90).")
            raise InputError(message, argument="days", given=self.days)
        if self.days is not None and check_number(self.days, name="days") <= 0:
            message = _("days={value:g} is no window; give the number of days, more than 0.")
            raise InputError(message.format(value=self.days), argument="days", given=self.days)
        if self.months is not None and not check_count(self.months, name="months"):
            message = _("months=0 is no window; give the number of calendar months, 1 or more.")
            raise InputError(message, argument="months", given=self.months)

    @property
    def length(self) -> float:
        """The length of the window in days, on average."""
        return DAYS_PER_MONTH * (self.months or 0) if self.days is None else float(self.days)

    @property
    def months_meant(self) -> int:
        """The calendar months that a window in days comes near to and is shorter than; 0 where there are none.

        Examples:
            >>> [Trailing(days).months_meant for days in (30, 31, 60, 62, 90, 180, 365)]
            [1, 0, 2, 0, 3, 0, 12]
        """
        near = round(self.length / DAYS_PER_MONTH)
        if self.days is None or not 1 <= near < len(LONGEST_MONTHS) or self.days >= LONGEST_MONTHS[near]:
            return 0
        return near if abs(self.days - near * DAYS_PER_MONTH) < NEARLY else 0

    def __str__(self) -> str:
        """The rule in words."""
        if self.months is not None:
            text = ngettext(
                "bought in the last {n} calendar month", "bought in the last {n} calendar months", int(self.months)
            )
            return text.format(n=format_number(self.months))
        return _("bought in the last {days} {days:day|days}").format(days=format_number(self.length))

    def __repr__(self) -> str:
        """As it is typed."""
        return f"Trailing(days={self.days!r})" if self.months is None else f"Trailing(months={self.months!r})"


@dataclass(frozen=True)
class OwnGap:
    """A customer until a silence is longer than is usual for that customer.

    After ``n`` closed gaps with mean ``g`` the limit is ``q(n) * g``. For gaps that follow a Gamma law of shape ``k``
    the ratio of the next gap to the mean of ``n`` earlier ones follows ``F(2k, 2kn)``; with ``k = 1``, random timing,
    its quantile is ``q(n) = n * (alpha ** (-1 / n) - 1)``: 19.0 for one gap, 6.94 for two, 5.14 for three and 3.00
    for many. With fewer than five gaps ``g`` is the weighted mean of the own and the population's gap.

    Args:
        alpha: The share of a still active customer's gaps that would wrongly be called a lapse.
        population_days: The mean gap of the whole population, for customers with few gaps of their own; None takes
            it from the data when they are read and prints it with the definition.

    Raises:
        ValueError: If ``alpha`` is not a fraction above 0 and below 1.

    Examples:
        >>> [round(OwnGap().quantile(n), 2) for n in (1, 2, 3, 5, 10)]
        [19.0, 6.94, 5.14, 4.1, 3.49]
        >>> OwnGap(alpha=5)
        Traceback (most recent call last):
        crrkit.InputError: alpha=5 must be a fraction between 0 and 1. Did you mean 0.05?
    """

    alpha: float = 0.05
    population_days: float | None = None

    def __post_init__(self) -> None:
        if check_fraction(self.alpha, name="alpha") in (0, 1):
            message = _("alpha={value:g} leaves no limit; give a fraction above 0 and below 1, such as 0.05.")
            raise InputError(message.format(value=self.alpha), argument="alpha", given=self.alpha)
        if self.population_days is not None and check_number(self.population_days, name="population_days") <= 0:
            message = _("population_days={value:g} is no gap; give the mean number of days between purchases.")
            raise InputError(message.format(value=self.population_days), argument="population_days")

    def quantile(self, gaps: int) -> float:
        """How many times its mean gap a customer with so many closed gaps may be silent."""
        n = max(gaps, 1)
        return float(n * (self.alpha ** (-1 / n) - 1))

    @property
    def length(self) -> float:
        """The silence in days after which somebody with the population's rhythm is no customer any more."""
        return self.quantile(MANY_GAPS) * (self.population_days or 0.0)

    def limits(self) -> list[tuple[float, float]]:
        """For 0, 1, 2 … closed gaps: fixed days, and the multiple of the own mean gap, whose sum is the limit.

        Without a gap of one's own the population's is all that is known, and it is well known: the quantile for
        many gaps.
        """
        population = self.population_days or 0.0
        pairs = [(self.quantile(MANY_GAPS) * population, 0.0)]
        for n in range(1, LISTED_GAPS + 1):
            own = min(n / ENOUGH_GAPS, 1.0)
            pairs.append((self.quantile(n) * (1 - own) * population, self.quantile(n) * own))
        return [*pairs, (0.0, self.quantile(MANY_GAPS))]

    def __str__(self) -> str:
        """The rule in words."""
        text = _("silent no longer than fits the own gaps (alpha {alpha}, population gap {days} {days:day|days})")
        days = "?" if self.population_days is None else format_number(self.population_days, digits=1)
        return text.format(alpha=format_number(self.alpha, digits=2), days=days)


Activity = str | Trailing | OwnGap
