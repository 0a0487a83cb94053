"""The stages section: the stages of the lost customers, the mix, the counts per stage, the live levers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crrkit.ground import format_number, format_percent, gettext as _
from crrkit.report.account import reference_row
from crrkit.report.finding import Finding
from crrkit.report.html import Html, element, join, picture, row_block, table_block
from crrkit.report.period_names import capital, in_period
from crrkit.report.section import Carried, Cell, Section, Subject, counting, counts_carried
from crrkit.report.stage_counts import stages_of_subject

if TYPE_CHECKING:
    import pandas as pd

    from crrkit.judge.whatif import StageModel
    from crrkit.measure import RetentionTable
    from crrkit.report.stage_counts import SharedStages
    from crrkit.widgets import Explorer

STAGE_CALL = "stages_of(base, kept, min_cell=min_cell, first=first, last=last)"


def stage_section(subject: Subject) -> Section | None:
    """Counts per stage and losses; None for contracts, and if there is no rate to explain."""
    stages = subject.once(stages_of_subject)
    if stages is None or reference_row(subject.kept) is None:
        return None
    return replace(about_stages(stages), carried=stages_carried(stages, subject.kept))


def stages_carried(stages: SharedStages, kept: RetentionTable) -> Carried:
    """One row per boundary, one column per stage, boundaries between those shown suppressed; and the kept of each."""
    counts, rates = stages.flow.counts, stages.rates
    told = counts.reindex([name for name in kept.table["period"] if name >= counts.index[0]]).combine_first(counts)
    found = {f"stood {kept.every}": counts_carried(told)}
    if rates.empty:
        return found
    latest = rates.set_index(rates["period"] + " " + rates["stage"])[["start", "kept"]]
    return found | {f"kept {kept.every}": counts_carried(latest)}


def about_stages(stages: SharedStages) -> Section:
    """The section for given stages."""
    model = stages.model
    levers = [] if model is None else ["widgets.StageExplorer(stages.model)"]
    if model is not None and model.refusal:
        levers = ["print(stages.model.refusal)"]
    sources = ["figures.stage_mix(stages.flow)", "stages.flow.counts", *levers]
    found, meaning = stage_finding(stages), _("Middle have bought now and then, long buy regularly.")
    return Section(
        "stages",
        _("Stages"),
        (found,),
        lambda: stages_block(stages),
        None if model is None or model.refusal else lambda: _explorer(model),
        (counting("stages", STAGE_CALL, stages, then="report.stage_finding(stages)"), *map(Cell, sources)),
        stages.tables,
        brief=f"{found.claim} {meaning}" if found.is_informative and not stages.missing else "",
        terms=("stage",),
    )


def stage_finding(stages: SharedStages) -> Finding:
    """The stages of those lost in the latest period that may be shown, and how the stages add up to its rate."""
    rule = _("Stages by this rule: {rule}.").format(rule=stages.flow.rule)
    rates = stages.rates[stages.rates["start"] > 0]
    if rates.empty:
        claim = _("The retention of each stage cannot be shown: the groups are too small.")
        return Finding(claim, stages.flow.counts.reset_index(), rule, is_informative=False)
    claim = _("Of the {lost} lost {when}, {parts}.")
    if len(rates) == 1:
        claim = _("All {lost} lost {when} were “{stage}”, of whom {rate} stayed.")
    lost = int((rates["start"] - rates["kept"]).sum())
    if not lost:
        claim = _("Nobody was lost {when}, in any stage.")
    words = {"when": in_period(rates.iloc[0], stages.flow.every), "parts": _lost_of(rates), "lost": format_number(lost)}
    words |= {"stage": _(rates["stage"].iloc[0]), "rate": format_percent(rates["crr"].iloc[0])}
    said = capital(claim.format(**words))
    if stages.missing:
        why = _(
            "The headline is about {period}, for which the stages cannot be shown, because one of them has "
            "too few customers; this is the last period for which they can."
        )
        said = f"{why.format(period=stages.missing)} {said}"
    return Finding(said, rates, f"{_sum_of(rates)} {rule}")


def _lost_of(rates: pd.DataFrame) -> str:
    """``79 were “middle” (51.8% of these stayed), 19 “long” (84.8%)``."""
    texts = [_("{n} {n:was|were} “{stage}” ({rate} of these stayed)"), *[_("{n} “{stage}” ({rate})")] * len(rates)]
    return ", ".join(
        text.format(n=format_number(row["start"] - row["kept"]), stage=_(row["stage"]), rate=format_percent(row["crr"]))
        for text, (_i, row) in zip(texts, rates.iterrows(), strict=False)
    )


def _sum_of(rates: pd.DataFrame) -> str:
    parts = [
        _("{share} × {rate} ({stage})").format(
            share=format_percent(row["share"]), rate=format_percent(row["crr"]), stage=_(row["stage"])
        )
        for _i, row in rates.iterrows()
    ]
    crr = format_percent(rates["kept"].sum() / rates["start"].sum())
    return _("The rate of {crr} is the sum of share × retention: {parts}.").format(crr=crr, parts=" + ".join(parts))


def stages_block(stages: SharedStages) -> Html:
    """The counts per stage."""
    from crrkit import figures

    caption = _("Periods in which a stage starts with few customers are left out.")
    mix = element("figure", picture(figures.stage_mix, stages.flow), element("figcaption", caption))
    title = _("How many stand in each stage")
    return join(element("details", element("summary", title), mix, _counts(stages, title)), _what_if(stages))


def _what_if(stages: SharedStages) -> Html:
    """The introduction of the lever explorer, or why there is none; empty if no model may be shown."""
    if stages.model is None:
        return join()
    if stages.model.refusal:
        return element("p", stages.model.refusal, class_="caveat")
    said = _(
        "What would happen if a lever moved and everything else stayed as in these periods: arithmetic, not a forecast."
    )
    return element("p", said, class_="caveat")


def _explorer(model: StageModel) -> Explorer:
    from crrkit import widgets

    return widgets.StageExplorer(model)


def _counts(stages: SharedStages, title: str) -> Html:
    """The number in each stage at the start of each period, and at the end of the last."""
    counts = stages.flow.counts
    shown = [name for name in counts.columns if counts[name].any()]
    heads = [_("as of the start of"), *(_(name) for name in shown)]
    rows = [row_block(str(period), *(format_number(row[name]) for name in shown)) for period, row in counts.iterrows()]
    return element("figure", table_block(heads, rows, label=title))
