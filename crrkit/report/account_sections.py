"""The sections that the account alone fills: headline, change, movement, trend, account, trial, definition, method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.ground import gettext as _
from crrkit.report import blocks, findings
from crrkit.report.account import reference_row
from crrkit.report.elements import Html
from crrkit.report.section import Cell, Facts, Section

if TYPE_CHECKING:
    import pandas as pd

CHECK_SHOWN = """\
assert kept.table.dropna(subset="lost").eval("start - lost + new + returned == end").all()"""


def headline_section(facts: Facts) -> Section:
    """The rate of the latest complete period; its finding is the title of the page."""
    cells = (Cell("report.retention_finding(kept)"),)
    return Section("headline", _("Finding"), (findings.retention_finding(facts.kept),), cells=cells)


def change_section(facts: Facts) -> Section | None:
    """Whether it differs from earlier periods; None where there is none."""
    earlier = findings.earlier_periods(facts.kept)
    found = tuple(findings.change_finding(facts.kept, since=period) for period in earlier)
    cells = tuple(Cell(f'report.change_finding(kept, since="{period}")') for period in earlier)
    return Section("change", _("Is it changing?"), found, cells=cells) if found else None


def movement_section(facts: Facts) -> Section | None:
    """How the customers of the start became those of the end, with the bridge."""
    kept, row = facts.kept, reference_row(facts.kept)
    if row is None:
        return None
    cells = Cell("report.movement_finding(kept)"), Cell(f'figures.bridge(kept, period="{row["period"]}")')
    found = (findings.movement_finding(kept),)
    return Section("movement", _("Who left, who came"), found, lambda: blocks.bridge(kept, row), cells=cells)


def trend_section(facts: Facts) -> Section | None:
    """The rate of every period, with its line."""
    kept = facts.kept
    if reference_row(kept) is None:
        return None
    cells = Cell("report.trend_finding(kept)"), Cell("figures.retention_line(kept)")
    return Section("trend", _("All periods"), (findings.trend_finding(kept),), lambda: blocks.line(kept), cells=cells)


def account_section(facts: Facts) -> Section:
    """The account itself, and that it balances."""
    kept = facts.kept
    cells = Cell("report.balance_finding(kept)"), Cell("kept"), Cell(CHECK_SHOWN, "check")
    found = (findings.balance_finding(kept),)
    return Section("account", _("The account"), found, lambda: blocks.account_table(kept), cells=cells)


def trial_section(facts: Facts) -> Section:
    """The live formula at the headline's numbers."""
    kept, row = facts.kept, reference_row(facts.kept)
    found = () if row is None else (findings.value_of_one(kept),)
    cells = () if row is None else (Cell("report.value_of_one(kept)"),)
    return Section(
        "explorer",
        _("Try it"),
        found,
        lambda: blocks.explorer_block(kept, row),
        lambda: blocks.formula_explorer(row),
        (*cells, Cell(_trial_code(row))),
    )


def definition_section(facts: Facts) -> Section:
    """The definition card."""
    card = facts.kept.card
    return Section("definition", _("What was counted"), block=lambda: Html(card.to_html()), cells=(Cell("kept.card"),))


def rows_section(facts: Facts) -> Section:
    """The account of the rows."""
    kept = facts.kept
    cells = Cell("report.quality_finding(kept.quality)"), Cell("kept.quality")
    found = (findings.quality_finding(kept.quality),)
    return Section("rows", _("What was read"), found, lambda: blocks.rows_block(kept), cells=cells)


def method_section(facts: Facts) -> Section:
    """The formula, the periods, the interval and what was withheld."""
    kept = facts.kept
    cells = () if reference_row(kept) is None else (Cell("report.textbook_finding(kept)"),)
    return Section(
        "method",
        _("How it is counted"),
        block=lambda: blocks.method_block(kept, min_cell=facts.min_cell),
        cells=cells,
    )


def _trial_code(row: pd.Series | None) -> str:
    if row is None:
        return "widgets.FormulaExplorer()"
    new = f"{row['new']:.0f} + {row['returned']:.0f}" if row["returned"] else f"{row['new']:.0f}"
    return f"widgets.FormulaExplorer(start={row['start']:.0f}, lost={row['lost']:.0f}, new={new})"
