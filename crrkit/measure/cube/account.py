"""Customer counts and rates of a list under one setting, from the histograms of the cube."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit.counts import wilson_columns
from crrkit.measure.cube.tally import (
    ACCOUNT,
    AGAIN,
    BACK,
    BOUGHT,
    KEPT,
    NEW,
    THERE,
    UNBROKEN,
    later_than,
    opening_of,
    up_to,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

LIST_COUNTS = ["start", "kept", "lost", "new", "returned", "end", "new_lost", "returned_lost", "continuous"]


def flows_under_limit(counts: Mapping[str, np.ndarray], segment: int, place: int) -> pd.DataFrame:
    """Return the counts of each period when customers lapse after the limit of silence with index ``place``."""
    of = {name: counts[name][segment] for name in ACCOUNT}
    end, kept, new = (up_to(of[name], place) for name in (THERE, KEPT, NEW))
    return _flows(opening_of(counts, segment), end, kept, new, {
        "new_lost": later_than(of[NEW], place), "returned_lost": later_than(of[BACK], place),
        "continuous": up_to(of[UNBROKEN], place),
    })  # fmt: skip


def flows_by_period(counts: Mapping[str, np.ndarray], segment: int) -> pd.DataFrame:
    """Return the counts of each period under the activity rule ``"period"``: the customers are its buyers."""
    end, kept = (counts[name][segment] for name in (BOUGHT, AGAIN))
    nobody = np.zeros_like(end)
    new = counts[NEW][segment].sum(axis=1)
    return _flows(0, end, kept, new, {"new_lost": nobody, "returned_lost": nobody, "continuous": kept})


def _flows(
    opening: int, end: np.ndarray, kept: np.ndarray, new: np.ndarray, rest: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    start = np.concatenate([[opening], end[:-1]])
    flows = {"start": start, "kept": kept, "lost": start - kept, "new": new, "returned": end - kept - new, "end": end}
    return pd.DataFrame({**flows, **rest})[LIST_COUNTS]


def with_rates(table: pd.DataFrame) -> pd.DataFrame:
    """Add the rates, with the status as the last column; a rate is NaN if ``start`` is 0."""
    start = table["start"].where(table["start"] > 0)
    low, high = wilson_columns(table["kept"], table["start"])
    status, unbroken = table.pop("status"), table.pop("continuous")
    return table.assign(
        crr=table["kept"] / start, crr_low=low, crr_high=high, churn=table["lost"] / start,
        crr_continuous=unbroken / start, status=status,
    )  # fmt: skip
