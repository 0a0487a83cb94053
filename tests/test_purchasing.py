"""The BG/NBD law against the published fit, its own simulation, a second derivation and its laws."""

from __future__ import annotations

import math
import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import crrkit as crr
from crrkit.ground.errors import InputError, MissingDependencyError
from crrkit.measure.lifetime.purchase_model import (
    mean_purchases,
    row_log_likelihood,
)
from crrkit.measure.lifetime.purchasing import (
    BGNBD,
    BoundaryWarning,
    fit_bgnbd,
)

# reference.json bgnbd, bgnbd-LLrows, bgnbd-cond: Fader, Hardie and Lee 2005, Marketing Science 24(2), Table 2, Fig. 1
# and p. 281; note 004 (June 2005), Fig. 1
PUBLISHED = (0.24259291, 4.41353152, 0.79288608, 2.42575371)
CDNOW = Path(os.environ.get("CRRKIT_DATA", "nowhere")) / "cdnow"


def law_of(*parameters: float) -> BGNBD:
    rows = pd.DataFrame({"frequency": [2], "recency": [30.43], "age": [38.86], "customers": [1]})
    return BGNBD(*parameters, -1.0, (0.1, 0.1, 0.1, 0.1), rows)


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    if not CDNOW.is_dir():
        pytest.skip("CRRKIT_DATA is not set")
    return pd.read_csv(CDNOW / "cdnow_customers_summary.csv")


@pytest.fixture(scope="module")
def law(cdnow: pd.DataFrame) -> BGNBD:
    return fit_bgnbd(cdnow)


@pytest.mark.real_data
class TestPublished:
    def test_the_fit(self, law: BGNBD) -> None:
        assert (law.r, law.alpha, law.a, law.b) == pytest.approx((0.2425929, 4.4135315, 0.7928861, 2.4257537), rel=1e-5)
        assert law.log_likelihood == pytest.approx(-9582.425561, abs=1e-5)
        assert law.customers == 2357
        assert law.notes == ()

    def test_the_likelihood_away_from_the_maximum(self, cdnow: pd.DataFrame) -> None:
        columns = (cdnow[name].to_numpy(dtype="float64") for name in ("frequency", "recency", "T"))
        assert row_log_likelihood(np.ones(4), *columns).sum() == pytest.approx(-13887.7, abs=0.05)

    def test_what_was_expected_of_weeks_40_to_78(self, law: BGNBD, cdnow: pd.DataFrame) -> None:
        none = cdnow[cdnow["frequency"] == 0]
        ahead = law.expected_purchases(39, none["frequency"], none["recency"], none["T"])
        assert (len(none), np.mean(ahead)) == (1411, pytest.approx(0.2251, abs=5e-5))  # printed: .23; actual 334/1411
        three = cdnow[cdnow["frequency"] == 3]
        ahead = law.expected_purchases(39, three["frequency"], three["recency"], three["T"])
        assert len(three) == 100
        assert (np.min(ahead), np.max(ahead), np.mean(ahead)) == pytest.approx((0.0398, 2.5561, 1.5203), abs=5e-5)
        assert law.expected_purchases(39, 2, 30.43, 38.86) == pytest.approx(1.226, abs=5e-4)
        assert law.probability_alive(2, 30.43, 38.86) == pytest.approx(0.7266, abs=5e-5)

    def test_the_raw_log_gives_the_published_summary(self, law: BGNBD, cdnow: pd.DataFrame) -> None:
        names = ["id", "sample", "at", "units", "paid"]
        log = pd.read_csv(CDNOW / "CDNOW_sample.txt", sep=r"\s+", names=names, dtype={"id": str, "at": str})
        base = crr.read_orders(log, customer="id", at="at", dates="%Y%m%d", as_of="1997-10-01")
        own = fit_bgnbd(base)
        assert np.bincount(own.histogram["frequency"], own.histogram["customers"]) == pytest.approx(
            np.bincount(cdnow["frequency"])
        )
        assert own.log_likelihood == pytest.approx(law.log_likelihood, abs=0.5)  # printed weeks have two decimals
        assert (own.r, own.alpha, own.a, own.b) == pytest.approx((law.r, law.alpha, law.a, law.b), rel=2e-3)

    def test_days_in_place_of_weeks_change_alpha_only(self, law: BGNBD, cdnow: pd.DataFrame) -> None:
        days = fit_bgnbd(cdnow.assign(recency=cdnow["recency"] * 7, T=cdnow["T"] * 7), unit_days=1)
        assert (days.r, days.alpha / 7, days.a, days.b) == pytest.approx((law.r, law.alpha, law.a, law.b), rel=1e-4)
        assert days.table["expected"].tolist() == pytest.approx(law.table["expected"].tolist(), rel=1e-4)

    def test_the_table_adds_up(self, law: BGNBD) -> None:
        table = law.table
        assert table["customers"].tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]  # Fader, Hardie and Lee, Fig. 2
        assert (table["customers"] * table["alive"]).sum() == pytest.approx(law.alive)
        assert law.alive < 2357


