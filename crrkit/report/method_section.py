"""The definition card, and the method: formula, periods, interval, textbook formula and what was suppressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import format_number, format_percent, gettext as _, ngettext
from crrkit.judge import WORDING
from crrkit.report.account import SHOWN_COUNTS, reference_row
from crrkit.report.finding import Finding, nothing_to_claim, rows_of
from crrkit.report.headline_section import process_caveat
from crrkit.report.html import Html, element
from crrkit.report.period_names import day_name
from crrkit.report.section import Cell, Section, Subject

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable


def method_section(subject: Subject) -> Section:
    """The formula, the periods, the interval and what was suppressed."""
    kept = subject.kept
    cells = () if reference_row(kept) is None else (Cell("report.textbook_finding(kept)"),)
    return Section(
        "method",
        _("How it is counted"),
        block=lambda: method_block(kept, min_cell=subject.min_cell),
        cells=cells,
        is_appendix=True,
    )


def textbook_finding(kept: RetentionTable) -> Finding:
    """The result of the formula (end - new) / start for the headline period, and who makes the difference."""
    row = reference_row(kept)
    if row is None:
        return nothing_to_claim(kept)
    if pd.isna(row["new"]):
        claim = _("The textbook formula (end − new) / start would count those who returned as kept.")
        caveat = _("They are too few to show, so its result is not shown either.")
        return Finding(claim, rows_of(kept, row), caveat)
    textbook = (row["end"] - row["new"]) / row["start"]
    words = {"is": format_percent(row["crr"]), "textbook": format_percent(textbook)}
    if row["returned"]:
        claim = _("The textbook formula (end − new) / start would say {textbook} instead of {is}.")
        caveat = ngettext(
            "It counts {n} customer who returned as kept, because nobody who was a customer before is new.",
            "It counts {n} customers who returned as kept, because nobody who was a customer before is new.",
            int(row["returned"]),
        ).format(n=format_number(row["returned"]))
    else:
        claim = _("The textbook formula (end − new) / start says the same: {is}.")
        caveat = _("Nobody returned in this period; with customers who return it would count them as kept.")
    return Finding(claim.format(**words), rows_of(kept, row), f"{caveat} {gross_caveat(row)}".strip())


def gross_caveat(row: pd.Series) -> str:
    """A note on customers in neither start nor end: they joined and left within the period."""
    gone = row["new_lost"]
    if pd.isna(gone) or not gone:
        return ""
    text = ngettext(
        "{n} more customer joined and left inside the period; counted as new, it lowers the formula to {rate}.",
        "{n} more customers joined and left inside the period; counted as new, they lower the formula to {rate}.",
        int(gone),
    )
    rate = (row["end"] - row["new"] - gone) / row["start"]
    return text.format(n=format_number(gone), rate=format_percent(rate))


def method_block(kept: RetentionTable, *, min_cell: int | None) -> Html:
    """The formula with its numbers, periods, interval, the textbook formula, and what was suppressed."""
    parts = [*_formula(kept), *_periods(kept), *_interval(kept), *_textbook(kept), *_suppression(min_cell)]
    return element("details", element("summary", _("Formula, periods, interval and definitions")), *parts)


def _formula(kept: RetentionTable) -> list[Html]:
    parts = [
        element("h4", _("Formula")),
        element("p", _("CRR = kept / start = (end − new − returned) / start"), class_="formula"),
    ]
    row = reference_row(kept)
    if row is None:
        return parts
    numbers = {name: format_number(row[name]) for name in SHOWN_COUNTS if pd.notna(row[name])}
    text = "{kept} / {start} = ({end} − {new} − {returned}) / {start} = {crr}"
    if pd.isna(row["new"]):
        text = "{kept} / {start} = {crr}"
    return [*parts, element("p", text.format(**numbers, crr=format_percent(row["crr"])), class_="formula")]


def _periods(kept: RetentionTable) -> list[Html]:
    row = kept.latest
    text = _(
        "A period runs from its first day up to, and not including, the first day of the next: from {first} until"
        " {until}. Customers are counted just before such a boundary, so the end of one period is the start of the"
        " next, and nobody is counted twice or missed."
    ).format(first=day_name(row["from_"]), until=day_name(row["until"]))
    return [element("h4", _("Periods")), element("p", text)]


def _interval(kept: RetentionTable) -> list[Html]:
    row = reference_row(kept)
    process = [] if row is None else [process_caveat(row)]
    census = WORDING["census"]
    text = " ".join([_(census), *process, _("It is Wilson's interval for a share, at 95%.")])
    tests = _(
        "Two rates are compared by Newcombe's interval of their difference; several comparisons at once "
        "are corrected by Holm's method. The limits of the periods are Shewhart's, as wide as Laney's "
        "correction makes them. Projections use the shifted beta-geometric model (contracts) and the "
        "BG/NBD model (purchases)."
    )
    return [element("h4", _("Interval")), element("p", text), element("h4", _("Tests and models")), element("p", tests)]


def _textbook(kept: RetentionTable) -> list[Html]:
    if reference_row(kept) is None:
        return []
    finding = textbook_finding(kept)
    meaning = [
        _("New: {meaning}.").format(meaning=_(kept.card.new)),
        _("Returned: {meaning}.").format(meaning=_(kept.card.returned)),
    ]
    return [
        element("h4", _("New, returned and the textbook's formula")),
        element("p", " ".join(meaning)),
        element("p", finding.claim, " ", finding.caveat),
    ]


def _suppression(min_cell: int | None) -> list[Html]:
    if min_cell is None:
        text = _("Nothing is suppressed: this report is for private use. Set min_cell before it is shared.")
    else:
        text = _(
            "A rate is suppressed if fewer than {n} {n:customer|customers}, but not nobody, were there at the"
            " start, stayed, left or were there at the end; the counts that would disclose it are suppressed,"
            " too."
        ).format(n=min_cell)
        text += " " + _(
            "A sum of money is left out where it is of as few, or where without its two largest amounts less is left"
            " than a quarter of the largest."
        )
        text += " " + _(
            "Further numbers are suppressed so that none of those can be computed from the rest of this page."
        )
    return [element("h4", _("Small groups")), element("p", text)]


def definition_section(subject: Subject) -> Section:
    """The definition card."""
    card = subject.kept.card
    return Section(
        "definition",
        _("What was counted"),
        block=lambda: Html(card.to_html()),
        cells=(Cell("kept.card"),),
        is_appendix=True,
    )
