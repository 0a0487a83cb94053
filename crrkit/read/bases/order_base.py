"""The base of purchases, whose activity rule determines until when a buyer is a customer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from crrkit import reduce
from crrkit.ground import InputError, check_choice, told as _
from crrkit.read.bases.base import Base
from crrkit.read.intake import one_id_one_customer
from crrkit.rules import OwnGap, Trailing

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Self

    import ibis.expr.types as ir

    from crrkit.read.bases.askable import Moves
    from crrkit.rules import Activity, Calendar


@dataclass(frozen=True, eq=False, repr=False)
class OrderBase(Base):
    """Purchases, each at a moment; the activity rule determines until when a buyer is a customer.

    Attributes:
        refunded_too: Purchases and refunds, if refunds were kept; ``table`` contains purchases only.
    """

    refunded_too: ir.Table | None = field(default=None, repr=False)

    kind: ClassVar[str] = "orders"
    time: ClassVar[str] = "at"

    @property
    def money(self) -> ir.Table:
        """The purchases and, if refunds were kept, the refunds: for revenue only, never to determine customers."""
        return self.table if self.refunded_too is None else self.refunded_too

    def check_unit(self, unit: str) -> str:
        """Return the unit, checked; only one id per customer is supported."""
        return one_id_one_customer(super().check_unit(unit))

    def units(self, unit: str) -> ir.Table:  # noqa: ARG002 - one id is one customer
        """Return the intervals of being a customer, ``customer, start, end``; an error for activity by period."""
        if isinstance(self.activity, Trailing):
            return reduce.trailing_units(
                self.table, days=self.activity.days, months=self.activity.months, as_of=self.as_of
            )
        if isinstance(self.activity, OwnGap):
            return reduce.own_gap_units(self.table, limits=self.activity.limits(), as_of=self.as_of)
        message = _("activity={rule!r} has no intervals; it counts who bought in a period.")
        raise InputError(message.format(rule=self.activity), argument="activity")

    def moves(self, calendar: Calendar, *, unit: str, by: tuple[str, ...]) -> Moves:
        """Return the form and reductions of the movement; by period, the buyers by previous period with a purchase."""
        if not self.is_by_period:
            return super().moves(calendar, unit=unit, by=by)
        return "purchases", (reduce.order_histogram(self.table, calendar=calendar, as_of=self.as_of, by=by),)

    def stretches(
        self, calendar: Calendar, *, unit: str, by: tuple[str, ...], step: int | None, moment: bool
    ) -> ir.Table:
        """Return the ages in which each customer is active; by period, those with a purchase."""
        if not self.is_by_period:
            return super().stretches(calendar, unit=unit, by=by, step=step, moment=moment)
        return reduce.order_stretches(self.table, calendar=calendar, step=step, as_of=self.as_of, by=by)

    def with_activity(self, activity: Activity) -> Self:
        """Return the base with the same purchases under another activity rule.

        Args:
            activity: As for `read_orders`.

        Raises:
            ValueError: If it is not an activity rule.
        """
        check_activity(activity)
        rule = settled(activity, self.table, self.as_of)
        return replace(self, activity=rule, card=self.card.with_(activity=str(rule)))


def check_activity(activity: Activity) -> None:
    """Raise an error if it is not an activity rule for purchases."""
    if not isinstance(activity, Trailing | OwnGap):
        check_choice(activity, name="activity", choices=("period",))


def settled(activity: Activity, orders: ir.Table, cut: datetime) -> Activity:
    """Return the rule with the population's mean gap filled in, which is then fixed and part of the definition."""
    if not isinstance(activity, OwnGap) or activity.population_days is not None:
        return activity
    seen = reduce.collect(reduce.population_gap(orders, as_of=cut)).iloc[0]
    if not seen["gaps"]:
        message = _(
            "No customer bought on two days: there is no gap to learn from. Use population_days= or use Trailing."
        )
        raise InputError(message, argument="activity")
    return replace(activity, population_days=float(seen["exposure"]) / float(seen["gaps"]))
