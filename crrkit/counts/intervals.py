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

UNKNOWN: Interval = (math.nan, math.nan)


def wilson(kept: float, n: float, *, level: float = 0.95, allow_fractional: bool = False) -> Interval:
    """Wilson's score interval of a share.

    Centre ``(p + z²/2n) / (1 + z²/n)``, half-width ``z √(p(1-p)/n + z²/4n²) / (1 + z²/n)`` with ``p = kept/n``.

    Args:
        kept: Customers kept, from 0 to ``n``.
        n: Customers there were to keep. With 0 there is no share: both ends are NaN. A number that is not whole is an
            effective one (:func:`effective_n`), and ``kept`` may then be a fraction of it too.
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
    return _score_interval(kept / n, n, z) if n else UNKNOWN


def wilson_columns(kept: Iterable[float], n: Iterable[float]) -> tuple[list[float], list[float]]:
    """The lower and the upper ends of Wilson's interval for each row; NaN where a count is missing or ``n`` is 0.

    Examples:
        >>> [[round(end, 3) for end in ends] for ends in wilson_columns([60, math.nan, 0], [70, 5, 0])]
        [[0.757, nan, nan], [0.921, nan, nan]]
    """
    pairs = [(float(k), float(of)) for k, of in zip(kept, n, strict=True)]
    known = {pair: wilson(*pair) for pair in set(pairs) if not math.isnan(sum(pair))}
    ends = [known.get(pair, UNKNOWN) for pair in pairs]
    return [low for low, _high in ends], [high for _low, high in ends]


def wilson_share(share: float, n: float, *, level: float = 0.95) -> Interval:
    """Wilson's interval of a share that rests on ``n`` customers' worth of evidence, whole or not.

    For weighted counts, clustered contracts (:func:`effective_n`) and samples of a finite list, where the evidence is
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
    return _score_interval(share, n, z)


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
        return UNKNOWN
    return binomial_low(int(kept), int(n), tail), 1 - binomial_low(int(n - kept), int(n), tail)


def newcombe(k1: float, n1: float, k2: float, n2: float, *, level: float = 0.95) -> Interval:
    """Newcombe's interval of the difference of two independent shares, ``k1/n1 - k2/n2``.

    With ``(l, u)`` the Wilson interval of each: ``d - √((p1-l1)² + (u2-p2)²)`` to ``d + √((u1-p1)² + (p2-l2)²)``.
    Two periods of one firm are nested, not paired: given the base of each, they are treated as independent.

    Args:
        k1: Kept in the first group.
        n1: Customers in the first group; with 0 both ends are NaN.
        k2: Kept in the second group.
        n2: Customers in the second group; with 0 both ends are NaN.
        level: Coverage, a fraction between 0 and 1.

    Returns:
        The lower and the upper end, fractions in [-1, 1].

    Raises:
        InputError: If a count is negative or not whole, or the level is not between 0 and 1.
        InconsistentCounts: If more were kept than there were.

    References:
        Newcombe 1998, Statistics in Medicine 17:873-890, method 10.

    Examples:
        >>> [round(end, 4) for end in newcombe(56, 70, 48, 80)]
        [0.0524, 0.3339]
    """
    k1, n1 = check_share(k1, n1, names=("k1", "n1"))
    k2, n2 = check_share(k2, n2, names=("k2", "n2"))
    z = z_score(level)
    if 0 in {n1, n2}:
        return UNKNOWN
    p1, p2 = k1 / n1, k2 / n2
    return _around_difference(p1, _score_interval(p1, n1, z), p2, _score_interval(p2, n2, z))


def newcombe_paired(
    *, both: float, first_only: float, second_only: float, neither: float, level: float = 0.95
) -> Interval:
    """Newcombe's interval of the difference of two shares of the *same* customers.

    For instance kept with product X against kept with product Y, or kept by contract against kept by person. The
    difference is ``(first_only - second_only)/n``; the correlation is taken with Newcombe's continuity correction.

    Args:
        both: Customers kept under both.
        first_only: Kept under the first, not the second.
        second_only: Kept under the second, not the first.
        neither: Kept under neither.
        level: Coverage, a fraction between 0 and 1.

    Returns:
        The lower and the upper end, fractions in [-1, 1]; NaN when there is nobody.

    Raises:
        InputError: If a count is negative or not whole, or the level is not between 0 and 1.

    References:
        Newcombe 1998, Statistics in Medicine 17:2635-2650, method 10.

    Examples:
        >>> [round(end, 6) for end in newcombe_paired(both=14, first_only=5, second_only=0, neither=22)]
        [0.011483, 0.226493]
    """
    a, b = check_count(both, name="both"), check_count(first_only, name="first_only")
    c, d = check_count(second_only, name="second_only"), check_count(neither, name="neither")
    n, z = a + b + c + d, z_score(level)
    if not n:
        return UNKNOWN
    p1, p2 = (a + b) / n, (a + c) / n
    one, two = _score_interval(p1, n, z), _score_interval(p2, n, z)
    return _around_difference(p1, one, p2, two, phi=_corrected_phi(a, b, c, d))


