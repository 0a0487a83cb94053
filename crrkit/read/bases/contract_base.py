"""The base of contracts, subscriptions and memberships: relationships that say themselves when they end."""

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
    """Relationships with a start and, unless they are still open, an end."""

    kind: ClassVar[str] = "contracts"
    time: ClassVar[str] = "start"

    def card_of(self, *, every: str, unit: str) -> DefinitionCard:
        """The rules of a measure by a period, one customer being a ``unit``."""
        return self.card.with_(every=every, unit=unit)

    def units(self, unit: str) -> ir.Table:
        """The intervals of being a customer, ``customer, start, end``."""
        return reduce.contract_units(self.table, as_of=self.as_of, unit=unit)

    def segments(self, unit: str, *, by: tuple[str, ...]) -> ir.Table | None:
        """The segments of each customer or contract, ``customer`` and those named; None when none is."""
        if unit != "contract" or not by:
            return super().segments(unit, by=by)
        rows = reduce.contract_units(self.table, as_of=self.as_of, unit=unit, by=by)
        return reduce.customer_segments(rows, time=self.time, by=by)

    def moves(self, calendar: Calendar, *, unit: str, by: tuple[str, ...]) -> Moves:
        """Who came and went when; of ``holders``, what people gave up of several contracts comes after."""
        form, asked = super().moves(calendar, unit=unit, by=by)
        if unit != "person_all":
            return form, asked
        return "holders", (*asked, reduce.given_up(self.table, calendar=calendar, as_of=self.as_of, by=by))

    def with_merge_gap(self, days: int) -> Self:
        """The same contracts with another pause that still is the same relationship, as if they had been read with it.

        Args:
            days: Whole days, 0 for none.

        Raises:
            ValueError: If it is no whole number of 0 or more.
        """
        table = reduce.as_due(self.table)
        merged = reduce.with_gaps_merged(table, days=days) if check_count(days, name="days") else table
        return replace(self, table=merged, card=self.card.with_(merge_gap=days))

    def with_activity(self, activity: Activity) -> Self:
        """Refused: contracts say themselves when they end."""
        message = _("Contracts say themselves until when somebody is a customer; activity= is a rule for purchases.")
        raise InputError(message, argument="activity", given=activity)
