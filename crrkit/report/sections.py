"""What a report says, in which order: the list that the page and the notebook are both made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.report import account_sections as account
from crrkit.report.cohort_section import cohort_section
from crrkit.report.segment_section import segment_section
from crrkit.report.stage_section import stage_section

if TYPE_CHECKING:
    from collections.abc import Callable

    from crrkit.report.section import Facts, Section

SECTIONS: tuple[Callable[[Facts], Section | None], ...] = (
    account.headline_section,
    account.change_section,
    account.movement_section,
    account.trend_section,
    segment_section,
    cohort_section,
    stage_section,
    account.account_section,
    account.trial_section,
    account.definition_section,
    account.rows_section,
    account.method_section,
)


def sections(facts: Facts) -> list[Section]:
    """The sections of a report; the first is the headline."""
    made = [make(facts) for make in SECTIONS]
    return [section for section in made if section is not None]
