"""Prediction bands: uncertainty of the estimated transitions and entries, and chance in the steps to come.

To first order, ``customers(T) = c n(T)``, with ``v(k) = P^k c`` the expected contribution of one person k steps later.
Its variance is the sum of

* the transitions, estimated from a limited number of people: ``g_i Cov_i g_i`` for every row i, where ``g_ij = sum_t
  n_i(t) v_j(T-1-t)`` and ``Cov_i`` is that of the Dirichlet distribution with ``n_ij / f_i + 1/2``;
* the entries of a period, estimated from m periods: ``s_j / m (sum_t v_j(T-1-t))^2``;
* chance in each step to come: ``sum_t sum_i f_i n_i(t) Var_i(v(T-1-t)) + s_j v_j(T-1-t)^2``.

``f_i``, at least 1, is the overdispersion of the row between periods (Pearson's chi-square per degree of freedom);
``s_j``, at least the mean as for a Poisson distribution, is the variance of the entries. The band is that of a
log-normal distribution, so that it stays above 0, with Student's quantile for m periods. The rate of a step and the
margin of all steps have bands of the same kind, with other contributions per person.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from crrkit.judge.whatif.chain import Chain
    from crrkit.judge.whatif.window import Parts

LEVEL = 0.95  # the default coverage of the bands
PRIOR = 0.5  # Jeffreys' prior: a transition that nobody made is not known to be impossible


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The estimated uncertainty of transitions and entries, stage by stage in the order of the matrix.

    Attributes:
        periods: The number of periods it is estimated from.
        sizes: The number of people observed, divided by the ``excess``.
        excess: The overdispersion of a row between periods, at least 1.
        entries: The variance of the entries of a period.
    """

    periods: int
    sizes: tuple[float, ...]
    excess: tuple[float, ...]
    entries: tuple[float, ...]


def spread_of(parts: Parts) -> Spread:
    """Estimate the spread from the differences between periods."""
    excess = [_excess(parts.moves[:, i, :]) for i in range(len(parts.counts))]
    totals = parts.counts.sum(axis=1).to_numpy()
    mean = parts.entries.mean(axis=0)
    variance = parts.entries.var(axis=0, ddof=1) if len(parts.entries) > 1 else mean
    return Spread(
        periods=len(parts.entries),
        sizes=tuple(float(n / f) for n, f in zip(totals, excess, strict=True)),
        excess=tuple(excess),
        entries=tuple(map(float, np.maximum(mean, variance))),
    )


def _excess(moves: np.ndarray) -> float:
    """Pearson's chi-square of period × move per degree of freedom, at least 1."""
    table = moves[moves.sum(axis=1) > 0][:, moves.sum(axis=0) > 0]
    freedom = (table.shape[0] - 1) * (table.shape[1] - 1)
    if freedom < 1:
        return 1.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return max(1.0, float(((table - expected) ** 2 / expected).sum() / freedom))


def band(chain: Chain, spread: Spread, periods: int, *, level: float) -> tuple[np.ndarray, np.ndarray]:
    """The lower and upper end for the customers of each step, from step 0, where the number is known."""
    path = chain.path(periods)
    customers = path[:, chain.retained].sum(axis=1)
    worth = _powers(chain, chain.retained.astype("float64"), periods)
    return _around(chain, spread, customers, path, [worth[:t][::-1] for t in range(1, periods + 1)], level=level)


