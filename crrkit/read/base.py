"""The bases: who was a customer when, as a table with its rules, and what a measure may ask of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

import pandas as pd

from crrkit import reduce
from crrkit.ground import InputError, check_choice, gettext as _
from crrkit.read.asked import names_of, one_id_one_customer
from crrkit.rules import Activity, DefinitionCard, OwnGap, Trailing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    import ibis.expr.types as ir

    from crrkit.read.quality import QualityReport
    from crrkit.rules import Calendar

UNITS = ("contract", "person_any", "person_all")
TICK = timedelta(microseconds=1)  # what is seen ends just before the cut-off


@dataclass(frozen=True, eq=False, repr=False)
class Base:
    """A canonical table, what became of its rows and the rules under which it is read.

    A measure asks the base for what it needs, `movement`, `stretches`, `units`, and does not look which one it has.

    Attributes:
        table: The rows that are counted, in the engine.
        quality: Rows read, used and set aside.
        card: The rules.
        first: The first moment at which anything happened.
        as_of: The cut-off: nothing at or after it has been seen.
        by: Columns that segment the customers.
        activity: Until when somebody is a customer.
        again: Reads the same source with something else said; None where it cannot be.
        kind: ``contracts``, ``orders``, ``events`` or ``snapshots``.
        listed_every: For lists of single days, the rhythm in which they were kept; else None.
        time: The column with the moment at which a row begins.
    """

    made_by: ClassVar[tuple[str, ...]] = ("crr.read_orders(source)", "crr.read_contracts(source)")

    table: ir.Table = field(repr=False)
    quality: QualityReport
    card: DefinitionCard
    first: datetime
    as_of: datetime
    by: tuple[str, ...] = ()
    activity: Activity = "contract"
    engine: object = field(default=None, repr=False)
    again: Callable[..., Base] | None = field(default=None, repr=False)
    listed_every: str | None = None

    kind: ClassVar[str]
    time: ClassVar[str]

    @property
    def has_purchases(self) -> bool:
        """Whether the customers are buyers; those of contracts and of lists are not."""
        return self.kind in ("orders", "events")

    @property
    def has_terms(self) -> bool:
        """Whether it is known when what somebody signed runs out."""
        return not self.has_purchases

    @property
    def has_contacts(self) -> bool:
        """Whether it knows people who only looked or were offered something."""
        return self.kind == "events"

    @property
    def has_amounts(self) -> bool:
        """Whether it is known what was paid."""
        return "amount" in self.table.columns

    @property
    def is_by_period(self) -> bool:
        """Whether customers are who bought in the period before, and in this one."""
        return self.activity == "period"

    @property
    def rule(self) -> Trailing | OwnGap | None:
        """The rule that says until when a buyer is a customer; None by period, and for contracts."""
        return self.activity if isinstance(self.activity, Trailing | OwnGap) else None

    @property
    def last_seen(self) -> datetime:
        """The last moment before the cut-off."""
        return self.as_of - TICK

    @property
    def money(self) -> ir.Table:
        """What was paid, for revenue; the table itself unless refunds are kept beside it."""
        return self.table

    @property
    def everything(self) -> ir.Table:
        """All rows, also of people who are no customers."""
        return self.table

    @property
    def customers(self) -> int:
        """How many there ever were; counted when it is asked."""
        return int(reduce.collect(reduce.customer_count(self.table))["customers"].iloc[0])

    def saw(self, day: date) -> bool:  # noqa: ARG002 - of lists of single days alone
        """Whether it is known who was there when a day began."""
        return True

    def calendar(self, every: str) -> Calendar:
        """The periods of one length under the rules of the base."""
        return self.card.calendar(every)

    def card_of(self, *, every: str, unit: str) -> DefinitionCard:  # noqa: ARG002 - of contracts alone
        """The rules of a measure by a period, one customer being a ``unit``."""
        return self.card.with_(every=every)

    def units(self, unit: str) -> ir.Table:
        """The intervals of being a customer, ``customer, start, end``."""
        raise NotImplementedError

    def segments(self, unit: str, *, by: tuple[str, ...]) -> ir.Table | None:  # noqa: ARG002 - of contracts alone
        """The segments of each customer, ``customer`` and those named; None when none is."""
        return reduce.customer_segments(self.table, time=self.time, by=by) if by else None

    def movement(self, calendar: Calendar, *, unit: str, by: tuple[str, ...]) -> tuple[str, pd.DataFrame]:
        """Who came and went when, as a small frame, and its form: ``spells``, ``holders`` or ``purchases``."""
        units, segments = self.units(unit), self.segments(unit, by=by)
        rows = reduce.spell_histogram(units, calendar=calendar, as_of=self.as_of, segments=segments)
        return "spells", reduce.collect(rows)

    def stretches(
        self, calendar: Calendar, *, unit: str, by: tuple[str, ...], step: int | None, moment: bool
    ) -> ir.Table:
        """The ages in which each customer is there, in the engine."""
        until = "first" if unit == "person_all" else "last"
        return reduce.spell_stretches(
            self.units(unit), calendar=calendar, step=step, as_of=self.as_of, until=until, moment=moment,
            segments=self.segments(unit, by=by),
        )  # fmt: skip

    def with_activity(self, activity: Activity) -> Self:
        """The same rows under another rule for who is a customer when.

        Args:
            activity: As for `read_orders`.

        Raises:
            ValueError: If it is no activity rule, or the rows are contracts, which say themselves when they end.
        """
        raise NotImplementedError

    def check_unit(self, unit: str) -> str:
        """What one customer is, checked."""
        return check_choice(unit, name="unit", choices=UNITS)

    def check_segments(self, by: str | Sequence[str]) -> tuple[str, ...]:
        """Segment columns that the base was read with, checked."""
        return tuple(check_choice(name, name="by", choices=self.by) for name in names_of(by))

    def seen_before(self, moment: datetime) -> Self:
        """The same base as it stood just before a moment not after its cut-off."""
        return replace(self, as_of=moment)

    def __str__(self) -> str:
        """What became of the rows, and the definition card."""
        return f"{self.quality}\n{self.card}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.quality.to_html() + self.card.to_html()


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

    def movement(self, calendar: Calendar, *, unit: str, by: tuple[str, ...]) -> tuple[str, pd.DataFrame]:
        """Who came and went when; of ``holders``, what people gave up of several contracts comes below."""
        form, found = super().movement(calendar, unit=unit, by=by)
        if unit != "person_all":
            return form, found
        given_up = reduce.collect(reduce.given_up(self.table, calendar=calendar, as_of=self.as_of, by=by))
        return "holders", pd.concat([found, given_up], ignore_index=True)

    def with_activity(self, activity: Activity) -> Self:
        """Refused: contracts say themselves when they end."""
        message = _("Contracts say themselves until when somebody is a customer; activity= is a rule for purchases.")
        raise InputError(message, argument="activity", given=activity)


@dataclass(frozen=True, eq=False, repr=False)
class OrderBase(Base):
    """Purchases, each at a moment; the activity rule says until when a buyer is a customer.

    Attributes:
        refunded_too: The purchases and the money given back, when refunds were kept; ``table`` holds purchases alone.
    """

    refunded_too: ir.Table | None = field(default=None, repr=False)

    kind: ClassVar[str] = "orders"
    time: ClassVar[str] = "at"

    @property
    def money(self) -> ir.Table:
        """What was paid, and what was given back when refunds are kept: for revenue, never for who was there."""
        return self.table if self.refunded_too is None else self.refunded_too

    def check_unit(self, unit: str) -> str:
        """One id is one customer; other units are refused."""
        return one_id_one_customer(super().check_unit(unit))

    def units(self, unit: str) -> ir.Table:  # noqa: ARG002 - one id is one customer
        """The intervals of being a customer, ``customer, start, end``; for activity by period `movement` knows."""
        if isinstance(self.activity, Trailing):
            return reduce.trailing_units(
                self.table, days=self.activity.days, months=self.activity.months, as_of=self.as_of
            )
        if isinstance(self.activity, OwnGap):
            return reduce.own_gap_units(self.table, limits=self.activity.limits(), as_of=self.as_of)
        message = _("activity={rule!r} has no intervals; it counts who bought in a period.")
        raise InputError(message.format(rule=self.activity), argument="activity")

    def movement(self, calendar: Calendar, *, unit: str, by: tuple[str, ...]) -> tuple[str, pd.DataFrame]:
        """Who came and went when; by period, who bought in which and in which before."""
        if not self.is_by_period:
            return super().movement(calendar, unit=unit, by=by)
        rows = reduce.order_histogram(self.table, calendar=calendar, as_of=self.as_of, by=by)
        return "purchases", reduce.collect(rows)

    def stretches(
        self, calendar: Calendar, *, unit: str, by: tuple[str, ...], step: int | None, moment: bool
    ) -> ir.Table:
        """The ages in which each customer is there; by period, those with a purchase."""
        if not self.is_by_period:
            return super().stretches(calendar, unit=unit, by=by, step=step, moment=moment)
        return reduce.order_stretches(self.table, calendar=calendar, step=step, as_of=self.as_of, by=by)

    def with_activity(self, activity: Activity) -> Self:
        """The same purchases under another rule for who is a customer when.

        Args:
            activity: As for `read_orders`.

        Raises:
            ValueError: If it is no activity rule.
        """
        check_activity(activity)
        rule = settled(activity, self.table, self.as_of)
        return replace(self, activity=rule, card=self.card.with_(activity=str(rule)))


def check_activity(activity: Activity) -> None:
    """Refuse what is no activity rule of purchases."""
    if not isinstance(activity, Trailing | OwnGap):
        check_choice(activity, name="activity", choices=("period",))


def settled(activity: Activity, orders: ir.Table, cut: datetime) -> Activity:
    """The rule with the population's gap, which is then printed with the definition and does not change."""
    if not isinstance(activity, OwnGap) or activity.population_days is not None:
        return activity
    seen = reduce.collect(reduce.population_gap(orders, as_of=cut)).iloc[0]
    if not seen["gaps"]:
        message = _(
            "No customer bought on two days: there is no gap to learn from. Say population_days= or use Trailing."
        )
        raise InputError(message, argument="activity")
    return replace(activity, population_days=float(seen["exposure"]) / float(seen["gaps"]))
