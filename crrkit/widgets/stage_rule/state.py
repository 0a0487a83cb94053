"""The numbers that the rule explorer sends: people by stage, and changes from the initial rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.ground import InputError, check_number, gettext as _
from crrkit.rules import STAGES, StageRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crrkit.measure.stages import StageList
    from crrkit.read import Base


def contact_days_of(base: Base, rule: StageRule) -> int:
    """The one number of a rule without a slider; refuse a rule whose numbers are not days."""
    if not base.has_purchases or not isinstance(rule, StageRule):
        message = _("The sliders move days, and contracts have terms. Use stage_on(base, day, rule=ContractRule(…)).")
        raise InputError(message, argument="base", given=type(base).__name__)
    try:
        check_number(rule.lapse_days, name="lapse_days")
    except InputError as error:
        message = _(
            "The limit of this rule is each customer's own; a slider needs one for all: StageRule(lapse_days=90)."
        )
        raise InputError(message, argument="rule", given=rule) from error
    return rule.contact_days


def count_stages(stages: StageList) -> dict[str, int]:
    """The number of people in each stage."""
    sizes = stages.customers["stage"].value_counts()
    return {stage: int(sizes.get(stage, 0)) for stage in STAGES}


def count_moves(first: StageList, now: StageList) -> dict[str, dict[str, int]]:
    """From the stage under the initial rule to the current one; both lists have the same people in the same order."""
    import pandas as pd

    table = pd.crosstab(first.customers["stage"].to_numpy(), now.customers["stage"].to_numpy())
    wide = table.reindex(index=list(STAGES), columns=list(STAGES), fill_value=0)
    return {str(stage): {str(other): int(n) for other, n in row.items()} for stage, row in wide.iterrows()}


def count_elsewhere(moved: Mapping[str, Mapping[str, int]]) -> int:
    """The number of people in a different stage than initially."""
    return sum(n for stage, row in moved.items() for other, n in row.items() if other != stage)
