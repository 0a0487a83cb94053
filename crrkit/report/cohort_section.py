"""The section of cohorts: findings, the heat map with its caption, and the explorer of the same grids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.ground import format_number, gettext as _
from crrkit.measure.cohorts import SUPPRESSED
from crrkit.report.blocks import picture
from crrkit.report.cohort_findings import cohort_finding, leaving_finding, outlook_finding, told
from crrkit.report.elements import Html, element, join
from crrkit.report.lives import dump_lives
from crrkit.report.section import Cell, Facts, Section, holding

if TYPE_CHECKING:
    from crrkit.report.lives import Lives
    from crrkit.widgets import Explorer


def cohort_section(facts: Facts) -> Section | None:
    """Who of each cohort is there in each age, where customers leave, and what may follow."""
    lives, every = facts.lives, facts.kept.every
    if lives is None:
        return None
    begin = holding("lives", "load_lives", dump_lives(lives)), Cell("report.cohort_finding(lives)")
    first = cohort_finding(lives)
    if not told(lives):
        return Section("cohorts", _("Cohorts"), (first,), cells=begin)
    sources = [
        "figures.cohort_heatmap(lives.grid)", "report.leaving_finding(lives)", "report.outlook_finding(lives)",
        "widgets.CohortExplorer(lives.grids)",
    ]  # fmt: skip
    return Section(
        "cohorts",
        _("Cohorts"),
        (first, leaving_finding(lives), outlook_finding(lives)),
        lambda: cohorts_block(lives, every=every),
        lambda: _explorer(lives),
        (*begin, *map(Cell, sources)),
    )


def _explorer(lives: Lives) -> Explorer:
    from crrkit import widgets

    return widgets.CohortExplorer(lives.grids)


def cohorts_block(lives: Lives, *, every: str) -> Html:
    """Who of each cohort is there, age by age; nothing where no cohort may be told of.

    ``every`` is the period of the report, which may be shorter than that of the cohorts.
    """
    if not told(lives):
        return join()
    from crrkit import figures

    caption = element("figcaption", cohorts_caption(lives, every=every))
    return element("figure", picture(figures.cohort_heatmap, lives.grid), caption)


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
