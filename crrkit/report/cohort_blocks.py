"""The cohorts of a report's page: the heat map with its caption, and the explorer of the same grids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.ground import format_number, gettext as _
from crrkit.measure.cohorts import SUPPRESSED
from crrkit.report.blocks import picture
from crrkit.report.cohort_findings import told
from crrkit.report.elements import Html, element, join

if TYPE_CHECKING:
    from crrkit.report.lives import Lives


def cohorts_block(lives: Lives, *, every: str) -> Html:
    """Who of each cohort is there, age by age; nothing where no cohort may be told of.

    ``every`` is the period of the report, which may be shorter than that of the cohorts.
    """
    if not told(lives):
        return join()
    from crrkit import figures, widgets

    caption = element("figcaption", cohorts_caption(lives, every=every))
    live = widgets.static_html(widgets.CohortExplorer(lives.grids), element_id="cohort-explorer", assets=False)
    map_ = element("figure", picture(figures.cohort_heatmap, lives.grid), caption)
    return join(map_, element("figure", Html(live)))


def cohorts_caption(lives: Lives, *, every: str) -> str:
    """What a row and a cell are, how many cohorts are shown, and what must not be missed."""
    grid = lives.grid
    rows = {
        "day": _("A row is the customers who first came on one day."),
        "week": _("A row is the customers who first came in one week."),
        "month": _("A row is the customers who first came in one month."),
        "quarter": _("A row is the customers who first came in one quarter."),
        "half-year": _("A row is the customers who first came in one half-year."),
        "year": _("A row is the customers who first came in one year."),
    }
    shown, parts = grid.table["cohort"].nunique(), [rows[grid.every]]
    if grid.every != every:
        parts.append(_("With shorter periods most cells would speak of too few customers."))
    if shown < lives.cohorts:
        text = _("The last {shown} of {all} cohorts are shown.")
        parts.append(text.format(shown=format_number(shown), all=format_number(lives.cohorts)))
    if (grid.table["status"] == SUPPRESSED).any():
        parts.append(_("× = too few to tell; such cells are in no average."))
    return " ".join([*parts, *grid.notes])
