"""How far a share may be from what the same process could have given: intervals for one rate and for two.

A complete list of customers has no sampling error. The intervals here answer the other question: if the same process
ran again, where could the rate have landed? The Wilson interval is the default (Brown, Cai and DasGupta 2001);
Clopper and Pearson's is on request; Wald's is not offered, because it says that 0 of 12 is certainly 0.
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
FEW = 30  # customers behind a rate, below which it is hardly known


def wilson(kept: float, n: float, *, level: float = 0.95, allow_fractional: bool = False) -> Interval:
    """Wilson's score interval of a share.

    Centre ``(p + z²/2n) / (1 + z²/n)``, half-width ``z √(p(1-p)/n + z²/4n²) / (1 + z²/n)`` with ``p = kept/n``.

    Args:
        kept: Customers kept, from 0 to ``n``.
        n: Customers there were to keep. With 0 there is no share: both ends are NaN. A number that is not whole is an
            effective one (`effective_n`), and ``kept`` may then be a fraction of it too.
        level: Coverage, a fraction between 0 and 1.
        allow_fractional: Whether ``kept`` may be no whole number also of a whole ``n`` (averages, weighted counts).

    Returns:
        The lower and the upper end, fractions in [0, 1].

    Raises:
        InputError: If a count is negative, ``kept`` is no whole number of a whole ``n``, or the level is not between
            0 and 1.
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
    """The lower and the upper ends of Wilson's interval for each row; NaN where a count is missing or ``n`` is 0.

    Examples:
        >>> [[round(end, 3) for end in ends] for ends in wilson_columns([60, math.nan, 0], [70, 5, 0])]
        [[0.757, nan, nan], [0.921, nan, nan]]
    """
    pairs = [(float(k), float(of)) for k, of in zip(kept, n, strict=True)]
    known = {pair: wilson(*pair) for pair in set(pairs) if not math.isnan(sum(pair))}
    ends = [known.get(pair, NO_INTERVAL) for pair in pairs]
    return [low for low, _high in ends], [high for _low, high in ends]


def wilson_share(share: float, n: float, *, level: float = 0.95) -> Interval:
    """Wilson's interval of a share that rests on ``n`` customers' worth of evidence, whole or not.

    For weighted counts, clustered contracts (`effective_n`) and samples of a finite list, where the evidence is
    not a number of heads.

    Args:
        share: The share, a fraction between 0 and 1.
        n: The effective number of customers, above 0; infinity gives an interval of no width.
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
    """Clopper and Pearson's interval of a share, from exact binomial tails.

    The lower end solves ``P(X >= kept) = (1 - level)/2`` for the share, the upper end ``P(X <= kept) = (1 - level)/2``.
    It covers at least ``level`` always, more than needed mostly.

    Args:
        kept: Customers kept, a whole number from 0 to ``n``.
        n: Customers there were to keep. With 0 both ends are NaN.
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
    """How many independent customers ``n`` contracts are worth when people hold several.

    ``n / deff`` with Kish's design effect ``deff = 1 + (cluster_size - 1) · icc``.

    Args:
        n: Contracts counted.
        cluster_size: Contracts a person holds on average, 1 or more.
        icc: How alike the contracts of one person fare (intra-class correlation), a fraction: 0 not at all, 1 the same.

    Returns:
        The effective number, for `wilson_share`.

    Raises:
        InputError: If ``n`` is negative, ``cluster_size`` below 1 or ``icc`` no fraction.

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
    """Two counts, whole unless averages or weights are allowed, the first a part of the second."""
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
    """A fraction that is neither 0 nor 1."""
    level = check_fraction(level, name=name)
    if level in {0, 1}:
        message = _("{name}={level:g} must lie between 0 and 1, for example {name}=0.95.").format(
            name=name, level=level
        )
        raise InputError(message, argument=name, given=level)
    return level


def z_score(level: float) -> float:
    """How many standard errors hold ``level`` of a normal distribution, to both sides."""
    return -NormalDist().inv_cdf((1 - check_inside(level)) / 2)


def score_interval(p: float, n: float, z: float) -> Interval:
    """Wilson's interval of the share ``p`` of ``n``, ``z`` standard errors to both sides."""
    shrink = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / shrink
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / shrink
    # At 0 and 1 the two terms cancel exactly on paper and leave a speck in floating point.
    return (0.0 if p == 0 else centre - half), (1.0 if p == 1 else centre + half)
