"""The steps of a base's customers under a stage rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit import reduce
from crrkit.read.words import TOUCHES
from crrkit.rules import ContractRule, StageRule

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from crrkit.read.bases.askable import Askable
    from crrkit.rules import Calendar


def purchase_steps(base: Askable, rule: StageRule) -> ir.Table:
    """Return the purchase days of a base under a stage rule, see `crrkit.reduce.purchase_steps`."""
    return reduce.purchase_steps(
        base.table, as_of=base.as_of, limits=rule.limits(), window_days=rule.window_days, k_long=rule.k_long,
        span_days=rule.span_days,
    )  # fmt: skip


def steps_of(base: Askable, rule: StageRule | ContractRule, calendar: Calendar) -> tuple[ir.Table, ...]:
    """Return the tables of steps from which stage transitions are counted."""
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
