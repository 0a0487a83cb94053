"""Customer lifetime: life tables, comparison of cohorts, projection of retention, purchasing models."""

from __future__ import annotations

from crrkit.measure.lifetime.comparison import compare_cohorts
from crrkit.measure.lifetime.fitting import fit_sbg
from crrkit.measure.lifetime.projection import FARTHEST, ShiftedBetaGeometric
from crrkit.measure.lifetime.purchasing import fit_bgnbd
from crrkit.measure.lifetime.survival import LifeTable, life_table, survival_curve

__all__ = [
    "FARTHEST",
    "LifeTable",
    "ShiftedBetaGeometric",
    "compare_cohorts",
    "fit_bgnbd",
    "fit_sbg",
    "life_table",
    "survival_curve",
]


def __dir__() -> list[str]:
    """List the public names only."""
    return list(__all__)
