"""Who left and who joined: from the customers at the start to those at the end, with the bridge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import format_number, gettext as _, ngettext
from crrkit.report.account import reference_row
from crrkit.report.finding import Finding, nothing_to_claim, rows_of
from crrkit.report.html import Html, element, picture
from crrkit.report.period_names import capital, period_name
from crrkit.report.section import Cell, Section, Subject

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable


def movement_section(subject: Subject) -> Section | None:
    """From the customers at the start to those at the end, with the bridge."""
    kept, row = subject.kept, reference_row(subject.kept)
    if row is None:
        return None
    alone = subject.recent is not None
    cells = (
        Cell(f"report.movement_finding(kept{', names_period=True' if alone else ''})"),
        Cell(f'figures.bridge(kept, period="{row["period"]}")'),
    )
    found = movement_finding(kept, names_period=alone)
    return Section(
        "movement",
        _("Who left, who came"),
        (found,),
        lambda: bridge(kept, row),
        cells=cells,
        brief="" if alone else found.claim,
        is_short=True,
        terms=("kept", "lost", "new", "returned"),
    )


def movement_finding(kept: RetentionTable, *, names_period: bool = False) -> Finding:
    """How the customers of the start became those of the end.

    Args:
        kept: The account.
        names_period: Whether to name the period, because the headline is about later ones.
    """
    row = reference_row(kept)
    if row is None:
        return nothing_to_claim(kept)
    parts = [lost_words(int(row["lost"]), int(row["start"])), *gained_words(row)]
    claim = _("{movement}; that makes {n} at the end.")
    claim = claim.format(movement="; ".join(parts), n=format_number(row["end"]))
    if names_period:
        claim = _("{period}, the last that can be shown by itself: {claim}").format(
            period=capital(period_name(row, kept.every)), claim=claim[:1].lower() + claim[1:]
        )
    return Finding(claim, rows_of(kept, row), new_caveat(kept))


def bridge(kept: RetentionTable, row: pd.Series) -> Html:
    """The bridge of a period with its caption."""
    from crrkit import figures

    caption = _("The bridge of {period}: the line from left to right marks those who stayed; its height is the rate.")
    caption = " ".join(filter(None, [kept.warning, caption.format(period=period_name(row, kept.every))]))
    drawn = picture(figures.bridge, kept, period=str(row["period"]))
    return element("figure", drawn, element("figcaption", caption))


def lost_words(lost: int, start: int) -> str:
    """``of 316 customers 27 left``."""
    if not lost:
        return _("Nobody left")
    text = ngettext("Of {start} customer {n} left", "Of {start} customers {n} left", start)
    return text.format(start=format_number(start), n=format_number(lost))


def gained_words(row: pd.Series) -> list[str]:
    """New and returned customers; if they are not disclosed separately, their sum."""
    if pd.isna(row["new"]):
        all_of_them = int(row["end"] - row["kept"])
        if not all_of_them:
            return [_("nobody came")]
        text = ngettext("{n} came, for the first time or again", "{n} came, for the first time or again", all_of_them)
        return [text.format(n=format_number(all_of_them))]
    new, back = int(row["new"]), int(row["returned"])
    came = ngettext("{n} came for the first time", "{n} came for the first time", new) if new else _("nobody new came")
    returned = [ngettext("{n} returned", "{n} returned", back).format(n=format_number(back))] if back else []
    return [came.format(n=format_number(new)), *returned]


def new_caveat(kept: RetentionTable) -> str:
    """A note on who is new in the list."""
    if not kept.card.counts_buyers:
        return _("New customers are those seen for the first time in this list.")
    return _("New customers are first-time buyers in this list; purchases before it begins are not known.")
