"""Scenarios: changes of the five levers (and of demotion), and their effect on the matrix."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

from crrkit.counts import ROUNDING
from crrkit.ground import InputError, check_choice, check_mapping, check_number, gettext as _, mark
from crrkit.judge.whatif.chain import unknown_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crrkit.judge.whatif.chain import Chain


class Lever(NamedTuple):
    """Which row a lever changes, how, and towards which stage."""

    stage: str
    # "enter": from exit or staying; "keep": composition of kept and of lost fixed; "share": of the kept; "come": inflow
    how: str
    towards: str


LEVERS = {
    "conversion": Lever("short", "enter", "middle"),
    "retention_middle": Lever("middle", "keep", "middle"),
    "promotion": Lever("middle", "share", "long"),
    "retention_long": Lever("long", "keep", "long"),
    "winback": Lever("lapsed", "enter", "middle"),
    "demotion": Lever("long", "share", "middle"),
    "inflow": Lever("", "come", ""),
}
# Demotion is not a goal but the opposite of promotion. A percent of the inflow is not a percentage point.
FIVE = tuple(name for name in LEVERS if name not in {"demotion", "inflow"})
# Names as displayed; the lever names are those in the code.
SHOWN_NAMES = (
    mark("short"), mark("cold"), mark("middle"), mark("long"), mark("lapsed"),
    mark("conversion"), mark("retention_middle"), mark("promotion"), mark("retention_long"), mark("winback"),
    mark("demotion"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, repr=False)
class Scenario:
    """Changes relative to the model as it is, as fractions: 0.01 is one percentage point.

    Attributes:
        conversion: Contacts who become customers in a step (short to middle); taken from those who leave, or, if
            contacts never leave in the model, from those who stay contacts.
        retention_middle: Middle customers kept; the composition of the kept (middle or long) and of the lost is
            unchanged.
        promotion: The share of middle customers kept who become long.
        retention_long: Long customers kept; the composition of the kept and of the lost is unchanged.
        winback: Lapsed customers who return; taken from those who leave, or, if lapsed customers never leave in the
            model, as in one estimated from a list, from those who stay lapsed.
        demotion: The share of long customers kept who become middle.
        inflow: Relative change of the entries per step: 0.1 is 10% more, in every stage.

    Examples:
        >>> Scenario(conversion=0.01, winback=0.02)
        Scenario(conversion=0.01, winback=0.02)
        >>> Scenario(conversion=5)
        Traceback (most recent call last):
            ...
        crrkit.InputError: conversion=5 is a change of a share, between -1 and 1; 0.05 is five points.
    """

    made_by: ClassVar[tuple[str, ...]] = ("crr.Scenario(retention_middle=0.01)",)

    conversion: float = 0.0
    retention_middle: float = 0.0
    promotion: float = 0.0
    retention_long: float = 0.0
    winback: float = 0.0
    demotion: float = 0.0
    inflow: float = 0.0

    def __post_init__(self) -> None:
        for name, value in self.changes(all_levers=True).items():
            most = math.inf if name == "inflow" else 1
            if -1 <= check_number(value, name=name) <= most:
                continue
            message = _("{name}={value:g} is a change of a share, between -1 and 1; 0.05 is five points.")
            if name == "inflow":
                message = _("{name}={value:g} is below -1, at which nobody comes; 0.1 is a tenth more.")
            raise InputError(message.format(name=name, value=value), argument=name, given=value)

    def changes(self, *, all_levers: bool = False) -> dict[str, float]:
        """The levers that change, and by how much."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value or all_levers}

    def __repr__(self) -> str:
        return f"Scenario({', '.join(f'{name}={value!r}' for name, value in self.changes().items())})"


def available(chain: Chain, names: Sequence[str] = FIVE) -> tuple[str, ...]:
    """The levers whose stages the model has; the inflow if there is any."""
    return tuple(
        name
        for name in names
        if (LEVERS[name].stage in chain.stages and LEVERS[name].towards in chain.customers)
        or (name == "inflow" and chain.inflow.any())
    )


def level(chain: Chain, name: str) -> float:
    """The current value of a lever: a probability, or a share of those kept (NaN if none); 1 for the inflow."""
    if name == "inflow":
        return 1.0
    row, to = _row(chain, name)
    kept = float(row[chain.retained].sum())
    how = LEVERS[name].how
    if how == "share":
        return float(row[to]) / kept if kept else float("nan")
    return kept if how == "keep" else float(row[to])


