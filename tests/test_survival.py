"""Life tables against published curves, lifelines' figures, hand counting and laws."""

from __future__ import annotations

import math
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import crrkit as crr
from crrkit.counts import difference_p_value, holm
from crrkit.ground.errors import InputError
from crrkit.measure.lifetime.comparison import compare_cohorts, logrank
from crrkit.measure.lifetime.survival import life_table, survival_curve

if TYPE_CHECKING:
    from pathlib import Path

# reference.json km-aml, github:therneau/survival tests/doaml.Rout.save
M = [(9, 1), (13, 1), (13, 0), (18, 1), (23, 1), (28, 0), (31, 1), (34, 1), (45, 0), (48, 1), (161, 0)]
N = [(5, 1), (5, 1), (8, 1), (8, 1), (12, 1), (16, 0), (23, 1), (27, 1), (30, 1), (33, 1), (43, 1), (45, 1)]


def curve_of(pairs: list[tuple[float, int]], **more):
    return survival_curve([time for time, _ in pairs], left=[bool(gone) for _, gone in pairs], **more)


def steps(curve) -> pd.DataFrame:
    return curve.table[curve.table["lost"] > 0]


def test_the_aml_curves_of_rs_survival() -> None:
    m, n = steps(curve_of(M, interval="log")), steps(curve_of(N, interval="log"))
    assert m["survival"].tolist() == pytest.approx([0.909, 0.818, 0.716, 0.614, 0.491, 0.368, 0.184], abs=5e-4)
    assert m["se"].tolist() == pytest.approx([0.0867, 0.1163, 0.1397, 0.1526, 0.1642, 0.1627, 0.1535], abs=5e-5)
    assert m["low"].tolist() == pytest.approx([0.7541, 0.6192, 0.4884, 0.3769, 0.2549, 0.1549, 0.0359], abs=5e-5)
    assert m["high"].tolist() == pytest.approx([1, 1, 1, 0.999, 0.946, 0.875, 0.944], abs=5e-4)
    expected = [0.8333, 0.6667, 0.5833, 0.4861, 0.3889, 0.2917, 0.1944, 0.0972, 0]
    assert n["survival"].tolist() == pytest.approx(expected, abs=5e-5)
    assert n["se"].tolist()[:-1] == pytest.approx(
        [0.1076, 0.1361, 0.1423, 0.1481, 0.147, 0.1387, 0.1219, 0.0919], abs=5e-5
    )
    assert math.isnan(n["se"].iloc[-1])
    assert (curve_of(M).median, curve_of(N).median) == (31, 23)


def test_the_log_log_interval_of_the_note() -> None:
    # the note of km-aml: log-log at 9 is (.5081, .9867)
    row = steps(curve_of(M)).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((0.5081, 0.9867), abs=5e-5)


def test_quantiles_in_the_middle_of_flat_stretches() -> None:
    # reference.json km-quantile, github:therneau/survival tests/quantile.R
    curve = survival_curve([9, 1, 1, 6, 6, 8, 10], left=[1, 1, 0, 1, 1, 0, 0])
    wanted = [13 / 14, 6 / 7, 2 / 3, 0.5, 9 / 35, 0.1]
    assert [curve.quantile(share) for share in wanted[:4]] == [1, 3.5, 6, 9]
    assert curve.quantile(9 / 35) == 9.5
    assert math.isnan(curve.quantile(0.1))


