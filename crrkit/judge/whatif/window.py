"""Which periods of a list a model is estimated from, and what they say: moves, entries, who stood where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import InputError, check_count, format_number, gettext as _
from crrkit.judge.whatif.counts import refuse_unknown
from crrkit.measure.stages import CUSTOMERS, IN_MATRIX, counted_by_period, entries_by_period

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from crrkit.measure.stages import StageFlow

FEWEST_TO_ESTIMATE = 2  # periods to estimate from: one alone does not show how they differ
# A year, so that every season is in it once, and nothing older: customers of two years ago moved otherwise. Of
# half-years and years four, so that a spread from one to the next can be seen.
A_YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "half-year": 4, "year": 4}


@dataclass(frozen=True, eq=False)
class Window:
    """The periods that a model is estimated from, among all that it could be.

    Attributes:
        flow: The flow of the list.
        usable: The whole periods after the burn-in, up to the last of the model.
        size: How many of them, from the end, the model takes at most.
        is_settled: False where the list has no whole period after its burn-in, so that those within it were taken.
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
        """The window as it was before the last periods had come."""
        return replace(self, usable=self.usable[:-periods])


def window_of(flow: StageFlow, *, periods: int | None, first: str | None, last: str | None) -> Window:
    """The periods asked for; by default the last year after the burn-in."""
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
    """What the periods of a window say.

    Attributes:
        counts: The moves of all of them together, rows are from, columns are to, ``exit`` last.
        moves: The same by period: period × from × to.
        entries: Who came from outside: period × stage.
        start: Who stood where at their end.
    """

    counts: pd.DataFrame
    moves: np.ndarray
    entries: np.ndarray
    start: dict[str, float]

    @property
    def stages(self) -> list[str]:
        """The stages in which anybody was."""
        return list(map(str, self.counts.index))

    @property
    def matrix(self) -> pd.DataFrame:
        """The shares of the moves."""
        return self.counts.div(self.counts.sum(axis=1), axis=0)

    @property
    def inflow(self) -> dict[str, float]:
        """Entries of a period on average."""
        return dict(zip(self.stages, map(float, self.entries.mean(axis=0)), strict=True))

    @property
    def retained(self) -> list[str]:
        """The stages that are customers."""
        return [stage for stage in CUSTOMERS if stage in self.stages]


def parts_of(window: Window) -> Parts:
    """Count the moves, the entries and who stood where at the end of a window.

    Raises:
        ValueError: If nobody was counted in a stage that moves lead to.
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