def test_the_printed_rows_of_the_likelihood() -> None:
    rows = np.array([[2, 30.43, 38.86], [1, 1.71, 38.86], [0, 0, 38.86], [7, 29.43, 38.86], [0, 0, 27.0]]).T
    expected = [-9.4596, -4.4711, -0.5538, -21.8644, -0.4761]
    assert row_log_likelihood(np.array(PUBLISHED), *rows) == pytest.approx(expected, abs=1e-3)


def simulated(parameters: tuple[float, float, float, float], *, customers: int, seed: int) -> pd.DataFrame:
    """Customers who live by the law, one purchase after the other."""
    dice, (r, alpha, a, b) = np.random.default_rng(seed), parameters
    rows = []
    for _customer in range(customers):
        rate, leaving, age = dice.gamma(r) / alpha, dice.beta(a, b) if a else 0.0, dice.uniform(40, 80)
        x, last, now = 0, 0.0, dice.exponential(1 / rate)
        while now < age:
            x, last = x + 1, now
            now = math.inf if dice.random() < leaving else now + dice.exponential(1 / rate)
        rows.append((x, last, age, now < math.inf))
    return pd.DataFrame(rows, columns=["frequency", "recency", "T", "there"])


def test_a_simulation_gives_its_parameters_and_its_survivors_again() -> None:
    truth = (0.8, 4.0, 1.2, 4.0)
    table = simulated(truth, customers=4000, seed=3)
    law = fit_bgnbd(table)
    found = (law.r, law.alpha, law.a, law.b)
    assert max(abs(one - true) / se for one, true, se in zip(found, truth, law.se, strict=True)) < 3
    assert max(se / true for se, true in zip(law.se, truth, strict=True)) < 0.25
    assert law.alive == pytest.approx(table["there"].sum(), rel=0.03)
    alive = law.probability_alive(table["frequency"], table["recency"], table["T"])
    sure = np.asarray(alive) > 0.8
    assert table["there"][sure].mean() == pytest.approx(np.mean(np.asarray(alive)[sure]), abs=0.02)


def test_base_and_table_give_the_same() -> None:
    log = crr.sample("orders")
    base = crr.read_orders(log, customer="client_id", at="ordered_at")
    own = fit_bgnbd(base)
    days = pd.to_datetime(base.table.to_pandas().set_index("customer")["at"]).dt.normalize()
    last_day = pd.Timestamp(base.as_of) - pd.Timedelta(microseconds=1)
    by = days.groupby(level=0)
    table = pd.DataFrame({
        "frequency": by.nunique() - 1,
        "recency": (by.max() - by.min()).dt.days / 7,
        "T": (last_day.normalize() - by.min()).dt.days / 7,
    })  # fmt: skip
    other = fit_bgnbd(table)
    assert (own.r, own.alpha, own.a, own.b) == pytest.approx((other.r, other.alpha, other.a, other.b), rel=1e-6)
    assert own.customers == len(table)


