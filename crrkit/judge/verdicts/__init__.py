"""What a rate is worth: lines to hold it against, a verdict of each, an assessment of all; what the articles claim."""

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
