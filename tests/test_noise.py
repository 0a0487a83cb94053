"""News or noise: limits counted by hand, runs, and what chance alone draws."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, strategies as st

import crrkit as crr
from crrkit.ground.errors import InputError
from crrkit.judge.noise import _uniforms

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
    assert "No period is news" in str(chart)


def test_one_bad_month_is_news_and_limits_widen_for_few() -> None:
    chart = crr.control_chart(replaced([(93, 100), (80, 100)] * 5 + [(93, 100), (60, 100), (9, 10)]))
    assert list(chart.signals["period"]) == ["2020-12"]
    assert list(chart.signals["signal"]) == ["below"]
    width = (chart.table["high"] - chart.table["low"]).to_numpy()
    assert width[-1] == pytest.approx(width[0] * math.sqrt(10))
    assert chart.table["high"].iloc[-1] > 1  # not clipped


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
            real = crr.control_chart(replaced([(k, start) for k in kept])).table
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