def room(chain: Chain, name: str) -> tuple[float, float]:
    """How far a lever can go down and up, whatever the other levers do: they do not share room."""
    if name == "inflow":
        return -1.0, math.inf
    row, to = _row(chain, name)
    kept = float(row[chain.retained].sum())
    if LEVERS[name].how == "enter":
        left = 0.0 if row.sum() > 1 else 1 - float(row.sum())
        own = float(row[chain.stages.index(LEVERS[name].stage)])
        return -float(row[to]), own if _nobody_leaves(row) else left
    if LEVERS[name].how == "keep":
        return -kept, max(1 - kept, 0.0)
    if not kept:
        return 0.0, 1.0  # if another lever keeps somebody, all of them stay in their stage
    return -float(row[to]) / kept, float(row[chain.stages.index(LEVERS[name].stage)]) / kept


def direction(chain: Chain, name: str) -> np.ndarray:
    """The change of the matrix per unit of a lever, which is linear. For the inflow it is an additional row."""
    if name == "inflow":
        return np.vstack([np.zeros_like(chain.matrix), chain.inflow])
    row, to = _row(chain, name)
    own = chain.stages.index(LEVERS[name].stage)
    kept = float(row[chain.retained].sum())
    change = np.zeros_like(chain.matrix)
    if LEVERS[name].how == "enter":
        change[own, to] = 1.0
        change[own, own] = -1.0 if _nobody_leaves(row) else 0.0
    elif LEVERS[name].how == "share":
        change[own, to], change[own, own] = kept, -kept
    else:
        stay = np.arange(len(row)) == own  # if nobody is kept yet, the first ones kept stay in their stage
        change[own] = np.where(chain.retained, row / kept if kept else stay, -row / (1 - kept) if kept < 1 else 0.0)
    return change


def apply(chain: Chain, scenario: Scenario) -> Chain:
    """The chain under a scenario; refuses shares outside 0 to 1."""
    for name, change in scenario.changes().items():
        if name not in available(chain, tuple(LEVERS)):
            message = _("This model has no lever {name!r}: its stages are {stages}, its customers {customers}.")
            words = {"name": name, "stages": ", ".join(chain.stages), "customers": ", ".join(chain.customers)}
            raise InputError(message.format(**words), argument="scenario", given=name)
        if name == "inflow":
            chain = replace(chain, inflow=chain.inflow * (1 + change))
            continue
        moved = chain.with_matrix(chain.matrix + change * direction(chain, name))
        _check_move(chain, moved, name, change)
        chain = moved.with_matrix(np.maximum(moved.matrix, 0.0))  # rounding error below 0
    return chain


def _check_move(chain: Chain, moved: Chain, name: str, change: float) -> None:
    if (moved.matrix >= -ROUNDING).all() and (
        moved.matrix.sum(axis=1) <= np.maximum(1, chain.matrix.sum(axis=1)) + ROUNDING
    ).all():
        return
    message = _(
        "{name} stands at {level:.6g} and cannot change by {change:+.6g}: it would be below 0, above 1, or more than"
        " there is to take it from."
    )
    raise InputError(message.format(name=name, level=level(chain, name), change=change), argument=name, given=change)


def check_levers(chain: Chain, names: Sequence[str]) -> tuple[str, ...]:
    """Levers by name, validated."""
    there = available(chain, tuple(LEVERS))
    for name in names:
        if name not in there:
            message = _("This model has no lever {name!r}.").format(name=name) + " " + unknown_name(name, there)
            raise InputError(message, argument="levers", given=name, available=list(there))
    return tuple(names)


def _nobody_leaves(row: np.ndarray) -> bool:
    """Whether a row has no exit; a row that sums above 1 (growth) does not count as one."""
    return bool(abs(1 - row.sum()) <= ROUNDING)


def _row(chain: Chain, name: str) -> tuple[np.ndarray, int]:
    lever = LEVERS[name]
    return chain.matrix[chain.stages.index(lever.stage)], chain.stages.index(lever.towards)


def check_costs(costs: Mapping[str, float] | None, names: Sequence[str]) -> dict[str, float]:
    """Unit costs by lever, above 0."""
    given = check_mapping({} if costs is None else costs, name="costs", like="{'winback': 1.5}")
    for name, value in given.items():
        check_choice(name, name="costs", choices=names)
        if not value > 0:
            message = _("costs[{name!r}]={value:g} must be above 0: the cost of the step for one person and period.")
            raise InputError(message.format(name=name, value=value), argument="costs", given=value)
    return dict(given)
