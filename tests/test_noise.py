"""News or noise: limits counted by hand, runs, and what chance alone draws."""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

import crrkit as crr
from crrkit.ground.errors import InputError
from crrkit.judge.noise import _uniforms, limits

if TYPE_CHECKING:
    from collections.abc import Iterator


def account(*rows: tuple[int, int]) -> crr.RetentionTable:
    """An account of consecutive months from (kept, start) pairs, through the real road."""
    people, months = [], pd.period_range("2020-01", periods=len(rows) + 1, freq="M")
    for k, (kept, start) in enumerate(rows):
        before, after = months[k].start_time, months[k + 1].start_time
        # each month has its own people, so that a pair stands for itself
        people += [(f"{k}-{i}", before, after) for i in range(kept)] + [
            (f"{k}-{i}", before, None) for i in range(kept, start)
        ]
    log = [(who, at) for who, first, second in people for at in (first, second) if at is not None]
    base = crr.read_orders(pd.DataFrame(log, columns=["who", "at"]), customer="who", at="at")
    return crr.retention_by_period(base, every="month")


def steady(kept: int, start: int, months: int) -> crr.RetentionTable:
    """An account that keeps the same share every month, as a table like the real one."""
    return replaced([(kept, start)] * months)


@cache
def real_account() -> crr.RetentionTable:
    base = crr.read_contracts(crr.sample_path("contracts"), customer="client_id", start="joined", end="left")
    return crr.retention_by_period(base, every="month")


def replaced(pairs: list[tuple[int, int]]) -> crr.RetentionTable:
    real = real_account()
    table = pd.DataFrame(pairs, columns=["kept", "start"])
    table["crr"] = table["kept"] / table["start"]
    table["period"] = [f"2020-{k + 1:02d}" for k in range(len(pairs))]
    table["status"] = "complete"
    return crr.RetentionTable(table, "month", real.card, real.quality)


def test_limits_of_the_source_document() -> None:
    # domain.md, A15: 70 customers at 60/70 have 3-sigma limits of 73.2 % and 98.3 %
    chart = crr.control_chart(steady(60, 70, 12))
    assert chart.centre == pytest.approx(60 / 70)
    assert chart.table["low"].iloc[0] == pytest.approx(0.732, abs=5e-4)
    assert chart.table["high"].iloc[0] == pytest.approx(0.983, abs=5e-4)
    assert chart.signals.empty
    assert "No period is a signal" in str(chart)


def test_one_bad_month_is_news_and_limits_widen_for_few() -> None:
    months = [(93, 100), (80, 100)] * 5 + [(93, 100), (60, 100), (70, 80)]
    chart = crr.control_chart(replaced(months), dispersion=1)
    assert list(chart.signals["period"]) == ["2020-12"]
    assert list(chart.signals["signal"]) == ["below"]
    width = (chart.table["high"] - chart.table["low"]).to_numpy()
    assert width[-1] == pytest.approx(width[0] * math.sqrt(100 / 80))


def test_a_limit_above_one_is_not_clipped() -> None:
    chart = crr.control_chart(replaced([(90, 100)] * 4))
    assert chart.table["high"].tolist() == pytest.approx([0.99] * 4)  # .9 + 3 sqrt(.9 .1 / 100)
    chart = crr.control_chart(replaced([(190, 200)] * 4), sigmas=4)
    assert chart.table["high"].tolist() == pytest.approx([0.95 + 4 * math.sqrt(0.95 * 0.05 / 200)] * 4)
    assert chart.table["high"].iloc[0] > 1


def test_the_scatter_between_neighbours_widens_the_limits() -> None:
    # by hand: 90 and 70 of 100 in turn, p = .8, z = 10 / 4 = 2.5 and -2.5, each difference 5, 5 / 1.128 = 4.43
    months = [(90, 100), (70, 100)] * 6
    chart = crr.control_chart(replaced(months))
    assert chart.dispersion == pytest.approx(5 * math.sqrt(math.pi) / 2)
    assert chart.table["low"].tolist() == pytest.approx([0.8 - 3 * 0.04 * chart.dispersion] * 12)
    assert chart.signals.empty
    assert "differ 4.43 times as much as chance alone" in chart.caption()
    with crr.use_language("ru"):
        assert "в 4,43 раза" in chart.caption()
    # one month that falls out is news all the same, and so is a lasting fall: neither makes neighbours differ
    assert crr.control_chart(replaced([(90, 100)] * 20 + [(60, 100)])).table["signal"].iloc[-1] == "below"
    fall = crr.control_chart(replaced([(900, 1000)] * 12 + [(800, 1000)] * 12))
    assert (fall.table["signal"] != "").sum() == 24


def test_less_scatter_than_chance_narrows_nothing() -> None:
    chart = crr.control_chart(steady(60, 70, 12))
    assert chart.dispersion == 1
    assert "Laney" not in chart.caption()


@given(st.integers(1, 400), st.floats(0, 1))
def test_limits_of_few_are_exact_tails(n: int, rate: float) -> None:
    low, high = limits(rate, n)
    if n * min(rate, 1 - rate) >= 10:
        assert (low + high) / 2 == pytest.approx(rate)
        return
    tail = NormalDist().cdf(-3)
    chances = [math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(n + 1)]
    assert low == next(k for k in range(n + 1) if sum(chances[: k + 1]) > tail * (1 - 1e-9)) / n
    assert high == next(k for k in range(n, -1, -1) if sum(chances[k:]) > tail * (1 - 1e-9)) / n