@pytest.mark.real_data
def test_waltons_and_telco_as_lifelines_counts_them(data_dir: Path) -> None:
    # reference.json km-waltons, km-telco: lifelines 0.30.3
    flies = pd.read_csv(data_dir / "lifelines" / "waltons_dataset.csv")
    curve = survival_curve(flies["T"], left=flies["E"])
    assert (len(flies), int(curve.table["lost"].sum()), curve.median) == (163, 156, 56)
    row = curve.table[curve.table["age"] == 56].iloc[0]
    assert row["survival"] == pytest.approx(0.429903, abs=1e-6)
    assert (row["low"], row["high"]) == pytest.approx((0.352689, 0.50468), abs=1e-5)
    assert curve.at(33) == pytest.approx(0.802531, abs=1e-6)
    telco = pd.read_csv(data_dir / "telco" / "Telco-Customer-Churn.csv")
    curve = survival_curve(telco["tenure"], left=telco["Churn"] == "Yes")
    expected = {1: 0.945961, 12: 0.8432, 24: 0.788736, 36: 0.748545, 48: 0.70884, 60: 0.664404, 72: 0.59279}
    assert {age: curve.at(age) for age in expected} == pytest.approx(expected, abs=1e-5)
    assert math.isnan(curve.median)
    assert "More than half" in str(curve)


@pytest.mark.real_data
def test_the_log_log_interval_of_r_on_g3(data_dir: Path) -> None:
    # reference.json km-g3: lifelines test_estimation.py against R, group != RIT
    g3 = pd.read_csv(data_dir / "lifelines" / "g3.csv").query("group != 'RIT'")
    table = survival_curve(g3["time"], left=g3["event"]).table.set_index("age")
    ages = [9, 19, 32, 34]
    assert table.loc[ages, "survival"].tolist() == pytest.approx([0.833, 0.667, 0.5, 0.333], abs=5e-4)
    assert table.loc[ages, "low"].tolist() == pytest.approx([0.2731, 0.1946, 0.1109, 0.0461], abs=5e-5)
    assert table.loc[ages, "high"].tolist() == pytest.approx([0.975, 0.904, 0.804, 0.676], abs=5e-4)


# Grids ----------------------------------------------------------------------------------------------------------------


def grid_of(**cohorts: list[int]) -> pd.DataFrame:
    """A long frame of cohorts, each observed as far as it goes."""
    longest = max(map(len, cohorts.values()))
    rows = [
        (
            name,
            age,
            counts[0],
            counts[age] if age < len(counts) else np.nan,
            "observed" if age < len(counts) else "unobserved",
        )
        for name, counts in cohorts.items()
        for age in range(longest)
    ]
    return pd.DataFrame(rows, columns=["cohort", "age", "size", "active", "status"])


def test_the_pooled_vectors_of_the_specification() -> None:
    # domain.md 4: cohorts (100,80,70,63), (120,90,76), (80,20); a pooled curve rises, the life table cannot
    table = life_table(grid_of(A=[100, 80, 70, 63], B=[120, 90, 76], C=[80, 20])).table
    assert table["survival"].tolist() == pytest.approx([1, 0.633333, 0.543922, 0.489529], abs=1e-6)
    # with (80, 48): .726667, .624078, .561671; se .029410 and .034661; log-log intervals
    table = life_table(grid_of(A=[100, 80, 70, 63], B=[120, 90, 76], C=[80, 48])).table
    assert table["survival"].tolist()[1:] == pytest.approx([0.726667, 0.624078, 0.561671], abs=1e-6)
    assert table["se"].tolist()[2:] == pytest.approx([0.029410, 0.034661], abs=1e-6)
    assert (table["low"][2], table["high"][2]) == pytest.approx((0.563543, 0.678684), abs=1e-6)
    assert (table["low"][3], table["high"][3]) == pytest.approx((0.490955, 0.626423), abs=1e-6)
    assert table["censored"].tolist() == pytest.approx([0, 48, 76, 0])


cohorts = st.lists(
    st.lists(st.floats(0, 1), min_size=1, max_size=6).map(lambda h: [round(200 * x) for x in np.cumprod([1, *h])]),
    min_size=1, max_size=5,
)  # fmt: skip


