"""The section of stages: the rate as a sum over them, the mix, how many stand in each, what to try, the live levers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.ground import format_number, format_percent, gettext as _
from crrkit.report.account import reference_row
from crrkit.report.finding import Finding
from crrkit.report.html import Html, element, join, picture, row_block, table_block
from crrkit.report.period_names import capital, in_period
from crrkit.report.section import Cell, Section, Subject, holding
from crrkit.report.stage_counts import stages_of

if TYPE_CHECKING:
    from crrkit.judge.whatif import StageModel
    from crrkit.report.stage_counts import SharedStages
    from crrkit.widgets import Explorer


def stage_section(subject: Subject) -> Section | None:
    """Who stands in which stage and what to try; None for contracts, and where there is no rate to explain."""
    base, kept = subject.base, subject.kept
    if base is None or reference_row(kept) is None:
        return None
    stages = stages_of(base, kept, min_cell=subject.min_cell, first=subject.first, last=subject.last)
    return None if stages is None else about_stages(stages)


def about_stages(stages: SharedStages) -> Section:
    """The section of stages that were counted."""
    model, places = stages.model, range(1, len(stages.cards) + 1)
    levers = [] if model is None else ["widgets.StageExplorer(stages.model)"]
    if model is not None and model.refusal:
        levers = ["print(stages.model.refusal)"]
    sources = [
        "report.stage_finding(stages)", "figures.stage_mix(stages.flow)",
        *(f"report.advice_finding(stages, place={place})" for place in places), "stages.flow.counts", *levers,
    ]  # fmt: skip
    return Section(
        "stages",
        _("Stages and what to do"),
        (stage_finding(stages), *(advice_finding(stages, place=place) for place in places)),
        lambda: stages_block(stages),
        None if model is None or model.refusal else lambda: _explorer(model),
        (holding("stages", stages), *map(Cell, sources)),
        stages.tables,
    )


def stage_finding(stages: SharedStages) -> Finding:
    """How the stages make up the rate of the latest period that can be told.

    Args:
        stages: The stages of a report.
    """
    caveat = _("Stages by this rule: {rule}.").format(rule=stages.flow.rule)
    rates = stages.rates
    if rates.empty:
        claim = _("How each stage keeps its customers cannot be told: the groups are too small.")
        return Finding(claim, stages.flow.counts.reset_index(), caveat)
    parts = [
        _("{share} × {rate} ({stage})").format(
            share=format_percent(row["share"]), rate=format_percent(row["crr"]), stage=_(row["stage"])
        )
        for _i, row in rates[rates["start"] > 0].iterrows()
    ]
    claim = capital(_("{when} the rate of {crr} is a sum over stages, share × retention: {parts}."))
    words = {"when": in_period(rates.iloc[0], stages.flow.every), "parts": " + ".join(parts)}
    crr = format_percent(rates["kept"].sum() / rates["start"].sum())
    return Finding(capital(claim.format(crr=crr, **words)), rates, caveat)


def advice_finding(stages: SharedStages, *, place: int = 1) -> Finding:
    """A card of the playbook on the stages.

    Args:
        stages: The stages of a report.
        place: Its place among ``stages.cards``, 1 to try first.
    """
    card = stages.cards.iloc[place - 1]
    claim = _("What to try first: “{title}”.") if place == 1 else _("And then: “{title}”.")
    caveat = f"{card['because']} {card['action']} {card['caution']}"
    return Finding(claim.format(title=card["title"]), stages.cards[place - 1 : place], caveat)


def stages_block(stages: SharedStages) -> Html:
    """Who stands in which stage."""
    from crrkit import figures

    caption = _("A period at whose start a stage holds few is left out.")
    mix = element("figure", picture(figures.stage_mix, stages.flow), element("figcaption", caption))
    return join(mix, _counts(stages), _what_if(stages))


def _what_if(stages: SharedStages) -> Html:
    """What the explorer of the levers shows, or why there is none; nothing where no model may be shown."""
    if stages.model is None:
        return join()
    if stages.model.refusal:
        return element("p", stages.model.refusal, class_="caveat")
    said = _("What would happen if a lever moved and all else went on as in these periods: arithmetic, not a forecast.")
    return element("p", said, class_="caveat")


def _explorer(model: StageModel) -> Explorer:
    from crrkit import widgets

    return widgets.StageExplorer(model)


def _counts(stages: SharedStages) -> Html:
    """How many stand in each stage as of the start of each period, and at the end of the last."""
    counts = stages.flow.counts
    shown = [name for name in counts.columns if counts[name].any()]
    heads = [_("as of the start of"), *(_(name) for name in shown)]
    rows = [row_block(str(period), *(format_number(row[name]) for name in shown)) for period, row in counts.iterrows()]
    table = table_block(heads, rows, label=_("How many stand in each stage"))
    return element("figure", table)
