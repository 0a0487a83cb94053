"""What an outsider can compute from a page of sliders for strangers: nothing of what it leaves out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from audit_sharing import system_of, truth_of
from test_list_cube import base_of, contracts_of, crowd, memberships

import crrkit as crr
from crrkit.ground import InputError
from crrkit.measure.cube import ListSettings, list_cube, shared_cube

if TYPE_CHECKING:
    from pathlib import Path

    from crrkit.measure.cube import ListCube

LEAST = 10


def audited(cube: ListCube, settings: ListSettings) -> tuple[dict, int]:
    """The state of a page, and how many small numbers it leaves out, of none of which more can be told than may be."""
    state = shared_cube(cube, settings, least=LEAST).to_state()
    system, truth = system_of(state), truth_of(cube, state, settings)
    assert system.residual(truth) == []
    told = system.pinned(truth, LEAST)
    assert told.empty, (state["spans"][0]["every"], state["told"], told.head(3).to_dict("records"))
    return state, len(system.few(truth, LEAST))


def begun(cube: ListCube, every: str, silence: int | None = None) -> ListSettings:
    return ListSettings(every, silence or cube.starting.silence, regular=cube.starting.regular)


@cache
def sample(name: str) -> ListCube:
    reads = {"orders": crr.read_orders, "contracts": crr.read_contracts, "events": crr.read_events}
    named = {"orders": {"customer": "client_id", "at": "ordered_at"}, "contracts": {"by": "region"}, "events": {}}
    return list_cube(reads[name](crr.sample_path(name), **named[name]))


SAMPLES = ["events", *(pytest.param(name, marks=pytest.mark.slow) for name in ("orders", "contracts"))]


@pytest.mark.parametrize("name", SAMPLES)
def test_of_the_sample_lists_nothing_left_out_can_be_told(name: str) -> None:
    """By the month the contracts told one of 36 and the events none: flows that are few are told together now."""
    state, few = audited(sample(name), begun(sample(name), "month"))
    [span] = state["spans"]
    shown = len(span["labels"]) - len(state["withheld"])
    expected = {"orders": ("month", 24, 24), "contracts": ("quarter", 10, 12), "events": ("month", 18, 24)}
    assert (span["every"], shown, len(span["labels"])) == expected[name]
    assert state["told"] == "together"
    assert few > 2


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", ["orders", "contracts", "events"])
def test_of_every_period_and_some_silences_nothing_left_out_can_be_told(name: str) -> None:
    cube = sample(name)
    for every in cube.everies:
        for silence in [cube.starting.silence, *cube.silences[5::11]]:
            try:
                audited(cube, begun(cube, every, silence))
            except InputError:
                continue


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_of_cdnow_nothing_left_out_can_be_told(data_dir: Path) -> None:
    path = data_dir / "cdnow" / "CDNOW_master.txt"
    cube = list_cube(crr.read_orders(path, customer="customer_id", at="date"))
    for every in cube.everies:
        for silence in (30, cube.starting.silence):
            audited(cube, begun(cube, every, silence))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_of_random_lists_with_segments_nothing_left_out_can_be_told() -> None:
    segments, told = 0, set()
    for seed in range(8):
        lists = [
            (base_of(crowd(seed, people=900, days=300, regions=3)), 45),
            (contracts_of(memberships(seed, people=900)), 0),
        ]
        for base, silence in lists:
            cube = list_cube(base)
            for every in ("week", "month", "quarter"):
                if every in cube.everies:
                    state, _few = audited(cube, begun(cube, every, silence or None))
                    segments += len(state["segments"])
                    told.add(state["told"])
    assert segments > 10
    assert len(told) > 1


def test_of_five_customers_there_is_no_page() -> None:
    days = [(who, f"2024-{m:02d}-1{i}") for i, who in enumerate("ABCDE") for m in range(1, 13) if (m + i) % 3]
    cube = list_cube(crr.read_orders(pd.DataFrame(days, columns=["who", "day"]), customer="who", at="day"))
    for every in cube.everies:
        with pytest.raises(InputError, match="Nothing can be shared"):
            shared_cube(cube, begun(cube, every), least=LEAST)


def test_the_audit_sees_what_a_page_would_give_away() -> None:
    """With as many as there ever were in the state, who is new can be told from who is back."""
    cube = sample("events")
    settings = begun(cube, "month")
    state = shared_cube(cube, settings, least=LEAST).to_state()
    system, truth = system_of(state), truth_of(cube, state, settings)
    for t, _label in enumerate(state["spans"][0]["labels"]):
        system.is_({(0, "ever", t): 1}, truth[0, "ever", t])
    assert len(system.pinned(truth, LEAST)) > 3
    with pytest.raises(AssertionError, match="the audit does not read"):
        system_of({**state, "more": 1})
