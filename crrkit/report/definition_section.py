"""What was counted: the definition card."""

from __future__ import annotations

from crrkit.ground import gettext as _
from crrkit.report.html import Html
from crrkit.report.section import Cell, Section, Subject


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
