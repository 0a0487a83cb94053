"""The shifted beta-geometric law against the published fits, its own simulation and its laws."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from scipy.optimize import minimize_scalar

import crrkit as crr
from crrkit.ground.errors import InputError
from crrkit.measure.lifetime.fitting import ProjectionWarning, fit_sbg, log_likelihood
from crrkit.measure.lifetime.projection import ShiftedBetaGeometric
from crrkit.measure.lifetime.survival import survival_curve

# Fader and Hardie 2007, Journal of Interactive Marketing 21(1), Table 1 (reference.json sbg-he-7, sbg-reg-7)
HIGH_END = [1, 0.869, 0.743, 0.653, 0.593, 0.551, 0.517, 0.491]
REGULAR = [1, 0.631, 0.468, 0.382, 0.326, 0.289, 0.262, 0.241]


def test_high_end() -> None:
    law = fit_sbg(HIGH_END)
    assert (law.alpha, law.beta) == pytest.approx((0.6681, 3.8061), abs=5e-5)
    assert law.log_likelihood == pytest.approx(-1611.1581, abs=5e-4)
    # domain.md 4: S(8..12), README of shifted_beta_geometric_py
    expected = [0.4604, 0.4358, 0.4142, 0.3951, 0.3780]
    assert [law.survival(t) for t in range(8, 13)] == pytest.approx(expected, abs=5e-5)
    assert law.expected_lifetime == math.inf


def test_regular() -> None:
    law = fit_sbg(REGULAR)
    assert (law.alpha, law.beta) == pytest.approx((0.704, 1.182), abs=5e-4)
    assert law.log_likelihood == pytest.approx(-1680.2652, abs=5e-4)
    assert law.survival(12) == pytest.approx(0.1700, abs=5e-5)
    # domain.md 2.11: twelve-year expected years, sBG against the constant rate: S(0) + … + S(11)
    assert sum(law.survival(t) for t in range(12)) == pytest.approx(4.41, abs=0.005)


def test_the_constant_rate_projects_too_low() -> None:
    # domain.md 4: the geometric tail gives .295 and .087 in year 12, the truth was .394 and .173
    high, regular = fit_sbg(HIGH_END).project(12), fit_sbg(REGULAR).project(12)
    assert high["geometric"].iloc[-1] == pytest.approx(0.295, abs=5e-4)
    assert regular["geometric"].iloc[-1] == pytest.approx(0.087, abs=5e-4)
    assert high["low"].iloc[-1] < 0.394 < high["high"].iloc[-1]


def test_the_printed_log_likelihoods() -> None:
    # reference.json sbg-he-LL: Fader and Hardie 2007, App. B
    counts = 1000 * np.array(HIGH_END)
    lost, still = pd.Series(counts[:-1] - counts[1:], index=range(1, 8)), pd.Series([counts[-1]], index=[7])
    assert log_likelihood(1, 1, lost, still) == pytest.approx(-2115.5, abs=0.1)
    assert log_likelihood(0.01, 0.01, lost, still) == pytest.approx(-2741.7, abs=0.1)


def test_cohorts_of_different_length() -> None:
    # reference.json sbg-multi-full: Fader and Hardie, note 017, p. 4
    cohorts = [[10000, 8000, 6480, 5307, 4391], [10000, 8000, 6480, 5307], [10000, 8000, 6480], [10000, 8000]]
    with pytest.warns(ProjectionWarning, match="Only 4 renewals"):
        law = fit_sbg(cohorts)
    assert (law.alpha, law.beta) == pytest.approx((3.7981, 15.1919), abs=5e-4)
    assert law.expected_lifetime == pytest.approx((law.alpha + law.beta - 1) / (law.alpha - 1))


def test_four_years_only() -> None:
    # reference.json sbg-4yr: note 032 (Dec 2014), p. 7, and recomputed
    with pytest.warns(ProjectionWarning):
        regular, high = fit_sbg(REGULAR[:5]), fit_sbg(HIGH_END[:5])
    assert (regular.alpha, regular.beta) == pytest.approx((0.7637, 1.2958), rel=2e-3)
    assert regular.log_likelihood == pytest.approx(-1401.5594, abs=5e-3)
    assert (high.alpha, high.beta) == pytest.approx((1.281, 7.7904), rel=2e-3)
    # domain.md 4: S(12) would be .307 and the actual was .394, so a survival three times as far is refused too
    far = replace(high, ages=6)
    assert far.survival(12) == pytest.approx(0.307, abs=5e-4)
    for ask in (high.project, high.survival, high.retention):
        assert ask(8) is not None
        with pytest.raises(InputError, match="more than twice as far"):
            ask(9)


def test_the_band_is_that_of_the_two_first_renewals_written_out() -> None:
    # S(1) = b / (a + b) has the log odds log b - log a, S(2) = b (b + 1) / ((a + b)(a + b + 1)) has
    # log b + log(b + 1) - log a - log(a + 2b + 1); their slopes in a and in b, and the delta method
    law = fit_sbg(HIGH_END)
    a, b, both = law.alpha, law.beta, law.alpha + 2 * law.beta + 1
    slopes = {1: (-1 / a, 1 / b), 2: (-1 / a - 1 / both, 1 / b + 1 / (b + 1) - 2 / both)}
    (of_a, shared), (_shared, of_b) = law.covariance.tolist()
    table = law.project(3, level=0.9).set_index("age")
    assert table.loc[0, ["low", "high"]].tolist() == [1, 1]
    for age, (by_a, by_b) in slopes.items():
        spread = 1.6448536 * math.sqrt(by_a**2 * of_a + 2 * by_a * by_b * shared + by_b**2 * of_b)
        odds = table.loc[age] / (1 - table.loc[age])
        assert math.log(odds["high"] / odds["survival"]) == pytest.approx(spread, rel=1e-3)
        assert math.log(odds["survival"] / odds["low"]) == pytest.approx(spread, rel=1e-3)


def test_the_standard_errors_are_the_width_of_the_profile() -> None:
    # near the maximum the log-likelihood, maximised over the other parameter, falls by half for a step of one error
    law = fit_sbg(HIGH_END)
    numbers = 1000 * np.array(HIGH_END)
    lost, still = pd.Series(numbers[:-1] - numbers[1:], index=range(1, 8)), pd.Series([numbers[-1]], index=[7])
    for place, error in enumerate(law.se):
        falls = []
        for step in (-0.1 * error, 0.1 * error):

            def fall(other: float, place: int = place, step: float = step) -> float:
                at = (law.alpha + step, other) if place == 0 else (other, law.beta + step)
                return law.log_likelihood - log_likelihood(*at, lost, still)

            middle = (law.beta, law.alpha)[place]
            falls.append(minimize_scalar(fall, bracket=(0.9 * middle, middle, 1.1 * middle)).fun)
        assert sum(falls) / 2 == pytest.approx(0.5 * 0.1**2, rel=0.01)


def test_at_alpha_one_the_expected_lifetime_is_infinite() -> None:
    law = replace(fit_sbg(HIGH_END), alpha=1.0)
    assert law.expected_lifetime == math.inf
    assert replace(law, alpha=3.0, beta=4.0).expected_lifetime == 3  # (3 + 4 - 1) / (3 - 1)


def test_the_band_says_on_how_many_customers_it_rests() -> None:
    shares = fit_sbg(HIGH_END)
    assert (shares.customers, shares.is_assumed) == (1000, True)
    assert "takes the shares for those of 1,000 customers, which nobody said" in shares.caption()
    told = fit_sbg(HIGH_END, customers=100)
    assert (told.customers, told.is_assumed) == (100, False)
    assert "The band rests on 100 customers and 7 renewals." in told.caption()
    assert told.se[0] == pytest.approx(shares.se[0] * math.sqrt(10), rel=1e-3)
    counted = fit_sbg([[500, 434, 371, 326], [500, 434, 371, 326, 296, 275]])
    assert (counted.customers, counted.is_assumed) == (1000, False)
    with crr.use_language("ru"):
        assert "Полоса опирается на клиентов: 100" in told.caption()


def test_standard_errors_are_those_of_a_simulation() -> None:
    dice = np.random.default_rng(8)
    alphas = []
    for _turn in range(60):
        chance = dice.beta(2.0, 6.0, 2000)
        gone = dice.geometric(chance)
        counts = [2000, *(int((gone > t).sum()) for t in range(1, 9))]
        alphas.append(fit_sbg(counts).alpha)
    law = fit_sbg([1, *np.cumprod([(6 + t - 1) / (8 + t - 1) for t in range(1, 9)])], customers=2000)
    assert (law.alpha, law.beta) == pytest.approx((2, 6), rel=1e-4)
    assert law.se[0] == pytest.approx(np.std(alphas), rel=0.3)


def test_a_life_table_gives_what_its_customers_give() -> None:
    counts = [round(1000 * share) for share in HIGH_END]
    durations = [t for t in range(1, 8) for _ in range(counts[t - 1] - counts[t])] + [7] * counts[-1]
    left = [True] * (1000 - counts[-1]) + [False] * counts[-1]
    table = survival_curve(durations, left=left)
    assert fit_sbg(table).alpha == pytest.approx(fit_sbg(counts).alpha, rel=1e-6)


@given(st.floats(0.2, 5), st.floats(0.2, 20), st.integers(0, 30))
def test_survival_falls_retention_climbs_and_they_agree(alpha: float, beta: float, t: int) -> None:
    law = ShiftedBetaGeometric(alpha, beta, 0.0, np.eye(2), 40, (1.0,))
    assert law.survival(0) == pytest.approx(1)
    assert law.survival(t + 1) <= law.survival(t)
    assert law.survival(t + 1) == pytest.approx(law.survival(t) * law.retention(t + 1))
    assert law.retention(t + 2) >= law.retention(t + 1)


@pytest.mark.parametrize(
    ("curve", "message"),
    [
        ([1, 0.9, 0.95, 0.8], "never rises"),
        ([1, 0.9], "at least 3 renewals"),
        ([1, 1, 1, 1, 1], "somebody who left"),
        ([1, float("nan"), 0.5, 0.4], "does not fit"),
        ([1, 0.5, 0.25, 0.125, 0.0625, 0.03125], "runs to a boundary"),
    ],
)
def test_refusals(curve: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit_sbg(curve)


def test_it_prints_in_both_languages() -> None:
    assert "expected lifetime ∞ periods" in str(fit_sbg(HIGH_END))
    with crr.use_language("ru"):
        assert "ожидаемый срок" in str(fit_sbg(HIGH_END))
