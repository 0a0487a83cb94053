"""The cube of lists kept from time to time: its account is that of `retention_by_period`, in Python and the browser."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from test_list_cube import ask_node, compare_accounts, compare_cohorts, compare_stages, rhythm

from crrkit.ground import InputError
from crrkit.judge.whatif import StageModel
from crrkit.measure import retention_by_period
from crrkit.measure.cohorts import cohort_grid
from crrkit.measure.cube import (
    ListCube,
    ListSettings,
    cohorts_of,
    list_cube,
    rates_by_segment,
    rates_by_silence,
    shared_cube,
)
from crrkit.measure.stages import stage_flow
from crrkit.read import read_snapshots
from crrkit.widgets.own_list import ListExplorer

FLOWS = ["start", "kept", "lost", "new", "returned", "end"]


def lists(seed: int, *, months: int = 10, people: int = 20, missing: tuple[int, ...] = ()) -> pd.DataFrame:
    """Who stands on the list of each month; some leave, some of them come back, some lists are missing."""
    random = np.random.default_rng(seed)
    there = random.random(people) < 0.5
    rows = []
    for month in range(months):
        there = np.where(there, random.random(people) < 0.85, random.random(people) < 0.2)
        name = str(pd.Period("2023-11", freq="M") + month)
        here = [] if month in missing else np.flatnonzero(there)
        rows += [(name, f"c{who}", f"p{who % 3}") for who in here]
    return pd.DataFrame(rows, columns=["month", "client", "plan"])


def cube_of(log: pd.DataFrame, **options: object) -> ListCube:
    return list_cube(read_snapshots(log, customer="client", at="month", by="plan", **options))


def settings_of(cube: ListCube) -> list[ListSettings]:
    keys = [None, *(segment.key for segment in cube.segments)]
    months = [*cube.regulars, None][0]
    return [ListSettings(every, 0, key, regular=months) for every, key in product(cube.everies, keys)]


def compare(cube: ListCube) -> int:
    """The account of every setting against that which is counted anew."""
    for one in settings_of(cube):
        kept = retention_by_period(cube.base, every=one.every, by="plan")
        part = kept.whole if one.segment is None else kept.segment(plan=one.segment.partition(": ")[2])
        found = cube.account(one)
        pd.testing.assert_frame_equal(found, part.table[list(found.columns)], check_dtype=False)
    return len(settings_of(cube))


def test_four_lists_counted_by_hand() -> None:
    # January: a b c · February: a c · March: a b d · April: a b e. What a list shows at its end is known from then on.
    world = {"2024-01": ["a", "b", "c"], "2024-02": ["a", "c"], "2024-03": ["a", "b", "d"], "2024-04": ["a", "b", "e"]}
    cube = list_cube(read_snapshots(world))
    assert (cube.everies, cube.silences) == (("month", "quarter"), (0,))
    account = cube.account(ListSettings("month", 0))
    assert account[FLOWS].to_numpy().tolist() == [[3, 2, 1, 0, 0, 2], [2, 1, 1, 1, 1, 3], [3, 2, 1, 1, 0, 3]]
    assert account[["new_lost", "returned_lost", "crr_continuous"]].isna().all().all()  # not seen, so not 0
    quarters = cube.account(ListSettings("quarter", 0))
    assert list(quarters["status"]) == ["unseen", "running"]  # no list of the beginning of January
    assert np.isnan(quarters.loc[0, "kept"])
    with pytest.raises(InputError, match="every='week'"):
        cube.account(ListSettings("week", 0))
    with pytest.raises(InputError, match="silence=30"):
        cube.account(ListSettings("month", 30))


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10**6), gap=st.sampled_from([(), (4,), (0, 7), (5, 6)]), taken=st.sampled_from(["end", "start"])
)
def test_random_lists_are_counted_as_retention_by_period_counts_them(
    seed: int, gap: tuple[int, ...], taken: str
) -> None:
    as_counted_anew(seed, gap, taken)


@pytest.mark.slow
def test_a_list_that_is_missing_leaves_the_others_as_retention_by_period_counts_them() -> None:
    as_counted_anew(1, (4,), "start")


def as_counted_anew(seed: int, gap: tuple[int, ...], taken: str) -> None:
    cube = cube_of(lists(seed, missing=gap), taken=taken)
    assert compare(cube) >= 8
    assert bool(cube.regulars) == (not cube.base.missing)


def test_a_missing_list_makes_no_segment_lose() -> None:
    cube = cube_of(lists(3, missing=(4,)))
    unseen = cube.account(ListSettings("month", 0)).set_index("period")["status"]
    gap = next(label for label, status in unseen.items() if status == "unseen")
    assert not len(rates_by_segment(cube, ListSettings("month", 0), gap))
    assert rates_by_silence(cube, ListSettings("month", 0), gap)["kept"].isna().all()  # not 0: nobody looked
    later = rates_by_segment(cube, ListSettings("month", 0), str(unseen.index[-1]))
    assert set(later["since"]) <= {"", *unseen.index[list(unseen.index).index(gap) + 2 :]}  # no run goes on through it


@pytest.mark.slow
def test_stages_and_cohorts_of_lists_are_those_of_the_measures() -> None:
    cube = cube_of(lists(5, months=22, people=40))
    for every, months in zip(("month", "quarter"), (3, 12), strict=True):
        one = ListSettings(every, 0, regular=months)
        flow = stage_flow(cube.base, every=every, rule=cube.rule_under(one))
        found = cube.stages(one)
        known = found["status"] == "complete"
        columns = [name for name in found.columns if name in flow.table.columns]
        expected = flow.table.set_index("period").loc[found.loc[known, "period"]].reset_index()[columns]
        pd.testing.assert_frame_equal(
            found.loc[known, columns].reset_index(drop=True), expected.rename_axis(columns=None), check_dtype=False
        )
        moves = flow.transitions[flow.transitions["from_period"].isin(found.loc[known, "period"])]
        own = cube.transitions(one)
        own = own[own["from_period"].isin(found.loc[known, "period"])]
        pd.testing.assert_frame_equal(own.reset_index(drop=True), moves.reset_index(drop=True), check_dtype=False)
        grid = cohort_grid(cube.base, every=every).to_pandas().query("status == 'observed'")
        cells = cohorts_of(cube, one).merge(grid, on=["cohort", "age"], how="left", suffixes=("", "_grid"))
        assert cells["active"].tolist() == cells["active_grid"].tolist()
        assert cells["size"].tolist() == cells["size_grid"].tolist()


@pytest.mark.slow
def test_the_browser_says_the_same_of_lists() -> None:
    cubes = [cube_of(lists(seed, missing=gap)) for seed, gap in ((1, ()), (2, (4, 7)))]
    asked = [(cube.to_state(), settings_of(cube), rhythm(cube)) for cube in cubes]
    for cube, (_state, chosen, _facts), answers in zip(cubes, asked, ask_node(asked), strict=True):
        compare_accounts(cube, chosen, answers)
        pairs = [*zip(chosen, answers, strict=True)]
        if not cube.base.missing:
            compare_stages(cube, pairs)
            assert compare_cohorts(cube, pairs) > 20
        for one, answer in pairs:
            period = answer["rows"][-1]["label"]
            beside = rates_by_segment(cube, one, period)
            assert [row["key"] for row in answer["beside"][1]] == list(beside["segment"])
            assert [row["periods"] for row in answer["beside"][1]] == list(beside["periods"])


def test_the_explorer_opens_lists_and_gives_the_account() -> None:
    base = read_snapshots(lists(7, people=200), customer="client", at="month", by="plan")
    explorer = ListExplorer(base)
    assert (explorer.every, explorer.silence, explorer.choices["by_period"]) == ("month", 0, False)
    assert explorer.kept.table[FLOWS].equals(retention_by_period(base, every="month").table[FLOWS])
    assert "By the lists we kept" in explorer.still()
    assert isinstance(explorer.model, StageModel)
    names = [name for name, _title, _text in explorer._card]
    assert ("activity" in names, "merge_gap" in names) == (True, False)
    ids = set(lists(7, people=200)["client"])
    assert not [who for who in ids if f'"{who}"' in str(explorer.get_state())]


def test_who_is_on_a_first_list_of_few_is_not_told_to_strangers() -> None:
    log = lists(7, people=400)
    first = log["month"] == log["month"].min()
    few = pd.concat([log[first][:4], log[~first]])
    shared = shared_cube(cube_of(few), ListSettings("month", 0, regular=12), least=10)
    begin = shared.account(ListSettings("month", 0)).iloc[0]
    assert begin["period"] in shared.withheld
    assert np.isnan(begin["start"])
    assert shared.to_state()["opening"]["month"][0] == 0
