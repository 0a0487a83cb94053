"""A cohort grid prepared for drawing, and its alt text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crrkit.figures.labels import count
from crrkit.ground import InputError, check_given, format_cell, gettext as _, ngettext
from crrkit.measure.cohorts import CohortGrid

if TYPE_CHECKING:
    import pandas as pd

MOST_LINES = 60  # cohorts or ages: with more, the cells are illegible


def one_segment(grid: Any) -> CohortGrid:
    """The grid itself; anything else, or a grid of several segments, is refused."""
    checked = check_given(grid, CohortGrid, name="grid")
    if checked.by:
        message = _("The grid has segments ({names}); draw one of them, grid.segment({first}=…).")
        raise InputError(message.format(names=", ".join(checked.by), first=checked.by[0]), argument="grid")
    return checked


def first_column(grid: CohortGrid) -> int:
    """The first column to draw: age 0 is left out if everybody is active by definition."""
    by_definition = grid.presence == "window" or grid.align == "age"
    columns = grid.columns
    return 1 if by_definition and columns[0] in (0, "0") and len(columns) > 1 else 0


def age_name(every: str) -> str:
    """The heading of the age columns."""
    names = {
        "day": _("age in days"), "week": _("age in weeks"), "month": _("age in months"),
        "quarter": _("age in quarters"), "half-year": _("age in half-years"), "year": _("age in years"),
    }  # fmt: skip
    return names[every]


@dataclass(frozen=True)
class Triangle:
    """A grid prepared for drawing: cells with column ``x`` and row ``y``, without an uninformative age 0."""

    grid: CohortGrid

    @cached_property
    def ages(self) -> list[int] | list[str]:
        """The columns drawn."""
        return self.grid.columns[self._first :]

    @property
    def _first(self) -> int:
        return first_column(self.grid)

    @cached_property
    def cohorts(self) -> pd.Series:
        """The size of each cohort by its name."""
        return self.grid.matrix("size").iloc[:, 0]

    @cached_property
    def cells(self) -> pd.DataFrame:
        """``x y rate status`` of every cell drawn."""
        width = len(self.grid.columns)
        table = self.grid.table[["cohort", "age", "rate", "status"]].reset_index(drop=True)
        placed = table.assign(x=table.index % width - self._first, y=table.index // width)
        return placed[placed["x"] >= 0].reset_index(drop=True)

    @cached_property
    def average(self) -> pd.DataFrame:
        """The weighted average of each column drawn."""
        return self.grid.average().iloc[self._first :].reset_index(drop=True)

    @property
    def top(self) -> float:
        """The rate with the darkest colour."""
        highest = self.cells["rate"].max()
        return float(highest) if highest > 0 else 1.0

    def refuse_too_many(self) -> None:
        """Raise if the cells would be too small to read."""
        n, m = len(self.cohorts), len(self.ages)
        if max(n, m) > MOST_LINES:
            message = _(
                "{n} {n:cohort|cohorts} of {m} {m:age|ages} cannot be read in one picture. Ask cohort_grid for a longer"
                " period, or for fewer with first= and ages=."
            )
            raise InputError(message.format(n=n, m=m), argument="grid")


def in_words(triangle: Triangle) -> str:
    """The triangle as alternative text."""
    grid, sizes = triangle.grid, triangle.cohorts
    n = len(sizes)
    head = ngettext(
        "Heat map of {n} cohort, {first} to {last}, by {age}.",
        "Heat map of {n} cohorts, {first} to {last}, by {age}.",
        n,
    ).format(n=n, first=sizes.index[0], last=sizes.index[-1], age=age_name(grid.every))
    return " ".join([head, *_extremes(triangle), *_average_in_words(triangle), *_unseen_in_words(triangle)])


def _extremes(triangle: Triangle) -> list[str]:
    seen = triangle.cells[(triangle.cells["status"] == "observed") & triangle.cells["rate"].notna()]
    if seen.empty:
        return [_("No cell has been observed whole yet.")]
    in_order = seen.sort_values("rate", kind="stable")
    low, high = in_order.iloc[0], in_order.iloc[-1]
    text = _("Lowest {low} (cohort {there}, age {young}), highest {high} (cohort {here}, age {old}).")
    rates = {"low": format_cell(low["rate"], "rate"), "high": format_cell(high["rate"], "rate")}
    ages = {"young": triangle.ages[low["x"]], "old": triangle.ages[high["x"]]}
    return [text.format(there=low["cohort"], here=high["cohort"], **rates, **ages)]


def _average_in_words(triangle: Triangle) -> list[str]:
    curve = triangle.average.dropna(subset=["rate"])
    if curve.empty:
        return []
    shown = [0, *([len(curve) - 1] if len(curve) > 1 else [])]
    parts = [f"{triangle.ages[curve.index[i]]}: {format_cell(curve['rate'].iloc[i], 'rate')}" for i in shown]
    return [_("Weighted average by age: {parts}.").format(parts="; ".join(parts))]


def _unseen_in_words(triangle: Triangle) -> list[str]:
    """How many cells have no number, and why."""
    names = {
        "unobserved": _("Cells not yet observed: {n}."), "in_progress": _("Cells still running: {n}."),
        "empty": _("Cells of cohorts without members: {n}."), "suppressed": _("Cells hidden as too small: {n}."),
    }  # fmt: skip
    counts = triangle.cells["status"].value_counts()
    return [text.format(n=count(float(counts[key]))) for key, text in names.items() if key in counts.index]
