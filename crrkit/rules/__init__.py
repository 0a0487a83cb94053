"""Definitions fixed before counting: periods, activity rules, the definition card, stage rules."""

from __future__ import annotations

from crrkit.rules.activity import BUYING, ENOUGH_GAPS, LONGEST_MONTHS, Activity, OwnGap, Trailing
from crrkit.rules.card import DefinitionCard, diff, reading_in_words
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
    "BUYING", "ENOUGH_GAPS", "EPOCH", "LONGEST_MONTHS", "MONTHS", "PERIOD_BEFORE", "STAGES", "WEEKDAYS", "Activity",
    "Calendar", "ContractRule", "DefinitionCard", "OwnGap", "StageProfile", "StageRule", "Trailing", "diff",
    "reading_in_words", "small", "small_share", "stage_profile", "stage_profiles",
]  # fmt: skip


def __dir__() -> list[str]:
    """List the public names only."""
    return list(__all__)
