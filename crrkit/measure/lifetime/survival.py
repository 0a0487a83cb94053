"""Survival of customers: life tables, confidence intervals, medians, competing ways of leaving.

The lifetime of a customer who has not left is right-censored: it is longer than observed so far. The life table uses
each customer for as long as they were observed, so cohorts of different age can be pooled, and its curve never rises.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from crrkit.counts import z_score
from crrkit.ground import (
    InputError,
    Shown,
    check_choice,
    check_fraction,
    check_given,
    check_numbers,
    format_cell,
    format_number,
    gettext as _,
    is_plain,
    ngettext,
)
from crrkit.measure.cohorts import CohortGrid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INTERVALS = ("log-log", "log")
HAS_LEFT = "left"
CLOSE = 1e-9  # tolerance within which survival counts as equal to a given share


@dataclass(frozen=True, eq=False, repr=False)
class LifeTable(Shown):
    """A survival curve of customers.

    Attributes:
        table: One row per age, from 0: ``age at_risk lost censored hazard survival se low high``, and with several ways
            of leaving the cumulative incidence of each in ``gone_<way>``.
        interval: ``log-log`` or ``log``.
        causes: The ways of leaving; empty if they were not distinguished.
        notes: Notes that must be shown with the result.
        every: The period in which ages are counted; empty if it is not known.
    """

    made_by: ClassVar[tuple[str, ...]] = ("crr.life_table(crr.cohort_grid(base, every='month', kind='unbounded'))",)
    table: pd.DataFrame
    interval: str = "log-log"
    causes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    every: str = ""
    kinds: ClassVar[Mapping[str, str]] = {
        "age": "duration", "at_risk": "count", "lost": "count", "survival": "rate", "low": "rate", "high": "rate",
    }  # fmt: skip

    @property
    def median(self) -> float:
        """The median lifetime, the age by which half have left; see `quantile`."""
        return self.quantile(0.5)

    def quantile(self, surviving: float) -> float:
        """Return the age at which the share of survivors falls to ``surviving``; NaN if it was not reached.

        If the curve is flat exactly at that share, it is the middle of the flat part, as in R's survival package.
        """
        check_fraction(surviving, name="surviving")
        age, survival = self.table["age"].to_numpy(), self.table["survival"].to_numpy()
        below = np.flatnonzero(survival < surviving - CLOSE)
        level = np.flatnonzero(np.abs(survival - surviving) <= CLOSE)
        if len(level):
            return float(age[level[0]] + age[below[0] if len(below) else -1]) / 2
        return float(age[below[0]]) if len(below) else math.nan

    def at(self, age: float) -> float:
        """Return the share of survivors at an age; NaN beyond the last observed age."""
        if age > self.table["age"].max():
            return math.nan
        return float(self.table.loc[self.table["age"] <= age, "survival"].iloc[-1])

    def titles(self) -> dict[str, str]:
        """Return the headings of the displayed columns."""
        return {
            "age": _("age"), "at_risk": _("at risk"), "lost": _("lost"), "survival": _("still there"),
            "low": _("from"), "high": _("to"),
        }  # fmt: skip

    def caption(self) -> str:
        """Return a sentence with the median, and the notes."""
        age = format_cell(self.median, "ratio" if self.median % 1 else "count")
        text = _("Half have left by age {median}").format(median=f"{age} ({_(self.every)})" if self.every else age)
        if math.isnan(self.median):
            text = _("More than half are still there at the last age seen")
        return ". ".join([text, *self.notes])


def life_table(grid: Any, *, interval: str = "log-log", level: float = 0.95) -> LifeTable:
    """Pool the cohorts of a grid into one survival curve (life table).

    Between ages ``k-1`` and ``k`` every cohort observed at both is used: ``hazard = lost / at risk``,
    ``S(k) = prod(1 - hazard)``; Greenwood's standard error ``S sqrt(sum(lost / (at_risk (at_risk - lost))))``.

    The ``provisional`` ages of an unbounded grid are left out, as customers who return later would count as lost, and a
    note says so. The rest treats a silence longer than nine of ten gaps as leaving, so the curve is still slightly too
    low; if customers buy rarely, most of those it counts as lost are only silent.

    Args:
        grid: A `CohortGrid` whose cohorts never grow: contracts, or ``kind="unbounded"``; or its long frame.
        interval: ``log-log`` (always within 0 and 1) or ``log`` (R's default; truncated at 1).
        level: Coverage of the interval.

    Returns:
        The curve. Cells that were not observed, or are provisional, are not used.

    Raises:
        ValueError: If some cohort grows from one age to the next, or there are several segments: such a grid has no
            survival curve.

    References:
        Kaplan and Meier 1958; Greenwood 1926.

    Examples:
        >>> cells = {"size": 10, "active": [8, 4], "status": "observed", "provisional": False}
        >>> grid = pd.DataFrame({"cohort": "2024-01", "age": [1, 2], **cells})
        >>> life_table(grid).to_pandas()["survival"].tolist()
        [1.0, 0.8, 0.4]
    """
    check_choice(interval, name="interval", choices=INTERVALS)
    long = long_of(grid)
    refuse_segments(long)
    seen, left_out = _settled(long)
    seen = seen.sort_values(["cohort", "age"])
    last = seen.groupby("cohort")[["age", "active"]].shift()
    before = last["active"].where(last["age"] == seen["age"] - 1)  # no pair across a suppressed cell
    before = before.where(seen["age"] > 1, seen["size"].where(seen["age"] == 1))
    pairs = seen.assign(before=before).dropna(subset=["before"])
    _refuse_growth(pairs)
    pooled = pairs.groupby("age").agg(at_risk=("before", "sum"), stay=("active", "sum")).reset_index()
    start = float(seen.drop_duplicates("cohort")["size"].sum())
    first = pd.DataFrame({"age": [0], "at_risk": [start], "lost": [0.0]})
    rows = pd.concat([first, pooled.assign(lost=pooled["at_risk"] - pooled["stay"])[list(first)]], ignore_index=True)
    following = rows["at_risk"].shift(-1, fill_value=0.0)
    rows["censored"] = (rows["at_risk"] - rows["lost"] - following).where(rows.index < len(rows) - 1, 0.0)
    curve = _with_survival(rows, interval, level)
    return LifeTable(curve, interval, (), _left_out(left_out), every=getattr(grid, "every", ""))


def long_of(grid: Any) -> pd.DataFrame:
    """Return the long frame of a grid, or the frame itself if given."""
    is_long = isinstance(grid, pd.DataFrame) and set(grid.columns) >= {"cohort", "age", "size", "active", "status"}
    return grid if is_long else check_given(grid, CohortGrid, name="grid").to_pandas()


def _settled(long: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the observed cells that are not provisional, and the number of those that are."""
    seen = long[long["status"] == "observed"]
    if "provisional" not in seen.columns:
        return seen, 0
    open_ = seen["provisional"].astype(bool)
    return seen[~open_], int(open_.sum())


def _left_out(cells: int) -> tuple[str, ...]:
    if not cells:
        return ()
    text = ngettext(
        "{n} provisional cell is left out: customers who come back later would be counted as lost.",
        "{n} provisional cells are left out: customers who come back later would be counted as lost.",
        cells,
    )
    return (text.format(n=format_number(cells)),)


def refuse_segments(long: pd.DataFrame) -> None:
    """Refuse a grid with several segments, in which cohorts occur more than once."""
    if long.duplicated(["cohort", "age"]).any():
        message = _("The grid has several segments, and a curve is of one. Choose it: grid.segment(…).")
        raise InputError(message, argument="grid")


def _refuse_growth(pairs: pd.DataFrame) -> None:
    grown = pairs[pairs["active"] > pairs["before"]]
    if len(grown):
        row = grown.iloc[0]
        message = _(
            "Cohort {cohort} grows at age {age}: customers came back. A survival curve needs kind='unbounded' or"
            " contracts without returns."
        )
        raise InputError(message.format(cohort=row["cohort"], age=int(row["age"])), argument="grid")


def survival_curve(
    durations: Sequence[float],
    *,
    left: Sequence[object],
    entry: Sequence[float] | None = None,
    interval: str = "log-log",
    level: float = 0.95,
) -> LifeTable:
    """Estimate the survival curve from one duration per customer (Kaplan and Meier, Aalen and Johansen).

    Args:
        durations: The lifetime of each customer until leaving or censoring, in any unit.
        left: Whether the customer left at the end of it: True or False; or the way of leaving as a word, with None for
            customers who had not left.
        entry: The time at which each customer came under observation, before the end of the duration; a customer with
            late entry (left truncation) is not at risk before.
        interval: As for `life_table`.
        level: Coverage of the interval.

    Returns:
        One row per duration at which somebody left or was censored. With ways of leaving, ``gone_<way>`` is the
        cumulative incidence of each, ``sum(S(t-) * lost_way / at_risk)``; they sum to ``1 - survival``.

    Raises:
        ValueError: If lengths differ, a duration is negative, missing or not longer than its entry, or the lists are
            empty.

    Examples:
        >>> curve = survival_curve([9, 13, 13, 18], left=[True, True, False, True])
        >>> curve.table[["age", "at_risk", "lost", "survival"]].iloc[1:].values.tolist()
        [[9.0, 4.0, 1.0, 0.75], [13.0, 3.0, 1.0, 0.5], [18.0, 1.0, 1.0, 0.0]]
    """
    check_choice(interval, name="interval", choices=INTERVALS)
    frame = _durations(durations, left, entry)
    ages = np.unique(frame["age"])
    at_risk = [float(((frame["entry"] < age) & (frame["age"] >= age)).sum()) for age in ages]
    gone = frame["way"].notna()
    lost = frame[gone].groupby("age").size().reindex(ages, fill_value=0)
    censored = frame[~gone].groupby("age").size().reindex(ages, fill_value=0)
    rows = pd.DataFrame({"age": ages, "at_risk": at_risk, "lost": lost.to_numpy(), "censored": censored.to_numpy()})
    start = pd.DataFrame({"age": [0.0], "at_risk": [float((frame["entry"] <= 0).sum())], "lost": [0], "censored": [0]})
    rows = rows if ages[0] == 0 else pd.concat([start, rows], ignore_index=True)
    table = _with_survival(rows, interval, level)
    ways = tuple(sorted({str(way) for way in frame.loc[gone, "way"]} - {HAS_LEFT}))
    for way in ways:
        own = frame[frame["way"] == way].groupby("age").size().reindex(table["age"], fill_value=0).to_numpy()
        before = table["survival"].shift(fill_value=1.0).to_numpy()
        table[f"gone_{way}"] = np.cumsum(before * own / np.maximum(table["at_risk"].to_numpy(), 1))
    return LifeTable(table, interval, ways)


def _unseen(age: np.ndarray, begun: np.ndarray) -> np.ndarray:
    """Return a mask of durations that end at or before their entry; without late entry a duration of 0 is valid."""
    return np.asarray(np.isnan(begun) | (begun > age) | ((begun > 0) & (begun == age)))


def _durations(durations: Sequence[float], left: Sequence[object], entry: Sequence[float] | None) -> pd.DataFrame:
    age = np.asarray(check_numbers(durations, name="durations"), dtype="float64")
    begun = np.zeros(len(age)) if entry is None else np.asarray(check_numbers(entry, name="entry"), dtype="float64")
    a, b, c = len(age), len(left) if is_plain(left) else 0, len(begun)
    if not a or a != b or a != c:
        message = _("durations, left and entry must have the same length, at least 1; they have {a}, {b} and {c}.")
        raise InputError(message.format(a=a, b=b, c=c), argument="durations")
    if np.isnan(age).any() or (age < 0).any() or _unseen(age, begun).any():
        message = _(
            "A duration is missing, below 0 or ends at or before its entry: nobody is observed for no time. Leave"
            " such customers out or correct them."
        )
        raise InputError(message, argument="durations")
    begun = np.where(begun <= 0, -1.0, begun)  # no late entry: at risk at age 0, too
    ways = pd.Series([_way(left_by) for left_by in left], dtype="object")
    return pd.DataFrame({"age": age, "entry": begun, "way": ways})


def _way(left_by: Any) -> str | None:
    """Return the way of leaving; for True ``HAS_LEFT``, for False or missing None."""
    if isinstance(left_by, str):
        return left_by
    return HAS_LEFT if pd.notna(left_by) and bool(left_by) else None


def _with_survival(rows: pd.DataFrame, interval: str, level: float) -> pd.DataFrame:
    """Add hazard, survival, Greenwood's standard error and the interval to ``age at_risk lost censored``."""
    at_risk, lost = rows["at_risk"].to_numpy(dtype="float64"), rows["lost"].to_numpy(dtype="float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(at_risk > 0, lost / at_risk, 0.0)
        survival = np.cumprod(1 - hazard)
        spread = np.cumsum(np.where(lost > 0, lost / (at_risk * (at_risk - lost)), 0.0))
        se = np.where(survival > 0, survival * np.sqrt(spread), math.nan)
        low, high = _ends(survival, spread, interval, z_score(level))
    return rows.assign(hazard=hazard, survival=survival, se=se, low=low, high=high)


def _ends(survival: np.ndarray, spread: np.ndarray, interval: str, z: float) -> tuple[np.ndarray, np.ndarray]:
    whole = survival >= 1
    if interval == "log":
        half = z * np.sqrt(spread)
        low, high = survival * np.exp(-half), np.minimum(survival * np.exp(half), 1.0)  # as in R
    else:
        width = np.exp(z * np.sqrt(spread) / np.abs(np.log(survival)))
        low, high = survival**width, survival ** (1 / width)
    known = survival > 0
    return np.where(whole, 1.0, np.where(known, low, math.nan)), np.where(whole, 1.0, np.where(known, high, math.nan))
