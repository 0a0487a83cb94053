"""Exact tails of the binomial and hypergeometric distributions, and the parameters that give a required tail.

Tails are sums of positive terms outward from the count: nothing cancels, and the number of terms is a few standard
deviations, not the whole distribution.
"""

from __future__ import annotations

import math

TIE = 1e-9


def binomial_low(k: int, n: int, tail: float) -> float:
    """Return the proportion p with ``P(X >= k) = tail``.

    Newton's method on log tail as a function of log p. That function is increasing and concave (its slope is
    k / series, and the series grows with p), so from the second step on the iterates approach the root from below.
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
    """Return ``P(X >= k) / P(X = k)``, a sum of positive terms; it converges fast if ``k`` is above the mean."""
    odds = p / (1 - p) if p < 1 else math.inf
    total = term = 1.0
    for j in range(k + 1, n + 1):
        term *= (n - j + 1) / j * odds
        total += term
        if term < total * 1e-17:
            break
    return total


def _log_binomial(k: int, n: int, p: float) -> float:
    """Return ``log P(X = k)`` in Loader's form (2000), accurate where lgamma loses digits, at n of millions."""
    if k == n:
        return n * math.log(p)
    share = k / n
    off = share - p
    divergence = share * math.log1p(off / p) + (1 - share) * math.log1p(-off / (1 - p))
    spread = 0.5 * math.log(2 * math.pi * k * (1 - share))
    return _stirling_error(n) - _stirling_error(k) - _stirling_error(n - k) - n * divergence - spread


def _stirling_error(n: int) -> float:
    """Return ``log n!`` minus Stirling's approximation."""
    if n < 16:  # noqa: PLR2004 - below 16 the series is not exact to a float, but lgamma is
        return math.lgamma(n + 1) - (n + 0.5) * math.log(n) + n - 0.5 * math.log(2 * math.pi)
    square = n * n
    return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / n


def hypergeometric_heads(k: int, n: int, frame: int, tail: float) -> tuple[int, int]:
    """Return the fewest and the most marked in a frame for which both tails of ``k`` among ``n`` exceed ``tail``."""
    return _fewest_heads(k, n, frame, tail), frame - _fewest_heads(n - k, n, frame, tail)


def _fewest_heads(k: int, n: int, frame: int, tail: float) -> int:
    """Return the smallest number of marked with ``P(X >= k) > tail``, by bisection: the tail grows with the number.

    A probability equal to ``tail`` (1 of 40 at 95 %) does not exceed it, whatever its floating-point rounding.
    """
    low, high = k, frame - n + k
    while low < high:
        middle = (low + high) // 2
        if hypergeometric_tail(k, n, middle, frame) > tail * (1 + TIE):
            high = middle
        else:
            low = middle + 1
    return low


def hypergeometric_tail(k: int, n: int, marked: int, frame: int) -> float:
    """Return ``P(X >= k)`` for the number X of marked among ``n`` drawn from a frame that holds ``marked`` of them."""
    if k <= max(0, n - frame + marked):
        return 1.0
    if k > min(n, marked):
        return 0.0
    if k * frame < n * marked:  # below the mean the terms grow: use the other tail, which counts the unmarked
        return 1 - hypergeometric_tail(n - k + 1, n, frame - marked, frame)
    logarithm = _log_choose(marked, k) + _log_choose(frame - marked, n - k) - _log_choose(frame, n)
    total = term = math.exp(logarithm)
    for j in range(k, min(n, marked)):
        term *= (marked - j) * (n - j) / ((j + 1) * (frame - marked - n + j + 1))
        total += term
        if term < total * 1e-17:
            break
    return total


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
