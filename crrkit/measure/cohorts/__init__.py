"""Cohorts: customers by the period in which they first came, followed age by age."""

from __future__ import annotations

from crrkit.measure.cohorts.build import cohort_grid
from crrkit.measure.cohorts.grid import OBSERVED, SUPPRESSED, CohortGrid

__all__ = ["OBSERVED", "SUPPRESSED", "CohortGrid", "cohort_grid"]
