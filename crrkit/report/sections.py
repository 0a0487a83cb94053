"""What a report says, in which order: the list that the page and the notebook are both made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crrkit._language import gettext as _
from crrkit.report import findings
from crrkit.report.account import reference_row

if TYPE_CHECKING:
    from crrkit.movement import RetentionTable
    from crrkit.report.findings import Finding


@dataclass(frozen=True)
class Section:
    """A part of a report: its anchor, its name in the list of contents, and what it claims."""

    anchor: str
    label: str
    findings: tuple[Finding, ...] = ()


def sections(kept: RetentionTable) -> list[Section]:
    """The sections of an account's report; the first is the headline."""
    headline = Section("headline", _("Finding"), (findings.retention_finding(kept),))
    rows = Section("rows", _("What was read"), (findings.quality_finding(kept.quality),))
    definition, method = Section("definition", _("What was counted")), Section("method", _("How it is counted"))
    if reference_row(kept) is None:
        return [headline, _account(kept), Section("explorer", _("Try it")), definition, rows, method]
    changes = [findings.change_finding(kept, since=period) for period in findings.earlier_periods(kept)]
    return [
        headline,
        *([Section("change", _("Is it changing?"), tuple(changes))] if changes else []),
        Section("movement", _("Who left, who came"), (findings.movement_finding(kept),)),
        Section("trend", _("All periods"), (findings.trend_finding(kept),)),
        _account(kept),
        Section("explorer", _("Try it"), (findings.value_of_one(kept),)),
        definition,
        rows,
        method,
    ]


def _account(kept: RetentionTable) -> Section:
    return Section("account", _("The account"), (findings.balance_finding(kept),))
