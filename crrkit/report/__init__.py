"""Reports: findings from an account, in one self-contained HTML page, and a notebook that recomputes it.

    crr.write_report(base, every="month", out="report.html", notebook="report.ipynb", lang="ru")

The pipeline: account → sections, each of which computes its numbers → page and notebook → a final check for customers'
ids → files. Everything that a report's notebook calls is public here.
"""

from crrkit.report.account import shared
from crrkit.report.account_section import balance_finding
from crrkit.report.advice_section import advice_finding, advice_of
from crrkit.report.cohort_counts import cohorts_of
from crrkit.report.cohort_findings import cohort_finding, outlook_finding
from crrkit.report.cohort_guard import beside
from crrkit.report.cohort_leaving import leaving_finding
from crrkit.report.finding import Finding
from crrkit.report.headline_section import early_finding, retention_finding
from crrkit.report.mark_section import mark_finding
from crrkit.report.method_section import textbook_finding
from crrkit.report.money_section import money_finding, money_of
from crrkit.report.movement_section import movement_finding
from crrkit.report.published import account_in
from crrkit.report.recent import recent_finding, recent_of
from crrkit.report.renewal_section import renewal_finding, renewals_of
from crrkit.report.rows_section import quality_finding
from crrkit.report.segment_section import mix_finding, past_finding, segment_finding, segments_of
from crrkit.report.since_section import since_finding
from crrkit.report.stage_counts import stages_of
from crrkit.report.stage_section import stage_finding
from crrkit.report.trend_section import change_finding, control_chart_finding, trend_finding
from crrkit.report.trial_section import value_of_one
from crrkit.report.verdict_section import verdict_finding, verdict_of
from crrkit.report.write import Report, write_report

__all__ = [
    "Finding",
    "Report",
    "account_in",
    "advice_finding",
    "advice_of",
    "balance_finding",
    "beside",
    "change_finding",
    "cohort_finding",
    "cohorts_of",
    "control_chart_finding",
    "early_finding",
    "leaving_finding",
    "mark_finding",
    "mix_finding",
    "money_finding",
    "money_of",
    "movement_finding",
    "outlook_finding",
    "past_finding",
    "quality_finding",
    "recent_finding",
    "recent_of",
    "renewal_finding",
    "renewals_of",
    "retention_finding",
    "segment_finding",
    "segments_of",
    "shared",
    "since_finding",
    "stage_finding",
    "stages_of",
    "textbook_finding",
    "trend_finding",
    "value_of_one",
    "verdict_finding",
    "verdict_of",
    "write_report",
]


def __dir__() -> list[str]:
    """The public names only."""
    return list(__all__)
