"""The change of a rate split into rate and mix: printed values, laws, refusals."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import crrkit as crr
from crrkit.ground.errors import InconsistentCounts, InputError
from crrkit.judge.decomposition import decompose

OLD = {"middle": (0.6, 0.55), "long": (0.4, 0.925)}


def column(split, name: str) -> list[float]:
    return list(split.table[name])


class TestPrinted:
    def test_v1_mix_only(self) -> None:
        split = decompose(OLD, {"middle": (0.575, 0.55), "long": (0.425, 0.925)})
        assert (split.crr_before, split.crr_after) == pytest.approx((0.70, 0.709375), abs=1e-12)
        assert split.rate_effect == pytest.approx(0, abs=1e-15)
        assert split.mix_effect == pytest.approx(0.009375, abs=1e-12)
        assert column(split, "mix_effect") == pytest.approx([0.003867, 0.005508], abs=5e-7)
        # 1/2 (.55 + .55) * -.025 and 1/2 (.925 + .925) * .025
        assert column(split, "mix_raw") == pytest.approx([-0.01375, 0.023125], abs=1e-12)
        assert split.notes == ("No segment's retention changed: the overall rate moved by the mix alone.",)

    def test_v2_both(self) -> None:
        new = {"middle": (0.575, 0.52), "long": (0.425, 0.93)}
        split = decompose(OLD, new)
        assert split.crr_after == pytest.approx(0.69425, abs=1e-12)
        assert split.change == pytest.approx(-0.005750, abs=1e-12)
        assert split.rate_effect == pytest.approx(-0.0155625, abs=1e-12)
        assert column(split, "rate_effect") == pytest.approx([-0.017625, 0.0020625], abs=1e-12)
        assert split.mix_effect == pytest.approx(0.0098125, abs=1e-12)
        assert split.interaction == 0
        assert split.notes == ()
        three = decompose(OLD, new, kind="threefold")
        parts = (three.rate_effect, three.mix_effect, three.interaction)
        assert parts == pytest.approx((-0.016, 0.009375, 0.000875), abs=1e-12)
        said = [one.caption().replace("\N{NO-BREAK SPACE}", " ") for one in (split, three)]
        assert said[0] == "CRR 70.0% → 69.4%: −0.58 pp = −1.56 pp by rate, +0.98 pp by mix"
        sum_of_three = "−0.58 pp = −1.60 pp by rate, +0.94 pp by mix, +0.09 pp by both"
        assert said[1] == f"CRR 70.0% → 69.4%: {sum_of_three}"

    def test_v3_simpson(self) -> None:
        old, new = {"middle": (0.4, 0.55), "long": (0.6, 0.925)}, {"middle": (0.7, 0.57), "long": (0.3, 0.93)}
        split = decompose(old, new)
        assert (split.crr_before, split.crr_after) == pytest.approx((0.775, 0.678), abs=1e-12)
        assert (split.rate_effect, split.mix_effect) == pytest.approx((0.01325, -0.11025), abs=1e-12)
        assert "kept more" in split.notes[0]
        assert "kept fewer" in decompose(new, old).notes[0]
        assert "Simpson" in str(split)


def test_counts_and_shares_say_the_same() -> None:
    counts = {"middle": (600, 330), "long": (400, 370)}
    later = {"middle": (690, 379.5), "long": (510, 471.75)}  # a model's counts need not be whole
    split = decompose(counts, later)
    assert split.table.equals(decompose(counts, {"middle": (690, 0.55), "long": (510, 0.925)}).table)
    assert split.mix_effect == pytest.approx(0.009375, abs=1e-12)


@pytest.mark.parametrize("rate", ["rate", "crr"])
def test_frames(rate: str) -> None:
    old = pd.DataFrame({"stage": ["middle", "long"], "share": [0.6, 0.4], rate: [0.55, 0.925]})
    new = pd.DataFrame({"start": [690, 510], "kept": [379.5, 471.75]}, index=["middle", "long"])
    assert decompose(old, new.rename_axis("stage").reset_index(), by="stage").mix_effect == pytest.approx(0.009375)
    assert decompose(old.set_index("stage"), new).mix_effect == pytest.approx(0.009375)


def test_two_periods_of_an_account_by_segments() -> None:
    rows = pd.DataFrame(
        {
            "who": ["a", "b", "c", "d", "e"],
            "region": ["north", "north", "south", "south", "south"],
            "joined": ["2024-01-01"] * 4 + ["2024-01-20"],
            # February: both of the north stay, one of three in the south leaves; March: one of two leaves in either
            "left": [None, "2024-03-10", "2024-02-10", "2024-03-12", None],
        }
    )
    base = crr.read_contracts(rows, customer="who", start="joined", end="left", by="region", as_of="2024-04-01")
    kept = crr.retention_by_period(base, every="month", by="region")
    split = decompose("2024-02", "2024-03", account=kept)
    assert list(split.table["segment"]) == ["north", "south"]
    assert (split.crr_before, split.crr_after) == (pytest.approx(4 / 5), pytest.approx(2 / 4))
    # rate: 1/2 (2/5 + 2/4)(1/2 - 1) + 1/2 (3/5 + 2/4)(1/2 - 2/3)
    assert split.rate_effect == pytest.approx(-0.225 - 0.55 / 6)
    with pytest.raises(InputError, match="2024-02"):
        decompose("2024-02", "2024-3", account=kept)
    with pytest.raises(InputError, match="by="):
        decompose("2024-02", "2024-03", account=crr.retention_by_period(base, every="month"))


def test_who_was_there_once_is_mix() -> None:
    split = decompose({"old": (100, 80)}, {"old": (100, 80), "new": (100, 20)})
    assert split.rate_effect == 0
    assert split.mix_effect == split.change == pytest.approx(-0.3)
    assert math.isnan(split.table["crr_before"][1])
    assert split.notes[-1] == "Only in one of the periods, so that all they do is mix: new."
    assert "–" in str(split)


rates = st.floats(0, 1)
weights = st.floats(0.01, 100)
worlds = st.integers(1, 5).flatmap(
    lambda n: st.lists(st.tuples(weights, rates, weights, rates), min_size=n, max_size=n)
)


def as_counts(world, first: int) -> dict[str, tuple[float, float]]:
    return {f"s{i}": (row[first], row[first] * row[first + 1]) for i, row in enumerate(world)}


@settings(max_examples=60, deadline=None)
@given(worlds)
def test_laws(world) -> None:
    # 1000 keeps counts apart from shares and rates
    world = [(1000 * a, r, 1000 * b, s) for a, r, b, s in world]
    frames = [
        pd.DataFrame.from_dict(as_counts(world, first), orient="index", columns=["start", "kept"]) for first in (0, 2)
    ]
    split, swapped = decompose(frames[0], frames[1]), decompose(frames[1], frames[0])
    w = [np.array([row[k] for row in world]) / sum(row[k] for row in world) for k in (0, 2)]
    r = [np.array([row[k] for row in world]) for k in (1, 3)]
    assert split.crr_before == pytest.approx(sum(w[0] * r[0]), abs=1e-12)  # sum of share times rate is the rate
    assert split.crr_after == pytest.approx(sum(w[1] * r[1]), abs=1e-12)
    assert split.rate_effect + split.mix_effect == pytest.approx(split.change, abs=1e-12)
    assert split.rate_effect == pytest.approx(sum((w[0] + w[1]) / 2 * (r[1] - r[0])), abs=1e-12)
    assert split.mix_effect == pytest.approx(split.table["mix_raw"].sum(), abs=1e-12)
    for name in ("rate_effect", "mix_effect", "effect"):
        assert column(swapped, name) == pytest.approx([-x for x in column(split, name)], abs=1e-12)
    three = decompose(frames[0], frames[1], kind="threefold")
    assert three.rate_effect + three.mix_effect + three.interaction == pytest.approx(three.change, abs=1e-12)


@pytest.mark.parametrize(
    ("before", "error", "says"),
    [
        ({"a": (10, 11)}, InconsistentCounts, "11 of 10"),
        ({"a": (0.6, 0.5), "b": (0.5, 0.5)}, InputError, "sum to 1.1"),
        ({"a": (0, 0)}, InputError, "nobody"),
        ({"a": (-1, 0)}, InputError, "negative"),
        ({"a": 5}, InputError, "two numbers"),
        ({}, InputError, "two numbers"),
        ({"a": (math.nan, 0.5)}, InputError, "finite"),
        ([1, 2], InputError, "two numbers"),
        (pd.DataFrame({"share": [0.6, 0.6], "rate": [0.5, 0.5]}, index=["a", "b"]), InputError, "sum to 1.2"),
        (pd.DataFrame({"share": [0.5, 0.5], "rate": [0.5, 50]}, index=["a", "b"]), InputError, "0.5?"),
        (pd.DataFrame({"start": [5, 5], "rate": [0.5, math.nan]}, index=["a", "b"]), InputError, "no rate"),
        (pd.DataFrame({"start": [5, 5], "kept": [1, 1]}, index=["a", "a"]), InputError, "twice"),
        (pd.DataFrame({"start": [5]}, index=["a"]), InputError, "columns start and kept"),
    ],
)
def test_refusals(before, error, says: str) -> None:
    after = {"a": (10, 9)}
    with pytest.raises(error, match=says):
        decompose(before, after)


def test_other_refusals() -> None:
    with pytest.raises(InputError, match="twofold"):
        decompose(OLD, OLD, kind="fourfold")
    with pytest.raises(InputError, match="Did you mean 'stage'"):
        decompose(pd.DataFrame({"stage": ["a"], "start": [1], "kept": [1]}), OLD, by="stag")


def test_russian() -> None:
    with crr.use_language("ru"):
        text = str(decompose({"m": (0.4, 0.55), "l": (0.6, 0.925)}, {"m": (0.7, 0.57), "l": (0.3, 0.93)}))
    assert "Симпсон" in text
    assert "Every" not in text


def test_stages_are_called_as_in_the_other_tables() -> None:
    mix = {"middle": (0.4, 0.55), "long": (0.6, 0.925)}, {"middle": (1.0, 0.57)}
    with crr.use_language("ru"):
        text = str(decompose(*mix))
        own = str(
            decompose(*({"a": state["middle"], **{k: v for k, v in state.items() if k == "long"}} for state in mix))
        )
    assert "средняя" in text
    assert "отнесено к структуре: длительная" in text
    assert "long" not in text
    assert "long" in own, "a name of the list's own beside another is not translated"
    assert list(decompose(*mix).table["segment"]) == ["middle", "long"]


def test_numbers_of_rows_are_no_segments() -> None:
    # Rows of an account for two periods: row 0 and row 2 are one region, and as numbers they would share nothing.
    rows = pd.DataFrame({
        "region": ["n", "s"] * 2, "period": ["2024-01"] * 2 + ["2024-02"] * 2, "start": 10, "kept": [8, 6, 7, 6],
    })  # fmt: skip
    old, new = rows.iloc[:2], rows.iloc[2:]
    with pytest.raises(InputError, match=r"no segment is named\. Say which column names it, such as by='region'"):
        decompose(old, new)
    split = decompose(old, new, by="region")
    assert split.rate_effect == pytest.approx(-0.05)
    assert split.mix_effect == pytest.approx(0)
    numbers = rows[["start", "kept"]].iloc[:2]
    assert decompose(numbers, numbers).change == 0
