"""The three stages, short, middle and long, measured on a list and tied exactly to the retention rate."""

from crrkit.stages._flow import StageFlow, stage_flow
from crrkit.stages._list import StageList, stage_on
from crrkit.stages._moves import CUSTOMERS, STAGES
from crrkit.stages._rates import MarkovCheck
from crrkit.stages._rule import ContractRule, StageProfile, StageRule, stage_profile, stage_profiles

__all__ = [
    "CUSTOMERS",
    "STAGES",
    "ContractRule",
    "MarkovCheck",
    "StageFlow",
    "StageList",
    "StageProfile",
    "StageRule",
    "stage_flow",
    "stage_on",
    "stage_profile",
    "stage_profiles",
]
