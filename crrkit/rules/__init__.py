"""Definitions agreed before counting: periods, who is active, the definition card, the stage rule."""

from __future__ import annotations

from crrkit.rules.activity import ENOUGH_GAPS, LONGEST_MONTHS, Activity, OwnGap, Trailing
from crrkit.rules.card import DefinitionCard, diff, said_reading
from crrkit.rules.periods import EPOCH, MONTHS, WEEKDAYS, Calendar
from crrkit.rules.small_cells import small, small_share
from crrkit.rules.stages import (
    PERIOD_BEFORE,
    STAGES,
    ContractRule,
    StageProfile,
    StageRule,
    stage_profile,
    stage_profiles,
)

__all__ = [
    "ENOUGH_GAPS",
    "EPOCH",
    "LONGEST_MONTHS",
    "MONTHS",
    "PERIOD_BEFORE",
    "STAGES",
    "WEEKDAYS",
    "Activity",
    "Calendar",
    "ContractRule",
    "DefinitionCard",
    "OwnGap",
    "StageProfile",
    "StageRule",
    "Trailing",
    "diff",
    "said_reading",
    "small",
    "small_share",
    "stage_profile",
    "stage_profiles",
]


def __dir__() -> list[str]:
    """What the room is for, without what Python and its modules add."""
    return list(__all__)
