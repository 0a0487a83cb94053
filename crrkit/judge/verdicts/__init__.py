"""Judging a rate: reference lines, a verdict for each, an assessment of all; and the claims of the source articles."""

from crrkit.judge.verdicts.articles import break_even_save_rate, claims, value_of_lost
from crrkit.judge.verdicts.assessment import Assessment, assess
from crrkit.judge.verdicts.lines import BELOW, BOTH, CRITICAL, RARE
from crrkit.judge.verdicts.targets import Target, TargetHistory
from crrkit.judge.verdicts.verdict import COMPARABLE, MEASURED, SHRINKING, Verdict

__all__ = [
    "BELOW",
    "BOTH",
    "COMPARABLE",
    "CRITICAL",
    "MEASURED",
    "RARE",
    "SHRINKING",
    "Assessment",
    "Target",
    "TargetHistory",
    "Verdict",
    "assess",
    "break_even_save_rate",
    "claims",
    "value_of_lost",
]
