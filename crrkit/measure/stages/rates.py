"""Transition rates: retention by stage, conversion, second purchase, promotion, win-back; and the Markov check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from crrkit.counts import FEW, difference_p_value, holm, newcombe, wilson_columns
from crrkit.ground import Shown, format_number, gettext as _, mark
from crrkit.measure.stages.moves import CUSTOMERS, ONCE, whole_stage
from crrkit.rules import STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

CUSTOMER_STATES = (ONCE, *CUSTOMERS)


@dataclass(frozen=True)
class _Measure:
    """A rate: of the transitions that start in ``of`` (and end in ``ends``), the share that ends in ``hits``."""

    name: str
    of: tuple[str, ...]
    hits: tuple[str, ...]
    ends: tuple[str, ...] | None = None


STAGE_MEASURES = (
    _Measure(mark("retention of middle"), (ONCE, "middle"), CUSTOMER_STATES),
    _Measure(mark("retention of long"), ("long",), CUSTOMER_STATES),
    _Measure(mark("conversion"), ("short",), CUSTOMER_STATES),
    _Measure(mark("second purchase"), (ONCE,), CUSTOMERS),
    _Measure(mark("promotion"), (ONCE, "middle"), ("long",), CUSTOMER_STATES),
    _Measure(mark("win-back"), ("lapsed",), CUSTOMER_STATES),
)


def rates_of_moves(moves: pd.DataFrame, by: str | None = "boundary") -> pd.DataFrame:
    """Compute each measure as ``measure, of, hits, rate, low, high, thin``; by boundary, or pooled with ``by=None``."""
    key = moves[by] if by else pd.Series(0, index=moves.index)
    counted = [
        _counted(moves, measure, key).assign(measure=measure.name, place=k) for k, measure in enumerate(STAGE_MEASURES)
    ]
    rows = pd.concat(counted).rename_axis("boundary").reset_index()
    rows = rows.sort_values(["boundary", "place"], ignore_index=True)
    return with_rates(rows[["boundary", "measure", "of", "hits"]])


def _counted(moves: pd.DataFrame, measure: _Measure, key: pd.Series) -> pd.DataFrame:
    starting = moves["before"].isin(measure.of)
    if measure.ends is not None:
        starting &= moves["stage"].isin(measure.ends)
    ending = starting & moves["stage"].isin(measure.hits)
    counts = {"of": moves["customers"].where(starting, 0), "hits": moves["customers"].where(ending, 0)}
    return pd.DataFrame(counts).groupby(key).sum()


def with_rates(counted: pd.DataFrame) -> pd.DataFrame:
    """Add ``rate low high thin`` to ``of`` and ``hits``; the rate is NaN if ``of`` is 0."""
    low, high = wilson_columns(counted["hits"], counted["of"])
    return counted.assign(
        rate=counted["hits"] / counted["of"].where(counted["of"] > 0),
        low=low,
        high=high,
        thin=counted["of"] < FEW,
    )


@dataclass(frozen=True, eq=False, repr=False)
class MarkovCheck(Shown):
    """Check of the Markov property: whether retention depends on the time already spent in a stage.

    Attributes:
        table: One row per stage: for those new to the stage (``fresh``) and those already in it one period earlier
            (``stayed``), their number and the share who are customers a period later; the difference of the shares with
            its Newcombe interval at the level of the check, ``p_holm``, corrected over all stages, and a ``verdict``.
    """

    table: pd.DataFrame

    kinds: ClassVar[Mapping[str, str]] = {
        "stage": "word", "fresh_of": "count", "fresh": "rate", "stayed_of": "count", "stayed": "rate",
        "difference": "points", "low": "points", "high": "points", "p_holm": "p_value", "verdict": "word",
    }  # fmt: skip

    @property
    def differing(self) -> tuple[str, ...]:
        """The stages in which those new to it and those already in it differ significantly."""
        return tuple(self.table["stage"][self.table["verdict"] == "differ"])

    def titles(self) -> dict[str, str]:
        """Return the headings of the displayed columns."""
        return {
            "stage": _("stage"), "fresh_of": _("just come"), "fresh": _("customers a period later"),
            "stayed_of": _("there longer"), "stayed": _("customers a period later"), "difference": _("difference"),
            "low": _("from"), "high": _("to"), "p_holm": _("p, Holm"), "verdict": _("verdict"),
        }  # fmt: skip

    def caption(self) -> str:
        """Return a sentence on what the result means for a projection."""
        if not self.differing:
            return _("No stage is seen to remember: a period in it is like the one before.")
        text = _("How long somebody has been in a stage matters in: {stages}. A projection that forgets it misleads.")
        return text.format(stages=", ".join(_(stage) for stage in self.differing))


def check_memory(moves: pd.DataFrame, *, level: float = 0.95) -> MarkovCheck:
    """Compare customers new to a stage with those already in it; see `MarkovCheck`."""
    rows = [_memory_of(moves, stage, level=level) for stage in STAGES if stage != "cold"]
    table = pd.DataFrame(rows)
    table["p_holm"] = holm(table.pop("p"))
    verdict = np.where(table["p_holm"] < 1 - level, mark("differ"), mark("cannot tell"))
    few = (table["fresh_of"] < FEW) | (table["stayed_of"] < FEW)
    table["verdict"] = np.where(few, mark("too few"), verdict)
    return MarkovCheck(table)


def _memory_of(moves: pd.DataFrame, stage: str, *, level: float) -> dict[str, object]:
    there = moves[whole_stage(moves["before"]) == stage]
    stayed = whole_stage(there["earlier"]) == stage
    hits = there["stage"].isin(CUSTOMER_STATES)
    n = {name: int(there["customers"][mask].sum()) for name, mask in (("fresh", ~stayed), ("stayed", stayed))}
    k = {name: int(there["customers"][mask & hits].sum()) for name, mask in (("fresh", ~stayed), ("stayed", stayed))}
    rate = {name: k[name] / n[name] if n[name] else np.nan for name in n}
    low, high = newcombe(k["stayed"], n["stayed"], k["fresh"], n["fresh"], level=level)
    return {
        "stage": stage, "fresh_of": n["fresh"], "fresh": rate["fresh"], "stayed_of": n["stayed"],
        "stayed": rate["stayed"], "difference": rate["stayed"] - rate["fresh"], "low": low, "high": high,
        "p": difference_p_value(k["stayed"], n["stayed"], k["fresh"], n["fresh"]),
    }  # fmt: skip


def few_sentence(rates: pd.DataFrame) -> str:
    """Return a sentence that names the rates of few customers; empty if there are none."""
    thin = rates[rates["thin"] & (rates["of"] > 0)]
    if not len(thin):
        return ""
    named = ", ".join(_(str(name)) for name in dict.fromkeys(thin["measure"]))
    return _("Resting on fewer than {few} {few:customer|customers}: {names}.").format(
        few=format_number(FEW), names=named
    )
