"""Money: the published and hand-made vectors, the identity of a shop's revenue, and a plain recount of random logs."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import crrkit as crr
from crrkit.ground.errors import InputError
from crrkit.measure.lorenz import _ranked_values


def log_of(*rows: tuple[str, str, float], **more):
    frame = pd.DataFrame(rows, columns=["who", "at", "paid"])
    return crr.read_orders(frame, customer="who", at="at", amount="paid", **more)


def two_months(before: list[float], after: list[float]) -> pd.Series:
    """The row of the second month when customer i paid before[i] in the first and after[i] in the second."""
    rows = [(f"c{i}", "2024-01-10", paid) for i, paid in enumerate(before) if paid]
    rows += [(f"c{i}", "2024-02-10", paid) for i, paid in enumerate(after) if paid]
    rows += [("new", "2024-02-29", 7.0)]  # in neither rate
    return crr.revenue_retention(log_of(*rows), every="month").table.iloc[-1]


def test_the_vector_of_the_specification() -> None:
    # domain.md 2.5: m0 = (100, 100, 200, 50, 50), m1 = (120, 0, 200, 25, 80): NRR .85, GRR .75
    row = two_months([100, 100, 200, 50, 50], [120, 0, 200, 25, 80])
    assert row["nrr"] == pytest.approx(0.85)
    assert row["grr"] == pytest.approx(0.75)
    assert row["opening"] == pytest.approx(500)
    assert row["start"] == 5


def test_the_vendors_examples() -> None:
    # churnzero.net, net revenue retention: 27,000 at the start of which 5,000 leave and the rest grows to 30,000
    assert two_months([5000, 22000], [0, 30000])["nrr"] == pytest.approx(1.1111, abs=5e-5)
    # productanalyst.ai: 50,000, expansion 5,000, churn 2,000
    assert two_months([2000, 48000], [0, 53000])["nrr"] == pytest.approx(1.06)


def test_no_opening_revenue_has_no_rate_and_refunds_above_sales_are_flagged() -> None:
    table = crr.revenue_retention(
        log_of(("a", "2024-01-05", 5.0), ("b", "2024-03-01", 5.0), ("b", "2024-03-31", 5.0))
    ).table
    assert math.isnan(table["grr"].iloc[0])
    assert math.isnan(table["nrr"].iloc[2])
    assert table["nrr"].iloc[1] == 0  # a had paid and pays nothing: that is 0, not undefined
    rows = [("a", "2024-01-05", -5.0), ("b", "2024-01-06", 9.0), ("b", "2024-02-29", 9.0)]
    flagged = crr.revenue_retention(log_of(*rows, refunds="keep")).table.iloc[-1]
    assert flagged["status"] == "negative_revenue"
    assert math.isnan(flagged["grr"])


def test_who_took_back_more_than_was_paid_leaves_no_rate() -> None:
    # a paid 10 in January and got 25 back in February: min(-15, 10) of 10 would be a gross retention of -150 %.
    rows = [("a", "2024-01-05", 10.0), ("a", "2024-02-05", 10.0), ("a", "2024-02-29", -25.0)]
    row = crr.revenue_retention(log_of(*rows, refunds="keep")).table.iloc[-1]
    assert (row["closing"], row["status"]) == (-15, "negative_revenue")
    assert row[["grr", "nrr"]].isna().all()


AMOUNTS = st.integers(1, 40).map(float)
ROWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 120), AMOUNTS), min_size=1, max_size=40)
START = pd.Timestamp("2024-01-01")


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(ROWS)
def test_against_a_plain_recount(rows: list[tuple[str, int, float]]) -> None:
    base = log_of(*[(who, str(START + pd.Timedelta(days=day)), paid) for who, day, paid in rows], as_of="2024-06-01")
    paid: dict[tuple[str, str], float] = defaultdict(float)
    days: dict[tuple[str, str], set[int]] = defaultdict(set)
    for who, day, amount in rows:
        month = f"{START + pd.Timedelta(days=day):%Y-%m}"
        paid[month, who] += amount
        days[month, who].add(day)
    retention = crr.revenue_retention(base, every="month").table.set_index("period")
    retail = crr.retail_measures(base, every="month").table.set_index("period")
    for before, month in zip(retention.index, retention.index[1:], strict=False):
        opening = {who: money for (m, who), money in paid.items() if m == before}
        now = {who: paid.get((month, who), 0.0) for who in opening}
        assert retention.loc[month, "opening"] == pytest.approx(sum(opening.values()))
        assert retention.loc[month, "closing"] == pytest.approx(sum(now.values()))
        assert retention.loc[month, "kept"] == pytest.approx(sum(min(opening[w], now[w]) for w in opening))
        if opening:
            assert retention.loc[month, "grr"] <= min(1, retention.loc[month, "nrr"]) + 1e-12
        else:
            assert math.isnan(retention.loc[month, "nrr"])
    for month, row in retail.iterrows():
        buyers = [who for (m, who) in paid if m == month]
        assert row["buyers"] == len(buyers)
        assert row["revenue"] == pytest.approx(sum(paid[month, who] for who in buyers))
        if buyers:
            assert row["repeat_rate"] == pytest.approx(sum(len(days[month, w]) > 1 for w in buyers) / len(buyers))
            assert row["buyers"] * row["frequency"] * row["average_check"] == pytest.approx(row["revenue"], rel=1e-9)
        else:
            assert math.isnan(row["average_check"])


def test_receipts_are_counted_by_number_or_by_moment() -> None:
    frame = pd.DataFrame({
        "who": ["a", "a", "a", "b"], "paid": [1.0, 2.0, 3.0, 4.0], "no": ["r1", "r1", "r2", "r3"],
        "at": ["2024-01-05 10:00", "2024-01-05 10:00", "2024-01-05 10:00", "2024-01-31 10:00"],
    })  # fmt: skip
    by_number = crr.read_orders(frame, customer="who", at="at", amount="paid", receipt="no")
    assert crr.retail_measures(by_number).table["receipts"].iloc[0] == 3
    by_moment = crr.read_orders(frame, customer="who", at="at", amount="paid")
    assert crr.retail_measures(by_moment).table["receipts"].iloc[0] == 2


def test_a_purchase_without_a_receipts_number_is_a_receipt_by_itself() -> None:
    # Three purchases, two without a number: 3 receipts (not 1), 3/2 a buyer, 60/3 each.
    frame = pd.DataFrame({
        "who": ["a", "a", "b"], "paid": [10.0, 20.0, 30.0], "no": ["r1", None, None],
        "at": ["2024-01-05", "2024-01-06", "2024-01-31"],
    })  # fmt: skip
    row = crr.retail_measures(crr.read_orders(frame, customer="who", at="at", amount="paid", receipt="no")).table.iloc[
        0
    ]
    assert (row["receipts"], row["frequency"], row["average_check"]) == (3, 1.5, 20)
    assert row["buyers"] * row["frequency"] * row["average_check"] == row["revenue"]


def test_concentration_of_the_specification() -> None:
    # domain.md 2.5: (500, 300, 50, 40, 30, 25, 20, 15, 12, 8): the top 20 % bring .80, Gini .6684
    found = crr.concentration([500, 300, 50, 40, 30, 25, 20, 15, 12, 8])
    assert found.top_share == pytest.approx(0.80)
    assert found.gini == pytest.approx(0.6684, abs=5e-5)


def gini_by_pairs(values: list[float]) -> float:
    """Half the mean absolute difference of all pairs over the mean."""
    array = np.array(values)
    return float(np.abs(array[:, None] - array[None, :]).mean() / (2 * array.mean()))


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60).filter(sum), st.sampled_from([0.01, 0.2, 0.5, 1.0]))
def test_gini_is_the_mean_difference_and_the_top_are_the_largest(values: list[int], top: float) -> None:
    found = crr.concentration(values, top=top)
    assert found.gini == pytest.approx(gini_by_pairs(values), abs=1e-9)
    largest = sorted(values, reverse=True)[: math.ceil(len(values) * top - 1e-9)]
    assert found.top_share == pytest.approx(sum(largest) / sum(values))
    assert (np.diff(found.table["revenue"]) >= -1e-12).all()
    assert found.table.iloc[-1].tolist() == pytest.approx([1, 1])


def test_a_base_gives_what_its_customers_give() -> None:
    dice = np.random.default_rng(5)
    values = dice.lognormal(3, 1.5, 537).round(2)
    rows = [(f"c{i}", "2024-01-05", value) for i, value in enumerate(values)]
    base, plain = crr.concentration(log_of(*rows)), crr.concentration(list(values))
    assert (base.gini, base.top_share, base.n) == pytest.approx((plain.gini, plain.top_share, plain.n))
    assert len(base.table) == 101
    assert int(_ranked_values(list(values), 0.2)["customers"].sum()) == 537


def test_all_alike_and_one_for_all() -> None:
    assert crr.concentration([5, 5, 5, 5]).gini == pytest.approx(0)
    assert crr.concentration([0, 0, 0, 8]).gini == pytest.approx(0.75)
    nothing = crr.concentration([0, 0])
    assert math.isnan(nothing.gini)
    assert "–" in str(nothing)


def test_refusals() -> None:
    contracts = crr.read_contracts(crr.sample_path("canonical"), customer="client_id", start="joined", end="left")
    for measure in (crr.revenue_retention, crr.retail_measures, crr.concentration):
        with pytest.raises(InputError, match="purchases with an amount"):
            measure(contracts)
    with pytest.raises(InputError, match="below 0"):
        crr.concentration([3, -1])
    with pytest.raises(InputError, match=r"at least one number"):
        crr.concentration([])
    with pytest.raises(InputError, match=r"Did you mean 0\.2"):
        crr.concentration([1, 2], top=20)


def test_they_print_in_both_languages() -> None:
    base = log_of(("a", "2024-01-05", 10.0), ("a", "2024-02-29", 20.0))
    assert "average check" in str(crr.retail_measures(base))
    with crr.use_language("ru"):
        assert "средний чек" in str(crr.retail_measures(base))
        assert "выручка на начало" in str(crr.revenue_retention(base))
        assert "Джини" in str(crr.concentration(base))


def test_one_buyer_has_ratios_and_none_has_none():
    log = pd.DataFrame({
        "who": ["a", "b", "b"], "at": ["2024-01-05", "2024-03-05", "2024-03-20"], "paid": [30, 10, 20],
    })  # fmt: skip
    base = crr.read_orders(log, customer="who", at="at", amount="paid", as_of="2024-04-01")
    ratios = ["average_check", "frequency", "repeat_rate"]
    table = crr.retail_measures(base, every="month").table.set_index("period")[ratios]
    assert table.loc["2024-01"].tolist() == [30, 1, 0]
    assert table.loc["2024-02"].isna().all()
    assert table.loc["2024-03"].tolist() == [15, 2, 1]
