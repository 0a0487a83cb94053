"""The sections of a report in order, from which both page and notebook are made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crrkit.report.account_section import account_section
from crrkit.report.advice_section import advice_section
from crrkit.report.beside_published import left_out, left_out_words
from crrkit.report.cohort_section import cohort_section
from crrkit.report.glossary_section import glossary_section
from crrkit.report.headline_section import headline_section
from crrkit.report.mark_section import mark_section
from crrkit.report.method_section import definition_section, method_section
from crrkit.report.money_section import money_section
from crrkit.report.movement_section import movement_section
from crrkit.report.published_amounts import OF_MONEY
from crrkit.report.renewal_section import renewal_section
from crrkit.report.rows_section import rows_section
from crrkit.report.segment_section import segment_section
from crrkit.report.since_section import since_section
from crrkit.report.stage_section import stage_section
from crrkit.report.trend_section import trend_section
from crrkit.report.trial_section import trial_section
from crrkit.report.verdict_section import verdict_section

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crrkit.report.published import Published
    from crrkit.report.section import Section, Subject

SECTIONS: tuple[Callable[[Subject], Section | None], ...] = (
    headline_section,
    verdict_section,
    since_section,
    movement_section,
    trend_section,
    mark_section,
    money_section,
    renewal_section,
    segment_section,
    cohort_section,
    stage_section,
    advice_section,
    account_section,
    trial_section,
    definition_section,
    rows_section,
    method_section,
    glossary_section,
)

EARLY_SECTIONS = (headline_section, account_section, definition_section, rows_section, method_section, glossary_section)


def sections(subject: Subject) -> list[Section]:
    """The sections of a report; the first is the headline."""
    made = [make(subject) for make in (EARLY_SECTIONS if subject.is_early else SECTIONS)]
    return [section for section in made if section is not None]


def sections_beside(subject: Subject, published: Sequence[Published]) -> list[Section]:
    """The sections without those that, with published reports, would disclose few; the headline lists them."""
    parts = sections(subject)
    anchors = left_out(subject, parts, published)
    silent = _money_alone(subject, parts) if published else []
    if not anchors and not silent:
        return parts
    said = left_out_words([*parts, *silent], {*anchors, *(part.anchor for part in silent)})
    kept = replace(subject.kept, notes=(*subject.kept.notes, said))
    return [headline_section(replace(subject, kept=kept)), *(part for part in parts[1:] if part.anchor not in anchors)]


def _money_alone(subject: Subject, parts: Sequence[Section]) -> list[Section]:
    """The revenue section, if only published amounts prevent it."""
    if any(part.anchor == OF_MONEY for part in parts):
        return []
    alone = money_section(replace(subject, published=()))
    return [] if alone is None else [alone]
