"""Cohort analysis: customers grouped by the period of their first activity and followed age by age."""

from __future__ import annotations

from crrkit.measure.cohorts.build import cohort_grid
from crrkit.measure.cohorts.grid import IN_PROGRESS, OBSERVED, SUPPRESSED, CohortGrid

__all__ = ["IN_PROGRESS", "OBSERVED", "SUPPRESSED", "CohortGrid", "cohort_grid"]
