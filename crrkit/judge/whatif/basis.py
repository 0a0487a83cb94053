"""The basis of a model estimated from a list: its periods, their spread, and its backtest error."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from crrkit.ground import InputError, format_cell, gettext as _, ngettext
from crrkit.judge.whatif.band import Spread

if TYPE_CHECKING:
    from collections.abc import Mapping

# A fifth: between 10 and 20 % a forecast is "good", above it merely "reasonable" (Lewis 1982, Industrial and Business
# Forecasting Methods), and the effects of levers are a few percent.
LIMIT = 0.2


@dataclass(frozen=True, kw_only=True)
class Basis:
    """Key figures of the list behind a model.

    Attributes:
        first: The first period from which the model was estimated.
        last: The last one.
        spread: The uncertainty of transitions and entries.
        tested_first: The first period of the backtest; empty if there was none.
        tested_last: The last one.
        tested: Their number.
        error: The mean absolute error of the number of customers.
        largest: The largest absolute error.
        untested: Why no backtest was possible.
    """

    first: str
    last: str
    spread: Spread
    tested_first: str = ""
    tested_last: str = ""
    tested: int = 0
    error: float = math.nan
    largest: float = math.nan
    untested: str = ""

    @property
    def refusal(self) -> str:
        """Why the list is not projected; empty if it is."""
        if self.untested:
            return _("No projection from this list: {why}.").format(why=self.untested)
        if self.error <= LIMIT:
            return ""
        text = _(
            "No projection from this list: a model estimated the same way and tested on {periods} was off by {error}"
            " of the customers on average, and {limit} is the limit. What was counted then did not go on."
        )
        error = _("more than can be said") if math.isnan(self.error) else format_cell(self.error, "rate")
        return text.format(periods=self._tested_periods(), error=error, limit=format_cell(LIMIT, "rate"))

    def with_inflow(self, factor: float) -> Basis:
        """The same with the inflow multiplied by a factor; its standard deviation scales with it."""
        entries = tuple(factor**2 * variance for variance in self.spread.entries)
        return replace(self, spread=replace(self.spread, entries=entries))

    def check(self) -> None:
        """Raise the `refusal` as an error that says how to proceed nevertheless."""
        if self.refusal:
            hint = _(
                "For the arithmetic alone, make a model without its list: StageModel(model.matrix,"
                " model.start, model.inflow, retained=model.retained)."
            )
            raise InputError(f"{self.refusal} {hint}", argument="model", given=self.error)

    def sentence(self, steps: int) -> str:
        """The model's periods, its backtest error, and the range not covered by the backtest."""
        return f"{self.tried()} {self.beyond()}" if steps > self.tested else self.tried()

    def tried(self) -> str:
        """The model's periods and its backtest error."""
        text = _(
            "Estimated from {first} to {last}; tested on {periods}, a model built the same way was off by {error} of"
            " the customers on average, by {largest} at most."
        )
        errors = {"error": format_cell(self.error, "rate"), "largest": format_cell(self.largest, "rate")}
        return text.format(first=self.first, last=self.last, periods=self._tested_periods(), **errors)

    def beyond(self) -> str:
        """A note that further steps are not covered by the backtest."""
        text = ngettext(
            "Beyond {n} step it was not tested.",
            "Beyond {n} steps it was not tested.",
            self.tested,
        )
        return text.format(n=self.tested)

    def to_dict(self) -> dict[str, Any]:
        """As plain values; an unknown number is None."""
        values = asdict(self)
        return values | {name: None if math.isnan(values[name]) else values[name] for name in ("error", "largest")}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Basis:
        """Restore from `to_dict`."""
        known: dict[str, Any] = {name: math.nan if value is None else value for name, value in values.items()}
        spread: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in known["spread"].items()}
        return cls(**known | {"spread": Spread(**spread)})

    def _tested_periods(self) -> str:
        if self.tested == 1:
            return self.tested_first
        return _("{first} to {last}").format(first=self.tested_first, last=self.tested_last)


def with_basis(text: str, basis: Basis | None, steps: int) -> str:
    """A caption, with the backtest error if the model is from a list."""
    return f"{text}. {basis.sentence(steps)}" if basis else text
