"""How long customers last: life tables, comparison, projection, purchasing models."""

from __future__ import annotations

from crrkit.measure.lifetime.comparison import compare_cohorts
from crrkit.measure.lifetime.projection import FARTHEST, ShiftedBetaGeometric, fit_sbg
from crrkit.measure.lifetime.purchasing import DAYS_PER_YEAR, fit_bgnbd
from crrkit.measure.lifetime.survival import LifeTable, life_table, survival_curve

__all__ = [
    "DAYS_PER_YEAR",
    "FARTHEST",
    "LifeTable",
    "ShiftedBetaGeometric",
    "compare_cohorts",
    "fit_bgnbd",
    "fit_sbg",
    "life_table",
    "survival_curve",
]