@pytest.mark.slow
@settings(deadline=None)
@given(cohorts)
def test_the_life_table_never_rises_and_is_the_customers_one_by_one(counts: list[list[int]]) -> None:
    table = life_table(grid_of(**{f"c{i}": row for i, row in enumerate(counts)})).table
    assert (np.diff(table["survival"]) <= 1e-12).all()
    durations, left = [], []
    for row in counts:
        for age in range(1, len(row)):
            durations += [age] * (row[age - 1] - row[age])
            left += [True] * (row[age - 1] - row[age])
        durations += [len(row) - 1] * row[-1]
        left += [False] * row[-1]
    single = survival_curve(durations, left=left)
    for age, survival in zip(table["age"], table["survival"], strict=True):
        known = single.at(age)
        assert math.isnan(known) or known == pytest.approx(survival)


def test_cells_that_were_not_observed_are_used_nowhere() -> None:
    grid = grid_of(A=[100, 80, 70], B=[100, 80])
    zero = grid.assign(active=grid["active"].fillna(0))  # a table that wrote 0 for what has not happened yet
    pd.testing.assert_frame_equal(life_table(grid).table, life_table(zero).table)


def test_ages_that_returns_may_still_raise_are_left_out_and_counted() -> None:
    # A and B buy in every second month, C in every month; at the cut-off (1 July) June's silence of A and B is a pause.
    days = {"a": ["2024-01-05", "2024-03-05", "2024-05-05"], "b": ["2024-01-06", "2024-03-06", "2024-05-06"]}
    days["c"] = [f"2024-{month:02}-07" for month in range(1, 7)]
    log = pd.DataFrame([(who, day) for who, list_ in days.items() for day in list_], columns=["who", "at"])
    base = crr.read_orders(log, customer="who", at="at", as_of="2024-07-01")
    grid = crr.cohort_grid(base, kind="unbounded")
    # seen to age 5; the gap that nine of ten need is 2 months, so ages 4 and 5 are provisional: 1 of 3 there at age 5
    assert grid.matrix("active").loc["2024-01"].tolist() == [3, 3, 3, 3, 3, 1]
    assert grid.matrix("provisional").loc["2024-01"].tolist() == [False] * 4 + [True] * 2
    table = life_table(grid)
    assert table.table["age"].tolist() == [0, 1, 2, 3]
    assert table.table["lost"].sum() == 0
    assert "2 provisional cells are left out" in table.caption()
    with crr.use_language("ru"):
        assert "Не взяты 2 предварительные ячейки" in life_table(grid).caption()
    assert not life_table(grid_of(A=[100, 80, 70])).notes


def test_the_losses_of_two_ages_are_not_those_of_one() -> None:
    # Age 2 of A is hidden: 80 at age 1 and 60 at age 3 make no pair, so age 3 rests on B alone (70 - 7 of 70).
    grid = grid_of(A=[100, 80, 78, 60, 30], B=[100, 80, 70, 63])
    hidden = grid.assign(status=grid["status"].mask((grid["cohort"] == "A") & (grid["age"] == 2), "suppressed"))
    table = life_table(hidden).table
    assert table["at_risk"].tolist() == [200, 200, 80, 70, 60]
    assert table["lost"].tolist() == [0, 40, 10, 7, 30]
    whole = compare_cohorts(grid, "A", "B", age=3).table["p_logrank"].iloc[0]
    partly = compare_cohorts(hidden, "A", "B", age=3).table["p_logrank"].iloc[0]
    assert whole == pytest.approx(logrank(losses([100, 80, 78], [20, 2, 18]), losses([100, 80, 70], [20, 10, 7])))
    assert partly == pytest.approx(logrank(losses([100], [20]), losses([100], [20])), nan_ok=True)


def losses(at_risk: list[int], lost: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"at_risk": at_risk, "lost": lost}, index=range(1, len(lost) + 1))


@pytest.mark.parametrize("ask", [life_table, lambda grid: compare_cohorts(grid, "A", "B", age=1)])
def test_segments_are_not_mixed_into_one_curve(ask) -> None:
    grid = grid_of(A=[100, 80], B=[100, 70])
    both = pd.concat([grid.assign(region="north"), grid.assign(region="south")])
    with pytest.raises(InputError, match="several segments"):
        ask(both)