def difference_p_value(k1: float, n1: float, k2: float, n2: float) -> float:
    """How surprising the difference of two independent shares is when there is none: the pooled score test.

    ``z = (p1 - p2) / √(p(1-p)(1/n1 + 1/n2))`` with ``p`` of both together, two-sided; this is Pearson's chi-squared
    test without continuity correction. Nobody or everybody kept in both gives 1; an empty group gives NaN.

    Args:
        k1: Kept in the first group.
        n1: Customers in the first group.
        k2: Kept in the second group.
        n2: Customers in the second group.

    Returns:
        A p-value in [0, 1].

    Raises:
        InputError: If a count is negative or not whole.
        InconsistentCounts: If more were kept than there were.

    Examples:
        >>> round(difference_p_value(60, 70, 48, 70), 4)
        0.0157
    """
    k1, n1 = check_share(k1, n1, names=("k1", "n1"))
    k2, n2 = check_share(k2, n2, names=("k2", "n2"))
    if 0 in {n1, n2}:
        return math.nan
    pooled = (k1 + k2) / (n1 + n2)
    variance = pooled * (1 - pooled) * (1 / n1 + 1 / n2)
    return math.erfc(abs(k1 / n1 - k2 / n2) / math.sqrt(2 * variance)) if variance else 1.0


def holm(p_values: Iterable[float]) -> list[float]:
    """P-values made honest for having looked many times: Holm's step-down correction.

    The smallest of ``m`` is multiplied by ``m``, the next by ``m - 1`` and so on, each at least as large as the one
    before it and at most 1. NaN (nothing to compare) stays NaN and does not count among the ``m``.

    Args:
        p_values: P-values in [0, 1], in any order.

    Returns:
        The corrected p-values, in the order given.

    Raises:
        InputError: If a p-value is not in [0, 1].

    References:
        Holm 1979, Scandinavian Journal of Statistics 6:65-70.

    Examples:
        >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
        [0.03, 0.06, 0.06]
    """
    given = [math.nan if _is_nan(p) else check_fraction(p, name="p_values") for p in p_values]
    order = sorted((i for i, p in enumerate(given) if not math.isnan(p)), key=given.__getitem__)
    corrected, floor = list(given), 0.0
    for rank, i in enumerate(order):
        floor = max(floor, min(1.0, (len(order) - rank) * given[i]))
        corrected[i] = floor
    return corrected


def effective_n(n: float, *, cluster_size: float, icc: float) -> float:
    """How many independent customers ``n`` contracts are worth when people hold several.

    ``n / deff`` with Kish's design effect ``deff = 1 + (cluster_size - 1) · icc``.

    Args:
        n: Contracts counted.
        cluster_size: Contracts a person holds on average, 1 or more.
        icc: How alike the contracts of one person fare (intra-class correlation), a fraction: 0 not at all, 1 the same.

    Returns:
        The effective number, for :func:`wilson_share`.

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


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def z_score(level: float) -> float:
    """How many standard errors hold ``level`` of a normal distribution, to both sides."""
    return -NormalDist().inv_cdf((1 - check_inside(level)) / 2)


def _score_interval(p: float, n: float, z: float) -> Interval:
    shrink = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / shrink
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / shrink
    # At 0 and 1 the two terms cancel exactly on paper and leave a speck in floating point.
    return (0.0 if p == 0 else centre - half), (1.0 if p == 1 else centre + half)


def _around_difference(p1: float, one: Interval, p2: float, two: Interval, *, phi: float = 0.0) -> Interval:
    def reach(first: float, second: float) -> float:
        # phi <= 1 keeps the sum from falling below 0 on paper; max() holds that in floating point.
        return math.sqrt(max(0.0, first**2 - 2 * phi * first * second + second**2))

    below = reach(p1 - one[0], two[1] - p2)
    above = reach(one[1] - p1, p2 - two[0])
    return p1 - p2 - below, p1 - p2 + above


def _corrected_phi(a: float, b: float, c: float, d: float) -> float:
    scale = (a + b) * (c + d) * (a + c) * (b + d)
    cross, half = a * d - b * c, (a + b + c + d) / 2
    if cross >= 0:
        cross = max(0.0, cross - half)
    return cross / math.sqrt(scale) if scale else 0.0
