"""Small frames become results: the account of every period, its rhythm, its money."""

from __future__ import annotations

from crrkit.measure.movement import (
    BURN_IN,
    COMPLETE,
    EMPTY,
    RUNNING,
    RetentionTable,
    check_one_account,
    dated,
    retention_by_period,
    span_of,
    units_of,
)
from crrkit.measure.renewing import RenewalTable, renewals
from crrkit.measure.revenue import Concentration, concentration, retail_measures, revenue_retention

__all__ = [
    "BURN_IN",
    "COMPLETE",
    "EMPTY",
    "RUNNING",
    "Concentration",
    "RenewalTable",
    "RetentionTable",
    "check_one_account",
    "concentration",
    "dated",
    "renewals",
    "retail_measures",
    "retention_by_period",
    "revenue_retention",
    "span_of",
    "units_of",
]
