"""Customer stages (short, middle, long): counts, transitions and rates, consistent with the retention rate."""

from crrkit.measure.stages.flow import StageFlow, stage_flow
from crrkit.measure.stages.list import StageList, stage_on
from crrkit.measure.stages.moves import CUSTOMERS, EXIT, IN_MATRIX, counted_by_period, entries_by_period
from crrkit.measure.stages.rates import MarkovCheck
from crrkit.measure.stages.steps import fitting_rule
from crrkit.rules import ContractRule, StageProfile, StageRule, stage_profile, stage_profiles

__all__ = [
    "CUSTOMERS",
    "EXIT",
    "IN_MATRIX",
    "ContractRule",
    "MarkovCheck",
    "StageFlow",
    "StageList",
    "StageProfile",
    "StageRule",
    "counted_by_period",
    "entries_by_period",
    "fitting_rule",
    "stage_flow",
    "stage_on",
    "stage_profile",
    "stage_profiles",
]
