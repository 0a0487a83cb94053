"""Stages of a list under one setting: histograms of regulars, and the stages and transitions computed from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit.counts import wilson_columns
from crrkit.measure.cube.tally import KEPT, NEW, THERE, later_than, opening_of, ranges, spread, up_to
from crrkit.measure.stages import CUSTOMERS
from crrkit.reduce import UNKNOWN
from crrkit.rules import STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crrkit.measure.cube.tally import Ends, Layout

# Histograms for each requirement for regulars: long at the end of a period; long at both ends; long at its start and a
# customer at its end; a customer at its start and long at its end; long at the end of the first period.
LONG_AFTER, LONG_LONG, LONG_THERE, THERE_LONG, NEW_LONG = "long", "long_long", "long_there", "there_long", "new_long"
REGULARS = (LONG_AFTER, LONG_LONG, LONG_THERE, THERE_LONG, NEW_LONG)


def named(name: str, number: int) -> str:
    """Return the name of a histogram for one requirement for regulars."""
    return f"{name}_{number}"


def stages_of_purchases(
    arrivals: pd.DataFrame, silences: pd.DataFrame, layout: Layout, regulars: tuple[int, ...]
) -> dict[str, np.ndarray]:
    """Return the histograms of regulars, one per number, of `reduce.regular_arrivals` and `reduce.regular_silences`."""
    found: dict[str, np.ndarray] = {}
    for number in regulars:
        own = arrivals[arrivals["number"] == number].assign(late=0)  # stages are not shown for a running period
        bought = _in_active_periods(own, layout, layout.silent)
        silent = _in_silent_periods(silences[silences["number"] == number], layout)
        found |= _together(bought, silent, number)
    return found


def stages_of_contracts(
    arrivals: pd.DataFrame, pauses: pd.DataFrame, layout: Layout, months: tuple[int, ...]
) -> dict[str, np.ndarray]:
    """Return the same for contracts, by the longest pause that is bridged.

    From `reduce.renewed_arrivals` and `reduce.renewed_pauses`, for each number of uninterrupted months.
    """
    found: dict[str, np.ndarray] = {}
    for number in months:
        began = _in_active_periods(arrivals[arrivals["number"] == number], layout, layout.paused)
        going = _in_periods_of_no_beginning(pauses[pauses["number"] == number], layout)
        found |= _together(began, going, number)
    return found


def _together(active: Mapping[str, np.ndarray], silent: Mapping[str, np.ndarray], number: int) -> dict[str, np.ndarray]:
    found = {}
    for name, histogram in active.items():
        total = histogram + silent.get(name, 0)
        total[:, :, -1] = 0  # customers who are regular under no limit are not counted
        found[named(name, number)] = total
    return found


def _in_active_periods(frame: pd.DataFrame, layout: Layout, ends: Ends) -> dict[str, np.ndarray]:
    place = frame["since"].to_numpy(dtype="int64") - layout.span.start
    end = ends(frame, place)
    first = frame["before"].isna().to_numpy()
    start = frame["before"].fillna(0).to_numpy(dtype="int64")
    long_end, long_start = (
        np.maximum(silence, frame[name].to_numpy(dtype="int64"))
        for silence, name in ((end, "regular"), (start, "regular_before"))
    )
    return {
        LONG_AFTER: layout.histogram(frame, place, long_end),
        LONG_LONG: layout.histogram(frame, place, np.maximum(long_start, long_end), ~first),
        LONG_THERE: layout.histogram(frame, place, np.maximum(long_start, end), ~first),
        THERE_LONG: layout.histogram(frame, place, np.maximum(start, long_end), ~first),
        NEW_LONG: layout.histogram(frame, place, long_end, first),
    }


def _in_silent_periods(frame: pd.DataFrame, layout: Layout) -> dict[str, np.ndarray]:
    still, place = spread(frame, layout)
    end = layout.silent(still.assign(late=0), place)
    opens = layout.bin(layout.bounds[place] - still["day"].to_numpy(dtype="int64"))
    within, until = (still[name].to_numpy(dtype="int64") for name in ("within", "until"))
    number, never = place + layout.span.start, len(layout.limits)
    long_start = np.where(number <= until, np.maximum(opens, within), never)
    long_end = np.where(number < until, np.maximum(end, within), never)
    stays = layout.histogram(still, place, long_end)
    leaves = layout.histogram(still, place, np.maximum(long_start, end))
    return {LONG_AFTER: stays, LONG_LONG: stays, THERE_LONG: stays, LONG_THERE: leaves}


def _in_periods_of_no_beginning(frame: pd.DataFrame, layout: Layout) -> dict[str, np.ndarray]:
    """Count regulars at the end and at the start of periods; a pause only grows, so one boundary decides for both."""
    since, first = (frame[name].to_numpy(dtype="int64") for name in ("since", "first"))
    until = np.minimum(frame["last"].fillna(layout.span.stop).to_numpy(dtype="int64"), layout.span.stop)
    following = frame["following"].fillna(layout.span.stop).to_numpy(dtype="int64")

    def between(begin: np.ndarray, end: np.ndarray, shift: int) -> np.ndarray:
        row, boundary = ranges(begin, end)
        still, place = frame.iloc[row], boundary - shift - layout.span.start
        within = still["within"].to_numpy(dtype="int64")
        return layout.histogram(still, place, np.maximum(layout.paused(still, place), within))

    at_end = between(np.maximum(first, since + 2), until, 1)
    at_start = between(first, np.minimum(until, np.minimum(following, layout.span.stop) - 1), 0)
    return {LONG_AFTER: at_end, THERE_LONG: at_end, LONG_LONG: at_start, LONG_THERE: at_start}


def moves_under_limit(counts: Mapping[str, np.ndarray], segment: int, place: int, number: int) -> dict[str, np.ndarray]:
    """Return the transitions between stages as ``{"from to": numbers by period}``."""
    there, kept, new = (up_to(counts[name][segment], place) for name in (THERE, KEPT, NEW))
    long, both, stay, rise, fresh = (up_to(counts[named(name, number)][segment], place) for name in REGULARS)
    ever = counts[THERE][segment].sum(axis=1)
    opening = opening_of(counts, segment)  # for snapshots: customers in the first cannot be regulars yet
    begun = ((opening, there), (0, long), (opening, ever))
    start, long_start, ever_start = (np.concatenate([[first], ends[:-1]]) for first, ends in begun)
    back_long = long - rise - fresh
    back = there - kept - new
    return {
        f"{UNKNOWN} middle": new - fresh, f"{UNKNOWN} long": fresh,
        f"{UNKNOWN} lapsed": later_than(counts[NEW][segment], place),
        "middle middle": kept - stay - (rise - both), "middle long": rise - both,
        "middle lapsed": start - long_start - (kept - stay),
        "long middle": stay - both, "long long": both, "long lapsed": long_start - stay,
        "lapsed middle": back - back_long, "lapsed long": back_long, "lapsed lapsed": ever_start - start - back,
    }  # fmt: skip


def overview_of(moves: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Return the stages at the start of each period, and the customers kept of middle and long."""
    table = pd.DataFrame({stage: _sum(moves, start=stage) for stage in STAGES})
    table["start"] = table[list(CUSTOMERS)].sum(axis=1)
    for stage in CUSTOMERS:
        table[f"kept_{stage}"] = sum(moves[f"{stage} {end}"] for end in CUSTOMERS)
    table["kept"] = table["kept_middle"] + table["kept_long"]
    return table


