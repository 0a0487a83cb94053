"""Cohort grids as the small aggregates that an explorer embeds in a page, and values read from them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from crrkit.counts import EXACT
from crrkit.ground import InputError, check_given, format_number, gettext as _, longer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crrkit.measure.cohorts import CohortGrid
    from crrkit.read import Base

Grid = dict[str, Any]  # a grid as JSON
STATUS_LETTERS = {"observed": "o", "in_progress": "p", "unobserved": "u", "empty": "e", "suppressed": "s"}
OFFERED = 2  # longer periods in addition to the requested one
CURVE_AVERAGES = ("pooled", "simple")
CURVE_DIGITS = 12
MOST_SENT = 4000  # of one grid: about 60 kB of the page
CURVE_CELLS = 3  # cells that a cohort needs for a curve


def grids_of(source: Base | CohortGrid | Iterable[CohortGrid], every: str) -> list[Grid]:
    """The grids for all choices of an explorer, as JSON.

    Raises:
        ValueError: If there is none, one is too large for a page or has several segments, or two are alike.
    """
    grids = [as_json(grid) for grid in _wanted(source, every)]
    if not grids:
        message = _("There is no cohort grid to show. Give a base, or grids made by cohort_grid.")
        raise InputError(message, argument="base_or_grids")
    names = [key_of(grid) for grid in grids]
    if len(set(names)) < len(names):
        message = _("Two of the grids have the same kind, period and value; an explorer could not tell them apart.")
        raise InputError(message, argument="base_or_grids")
    return grids


def _wanted(source: Any, every: str) -> list[CohortGrid]:
    from crrkit.measure.cohorts import CohortGrid, cohort_grid
    from crrkit.measure.cube import periods_touched
    from crrkit.read import Base

    if isinstance(source, CohortGrid):
        return [source]
    if not isinstance(source, Base):
        several = isinstance(source, Iterable) and not isinstance(source, str) and not hasattr(source, "columns")
        if not several:
            check_given(source, CohortGrid, name="base_or_grids")
        return [check_given(grid, CohortGrid, name=f"base_or_grids[{place}]") for place, grid in enumerate(source)]
    finest = [cohort_grid(source, every=every, kind=kind) for kind in ("bounded", "unbounded")]
    if source.has_amounts and source.is_by_period:
        finest.append(cohort_grid(source, every=every, value="revenue"))
    offered = [period for period in longer(every)[:OFFERED] if periods_touched(source, period) >= CURVE_CELLS]
    kinds = [(grid.kind, grid.value) for grid in finest]
    coarser = [cohort_grid(source, every=period, kind=kind, value=value) for period in offered for kind, value in kinds]
    return finest + coarser


def as_json(grid: CohortGrid) -> Grid:
    """A grid with its averages; NaN is null. An error if it is too large for a page or has several segments.

    ``first`` is the first informative column: age 0 is left out if everybody is active in it.
    """
    if grid.by:
        message = _("An explorer shows one segment at a time. Choose it: grid.segment({name}=…).")
        raise InputError(message.format(name=grid.by[0]), argument="base_or_grids")
    if len(grid.table) > MOST_SENT:
        message = _(
            "A grid of {n} {n:cell|cells} is too large for a page that is to be read; up to {most} {most:fits|fit}."
            " Choose a longer period, or use first= or ages= to cohort_grid."
        )
        words = {"n": format_number(len(grid.table)), "most": format_number(MOST_SENT)}
        raise InputError(message.format(**words), argument="base_or_grids")
    rate, status = grid.matrix("rate"), grid.matrix("status")
    opening = rate.iloc[:, 0].dropna()
    return {
        "kind": grid.kind, "period": grid.every, "value": grid.value, "align": grid.align,
        "cohorts": [str(name) for name in rate.index], "columns": [str(age) for age in grid.columns],
        "sizes": _numbers(grid.matrix("size").iloc[:, 0]),
        "rates": [_numbers(row) for row in rate.to_numpy()],
        "active": [_numbers(row) for row in grid.matrix("active").to_numpy()],
        "states": ["".join(STATUS_LETTERS[cell] for cell in row) for row in status.to_numpy()],
        "provisional": ["".join(str(int(cell)) for cell in row) for row in grid.matrix("provisional").to_numpy()],
        "averages": {kind: _numbers(grid.average(kind)["rate"]) for kind in CURVE_AVERAGES},
        "first": int(grid.kind != "bracket" and len(grid.columns) > 1 and bool((abs(opening - 1) < EXACT).all())),
    }  # fmt: skip


def _numbers(values: Iterable[float]) -> list[float | int | None]:
    """Round to twelve digits: the last digits of a sum depend on the order in which the engine's threads finish."""
    shared = (None if math.isnan(value) else float(f"{value:.{CURVE_DIGITS}g}") for value in values)
    return [int(value) if value is not None and value == int(value) else value for value in shared]


def key_of(grid: Mapping[str, Any]) -> tuple[str, str, str]:
    """The key that identifies a grid in an explorer."""
    return grid["kind"], grid["period"], grid["value"]


def default_cohorts(grid: Grid) -> tuple[str, str]:
    """The oldest cohort, and the youngest with a curve long enough to compare."""
    seen = [sum(state in "op" for state in states) for states in grid["states"]]
    there = [name for name, cells in zip(grid["cohorts"], seen, strict=True) if cells] or grid["cohorts"]
    curves = [name for name, cells in zip(grid["cohorts"], seen, strict=True) if cells >= CURVE_CELLS]
    return there[0], (curves if curves[1:] else there)[-1]


def curve_of(grid: Grid, cohort: str) -> list[float | None]:
    """The rates of a cohort; None if missing or still running."""
    row = grid["cohorts"].index(cohort)
    cells: Sequence[float | None] = grid["rates"][row]
    return [rate if state == "o" else None for rate, state in zip(cells, grid["states"][row], strict=True)]


def last_common(grid: Grid, one: str, other: str) -> int | None:
    """The last column in which both cohorts were fully observed."""
    pairs = list(zip(curve_of(grid, one), curve_of(grid, other), strict=True))
    both = [i for i, (a, b) in enumerate(pairs) if a is not None and b is not None and i >= grid["first"]]
    return both[-1] if both else None
