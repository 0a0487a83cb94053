"""Which lever moves what: both printed tables, derivatives, horizons, costs, the split of a budget."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings, strategies as st
from stage_worlds import COSTS, MARGINS, STAGES, WORKED, worked

import crrkit as crr
from crrkit.ground.errors import InputError
from crrkit.judge.whatif.allocation import water_fill
from crrkit.judge.whatif.levers import LeverTable
from crrkit.judge.whatif.scenario import LEVERS

FIVE = ["conversion", "retention_middle", "promotion", "retention_long", "winback"]
CUSTOMERS = ["middle", "long"]
YEAR = worked().levers(2, margins=MARGINS, costs=COSTS)
TABLE = YEAR.table.set_index("lever")


class TestPrinted:
    # lever: customers, CRR of the initial base over the year, CRR of the second half, margin, equilibrium base, margin
    effects = pytest.mark.parametrize(
        ("lever", "expected"),
        [
            ("conversion", (38.75, 0, -0.003253, 1525.00, 171.57, 8333.33)),
            ("retention_middle", (10.9555, 0.005955, 0.005804, 705.16, 80.88, 4442.84)),
            ("promotion", (1.2375, 0.001237, 0.001031, 393.62, 31.51, 2143.00)),
            ("retention_long", (8.5984, 0.008598, 0.004951, 748.83, 308.08, 18019.09)),
            ("winback", (3.0, 0.003, 0, 60.00, 180.60, 8771.93)),
        ],
    )

    @effects
    def test_one_point(self, lever: str, expected: tuple[float, ...]) -> None:
        row = TABLE.loc[lever]
        columns = ("customers", "crr_endpoint", "crr", "margin", "equilibrium_customers", "equilibrium_margin")
        printed = (5e-5, 1e-6, 1e-6, 5.1e-3, 5e-3, 5e-3)  # half of the last digit, and .0012375 printed as .001237
        for column, value, slack in zip(columns, expected, printed, strict=True):
            assert row[column] == pytest.approx(value, abs=slack), column

    def test_levels(self) -> None:
        assert list(TABLE.index) == FIVE
        assert list(TABLE["level"]) == pytest.approx([0.2, 0.55, 0.454545, 0.925, 0.05], abs=5e-7)
        assert worked().lever("demotion") == pytest.approx(0.027027, abs=5e-7)

    def test_derivatives_and_elasticities(self) -> None:
        assert list(TABLE["derivative"]) == pytest.approx([3875, 1092.2727, 123.75, 855.9459, 300], abs=5e-5)
        demotion = worked().levers(2, only=["demotion"]).table
        assert demotion["derivative"][0] == pytest.approx(-138.75)
        assert list(TABLE["elasticity"]) == pytest.approx([0.567, 0.440, 0.041, 0.580, 0.011], abs=5e-4)
        assert list(TABLE["elasticity_equilibrium"]) == pytest.approx([1.000, 1.283, 0.420, 7.409, 0.250], abs=5e-4)

    # lever: cost of the year, customers per 1000, margin per 1 of cost in 1, 2, 5, 10 years and at the equilibrium
    costs = pytest.mark.parametrize(
        ("lever", "expected"),
        [
            ("conversion", (4000, 9.69, 0.381, 0.635, 1.289, 2.062, 4.167)),
            ("retention_middle", (3225, 3.40, 0.219, 0.340, 0.628, 0.947, 1.813)),
            ("promotion", (2580, 0.48, 0.153, 0.229, 0.404, 0.592, 1.093)),
            ("retention_long", (5687.5, 1.51, 0.132, 0.194, 0.339, 0.519, 1.176)),
            ("winback", (300, 10.0, 0.200, 0.346, 0.783, 1.403, 3.509)),
        ],
    )

    @costs
    def test_per_cost(self, lever: str, expected: tuple[float, ...]) -> None:
        row = TABLE.loc[lever]
        assert (row["cost"], row["customers_per_1000"]) == pytest.approx(expected[:2], abs=5e-3)
        mine = YEAR.by_horizon[YEAR.by_horizon["lever"] == lever].set_index("step")["margin_per_cost"]
        found = [*mine[[2, 4, 10, 20]], row["equilibrium_margin_per_cost"]]
        assert found == pytest.approx(list(expected[2:]), abs=5.1e-4)
        assert row["margin_per_cost"] == mine[2]

    def test_flips_by_customers(self) -> None:
        flips = YEAR.flips()
        wide = YEAR.by_horizon.pivot_table(index="step", columns="lever", values="customers")
        assert (wide["retention_long"][4], wide["retention_middle"][4]) == pytest.approx((19.97, 19.38), abs=5e-3)
        assert (wide["retention_long"][20], wide["conversion"][20]) == pytest.approx((146.8, 139.4), abs=0.05)
        when = {(row.overtakes, row.overtaken): row.step for row in flips.itertuples()}
        assert when["retention_long", "retention_middle"] == 4
        assert 10 < when["retention_long", "conversion"] <= 20
        # both bring nobody in the first step: who then leads has overtaken nobody
        assert wide.loc[1, ["winback", "promotion"]].tolist() == pytest.approx([0, 0], abs=1e-12)
        assert ("winback", "promotion") not in when
        for (one, other), step in when.items():
            assert wide[one][step] > wide[other][step]
            assert wide[one][step - 1] <= wide[other][step - 1]

    def test_ranks_by_customers(self) -> None:
        ranks = YEAR.ranks()
        # all by hand from the printed effects: at 2 halves 38.75, 10.96, 1.24, 8.60, 3; at 4 retL has passed retM
        assert ranks.loc[2].to_dict() == dict(zip(FIVE, [1, 2, 5, 3, 4], strict=True))
        assert ranks.loc[4].to_dict() == dict(zip(FIVE, [1, 3, 5, 2, 4], strict=True))
        assert ranks.loc[20, ["retention_long", "conversion"]].tolist() == [1, 2]
        # both bring nobody in the first step: winback stands before promotion since it will bring more in the second
        assert ranks.loc[1, ["winback", "promotion"]].tolist() == [4, 5]

    def test_who_is_not_paid_for_has_no_rank(self) -> None:
        ranks = YEAR.ranks("margin_per_cost")
        assert math.isnan(ranks.loc[1, "winback"])  # nobody has lapsed yet, so nobody is treated
        assert sorted(ranks.loc[1].dropna()) == [1, 2, 3, 4]
        assert sorted(ranks.loc[2]) == [1, 2, 3, 4, 5]

    def test_nothing_pays_back_within_a_year(self) -> None:
        assert (TABLE["margin_per_cost"] < 1).all()


@pytest.mark.parametrize("lever", list(LEVERS))
@pytest.mark.parametrize("periods", [1, 2, 7])
def test_derivatives_against_finite_differences(lever: str, periods: int) -> None:
    model, h = worked(), 1e-6
    up, down = (model.under(crr.Scenario(**{lever: sign * h})) for sign in (1, -1))
    row = model.levers(periods, only=[lever], step=1e-4).table.iloc[0]
    ends = [one.project(periods).table["customers"].iloc[-1] for one in (up, down)]
    assert row["derivative"] == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-5, abs=1e-4)
    steady = [one.equilibrium().customers for one in (up, down)]
    assert row["derivative_equilibrium"] == pytest.approx((steady[0] - steady[1]) / (2 * h), rel=1e-5)


def exact_effects(model: crr.StageModel, change: dict[tuple[str, str], Fraction], periods: int) -> dict[str, Fraction]:
    """Both ways in fractions, and then their difference."""
    start, inflow = ({s: Fraction(float(n)) for s, n in model.table.set_index("from")[part].items()}
                     for part in ("start", "inflow"))  # fmt: skip
    outcomes = []
    for more in (0, 1):
        moves = {
            (a, b): Fraction(float(model.matrix.loc[a, b])) + more * change.get((a, b), 0)
            for a in STAGES
            for b in STAGES
        }
        path, first = [start], {s: start[s] * (s in CUSTOMERS) for s in STAGES}
        for _step in range(periods):
            path.append({b: inflow[b] + sum(path[-1][a] * moves[a, b] for a in STAGES) for b in STAGES})
            first = {b: sum(first[a] * moves[a, b] for a in STAGES) for b in STAGES}
        kept = sum(path[-2][a] * moves[a, b] for a in CUSTOMERS for b in CUSTOMERS)
        outcomes.append({
            "customers": sum(path[-1][s] for s in CUSTOMERS), "crr": kept / sum(path[-2][s] for s in CUSTOMERS),
            "crr_endpoint": sum(first[s] for s in CUSTOMERS) / sum(start[s] for s in CUSTOMERS),
            "margin": sum(counts[s] * Fraction(MARGINS.get(s, 0)) for counts in path[1:] for s in STAGES),
        })  # fmt: skip
    return {name: outcomes[1][name] - outcomes[0][name] for name in outcomes[0]}


@pytest.mark.parametrize("periods", [1, 2, 9])
@pytest.mark.parametrize("step", [0.01, 1e-9])
def test_a_small_effect_beside_many_people_keeps_its_digits(step: float, periods: int) -> None:
    """A billion customers and a billionth of a point: the difference of both ways in floats has no digit left."""
    model = crr.StageModel(WORKED, {"short": 9e8, "middle": 6e9, "long": 4e9, "lapsed": 1e7}, {"short": 2e9})
    share = {(a, b): Fraction(float(WORKED.loc[a, b])) for a in STAGES for b in STAGES}
    kept = share["middle", "middle"] + share["middle", "long"]
    changes = {
        "conversion": {("short", "middle"): Fraction(1)},
        "promotion": {("middle", "long"): kept, ("middle", "middle"): -kept},
        "retention_middle": {
            **{("middle", to): share["middle", to] / kept for to in CUSTOMERS},
            ("middle", "lapsed"): -share["middle", "lapsed"] / (1 - kept),
        },
        "winback": {("lapsed", "middle"): Fraction(1)},
    }
    table = model.levers(periods, step=step, margins=MARGINS, horizon=periods).table.set_index("lever")
    for lever, unit in changes.items():
        expected = exact_effects(model, {move: Fraction(step) * size for move, size in unit.items()}, periods)
        for name, value in expected.items():
            assert table.loc[lever, name] == pytest.approx(float(value), rel=1e-9, abs=1e-12 * step), (lever, name)
    if step < 1e-6:  # a straight line by then
        assert list(table["customers"] / step) == pytest.approx(list(table["derivative"]), rel=1e-7)
        assert list(table["equilibrium_customers"] / step) == pytest.approx(
            list(table["derivative_equilibrium"]), rel=1e-7
        )


def table_of(effects: dict[str, list[float]]) -> LeverTable:
    """A table whose customers by horizon are given."""
    rows = [(step, lever, value) for lever, values in effects.items() for step, value in enumerate(values, start=1)]
    by_horizon = pd.DataFrame(rows, columns=["step", "lever", "customers"])
    return LeverTable(pd.DataFrame({"lever": list(effects)}), by_horizon, 0.01, 1)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 12).flatmap(
        lambda n: st.lists(st.lists(st.integers(-3, 3), min_size=n, max_size=n), min_size=1, max_size=5)
    )
)
def test_ranks_and_flips_against_pairwise_comparison(effects: list[list[int]]) -> None:
    table = table_of({FIVE[i]: [float(value) for value in row] for i, row in enumerate(effects)})
    ranks, flips = table.ranks(), {(row.overtakes, row.overtaken): row.step for row in table.flips().itertuples()}
    for (i, one), (j, other) in product(enumerate(effects), repeat=2):
        ahead = [ranks[FIVE[i]][step] < ranks[FIVE[j]][step] for step in ranks.index]
        leads = [np.sign(a - b) for a, b in zip(one, other, strict=True)]
        assert all(first for first, lead in zip(ahead, leads, strict=True) if lead > 0)
        passed = [
            step for step, lead in zip(ranks.index, leads, strict=True)
            if lead > 0 and -1 in leads[: step - 1]
        ]  # fmt: skip
        assert flips.get((FIVE[i], FIVE[j])) == (passed[0] if passed else None)
        if passed:  # the rank changes at the very horizon that flips() names
            at = passed[0] - 1
            assert (ahead[at - 1], ahead[at]) == (False, True)
    assert all(sorted(row) == list(range(1, len(effects) + 1)) for row in ranks.to_numpy())


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[st.floats(0, 1)] * 5), st.integers(0, 10**6))
def test_a_lever_has_its_room_whatever_the_others_do(parts: tuple[float, ...], seed: int) -> None:
    shares = np.random.default_rng(seed).dirichlet(np.full(5, 0.5), size=4)[:, :4]
    customers = STAGES[:3] if seed % 2 else STAGES[1:3]  # a contact may count as a customer
    model = crr.StageModel(pd.DataFrame(shares, index=STAGES, columns=STAGES), {"middle": 1}, retained=customers)
    rooms = {lever: model.lever_room(lever) for lever in FIVE}
    inside = {lever: low + part * (high - low) for (lever, (low, high)), part in zip(rooms.items(), parts, strict=True)}
    assert (model.under(crr.Scenario(**inside)).matrix.to_numpy() >= -1e-9).all()
    for lever, (low, high) in rooms.items():
        for beyond in (low - 1e-3, high + 1e-3):
            if abs(beyond) <= 1 and (lever != "promotion" or model.retention["middle"] > 1e-3):
                with pytest.raises(InputError, match="cannot change by"):
                    model.under(crr.Scenario(**{lever: beyond}))


def test_room_by_hand() -> None:
    found = {lever: worked().lever_room(lever) for lever in FIVE}
    # what leaves for good is .70 of the contacts and .20 of the lapsed
    expected = {"conversion": (-0.2, 0.7), "retention_middle": (-0.55, 0.45), "promotion": (-25 / 55, 30 / 55),
                "retention_long": (-0.925, 0.075), "winback": (-0.05, 0.2)}  # fmt: skip
    assert found == {lever: pytest.approx(ends) for lever, ends in expected.items()}


class TestScenario:
    def test_is_a_value_to_paste(self) -> None:
        scenario = crr.Scenario(retention_long=0.02, conversion=0.01)
        assert eval(repr(scenario), {"Scenario": crr.Scenario}) == scenario  # noqa: S307 - this is the promise
        assert hash(scenario) == hash(crr.Scenario(conversion=0.01, retention_long=0.02))
        with pytest.raises(AttributeError):
            scenario.conversion = 0.5  # type: ignore[misc]  # what is refused

    def test_none_changes_nothing(self) -> None:
        plain = worked().project(5).table
        assert plain.equals(worked().project(5, scenario=crr.Scenario()).table)

    def test_what_is_compensated(self) -> None:
        moved = worked().under(crr.Scenario(retention_middle=0.01)).matrix
        assert moved.loc["middle", ["middle", "long"]].sum() == pytest.approx(0.56)
        assert moved.loc["middle", "long"] / 0.56 == pytest.approx(0.25 / 0.55)
        assert moved.loc["middle", "lapsed"] == pytest.approx(0.44)
        moved = worked().under(crr.Scenario(promotion=0.01)).matrix
        assert moved.loc["middle"].sum() == pytest.approx(1)
        assert moved.loc["middle", "long"] == pytest.approx(0.55 * (0.25 / 0.55 + 0.01))
        moved = worked().under(crr.Scenario(conversion=0.01, winback=0.02)).table.set_index("from")
        assert (moved.loc["short", "exit"], moved.loc["lapsed", "exit"]) == pytest.approx((0.69, 0.18))

    def test_the_order_of_levers_does_not_matter(self) -> None:
        both = crr.Scenario(retention_middle=0.1, promotion=-0.2)
        one = worked().under(crr.Scenario(promotion=-0.2)).under(crr.Scenario(retention_middle=0.1))
        assert worked().under(both).matrix.to_numpy() == pytest.approx(one.matrix.to_numpy())

    @pytest.mark.parametrize(
        "scenario", [{"retention_long": 0.1}, {"conversion": 0.71}, {"conversion": -0.21}, {"promotion": 0.6}]
    )
    def test_a_share_stays_a_share(self, scenario: dict[str, float]) -> None:
        with pytest.raises(InputError, match="cannot change by"):
            worked().project(1, scenario=crr.Scenario(**scenario))

    def test_a_lever_needs_its_stages(self) -> None:
        customers = ["middle", "long"]
        small = crr.StageModel(WORKED.loc[customers, customers], {"middle": 600, "long": 400})
        assert list(small.levers(2).table["lever"]) == ["retention_middle", "promotion", "retention_long"]
        with pytest.raises(InputError, match="no lever 'winback'"):
            small.project(1, scenario=crr.Scenario(winback=0.01))
        with pytest.raises(InputError, match="Did you mean 'promotion'"):
            small.levers(2, only=["promotoin"])

    def test_refusals(self) -> None:
        with pytest.raises(InputError, match="five points"):
            crr.Scenario(promotion=5)
        with pytest.raises(TypeError):
            crr.Scenario(0.01)  # type: ignore[misc]  # what is refused
        with pytest.raises(InputError, match="Choose one of"):
            worked().levers(2, costs={"conv": 1})
        with pytest.raises(InputError, match="above 0"):
            worked().levers(2, costs={"conversion": 0})
        with pytest.raises(InputError, match="customers, margin"):
            YEAR.flips("crr")


def test_without_an_equilibrium_the_long_run_is_not_known() -> None:
    stuck = WORKED.copy()
    stuck.loc["lapsed", "lapsed"] = 0.95
    table = crr.StageModel(stuck, {"middle": 600, "long": 400}, {"short": 5}).levers(2, only=["promotion"]).table
    assert math.isnan(table["equilibrium_customers"][0])
    assert table["customers"][0] > 0


def test_of_a_stage_that_keeps_everybody_some_can_be_let_go() -> None:
    matrix = WORKED.copy()
    matrix.loc["long"] = [0, 0.1, 0.9, 0]  # nobody of the 400 is lost
    model = crr.StageModel(matrix, {"middle": 600, "long": 400})
    worse = crr.Scenario(retention_long=-0.05)
    kept = [model.project(1, scenario=one).table["kept"].iloc[1] for one in (None, worse)]
    assert kept == pytest.approx([600 * 0.55 + 400, 600 * 0.55 + 400 * 0.95])
    assert model.levers(1, step=-0.05, only=["retention_long"]).table["customers"][0] == pytest.approx(-20)


def test_bands() -> None:
    sizes = {"short": 2500, "middle": 600, "long": 400, "lapsed": 300}
    moves = pd.DataFrame(
        [(a, b, WORKED.loc[a, b] * n) for (a, n), b in product(sizes.items(), STAGES)]
        + [("short", "exit", 1750), ("lapsed", "exit", 60)],
        columns=["from_stage", "to_stage", "customers"],
    )
    model = crr.StageModel.from_counts(moves, {"short": 2500, "middle": 600, "long": 400}, {"short": 2250})
    result = model.levers(2, margins=MARGINS, draws=100, seed=3)
    table = result.table.set_index("lever")
    inside = (table["customers_low"] <= table["customers"]) & (table["customers"] <= table["customers_high"])
    assert inside.all()
    assert (table["margin_low"] < table["margin_high"]).all()
    assert table["first"].to_dict() == {"conversion": 1, **dict.fromkeys(FIVE[1:], 0)}
    # 2500 contacts, .01 more come; sd of the kept share of middle is .0203
    low, high = table.loc["conversion", ["customers_low", "customers_high"]]
    assert (high - low) / 2 == pytest.approx(1.96 * 25 * math.sqrt(0.55 * 0.45 / 600 + 0.1 * 0.9 / 2500), rel=0.35)
    assert result.table.equals(model.levers(2, margins=MARGINS, draws=100, seed=3).table)


class TestAllocation:
    weights, speeds = ({"a": 30, "b": 20}, {"a": 0.0004, "b": 0.0008})

    def test_printed(self) -> None:
        split = water_fill(5000, weights=self.weights, speeds=self.speeds)
        assert split.marginal == pytest.approx(0.00348151, abs=5e-9)
        assert list(split.table["spend"]) == pytest.approx([3093.60, 1906.40], abs=5e-3)
        assert split.gain == pytest.approx(36.944, abs=5e-4)
        assert split.gain_even == pytest.approx(36.257, abs=5e-4)
        assert list(split.table["all_in"]) == pytest.approx([25.94, 19.63], abs=5e-3)

    def test_a_small_budget_goes_to_one(self) -> None:
        split = water_fill(100, weights=self.weights, speeds=self.speeds)  # 30 × .0004 = .012 < 20 × .0008 e^-.08
        assert list(split.table["spend"]) == pytest.approx([0, 100])
        assert water_fill(0, weights=self.weights, speeds=self.speeds).gain == 0

    @settings(max_examples=30)
    @given(
        st.lists(st.tuples(st.floats(-5, 50), st.floats(1e-4, 1e-2)), min_size=1, max_size=5), st.floats(1, 1e5),
        st.integers(0, 1000),
    )  # fmt: skip
    @example([(5e-324, 1e-2)], 1.0, 0)  # w k is 0 in floats
    @example([(5e-324, 1e-4), (1e-300, 1e-4), (1e-320, 1e-2)], 1e5, 0)
    @example([(5e-324, 1e-2), (50, 1e-2)], 1e5, 0)
    @example([(1e-200, 1e-200), (1e-199, 1e-200)], 1.0, 0)  # the answer is a straight line over the whole budget
    @example([(1, 1e-18), (3, 1e-3)], 1.0, 0)
    @example([(3, 1e-18), (1, 1e-18), (1, 1)], 1.0, 0)
    @example([(1, 5e-324), (1, 1e-320), (1, 1e-310)], 1e5, 0)  # 1 / k is beyond all numbers
    @example([(1e3, 1e300), (1, 1e308)], 1e300, 0)  # and so is k s
    def test_no_other_split_brings_more(self, levers, budget: float, seed: int) -> None:
        if all(w <= 0 for w, _k in levers):
            return
        names = [f"l{i}" for i in range(len(levers))]
        w, k = np.array(levers).T
        split = water_fill(budget, weights=dict(zip(names, w, strict=True)), speeds=dict(zip(names, k, strict=True)))
        spend = split.table["spend"].to_numpy()
        assert spend.sum() == pytest.approx(budget)
        assert (spend >= 0).all()
        for parts in np.random.default_rng(seed).dirichlet(np.ones(len(names)), size=20):
            with np.errstate(over="ignore"):
                assert (-w * np.expm1(-k * budget * parts)).sum() <= split.gain + 1e-9 * abs(split.gain)

    def test_effects_that_hardly_exist(self) -> None:
        # two alike share alike, however little they bring: of 5e-324 nothing less can be told apart
        split = water_fill(2, weights={"a": 5e-324, "b": 5e-324}, speeds={"a": 0.01, "b": 0.01})
        assert list(split.table["spend"]) == pytest.approx([1, 1])
        # w k alike, a twice as fast: b gets twice as much
        split = water_fill(3, weights={"a": 1e-310, "b": 2e-310}, speeds={"a": 0.02, "b": 0.01})
        assert list(split.table["spend"]) == pytest.approx([1, 2])
        # all but a straight line, and the steeper one takes everything: 1e-17 of 3 comes
        split = water_fill(10, weights={"a": 3, "b": 1}, speeds={"a": 1e-18, "b": 1e-18})
        assert list(split.table["spend"]) == [10, 0]
        assert split.gain == pytest.approx(3e-17)

    def test_on_the_model(self) -> None:
        split = worked().allocate(
            3000, ceilings={"conversion": 0.25, "retention_long": 0.95},
            speeds={"conversion": 1e-3, "retention_long": 5e-4}, periods=2,
        )  # fmt: skip
        # the ways to the ceilings times the derivatives of customers: .05 × 3875 and .025 × 855.9459
        by_hand = water_fill(
            3000, weights={"conversion": 193.75, "retention_long": 21.398649},
            speeds={"conversion": 1e-3, "retention_long": 5e-4},
        )  # fmt: skip
        assert list(split.table["spend"]) == pytest.approx(list(by_hand.table["spend"]), rel=1e-4)
        assert split.gain == pytest.approx(by_hand.gain, rel=1e-4)

    def test_refusals(self) -> None:
        with pytest.raises(InputError, match="below where the lever stands"):
            worked().allocate(1, ceilings={"conversion": 0.1}, speeds={"conversion": 1}, periods=2)
        with pytest.raises(InputError, match="same levers"):
            water_fill(1, weights={"a": 1}, speeds={"b": 1})
        with pytest.raises(InputError, match="above 0"):
            water_fill(1, weights={"a": 1}, speeds={"a": 0})
        with pytest.raises(InputError, match="nothing to spend"):
            water_fill(1, weights={"a": 0}, speeds={"a": 1})
        with pytest.raises(InputError, match="negative"):
            water_fill(-1, weights={"a": 1}, speeds={"a": 1})


def test_what_is_shown() -> None:
    split = water_fill(
        5000, weights={"conversion": 30, "winback": 20}, speeds={"conversion": 0.0004, "winback": 0.0008}
    )
    assert "36.94" in str(split)
    assert "retention long" in str(YEAR)
    assert "Each lever alone by +1.0" in str(YEAR)
    with crr.use_language("ru"):
        text = f"{YEAR}\n{split}"
    assert "удержание длительной стадии" in text
    assert not [word for word in ("conversion", "winback", "margin", "steps", "split") if word in text]


class TestInflow:
    # A tenth of 2,250 contacts more: 225 after one step, of whom a fifth, 45, are middle customers after two.
    def test_it_is_moved_by_a_scenario(self) -> None:
        more = worked().project(2, scenario=crr.Scenario(inflow=0.1)).table
        assert (more["customers"] - worked().project(2).table["customers"]).tolist() == pytest.approx([0, 0, 45])
        assert worked().under(crr.Scenario(inflow=-1)).inflow == dict.fromkeys(STAGES, 0)
        assert crr.Scenario(inflow=4).changes() == {"inflow": 4}

    def test_it_is_a_lever_when_named(self) -> None:
        result = worked().levers(2, step=0.1, only=["inflow", "conversion"], costs={"inflow": 3}, margins=MARGINS)
        row = result.table.set_index("lever").loc["inflow"]
        assert (row["level"], row["customers"], row["margin"]) == pytest.approx((1, 45, 45 * 20))
        assert row["crr"] == row["crr_endpoint"] == pytest.approx(0)  # those who have just come were not there to keep
        assert row["cost"] == pytest.approx(3 * 2 * 2250)
        assert row["derivative"] == pytest.approx(450)
        assert row["elasticity"] == pytest.approx(450 / 1366.25)
        # everything in the long run comes of the inflow
        assert row["equilibrium_customers"] == pytest.approx(0.1 * 3431.3725, abs=1e-4)
        assert row["elasticity_equilibrium"] == pytest.approx(1)
        assert "inflow" not in list(worked().levers(2).table["lever"])

    def test_it_widens_the_band_of_a_list(self) -> None:
        flow = crr.stage_flow(crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at"))
        model = crr.StageModel.from_flow(flow)
        plain, double = (model.project(1, scenario=crr.Scenario(inflow=x)).table.iloc[1] for x in (0, 1))
        assert double["customers"] - plain["customers"] == pytest.approx(sum(model.inflow.values()))
        assert double["customers_high"] / double["customers"] > plain["customers_high"] / plain["customers"]

    def test_what_cannot_be_is_refused(self) -> None:
        with pytest.raises(InputError, match="is below -1, at which nobody comes"):
            crr.Scenario(inflow=-1.01)
        still = crr.StageModel(worked().matrix, {"middle": 600})
        with pytest.raises(InputError, match="no lever 'inflow'"):
            still.project(1, scenario=crr.Scenario(inflow=0.1))
