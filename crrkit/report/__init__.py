"""Reports: findings written from an account, one HTML page that lives by itself, and an executed notebook.

    crr.write_report(base, every="month", out="report.html", notebook="report.ipynb", lang="ru")

The road is account → findings → sections → page and notebook → a last look for customers → files. What a notebook of a
report needs is public here: `load_account` and the findings.
"""

from crrkit.report.account import dump_account, load_account, shared
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
from crrkit.report.write import Report, write_report

__all__ = [
    "Finding",
    "Report",
    "balance_finding",
    "change_finding",
    "dump_account",
    "load_account",
    "movement_finding",
    "quality_finding",
    "retention_finding",
    "shared",
    "textbook_finding",
    "trend_finding",
    "value_of_one",
    "write_report",
]