@pytest.mark.daily(2)
@pytest.mark.parametrize(
    ("start", "rate", "spread", "before", "most"),
    # share of points called below or above although nothing happens: with normal limits of chance alone, and as it is
    [(1000, 0.85, 0.03, 0.28, 0.006), (300, 0.85, 0.02, 0.028, 0.005), (1000, 0.85, 0, 0.0027, 0.003),
     (10, 0.9, 0, 0.008, 0.001), (30, 0.95, 0, 0.006, 0.001)],
)  # fmt: skip
def test_false_alarms_of_processes_in_which_nothing_happens(
    start: int, rate: float, spread: float, before: float, most: float
) -> None:
    dice, turns = np.random.default_rng(5), 100
    size = rate * (1 - rate) / spread**2 - 1 if spread else 0
    called, normal = 0, 0
    for _turn in range(turns):
        chance = dice.beta(rate * size, (1 - rate) * size, 24) if spread else rate
        kept = dice.binomial(start, chance, 24)
        chart = crr.control_chart(replaced([(int(k), start) for k in kept]))
        called += chart.table["signal"].isin(["below", "above"]).sum()
        half = 3 * math.sqrt(chart.centre * (1 - chart.centre) / start)
        normal += (np.abs(kept / start - chart.centre) > half).sum()
    assert called / turns / 24 < most
    assert normal / turns / 24 == pytest.approx(before, rel=0.4, abs=0.001)


def test_eight_in_a_row_on_one_side_are_a_run() -> None:
    pairs = [(880, 1000)] * 9 + [(900, 1000)] * 9
    chart = crr.control_chart(replaced(pairs))
    assert list(chart.table["signal"]) == [""] * 7 + ["run"] * 2 + [""] * 7 + ["run"] * 2


def test_a_rate_on_the_centre_ends_a_run() -> None:
    chart = crr.control_chart(replaced([(89, 100)] * 8 + [(90, 100)] + [(91, 100)] * 8))
    assert list(chart.table["signal"])[7:9] == ["run", ""]


def test_the_chart_leaves_out_what_is_not_complete() -> None:
    kept = account((3, 4), (2, 4), (4, 4))
    charted = crr.control_chart(kept).table["period"]
    assert set(charted) == set(kept.table.loc[(kept.table["status"] == "complete"), "period"])


def test_refusals() -> None:
    with pytest.raises(InputError, match="at least two complete periods"):
        crr.control_chart(replaced([(1, 2)]))
    with pytest.raises(InputError, match="usual width is 3"):
        crr.control_chart(steady(60, 70, 3), sigmas=0)
    with pytest.raises(InputError, match="no process scatters less than chance"):
        crr.control_chart(steady(60, 70, 3), dispersion=0.5)
    parts = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", by="region")
    choose = r"control_chart\(kept.segment\(region='East'\)\), or control_chart\(kept.whole\)"
    with pytest.raises(InputError, match=choose):
        crr.control_chart(crr.retention_by_period(parts, every="quarter", by="region"))


def mulberry32(seed: int) -> Iterator[float]:
    """The generator as it is written everywhere, one number at a time on whole numbers of 32 bits."""
    mask = 0xFFFFFFFF
    while True:
        seed = (seed + 0x6D2B79F5) & mask
        t = ((seed ^ seed >> 15) * (seed | 1)) & mask
        t ^= (t + ((t ^ t >> 7) * (t | 61) & mask)) & mask
        yield (t ^ t >> 14) / 2**32


class TestSimulated:
    def test_the_first_draws_are_those_of_a_browser(self) -> None:
        # mulberry32(0) of the usual JavaScript, run in Node 20
        assert _uniforms(0, 3).tolist() == [0.26642920868471265, 0.0003297457005828619, 0.2232720274478197]

    @given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 5), st.floats(0, 1))
    def test_each_customer_of_each_period_is_drawn_in_turn(
        self, seed: int, start: int, periods: int, rate: float
    ) -> None:
        draws = mulberry32(seed)
        kept = [sum(next(draws) < rate for _customer in range(start)) for _period in range(periods)]
        chart = crr.simulate_chart(start, rate=rate, periods=periods, seed=seed)
        assert chart.table["crr"].tolist() == [k / start for k in kept]
        if periods > 1:
            real = crr.control_chart(replaced([(k, start) for k in kept]), dispersion=1).table
            for name in ("start", "crr", "low", "high", "signal"):
                assert chart.table[name].tolist() == real[name].tolist()

    def test_points_wander_around_the_rate_they_are_drawn_from(self) -> None:
        chart = crr.simulate_chart(1000, rate=0.85, periods=1000, seed=7)
        assert chart.centre == pytest.approx(0.85, abs=4 * math.sqrt(0.85 * 0.15 / 1_000_000))
        assert chart.table["crr"].std() == pytest.approx(math.sqrt(0.85 * 0.15 / 1000), rel=0.1)
        outside = chart.table["signal"].isin(["below", "above"]).mean()
        assert outside < 0.01  # three standard errors: about 3 of 1,000

    def test_at_the_ends_nothing_wanders(self) -> None:
        for rate in (0.0, 1.0):
            chart = crr.simulate_chart(5, rate=rate)
            assert set(chart.table["crr"]) == {rate}
            assert chart.signals.empty

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"start": 0}, "start=0 leaves nothing to draw"),
            ({"start": 2.5}, "not a whole number"),
            ({"periods": 0}, "periods=0 leaves nothing"),
            ({"rate": 85}, "Did you mean 0.85"),
            ({"seed": -1}, "negative"),
            ({"seed": 2**32}, "below 4294967296"),
            ({"start": 10**6, "periods": 11}, "too many to draw"),
        ],
    )
    def test_what_cannot_be_drawn_is_refused(self, given: dict[str, float], words: str) -> None:
        asked = {"start": 10, "rate": 0.9} | given
        with pytest.raises(InputError, match=words):
            crr.simulate_chart(asked.pop("start"), **asked)