def _sum(moves: Mapping[str, np.ndarray], *, start: str) -> np.ndarray:
    total: np.ndarray = sum(
        (number for name, number in moves.items() if name.split()[0] == start),
        np.zeros_like(next(iter(moves.values()))),
    )
    return total


def with_stage_rates(table: pd.DataFrame, whole: np.ndarray) -> pd.DataFrame:
    """Add the rates, with the status as the last column; the kept of a period that is not over are NaN."""
    status = table.pop("status")
    kept = ["kept", *(f"kept_{stage}" for stage in CUSTOMERS)]
    table[kept] = table[kept].where(pd.Series(whole, index=table.index), np.nan)
    table["crr"] = table["kept"] / table["start"].where(table["start"] > 0)
    table["crr_low"], table["crr_high"] = wilson_columns(table["kept"], table["start"])
    for stage in CUSTOMERS:
        table[f"retention_{stage}"] = table[f"kept_{stage}"] / table[stage].where(table[stage] > 0)
    return table.assign(status=status)


def transitions_of(moves: Mapping[str, np.ndarray], labels: list[str]) -> pd.DataFrame:
    """Return the transitions as ``from_period from_stage to_stage customers``, without zeros."""
    order = (UNKNOWN, *STAGES)
    names = sorted((name.split() for name in moves), key=lambda pair: [order.index(stage) for stage in pair])
    rows = [
        (label, start, end, int(moves[f"{start} {end}"][place]))
        for place, label in enumerate(labels)
        for start, end in names
        if moves[f"{start} {end}"][place]
    ]
    return pd.DataFrame(rows, columns=["from_period", "from_stage", "to_stage", "customers"])
