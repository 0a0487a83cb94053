"""The bands of a projection: the same spread as many futures drawn by the very assumptions, one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from crrkit.judge.whatif.band import PRIOR, Spread, band, margin_band, rate_band, student
from crrkit.judge.whatif.chain import Chain

STAGES = ("middle", "long", "lapsed")
MATRIX = np.array([[0.55, 0.15, 0.30], [0.10, 0.80, 0.10], [0.06, 0.0, 0.94]])
CHAIN = Chain(
    STAGES, MATRIX, np.array([900.0, 500.0, 800.0]), np.array([120.0, 0.0, 30.0]), np.array([True, True, False])
)
SPREAD = Spread(periods=12, sizes=(6000.0, 4000.0, 9000.0), excess=(1.0, 1.0, 1.0), entries=(900.0, 0.0, 60.0))
MARGINS = np.array([5.0, 20.0, 0.0])
STEPS, FUTURES = 4, 6000


@pytest.fixture(scope="module")
def futures() -> dict[str, np.ndarray]:
    """Many futures: moves drawn from what is known of them, entries too, and chance in every step."""
    random = np.random.default_rng(7)
    rows = [random.dirichlet(MATRIX[i] * SPREAD.sizes[i] + PRIOR, FUTURES) for i in range(3)]
    spread = np.sqrt(SPREAD.entries)
    mean = CHAIN.inflow + random.normal(size=(FUTURES, 3)) * spread / math.sqrt(SPREAD.periods)
    at, margin = np.tile(CHAIN.start, (FUTURES, 1)), np.zeros(FUTURES)
    for _step in range(STEPS):
        moved = [random.multinomial(at[:, i].astype(int), rows[i]) for i in range(3)]
        before, kept = at[:, :2].sum(axis=1), moved[0][:, :2].sum(axis=1) + moved[1][:, :2].sum(axis=1)
        at = np.maximum(sum(moved) + mean + random.normal(size=(FUTURES, 3)) * spread, 0).round()
        margin += at @ MARGINS
    return {"customers": at[:, :2].sum(axis=1), "rate": kept / before, "margin": margin}


def test_the_bands_are_as_wide_as_the_futures_differ(futures: dict[str, np.ndarray]) -> None:
    quantile = student(0.95, SPREAD.periods - 1)
    low, high = band(CHAIN, SPREAD, STEPS, level=0.95)
    relative = math.log(high[-1] / low[-1]) / 2 / quantile
    assert relative == pytest.approx(futures["customers"].std() / futures["customers"].mean(), rel=0.06)
    low, high = margin_band(CHAIN, SPREAD, STEPS, MARGINS, level=0.95)
    relative = math.log(high[-1] / low[-1]) / 2 / quantile
    assert relative == pytest.approx(futures["margin"].std() / futures["margin"].mean(), rel=0.06)
    low, high = rate_band(CHAIN, SPREAD, STEPS, level=0.95)
    rate = futures["rate"].mean()
    odds = [math.log(end[-1] / (1 - end[-1])) for end in (low, high)]
    error = (odds[1] - odds[0]) / 2 / quantile * rate * (1 - rate)
    assert error == pytest.approx(futures["rate"].std(), rel=0.06)


def test_a_step_ahead_counted_by_hand() -> None:
    # 100 middle customers of whom half stay, known exactly, nobody else: chance alone. Kept is binomial: variance
    # 100 / 4, so the rate has 0.0025 and the margin of 2 a customer 4 * 25.
    alone = Chain(("middle",), np.array([[0.5]]), np.array([100.0]), np.array([0.0]), np.array([True]))
    known = Spread(periods=12, sizes=(1e15,), excess=(1.0,), entries=(0.0,))
    quantile = student(0.95, 11)
    low, high = margin_band(alone, known, 1, np.array([2.0]), level=0.95)
    assert math.log(high[1] / low[1]) / 2 == pytest.approx(quantile * 10 / 100)
    low, high = rate_band(alone, known, 1, level=0.95)
    assert math.isnan(low[0])
    assert math.log(high[1] / (1 - high[1])) == pytest.approx(quantile * 0.05 / 0.25)
    assert low[1] + high[1] == pytest.approx(1)


def test_what_cannot_stray_or_is_no_gain_has_no_band() -> None:
    sure = Chain(("middle",), np.array([[1.0]]), np.array([100.0]), np.array([0.0]), np.array([True]))
    known = Spread(periods=12, sizes=(1e6,), excess=(1.0,), entries=(0.0,))
    low, high = rate_band(sure, known, 2, level=0.95)
    assert np.isnan(low).all()
    assert np.isnan(high).all()
    low, _high = margin_band(sure, known, 2, np.array([-1.0]), level=0.95)
    assert np.isnan(low[1:]).all()
