"""Backtest of the model: estimated from earlier periods, projected over the last ones, compared with what happened."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from crrkit.ground import InputError, Shown, check_count, format_cell, format_number, gettext as _
from crrkit.judge.whatif.band import LEVEL, Spread, band, spread_of
from crrkit.judge.whatif.basis import LIMIT, Basis
from crrkit.judge.whatif.chain import Chain, read_chain
from crrkit.judge.whatif.projection import project
from crrkit.judge.whatif.window import FEWEST_TO_ESTIMATE, Parts, Window, parts_of
from crrkit.measure.stages import CUSTOMERS

if TYPE_CHECKING:
    from collections.abc import Mapping

HELD_OUT = 3  # one period in so many is held out


@dataclass(frozen=True, eq=False, repr=False)
class Backtest(Shown):
    """What the model would have projected, compared with the actual values.

    Attributes:
        table: One row per held-out period: ``period``; ``step``; customers at its end as ``projected``, with the band
            ``low high`` of the projection, and the actual ``came_true``; ``error = projected / came_true - 1``, NaN if
            nobody was left; ``inside``, whether the band contains the actual value; ``crr`` and ``crr_came_true``.
        first: The first period from which the test's model was estimated.
        last: The last one.
        periods: Their number.
        limit: The mean error from which on crrkit refuses to project this list.
    """

    table: pd.DataFrame
    first: str
    last: str
    periods: int
    limit: float = LIMIT

    kinds: ClassVar[Mapping[str, str]] = {
        "period": "text", "projected": "count", "low": "count", "high": "count", "came_true": "count",
        "error": "rate", "crr": "rate", "crr_came_true": "rate",
    }  # fmt: skip

    @property
    def error(self) -> float:
        """The mean absolute error; NaN if one is undefined."""
        return float(self.table["error"].abs().mean(skipna=False))

    @property
    def largest(self) -> float:
        """The largest absolute error."""
        return float(self.table["error"].abs().max(skipna=False))

    @property
    def covered(self) -> int:
        """The number of periods in which the band contains the actual value."""
        return int(self.table["inside"].sum())

    @property
    def passed(self) -> bool:
        """Whether the mean error is within the limit."""
        return self.error <= self.limit

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {
            "period": _("period"), "projected": _("projected"), "low": _("from"), "high": _("to"),
            "came_true": _("actual"), "error": _("error"), "crr": _("CRR projected"),
            "crr_came_true": _("CRR, actual"),
        }  # fmt: skip

    def caption(self) -> str:
        """The error in one line, and its consequence."""
        text = _(
            "Customers, estimated from {first} to {last}: off by {error} on average, by {largest} at most; the band"
            " holds {covered} of {n} {n:period|periods}. {verdict}"
        )
        verdict = _("A projection is made.") if self.passed else _("No projection is made: the limit is {limit}.")
        return text.format(
            first=self.first, last=self.last, error=format_cell(self.error, "rate"), covered=self.covered,
            largest=format_cell(self.largest, "rate"), n=len(self.table),
            verdict=verdict.format(limit=format_cell(self.limit, "rate")),
        )  # fmt: skip


def backtest(window: Window | None, periods: int | None = None) -> Backtest:
    """Backtest a window on its last periods; by default a third of them, at most as many as the model uses."""
    if window is None:
        message = _(
            "This model has no list to be tested on: it was made from a matrix."
            " StageModel.from_flow(stage_flow(base)) makes one that can be."
        )
        raise InputError(message, argument="model")
    held = _held_out(window, periods)
    past = window.without_last(held)
    parts = parts_of(past)
    chain = read_chain(parts.matrix, parts.start, parts.inflow, retained=parts.retained, population=None)
    table = _beside(window, chain, spread_of(parts), window.usable[-held:])
    return Backtest(table, past.fitted[0], past.fitted[-1], len(past.fitted))


def _held_out(window: Window, periods: int | None) -> int:
    most = len(window.usable) - FEWEST_TO_ESTIMATE if window.is_settled else 0
    if periods is None:
        held = min(max(len(window.usable) // HELD_OUT, 1), window.size)
    else:
        held = int(check_count(periods, name="periods"))
    if 1 <= held <= most:
        return held
    raise InputError(_too_few(window, held, most), argument="periods", given=periods)


def _too_few(window: Window, held: int, most: int) -> str:
    if most >= 1:
        message = _(
            "periods={held}: from 1 to {most} {most:period|periods} can be held out, two are needed to estimate from."
        )
        return message.format(held=held, most=most)
    settled = len(window.usable) if window.is_settled else 0
    message = _(
        "a backtest needs {needed} whole {needed:period|periods}, and the list has {n}, not counting its first {days}"
        " {days:day|days}, when the stage of some customers is not known yet"
    )
    return message.format(n=settled, days=format_number(window.flow.burn_in_days), needed=FEWEST_TO_ESTIMATE + 1)


def _beside(window: Window, chain: Chain, spread: Spread, held: tuple[str, ...]) -> pd.DataFrame:
    """The projection and the actual flow, one row per held-out period."""
    flow, steps = window.flow, len(held)
    begins = list(flow.counts.index).index(held[0])
    true = flow.counts[list(CUSTOMERS)].sum(axis=1).to_numpy()[begins + 1 : begins + 1 + steps].astype("float64")
    projected = project(chain, steps, margins=None)[1:]
    low, high = (end[1:] for end in band(chain, spread, steps, level=LEVEL))
    customers = projected["customers"].to_numpy()
    return pd.DataFrame({
        "period": held, "step": range(1, steps + 1), "projected": customers, "low": low, "high": high,
        "came_true": true, "error": [_error(one, other) for one, other in zip(customers, true, strict=True)],
        "inside": (low <= true) & (true <= high), "crr": projected["crr"].to_numpy(),
        "crr_came_true": flow.table.set_index("period")["crr"].reindex(list(held)).to_numpy(),
    })  # fmt: skip


def _error(projected: float, true: float) -> float:
    return projected / true - 1 if true else math.nan


def basis_of(window: Window, parts: Parts) -> Basis:
    """Backtest the window and keep the result as the model's basis."""
    known = Basis(first=window.fitted[0], last=window.fitted[-1], spread=spread_of(parts))
    try:
        found = backtest(window)
    except InputError as why:
        return replace(known, untested=str(why).rstrip("."))
    periods = list(found.table["period"])
    ends = {"tested_first": periods[0], "tested_last": periods[-1]}
    return replace(known, **ends, tested=len(periods), error=found.error, largest=found.largest)
