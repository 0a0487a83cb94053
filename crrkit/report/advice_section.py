"""What to do: the cards of the playbook whose rules fired, in order of priority."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import gettext as _
from crrkit.judge.playbook import diagnose
from crrkit.report.account import reference_row, shows_when_lost
from crrkit.report.finding import Finding
from crrkit.report.section import Cell, Section, Subject, counting
from crrkit.report.stage_counts import CARD_COLUMNS, cards_of, stages_of_subject

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable
    from crrkit.read import Base
    from crrkit.report.stage_counts import SharedStages

TO_LOOK_INTO = "look into"


def advice_section(subject: Subject) -> Section | None:
    """The first cards; None if no rule fired."""
    base, kept = subject.base, subject.kept
    if base is None or not shows_when_lost(kept):
        return None
    stages: SharedStages | None = subject.once(stages_of_subject)
    return about_advice(advice_of(base, kept, stages=stages), of_stages=stages is not None)


def about_advice(cards: pd.DataFrame, *, of_stages: bool = False) -> Section | None:
    """The section for given cards, on the stages or on the account alone."""
    places = range(1, len(cards) + 1)
    found = tuple(advice_finding(cards, place=place) for place in places)
    if not found:
        return None
    evidence = [] if cards["kind"].iloc[0] == TO_LOOK_INTO else [cards["because"].iloc[0]]
    calls = [f"report.advice_finding(advice, place={place})" for place in places]
    call = f"advice_of(base, kept{', stages=stages' if of_stages else ''})"
    return Section(
        "advice",
        _("What to do"),
        found,
        cells=(counting("advice", call, cards, then=calls[0]), *map(Cell, calls[1:])),
        tables=(cards,),
        brief=" ".join([found[0].claim, *evidence]),
        terms=("holdout",),
    )


def advice_of(base: Base, kept: RetentionTable, *, stages: SharedStages | None = None) -> pd.DataFrame:
    """The playbook's cards on the stages, or on an account of contracts; empty if there are none.

    Args:
        base: The list.
        kept: The account of the report.
        stages: The stages of the report.
    """
    if reference_row(kept) is None:
        return pd.DataFrame(columns=CARD_COLUMNS)
    if not base.has_purchases:
        return cards_of(diagnose(kept), kept, kinds=("do", TO_LOOK_INTO))
    return pd.DataFrame(columns=CARD_COLUMNS) if stages is None else stages.cards


def advice_finding(cards: pd.DataFrame, *, place: int = 1) -> Finding:
    """A card of the playbook.

    Args:
        cards: The advice of a report.
        place: Its rank among the cards, 1 for the first to try.
    """
    card = cards.iloc[place - 1]
    claim = _("What to try first: “{title}”.") if place == 1 else _("And then: “{title}”.")
    if card["kind"] == TO_LOOK_INTO:
        claim = _("What to look into first: “{title}”.") if place == 1 else _("Then look into: “{title}”.")
    because, action, caution = card["because"], card["action"], card["caution"]
    caveat = f"{because} {action}" if caution in because else f"{because} {action} {caution}"
    return Finding(claim.format(title=card["title"]), cards[place - 1 : place], caveat)
