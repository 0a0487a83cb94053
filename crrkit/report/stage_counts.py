"""The stages of a report: counts per stage, the rate as a sum over stages, and the cards of the playbook.

A boundary with few people in some stage is left out completely: since the sum of two stages is in the report, each
discloses the other.
"""

from __future__ import annotations

import re
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
from crrkit.report.account import reference_row
from crrkit.report.period_names import capital, period_name
from crrkit.report.withhold import drop_boundaries, empty_rates
from crrkit.rules import StageRule, Trailing, small, small_share

if TYPE_CHECKING:
    from crrkit.judge.playbook import Playbook
    from crrkit.measure import RetentionTable
    from crrkit.read import Base
    from crrkit.report.section import Subject

MOST_BOUNDARIES = 24  # boundaries: two years of months
SHORT_PERIODS = ("day", "week", "month")  # for these, regularity is judged by the last three months
SHORT_WINDOW, USUAL_WINDOW = 90, 180  # days
TWO_PERIODS = 2  # periods
DIGITS_OF_ERROR = 3  # of a share, as it is printed
RATE_COLUMNS = ["period", "from_", "stage", "start", "kept", "share", "crr", "low", "high"]
MOST_CARDS = 3
CARD_COLUMNS = ["kind", "title", "because", "action", "owner", "caution"]
CODE = re.compile(r"\s*\((?:[^()]*[=_][^()]*|[AB]\d+)\)")  # a function or a source


@dataclass(frozen=True, eq=False)
class SharedStages:
    """What a report may disclose about its stages.

    Attributes:
        flow: The flow without its transitions: ``flow.counts`` has the boundaries that may be shown.
        rates: For the latest period that may be shown, one row per customer stage, ``period from_ stage start kept
            share crr low high``; empty if there is none.
        cards: The playbook's proposals on the stages, in the report's language: ``title because action owner caution``.
        model: The stage model, from the transitions of the last year; None if a transition had too few people.
        missing: The headline period, if its stages may not be shown and those of an earlier one are.
    """

    flow: StageFlow
    rates: pd.DataFrame
    cards: pd.DataFrame
    model: StageModel | None = None
    missing: str = ""

    @property
    def tables(self) -> tuple[pd.DataFrame, ...]:
        """All disclosed numbers as tables."""
        models = [] if self.model is None else [self.model.table]
        return (self.flow.counts.reset_index(), self.rates, self.cards, *models)


def stages_of_subject(subject: Subject) -> SharedStages | None:
    """The stages of a report; None without a base."""
    if subject.base is None:
        return None
    return stages_of(subject.base, subject.kept, min_cell=subject.min_cell, first=subject.first, last=subject.last)


def stages_of(
    base: Base, kept: RetentionTable, *, min_cell: int | None = 10, first: str | None = None, last: str | None = None
) -> SharedStages | None:
    """The stages of purchases or events as a report may show them, by the usual rule or that of the base.

    Args:
        base: The result of `read_orders` or `read_events`.
        kept: The account of the report.
        min_cell: The smallest group that may be shown; None suppresses nothing.
        first: The first period of the report.
        last: The last one.

    Returns:
        The stages; None for contracts, if nothing may be shown, or if no stage rule reproduces the account's rate.
    """
    if not base.has_purchases:
        return None
    flow = stage_flow(base, every=kept.every, rule=_rule_of(base, kept.every), first=first, last=last)
    least = min_cell or 0
    counts = _large(flow.counts, least)
    if counts.empty or _is_another_rate(flow, kept):
        return None
    # Everyone who ever bought is a customer or has lapsed: if the account suppresses the new of a period, the number
    # lapsed at two boundaries would disclose them; at one, as on cards, so would it with the cohort sizes.
    tells_new = min_cell is None or bool(kept.table["new"].notna().all())
    is_last_told = counts.index[-1] == flow.counts.index[-1]
    found = diagnose(kept, flow=replace(flow, rates=empty_rates(flow.rates, least)))
    may_advise = is_last_told and tells_new
    cards = cards_of(found, kept, kinds=("do",))[: None if may_advise else 0]
    model = _model(flow, least) if may_advise else None
    shown = counts if tells_new else counts[list(CUSTOMERS)]
    rates, row = _rates(flow, kept, least), reference_row(kept)
    is_late = row is not None and len(rates) > 0 and rates["period"].iloc[0] != row["period"]
    missing = period_name(row, kept.every) if row is not None and is_late else ""
    return SharedStages(_bare(flow, shown), rates, cards, model, missing)


def _model(flow: StageFlow, least: int) -> StageModel | None:
    """The model of the flow, unless a probability would disclose few, or its sums a suppressed boundary."""
    try:
        model = StageModel.from_flow(flow)
    except InputError:
        return None
    assert model.window is not None  # noqa: S101 - it is from a list
    parts = parts_of(model.window)
    told = np.concatenate([parts.counts.to_numpy().ravel(), parts.entries.sum(axis=0)])
    stood = flow.counts.loc[list(model.window.fitted)]  # its probabilities disclose how many were in a stage there
    is_told = not small(told, least).any() and len(drop_boundaries(stood, least)) == len(stood)
    # a model without one of its moves would be another model
    tells_both = len(parts.entries) == TWO_PERIODS and bool(
        small(parts.entries, least).any()
    )  # their mean and variance do
    if not is_told or tells_both:
        return None
    return _in_few_digits(model) if least else model


