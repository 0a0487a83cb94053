"""The base and the reader of events, such as visits, offers, purchases and complaints; buyers are the customers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from crrkit import reduce
from crrkit.ground import (
    InputError,
    check_choice,
    check_named,
    ntold as ngettext,
    told as _,
    told_number as format_number,
)
from crrkit.read.bases.order_base import OrderBase, check_activity, settled
from crrkit.read.bases.rereading import rereadable
from crrkit.read.intake import check_arguments, read_event_rows
from crrkit.rules import BUYING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from typing import Never, Self

    import ibis.expr.types as ir

    from crrkit.read.quality import QualityReport
    from crrkit.rules import Activity, DefinitionCard


@dataclass(frozen=True, eq=False, repr=False)
class EventBase(OrderBase):
    """A log of purchases and of other events, such as visits and offers.

    Accepted wherever an `OrderBase` is; ``table`` contains the purchases only. Contacts, that is people who never
    bought, are not customers and not included in any rate.

    Attributes:
        events: All rows, ``customer, at, kind`` and, if known, ``amount``.
        contacts: The number of people without a purchase.
        refunded: How purchases that were refunded in full are treated, see `read_events`.
    """

    events: ir.Table = field(default=None, repr=False)
    contacts: int = 0
    refunded: str = "count"

    kind: ClassVar[str] = "events"

    @property
    def people_notes(self) -> tuple[str, ...]:
        """The notes on people who are not customers: their number, or that nobody is a customer."""
        return (*_contact_note(self.contacts), _nobody_bought())

    @property
    def everything(self) -> ir.Table:
        """All events, including those of people who are not customers."""
        return self.events

    def seen_before(self, moment: datetime) -> Self:
        """Return the base as of an earlier cut-off: refunds at or after it are ignored."""
        orders = _orders(self.events, self.refunded, moment)
        return replace(self, as_of=moment, table=orders)


@rereadable
def read_events(
    source: Any,
    *_unnamed: Never,
    customer: str | None = None,
    at: str | None = None,
    kind: str | None = None,
    amount: str | None = None,
    receipt: str | None = None,
    kinds: Mapping[str, Any] | None = None,
    other: str = "refuse",
    refunded: str = "count",
    by: str | Sequence[str] = (),
    activity: Activity = "period",
    as_of: str | date | datetime | None = None,
    zone: str | None = None,
    dates: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    currency: str | None = None,
    fold: str | Sequence[str] | None = None,
    nobody: Sequence[str] | None = None,
    sheet: str | None = None,
    skip: int | None = None,
    sep: str | None = None,
    encoding: str | None = None,
    fill_down: bool | None = None,
    table: str | None = None,
    query: str | None = None,
    burn_in_days: int = 0,
    week_starts: str = "monday",
    year_starts: str = "january",
) -> EventBase:
    """Read an event log from a shop or a CRM with one row per event, and return an `EventBase`.

    Every event is one of seven kinds. ``purchase`` and ``contract`` (signed) make a customer; ``visit``, ``offer`` and
    ``education`` are touches, which make a contact of somebody who has not bought yet; ``refund`` and ``incident`` are
    neither.

    Args:
        source: As for `read_contracts`.
        customer: The column with the person's id. Columns that are not given are detected by their usual names.
        at: The column with the moment.
        kind: The column with the kind of event.
        amount: The column with the amount paid.
        receipt: The column with the receipt id.
        kinds: The meaning of the source's own values, ``{"site_visit": "visit", "payment_done": "purchase"}``; rows
            mapped to None are set aside. Values such as "order" or "визит" are known.
        other: The treatment of unknown values: ``"refuse"`` (an error), ``"set aside"`` or one of the kinds.
        refunded: ``"count"``: a purchase counts from its day on, even if it is refunded later, so that reported figures
            are not restated; ``"remove"``: a purchase that is refunded in full before the cut-off counts as never made
            (matched by receipt, else by customer and amount).
        by: Segment columns.
        activity: The activity rule, as for `read_orders`.
        as_of: The cut-off; by default the day after the last event. ``"file"``: the file's modification time.
        zone: As for `read_contracts`.
        dates: As for `read_contracts`.
        decimal: As for `read_contracts`.
        thousands: As for `read_contracts`.
        currency: As for `read_contracts`.
        fold: As for `read_contracts`.
        nobody: As for `read_contracts`.
        sheet: As for `read_contracts`.
        skip: As for `read_contracts`.
        sep: As for `read_contracts`.
        encoding: As for `read_contracts`.
        fill_down: As for `read_contracts`.
        table: As for `read_contracts`.
        query: As for `read_contracts`.
        burn_in_days: As for `read_orders`.
        week_starts: The first day of the week.
        year_starts: The first month of the (fiscal) year.

    Returns:
        The base. Rows that cannot be used are set aside with a reason in ``base.quality``, never dropped silently.

    Raises:
        ValueError: If a column is missing, a kind is unknown, or the source cannot be read or is largely invalid.

    Examples:
        >>> import pandas as pd
        >>> log = pd.DataFrame({
        ...     "who": ["a", "a", "b"], "at": ["2024-01-05", "2024-02-01", "2024-02-02"],
        ...     "what": ["visit", "paid", "visit"]})
        >>> base = read_events(log, customer="who", at="at", kind="what", kinds={"paid": "purchase"})
        >>> print(base.quality)
        pandas table: 3 rows read = 3 used + 0 set aside
        Read as events: customer = who, at = at, kind = what
        1 person never bought: a contact, no customer, and in no retention rate.
        >>> read_events(log, customer="who", at="at", kind="what")
        Traceback (most recent call last):
        crrkit.InputError: It is not known what these kinds of events mean: 'paid'. Say it with
            kinds={'paid': 'visit'}, choosing from visit, offer, education, purchase, contract, refund, incident; or
            take the rest together with other='visit' or other='set aside'.
    """
    check_named(_unnamed, "crr.read_events(source, {})", "customer", "at", "kind")
    shared = check_arguments(
        source, by=by, as_of=as_of, burn_in_days=burn_in_days, week_starts=week_starts, year_starts=year_starts,
        zone=zone, dates=dates, decimal=decimal, thousands=thousands, fold=fold, nobody=nobody, currency=currency,
        sheet=sheet, skip=skip, sep=sep, encoding=encoding, fill_down=fill_down, table=table, query=query,
    )  # fmt: skip
    check_activity(activity)
    named = {"customer": customer, "at": at, "kind": kind, "amount": amount, "receipt": receipt}
    rows = read_event_rows(
        source, named=named, kinds=kinds, other=other, by=shared.by, forms=shared.forms, as_of=shared.cut
    )
    if (
        check_choice(refunded, name="refunded", choices=("count", "remove")) == "remove"
        and "amount" not in rows.table.columns
    ):
        message = _("refunded='remove' needs the amounts paid and refunded. Name their column with amount=.")
        raise InputError(message, argument="refunded", given=refunded)
    card = shared.card(
        rows, unit="buyer", activity=str(activity), contacts="outside",
        refunds="removed" if refunded == "remove" else None,
    )  # fmt: skip
    return event_base(
        rows.table, rows.quality, card, activity=activity, by=shared.by, engine=rows.engine, refunded=refunded
    )


def event_base(
    events: ir.Table,
    quality: QualityReport,
    card: DefinitionCard,
    *,
    activity: Activity,
    by: tuple[str, ...],
    engine: object,
    refunded: str,
) -> EventBase:
    """Return the base of events that have been read, with the number of contacts."""
    orders = _orders(events, refunded, card.as_of)
    people = reduce.collect(reduce.buyers_and_contacts(events)).iloc[0]
    first = people["first"].to_pydatetime() if people["buyers"] else reduce.first_moment(events)
    rule = settled(
        activity, reduce.declare_shared(orders, span=(first, card.as_of), at_most=quality.rows_used), card.as_of
    )
    contacts = int(people["people"] - people["buyers"])
    quality = replace(quality, notes=(*quality.notes, *_contact_note(contacts)))
    quality = quality if people["buyers"] else quality.with_doubts(_nobody_bought())
    return EventBase(
        orders, quality, card.with_(activity=str(rule)), first, card.as_of, by, rule, engine,
        events=events, contacts=contacts, refunded=refunded,
    )  # fmt: skip


def _orders(events: ir.Table, refunded: str, moment: datetime) -> ir.Table:
    """Return the purchases among the events."""
    if refunded == "count":
        return reduce.of_kinds(events, kinds=BUYING)
    by_receipt = "receipt" in events.columns
    return reduce.without_refunded(events, buying=BUYING, refund="refund", as_of=moment, by_receipt=by_receipt)


def _contact_note(contacts: int) -> tuple[str, ...]:
    """Return the note on people who are not in any rate."""
    if not contacts:
        return ()
    text = ngettext(
        "{n} person never bought: a contact, no customer, and in no retention rate.",
        "{n} people never bought: contacts, no customers, and in no retention rate.",
        contacts,
    )
    return (text.format(n=format_number(contacts)),)


def _nobody_bought() -> str:
    """Return the note for a result without any customer."""
    return _(
        "No event is a purchase or a contract, so nobody is a customer in any period. If some are, say which with"
        " kinds=."
    )
