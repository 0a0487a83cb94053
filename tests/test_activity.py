"""Activity rules against day-by-day classification, and the rhythm of purchases against a simulation."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings, strategies as st

import crrkit as crr
from crrkit.ground.errors import InputError
from crrkit.rules.activity import OwnGap, Trailing

FIRST = date(2018, 1, 1)
QUICK = settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
LOGS = st.dictionaries(
    st.sampled_from("abcde"), st.lists(st.integers(0, 150), min_size=1, max_size=9), min_size=1, max_size=5
)


def frame_of(log: dict[str, list[int]], clock: time = time(10)) -> pd.DataFrame:
    rows = [(who, datetime.combine(FIRST + timedelta(days=day), clock)) for who, days in log.items() for day in days]
    return pd.DataFrame(rows, columns=["who", "at"])


def there_by_own_gap(days: list[int], moment: int, *, alpha: float, population: float) -> bool:
    """Whether somebody who bought on these days is a customer just before day ``moment``, from the rule's words."""
    seen = sorted({day for day in days if day < moment})
    if not seen:
        return False
    gaps = [later - earlier for earlier, later in pairwise(seen)]
    n = len(gaps)
    if n == 0:
        limit = -math.log(alpha) * population
    else:
        weight = min(n / 5, 1)
        mean = weight * sum(gaps) / n + (1 - weight) * population
        limit = n * (alpha ** (-1 / n) - 1) * mean
    return moment <= seen[-1] + round(limit * 86_400) / 86_400


def there_by_window(days: list[int], moment: int, window: float) -> bool:
    return any(moment - window <= day < moment for day in days)


def counts_by_hand(log: dict[str, list[int]], is_there, bounds: list[int]) -> list[tuple[int, int, int]]:
    """Start, kept and end of each period between neighbouring bounds."""
    rows = []
    for since, until in pairwise(bounds):
        before = {who for who, days in log.items() if is_there(days, since)}
        after = {who for who, days in log.items() if is_there(days, until)}
        rows.append((len(before), len(before & after), len(after)))
    return rows


def found(base, last: str) -> list[tuple[int, int, int]]:
    table = crr.retention_by_period(base, every="month", first="2018-01", last=last).table
    return list(table[["start", "kept", "end"]].itertuples(index=False, name=None))


BOUNDS = [(date(2018, month, 1) - FIRST).days for month in range(1, 8)]


@pytest.mark.slow
@QUICK
@given(LOGS, st.sampled_from([7, 30, 45, 95]))
def test_a_window_counts_who_bought_in_it(log: dict[str, list[int]], window: int) -> None:
    base = crr.read_orders(
        frame_of(log, time(0)), customer="who", at="at", activity=Trailing(days=window), as_of="2018-07-01"
    )
    assert found(base, "2018-06") == counts_by_hand(log, lambda days, t: there_by_window(days, t, window), BOUNDS)
    first = min(min(days) for days in log.values())
    for row in crr.retention_by_period(base, every="month").table.itertuples():
        counts_still = (row.until.date() - FIRST).days <= first + window  # the first purchase, so that nobody is lost
        assert not row.start or (row.status == "burn_in") == counts_still


@pytest.mark.slow
@QUICK
@given(LOGS, st.sampled_from([0.05, 0.3]))
def test_the_own_gap_decides_how_long_a_silence_is_bearable(log: dict[str, list[int]], alpha: float) -> None:
    rule = OwnGap(alpha=alpha, population_days=20)
    base = crr.read_orders(frame_of(log), customer="who", at="at", activity=rule, as_of="2018-07-01")

    def is_there(days: list[int], moment: int) -> bool:
        return there_by_own_gap(days, moment, alpha=alpha, population=20)

    assert found(base, "2018-06") == counts_by_hand(log, is_there, BOUNDS)


