"""The stages of a report: who stands where, the rate as a sum over stages, and what the playbook proposes.

A boundary at which few stand in some stage is left out whole: where the sum of two stages is in the report, one of them
gives the other away.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crrkit.counts import wilson
from crrkit.ground import InputError
from crrkit.judge.playbook import diagnose
from crrkit.judge.whatif import Basis, StageModel, parts_of
from crrkit.measure import COMPLETE
from crrkit.measure.stages import CUSTOMERS, StageFlow, stage_flow
from crrkit.report.withhold import drop_boundaries, empty_rates
from crrkit.rules import STAGES, OwnGap, StageRule, Trailing, small, small_share

if TYPE_CHECKING:
    from crrkit.judge.playbook import Playbook
    from crrkit.measure import RetentionTable
    from crrkit.read import Base

MOST_BOUNDARIES = 24  # boundaries: two years of months
CARDS = 3
RATE_COLUMNS = ["period", "from_", "stage", "start", "kept", "share", "crr", "low", "high"]
SAID = ["title", "because", "action", "owner", "caution"]


@dataclass(frozen=True, eq=False)
class Staged:
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
    def tables(self) -> list[pd.DataFrame]:
        """Everything that is told, as tables."""
        models = [] if self.model is None else [self.model.table]
        return [self.flow.counts.reset_index(), self.rates, self.cards, *models]


def staged_of(
    base: Base, kept: RetentionTable, *, min_cell: int | None = 10, first: str | None = None, last: str | None = None
) -> Staged | None:
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
    return Staged(_bare(flow, counts), _rates(flow, least), cards, is_same, model)


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


def dump_stages(staged: Staged) -> str:
    """The stages of a report as text without customers, a column of a table a line.

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at")
        >>> kept = crr.retention_by_period(base, every="quarter")
        >>> staged = staged_of(base, kept)
        >>> load_stages(dump_stages(staged), kept=kept).flow.counts.equals(staged.flow.counts)
        True
    """
    rates = staged.rates.assign(from_=staged.rates["from_"].astype(str))
    parts = {"rule": json.dumps(asdict(staged.flow.rule)), "is_same": json.dumps(staged.is_same)}
    tables = {"counts": staged.flow.counts.reset_index(), "rates": rates, "cards": staged.cards}
    parts |= {name: _lines(table) for name, table in tables.items()}
    parts["model"] = "null" if staged.model is None else _lines(staged.model.table)
    basis = staged.model.basis if staged.model else None
    parts["basis"] = "null" if basis is None else json.dumps(basis.to_dict(), ensure_ascii=False)
    return "{" + ",\n".join(f'"{name}": {part}' for name, part in parts.items()) + "}"


def _lines(table: pd.DataFrame) -> str:
    columns = [f'"{name}": {json.dumps(table[name].tolist(), ensure_ascii=False)}' for name in table.columns]
    return "{" + ",\n".join(columns) + "}"


def load_stages(text: str, *, kept: RetentionTable) -> Staged:
    """The stages that `dump_stages` wrote, beside the account that they belong to.

    Args:
        text: What a notebook of `crrkit.write_report` holds.
        kept: The account of the same notebook.
    """
    content = json.loads(text)
    rule = content["rule"]
    if isinstance(rule["lapse_days"], dict):
        rule["lapse_days"] = OwnGap(**rule["lapse_days"])
    counts = pd.DataFrame(content["counts"]).set_index("period").rename_axis(columns="stage")
    rates = pd.DataFrame(content["rates"], columns=RATE_COLUMNS)
    rates["from_"] = pd.to_datetime(rates["from_"])
    nothing = pd.DataFrame()
    flow = StageFlow(
        nothing, counts[list(STAGES)], nothing, nothing, kept.every, StageRule(**rule), kept.card, kept.quality, nothing
    )
    cards = pd.DataFrame(content["cards"], columns=SAID)
    return Staged(flow, rates, cards, content["is_same"], _read_model(content["model"], content.get("basis")))


def _read_model(columns: dict[str, Any] | None, basis: dict[str, Any] | None) -> StageModel | None:
    """The model from the columns of its table, and what stands behind it."""
    if columns is None:
        return None
    table = pd.DataFrame(columns).set_index("from").rename_axis(None)
    stages = list(table.index)
    retained = [stage for stage in CUSTOMERS if stage in stages]
    start, inflow = ({str(stage): float(n) for stage, n in table[name].items()} for name in ("start", "inflow"))
    known = None if basis is None else Basis.from_dict(basis)
    return StageModel(table[stages], start, inflow, retained=retained, basis=known)
