"""Numbers that remember what they are: a rate with its period, counts and interval, and how rates become other rates.

A rate is a fraction; percent exists only in ink. It has a period always, because 85 % a month and 85 % a year are
different businesses.
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

ROUNDING = 1e-9  # what floating point may add to shares that sum to 1
SHARES_SLACK = 1e-6  # how far shares typed by hand may be from 1
EXACT = 1e-12  # what rounding leaves of a difference that is none
MEASURES = ("retention", "churn")
AVERAGES = ("weighted", "simple", "geometric", "product")


@dataclass(frozen=True, eq=False, repr=False)
class Rate(float):
    """A rate that knows what it was counted from. It is a float: it adds, compares and formats like one.

    Attributes:
        value: The fraction; NaN when it is undefined.
        numerator: Customers counted, or NaN when the rate was not counted but converted.
        denominator: Customers it is a share of, or NaN.
        period: ``"month"`` and the like, or a pair of dates ``(from, until)``, the second exclusive.
        measure: ``"retention"`` or ``"churn"``.
        unit: What is counted: ``"customer"``, ``"contract"``, …
        rule: How it was computed.
        status: ``"complete"``, ``"empty_base"``, ``"inconsistent"`` or ``"equivalent"`` (of another period).
        reason: One word for why a rate is undefined or doubtful, else empty.
        ci: The interval ``(low, high)``, or None.
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
        """The rate in ink, in the current language: ``85.7%`` or ``85,7 %``; undefined is an en dash."""
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
    """The rate of another period that is equivalent *if every period were alike*: ``r ** (to / from_)``.

    It holds when the chance to stay is the same in every period and for every customer. Measure the rate of the other
    period when the data allow: of customers who differ, those who remain are the ones who stay.

    Args:
        rate: A retention rate (or a churn rate with ``measure="churn"``), a fraction. A `Rate` brings its own
            period, measure and interval; the interval is converted with it, an undefined rate stays undefined.
        from_: The period of ``rate``: day, week, month, quarter, half-year, year, or two dates ``(from, until)``.
        to: The period wanted, named in the same way. A day is 1/365.25 of a year, a week 7 of them, a month 1/12.
        measure: ``"retention"`` or ``"churn"``. Churn ``c`` becomes ``1 - (1 - c) ** (to / from_)``, never ``12 c``.

    Returns:
        The equivalent rate, its status ``"equivalent"``. 0 stays 0 and 1 stays 1.

    Raises:
        InputError: If the rate is not between 0 and 1, a period is missing or unknown, or ``from_`` contradicts the
            period that ``rate`` brings.

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
    """Customers (or revenue) gained for each one lost: ``gained / lost``.

    Args:
        gained: New and returned customers; or new, returned and expansion revenue.
        lost: Lost customers; or lost and contracted revenue, as a positive amount.

    Returns:
        The ratio, 0 or more. Nobody lost gives infinity; nobody lost and nobody gained gives NaN.

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
    """One rate for several periods of the same length.

    * ``weighted``: ``Σ kept / Σ start``, the rate per customer and period;
    * ``simple``: the mean of the rates, a typical period;
    * ``product``: the rates multiplied, the share that survives the chain;
    * ``geometric``: the constant rate that gives the same product.

    Args:
        kept: Customers kept in each period.
        start: Customers at the start of each period.
        method: One of the four names above.

    Returns:
        A fraction. A period that began with nobody has no rate: it adds nothing to ``weighted`` and makes the other
        three NaN; when all are empty, ``weighted`` is NaN too.

    Raises:
        InputError: If there are no periods, the lists differ in length, a count is negative or not whole, or the
            method is unknown.
        InconsistentCounts: If more were kept than there were.

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
    # Through logarithms, so that a thousand periods do not run out of small numbers.
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