@pytest.mark.parametrize(("gaps", "quantile"), [(1, 19.0), (2, 6.94), (3, 5.14), (5, 4.10), (10, 3.49), (10**6, 3.00)])
def test_quantiles_of_the_specification(gaps: int, quantile: float) -> None:
    # domain.md 3.2, k = 1, alpha = .05: the F(2, 2n) quantile
    assert OwnGap().quantile(gaps) == pytest.approx(quantile, abs=5e-3)


def test_from_five_gaps_on_only_the_own_ones_count() -> None:
    rule = OwnGap(
        alpha=0.25, population_days=20
    )  # of one gap the quantile is 1 · (1 / .25 - 1) = 3, of two 2 · (2 - 1)
    limits = rule.limits()
    assert limits[1] == pytest.approx((3 * 20 * 4 / 5, 3 / 5))
    assert limits[2] == pytest.approx((2 * 20 * 3 / 5, 2 * 2 / 5))
    for gaps in (5, 6, 30):
        assert limits[gaps] == pytest.approx((0, gaps * (4 ** (1 / gaps) - 1)))


def test_the_quantile_is_scipys() -> None:
    from scipy.stats import f

    for n in (1, 2, 3, 7, 30):
        for alpha in (0.01, 0.05, 0.2):
            assert OwnGap(alpha=alpha).quantile(n) == pytest.approx(f.ppf(1 - alpha, 2, 2 * n), rel=1e-9)


def test_the_population_gap_is_exposure_over_repeat_purchases() -> None:
    # a bought on days 0 and 10 and 40 and was seen for 50 days, b on day 20 and was seen for 30: 80 days, 2 gaps
    frame = frame_of({"a": [0, 10, 40], "b": [20]})
    base = crr.read_orders(frame, customer="who", at="at", activity=OwnGap(), as_of="2018-02-20")
    assert base.activity.population_days == pytest.approx(40)
    assert "population gap 40.0 days" in str(base.card)


def test_a_window_longer_than_the_period_is_told() -> None:
    frame = frame_of({"a": [0, 40, 100], "b": [20, 130]})
    long = crr.read_orders(frame, customer="who", at="at", activity=Trailing(days=90))
    assert "kept by construction" in crr.retention_by_period(long, every="month").warning
    assert "kept by construction" in str(crr.retention_by_period(long, every="month")).splitlines()[0]
    short = crr.read_orders(frame, customer="who", at="at", activity=Trailing(days=30))
    assert not crr.retention_by_period(short, every="month").warning


@pytest.mark.parametrize(("rule", "young"), [(Trailing(days=90), 3), (Trailing(days=91), 3), (Trailing(months=4), 4)])
def test_while_no_purchase_is_older_than_the_window_nobody_is_lost(rule: Trailing, young: int) -> None:
    # The list begins on 1 January at ten o'clock: 90 days later it is 1 April, four calendar months later 1 May.
    base = crr.read_orders(frame_of({"a": [0], "b": [20, 130], "c": [45, 200]}), customer="who", at="at", activity=rule)
    kept = crr.retention_by_period(base, every="month")
    assert kept.table["status"].tolist() == [
        "empty_base",
        *["burn_in"] * (young - 1),
        *["complete"] * (6 - young),
        "running",
    ]
    assert kept.table["lost"][:young].eq(0).all()
    assert kept.table["lost"][young] > 0
    assert f"up to 2018-0{young}, " in kept.below()[0]
    assert crr.retention_by_period(base, every="month", last=f"2018-0{young}").warning.endswith(
        "no comparison takes them in."
    )
    assert "2018-02" not in set(crr.control_chart(kept).table["period"])


def one_order(**rules):
    return crr.read_orders(frame_of({"a": [0]}), customer="who", at="at", **rules)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (lambda: Trailing(days=0), "is not a window"),
        (lambda: Trailing(days="90"), "not a number"),
        (lambda: OwnGap(alpha=5), "Did you mean 0.05"),
        (lambda: OwnGap(alpha=0), "leaves no limit"),
        (lambda: OwnGap(population_days=-1), "is not a gap"),
        (lambda: one_order(activity="monthly"), "activity='monthly'"),
        (lambda: one_order(activity=OwnGap()), "no gap to learn from"),
    ],
)  # fmt: skip
def test_rules_that_make_no_sense_are_refused(rule, message: str) -> None:
    with pytest.raises(InputError, match=message):
        rule()


