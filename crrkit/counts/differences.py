"""How far two shares may differ by chance: intervals of the difference, p-values, and many looks made honest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from crrkit.counts.intervals import NO_INTERVAL, Interval, check_share, score_interval, z_score
from crrkit.ground import check_count, check_fraction, check_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable


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
        return NO_INTERVAL
    p1, p2 = k1 / n1, k2 / n2
    return _around_difference(p1, score_interval(p1, n1, z), p2, score_interval(p2, n2, z))


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
        return NO_INTERVAL
    p1, p2 = (a + b) / n, (a + c) / n
    one, two = score_interval(p1, n, z), score_interval(p2, n, z)
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
    """Adjust p-values for multiple comparisons: Holm's step-down correction.

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
    rows = check_numbers(p_values, name="p_values")
    given = [math.nan if _is_nan(p) else check_fraction(p, name="p_values") for p in rows]
    order = sorted((i for i, p in enumerate(given) if not math.isnan(p)), key=given.__getitem__)
    corrected, floor = list(given), 0.0
    for rank, i in enumerate(order):
        floor = max(floor, min(1.0, (len(order) - rank) * given[i]))
        corrected[i] = floor
    return corrected


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


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
