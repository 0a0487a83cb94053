"""Cohorts: customers by the period in which they first came, followed age by age."""

from __future__ import annotations

from crrkit.cohorts._build import cohort_grid
from crrkit.cohorts._grid import OBSERVED, SUPPRESSED, CohortGrid

__all__ = ["OBSERVED", "SUPPRESSED", "CohortGrid", "cohort_grid"]