def test_purchases_of_one_day_are_one_and_time_runs_to_the_last_day_seen() -> None:
    rows = [("a", "2024-01-01 09:00"), ("a", "2024-01-01 18:00"), ("a", "2024-01-15"), ("b", "2024-01-08"),
            ("b", "2024-01-10"), ("c", "2024-01-29")]  # fmt: skip
    log = pd.DataFrame(rows, columns=["who", "at"])
    base = crr.read_orders(log, customer="who", at="at", as_of="2024-01-30")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BoundaryWarning)
        found = fit_bgnbd(base).histogram
    assert found.to_numpy().tolist() == [[0, 0, 0, 1], [1, 2 / 7, 3, 1], [1, 2, 4, 1]]


def test_counts_of_customers_are_rows_said_once() -> None:
    table = simulated((0.8, 4.0, 1.2, 4.0), customers=150, seed=5).drop(columns="there")
    twice = fit_bgnbd(pd.concat([table, table]))
    counted = fit_bgnbd(table.assign(customers=2))
    assert (twice.r, twice.log_likelihood) == pytest.approx((counted.r, counted.log_likelihood))


POSITIVE = st.floats(0.05, 20)
HISTORY = st.tuples(st.integers(0, 200), st.floats(0, 1), st.floats(0.1, 500))


@settings(max_examples=60, deadline=None)
@given(st.tuples(POSITIVE, POSITIVE, POSITIVE, POSITIVE), HISTORY)
def test_alive_is_a_probability_and_falls_with_silence(
    parameters: tuple[float, float, float, float], history: tuple[int, float, float]
) -> None:
    law, (x, share, age) = law_of(*parameters), history
    last = share * age if x else 0.0
    alive, later = law.probability_alive(x, last, age), law.probability_alive(x, last, age + 10)
    assert 0 <= later <= alive <= 1
    if not x:
        assert alive == later == 1  # in this law nobody leaves before a second purchase
    near, far = law.expected_purchases(5, x, last, age), law.expected_purchases(50, x, last, age)
    assert 0 <= near <= far * (1 + 1e-9)
    assert far <= 50 * (law.r + x) / (law.alpha + age) * (1 + 1e-9)  # who never leaves buys the most


@settings(max_examples=25, deadline=None)
@given(st.tuples(*[st.floats(0.3, 6)] * 4), st.integers(0, 12), st.floats(1, 60))
def test_expected_purchases_are_those_of_the_printed_formula(
    parameters: tuple[float, float, float, float], x: int, t: float
) -> None:
    from scipy.special import hyp2f1

    r, alpha, a, b = parameters[0] + x, parameters[1] + 10, parameters[2], parameters[3] + x
    if min(abs(a - 1), abs(a + b - 1)) < 1e-3:
        return  # the printed formula divides by these
    printed = (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, t / (alpha + t)))
    own = mean_purchases(np.array(r), np.array(alpha), a, np.array(b), np.array(t))
    assert float(own) == pytest.approx(printed, rel=1e-7)


def test_where_the_printed_formula_divides_by_zero() -> None:
    at, beside = (law_of(0.5, 4, a, 2).expected_purchases(30, 3, 10, 20) for a in (1.0, 1.0 + 1e-7))
    assert at == pytest.approx(beside, rel=1e-6)
    assert law_of(0.5, 4, 0.4, 0.6).expected_purchases(30) > 0  # a + b = 1


def test_a_newcomer_is_expected_to_buy_as_a_simulation_does() -> None:
    truth = (0.8, 4.0, 1.2, 4.0)
    table = simulated(truth, customers=6000, seed=9)
    law = BGNBD(*truth, -1.0, (0.1, 0.1, 0.1, 0.1), table.rename(columns={"T": "age"}).assign(customers=1))
    ahead = law.expected_purchases(table["T"])
    assert np.mean(ahead) == pytest.approx(table["frequency"].mean(), rel=0.05)


def test_where_nobody_leaves_it_says_that_alive_means_nothing() -> None:
    table = simulated((0.8, 4.0, 0.0, 1.0), customers=300, seed=4)
    with pytest.warns(BoundaryWarning, match="nobody ever leaves fits as well"):
        law = fit_bgnbd(table)
    assert "P(alive) means nothing" in str(law)


