"""The live formula with the headline's numbers, and the effect of one more customer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import format_in_points, format_number, gettext as _, ngettext
from crrkit.report.account import reference_row
from crrkit.report.finding import Finding, nothing_to_claim, rows_of
from crrkit.report.html import element
from crrkit.report.period_names import period_name
from crrkit.report.section import Cell, Section, Subject

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable
    from crrkit.widgets import FormulaExplorer

POINT_IS_SOMEBODY = 100  # from this many customers on, a point is at least one of them


def trial_section(subject: Subject) -> Section:
    """The live formula with the headline's numbers."""
    kept, row = subject.kept, reference_row(subject.kept)
    found = () if row is None else (value_of_one(kept),)
    cells = () if row is None else (Cell("report.value_of_one(kept)"),)
    return Section(
        "explorer",
        _("Try it"),
        found,
        lambda: element("p", _source_of_numbers(kept, row), class_="caveat"),
        lambda: formula_explorer(row),
        (*cells, Cell(_trial_code(row))),
        tables=() if row is None else (pd.DataFrame({"came": [_came(row)]}),),
        is_appendix=True,
    )


def value_of_one(kept: RetentionTable) -> Finding:
    """How many more customers would have to stay for one percentage point, or the weight of one in a small base."""
    row = reference_row(kept)
    if row is None:
        return nothing_to_claim(kept)
    return Finding(
        worth_words(int(row["start"]), int(row["lost"])),
        rows_of(kept, row),
        _("New customers do not move the rate."),
    )


def formula_explorer(row: pd.Series | None) -> FormulaExplorer:
    """An explorer with a row's numbers; its three counts treat returned customers as new."""
    from crrkit import widgets

    if row is None:
        return widgets.FormulaExplorer()
    return widgets.FormulaExplorer(start=int(row["start"]), lost=int(row["lost"]), new=_came(row))


def _came(row: pd.Series) -> int:
    """All who joined, for the first time or again."""
    return int(row["end"] - row["kept"])


def _source_of_numbers(kept: RetentionTable, row: pd.Series | None) -> str:
    if row is None:
        return _("The numbers are an example, not yours: there is no rate to begin with.")
    begins = _("The sliders start at the numbers of {period}.").format(period=period_name(row, kept.every))
    if pd.isna(row["returned"]):
        return begins + " " + _("New here means everyone who came, for the first time or again.")
    if not row["returned"]:
        return begins
    returned = _(
        "New here means everyone who came: {new} for the first time and {returned} who returned, because the formula"
        " knows three counts only."
    ).format(new=format_number(row["new"]), returned=format_number(row["returned"]))
    return f"{begins} {returned}"


def _trial_code(row: pd.Series | None) -> str:
    if row is None:
        return "widgets.FormulaExplorer()"
    return (
        f"row = kept.row({str(row['period'])!r})\n"
        'widgets.FormulaExplorer(start=int(row["start"]), lost=int(row["lost"]), new=int(row["end"] - row["kept"]))'
    )


def worth_words(start: int, lost: int) -> str:
    """What it takes to raise the rate: customers per point, or points per customer."""
    if not lost:
        return _("Nobody left, so the rate cannot rise.")
    more = math.ceil(start / 100)
    if start < POINT_IS_SOMEBODY or more > lost:
        step = format_in_points(1 / start, digits=2).lstrip("+")
        return _("One more customer who stays raises the rate by {step}.").format(step=step)
    text = ngettext(
        "One point more would have required {n} more customer to stay.",
        "One point more would have required {n} more customers to stay.",
        more,
    )
    return text.format(n=format_number(more))
