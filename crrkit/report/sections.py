"""What a report says, in which order: the list that the page and the notebook are both made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crrkit.ground import gettext as _
from crrkit.report import cohort_findings, findings, segments as by_segment, stage_findings
from crrkit.report.account import reference_row

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable
    from crrkit.report.findings import Finding
    from crrkit.report.lives import Lives
    from crrkit.report.stage_facts import Staged


@dataclass(frozen=True)
class Facts:
    """All that a report speaks of, counted and fit to be shared."""

    kept: RetentionTable
    lives: Lives | None = None
    segments: RetentionTable | None = None
    staged: Staged | None = None


@dataclass(frozen=True)
class Section:
    """A part of a report: its anchor, its name in the list of contents, and what it claims."""

    anchor: str
    label: str
    findings: tuple[Finding, ...] = ()


def sections(facts: Facts) -> list[Section]:
    """The sections of a report; the first is the headline."""
    kept = facts.kept
    headline = Section("headline", _("Finding"), (findings.retention_finding(kept),))
    rows = Section("rows", _("What was read"), (findings.quality_finding(kept.quality),))
    definition, method = Section("definition", _("What was counted")), Section("method", _("How it is counted"))
    if reference_row(kept) is None:
        trial = Section("explorer", _("Try it"))
        return [headline, *_cohorts(facts.lives), _account(kept), trial, definition, rows, method]
    changes = [findings.change_finding(kept, since=period) for period in findings.earlier_periods(kept)]
    return [
        headline,
        *([Section("change", _("Is it changing?"), tuple(changes))] if changes else []),
        Section("movement", _("Who left, who came"), (findings.movement_finding(kept),)),
        Section("trend", _("All periods"), (findings.trend_finding(kept),)),
        *_segments(facts.segments),
        *_cohorts(facts.lives),
        *_stages(facts.staged),
        _account(kept),
        Section("explorer", _("Try it"), (findings.value_of_one(kept),)),
        definition,
        rows,
        method,
    ]


def _account(kept: RetentionTable) -> Section:
    return Section("account", _("The account"), (findings.balance_finding(kept),))


def _cohorts(lives: Lives | None) -> list[Section]:
    if lives is None:
        return []
    found = [cohort_findings.cohort_finding(lives)]
    if cohort_findings.told(lives):
        found += [cohort_findings.leaving_finding(lives), cohort_findings.outlook_finding(lives)]
    return [Section("cohorts", _("Cohorts"), tuple(found))]


def _segments(segments: RetentionTable | None) -> list[Section]:
    if segments is None:
        return []
    found = [find(segments) for find in (by_segment.segment_finding, by_segment.past_finding, by_segment.mix_finding)]
    return [Section("segments", _("Segments"), tuple(finding for finding in found if finding))]


def _stages(staged: Staged | None) -> list[Section]:
    if staged is None:
        return []
    advice = [stage_findings.advice_finding(staged, place=n) for n in range(1, len(staged.cards) + 1)]
    return [Section("stages", _("Stages and what to do"), (stage_findings.stage_finding(staged), *advice))]
