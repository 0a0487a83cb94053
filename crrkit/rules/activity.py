"""Activity rules: how long a buyer counts as a customer after a purchase.

Each rule turns a purchase into an interval of activity, so that purchases are then counted like contracts. A rule
never looks ahead: the interval of a purchase depends on earlier purchases only.
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
    mark,
    ngettext,
)

BUYING = (mark("purchase"), mark("contract"))  # the kinds of events that make somebody a customer
ENOUGH_GAPS = 5  # with fewer gaps, a customer's own mean gap is shrunk towards the population's
MANY_GAPS = 10**6
LONGEST_MONTHS = (0, 31, 62, 92, 123, 153, 184, 215, 245, 276, 306, 337, 366)  # most days in 0, 1, 2 … months in a row
NEARLY = 2  # days: a window of 30, 61, 91 or 365 days may be meant as calendar months
LISTED_GAPS = 30  # for more gaps the limit of the quantile is close enough


@dataclass(frozen=True)
class Trailing:
    """Activity rule: a customer at ``t`` is anyone who bought in the trailing window ``[t - days, t)``.

    The window is given in days or in calendar months. If it is longer than the period, customers who bought in its
    older part cannot be lost in that period: the rate then reflects old purchases and is close to 100 %. The result
    warns of this.

    At the end of August two calendar months are July and August, 62 days; a window of 60 or 61 days excludes the first
    purchases of July. With monthly periods, ``months=1`` is the same as the rule ``"period"``.

    Args:
        days: The length of the window in days; more than 0.
        months: The length in calendar months instead; 1 or more.

    Raises:
        ValueError: If the length is not above 0, or not exactly one of the two is given.

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
            message = _("days={value:g} is not a window; give the number of days, more than 0.")
            raise InputError(message.format(value=self.days), argument="days", given=self.days)
        if self.months is not None and not check_count(self.months, name="months"):
            message = _("months=0 is not a window; give the number of calendar months, 1 or more.")
            raise InputError(message, argument="months", given=self.months)

    @property
    def length(self) -> float:
        """The length of the window in days; for calendar months their mean length."""
        return DAYS_PER_MONTH * (self.months or 0) if self.days is None else float(self.days)

    @property
    def months_meant(self) -> int:
        """The number of calendar months that a window in days slightly falls short of; 0 if none.

        Within two days of their mean length, but shorter than the longest run of so many months.

        Examples:
            >>> [Trailing(days).months_meant for days in (30, 31, 60, 62, 90, 180, 365)]
            [1, 0, 2, 0, 3, 0, 12]
        """
        near = round(self.length / DAYS_PER_MONTH)
        if self.days is None or not 1 <= near < len(LONGEST_MONTHS) or self.days >= LONGEST_MONTHS[near]:
            return 0
        return near if abs(self.days - near * DAYS_PER_MONTH) < NEARLY else 0

    def __str__(self) -> str:
        """Return the rule in words, in the current language."""
        if self.months is not None:
            text = ngettext(
                "bought in the last {n} calendar month", "bought in the last {n} calendar months", int(self.months)
            )
            return text.format(n=format_number(self.months))
        return _("bought in the last {days} {days:day|days}").format(days=format_number(self.length))

    def __repr__(self) -> str:
        """Return the expression that creates the rule."""
        return f"Trailing(days={self.days!r})" if self.months is None else f"Trailing(months={self.months!r})"


@dataclass(frozen=True)
class OwnGap:
    """Activity rule: a customer lapses when silent for longer than is plausible given their own purchase gaps.

    After ``n`` completed gaps with mean ``g`` the limit is ``q(n) * g``. For gaps with a Gamma distribution of shape
    ``k`` the ratio of the next gap to the mean of ``n`` earlier ones follows ``F(2k, 2kn)``; with ``k = 1``, random
    timing, its quantile is ``q(n) = n * (alpha ** (-1 / n) - 1)``: 19.0 for one gap, 6.94 for two, 5.14 for three and
    3.00 for many. With fewer than five gaps ``g`` is the weighted mean of the customer's and the population's gap,
    with weight ``n / 5`` on the former.

    Args:
        alpha: The false-positive rate: the share of an active customer's gaps that would be mistaken for a lapse.
        population_days: The mean gap of all customers in days, used for customers with few gaps of their own; None
            estimates it from the data when they are read, and the definition card states it.

    Raises:
        ValueError: If ``alpha`` is not a fraction above 0 and below 1, or ``population_days`` is not above 0.

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
            message = _("population_days={value:g} is not a gap; give the mean number of days between purchases.")
            raise InputError(message.format(value=self.population_days), argument="population_days")

    def quantile(self, gaps: int) -> float:
        """Return ``q(n)``, the silence allowed after ``gaps`` completed gaps as a multiple of their mean."""
        n = max(gaps, 1)
        return float(n * (self.alpha ** (-1 / n) - 1))

    @property
    def length(self) -> float:
        """The silence in days after which a customer with the population's mean gap lapses."""
        return self.quantile(MANY_GAPS) * (self.population_days or 0.0)

    def limits(self) -> list[tuple[float, float]]:
        """Return, for 0, 1, 2 … completed gaps, fixed days and a multiple of the own mean gap; their sum is the limit.

        Customers without a completed gap get the population's mean gap, which is based on many gaps and therefore
        takes the quantile for many.
        """
        population = self.population_days or 0.0
        pairs = [(self.quantile(MANY_GAPS) * population, 0.0)]
        for n in range(1, LISTED_GAPS + 1):
            own = min(n / ENOUGH_GAPS, 1.0)
            pairs.append((self.quantile(n) * (1 - own) * population, self.quantile(n) * own))
        return [*pairs, (0.0, self.quantile(MANY_GAPS))]

    def __str__(self) -> str:
        """Return the rule in words, in the current language."""
        text = _("silent no longer than fits the own gaps (alpha {alpha}, population gap {days} {days:day|days})")
        days = "?" if self.population_days is None else format_number(self.population_days, digits=1)
        return text.format(alpha=format_number(self.alpha, digits=2), days=days)


Activity = str | Trailing | OwnGap
