"""From the small frames of `crrkit.reduce.cohorts` to counts by cohort and age, in plain numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Counts = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Shape:
    """The cohorts, by the numbers of their periods, and the highest age."""

    cohorts: range
    last_age: int

    def row(self, frame: pd.DataFrame) -> np.ndarray:
        """The row of each line's cohort; cohorts outside have rows outside."""
        return frame["cohort"].to_numpy(dtype="int64") - self.cohorts.start

    def holds(self, row: np.ndarray) -> np.ndarray:
        """Which rows are inside."""
        return (row >= 0) & (row < len(self.cohorts))

    def sizes(self, frame: pd.DataFrame, column: str) -> np.ndarray:
        """The sum of a column over each cohort."""
        row = self.row(frame)
        inside = self.holds(row)
        weights = frame[column].to_numpy(dtype="float64")[inside]
        return np.bincount(row[inside], weights=weights, minlength=len(self.cohorts))

    def at_age(self, frame: pd.DataFrame, column: str, *, age: str = "since") -> np.ndarray:
        """The sum of a column in each cell; lines without an age are in none."""
        cells = np.zeros((len(self.cohorts), self.last_age + 1))
        row, ages = self.row(frame), frame[age].to_numpy(dtype="float64", na_value=np.nan)
        inside = self.holds(row) & (ages <= self.last_age)
        np.add.at(cells, (row[inside], ages[inside].astype("int64")), frame[column].to_numpy(dtype="float64")[inside])
        return cells

    def covered(self, frame: pd.DataFrame, column: str) -> np.ndarray:
        """The sum of a column over the lines whose ages ``since .. until`` cover each cell."""
        since, until = (frame[name].to_numpy(dtype="int64") for name in ("since", "until"))
        row = self.row(frame)
        inside = self.holds(row) & (since <= until) & (since <= self.last_age)
        weights = frame[column].to_numpy(dtype="float64")[inside]
        steps = np.zeros((len(self.cohorts), self.last_age + 2))
        np.add.at(steps, (row[inside], since[inside]), weights)
        np.subtract.at(steps, (row[inside], np.minimum(until[inside], self.last_age) + 1), weights)
        return steps.cumsum(axis=1)[:, :-1]


def bounded(histogram: pd.DataFrame, shape: Shape) -> Counts:
    """The size of each cohort, and how many of it are there in each age."""
    return shape.sizes(histogram, "opens"), shape.covered(histogram, "stretches")


def unbounded(histogram: pd.DataFrame, shape: Shape) -> Counts:
    """The size of each cohort, and how many of it are there in each age or later."""
    capped = histogram.assign(last=histogram["last"].clip(upper=shape.last_age))
    ends = shape.at_age(capped, "customers", age="last")
    return shape.sizes(histogram, "customers"), ends[:, ::-1].cumsum(axis=1)[:, ::-1]


def in_brackets(counts: pd.DataFrame, shape: Shape) -> Counts:
    """The size of each cohort, and how many of it are there at any age of each bracket."""
    names = [name for name in counts.columns if name.startswith("in_")]
    columns = [shape.sizes(counts, name) for name in names]
    return shape.sizes(counts, "customers"), np.column_stack(columns)


def stayed(pairs: pd.DataFrame, shape: Shape) -> np.ndarray:
    """How many are there in each age and in the age before it."""
    return shape.covered(pairs.assign(since=pairs["since"] + 1 - pairs["joined"]), "stretches")


def usual_gap(gaps: pd.DataFrame) -> int:
    """The ages within which nine of ten who came again had come again (at least 1)."""
    ages = np.append(gaps["gap"].to_numpy(dtype="float64", na_value=np.nan), 1)
    counts = np.append(gaps["gaps"].to_numpy(dtype="float64"), gaps["inside"].sum())
    order = np.argsort(ages)[: np.isfinite(ages).sum()]  # those who never came again have no gap and sort last
    reached = counts[order].cumsum() >= 0.9 * counts[order].sum()  # nine of ten
    return int(ages[order][reached][0])
