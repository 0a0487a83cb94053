"""The stage model: the worked example to all printed digits, published matrices, laws, refusals."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from stage_worlds import HUDSONIA, MARGINS, STAGES, TEASEL, TORTOISE, WHALE, WORKED, population, worked

import crrkit as crr
from crrkit.ground.errors import InputError
from crrkit.judge.whatif.chain import StageModelWarning


class TestWorkedProjection:
    table = worked().project(3).to_pandas()

    def test_counts(self) -> None:
        expected = [
            [2500, 600, 400, 0], [2500, 690, 510, 300], [2500, 734.75, 631.5, 573.75],
            [2500, 764.9, 752.0375, 808.3125],
        ]  # fmt: skip
        assert self.table[STAGES].to_numpy() == pytest.approx(np.array(expected), abs=1e-9)
        assert list(self.table["customers"]) == pytest.approx([1000, 1200, 1366.25, 1516.9375])
        assert list(self.table["step"]) == [0, 1, 2, 3]

    def test_crr_rises_though_no_stage_rate_changed(self) -> None:
        assert list(self.table["kept"][1:]) == pytest.approx([700, 851.25, 988.25])
        assert list(self.table["crr"][1:]) == pytest.approx([0.7, 0.709375, 0.723330], abs=5e-7)
        assert list(self.table["crr_textbook"][1:]) == pytest.approx([0.7, 0.721875, 0.744328], abs=5e-7)
        assert list(self.table["quick_ratio"][1:]) == pytest.approx([1.6667, 1.4767, 1.3986], abs=5e-5)
        assert self.table["returned"][2] == pytest.approx(15)
        assert list(self.table["new"][1:]) == pytest.approx([500] * 3)
        middle = self.table["middle"] / self.table["customers"]
        assert list(middle[:3]) == pytest.approx([0.6, 0.575, 0.5378], abs=5e-5)
        assert math.isnan(self.table["crr"][0])

    def test_four_numbers_called_annual(self) -> None:
        year = self.table.iloc[2]
        assert year["crr_endpoint"] == pytest.approx(0.59125, abs=1e-12)
        assert year["crr_unbroken"] == pytest.approx(0.57625, abs=1e-12)
        assert year["crr_chain"] == pytest.approx(0.496563, abs=1e-6)  # .4965625
        assert self.table["crr"][1] ** 2 == pytest.approx(0.49)

    def test_with_contacts_in_the_base_the_rate_is_another(self) -> None:
        model = worked(retained=("short", "middle", "long"))
        assert model.project(1).table["crr"][1] == pytest.approx(0.4143, abs=5e-5)

    def test_the_change_is_all_mix(self) -> None:
        path, rho = self.table, worked().retention
        before, after = ({s: (path[s][t], path[s][t] * rho[s]) for s in rho.index} for t in (0, 1))
        split = crr.decompose(before, after)
        assert split.rate_effect == pytest.approx(0, abs=1e-15)
        assert split.mix_effect == pytest.approx(0.009375, abs=1e-12)


def test_eigenvalue_and_vectors() -> None:
    model = worked()
    assert model.growth_rate == pytest.approx(0.910242, abs=5e-7)
    assert list(model.stable_mix) == pytest.approx([0.0394, 0.9606], abs=5e-5)
    closed = crr.StageModel(WORKED, {"middle": 600, "long": 400}).project(200).table
    assert closed["crr_unbroken"][200] / closed["crr_unbroken"][199] == pytest.approx(model.growth_rate, abs=1e-12)


class TestFundamental:
    plain = worked().fundamental()
    returns = worked().fundamental(returns=True)

    def test_stays(self) -> None:
        matrix = [[1.568627, 3.921569], [0.392157, 10.980392]]
        assert self.plain.matrix.to_numpy() == pytest.approx(np.array(matrix), abs=5e-7)
        assert list(self.plain.table["stay"]) == pytest.approx([5.490, 11.373], abs=5e-4)
        assert list(self.plain.table["variance"]) == pytest.approx([70.79, 113.35], abs=5e-3)
        assert self.plain.reach.loc["middle", "long"] == pytest.approx(0.357143, abs=5e-7)
        assert self.plain.leaves_to.sum(axis=1).tolist() == pytest.approx([1, 1])

    def test_values(self) -> None:
        assert list(self.plain.value(MARGINS)) == pytest.approx([800 / 3, 2000 / 3])
        assert list(self.plain.value(MARGINS, discount=1 / 1.05)) == pytest.approx([177.882, 449.647], abs=5e-4)

    def test_with_returns(self) -> None:
        stay = self.returns.table.set_index("stage")["stay"]
        assert [stay["middle"], stay["long"]] == pytest.approx([6.862745, 12.745098], abs=5e-7)
        value = self.returns.value(MARGINS)
        assert list(value[["middle", "long", "lapsed", "short"]]) == pytest.approx(
            [333.333, 733.333, 66.667, 74.074], abs=5e-4
        )

    @pytest.mark.parametrize("returns", [False, True])
    def test_against_simulated_lives(self, returns: bool) -> None:
        # 20,000 lives of middle customers, step by step
        random, stages = np.random.default_rng(1), [*STAGES, "exit"]
        moves = np.c_[WORKED.to_numpy(), 1 - WORKED.sum(axis=1)]
        state, stay, running = np.full(20_000, 1), np.zeros(20_000), np.ones(20_000, dtype=bool)
        for _step in range(400):
            customer = (state == 1) | (state == 2)
            running &= (state != stages.index("exit")) if returns else customer
            stay += customer & running
            draws, cumulated = random.random(20_000), np.vstack([moves, [0, 0, 0, 0, 1]]).cumsum(axis=1)
            state = (draws[:, None] > cumulated[state]).sum(axis=1).clip(max=4)
        row = (self.returns if returns else self.plain).table.set_index("stage").loc["middle"]
        assert stay.mean() == pytest.approx(row["stay"], abs=0.3)
        assert stay.var() == pytest.approx(row["variance"], rel=0.06)

    def test_a_discount_is_a_factor(self) -> None:
        with pytest.raises(InputError, match=r"1/1\.05"):
            self.plain.value(MARGINS, discount=1.05)
        with pytest.raises(InputError, match="Did you mean 'long'"):
            self.plain.value({"lnog": 60})


class TestEquilibrium:
    steady = worked().equilibrium(margins=MARGINS)

    def test_printed(self) -> None:
        assert list(self.steady.counts) == pytest.approx([2500, 980.392, 2450.980, 2500], abs=5e-4)
        assert self.steady.customers == pytest.approx(3431.3725, abs=5e-5)
        assert self.steady.crr == pytest.approx(0.817857, abs=5e-7)
        assert self.steady.margin == pytest.approx(166_666.67, abs=5e-3)

    def test_littles_law(self) -> None:
        assert (self.steady.new, self.steady.entered) == pytest.approx((500, 625))
        assert self.steady.customer_periods == pytest.approx(6.862745, abs=5e-7)
        assert self.steady.stay == pytest.approx(5.490196, abs=5e-7)
        assert self.steady.stay == pytest.approx(1 / (1 - self.steady.crr))
        # entries times stay, and new customers times their whole stay
        assert self.steady.entered * self.steady.stay == pytest.approx(self.steady.customers)
        assert self.steady.new * self.steady.customer_periods == pytest.approx(self.steady.customers)

    def test_it_is_far_away(self) -> None:
        assert self.steady.growth == pytest.approx(0.923586, abs=5e-7)
        assert self.steady.half_life == pytest.approx(8.7, abs=0.05)
        assert worked().project(500).table["customers"][500] == pytest.approx(self.steady.customers)


class TestPublishedMatrices:
    """reference.json mpm-*: recomputed there; N is printed with columns from."""

    def test_whale(self) -> None:
        model = population(WHALE)
        assert model.growth_rate == pytest.approx(1.0254413, abs=5e-8)
        assert list(model.stable_mix) == pytest.approx([0.036972, 0.316071, 0.32291, 0.324047], abs=5e-7)

    def test_whale_lives(self) -> None:
        survival = np.array(WHALE)
        born = np.zeros_like(survival)
        born[0, 1:] = survival[0, 1:]
        lives = population((survival - born).tolist()).fundamental()
        assert list(lives.matrix.iloc[0]) == pytest.approx([1, 10.995501, 17.366284, 40.048778], abs=5e-7)
        assert list(lives.table["stay"]) == pytest.approx([69.410562, 69.98523, 70.946834, 51.020408], abs=5e-7)
        generations = population((born @ lives.matrix.to_numpy().T).tolist())
        assert generations.growth_rate == pytest.approx(2.013144, abs=5e-7)  # R0
        generation = math.log(generations.growth_rate) / math.log(population(WHALE).growth_rate)
        assert generation == pytest.approx(27.850791, abs=5e-6)

    def test_tortoise(self) -> None:
        found = {name: population(matrix).growth_rate for name, matrix in TORTOISE.items()}
        expected = {"low": 0.8740876, "medlow": 0.9185027, "medhigh": 0.9580592, "high": 0.9818956}
        assert found == pytest.approx(expected, abs=5e-8)

    def test_teasel(self) -> None:
        model = population(TEASEL)
        assert model.growth_rate == pytest.approx(2.3340059, abs=5e-8)
        expected = [0.637673, 0.263921, 0.012237, 0.069311, 0.012241, 0.004617]
        assert list(model.stable_mix) == pytest.approx(expected, abs=5e-7)

    def test_hudsonia(self) -> None:
        found = {year: population(matrix).growth_rate for year, matrix in HUDSONIA.items()}
        assert found == pytest.approx({"A85": 0.959344, "A86": 1.009809, "A87": 0.845312, "A88": 1.01832}, abs=5e-7)

    def test_pfeifer_and_carraway(self) -> None:
        # Journal of Interactive Marketing 14(2), 2000: who bought r years ago buys with p_r; 40 at a purchase, 4 for
        # each mailing, 20 % a year. The printed 50.115; the rest recomputed.
        p, stages = [0.3, 0.2, 0.15, 0.05], ["r1", "r2", "r3", "r4"]
        matrix = pd.DataFrame(0.0, index=stages, columns=stages)
        matrix["r1"] = p
        for i in range(3):
            matrix.iloc[i, i + 1] = 1 - p[i]
        lives = crr.StageModel(matrix, {"r1": 1}, retained=stages).fundamental()
        brings = {"r1": 36, "r2": -4, "r3": -4, "r4": -4}
        assert list(lives.value(brings, discount=1 / 1.2, periods=4)) == pytest.approx(
            [50.115, 4.22, 0.592, -1.98], abs=5e-4
        )
        assert list(lives.value(brings, discount=1 / 1.2)) == pytest.approx([52.32, 5.554, 1.251, -1.82], abs=5e-4)
        assert list(lives.table["stay"]) == pytest.approx([6.05, 4.622, 3.015, 1.303], abs=5e-4)


shares = st.lists(st.floats(0.01, 1), min_size=5, max_size=5)


@st.composite
def models(draw: st.DrawFn) -> crr.StageModel:
    """Four stages whose rows are short of 1, with any start and inflow."""
    rows = [[x / (sum(row)) for x in row[:4]] for row in (draw(shares) for _stage in STAGES)]
    matrix = pd.DataFrame(rows, index=STAGES, columns=STAGES)
    start = {stage: draw(st.integers(1, 1000)) for stage in STAGES}
    return crr.StageModel(matrix, start, {stage: draw(st.integers(0, 100)) for stage in STAGES})


@settings(max_examples=25, deadline=None)
@given(models(), st.integers(1, 6))
def test_laws(model: crr.StageModel, periods: int) -> None:
    table = model.project(periods).table
    rates = model.retention
    assert model.table[[*STAGES, "exit"]].sum(axis=1).tolist() == pytest.approx([1] * 4)
    for t in range(1, periods + 1):
        now, before = table.iloc[t], table.iloc[t - 1]
        # the plain loop over everybody, cell by cell
        for to in STAGES:
            arrived = sum(before[a] * model.matrix.loc[a, to] for a in STAGES)
            assert now[to] == pytest.approx(arrived + model.table.set_index("from").loc[to, "inflow"])
        weights = before[["middle", "long"]] / before["customers"]
        assert now["crr"] == pytest.approx((weights * rates).sum(), abs=1e-12)
        assert before["customers"] - now["lost"] + now["new"] + now["returned"] == pytest.approx(now["customers"])
        assert now["crr_endpoint"] >= now["crr_unbroken"] - 1e-12
    steady = model.equilibrium()
    again = steady.counts.to_numpy() @ model.matrix.to_numpy() + model.table["inflow"].to_numpy()
    assert again == pytest.approx(steady.counts.to_numpy())


def test_order_of_rows_does_not_matter() -> None:
    other = crr.StageModel(
        WORKED.loc[STAGES[::-1], ["long", "short", "lapsed", "middle"]],
        {"long": 400, "middle": 600, "short": 2500}, {"short": 2250},
    )  # fmt: skip
    for name in ("customers", "crr", "crr_endpoint"):
        assert other.project(4).table[name].tolist() == pytest.approx(
            worked().project(4).table[name].tolist(), nan_ok=True
        )


COUNTS = pd.DataFrame(
    [("short", "short", 10), ("short", "middle", 20), ("short", "exit", 70), ("middle", "middle", 180),
     ("middle", "long", 150), ("middle", "lapsed", 270), ("long", "middle", 10), ("long", "long", 360),
     ("long", "lapsed", 30), ("lapsed", "middle", 1), ("lapsed", "lapsed", 15), ("lapsed", "exit", 4)],
    columns=["from_stage", "to_stage", "customers"],
)  # fmt: skip
FROM_COUNTS = crr.StageModel.from_counts(COUNTS, {"short": 2500, "middle": 600, "long": 400}, {"short": 2250})


class TestFromCounts:
    def test_is_the_worked_example(self) -> None:
        assert FROM_COUNTS.matrix.loc[STAGES, STAGES].to_numpy() == pytest.approx(WORKED.to_numpy())
        assert FROM_COUNTS.thin == ("lapsed",)  # 20 customers

    def test_periods_are_added(self) -> None:
        half = COUNTS.assign(customers=COUNTS["customers"] / 2)
        both = pd.concat([half.assign(from_period="2024H1"), half.assign(from_period="2024H2")])
        model = crr.StageModel.from_counts(both, {"middle": 1})
        assert model.matrix.equals(FROM_COUNTS.matrix)

    def test_a_row_that_nobody_stood_in_is_not_known(self) -> None:
        with pytest.raises(InputError, match="lapsed: its row is not known"):
            crr.StageModel.from_counts(COUNTS[COUNTS["from_stage"] != "lapsed"], {"middle": 1})
        with pytest.raises(InputError, match="customers"):
            crr.StageModel.from_counts(COUNTS.rename(columns={"customers": "n"}), {"middle": 1})

    @pytest.mark.slow
    def test_bands_have_the_spread_of_the_binomial(self) -> None:
        table = FROM_COUNTS.project(2, draws=400, seed=7).table
        # CRR of step 1 is .6 X/600 + .4 Y/400 with X ~ B(600, .55), Y ~ B(400, .925)
        spread = math.sqrt(0.6**2 * 0.55 * 0.45 / 600 + 0.4**2 * 0.925 * 0.075 / 400)
        assert table["crr_low"][1] == pytest.approx(0.7 - 1.96 * spread, abs=0.4 * spread)
        assert table["crr_high"][1] == pytest.approx(0.7 + 1.96 * spread, abs=0.4 * spread)
        assert table["customers_low"][0] == table["customers_high"][0] == 1000
        assert table.equals(FROM_COUNTS.project(2, draws=400, seed=7).table)

    def test_bands_need_counts(self) -> None:
        with pytest.raises(InputError, match="from_counts"):
            worked().project(2, draws=10)


def changed(a: str, b: str, value: object) -> pd.DataFrame:
    matrix = WORKED.astype(object)
    matrix.loc[a, b] = value
    return matrix


@pytest.mark.parametrize(
    ("matrix", "says"),
    [
        (changed("middle", "long", 25), "25 in the row of 'middle' is above 1"),
        (changed("middle", "long", 0.5), "row of 'middle' sums to 1.25"),
        (changed("middle", "long", -0.1), "is negative"),
        (changed("middle", "long", math.nan), "finite"),
        (changed("middle", "long", "a"), "not a number"),
        (WORKED.assign(exit=0.5), "'short' sums to 0.8"),
        (WORKED.drop(columns="lapsed"), "same stages"),
        (WORKED.rename(index={"short": "new"}, columns={"short": "new"}), "Rename the stage"),
        (WORKED.to_numpy(), "frame"),
    ],
)
def test_matrices_refused(matrix, says: str) -> None:
    with pytest.raises(InputError, match=says):
        crr.StageModel(matrix, {"middle": 1})


def test_other_refusals() -> None:
    with pytest.raises(InputError, match="Did you mean 'middle'"):
        crr.StageModel(WORKED, {"midle": 1})
    with pytest.raises(InputError, match="negative"):
        crr.StageModel(WORKED, {"middle": 1}, {"short": -5})
    with pytest.raises(InputError, match="Did you mean 'long'"):
        crr.StageModel(WORKED, {"middle": 1}, retained=("middle", "lng"))
    with pytest.raises(InputError, match="names no stage"):
        crr.StageModel(WORKED, {"middle": 1}, retained=())
    with pytest.raises(InputError, match="must map stages"):
        crr.StageModel(WORKED, [1, 2, 3, 4])
    with pytest.raises(InputError, match="at least one step"):
        worked().project(0)
    with pytest.raises(InputError, match="whole"):
        worked().project(1.5)


def test_no_equilibrium_where_some_never_leave() -> None:
    stuck = crr.StageModel(changed("lapsed", "lapsed", 0.95), {"middle": 1}, {"short": 1})
    with pytest.raises(InputError, match="greatest eigenvalue is 1"):
        stuck.equilibrium()
    with pytest.raises(InputError, match=r"1\.02544"):
        population(WHALE).fundamental()
    assert stuck.fundamental().table["stay"].notna().all()  # customers still lapse


def test_a_population_is_taken_with_a_warning_where_everybody_counts() -> None:
    whale = pd.DataFrame(np.array(WHALE).T, index=list("abcd"), columns=list("abcd"))
    with pytest.warns(StageModelWarning, match="'c' sums to 1.1118"):
        model = crr.StageModel(whale, {"a": 1}, retained=tuple("abcd"))
    assert model.growth_rate == pytest.approx(1.0254413, abs=5e-8)
    with pytest.raises(InputError, match="takes members that bear"):
        crr.StageModel(whale, {"a": 1}, retained=("a", "b"))
    with pytest.raises(InputError, match=r"sums to 1\.11"):
        crr.StageModel(whale, {"a": 1}, retained=tuple("abcd"), population=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        crr.StageModel(whale, {"a": 1}, retained=("a", "b"), population=True)


def test_an_empty_base_has_no_rate() -> None:
    table = crr.StageModel(WORKED, {"short": 100}).project(2).table
    assert math.isnan(table["crr"][1])
    assert table["crr"][2] == pytest.approx(0.55)


def test_exits_may_be_said() -> None:
    said = WORKED.assign(exit=1 - WORKED.sum(axis=1))
    assert crr.StageModel(said, {"middle": 1}).matrix.equals(worked().matrix)


def test_what_is_shown() -> None:
    model = worked()
    assert "short" in str(model)
    assert "Customers 1,000 → 1,366, steps: 2; CRR of the last step 70.9%" in str(model.project(2))
    with crr.use_language("ru"):
        text = "\n".join(map(str, (model, model.project(2, margins=MARGINS), model.fundamental(), model.equilibrium())))
    assert "средняя" in text
    assert not [word for word in ("short", "step", "stage", "CRR of", "long") if word in text]