def margin_band(
    chain: Chain, spread: Spread, periods: int, margins: np.ndarray, *, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """The ends for the margin summed up to each step, without step 0: a person contributes to all later steps.

    NaN if the margin is not above 0.
    """
    path = chain.path(periods)
    totals = np.concatenate([[0.0], (path[1:] @ margins).cumsum()])
    worth = _powers(chain, margins, periods).cumsum(axis=0)
    return _around(chain, spread, totals, path, [worth[:t][::-1] for t in range(1, periods + 1)], level=level)


def rate_band(chain: Chain, spread: Spread, periods: int, *, level: float) -> tuple[np.ndarray, np.ndarray]:
    """The ends for the rate of each step; NaN for step 0, which has none.

    The rate of the step to T is ``K / N`` with N the customers before it and K those of them who stay. A person in
    stage j before it contributes ``(r_j - K / N) / N``, and in the step itself a customer contributes ``1 / N`` by
    staying. The band is that of a normal distribution of the logit, so that it stays between 0 and 1.
    """
    path, kept = chain.path(periods), chain.retained.astype("float64")
    ends = [(math.nan, math.nan)]
    for step in range(1, periods + 1):
        before = path[step - 1] * kept
        n = float(before.sum())
        rate = float(before @ chain.retention) / n if n > 0 else math.nan
        if not 0 < rate < 1:
            ends.append((math.nan, math.nan))
            continue
        later = _powers(chain, kept * (chain.retention - rate) / n, step - 1)[::-1]
        worth = np.vstack([later, kept / n])
        came = np.vstack([later, np.zeros_like(kept)])  # those who enter in the step are not part of its rate
        moved = np.vstack([path[: step - 1], before])
        error = math.sqrt(_variance(chain, spread, moved, worth, came)) / (rate * (1 - rate))
        half = student(level, spread.periods - 1) * error
        odds = math.log(rate / (1 - rate))
        ends.append((1 / (1 + math.exp(half - odds)), 1 / (1 + math.exp(-half - odds))))
    low, high = np.array(ends).T
    return low, high


def with_bands(
    table: pd.DataFrame, chain: Chain, spread: Spread, *, margins: np.ndarray | None, level: float
) -> pd.DataFrame:
    """A projection with its bands; bands of the rate from redrawn matrices are left unchanged."""
    steps = len(table) - 1
    low, high = band(chain, spread, steps, level=level)
    table = table.assign(customers_low=low, customers_high=high)
    if "crr_low" not in table:
        low, high = rate_band(chain, spread, steps, level=level)
        table = table.assign(crr_low=low, crr_high=high)
    if margins is None:
        return table
    low, high = margin_band(chain, spread, steps, margins, level=level)
    return table.assign(margin_sum=[0.0, *table["margin"][1:].cumsum()], margin_sum_low=low, margin_sum_high=high)


def _powers(chain: Chain, worth: np.ndarray, steps: int) -> np.ndarray:
    """The contribution of one person 0 to ``steps - 1`` steps earlier: ``P^k`` times the contribution."""
    rows = [worth]
    for _step in range(steps - 1):
        rows.append(chain.matrix @ rows[-1])
    return np.array(rows)[:steps]


def _around(
    chain: Chain, spread: Spread, values: np.ndarray, path: np.ndarray, worths: list[np.ndarray], *, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """The ends around positive values; step 0 is certain."""
    variance = [0.0, *(_variance(chain, spread, path[: len(worth)], worth, worth) for worth in worths)]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        relative = np.where(values > 0, np.sqrt(variance) / values, np.where(values < 0, math.nan, 0.0))
    factor = np.exp(student(level, spread.periods - 1) * relative)
    return values / factor, values * factor


def _variance(chain: Chain, spread: Spread, path: np.ndarray, worth: np.ndarray, came: np.ndarray) -> float:
    """The three terms for one horizon; row t of ``worth`` is ``v(T-1-t)``, row t of ``path`` is ``n(t)``.

    ``came`` is the contribution of those who enter from outside in the step.
    """
    shares = np.column_stack([chain.matrix, 1 - chain.matrix.sum(axis=1)])
    worth_or_gone = np.column_stack([worth, np.zeros(len(worth))])
    total = 0.0
    for i, (size, excess) in enumerate(zip(spread.sizes, spread.excess, strict=True)):
        alpha = shares[i] * size + PRIOR
        gradient = path[:, i] @ worth_or_gone
        total += _spread_under(alpha / alpha.sum(), gradient) / (alpha.sum() + 1)
        total += excess * sum(n * _spread_under(shares[i], v) for n, v in zip(path[:, i], worth_or_gone, strict=True))
    entries = np.array(spread.entries)
    return total + float(entries @ (came**2).sum(axis=0) + entries @ came.sum(axis=0) ** 2 / spread.periods)


def _spread_under(shares: np.ndarray, values: np.ndarray) -> float:
    """The variance of a value drawn with these probabilities."""
    return float(shares @ (values - shares @ values) ** 2)


def student(level: float, freedom: int) -> float:
    """The two-sided quantile of Student's t distribution, by bisection on its exact integral."""
    if freedom < 1:
        return math.nan  # one period shows no spread
    low, high = 0.0, math.pi / 2  # the angle whose tangent is t over the root of the degrees
    for _halving in range(60):
        angle = (low + high) / 2
        low, high = (angle, high) if _within(angle, freedom) < level else (low, angle)
    return math.tan(low) * math.sqrt(freedom)


def _within(angle: float, freedom: int) -> float:
    """The probability of lying within (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4)."""
    cosine, sine = math.cos(angle), math.sin(angle)
    odd = freedom % 2
    term, total = (cosine, 0.0) if odd else (1.0, 0.0)
    for k in range(1 + odd, freedom, 2):
        total += term
        term *= cosine**2 * k / (k + 1)
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
