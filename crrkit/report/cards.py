"""The cards of the playbook as a report shows them: a few, worded for a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.report.period_names import capital, period_name

if TYPE_CHECKING:
    from crrkit.judge.playbook import Playbook
    from crrkit.measure import RetentionTable

MOST_CARDS = 3
CARD_COLUMNS = ["kind", "title", "because", "action", "owner", "caution"]
CODE = re.compile(r"\s*\((?:[^()]*[=_][^()]*|[AB]\d+)\)")  # a function or a source


def cards_of(found: Playbook, kept: RetentionTable, *, kinds: tuple[str, ...]) -> pd.DataFrame:
    """The first cards of the given kinds, one per row: ``kind title because action owner caution``."""
    rows = [] if kept.every == "year" else [row for _i, row in kept.table.iterrows()]  # a year is named as it is
    names = {str(row["period"]): period_name(row, kept.every) for row in rows} or {"–": "–"}
    label = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
    cards = [card for card in found.cards if card.kind in kinds][:MOST_CARDS]
    said = [
        [card.kind, card.title, " ".join(map(_sentence, card.triggers)), card.action, card.owner, card.caution]
        for card in cards
    ]
    told = [[label.sub(lambda found: names[found[0]], CODE.sub("", text)) for text in row] for row in said]
    return pd.DataFrame(told, columns=CARD_COLUMNS)


def _sentence(trigger: str) -> str:
    """A rule that fired, as a sentence: with a capital letter, and a single full stop after ``п. п.``."""
    return re.sub(r"\.\.$", ".", capital(trigger))
