"""Findings about stages: the rate as a sum over them, and what to try first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.ground import format_percent, gettext as _
from crrkit.report.findings import Finding
from crrkit.report.words import capital, in_period

if TYPE_CHECKING:
    from crrkit.report.stage_facts import Staged


def stage_finding(staged: Staged) -> Finding:
    """How the stages make up the rate of the latest period that can be told.

    Args:
        staged: The stages of a report.
    """
    caveat = _("Stages by this rule: {rule}.").format(rule=staged.flow.rule)
    rates = staged.rates
    if rates.empty:
        claim = _("How each stage keeps its customers cannot be told: the groups are too small.")
        return Finding(claim, staged.flow.counts.reset_index(), caveat)
    if not staged.is_same:
        said = _("It waits for that silence, while the account above counts who bought in a period: the rates differ.")
        caveat = f"{caveat} {said}"
    parts = [
        _("{share} × {rate} ({stage})").format(
            share=format_percent(row["share"]), rate=format_percent(row["crr"]), stage=_(row["stage"])
        )
        for _i, row in rates[rates["start"] > 0].iterrows()
    ]
    claim = capital(_("{when} the rate of {crr} is a sum over stages, share × retention: {parts}."))
    words = {"when": in_period(rates.iloc[0], staged.flow.every), "parts": " + ".join(parts)}
    crr = format_percent(rates["kept"].sum() / rates["start"].sum())
    return Finding(capital(claim.format(crr=crr, **words)), rates, caveat)


def advice_finding(staged: Staged, *, place: int = 1) -> Finding:
    """A card of the playbook on the stages.

    Args:
        staged: The stages of a report.
        place: Its place among ``staged.cards``, 1 to try first.
    """
    card = staged.cards.iloc[place - 1]
    claim = _("What to try first: “{title}”.") if place == 1 else _("And then: “{title}”.")
    caveat = f"{card['because']} {card['action']} {card['caution']}"
    return Finding(claim.format(title=card["title"]), staged.cards[place - 1 : place], caveat)
