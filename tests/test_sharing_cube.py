"""What a shared cube may tell: no flow, and no difference between two settings, of fewer than so many customers."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from test_list_cube import ask_node, base_of, compare_accounts, contracts_of, crowd, memberships

from crrkit.ground import InputError
from crrkit.measure.cube import ListCube, ListSettings, SharedCube, list_cube, shared_cube
from crrkit.measure.cube.stretches import NOT_TOLD

COUNTS = ["start", "kept", "lost", "new", "returned", "end", "new_lost", "returned_lost"]
LEAST = 5
LISTS = [
    (list_cube(base_of(crowd(11, people=300, days=200))), ListSettings("month", 30, regular=2)),
    (list_cube(base_of(crowd(12, people=900, days=400, regions=4))), ListSettings("month", 45, regular=3)),
    (list_cube(contracts_of(memberships(5, people=300))), ListSettings("month", 0)),
]


@pytest.fixture(scope="module")
def shares() -> list[tuple[ListCube, SharedCube]]:
    return [(cube, shared_cube(cube, settings, least=LEAST)) for cube, settings in LISTS]


def told_of(shared: SharedCube, segment: str | None) -> dict[int, pd.DataFrame]:
    """Every count that somebody can read off the shared cube, by limit: the account and the moves of stages."""
    found = {}
    for silence in shared.cube.silences:
        regular = shared.cube.regulars[0] if shared.cube.regulars else None
        settings = ListSettings(shared.cube.everies[0], silence, segment, regular)
        table = shared.account(settings).set_index("period")[COUNTS]
        if shared.cube.regulars:
            stages = shared.cube.stages(settings).set_index("period")[["middle", "long", "lapsed"]]
            moves = shared.cube.transitions(settings)
            wide = moves.assign(move=moves["from_stage"] + moves["to_stage"])
            wide = wide.pivot_table(index="from_period", columns="move", values="customers", fill_value=0)
            table = table.join(stages).join(wide)
            table = table[~table.index.isin(shared.withheld)]
        found[silence] = table
    return found


def few(table: pd.DataFrame) -> pd.DataFrame:
    return (table.abs() > 0) & (table.abs() < LEAST)


def test_nothing_that_is_told_and_no_difference_of_two_settings_is_of_few(shares) -> None:
    looked = 0
    for _cube, shared in shares:
        for segment in [None, *(one.key for one in shared.cube.segments)]:
            tables = told_of(shared, segment)
            for one in tables.values():
                assert not few(one).any(axis=None)
                looked += int(one.notna().sum().sum())
            for one, other in combinations(tables.values(), 2):
                assert not few(one - other).any(axis=None)
    assert looked > 200


def test_what_is_told_is_what_was_counted(shares) -> None:
    for cube, shared in shares:
        for silence in shared.cube.silences:
            settings = ListSettings(shared.cube.everies[0], silence, None, *shared.cube.regulars)
            told, counted = (one.account(settings).set_index("period")[COUNTS] for one in (shared, cube))
            there = ~told.index.isin(shared.withheld)
            assert there.sum() > 1
            known = told[there].notna()
            assert (told[there][known] == counted[there][known]).where(known, other=True).all(axis=None)
            assert not known[list(set(NOT_TOLD[shared.told]) & set(COUNTS))].any(axis=None)
            assert known[[name for name in COUNTS if name not in NOT_TOLD[shared.told]]].all(axis=None)
            assert told[~there].isna().all(axis=None)


@pytest.mark.slow
def test_more_than_one_limit_and_segments_can_stay_and_a_small_one_never_does() -> None:
    # Of a hundred in each region everybody buys in January and in March, half of them in February, too: by 35 days of
    # silence fifty of a hundred are there on 1 March, by 60 and by 90 all are; nobody else moves.
    rows = [(f"{region}{i}", day, region) for region in "ab" for i in range(100) for day in DAYS[i % 2]]
    settings = ListSettings("month", 35, regular=2)
    log = pd.DataFrame(rows, columns=["who", "at", "region"])
    shared = shared_cube(list_cube(base_of(log, as_of="2024-04-01")), settings, least=10)
    assert set(shared.cube.silences) >= {35, 60}
    assert [one.key for one in shared.cube.segments] == ["region: a", "region: b"]
    assert shared.withheld == ()
    few_more = pd.DataFrame([(f"c{i}", day, "c") for i in range(3) for day in DAYS[0]], columns=list(log.columns))
    again = shared_cube(list_cube(base_of(pd.concat([log, few_more]), as_of="2024-04-01")), settings, least=10)
    assert again.cube.segments == ()
    assert "c" not in str(again.to_state()["segments"])


DAYS = (("2024-01-10", "2024-02-05", "2024-03-10"), ("2024-01-10", "2024-03-10"))


@pytest.mark.slow
def test_where_nothing_is_left_it_is_refused() -> None:
    few_people = list_cube(base_of(crowd(1)))
    with pytest.raises(InputError, match="Nothing can be shared by the month"):
        shared_cube(few_people, ListSettings("month", 30, regular=2), least=10)
    with pytest.raises(InputError, match="silence='period'"):
        shared_cube(few_people, ListSettings("month", "period", regular=2), least=10)


def test_its_state_says_nothing_more(shares) -> None:
    for cube, shared in shares:
        state = shared.to_state()
        assert state["gaps"] is None
        assert state["cohorts"] == state["numbers"] == []
        assert len(state["spans"]) == 1
        assert state["withheld"] == list(shared.withheld)
        periods = [*cube.account(ListSettings(shared.every, cube.silences[0]))["period"]]
        gone = np.isin(periods, shared.withheld)
        for name in ("kept", "new", "unbroken", "back"):
            assert not shared.cube.tallies[shared.every][name][:, gone].any(), name


def test_the_browser_tells_no_more_of_it_than_python(shares) -> None:
    asked = []
    for _cube, shared in shares:
        keys = [None, *(one.key for one in shared.cube.segments)]
        regular = shared.cube.regulars[0] if shared.cube.regulars else None
        settings = [ListSettings(shared.every, days, key, regular) for days in shared.cube.silences for key in keys]
        asked.append((shared, settings))
    answers = ask_node([(shared.to_state(), settings) for shared, settings in asked])
    for (shared, settings), told in zip(asked, answers, strict=True):
        compare_accounts(shared, settings, told)
        for answer in told:
            gone = [row for row in answer["rows"] if row["label"] in shared.withheld]
            assert len(gone) == len(shared.withheld)
            assert {row["start"] for row in gone} <= {None}
            stages = {row["label"]: row for row in answer["stages"]}
            assert all(stages[label]["middle"] is None for label in shared.withheld if label in stages)
            moves = [row for row in answer["stages"] if row["transitions"] and row["label"] in shared.withheld]
            assert not moves
            assert answer["gaps"] is None
            assert answer["cohorts"] == []
