"""The cohorts section: findings, and the explorer of the grids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.ground import format_number, gettext as _
from crrkit.measure.cohorts import SUPPRESSED
from crrkit.report.account import reference_row, shows_when_lost
from crrkit.report.cohort_counts import cohorts_of
from crrkit.report.cohort_findings import cohort_finding, has_shown_ages, outlook_finding
from crrkit.report.cohort_leaving import leaving_finding, rows_shown
from crrkit.report.html import Html, element, join
from crrkit.report.published_amounts import cells_carried, grid_carried
from crrkit.report.section import Carried, Cell, Section, Subject, counting, counts_carried, published_argument

if TYPE_CHECKING:
    from crrkit.measure.cohorts import CohortGrid
    from crrkit.report.cohort_counts import SharedCohorts
    from crrkit.widgets import Explorer

BESIDE_CALL = "report.beside(counted, kept, min_cell=min_cell)"
COHORT_CALL = f"""cohorts_of(
    base, every=every, min_cell=min_cell, first=first, last=last, beside={BESIDE_CALL}{{published}}
)"""


def cohort_section(subject: Subject) -> Section | None:
    """Activity of each cohort by age, the age at which customers leave, and the outlook."""
    base, every = subject.base, subject.kept.every
    if base is None or not shows_when_lost(subject.kept) or reference_row(subject.kept) is None:
        return None  # if no rate may be disclosed, the groups are too small for cohorts, too
    cohorts = cohorts_of(
        base, every=every, min_cell=subject.min_cell, first=subject.first, last=subject.last, beside=subject.accounts,
        published=subject.published,
    )  # fmt: skip
    return about_cohorts(cohorts, every=every, published=published_argument(subject))


def about_cohorts(cohorts: SharedCohorts, *, every: str, published: str = "") -> Section:
    """The section for given cohorts."""
    begin = (
        counting("cohorts", COHORT_CALL.format(published=published), cohorts, then="report.cohort_finding(cohorts)"),
    )
    found = cohort_finding(cohorts), leaving_finding(cohorts), outlook_finding(cohorts)
    if not has_shown_ages(cohorts):
        return Section(
            "cohorts", _("Cohorts"), found[:1], cells=begin, tables=cohorts.tables, carried=cohorts_carried(cohorts)
        )
    sources = [
        "figures.cohort_heatmap(cohorts.grid)", "report.leaving_finding(cohorts)", "report.outlook_finding(cohorts)",
        "widgets.CohortExplorer(cohorts.grids)",
    ]  # fmt: skip
    return Section(
        "cohorts",
        _("Cohorts"),
        found,
        lambda: cohorts_block(cohorts, every=every),
        lambda: _explorer(cohorts),
        (*begin, *map(Cell, sources)),
        cohorts.tables,
        brief=next((finding.claim for finding in found[:2] if finding.is_informative), ""),
        terms=("cohort",),
        carried=cohorts_carried(cohorts),
        amounts=next((grid_carried(grid) for grid in cohorts.grids if grid.value == "revenue"), {}),
    )


def cohorts_carried(cohorts: SharedCohorts) -> Carried:
    """The grids of customers, one row per cohort, one column per age and ``size``, and the age at which most leave."""
    own = {f"{grid.kind} {grid.every}": _grid_carried(grid) for grid in cohorts.grids if grid.value == "customers"}
    leaving = rows_shown(cohorts).set_index("age")[["at_risk", "lost"]]
    return own | {f"leaving {cohorts.grid.every}": counts_carried(leaving)}


def _grid_carried(grid: CohortGrid) -> dict[str, dict[str, int | None]]:
    sizes, cells = grid.table.groupby("cohort", sort=False)[["size"]].first(), cells_carried(grid, "active")
    return {cohort: size | cells.get(cohort, {}) for cohort, size in counts_carried(sizes).items()}


def _explorer(cohorts: SharedCohorts) -> Explorer:
    from crrkit import widgets

    return widgets.CohortExplorer(cohorts.grids)


def cohorts_block(cohorts: SharedCohorts, *, every: str) -> Html:
    """The explanation of the explorer below; empty if no cohort may be disclosed.

    ``every`` is the period of the report, which may be shorter than that of the cohorts.
    """
    return element("p", cohorts_caption(cohorts, every=every), class_="caveat") if has_shown_ages(cohorts) else join()


def cohorts_caption(cohorts: SharedCohorts, *, every: str) -> str:
    """What rows and cells are, how many cohorts are shown, and caveats."""
    grid = cohorts.grid
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
        parts.append(_("With shorter periods most cells would have too few customers to show."))
    if shown < cohorts.number:
        text = _("The last {shown} of {all} {all:cohort|cohorts} {shown:is|are} shown.")
        parts.append(text.format(shown=format_number(shown), all=format_number(cohorts.number)))
    if (grid.table["status"] == SUPPRESSED).any():
        parts.append(_("× = too few to show; such cells are in no average."))
    return " ".join([*parts, *grid.notes])
