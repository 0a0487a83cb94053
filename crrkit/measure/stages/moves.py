"""Transitions between stages at each boundary of a period, computed from the steps of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit.reduce import PATHS, STATES, UNKNOWN
from crrkit.rules import STAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

# Stages in display order; "once" is the part of middle that bought on only one day of the spell.
CUSTOMERS = ("middle", "long")
ONCE = "once"
EXIT = "exit"
IN_MATRIX = ("short", "middle", "long", "lapsed")  # without cold: a contact that went cold has left
_CODES = np.array([[STATES.index(stage) for stage in path] for path in PATHS.values()])


def moves_of_steps(histogram: pd.DataFrame) -> pd.DataFrame:
    """Expand steps to the boundaries that they cover, as ``boundary, earlier, before, stage, customers``.

    ``stage`` is the stage at the boundary, ``before`` the one at the previous boundary and ``earlier`` the one at the
    boundary before that; ``unknown`` means not seen until then.

    Args:
        histogram: The output of `crrkit.reduce.step_histogram`.
    """
    steps = {name: histogram[name].to_numpy(dtype="int64") for name in histogram.columns}
    length = steps["following"] - steps["since"]
    begin = length.cumsum() - length  # the place of each step's first boundary among all of them
    boundary = np.arange(length.sum()) + np.repeat(steps["since"] + 1 - begin, length)
    first, then, last = (np.repeat(stages, length) for stages in _CODES[steps["path"]].T)
    reached = [boundary <= np.repeat(steps[name], length) for name in ("first_until", "then_until")]
    stage = np.where(reached[0], first, np.where(reached[1], then, last))
    before, earlier = _shifted(stage, 1), _shifted(stage, 2)
    some, more = length > 0, length > 1
    before[begin[some]] = steps["before"][some]
    earlier[begin[some]] = steps["earlier"][some]
    earlier[begin[more] + 1] = steps["before"][more]
    return _summed(boundary, (earlier, before, stage), np.repeat(steps["customers"], length))


def _shifted(stage: np.ndarray, by: int) -> np.ndarray:
    return np.concatenate([np.zeros(min(by, len(stage)), dtype=stage.dtype), stage[: max(len(stage) - by, 0)]])


def _summed(boundary: np.ndarray, stages: tuple[np.ndarray, ...], customers: np.ndarray) -> pd.DataFrame:
    """Sum the customers of each boundary and stages, which are few: counting by code is faster than grouping."""
    origin = int(boundary.min()) if len(boundary) else 0
    code = boundary - origin
    for stage in stages:
        code = code * len(STATES) + stage
    codes = np.flatnonzero(np.bincount(code))
    summed = pd.DataFrame({"customers": np.bincount(code, weights=customers)[codes].astype("int64")})
    rest, names = codes, np.array(STATES, dtype=object)
    for name in ("stage", "before", "earlier"):
        rest, index = np.divmod(rest, len(STATES))
        summed[name] = pd.Series(names[index], dtype="object")
    return summed.assign(boundary=rest + origin)[["boundary", "earlier", "before", "stage", "customers"]]


def whole_stage(stages: pd.Series) -> pd.Series:
    """Return the stages with the two parts of middle merged."""
    return stages.replace({ONCE: "middle"})


def counts_of_moves(moves: pd.DataFrame, boundaries: Sequence[int]) -> pd.DataFrame:
    """Return the customers in each stage at each boundary, with a row per boundary and a column per stage."""
    wide = moves.assign(stage=whole_stage(moves["stage"])).pivot_table(
        index="boundary", columns="stage", values="customers", aggfunc="sum", fill_value=0
    )
    return wide.reindex(index=list(boundaries), columns=list(STAGES), fill_value=0).astype("int64")


def transitions_of_moves(moves: pd.DataFrame) -> pd.DataFrame:
    """Return the transitions as ``boundary, from_stage, to_stage, customers``, with the boundary at their end."""
    named = pd.DataFrame({
        "boundary": moves["boundary"],
        "from_stage": whole_stage(moves["before"]),
        "to_stage": whole_stage(moves["stage"]),
        "customers": moves["customers"],
    })  # fmt: skip
    for column in ("from_stage", "to_stage"):
        named[column] = pd.Categorical(named[column], (UNKNOWN, *STAGES), ordered=True)
    keys = ["boundary", "from_stage", "to_stage"]
    summed = named.groupby(keys, sort=True, observed=True)["customers"].sum().reset_index()
    return summed.astype({"from_stage": "object", "to_stage": "object"})


def counted_by_period(transitions: pd.DataFrame, periods: Sequence[str]) -> pd.DataFrame:
    """Return the transitions out of each stage: a row per period and stage, a column per stage and ``exit``."""
    ends = transitions.assign(to_stage=transitions["to_stage"].replace({"cold": EXIT}))
    keys = ["from_period", "from_stage"]
    return _wide(ends, keys, (*IN_MATRIX, EXIT)).reindex(
        pd.MultiIndex.from_product([periods, IN_MATRIX], names=keys), fill_value=0
    )


def entries_by_period(transitions: pd.DataFrame, periods: Sequence[str]) -> pd.DataFrame:
    """Return the entries into each stage by people not seen before and cold contacts: a row per period."""
    outside = transitions[transitions["from_stage"].isin([UNKNOWN, "cold"])]
    return _wide(outside, ["from_period"], IN_MATRIX).reindex(pd.Index(periods, name="from_period"), fill_value=0)


def _wide(moves: pd.DataFrame, keys: list[str], ends: Sequence[str]) -> pd.DataFrame:
    wide = moves.pivot_table(index=keys, columns="to_stage", values="customers", aggfunc="sum", fill_value=0)
    return wide.reindex(columns=list(ends), fill_value=0).astype("int64")
