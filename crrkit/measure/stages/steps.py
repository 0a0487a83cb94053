"""What the flow and the list of stages share: the rule that fits a base, and the steps customers make under it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from crrkit import reduce
from crrkit.ground import InputError, gettext as _
from crrkit.read import TOUCHES, Base, settled
from crrkit.rules import ContractRule, OwnGap, StageRule

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from crrkit.rules import Calendar


def fitting_rule(base: Base, rule: StageRule | ContractRule | None) -> StageRule | ContractRule:
    """The rule that was asked for, if it fits the base, with what it takes from the data."""
    if not base.has_purchases:
        if rule is None or isinstance(rule, ContractRule):
            return rule or ContractRule()
        message = _("Contracts need a rule of terms: rule=ContractRule(renewals=1, term='year').")
        raise InputError(message, argument="rule", given=rule)
    days = rule or StageRule()
    if isinstance(days, ContractRule):
        message = _("Purchases and events need a rule of days: rule=StageRule(lapse_days=90, …).")
        raise InputError(message, argument="rule", given=rule)
    return days if not isinstance(days.lapse_days, OwnGap) else replace(days, lapse_days=_own_gap(days, base))


def _own_gap(rule: StageRule, base: Base) -> OwnGap:
    """The limit of the rule with the population's gap, from what the base has seen."""
    return cast("OwnGap", settled(cast("OwnGap", rule.lapse_days), base.table, base.as_of))


def purchase_steps(base: Base, rule: StageRule) -> ir.Table:
    """The purchase days of a base under a rule."""
    return reduce.purchase_steps(
        base.table, as_of=base.as_of, limits=rule.limits(), window_days=rule.window_days, k_long=rule.k_long,
        span_days=rule.span_days,
    )  # fmt: skip


def steps_of(base: Base, rule: StageRule | ContractRule, calendar: Calendar) -> tuple[ir.Table, ...]:
    """The tables of steps that the moves of a base are counted from."""
    if isinstance(rule, ContractRule):
        merged = reduce.spells(base.units("person_any"), until="last")
        terms = {"renewals": rule.renewals, "months": rule.months}
        return (reduce.contract_periods(merged, calendar=calendar, as_of=base.as_of, **terms),)
    steps = purchase_steps(base, rule)
    buyers = reduce.buyer_periods(steps, calendar=calendar, one_period=rule.is_by_period)
    if not base.has_contacts:
        return (buyers,)
    contacts = reduce.touch_periods(
        base.everything, base.table, touches=TOUCHES, calendar=calendar, as_of=base.as_of, days=rule.contact_days
    )
    return buyers, contacts
