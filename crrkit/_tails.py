"""Exact tails of counting distributions, and the shares that give a wanted tail.

Sums of positive terms outward from the count, so that nothing cancels and the work is a few standard deviations of
terms, not the whole distribution.
"""

from __future__ import annotations

import math


def binomial_low(k: int, n: int, tail: float) -> float:
    """The share p with ``P(X >= k) = tail``.

    Newton's method on log tail over log p. That curve rises and is concave (its slope is k / series, and the series
    grows with p), so from the second step on the iterates climb to the root and cannot pass it.
    """
    if k == 0:
        return 0.0
    p = k / n
    for _step in range(100):
        series = _tail_over_first(k, n, p)
        step = (math.log(tail) - _log_binomial(k, n, p) - math.log(series)) * series / k
        p *= math.exp(step)
        if abs(step) < 1e-15:  # noqa: PLR2004 - the last digit of a float
            break
    return p


def _tail_over_first(k: int, n: int, p: float) -> float:
    """``P(X >= k) / P(X = k)``: a sum of positive terms, so nothing cancels; below the mean it ends soon."""
    odds = p / (1 - p) if p < 1 else math.inf
    total = term = 1.0
    for j in range(k + 1, n + 1):
        term *= (n - j + 1) / j * odds
        total += term
        if term < total * 1e-17:
            break
    return total


def _log_binomial(k: int, n: int, p: float) -> float:
    """``log P(X = k)`` in Loader's form (2000), which keeps its digits where lgamma loses them at n of millions."""
    if k == n:
        return n * math.log(p)
    share = k / n
    off = share - p
    divergence = share * math.log1p(off / p) + (1 - share) * math.log1p(-off / (1 - p))
    spread = 0.5 * math.log(2 * math.pi * k * (1 - share))
    return _stirling_error(n) - _stirling_error(k) - _stirling_error(n - k) - n * divergence - spread


def _stirling_error(n: int) -> float:
    """``log n!`` minus Stirling's formula."""
    if n < 16:  # noqa: PLR2004 - below it the series is not yet exact to a float, and lgamma still is
        return math.lgamma(n + 1) - (n + 0.5) * math.log(n) + n - 0.5 * math.log(2 * math.pi)
    square = n * n
    return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / n
