"""The rate as a value with its period, counts and interval; conversion between periods, averages, quick ratio.

A rate is a fraction; percent is used in display only. It always has a period, because 85 % a month and 85 % a year
are not comparable.
"""

from __future__ import annotations

import html
import math
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, Self

from crrkit.counts.duration import Period, check_period, period_text, years_in
from crrkit.counts.intervals import Interval, check_share
from crrkit.ground import (
    MISSING,
    UNDEFINED,
    InputError,
    check_choice,
    check_count,
    check_fraction,
    check_named,
    check_number,
    check_numbers,
    format_number,
    format_percent,
    gettext as _,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Never

ROUNDING = 1e-9  # tolerance for the sum of computed shares, which should be 1
SHARES_SLACK = 1e-6  # tolerance for the sum of shares typed by hand
EXACT = 1e-12  # differences below this are rounding error
MEASURES = ("retention", "churn")
AVERAGES = ("weighted", "simple", "geometric", "product")


@dataclass(frozen=True, eq=False, repr=False)
class Rate(float):
    """A rate with its counts, period and interval. A subclass of float: it adds, compares and formats like one.

    Attributes:
        value: The rate, a fraction; NaN if undefined.
        numerator: Customers counted; NaN if the rate was converted, not counted.
        denominator: Customers the rate is a share of; NaN if it was converted.
        period: A name such as ``"month"``, or a pair of dates ``(from, until)``, the second exclusive.
        measure: ``"retention"`` or ``"churn"``.
        unit: What is counted: ``"customer"``, ``"contract"``, …
        rule: The formula it was computed by.
        status: ``"complete"``, ``"empty_base"``, ``"inconsistent"`` or ``"equivalent"`` (converted).
        reason: One word for why the rate is undefined or doubtful, else empty.
        ci: The confidence interval ``(low, high)``, or None.
        level: Coverage of ``ci``.

    Examples:
        >>> rate = Rate(60 / 70, numerator=60, denominator=70, period="month")
        >>> f"{rate:.1%}", rate.percent(digits=0), 1 - rate < 0.15
        ('85.7%', '86%', True)
        >>> rate
        85.7% (60 of 70, month)
    """

    value: float
    _: KW_ONLY
    numerator: float = math.nan
    denominator: float = math.nan
    period: Period
    measure: str = "retention"
    unit: str = "customer"
    rule: str = ""
    status: str = "complete"
    reason: str = ""
    ci: Interval | None = None
    level: float = 0.95

    def __new__(cls, value: float, **_facts: object) -> Self:  # noqa: D102 - float takes its value here
        return super().__new__(cls, value)

    def percent(self, *, digits: int = 1) -> str:
        """Format the rate as a percentage in the current language, ``85.7%`` or ``85,7 %``; NaN is an en dash."""
        return UNDEFINED if math.isnan(self) else format_percent(self.value, digits=digits)

    def __format__(self, spec: str) -> str:
        if math.isnan(self) and spec.endswith("%"):
            return UNDEFINED
        return super().__format__(spec)

    def __str__(self) -> str:
        return f"{self.percent()} ({self._facts()})"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<span><strong>{html.escape(self.percent())}</strong> ({html.escape(self._facts())})</span>"

    def _facts(self) -> str:
        counts = (
            "" if math.isnan(self.numerator) or not self.denominator else _share_text(self.numerator, self.denominator)
        )
        basis = ", ".join(filter(None, [counts, period_text(self.period)]))
        return "; ".join(filter(None, [basis, self._interval_text(), _note(self.status)]))

    def _interval_text(self) -> str:
        if self.ci is None or math.isnan(self.ci[0]):
            return ""
        low, high = (format_percent(end) for end in self.ci)
        text = _("{level:g}% interval {low} to {high}")
        return text.format(level=100 * self.level, low=low, high=high)


def convert_rate(
    rate: float,
    *_unnamed: Never,
    from_: Period | None = None,
    to: Period = MISSING,
    measure: str = "retention",
) -> Rate:
    """Convert a rate to the equivalent rate of another period by compounding: ``r ** (to / from_)``.

    Assumes that retention is the same in every period and for every customer. If the data allow, measure the rate of
    the other period instead: where customers differ, those who remain are the more loyal ones.

    Args:
        rate: A retention rate (or a churn rate with ``measure="churn"``), a fraction. A `Rate` has its own period,
            measure and interval; the interval is converted as well, and NaN stays NaN.
        from_: The period of ``rate``: day, week, month, quarter, half-year, year, or two dates ``(from, until)``.
        to: The target period, given in the same way. A day is 1/365.25 of a year, a week 7 days, a month 1/12 year.
        measure: ``"retention"`` or ``"churn"``. Churn ``c`` becomes ``1 - (1 - c) ** (to / from_)``, never ``12 c``.

    Returns:
        The equivalent rate with the status ``"equivalent"``. 0 stays 0 and 1 stays 1.

    Raises:
        InputError: If the rate is not between 0 and 1, a period is missing or unknown, or ``from_`` differs from the
            period of a `Rate`.

    Examples:
        >>> convert_rate(0.9, from_="month", to="year")
        28.2% (year; equivalent, if all periods were alike)
        >>> round(convert_rate(0.30, from_="half-year", to="year", measure="churn"), 2)
        0.51
        >>> convert_rate(90, from_="month", to="year")
        Traceback (most recent call last):
        ...
        crrkit.InputError: rate=90 must be a fraction between 0 and 1. Did you mean 0.9?
    """
    check_named(_unnamed, "crr.convert_rate(rate, {})", "from_", "to")
    given = rate if isinstance(rate, Rate) else check_number(rate, name="rate")
    known = given if isinstance(given, Rate) else Rate(given, period=check_period(from_, name="from_"), measure=measure)
    check_choice(known.measure, name="measure", choices=MEASURES)
    _check_same_period(known, from_)
    to = check_period(to, name="to")
    converted = replace(known, value=math.nan, numerator=math.nan, denominator=math.nan, period=to)
    if isinstance(rate, Rate) and math.isnan(rate):
        return converted
    power = years_in(to) / years_in(known.period)
    value = _compound(check_fraction(rate, name="rate"), power, measure=known.measure)
    return replace(converted, value=value, status="equivalent", ci=_compound_ends(known, power))


def quick_ratio(*, gained: float, lost: float) -> float:
    """Compute the quick ratio, customers (or revenue) gained per one lost: ``gained / lost``.

    Args:
        gained: New and returned customers; or new, reactivation and expansion revenue.
        lost: Lost customers; or churned and contraction revenue, as a positive amount.

    Returns:
        The ratio, 0 or more. If ``lost`` is 0 it is infinite; if both are 0 it is NaN.

    Raises:
        InputError: If a number is negative or missing.

    Examples:
        >>> quick_ratio(gained=30, lost=10), quick_ratio(gained=5, lost=0), quick_ratio(gained=0, lost=0)
        (3.0, inf, nan)
    """
    gained = check_count(gained, name="gained", allow_fractional=True)
    lost = check_count(lost, name="lost", allow_fractional=True)
    if lost:
        return gained / lost
    return math.inf if gained else math.nan


def average_rate(kept: Sequence[float], start: Sequence[float], *, method: str = "weighted") -> float:
    """Average the retention rates of several periods of the same length.

    * ``weighted``: ``Σ kept / Σ start``, the rate per customer and period;
    * ``simple``: the arithmetic mean of the rates, a typical period;
    * ``product``: the product of the rates, the share kept through all periods;
    * ``geometric``: the geometric mean, the constant rate that gives the same product.

    Args:
        kept: Customers kept in each period.
        start: Customers at the start of each period.
        method: One of the four names above.

    Returns:
        A fraction. A period with ``start`` 0 has no rate: it adds nothing to ``weighted`` and makes the other three
        NaN; if all periods are empty, ``weighted`` is NaN too.

    Raises:
        InputError: If there are no periods, the lists differ in length, a count is negative or not whole, or the
            method is unknown.
        InconsistentCounts: If ``kept`` is more than ``start`` in a period.

    Examples:
        >>> round(average_rate([90, 700, 50], [100, 1000, 50]), 6)
        0.730435
        >>> round(average_rate([90, 700, 50], [100, 1000, 50], method="product"), 6)
        0.63
    """
    check_choice(method, name="method", choices=AVERAGES)
    kept, start = check_numbers(kept, name="kept"), check_numbers(start, name="start")
    if len(kept) != len(start) or not len(start):
        message = _(
            "kept has {kept} {kept:period|periods} and start {start}; give both for the same periods, at least one."
        )
        raise InputError(message.format(kept=len(kept), start=len(start)), argument="kept", given=kept)
    pairs = [check_share(k, n, names=("kept", "start")) for k, n in zip(kept, start, strict=True)]
    if method == "weighted":
        return _ratio(sum(k for k, _n in pairs), sum(n for _k, n in pairs))
    rates = [_ratio(k, n) for k, n in pairs]
    if method == "simple":
        return math.fsum(rates) / len(rates)
    product = math.prod(rates)
    return product if method == "product" else _geometric_mean(rates)


def _check_same_period(rate: Rate, from_: Period | None) -> None:
    if from_ is not None and check_period(from_, name="from_") != rate.period:
        message = _("The rate is of another period ({period}) than from_={from_!r}. Leave from_ out.")
        message = message.format(period=period_text(rate.period), from_=from_)
        raise InputError(message, argument="from_", given=from_)


def _compound(rate: float, power: float, *, measure: str) -> float:
    return math.pow(rate, power) if measure == "retention" else 1 - math.pow(1 - rate, power)


def _compound_ends(rate: Rate, power: float) -> Interval | None:
    if rate.ci is None:
        return None
    low, high = (_compound(end, power, measure=rate.measure) for end in rate.ci)
    return low, high


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _geometric_mean(rates: list[float]) -> float:
    # Through logarithms, so that the product of a thousand rates does not underflow.
    return math.exp(math.fsum(map(math.log, rates)) / len(rates)) if all(rates) else math.prod(rates)


def _share_text(part: float, whole: float) -> str:
    numbers = [format_number(value, digits=0 if value == int(value) else 2) for value in (part, whole)]
    return _("{part} of {whole}").format(part=numbers[0], whole=numbers[1])


def _note(status: str) -> str:
    if status == "empty_base":
        return _("nobody was there at the start")
    if status == "inconsistent":
        return _("the counts contradict each other")
    return _("equivalent, if all periods were alike") if status == "equivalent" else ""
