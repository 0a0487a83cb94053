"""Small frames become results: the account of every period, its rhythm, its money."""

from __future__ import annotations

from crrkit.measure.counted import read_counts
from crrkit.measure.lorenz import Concentration, concentration
from crrkit.measure.movement import RetentionTable, check_one_account, retention_by_period
from crrkit.measure.recurring import RecurringRevenue
from crrkit.measure.renewing import RenewalTable, renewals
from crrkit.measure.revenue import RetailMeasures, RevenueRetention, retail_measures, revenue_retention
from crrkit.measure.spans import BURN_IN, COMPLETE, EMPTY, RUNNING, dated, span_of
from crrkit.measure.surveyed import Survey, read_survey
from crrkit.measure.weighing import WeighedDoubts, weigh_doubts

__all__ = [
    "BURN_IN",
    "COMPLETE",
    "EMPTY",
    "RUNNING",
    "Concentration",
    "RecurringRevenue",
    "RenewalTable",
    "RetailMeasures",
    "RetentionTable",
    "RevenueRetention",
    "Survey",
    "WeighedDoubts",
    "check_one_account",
    "concentration",
    "dated",
    "read_counts",
    "read_survey",
    "renewals",
    "retail_measures",
    "retention_by_period",
    "revenue_retention",
    "span_of",
    "weigh_doubts",
]
