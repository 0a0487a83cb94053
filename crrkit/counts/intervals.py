"""Confidence intervals for one proportion.

A complete list of customers has no sampling error. These intervals answer another question: if the same process ran
again, where could the rate have landed? The Wilson interval is the default (Brown, Cai and DasGupta 2001); Clopper
and Pearson's is available; Wald's is not offered, because for 0 of 12 it has no width.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

from crrkit.counts.tails import binomial_low
from crrkit.ground import InconsistentCounts, InputError, check_count, check_fraction, check_number, gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

Interval = tuple[float, float]
NO_INTERVAL: Interval = (math.nan, math.nan)
FEW = 30  # a rate of fewer customers than this is too uncertain to rely on


def wilson(kept: float, n: float, *, level: float = 0.95, allow_fractional: bool = False) -> Interval:
    """Compute Wilson's score interval for a proportion.

    Centre ``(p + z²/2n) / (1 + z²/n)``, half-width ``z √(p(1-p)/n + z²/4n²) / (1 + z²/n)`` with ``p = kept/n``.

    Args:
        kept: Customers kept, from 0 to ``n``.
        n: Customers at the start. With 0 both ends are NaN. A number that is not whole is taken as an effective
            sample size (`effective_n`), and ``kept`` then need not be whole either.
        level: Coverage, a fraction between 0 and 1.
        allow_fractional: Accept a ``kept`` that is not whole even if ``n`` is (averages, weighted counts).

    Returns:
        The lower and the upper end, fractions in [0, 1].

    Raises:
        InputError: If a count is negative, ``kept`` is not whole although ``n`` is and ``allow_fractional`` is off, or
            the level is not between 0 and 1.
        InconsistentCounts: If ``kept`` is more than ``n``.

    References:
        Wilson 1927; Newcombe 1998, Statistics in Medicine 17:857-872, method 3.

    Examples:
        >>> [round(end, 6) for end in wilson(60, 70)]
        [0.756616, 0.920511]
        >>> wilson(12, 12)[1], wilson(0, 0)
        (1.0, (nan, nan))
        >>> n = effective_n(1000, cluster_size=2.5, icc=0.8)
        >>> [round(end, 4) for end in wilson(0.7 * n, n)]
        [0.6563, 0.7403]
        >>> wilson(80, 70)
        Traceback (most recent call last):
        ...
        crrkit.InconsistentCounts: kept=80 is more than n=70; at most everybody can be kept.
    """
    n = check_count(n, name="n", allow_fractional=True)
    kept, n = check_share(kept, n, allow_fractional=allow_fractional or n != int(n))
    z = z_score(level)
    return score_interval(kept / n, n, z) if n else NO_INTERVAL


def wilson_columns(kept: Iterable[float], n: Iterable[float]) -> tuple[list[float], list[float]]:
    """Return the lower and the upper ends of Wilson's interval per row; NaN where a count is missing or ``n`` is 0.

    Examples:
        >>> [[round(end, 3) for end in ends] for ends in wilson_columns([60, math.nan, 0], [70, 5, 0])]
        [[0.757, nan, nan], [0.921, nan, nan]]
    """
    pairs = [(float(k), float(of)) for k, of in zip(kept, n, strict=True)]
    known = {pair: wilson(*pair) for pair in set(pairs) if not math.isnan(sum(pair))}
    ends = [known.get(pair, NO_INTERVAL) for pair in pairs]
    return [low for low, _high in ends], [high for _low, high in ends]


def wilson_share(share: float, n: float, *, level: float = 0.95) -> Interval:
    """Compute Wilson's interval for a proportion with an effective sample size ``n``, which need not be whole.

    For weighted counts, clustered contracts (`effective_n`) and samples from a finite list, where the sample size is
    not a number of customers.

    Args:
        share: The proportion, a fraction between 0 and 1.
        n: The effective number of customers, above 0; infinity gives an interval of zero width.
        level: Coverage, a fraction between 0 and 1.

    Returns:
        The lower and the upper end, fractions in [0, 1].

    Raises:
        InputError: If ``n`` is not above 0, or the share or the level is not a fraction.

    Examples:
        >>> [round(end, 4) for end in wilson_share(0.7, effective_n(1000, cluster_size=2.5, icc=0.8))]
        [0.6563, 0.7403]
    """
    share, n, z = check_fraction(share, name="share"), float(n), z_score(level)
    if not n > 0:
        raise InputError(_("n={n:g} must be above 0.").format(n=n), argument="n", given=n)
    return score_interval(share, n, z)


def clopper_pearson(kept: float, n: float, *, level: float = 0.95) -> Interval:
    """Compute Clopper and Pearson's exact interval for a proportion, from binomial tails.

    The lower end solves ``P(X >= kept) = (1 - level)/2`` for the proportion, the upper end
    ``P(X <= kept) = (1 - level)/2``. Its coverage is never below ``level``, and usually above it.

    Args:
        kept: Customers kept, a whole number from 0 to ``n``.
        n: Customers at the start. With 0 both ends are NaN.
        level: Coverage, a fraction between 0 and 1.

    Returns:
        The lower and the upper end, fractions in [0, 1].

    Raises:
        InputError: If a count is negative or not whole, or the level is not between 0 and 1.
        InconsistentCounts: If ``kept`` is more than ``n``.

    References:
        Clopper and Pearson 1934, Biometrika 26:404-413.

    Examples:
        >>> [round(end, 6) for end in clopper_pearson(60, 70)]
        [0.752932, 0.92931]
    """
    kept, n = check_share(kept, n)
    tail = (1 - check_inside(level)) / 2
    if not n:
        return NO_INTERVAL
    return binomial_low(int(kept), int(n), tail), 1 - binomial_low(int(n - kept), int(n), tail)


def effective_n(n: float, *, cluster_size: float, icc: float) -> float:
    """Compute the effective sample size of ``n`` contracts when people hold several.

    ``n / deff`` with Kish's design effect ``deff = 1 + (cluster_size - 1) · icc``.

    Args:
        n: Contracts counted.
        cluster_size: Mean number of contracts per person, 1 or more.
        icc: Intra-class correlation of the contracts of one person, a fraction: 0 if they end independently of each
            other, 1 if they always share one outcome.

    Returns:
        The equivalent number of independent customers, for `wilson_share`.

    Raises:
        InputError: If ``n`` is negative, ``cluster_size`` is below 1 or ``icc`` is not a fraction.

    Examples:
        >>> round(effective_n(1000, cluster_size=2.5, icc=0.8), 1)
        454.5
    """
    n, size = check_count(n, name="n", allow_fractional=True), check_number(cluster_size, name="cluster_size")
    if size < 1:
        message = _("cluster_size={size:g} is below 1; a person holds at least one contract.").format(size=size)
        raise InputError(message, argument="cluster_size", given=cluster_size)
    return n / (1 + (size - 1) * check_fraction(icc, name="icc"))


def check_share(
    kept: float, n: float, *, names: tuple[str, str] = ("kept", "n"), allow_fractional: bool = False
) -> Interval:
    """Return two counts if the first is at most the second and both are whole (unless ``allow_fractional``)."""
    kept, n = (
        check_count(count, name=name, allow_fractional=allow_fractional)
        for name, count in zip(names, (kept, n), strict=True)
    )
    if kept > n:
        message = _("{kept_name}={kept:.15g} is more than {n_name}={n:.15g}; at most everybody can be kept.")
        message = message.format(kept_name=names[0], kept=kept, n_name=names[1], n=n)
        raise InconsistentCounts(message, argument=names[0], given=kept)
    return kept, n


def check_inside(level: float, *, name: str = "level") -> float:
    """Return the fraction if it lies strictly between 0 and 1; else raise."""
    level = check_fraction(level, name=name)
    if level in {0, 1}:
        message = _("{name}={level:g} must lie between 0 and 1, for example {name}=0.95.").format(
            name=name, level=level
        )
        raise InputError(message, argument=name, given=level)
    return level


def z_score(level: float) -> float:
    """Return the two-sided normal quantile: ``level`` of the distribution lies within so many standard errors."""
    return -NormalDist().inv_cdf((1 - check_inside(level)) / 2)


def score_interval(p: float, n: float, z: float) -> Interval:
    """Return Wilson's interval of the proportion ``p`` of ``n`` for the normal quantile ``z``."""
    shrink = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / shrink
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / shrink
    # At p = 0 and p = 1 the two terms cancel in exact arithmetic, but not in floating point.
    return (0.0 if p == 0 else centre - half), (1.0 if p == 1 else centre + half)
