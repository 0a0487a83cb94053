"""Counts for one period length as arrays by segment, period and bin, and the account of one setting from them.

Every count depends on the smallest limit of silence under which a customer is counted, so it is kept as a histogram
over bins (`crrkit.reduce.silences`); under the ``i``-th limit it is the sum of the bins up to ``i``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit.counts import wilson_columns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from crrkit.rules import Calendar

EPOCH_DAY = np.datetime64("1970-01-01")
# Histograms of a period by the smallest limit under which a customer is: active at its end; at its start, too;
# throughout without a break; active at the end of the period of the first purchase; and, of earlier customers who
# bought, active at one end or the other.
THERE, KEPT, UNBROKEN, NEW, BACK = "there", "kept", "unbroken", "new", "back"
ACCOUNT = (THERE, KEPT, UNBROKEN, NEW, BACK)
# By the period of the first purchase instead of a bin: buyers in a period.
COHORTS = "cohorts"
# By the period of the first purchase and bin: customers active at the end of a period. Only for the latest cohorts, as
# the number of cells grows with the square of the number of periods.
COHORTS_THERE = "cohorts_there"
BY_COHORT = (COHORTS, COHORTS_THERE)
LATEST_COHORTS = 24
OPENING = "opening"  # by segment: customers at the start of the first period, for snapshots
# Buyers in a period, and those of them who also bought in the previous one.
BOUGHT, AGAIN = "bought", "again"
LIST_COUNTS = ["start", "kept", "lost", "new", "returned", "end", "new_lost", "returned_lost", "continuous"]


@dataclass(frozen=True, eq=False)
class Layout:
    """The layout of the arrays of counts.

    Attributes:
        calendar: The calendar of the periods.
        span: The indices of the periods.
        as_of: The cut-off date.
        limits: The limits of silence in ascending order.
        codes: For each segment column, the index of each value and, under None, that of the remaining values.
        segments: The number of segment indices; 0 is all customers.
        lead: The number of periods of the span before the first one shown: for snapshots one, which the first snapshot
            ends.
    """

    calendar: Calendar
    span: range
    as_of: datetime
    limits: tuple[int, ...]
    codes: Mapping[str, Mapping[str | None, int]]
    segments: int
    lead: int = 0

    @property
    def bounds(self) -> np.ndarray:
        """The boundaries of the periods in days since 1970-01-01, one more than there are periods."""
        days = [self.calendar.start(number) for number in range(self.span.start, self.span.stop + 1)]
        return (np.array(days, dtype="datetime64[D]") - EPOCH_DAY).astype("int64")

    def bin(self, days: np.ndarray) -> np.ndarray:
        """Return the index of the first limit that is not below a number of days."""
        return np.searchsorted(np.array(self.limits), days, side="left")

    def silent(self, frame: pd.DataFrame, place: np.ndarray) -> np.ndarray:
        """Return the bin of each row's silence at the end of a period, or at the cut-off date within it."""
        day, late = (frame[name].to_numpy(dtype="int64") for name in ("day", "late"))
        cut = int((np.datetime64(self.as_of.date()) - EPOCH_DAY).astype("int64"))
        ends = self.bounds[1:]
        return self.bin(np.where(ends[place] > cut, cut + late, ends[place]) - day)

    def paused(self, frame: pd.DataFrame, place: np.ndarray) -> np.ndarray:
        """Return the bin of each row's pause between contracts at the end of a period; 0 if a contract runs."""
        gap = frame["gap"].fillna(len(self.limits)).to_numpy(dtype="int64")
        return np.where(frame["left"].to_numpy(dtype="int64") > place + self.span.start, 0, gap)

    def places(self, frame: pd.DataFrame) -> list[np.ndarray]:
        """Return the segment indices of each row: 0 for all customers, and one for each segment column."""
        found = [np.zeros(len(frame), dtype="int64")]
        for name, codes in self.codes.items():
            known = frame[name].map({value: code for value, code in codes.items() if value is not None})
            found.append(known.fillna(codes.get(None, 0)).to_numpy(dtype="int64"))
        return found

    def histogram(
        self, frame: pd.DataFrame, place: np.ndarray, bins: np.ndarray, where: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the customers of a frame by segment, period and bin."""
        return self._laid(frame, place, bins, where, len(self.limits) + 1)

    def by_cohort(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the customers of a frame by segment, period and period of the first purchase."""
        since, first = (frame[name].to_numpy(dtype="int64") - self.span.start for name in ("since", "first"))
        return self._laid(frame, since, first, None, len(self.span))

    @property
    def latest_cohorts(self) -> range:
        """The indices of the periods whose cohorts are counted by bin."""
        return self.span[self.lead :][-LATEST_COHORTS:]

    def by_cohort_and_bin(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the customers of a frame by segment, period, and then the latest cohorts with their bins."""
        bins, cohorts = len(self.limits) + 1, self.latest_cohorts
        place, first, at = (frame[name].to_numpy(dtype="int64") for name in ("period", "first", "gap"))
        return self._laid(
            frame, place - self.span.start, (first - cohorts.start) * bins + at, None, len(cohorts) * bins
        )

    def _laid(
        self, frame: pd.DataFrame, place: np.ndarray, bins: np.ndarray, where: np.ndarray | None, size: int
    ) -> np.ndarray:
        shape = (self.segments, len(self.span), size)
        weights = frame["customers"].to_numpy(dtype="int64")
        if where is not None:
            weights = np.where(where, weights, 0)
        total = np.zeros(shape[0] * shape[1] * shape[2])
        for segment in self.places(frame):
            flat = (segment * shape[1] + place) * shape[2] + bins
            total += np.bincount(flat, weights=weights, minlength=len(total))
        return total.astype("int64").reshape(shape)

    def numbers(self, frame: pd.DataFrame, place: np.ndarray, where: np.ndarray | None = None) -> np.ndarray:
        """Return the customers of a frame by segment and period."""
        return self.histogram(frame, place, np.zeros(len(frame), dtype="int64"), where)[:, :, 0]


def without_lead(counts: Mapping[str, np.ndarray], layout: Layout) -> dict[str, np.ndarray]:
    """Return the counts without the lead period, and the customers at its end as the opening."""
    if not layout.lead:
        return dict(counts)
    return {**{name: table[:, layout.lead :] for name, table in counts.items()}, OPENING: counts[THERE][:, 0, 0]}


def opening_of(counts: Mapping[str, np.ndarray], segment: int) -> int:
    """Return the customers at the start of the first period: 0, except for snapshots."""
    return int(counts[OPENING][segment]) if OPENING in counts else 0


Ends = Callable[["pd.DataFrame", np.ndarray], np.ndarray]  # (rows, period indices) → bins at the ends of the periods


def account_of_purchases(arrivals: pd.DataFrame, silences: pd.DataFrame, layout: Layout) -> dict[str, np.ndarray]:
    """Return the histograms of the account and the buyers by period, from `arrivals` and `silence_counts`."""
    return {**_account(arrivals, silences, layout, layout.silent), **_by_period(silences, layout)}


def account_of_contracts(arrivals: pd.DataFrame, pauses: pd.DataFrame, layout: Layout) -> dict[str, np.ndarray]:
    """Return the same for contracts, by the longest bridged pause.

    Args:
        arrivals: The result of `reduce.contract_arrivals`.
        pauses: The result of `reduce.spell_pauses`.
        layout: The layout of the histograms.
    """
    return _account(arrivals, pauses, layout, layout.paused)


def _account(arrivals: pd.DataFrame, silences: pd.DataFrame, layout: Layout, ends: Ends) -> dict[str, np.ndarray]:
    place = arrivals["since"].to_numpy(dtype="int64") - layout.span.start
    end = ends(arrivals, place)
    first = arrivals["before"].isna().to_numpy()
    start, unbroken = (arrivals[name].fillna(0).to_numpy(dtype="int64") for name in ("before", "continuous"))
    still, later = spread(silences, layout)
    stays = layout.histogram(still, later, ends(still, later))
    at = _filling(layout, arrivals, place)
    return {
        THERE: at(end, None) + stays,
        KEPT: at(np.maximum(start, end), ~first) + stays,
        UNBROKEN: at(np.maximum(unbroken, end), ~first) + stays,
        NEW: at(end, first),
        BACK: at(np.minimum(start, end), ~first),
    }


def _filling(
    layout: Layout, frame: pd.DataFrame, place: np.ndarray
) -> Callable[[np.ndarray, np.ndarray | None], np.ndarray]:
    return lambda bins, where: layout.histogram(frame, place, bins, where)


def _by_period(silences: pd.DataFrame, layout: Layout) -> dict[str, np.ndarray]:
    """Return the buyers of each period, and those of them who also bought in the previous one."""
    begun = _period_of(silences, layout)
    after = silences["following"].fillna(-1).to_numpy(dtype="int64") - layout.span.start
    next_one = after == begun + 1
    again = layout.numbers(silences, np.where(next_one, after, 0), next_one)
    return {BOUGHT: layout.numbers(silences, begun), AGAIN: again}


def _period_of(frame: pd.DataFrame, layout: Layout) -> np.ndarray:
    """Return the index of the period of each row, from ``since`` or else from its day."""
    if "since" in frame:
        return frame["since"].to_numpy(dtype="int64") - layout.span.start
    return np.searchsorted(layout.bounds, frame["day"].to_numpy(dtype="int64"), side="right") - 1


def spread(silences: pd.DataFrame, layout: Layout) -> tuple[pd.DataFrame, np.ndarray]:
    """Repeat each silence for every whole period within it, and return the rows with the indices of these periods."""
    begun = _period_of(silences, layout)
    following = silences["following"].fillna(layout.span.stop).to_numpy(dtype="int64") - layout.span.start
    row, place = ranges(begun + 1, following - 1)
    return silences.iloc[row], place


def ranges(first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Expand each pair to the integers from first to last, inclusive; return the pairs' indices and the integers."""
    length = np.maximum(last - first + 1, 0)
    row = np.repeat(np.arange(len(first)), length)
    return row, first[row] + np.arange(length.sum()) - np.repeat(length.cumsum() - length, length)


def up_to(histogram: np.ndarray, place: int) -> np.ndarray:
    """Return the counts of one segment under the limit with index ``place``."""
    reached: np.ndarray = histogram[:, : place + 1].sum(axis=1)
    return reached


def later_than(histogram: np.ndarray, place: int) -> np.ndarray:
    """Return the counts of those who need a longer limit than the one with index ``place``."""
    missed: np.ndarray = histogram[:, place + 1 :].sum(axis=1)
    return missed


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
