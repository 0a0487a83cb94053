"""The stage rule that fits a base, for `stage_flow` and `stage_on`."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from crrkit.ground import InputError, gettext as _
from crrkit.read import Base, settled
from crrkit.rules import ContractRule, OwnGap, StageRule


def fitting_rule(base: Base, rule: StageRule | ContractRule | None) -> StageRule | ContractRule:
    """Return the given or the default rule, completed from the data; raise if it does not fit the base."""
    if not base.has_purchases:
        if rule is None or isinstance(rule, ContractRule):
            return rule or ContractRule()
        message = _("Contracts need a rule of terms: rule=ContractRule(renewals=1, term='year').")
        raise InputError(message, argument="rule", given=rule)
    days = StageRule() if rule is None else rule
    if not isinstance(days, StageRule):
        message = _("Purchases and events need a rule of days: rule=StageRule(lapse_days=90, …).")
        raise InputError(message, argument="rule", given=rule)
    return days if not isinstance(days.lapse_days, OwnGap) else replace(days, lapse_days=_own_gap(days, base))


def _own_gap(rule: StageRule, base: Base) -> OwnGap:
    """Return the rule's `OwnGap` with the population's gap estimated from the base."""
    return cast("OwnGap", settled(cast("OwnGap", rule.lapse_days), base.table, base.as_of))
