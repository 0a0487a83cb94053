"""The bases: who was a customer when, as a table with its rules; the only doors for customers' rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pandas as pd

from crrkit import reduce
from crrkit.ground import InputError, as_moment, check_choice, check_count, gettext as _
from crrkit.read.intake import read_contract_rows, read_order_rows
from crrkit.read.text import Forms
from crrkit.rules import MONTHS, WEEKDAYS, Activity, DefinitionCard, OwnGap, Trailing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from crrkit.read.accounts import Canonical
    from crrkit.read.quality import QualityReport
    from crrkit.rules import Calendar

UNITS = ("contract", "person_any", "person_all")
TICK = timedelta(microseconds=1)  # what is seen ends just before the cut-off


@dataclass(frozen=True, eq=False, repr=False)
class Base:
    """A canonical table, the account of its rows and the rules under which it is read.

    A measure asks the base for what it needs, `movement`, `stretches`, `units`, and does not look which one it has.

    Attributes:
        table: The rows that are counted, in the engine.
        quality: Rows read, used and set aside.
        card: The rules.
        first: The first moment at which anything happened.
        as_of: The cut-off: nothing at or after it has been seen.
        by: Columns that segment the customers.
        activity: Until when somebody is a customer.
        kind: ``contracts``, ``orders`` or ``events``.
        time: The column with the moment at which a row begins.
    """

    table: ir.Table = field(repr=False)
    quality: QualityReport
    card: DefinitionCard
    first: datetime
    as_of: datetime
    by: tuple[str, ...] = ()
    activity: Activity = "contract"
    engine: object = field(default=None, repr=False)

    kind: ClassVar[str]
    time: ClassVar[str]

    @property
    def has_purchases(self) -> bool:
        """Whether the customers are buyers; those of contracts are not."""
        return self.kind != "contracts"

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
        """The account of the rows and the definition card."""
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
        if super().check_unit(unit) != "person_any":
            message = _("unit={unit!r} is for contracts; orders are counted by customer id. Leave unit= out.")
            raise InputError(message.format(unit=unit), argument="unit", given=unit)
        return unit

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


def read_contracts(
    source: Any,
    *,
    customer: str | None = None,
    start: str | None = None,
    end: str | None = None,
    contract: str | None = None,
    amount: str | None = None,
    by: str | Sequence[str] = (),
    end_is: str | None = None,
    merge_gap: int = 0,
    open_ends: Sequence[str | date] | None = None,
    as_of: str | date | datetime | None = None,
    zone: str | None = None,
    dates: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    fold: str | Sequence[str] | None = None,
    nobody: Sequence[str] | None = None,
    burn_in_days: int = 0,
    week_starts: str = "monday",
    year_starts: str = "january",
) -> ContractBase:
    """Read a list of contracts, subscriptions or memberships: one row for each.

    A customer is there as of a moment ``t`` when some row has ``start < t <= end``; an empty end is still open.

    Args:
        source: A path or pattern (CSV, TSV, Excel, Parquet, also packed), a pandas, Polars or Arrow table, a DuckDB
            relation or an Ibis table.
        customer: The column with the customer's id. A column that is not named is looked for by its usual names;
            ``""`` for ``contract`` or ``amount`` says that there is none.
        start: The column with the first moment of the contract.
        end: The column with its end.
        contract: The column with the contract's id, for ``unit="contract"``; a row without is one by itself.
        amount: The column with its price: for a month, a year or whatever length of time, the same in all rows.
        by: Columns that segment customers.
        end_is: ``"first_day_after"`` (the end is the first day without the contract) or ``"last_active_day"``. Unsaid
            it is the former, and asked for when contracts are renewed on the day after their end.
        merge_gap: A contract that begins at most so many days after the customer's last one ended is the same
            relationship: the former is then taken to run until the latter begins.
        open_ends: Words and dates that stand for no end, such as ``["9999-12-31", "still here"]``; those that a list
            has are named in ``quality.notes``. By default the usual ones: years from 2099 on, zero dates such as
            ``0000-00-00`` and ``01.01.0001``, ``1900-01-01`` and ``1970-01-01`` when the contract begins later, and
            words such as ``open`` or ``бессрочно``. ``()`` for none; an empty cell is always open.
        as_of: The cut-off; nothing at or after it counts. By default the day after the last start or end that can have
            been recorded. An end can be known long before: ends that come later after the last start than the pauses
            between starts explain are taken as scheduled, and ``quality.notes`` name both cut-offs.
        zone: The business's time zone, such as ``"Europe/Moscow"``; times with an offset are moved to it, times
            without one are taken as local.
        dates: How dates are written: ``"day-month-year"``, ``"month-day-year"``, ``"year-month-day"`` or a pattern
            such as ``"%d.%m.%Y"``; or as numbers: ``"unix-seconds"`` (``-milliseconds``, ``-microseconds``),
            ``"excel-days"`` or ``"excel-days-1904"``. By default it is seen from the column.
        decimal: The decimal mark of numbers in text, ``","`` or ``"."``; by default it is seen from the columns, and
            asked where ``1,200`` could be either.
        thousands: The mark between thousands, one of ``" "``, ``"'"``, ``","``, ``"."`` or ``""`` for none.
        fold: Differences in which two ids are the same customer: ``"case"``, ``"yo"`` (ё and е), ``"look-alikes"``
            (Latin and Cyrillic letters), ``"phones"``, ``"zeros"`` (in front), ``"prefix"`` (``SHOP-9`` and ``9``);
            one or several. By default none; where many ids differ so, it is asked, and ``()`` says that they differ.
        nobody: Ids under which nobody in particular stands; their rows are set aside. By default words such as
            ``guest``, ``test``, ``Частное лицо``, and a ``-1`` or ``0`` that no customer can have; ``()`` for none.
        burn_in_days: The history begins with the file, not with the business: for so many days after the first event
            a customer seen for the first time need not be new. Periods that begin in them have the status ``burn_in``.
        week_starts: The first day of the week.
        year_starts: The first month of the (fiscal) year.

    Returns:
        The base. Rows that cannot be used are set aside with a reason in ``base.quality``, never dropped silently.

    Raises:
        ValueError: If a column is missing, the source cannot be read or most of it makes no sense.

    Examples:
        >>> import pandas as pd
        >>> members = pd.DataFrame({
        ...     "client_id": ["a", "b"], "joined": ["2024-01-05", "2024-02-01"], "left": ["2024-03-01", None]})
        >>> base = read_contracts(members, customer="client_id", start="joined", end="left")
        >>> print(base.quality.caption())
        pandas table: 2 rows read = 2 used + 0 set aside
        >>> read_contracts(members, customer="client", start="joined", end="left")
        Traceback (most recent call last):
        crrkit.ColumnNotFoundError: customer='client' is not a column of the table.
            Its columns are client_id, joined, left. Did you mean 'client_id'?
    """
    check_calendar(week_starts, year_starts)
    check_count(burn_in_days, name="burn_in_days")
    check_count(merge_gap, name="merge_gap")
    cut = moment_of(as_of)
    named = {"customer": customer, "start": start, "end": end, "contract": contract, "amount": amount}
    forms = Forms(zone=zone, dates=dates, decimal=decimal, thousands=thousands, fold=fold, nobody=nobody)
    rows = read_contract_rows(
        source, named=named, by=names_of(by), end_is=end_is, merge_gap=merge_gap, open_ends=open_ends, forms=forms,
        as_of=cut,
    )  # fmt: skip
    cut = cut or day_after(rows.last)
    card = DefinitionCard(
        source=rows.quality.source, unit="person_any", activity="contract runs", as_of=cut, zone=rows.zone,
        week_starts=week_starts, year_starts=year_starts, end_is=end_is or "first_day_after",
        merge_gap=merge_gap, burn_in_days=burn_in_days,
        read_as=rows.quality.read_as(),
    )  # fmt: skip
    table = reduce.with_gaps_merged(rows.table, days=merge_gap) if merge_gap else rows.table
    return ContractBase(table, rows.quality, card, rows.first, cut, names_of(by), engine=rows.engine)


def read_orders(
    source: Any,
    *,
    customer: str | None = None,
    at: str | None = None,
    amount: str | None = None,
    quantity: str | None = None,
    price: str | None = None,
    receipt: str | None = None,
    status: str | None = None,
    counts: str | Sequence[str] | None = None,
    by: str | Sequence[str] = (),
    refunds: str = "set aside",
    activity: Activity = "period",
    as_of: str | date | datetime | None = None,
    zone: str | None = None,
    dates: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    fold: str | Sequence[str] | None = None,
    nobody: Sequence[str] | None = None,
    burn_in_days: int = 0,
    week_starts: str = "monday",
    year_starts: str = "january",
) -> OrderBase:
    """Read a log of purchases: one row for each purchase or each line of a receipt.

    Args:
        source: As for `read_contracts`.
        customer: The column with the customer's id. A column that is not named is looked for by its usual names.
        at: The column with the moment of the purchase.
        amount: The column with what was paid; or name ``quantity`` and ``price``, whose product it is. Like ``receipt``
            and ``status`` it is looked for by its usual names, too; ``""`` says that there is none.
        quantity: The column with the number of pieces; below 0 it marks a return.
        price: The column with the price of one piece.
        receipt: The column with the receipt's id.
        status: The column that says what became of the purchase. Rows whose word is known to be none (cancelled,
            failed, refunded, pending, test, отменён …) are set aside; a word that is not known counts, and is said.
        counts: The words of ``status`` that are purchases; all others are then set aside.
        by: Columns that segment customers.
        refunds: ``"set aside"`` (rows whose amount is 0 or below are no purchases) or ``"keep"``: an amount below 0
            then lowers revenue, but makes nobody a customer; one of 0 is a purchase that cost nothing.
        activity: Who is a customer: ``"period"`` (who bought in the period before, and in this one), a
            `Trailing` window, or `OwnGap`, a limit from each customer's own rhythm.
        as_of: The cut-off; by default the day after the last purchase.
        zone: As for `read_contracts`.
        dates: As for `read_contracts`.
        decimal: As for `read_contracts`.
        thousands: As for `read_contracts`.
        fold: As for `read_contracts`.
        nobody: As for `read_contracts`.
        burn_in_days: The history begins with the file, not with the business: for so many days after the first event
            a customer seen for the first time need not be new. Periods that begin in them have the status ``burn_in``.
        week_starts: The first day of the week.
        year_starts: The first month of the (fiscal) year.

    Returns:
        The base. Rows that cannot be used are set aside with a reason in ``base.quality``, never dropped silently.

    Raises:
        ValueError: If a column is missing, the source cannot be read or most of it makes no sense.

    Examples:
        >>> import pandas as pd
        >>> log = pd.DataFrame({
        ...     "who": ["a", "a", None], "when": ["2024-01-05", "2024-02-01", "2024-02-02"], "paid": [10, -10, 5]})
        >>> base = read_orders(log, customer="who", at="when", amount="paid")
        >>> print(base.quality)
        pandas table: 3 rows read = 1 used + 2 set aside
        why set aside     rows  share of all rows
        no customer id       1              33.3%
        refund or return     1              33.3%
        Read as orders: customer = who, at = when, amount = paid
    """
    check_calendar(week_starts, year_starts)
    check_count(burn_in_days, name="burn_in_days")
    check_activity(activity)
    cut = moment_of(as_of)
    named = {
        "customer": customer, "at": at, "amount": amount, "quantity": quantity, "price": price, "receipt": receipt,
        "status": status,
    }  # fmt: skip
    forms = Forms(zone=zone, dates=dates, decimal=decimal, thousands=thousands, fold=fold, nobody=nobody)
    rows: Canonical = read_order_rows(
        source, named=named, by=names_of(by), refunds=refunds, counts=counts, forms=forms, as_of=cut
    )
    cut = cut or day_after(rows.last)
    activity = settled(activity, rows.table, cut)
    card = DefinitionCard(
        source=rows.quality.source, unit="buyer", activity=str(activity), as_of=cut, zone=rows.zone,
        burn_in_days=burn_in_days, week_starts=week_starts, year_starts=year_starts,
        refunds=refunds if "amount" in rows.table.columns else None, read_as=rows.quality.read_as(),
        counts=None if counts is None else tuple(names_of(counts)),
    )  # fmt: skip
    return OrderBase(
        rows.table, rows.quality, card, rows.first, cut, names_of(by), activity, rows.engine, refunded_too=rows.money
    )


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


def check_calendar(week_starts: str, year_starts: str) -> None:
    """Refuse a day of the week or a month that does not exist."""
    check_choice(week_starts, name="week_starts", choices=WEEKDAYS)
    check_choice(year_starts, name="year_starts", choices=MONTHS)


def names_of(by: str | Sequence[str]) -> tuple[str, ...]:
    """The segment columns, also when one was given by itself."""
    return (by,) if isinstance(by, str) else tuple(by)


def moment_of(as_of: str | date | datetime | None) -> datetime | None:
    """The cut-off as a moment on the business's own clock."""
    if as_of is None:
        return None
    moment = as_moment(as_of)
    if moment is None:
        message = _("as_of={value!r} is not a date. Write it like '2024-07-01'.")
    elif moment.tzinfo is not None:
        message = _("as_of={value!r} names a zone. Write it on the business's own clock, like '2024-07-01'.")
    else:
        return moment
    raise InputError(message.format(value=as_of), argument="as_of", given=as_of)


def day_after(last: datetime) -> datetime:
    """The first moment of the next day."""
    return datetime(last.year, last.month, last.day) + timedelta(days=1)  # noqa: DTZ001 - the business's own clock