@pytest.mark.parametrize(
    ("truth", "unsettled"), [((1e6, 4e6, 1.0, 3.0), r"\(r .*alpha"), ((0.8, 4.0, 1e6, 4e6), r"\(a .*b")]
)
def test_where_all_are_alike_a_parameter_runs_away(truth: tuple[float, float, float, float], unsettled: str) -> None:
    with pytest.warns(BoundaryWarning, match="boundary.* " + unsettled):
        fit_bgnbd(simulated(truth, customers=300, seed=6))


LINE = {"frequency": [1, 0], "recency": [2.0, 0.0], "T": [5.0, 5.0]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frequency": [-1, 0]}, "frequency holds -1"),
        ({"T": [math.nan, 5]}, "age holds nan"),
        ({"recency": ["x", 0]}, "recency holds nan"),
        ({"recency": [6.0, 0.0]}, "the last 6 after the first, which was 5 ago"),
        ({"recency": [2.0, 1.0]}, "0 repeat purchases, the last 1"),
        ({"frequency": [1.5, 0]}, "1.5 repeat purchases"),
        ({"frequency": [0, 0], "recency": [0, 0]}, "Nobody bought on a second day"),
        ({"customers": [1, -1]}, "customers holds -1"),
        ({"customers": [1, 0]}, "more than one customer"),
    ],
)
def test_refused_tables(change: dict[str, list[object]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit_bgnbd(pd.DataFrame({**LINE, **change}))


def test_refused_bases() -> None:
    contracts = crr.read_contracts(crr.sample_path("contracts"))
    with pytest.raises(InputError, match="A log of purchases is needed"):
        fit_bgnbd(contracts)
    log = pd.DataFrame({"who": ["a", "a"], "at": ["2024-01-01", "2024-02-01"]})
    one = crr.read_orders(log, customer="who", at="at")
    with pytest.raises(InputError, match="more than one customer"):
        fit_bgnbd(one)
    with pytest.raises(InputError, match="unit_days=0"):
        fit_bgnbd(one, unit_days=0)
    with pytest.raises(crr.ColumnNotFoundError, match="'T'"):
        fit_bgnbd(pd.DataFrame({"frequency": [1], "recency": [1]}))
    with pytest.raises(InputError, match="t holds -1"):
        law_of(*PUBLISHED).expected_purchases(-1)


def test_it_projects_at_most_twice_as_far_as_anybody_was_seen() -> None:
    law = law_of(*PUBLISHED)
    assert law.farthest == 2 * 38.86
    assert law.expected_purchases(77.72) > law.expected_purchases(39)
    with pytest.raises(InputError, match=r"38.86 units of 7 days at most; t=77.8 .* Ask for at most 77.72"):
        law.expected_purchases([5, 77.8])
    assert law.table["expected"].notna().all()
    assert "year" not in law.caption()


def test_a_list_of_half_a_year_at_most_tells_no_purchases_in_a_year() -> None:
    short = pd.DataFrame({"frequency": [2, 0], "recency": [9.0, 0.0], "age": [20.0, 12.0], "customers": [3, 4]})
    law = BGNBD(*PUBLISHED, -1.0, (0.1, 0.1, 0.1, 0.1), short)
    assert law.table["expected"].isna().all()
    assert "The list covers less than half a year" in law.caption()


def test_without_scipy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import import_module

    def absent(name: str, *rest: object) -> object:
        if name.startswith("scipy"):
            raise ImportError(name)
        return import_module(name, *rest)

    monkeypatch.setattr("importlib.import_module", absent)
    with pytest.raises(MissingDependencyError, match=r"pip install 'crrkit\[survival\]'"):
        fit_bgnbd(pd.DataFrame(LINE))


def test_it_prints_in_both_languages(recwarn: pytest.WarningsRecorder) -> None:
    law = law_of(*PUBLISHED)
    assert "of 1 customer 1 is expected" in str(law)
    with crr.use_language("ru"):
        assert "повторных покупок" in str(law)
    assert not recwarn.list
