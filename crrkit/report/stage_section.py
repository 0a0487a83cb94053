"""The section of stages: findings, the mix with its caption, how many stand in each stage, and the live levers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.ground import format_number, gettext as _
from crrkit.report.account import reference_row
from crrkit.report.blocks import picture, row_block, table_block
from crrkit.report.elements import Html, element, join
from crrkit.report.section import Cell, Facts, Section, holding
from crrkit.report.stage_facts import dump_stages
from crrkit.report.stage_findings import advice_finding, stage_finding

if TYPE_CHECKING:
    from crrkit.judge.whatif import StageModel
    from crrkit.report.stage_facts import Staged
    from crrkit.widgets import Explorer


def stage_section(facts: Facts) -> Section | None:
    """Who stands in which stage and what to try; None for contracts, and where there is no rate to explain."""
    staged = facts.staged
    if staged is None or reference_row(facts.kept) is None:
        return None
    model, places = staged.model, range(1, len(staged.cards) + 1)
    levers = [] if model is None else ["widgets.StageExplorer(staged.model)"]
    if model is not None and model.refusal:
        levers = ["print(staged.model.refusal)"]
    sources = [
        "report.stage_finding(staged)", "figures.stage_mix(staged.flow)",
        *(f"report.advice_finding(staged, place={place})" for place in places), "staged.flow.counts", *levers,
    ]  # fmt: skip
    return Section(
        "stages",
        _("Stages and what to do"),
        (stage_finding(staged), *(advice_finding(staged, place=place) for place in places)),
        lambda: stages_block(staged),
        None if model is None or model.refusal else lambda: _explorer(model),
        (holding("staged", "load_stages", dump_stages(staged)), *map(Cell, sources)),
    )


def stages_block(staged: Staged) -> Html:
    """Who stands in which stage."""
    from crrkit import figures

    caption = _("A period at whose start a stage holds few is left out.")
    mix = element("figure", picture(figures.stage_mix, staged.flow), element("figcaption", caption))
    return join(mix, _counts(staged), _what_if(staged))


def _what_if(staged: Staged) -> Html:
    """What the explorer of the levers shows, or why there is none; nothing where no model may be shown."""
    if staged.model is None:
        return join()
    if staged.model.refusal:
        return element("p", staged.model.refusal, class_="caveat")
    said = _("What would happen if a lever moved and all else went on as in these periods: arithmetic, not a forecast.")
    return element("p", said, class_="caveat")


def _explorer(model: StageModel) -> Explorer:
    from crrkit import widgets

    return widgets.StageExplorer(model)


def _counts(staged: Staged) -> Html:
    """How many stand in each stage as of the start of each period, and at the end of the last."""
    counts = staged.flow.counts
    shown = [name for name in counts.columns if counts[name].any()]
    heads = [_("as of the start of"), *(_(name) for name in shown)]
    rows = [row_block(str(period), *(format_number(row[name]) for name in shown)) for period, row in counts.iterrows()]
    table = table_block(heads, rows, label=_("How many stand in each stage"))
    return element("figure", table)
