"""The stages of a report: who stands where, the rate as a sum over stages, and what the playbook proposes.

A boundary at which few stand in some stage is left out whole: where the sum of two stages is in the report, one of them
gives the other away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crrkit.counts import wilson
from crrkit.ground import InputError
from crrkit.judge.playbook import diagnose
from crrkit.judge.whatif import StageModel, parts_of
from crrkit.measure import COMPLETE
from crrkit.measure.stages import CUSTOMERS, StageFlow, stage_flow
from crrkit.report.saved import Counted
from crrkit.report.withhold import drop_boundaries, empty_rates
from crrkit.rules import StageRule, Trailing, small, small_share

if TYPE_CHECKING:
    from crrkit.judge.playbook import Playbook
    from crrkit.measure import RetentionTable
    from crrkit.read import Base

MOST_BOUNDARIES = 24  # boundaries: two years of months
CARDS = 3
RATE_COLUMNS = ["period", "from_", "stage", "start", "kept", "share", "crr", "low", "high"]
SAID = ["title", "because", "action", "owner", "caution"]


@dataclass(frozen=True, eq=False)
class SharedStages(Counted):
    """What a report may tell of its stages.

    Attributes:
        flow: The flow without its moves: ``flow.counts`` holds the boundaries that can be told.
        rates: For the latest period that can be told one row a stage of customers, ``period from_ stage start kept
            share crr low high``; empty where there is none.
        cards: What the playbook proposes on the stages, in the report's language: ``title because action owner
            caution``.
        is_same: Whether the account of the report counts by the same rule.
        model: What would move the stages, from the moves of the last year; None where a move was of few.
    """

    flow: StageFlow
    rates: pd.DataFrame
    cards: pd.DataFrame
    is_same: bool
    model: StageModel | None = None

    @property
    def tables(self) -> tuple[pd.DataFrame, ...]:
        """Everything that is told, as tables."""
        models = [] if self.model is None else [self.model.table]
        return (self.flow.counts.reset_index(), self.rates, self.cards, *models)


def stages_of(
    base: Base, kept: RetentionTable, *, min_cell: int | None = 10, first: str | None = None, last: str | None = None
) -> SharedStages | None:
    """The stages of purchases or events as a report may show them, under the usual rule or that of the base.

    Args:
        base: What `read_orders` or `read_events` gave.
        kept: The account of the report.
        min_cell: The smallest group that may be shown; None withholds nothing.
        first: The first period of the report.
        last: The last one.

    Returns:
        The stages; None for contracts, and where nothing can be told.
    """
    if not base.has_purchases:
        return None
    flow = stage_flow(base, every=kept.every, rule=_rule_of(base), first=first, last=last)
    least = min_cell or 0
    counts = _large(flow.counts, least)
    if counts.empty:
        return None
    is_last_told = counts.index[-1] == flow.counts.index[-1]
    found = _cards(diagnose(kept, flow=replace(flow, rates=empty_rates(flow.rates, least)))) if is_last_told else []
    cards = pd.DataFrame(found, columns=SAID)
    model = _model(flow, least) if is_last_told else None
    is_same = base.rule is not None
    return SharedStages(_bare(flow, counts), _rates(flow, least), cards, is_same, model)


def _model(flow: StageFlow, least: int) -> StageModel | None:
    """The model of the flow, unless a share of it would tell of few."""
    try:
        model = StageModel.from_flow(flow)
    except InputError:
        return None
    assert model.window is not None  # noqa: S101 - it is from a list
    parts = parts_of(model.window)
    told = np.concatenate([parts.counts.to_numpy().ravel(), parts.entries.sum(axis=0)])
    return None if small(told, least).any() else model  # a model without one of its moves would be another model


def _rule_of(base: Base) -> StageRule:
    """The limit of silence of the base where it has one."""
    if isinstance(base.rule, Trailing):
        return StageRule(lapse_days=round(base.rule.length))
    return StageRule() if base.rule is None else StageRule(lapse_days=base.rule)


def _large(counts: pd.DataFrame, least: int) -> pd.DataFrame:
    """The latest boundaries with customers, without the rows in which somebody stands among few."""
    shown = counts[-MOST_BOUNDARIES:]
    return drop_boundaries(shown[shown[list(CUSTOMERS)].sum(axis=1) > 0], least)


def _rates(flow: StageFlow, least: int) -> pd.DataFrame:
    """The latest whole period in which every group of both stages is large or nobody."""
    complete = flow.table[(flow.table["status"] == COMPLETE) & (flow.table["start"] > 0)]
    for _i, row in complete[::-1].iterrows():
        rates = flow.rates[flow.rates["period"] == row["period"]].set_index("measure")
        table = pd.DataFrame([_stage_row(stage, rates, row) for stage in CUSTOMERS], columns=RATE_COLUMNS)
        if not small_share(table["start"], table["kept"], least=least).any():
            return table
    return pd.DataFrame(columns=RATE_COLUMNS)


def _stage_row(stage: str, rates: pd.DataFrame, row: pd.Series) -> dict[str, Any]:
    of, hits = (int(rates[name][f"retention of {stage}"]) for name in ("of", "hits"))
    low, high = wilson(hits, of)
    rate = hits / of if of else float("nan")
    named = {"period": row["period"], "from_": row["from_"], "stage": stage, "share": of / row["start"]}
    return named | {"start": of, "kept": hits, "crr": rate, "low": low, "high": high}


def _cards(found: Playbook) -> list[list[str]]:
    """The first cards that propose to do something."""
    cards = [card for card in found.cards if card.kind == "do"][:CARDS]
    return [[card.title, " ".join(card.triggers), card.action, card.owner, card.caution] for card in cards]


def _bare(flow: StageFlow, counts: pd.DataFrame) -> StageFlow:
    nothing = {name: getattr(flow, name)[:0] for name in ("table", "transitions", "rates", "moves")}
    return replace(flow, counts=counts, **nothing)