def test_a_grid_that_grows_has_no_survival_curve() -> None:
    with pytest.raises(InputError, match="grows at age 2"):
        life_table(grid_of(A=[100, 40, 50]))


def test_cohorts_compared_at_an_age() -> None:
    # domain.md 4: A 80/100 against C 48/80 at age 1: .20 (.066, .328); A against B 80/100, 90/120: .05 (-.062, .158)
    grid = grid_of(A=[100, 80], B=[120, 90], C=[80, 48])
    pair = compare_cohorts(grid, "A", "C", age=1).table.iloc[0]
    assert (pair["difference"], pair["low"], pair["high"]) == pytest.approx((0.20, 0.066, 0.328), abs=5e-4)
    assert pair["verdict"] == "differ"
    pair = compare_cohorts(grid, "A", "B", age=1).table.iloc[0]
    assert (pair["low"], pair["high"]) == pytest.approx((-0.062, 0.158), abs=5e-4)
    assert pair["verdict"] == "cannot tell"
    many = compare_cohorts(grid, ["A", "B", "C"], age=1).table
    assert len(many) == 3
    assert (many["p_holm"] >= many["p_value"]).all()


def test_many_curves_are_corrected_for_their_number() -> None:
    table = compare_cohorts(grid_of(A=[99, 80, 70], B=[99, 70, 65], C=[99, 85, 60]), list("ABC"), age=2).table
    assert table["p_logrank_holm"].tolist() == holm(table["p_logrank"])
    # four cohorts of 150 that all lose one in ten in each age: how often is one of the six pairs called different?
    dice, turns, raw, corrected = np.random.default_rng(4), 60, 0, 0
    for _turn in range(turns):
        falls = []
        for _cohort in range(4):
            there = [150]
            for _age in range(7):
                there.append(int(dice.binomial(there[-1], 0.9)))
            falls.append(losses(there[:-1], [a - b for a, b in pairwise(there)]))
        values = [logrank(one, other) for one, other in combinations(falls, 2)]
        raw += min(values) < 0.05
        corrected += min(holm(values)) < 0.05
    assert raw / turns > 0.08  # 19 of 100 in a longer run
    assert corrected / turns < 0.05


def buyers(chance: float, dice: np.random.Generator) -> dict[str, np.ndarray]:
    """Three cohorts of 150, seen for 12, 10 and 8 months, who never leave and buy in each month with one chance."""
    bought = {name: dice.random((150, 12 - 2 * i)) < chance for i, name in enumerate("ABC")}
    for months in bought.values():
        months[:, 0] = True
    return bought


def test_buyers_who_come_and_go_have_no_logrank_test() -> None:
    # measured here: what the test would call different at 5 % although nothing differs, and what the age calls so
    dice, curves, ages = np.random.default_rng(8), 0, 0
    for _turn in range(60):
        counts = {name: [int(n) for n in months.sum(axis=0)] for name, months in buyers(0.3, dice).items()}
        falls = {name: losses(row[:-1], [a - b for a, b in pairwise(row)]) for name, row in counts.items()}
        falls = {name: steps[steps["lost"] >= 0] for name, steps in falls.items()}  # as it was done
        for one, other in combinations("ABC", 2):
            curves += logrank(falls[one], falls[other]) < 0.05
            ages += difference_p_value(counts[one][3], 150, counts[other][3], 150) < 0.05
    assert curves / 180 > 0.08  # 14 of 100 in a longer run
    assert ages / 180 < 0.08
    assert compare_cohorts(grid_of(**counts), list("ABC"), age=3).table["p_logrank"].isna().all()


