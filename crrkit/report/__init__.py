"""Reports: findings written from an account, one HTML page that lives by itself, and an executed notebook.

    crr.write_report(base, every="month", out="report.html", notebook="report.ipynb", lang="ru")

The road is account and lives → findings → sections → page and notebook → a last look for customers → files. What a
notebook of a report needs is public here: `load_account`, `load_lives` and the findings.
"""

from crrkit.report.account import dump_account, load_account, shared
from crrkit.report.cohort_findings import cohort_finding, leaving_finding, outlook_finding
from crrkit.report.findings import (
    Finding,
    balance_finding,
    change_finding,
    movement_finding,
    quality_finding,
    retention_finding,
    textbook_finding,
    trend_finding,
    value_of_one,
)
from crrkit.report.lives import dump_lives, lives_of, load_lives
from crrkit.report.segments import dump_segments, load_segments, mix_finding, past_finding, segment_finding, segments_of
from crrkit.report.stage_facts import dump_stages, load_stages, staged_of
from crrkit.report.stage_findings import advice_finding, stage_finding
from crrkit.report.write import Report, write_report

__all__ = [
    "Finding",
    "Report",
    "advice_finding",
    "balance_finding",
    "change_finding",
    "cohort_finding",
    "dump_account",
    "dump_lives",
    "dump_segments",
    "dump_stages",
    "leaving_finding",
    "lives_of",
    "load_account",
    "load_lives",
    "load_segments",
    "load_stages",
    "mix_finding",
    "movement_finding",
    "outlook_finding",
    "past_finding",
    "quality_finding",
    "retention_finding",
    "segment_finding",
    "segments_of",
    "shared",
    "stage_finding",
    "staged_of",
    "textbook_finding",
    "trend_finding",
    "value_of_one",
    "write_report",
]