# The rhythm of purchases ----------------------------------------------------------------------------------------------


def test_open_gaps_make_the_estimate_right_where_closed_ones_alone_are_too_short() -> None:
    # domain.md 3.2: gaps with mean 120 days seen for 365: closed gaps alone have median 48.2, the truth is 83.2,
    # Kaplan and Meier with the open gaps censored 83.3
    dice = np.random.default_rng(12)
    rows = []
    for who in range(4000):
        day = 0.0
        while day < 365:
            rows.append((who, pd.Timestamp("2023-01-01") + pd.Timedelta(days=day)))
            day += max(dice.exponential(120), 1)
    base = crr.read_orders(pd.DataFrame(rows, columns=["who", "at"]), customer="who", at="at", as_of="2024-01-01")
    gaps = crr.characteristic_interval(base)
    closed = gaps.table.loc[gaps.table.index.repeat(gaps.table["closed"]), "days"]
    assert closed.median() < 0.8 * 120 * math.log(2)  # a quarter too short
    assert gaps.median == pytest.approx(120 * math.log(2), rel=0.04)
    assert gaps.quantile(0.8) == pytest.approx(120 * math.log(5), rel=0.04)


def test_the_estimate_counted_by_hand() -> None:
    # gaps: a 10 then open 21, b 30 then open 1. At 1: one leaves open. At 10: 1 of 3 closes. At 21: one leaves.
    # At 30: the last closes.
    frame = frame_of({"a": [0, 10], "b": [0, 30]})
    table = crr.characteristic_interval(crr.read_orders(frame, customer="who", at="at")).table
    assert list(table["days"]) == [1, 10, 21, 30]
    assert list(table["at_risk"]) == [4, 3, 2, 1]
    assert list(table["survival"]) == pytest.approx([1, 2 / 3, 2 / 3, 0])


def test_purchases_of_one_day_are_one() -> None:
    frame = pd.concat([frame_of({"a": [0, 7]}), frame_of({"a": [0, 7]}, time(23, 59))])
    table = crr.characteristic_interval(crr.read_orders(frame, customer="who", at="at")).table
    assert int(table["closed"].sum()) == 1


@pytest.mark.parametrize(
    ("step", "period"), [(3, "week"), (20, "month"), (60, "quarter"), (120, "half-year"), (300, "year")]
)
def test_a_period_that_covers_most_gaps(step: int, period: str) -> None:
    frame = frame_of({"a": list(range(0, 12 * step, step)), "b": list(range(2, 12 * step, step))})
    assert crr.suggest_period(crr.read_orders(frame, customer="who", at="at")) == period


def test_the_car_dealer_is_refused_with_a_reason() -> None:
    cars = frame_of({"a": [0, 1100], "b": [300, 1500], "c": [10, 1300]})
    with pytest.raises(InputError, match="less than two cycles"):
        crr.suggest_period(crr.read_orders(cars, customer="who", at="at"))
    once = frame_of({"a": [0], "b": [10], "c": [30]})
    with pytest.raises(InputError, match="no period can be named"):
        crr.suggest_period(crr.read_orders(once, customer="who", at="at"))
    rare = frame_of({"a": list(range(0, 4000, 500)), "b": list(range(3, 4000, 500))})
    with pytest.raises(InputError, match="longer than a year"):
        crr.suggest_period(crr.read_orders(rare, customer="who", at="at"))


def test_contracts_have_no_gaps() -> None:
    base = crr.read_contracts(crr.sample_path("canonical"), customer="client_id", start="joined", end="left")
    with pytest.raises(InputError, match="no gaps between purchases"):
        crr.characteristic_interval(base)