def test_a_grid_of_purchases_says_why_its_curves_are_not_compared() -> None:
    bought = buyers(0.3, np.random.default_rng(3))
    log = [
        (f"{name}{who}", f"2023-{2 * i + 1 + month:02}-05")
        for i, (name, months) in enumerate(bought.items())
        for who, month in np.argwhere(months)
    ]
    base = crr.read_orders(pd.DataFrame(log, columns=["who", "at"]), customer="who", at="at", as_of="2024-01-01")
    one, other = "2023-01", "2023-03"
    found = crr.compare_cohorts(crr.cohort_grid(base), one, other, age=3)
    assert math.isnan(found.table["p_logrank"].iloc[0])
    assert "log-rank test of whole curves does not hold" in found.caption()
    with crr.use_language("ru"):
        assert "логранговый критерий" in crr.compare_cohorts(crr.cohort_grid(base), one, other, age=3).notes[0]
    # in age k or later: the older cohort had longer to come back, which is no difference between the two
    later = crr.cohort_grid(base, kind="unbounded")
    with pytest.raises(InputError, match="2023-01 is provisional at age 9"):
        crr.compare_cohorts(later, one, other, age=9)
    contracts = compare_cohorts(grid_of(A=[100, 80], B=[100, 70]), "A", "B", age=1)
    assert not contracts.notes
    assert contracts.table["p_logrank"].iloc[0] == contracts.table["p_logrank_holm"].iloc[0]


def test_the_logrank_test_of_rs_aml() -> None:
    # reference.json km-aml: chisq 3.4, p .07
    def risk(pairs: list[tuple[int, int]]) -> pd.DataFrame:
        ages = sorted({age for age, gone in M + N if gone})
        return pd.DataFrame({
            "at_risk": [sum(age <= t for t, _ in pairs) for age in ages],
            "lost": [sum(t == age and gone for t, gone in pairs) for age in ages],
        }, index=ages)  # fmt: skip

    assert logrank(risk(M), risk(N)) == pytest.approx(0.07, abs=0.005)


def test_several_ways_of_leaving_add_up() -> None:
    # by hand: 4 people; at 1 one moves (1/4), at 2 one is out of sight, at 3 one leaves for the price: S(3-) = 3/4, 1/2
    curve = survival_curve([1, 2, 3, 4], left=["moved", None, "price", None])
    last = curve.table.iloc[-1]
    assert (last["gone_moved"], last["gone_price"]) == pytest.approx((1 / 4, 3 / 8))
    assert last["gone_moved"] + last["gone_price"] == pytest.approx(1 - last["survival"])
    assert curve.causes == ("moved", "price")


def test_who_enters_late_is_not_at_risk_before() -> None:
    curve = survival_curve([2, 5, 6], left=[True, True, True], entry=[0, 3, 0])
    assert curve.table.set_index("age")["at_risk"].to_dict() == {0: 2, 2: 2, 5: 2, 6: 1}
    assert curve.at(5) == pytest.approx(0.25)
    assert math.isnan(curve.at(6.5))  # nobody was observed at that age


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: survival_curve([], left=[]), "same length"),
        (lambda: survival_curve([1, 2], left=[True]), "same length"),
        (lambda: survival_curve([-1], left=[True]), "below 0"),
        (lambda: survival_curve([1], left=[True], entry=[2]), "before its entry"),
        (lambda: survival_curve([3, 2], left=[True, True], entry=[0, 2]), "at or before its entry"),
        (lambda: survival_curve([1], left=[True], interval="plain"), "Choose one of log-log, log"),
        (lambda: compare_cohorts(grid_of(A=[9, 8], B=[9]), "A", "B", age=1), "has not been observed at age 1"),
        (lambda: compare_cohorts(grid_of(A=[9, 8]), "A", "Z", age=1), "cohort='Z'"),
    ],
)
def test_refusals(call, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_the_median_names_the_unit_of_age() -> None:
    ends = [f"2024-0{2 + i // 2}-05" for i in range(7)]  # four of seven have left by May
    log = pd.DataFrame({"who": [f"c{i}" for i in range(7)], "start": "2024-01-10", "end": ends})
    base = crr.read_contracts(log, customer="who", start="start", end="end", as_of="2024-09-01")
    curve = crr.life_table(crr.cohort_grid(base, every="month"))
    assert curve.caption().startswith("Half have left by age 2 (month)")
