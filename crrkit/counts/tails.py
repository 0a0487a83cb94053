"""Exact tails of counting distributions, and the shares that give a wanted tail.

Sums of positive terms outward from the count, so that nothing cancels and the work is a few standard deviations of
terms, not the whole distribution.
"""

from __future__ import annotations

import math

TIE = 1e-9


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


def hypergeometric_heads(k: int, n: int, frame: int, tail: float) -> tuple[int, int]:
    """The fewest and the most marked heads in a frame that leave both tails of ``k`` among ``n`` above ``tail``."""
    return _fewest_heads(k, n, frame, tail), frame - _fewest_heads(n - k, n, frame, tail)


def _fewest_heads(k: int, n: int, frame: int, tail: float) -> int:
    """The smallest number of marked heads with ``P(X >= k) > tail``; the tail grows with the number, so bisect.

    A probability that is the tail itself (1 of 40 at 95 %) is not above it, whatever the last digits of a float say.
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
    """``P(X >= k)`` marked heads among ``n`` drawn from a frame that holds ``marked`` of them."""
    if k <= max(0, n - frame + marked):
        return 1.0
    if k > min(n, marked):
        return 0.0
    if k * frame < n * marked:  # below the mean the terms grow: take the other tail, which counts the unmarked
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
