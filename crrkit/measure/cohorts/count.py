"""Counts by cohort and age from the small frames of `crrkit.reduce.cohorts`, in plain numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Counts = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Shape:
    """The shape of a grid: the cohorts, as indices of their periods, and the highest age."""

    cohorts: range
    last_age: int

    def row(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the grid row of each line's cohort; for other cohorts it is out of range."""
        return frame["cohort"].to_numpy(dtype="int64") - self.cohorts.start

    def holds(self, row: np.ndarray) -> np.ndarray:
        """Return a mask of the rows that are in range."""
        return (row >= 0) & (row < len(self.cohorts))

    def sizes(self, frame: pd.DataFrame, column: str) -> np.ndarray:
        """Return the sum of a column per cohort."""
        row = self.row(frame)
        inside = self.holds(row)
        weights = frame[column].to_numpy(dtype="float64")[inside]
        return np.bincount(row[inside], weights=weights, minlength=len(self.cohorts))

    def at_age(self, frame: pd.DataFrame, column: str, *, age: str = "since") -> np.ndarray:
        """Return the sum of a column per cell; lines without an age are ignored."""
        cells = np.zeros((len(self.cohorts), self.last_age + 1))
        row, ages = self.row(frame), frame[age].to_numpy(dtype="float64", na_value=np.nan)
        inside = self.holds(row) & (ages <= self.last_age)
        np.add.at(cells, (row[inside], ages[inside].astype("int64")), frame[column].to_numpy(dtype="float64")[inside])
        return cells

    def covered(self, frame: pd.DataFrame, column: str) -> np.ndarray:
        """Return, per cell, the sum of a column over the lines whose ages ``since .. until`` contain it."""
        since, until = (frame[name].to_numpy(dtype="int64") for name in ("since", "until"))
        row = self.row(frame)
        inside = self.holds(row) & (since <= until) & (since <= self.last_age)
        weights = frame[column].to_numpy(dtype="float64")[inside]
        steps = np.zeros((len(self.cohorts), self.last_age + 2))
        np.add.at(steps, (row[inside], since[inside]), weights)
        np.subtract.at(steps, (row[inside], np.minimum(until[inside], self.last_age) + 1), weights)
        return steps.cumsum(axis=1)[:, :-1]


def bounded(histogram: pd.DataFrame, shape: Shape) -> Counts:
    """Return the size of each cohort and the members active in each age."""
    return shape.sizes(histogram, "opens"), shape.covered(histogram, "stretches")


def unbounded(histogram: pd.DataFrame, shape: Shape) -> Counts:
    """Return the size of each cohort and the members active in each age or later."""
    capped = histogram.assign(last=histogram["last"].clip(upper=shape.last_age))
    ends = shape.at_age(capped, "customers", age="last")
    return shape.sizes(histogram, "customers"), ends[:, ::-1].cumsum(axis=1)[:, ::-1]


def in_brackets(counts: pd.DataFrame, shape: Shape) -> Counts:
    """Return the size of each cohort and the members active at any age of each bracket."""
    names = [name for name in counts.columns if name.startswith("in_")]
    columns = [shape.sizes(counts, name) for name in names]
    return shape.sizes(counts, "customers"), np.column_stack(columns)


def stayed(pairs: pd.DataFrame, shape: Shape) -> np.ndarray:
    """Return the members active both in each age and in the age before it."""
    return shape.covered(pairs.assign(since=pairs["since"] + 1 - pairs["joined"]), "stretches")


def usual_gap(gaps: pd.DataFrame) -> int:
    """Return the number of ages within which nine of ten returns happened; at least 1."""
    ages = np.append(gaps["gap"].to_numpy(dtype="float64", na_value=np.nan), 1)
    counts = np.append(gaps["gaps"].to_numpy(dtype="float64"), gaps["inside"].sum())
    order = np.argsort(ages)[: np.isfinite(ages).sum()]  # customers who never returned have no gap and sort last
    reached = counts[order].cumsum() >= 0.9 * counts[order].sum()  # nine of ten
    return int(ages[order][reached][0])
