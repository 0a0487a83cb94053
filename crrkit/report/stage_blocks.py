"""The stages of a report's page: the mix with its caption, how many stand in each stage, and the other cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit._language import format_number
from crrkit._language import gettext as _
from crrkit.report.blocks import picture, table_block
from crrkit.report.elements import Html, element, join

if TYPE_CHECKING:
    from crrkit.report.stage_facts import Staged


def stages_block(staged: Staged) -> Html:
    """Who stands in which stage, and the cards after the first."""
    from crrkit import figures

    caption = _("Customers by stage as of the start of each period; a period in which a stage holds few is left out.")
    mix = element("figure", picture(figures.stage_mix, staged.flow), element("figcaption", caption))
    cards = [_card(row) for _i, row in staged.cards.iloc[1:].iterrows()]
    return join(mix, _counts(staged), *cards)
