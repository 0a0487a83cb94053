"""The stages of a report's page: the mix with its caption, and how many stand in each stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.ground import format_number, gettext as _
from crrkit.report.blocks import picture, row_block, table_block
from crrkit.report.elements import Html, element, join

if TYPE_CHECKING:
    from crrkit.report.stage_facts import Staged


def stages_block(staged: Staged) -> Html:
    """Who stands in which stage."""
    from crrkit import figures

    caption = _("A period at whose start a stage holds few is left out.")
    mix = element("figure", picture(figures.stage_mix, staged.flow), element("figcaption", caption))
    return join(mix, _counts(staged), _what_if(staged))


def _what_if(staged: Staged) -> Html:
    """The live explorer of the levers, or why there is none; nothing where there is no model that may be shown."""
    from crrkit import widgets

    if staged.model is None:
        return join()
    if staged.model.refusal:
        return element("p", staged.model.refusal, class_="caveat")
    said = _("What would happen if a lever moved and all else went on as in these periods: arithmetic, not a forecast.")
    live = widgets.static_html(widgets.StageExplorer(staged.model), element_id="stage-explorer", assets=False)
    return join(element("p", said, class_="caveat"), element("figure", Html(live)))


def _counts(staged: Staged) -> Html:
    """How many stand in each stage as of the start of each period, and at the end of the last."""
    counts = staged.flow.counts
    shown = [name for name in counts.columns if counts[name].any()]
    heads = [_("as of the start of"), *(_(name) for name in shown)]
    rows = [row_block(str(period), *(format_number(row[name]) for name in shown)) for period, row in counts.iterrows()]
    table = table_block(heads, rows, label=_("How many stand in each stage"))
    return element("figure", table)
