"""The cards of the playbook as a report shows them: a few, in the words of a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.report.period_names import capital

if TYPE_CHECKING:
    from crrkit.judge.playbook import Playbook

MOST_CARDS = 3
CARD_COLUMNS = ["kind", "title", "because", "action", "owner", "caution"]
CODE = re.compile(r"\s*\([^()]*[=_][^()]*\)")  # a hint at a function, of no use to whoever reads a page


def cards_of(found: Playbook, *, kinds: tuple[str, ...]) -> pd.DataFrame:
    """The first cards of the kinds asked for, one a row: ``kind title because action owner caution``."""
    cards = [card for card in found.cards if card.kind in kinds][:MOST_CARDS]
    rows = [
        [card.kind, card.title, " ".join(map(_sentence, card.triggers)), card.action, card.owner, card.caution]
        for card in cards
    ]
    return pd.DataFrame([[CODE.sub("", text) for text in row] for row in rows], columns=CARD_COLUMNS)


def _sentence(trigger: str) -> str:
    """A rule that fired, as it stands among sentences: with a capital letter, and one full stop after ``п. п.``."""
    return re.sub(r"\.\.$", ".", capital(trigger))
