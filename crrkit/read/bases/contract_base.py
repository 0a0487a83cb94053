"""The base of contracts, subscriptions and memberships, whose ends are in the data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from crrkit import reduce
from crrkit.ground import InputError, check_count, told as _
from crrkit.read.bases.base import Base

if TYPE_CHECKING:
    from typing import Self

    import ibis.expr.types as ir

    from crrkit.read.bases.askable import Moves
    from crrkit.rules import Activity, Calendar, DefinitionCard


@dataclass(frozen=True, eq=False, repr=False)
class ContractBase(Base):
    """Contracts with a start and, unless they are still open, an end."""

    kind: ClassVar[str] = "contracts"
    time: ClassVar[str] = "start"

    def card_of(self, *, every: str, unit: str) -> DefinitionCard:
        """Return the definition card of a measure by period, with ``unit`` as one customer."""
        return self.card.with_(every=every, unit=unit)

    def units(self, unit: str) -> ir.Table:
        """Return the intervals of being a customer, ``customer, start, end``."""
        return reduce.contract_units(self.table, as_of=self.as_of, unit=unit)

    def segments(self, unit: str, *, by: tuple[str, ...]) -> ir.Table | None:
        """Return the segments of each customer or contract, ``customer`` and the columns ``by``; None without any."""
        if unit != "contract" or not by:
            return super().segments(unit, by=by)
        rows = reduce.contract_units(self.table, as_of=self.as_of, unit=unit, by=by)
        return reduce.customer_segments(rows, time=self.time, by=by)

    def moves(self, calendar: Calendar, *, unit: str, by: tuple[str, ...]) -> Moves:
        """Return the form and reductions of the movement; for ``holders`` with those who gave up some contracts."""
        form, asked = super().moves(calendar, unit=unit, by=by)
        if unit != "person_all":
            return form, asked
        return "holders", (*asked, reduce.partial_cancellations(self.table, calendar=calendar, as_of=self.as_of, by=by))

    def with_merge_gap(self, days: int) -> Self:
        """Return the base as if it had been read with another ``merge_gap``.

        Args:
            days: Whole days, 0 for none.

        Raises:
            ValueError: If it is not a whole number of 0 or more.
        """
        table = reduce.as_due(self.table)
        merged = reduce.with_gaps_merged(table, days=days) if check_count(days, name="days") else table
        return replace(self, table=merged, card=self.card.with_(merge_gap=days))

    def with_activity(self, activity: Activity) -> Self:
        """Raise an error: the ends of contracts are in the data."""
        message = _("Contracts state until when somebody is a customer; activity= is a rule for purchases.")
        raise InputError(message, argument="activity", given=activity)
