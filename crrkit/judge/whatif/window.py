"""The periods from which a model is estimated: their transitions, entries and counts, and resampled matrices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit.counts import FEW
from crrkit.ground import InputError, check_column, check_count, format_number, gettext as _
from crrkit.judge.whatif.chain import check_periods
from crrkit.measure.stages import CUSTOMERS, EXIT, IN_MATRIX, counted_by_period, entries_by_period

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crrkit.measure.stages import StageFlow

FEWEST_TO_ESTIMATE = 2  # periods to estimate from: one alone does not show how periods differ
# A year, so that every season is included once, and nothing older: customers of two years ago behaved differently. For
# half-years and years four, so that the spread between periods can be estimated.
A_YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "half-year": 4, "year": 4}


def tabulate(transitions: pd.DataFrame) -> pd.DataFrame:
    """Transitions pooled over all periods; rows are origins, columns destinations, ``exit`` last."""
    for column in ("from_stage", "to_stage", "customers"):
        check_column(column, name="transitions", available=transitions.columns)
    counts = transitions.pivot_table(
        index="from_stage", columns="to_stage", values="customers", aggfunc="sum", fill_value=0, observed=True
    ).astype("float64")
    refuse_unknown(counts)
    return counts.reindex(columns=[*counts.index, EXIT], fill_value=0.0)


def refuse_unknown(counts: pd.DataFrame) -> None:
    """Refuse transitions to a stage from which none was counted."""
    seen = counts.index[counts.sum(axis=1) > 0]
    unknown = [str(stage) for stage in counts.index.union(counts.columns) if stage not in seen and stage != EXIT]
    if unknown:
        message = _("Nobody was counted who could leave or stay in {names}: its row is not known. Count more periods.")
        raise InputError(message.format(names=", ".join(unknown)), argument="transitions")


def thin_rows(counts: pd.DataFrame) -> tuple[str, ...]:
    """The stages whose row is estimated from few customers."""
    sizes = counts.sum(axis=1)
    return tuple(str(stage) for stage in sizes.index[sizes < FEW])


def redraw(counts: pd.DataFrame | None, draws: int, *, seed: int) -> Iterator[np.ndarray]:
    """Matrices with rows resampled independently from their own counts (multinomial)."""
    if not draws:
        return
    if counts is None:
        message = _("Bands need the counts behind the matrix. Make the model with StageModel.from_counts.")
        raise InputError(message, argument="draws", given=draws)
    number = check_periods(draws, name="draws")
    random, sizes = np.random.default_rng(seed), counts.sum(axis=1).round().astype(int)
    chances = counts.div(counts.sum(axis=1), axis=0).to_numpy()
    for _draw in range(number):
        rows = [random.multinomial(n, p) / n for n, p in zip(sizes, chances, strict=True)]
        yield np.array(rows)[:, :-1]


@dataclass(frozen=True, eq=False)
class Window:
    """The periods from which a model is estimated, among all usable ones.

    Attributes:
        flow: The stage flow of the list.
        usable: The whole periods after the burn-in, up to the last of the model.
        size: The maximum number of them, from the end, that the model uses.
        is_settled: False if the list has no whole period after its burn-in, so that those within it were used.
    """

    flow: StageFlow
    usable: tuple[str, ...]
    size: int
    is_settled: bool = True

    @property
    def fitted(self) -> tuple[str, ...]:
        """The periods that the model is estimated from."""
        return self.usable[-self.size :]

    def without_last(self, periods: int) -> Window:
        """The window as it was before the last periods."""
        return replace(self, usable=self.usable[:-periods])


def window_of(flow: StageFlow, *, periods: int | None, first: str | None, last: str | None) -> Window:
    """The requested periods; by default the last year after the burn-in."""
    whole = flow.whole_periods(first, last)
    if first is not None:
        if periods is not None:
            message = _("first= and periods= both say where the model begins. Give one of them.")
            raise InputError(message, argument="periods", given=periods)
        return Window(flow, whole, max(len(whole), 1))
    settled = tuple(period for period in whole if period in flow.settled_periods)
    if periods is None:
        return Window(flow, settled or whole, A_YEAR[flow.every], bool(settled))
    return Window(flow, settled, _check_size(periods, settled, flow))


def _check_size(periods: int, settled: Sequence[str], flow: StageFlow) -> int:
    size = check_count(periods, name="periods")
    if FEWEST_TO_ESTIMATE <= size <= len(settled):
        return int(size)
    message = _(
        "periods={given:g}: the model takes {fewest} whole {fewest:period|periods} at least, and the list has {n} after"
        " its first {days} {days:day|days}, in which the rule does not know everybody yet. first= and last= take"
        " others."
    )
    words = {"given": size, "n": len(settled), "days": format_number(flow.burn_in_days), "fewest": FEWEST_TO_ESTIMATE}
    raise InputError(message.format(**words), argument="periods", given=periods)


@dataclass(frozen=True, eq=False)
class Parts:
    """The data of a window's periods.

    Attributes:
        counts: The transitions of all of them together; rows are origins, columns destinations, ``exit`` last.
        moves: The same by period: period × origin × destination.
        entries: Entries from outside: period × stage.
        start: The counts per stage at their end.
    """

    counts: pd.DataFrame
    moves: np.ndarray
    entries: np.ndarray
    start: dict[str, float]

    @property
    def stages(self) -> list[str]:
        """The stages that ever had anybody."""
        return list(map(str, self.counts.index))

    @property
    def matrix(self) -> pd.DataFrame:
        """The transition probabilities."""
        return self.counts.div(self.counts.sum(axis=1), axis=0)

    @property
    def inflow(self) -> dict[str, float]:
        """The mean number of entries per period."""
        return dict(zip(self.stages, map(float, self.entries.mean(axis=0)), strict=True))

    @property
    def retained(self) -> list[str]:
        """The stages that are customers."""
        return [stage for stage in CUSTOMERS if stage in self.stages]


def parts_of(window: Window) -> Parts:
    """Count the transitions, the entries and the final stages of a window.

    Raises:
        ValueError: If transitions lead to a stage in which nobody was counted.
    """
    flow, periods = window.flow, window.fitted
    if not periods:
        message = _("The list has no whole period yet, and so no move that was seen to its end.")
        raise InputError(message, argument="flow")
    moves = counted_by_period(flow.transitions, periods).astype("float64")
    counts = moves.groupby(level="from_stage").sum().reindex(list(IN_MATRIX), fill_value=0.0)
    empty = [stage for stage in counts.index if not counts.loc[stage].sum() and not counts[stage].sum()]
    counts = counts.drop(index=empty, columns=empty)
    refuse_unknown(counts)
    grid = pd.MultiIndex.from_product([periods, counts.index])
    cube = moves.reindex(index=grid, columns=counts.columns).to_numpy().reshape(len(periods), *counts.shape)
    entries = entries_by_period(flow.transitions, periods)[list(counts.index)].to_numpy(dtype="float64")
    ends = flow.counts.iloc[list(flow.counts.index).index(periods[-1]) + 1]
    return Parts(counts, cube, entries, {str(stage): float(ends[stage]) for stage in counts.index})
