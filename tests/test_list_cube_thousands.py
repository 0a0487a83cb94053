"""Thousands of random settings of random lists: what the browser shows is what the measures count anew.

One call of `retention_by_period` with segments answers for every segment and span of its period and silence, so that
many settings are held against few counts; the browser is asked of many lists at once.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from test_list_cube import (
    ask_node,
    base_of,
    compare_accounts,
    compare_cohorts,
    compare_stages,
    contracts_of,
    crowd,
    long_memberships,
)
from test_list_cube_of_lists import cube_of, lists

from crrkit.measure import retention_by_period
from crrkit.measure.cube import ListCube, ListSettings, list_cube
from crrkit.measure.stages import stage_flow

COUNTS_ANEW, SPANS = 14, 6  # of a list: periods with a silence; spans of each of them, the whole list among them
MANY = {"purchases": 8, "contracts": 6, "lists": 9}  # of each kind
STAGES_EVERY = 4  # one of so many settings is looked at move by move in the browser
Two = tuple[pd.DataFrame, pd.DataFrame]


def random_cube(kind: str, seed: int) -> ListCube:
    random = np.random.default_rng(seed)
    if kind == "purchases":
        days, people = int(random.integers(40, 400)), int(random.integers(4, 25))
        log = crowd(seed, people=people, days=days, regions=int(random.integers(2, 5)))
        return list_cube(base_of(log, year_starts=["january", "march"][seed % 2]))
    if kind == "contracts":
        return list_cube(contracts_of(long_memberships(seed, people=int(random.integers(5, 30)))))
    months, people = int(random.integers(5, 27)), int(random.integers(4, 40))
    gaps = tuple(random.choice(months, int(random.integers(0, 3)), replace=False)) if seed % 3 == 0 else ()
    log = lists(seed, months=months, people=people, missing=gaps)
    if seed % 5 == 1:  # kept each quarter
        log = log[log["month"].str[-2:].isin(["03", "06", "09", "12"])]
    return cube_of(log, taken=["end", "start"][seed % 2])


def random_settings(cube: ListCube, seed: int) -> list[ListSettings]:
    """Some periods with a silence and a number of regulars, of each every segment, the whole list or a span of it."""
    random, found = np.random.default_rng(seed), []
    silences = [*cube.silences, *(["period"] if cube.has_period else [])]
    choices = [*product(cube.everies, silences, cube.regulars or [None])]
    chosen = random.choice(len(choices), min(COUNTS_ANEW, len(choices)), replace=False)
    for every, silence, regular in (choices[one] for one in chosen):
        names = list(cube.account(ListSettings(every, silence))["period"])
        for segment, part in product([None, *(one.key for one in cube.segments)], range(SPANS)):
            begin, end = np.sort(random.integers(len(names), size=2))
            span = (names[begin], names[end]) if part else (None, None)
            found.append(ListSettings(every, silence, segment, regular, *span))
    return found


def between(table: pd.DataFrame, settings: ListSettings) -> pd.DataFrame:
    """The rows of a span."""
    names = list(table["period"])
    begin = names.index(settings.first) if settings.first else 0
    return table.iloc[begin : names.index(settings.last) + 1 if settings.last else None].reset_index(drop=True)


def differing(cube: ListCube, settings: list[ListSettings]) -> list[ListSettings]:
    """The settings of which the cube says otherwise than the measures that count anew."""
    kept, flows = {}, {}
    for one in settings:
        if (one.every, one.silence) not in kept:
            anew = retention_by_period(cube.base_under(one), every=one.every, by=cube.base.by)
            kept[one.every, one.silence] = anew
        if has_stages(one) and (one.every, one.silence, one.regular) not in flows:
            base = cube.base if cube.base.has_purchases else cube.base_under(one)
            flow = stage_flow(base, every=one.every, rule=cube.rule_under(one))
            flows[one.every, one.silence, one.regular] = flow
    staged = [one for one in settings if has_stages(one)]
    found = those_apart([(one, *accounts_of(cube, one, kept)) for one in settings])
    found += those_apart([(one, *stages_of(cube, one, flows)) for one in staged])
    return found + those_apart([(one, *moves_of(cube, one, flows)) for one in staged])


def has_stages(one: ListSettings) -> bool:
    """Whether a flow says the same: of segments none does."""
    return one.segment is None and one.silence != "period" and one.regular is not None


def accounts_of(cube: ListCube, one: ListSettings, kept: dict) -> Two:
    whole, found = kept[one.every, one.silence], cube.account(one)
    if one.segment is None:
        part = whole.whole or whole
    else:
        by, _colon, name = one.segment.partition(": ")
        part = whole.segment(**{by: name})
    return found, between(part.table[list(found.columns)], one)


def stages_of(cube: ListCube, one: ListSettings, flows: dict) -> Two:
    flow, found = flows[one.every, one.silence, one.regular], cube.stages(one)
    columns = [name for name in found.columns if name in flow.table.columns]
    return found[columns], between(flow.table[columns].rename_axis(columns=None), one)


def moves_of(cube: ListCube, one: ListSettings, flows: dict) -> Two:
    flow = flows[one.every, one.silence, one.regular]
    inside = flow.transitions["from_period"].isin(between(flow.table, one)["period"])
    return cube.transitions(one), flow.transitions[inside].reset_index(drop=True)


def those_apart(pairs: list[tuple[ListSettings, pd.DataFrame, pd.DataFrame]]) -> list[ListSettings]:
    """The settings whose two frames differ; all of them are compared as one frame first, which is quick."""
    if not pairs or is_same(*(pd.concat(frames, ignore_index=True) for frames in list(zip(*pairs, strict=True))[1:])):
        return []
    return [one for one, found, expected in pairs if not is_same(found, expected)]


def is_same(found: pd.DataFrame, expected: pd.DataFrame) -> bool:
    try:
        pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-12)
    except AssertionError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("kind", MANY)
def test_thousands_of_settings_of_random_lists_in_python_and_in_the_browser(kind: str) -> None:
    seeds = range(100, 100 + MANY[kind])
    cubes = [random_cube(kind, seed) for seed in seeds]
    asked = [(cube.to_state(), random_settings(cube, seed)) for cube, seed in zip(cubes, seeds, strict=True)]
    compared = cells = 0
    for cube, (_state, chosen), answers in zip(cubes, asked, ask_node(asked), strict=True):
        assert differing(cube, chosen) == []
        compare_accounts(cube, chosen, answers)
        pairs = [*zip(chosen, answers, strict=True)]
        if cube.regulars:
            compare_stages(cube, pairs[::STAGES_EVERY])
            whole = [pair for pair in pairs if not pair[0].segment and not pair[0].first]
            cells += compare_cohorts(cube, [*{one.every: (one, answer) for one, answer in whole}.values()])
        compared += len(chosen)
    print(f"{kind}: {len(cubes)} lists, {compared} settings, {cells} cells of cohorts")  # noqa: T201 - pytest -s
    assert compared > 1000
    assert cells > 50
