"""Reports: findings written from an account, one HTML page that lives by itself, and an executed notebook.

    crr.write_report(base, every="month", out="report.html", notebook="report.ipynb", lang="ru")

The road is account → sections, each of which counts what it speaks of → page and notebook → a last look for customers
→ files. What a notebook of a report needs is public here: `load` and the findings.
"""

from crrkit.report.account import shared
from crrkit.report.account_section import balance_finding
from crrkit.report.advice_section import advice_finding
from crrkit.report.changes import change_finding
from crrkit.report.cohort_counts import cohorts_of
from crrkit.report.cohort_findings import cohort_finding
from crrkit.report.cohort_leaving import leaving_finding
from crrkit.report.cohort_outlook import outlook_finding
from crrkit.report.finding import Finding
from crrkit.report.headline_section import retention_finding
from crrkit.report.mark_section import mark_finding
from crrkit.report.method_section import textbook_finding
from crrkit.report.money_section import money_finding
from crrkit.report.movement_section import movement_finding
from crrkit.report.published import account_in
from crrkit.report.renewal_section import renewal_finding
from crrkit.report.rows_section import quality_finding
from crrkit.report.saved import dump, load
from crrkit.report.segment_counts import segments_of
from crrkit.report.segment_section import mix_finding, past_finding, segment_finding
from crrkit.report.since_section import since_finding
from crrkit.report.stage_counts import stages_of
from crrkit.report.stage_section import stage_finding
from crrkit.report.trend_section import news_finding, trend_finding
from crrkit.report.trial_section import value_of_one
from crrkit.report.verdict_section import verdict_finding
from crrkit.report.write import Report, write_report

__all__ = [
    "Finding",
    "Report",
    "account_in",
    "advice_finding",
    "balance_finding",
    "change_finding",
    "cohort_finding",
    "cohorts_of",
    "dump",
    "leaving_finding",
    "load",
    "mark_finding",
    "mix_finding",
    "money_finding",
    "movement_finding",
    "news_finding",
    "outlook_finding",
    "past_finding",
    "quality_finding",
    "renewal_finding",
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
    "write_report",
]
