"""Purchase rhythm: gaps between purchases, the period that suits them, and whether a given period does."""

from __future__ import annotations

from crrkit.measure.cadence.advice import (
    BY,
    ENOUGH_CYCLES,
    LATE,
    RHYTHM_PERIODS,
    Advice,
    advise,
    holds,
    suggest_period,
)
from crrkit.measure.cadence.gaps import Gaps, characteristic_interval, days_text, survival_of_gaps, term_of
from crrkit.measure.cadence.rhythm import Rhythm, judge_rhythm

__all__ = [
    "BY",
    "ENOUGH_CYCLES",
    "LATE",
    "RHYTHM_PERIODS",
    "Advice",
    "Gaps",
    "Rhythm",
    "advise",
    "characteristic_interval",
    "days_text",
    "holds",
    "judge_rhythm",
    "suggest_period",
    "survival_of_gaps",
    "term_of",
]