def _in_few_digits(model: StageModel) -> StageModel:
    """The model with its per-period statistics rounded so that counts cannot be reconstructed by trial.

    Sums over its periods are large; but the exact variation between periods fits only a few sets of counts.
    """
    basis = model.basis
    if basis is None:
        return model
    known = basis.spread
    sizes, excess, entries = (
        tuple(float(f"{value:.2g}") for value in values) for values in (known.sizes, known.excess, known.entries)
    )
    error, largest = (round(value, DIGITS_OF_ERROR) for value in (basis.error, basis.largest))
    spread = replace(known, sizes=sizes, excess=excess, entries=entries)
    return replace(model, basis=replace(basis, spread=spread, error=error, largest=largest))


def _rule_of(base: Base, every: str) -> StageRule:
    """The rule by which the customer stages add up to the customers of the account."""
    if isinstance(base.rule, Trailing):
        return StageRule(lapse_days=round(base.rule.length))
    if base.rule is None:
        return StageRule(lapse_days="period", window_days=SHORT_WINDOW if every in SHORT_PERIODS else USUAL_WINDOW)
    return StageRule(lapse_days=base.rule)


def _large(counts: pd.DataFrame, least: int) -> pd.DataFrame:
    """The latest boundaries with customers, without rows with a small stage."""
    shown = counts[-MOST_BOUNDARIES:]
    return drop_boundaries(shown[shown[list(CUSTOMERS)].sum(axis=1) > 0], least)


def _rates(flow: StageFlow, kept: RetentionTable, least: int) -> pd.DataFrame:
    """The latest whole period in which every group of both stages is large or empty, if its rate is the account's."""
    complete = flow.table[(flow.table["status"] == COMPLETE) & (flow.table["start"] > 0)]
    for _i, row in complete[complete["period"].isin(_same_in_both(complete, kept))][::-1].iterrows():
        rates = flow.rates[flow.rates["period"] == row["period"]].set_index("measure")
        table = pd.DataFrame([_stage_row(stage, rates, row) for stage in CUSTOMERS], columns=RATE_COLUMNS)
        if not small_share(table["start"], table["kept"], least=least).any():
            return table
    return pd.DataFrame(columns=RATE_COLUMNS)


def _same_in_both(complete: pd.DataFrame, kept: RetentionTable) -> list[str]:
    """The periods for which the account has the same numbers, so that both are about one rate."""
    return list(complete.merge(kept.table, on=["period", "start", "kept"])["period"])


def _is_another_rate(flow: StageFlow, kept: RetentionTable) -> bool:
    """Whether the stages count other customers than the account: a window of calendar months is not one of days."""
    told = set(kept.table["period"][(kept.table["status"] == COMPLETE) & kept.table["kept"].notna()])
    complete = flow.table[(flow.table["status"] == COMPLETE) & (flow.table["start"] > 0)]
    met = complete[complete["period"].isin(told)]
    return len(_same_in_both(met, kept)) < len(met)


def _stage_row(stage: str, rates: pd.DataFrame, row: pd.Series) -> dict[str, Any]:
    of, hits = (int(rates[name][f"retention of {stage}"]) for name in ("of", "hits"))
    low, high = wilson(hits, of)
    rate = hits / of if of else float("nan")
    named = {"period": row["period"], "from_": row["from_"], "stage": stage, "share": of / row["start"]}
    return named | {"start": of, "kept": hits, "crr": rate, "low": low, "high": high}


def _bare(flow: StageFlow, counts: pd.DataFrame) -> StageFlow:
    nothing = {name: getattr(flow, name)[:0] for name in ("table", "transitions", "rates", "moves")}
    return replace(flow, counts=counts, **nothing)


def cards_of(found: Playbook, kept: RetentionTable, *, kinds: tuple[str, ...]) -> pd.DataFrame:
    """The first cards of the given kinds, one per row: ``kind title because action owner caution``."""
    rows = [] if kept.every == "year" else [row for _i, row in kept.table.iterrows()]  # a year is named as it is
    names = {str(row["period"]): period_name(row, kept.every) for row in rows} or {"–": "–"}
    label = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
    cards = [card for card in found.cards if card.kind in kinds][:MOST_CARDS]
    said = [
        [card.kind, card.title, " ".join(map(_sentence, card.triggers)), card.action, card.owner, card.caution]
        for card in cards
    ]
    told = [[label.sub(lambda found: names[found[0]], CODE.sub("", text)) for text in row] for row in said]
    return pd.DataFrame(told, columns=CARD_COLUMNS)


def _sentence(trigger: str) -> str:
    """A rule that fired, as a sentence: with a capital letter, and a single full stop after ``п. п.``."""
    return re.sub(r"\.\.$", ".", capital(trigger))
