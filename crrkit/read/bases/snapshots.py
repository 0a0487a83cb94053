"""Lists of customers kept month by month: who stands on one and on the next was kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, ClassVar

from crrkit.ground import PERIODS, InputError, told as _
from crrkit.read.bases.again import can_be_read_again
from crrkit.read.bases.contract_base import ContractBase
from crrkit.read.disk import Layout
from crrkit.read.intake import asked_of, one_id_one_customer, read_snapshot_rows
from crrkit.read.values import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import ibis.expr.types as ir

    from crrkit.read.bases.askable import Moves
    from crrkit.rules import Calendar, DefinitionCard


@dataclass(frozen=True, eq=False, repr=False)
class SnapshotBase(ContractBase):
    """Customer lists, each as of one moment: whoever is on a list is a customer then.

    Attributes:
        days: The days at whose first moment it is known who is there.
        missing: The names of the lists that are wanting between the first and the last.
    """

    days: tuple[date, ...] = ()
    missing: tuple[str, ...] = ()

    kind: ClassVar[str] = "snapshots"

    @property
    def has_terms(self) -> bool:
        """Lists do not say for how long somebody has signed."""
        return False

    def check_unit(self, unit: str) -> str:
        """One id is one customer; other units are refused."""
        return one_id_one_customer(super().check_unit(unit))

    def card_of(self, *, every: str, unit: str) -> DefinitionCard:  # noqa: ARG002 - one id is one customer
        """The rules of a measure by a period."""
        return self.card.with_(every=every)

    def saw(self, day: date) -> bool:
        """Whether there is a list of the moment at which a day begins."""
        return day in self.days

    def calendar(self, every: str) -> Calendar:
        """The periods of one length.

        Raises:
            InputError: If it is shorter than the rhythm of the lists: between two lists nothing is seen.
        """
        calendar = super().calendar(every)
        if PERIODS.index(every) < PERIODS.index(self.listed_every or every):
            message = _(
                "every={every!r} is shorter than the time from one list to the next, in which nothing is seen. Use"
                " every={rhythm!r} or a longer one."
            )
            raise InputError(message.format(every=every, rhythm=self.listed_every), argument="every", given=every)
        return calendar

    def units(self, unit: str) -> ir.Table:
        """The intervals of being a customer, ``customer, start, end``.

        Raises:
            InputError: If a list is missing: whoever stood on those beside it need not have been there in between.
        """
        if self.missing:
            message = _(
                "This needs every list, and some are missing: {names}. Read the lists from there on, or up to there"
                " with as_of=."
            )
            raise InputError(message.format(names=", ".join(self.missing[:6])), argument="base")
        return super().units(unit)

    def moves(self, calendar: Calendar, *, unit: str, by: tuple[str, ...]) -> Moves:
        """Who came and went from list to list; `saw` says which rows of it are known."""
        return super(SnapshotBase, self._as_if_seen()).moves(calendar, unit=unit, by=by)

    def stretches(
        self, calendar: Calendar, *, unit: str, by: tuple[str, ...], step: int | None, moment: bool
    ) -> ir.Table:
        """The ages in which each customer is there; `saw` says which of them are known.

        Raises:
            InputError: If something is asked about the time between two lists.
        """
        if step is not None or not moment:
            message = _(
                "Lists show who is there at their moments and nothing in between. Leave align= and presence= out, for"
                " the calendar and its moments."
            )
            raise InputError(message, argument="presence" if step is None else "align")
        return super(SnapshotBase, self._as_if_seen()).stretches(calendar, unit=unit, by=by, step=step, moment=moment)

    def seen_before(self, moment: datetime) -> SnapshotBase:
        """The same lists up to a moment."""
        days = tuple(day for day in self.days if datetime.combine(day, time.min) <= moment)
        return replace(self, as_of=moment, days=days)

    def _as_if_seen(self) -> SnapshotBase:
        return replace(self, missing=())


@can_be_read_again
def read_snapshots(
    source: Any,
    *,
    customer: str | None = None,
    at: str | None = None,
    amount: str | None = None,
    status: str | None = None,
    counts: str | Sequence[str] | None = None,
    by: str | Sequence[str] = (),
    taken: str | None = None,
    as_of: str | date | datetime | None = None,
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
    table: str | None = None,
    query: str | None = None,
    week_starts: str = "monday",
    year_starts: str = "january",
) -> SnapshotBase:
    """Read customer lists that were saved from time to time: whoever is on a list is a customer then.

    Of two lists that follow each other ``start`` is who stands on the first, ``kept`` who stands on both. What happened
    between them is not seen: nobody is said to have come and left in between, and no period shorter than the rhythm of
    the lists is counted. A list that is missing makes the rows beside it unknown, not 100 %.

    Args:
        source: As for `read_orders`, in one of four forms: several files, or sheets, with the date in their names
            (``"lists/*.xlsx"``, a list of paths); a mapping of dates to tables or lists of ids; a table with the date
            of the list in a column; or a table with a column for each month, in which marks, 1 and 0, or amounts stand.
        customer: The column with the customer's id. A column that is not named is looked for by its usual names.
        at: The column with the day or month of the list; ``""`` when the names of files tell it.
        amount: The column with what the customer pays for a period, for revenue.
        status: The column that says whether he is there, where a list also holds those who are not.
        counts: The words of ``status``, or of the columns of months, that say that he is there. Usual ones such as
            ``1``, ``yes``, ``active``, ``да`` are known; words that could mean either are asked for.
        by: Columns that segment customers.
        taken: Whether lists stand for the ``"start"`` or the ``"end"`` of the period that names them. By default a list
            named by a month is of its end, and one named by a day belongs to the nearest end of a month (or week,
            quarter, …, as the lists follow each other); in mid-month it is asked.
        as_of: The cut-off; lists after it do not count. ``"file"`` as for `read_orders`.
        dates: How dates in names or in the column are written, ``"day-month-year"`` or ``"month-day-year"``.
        decimal: As for `read_orders`.
        thousands: As for `read_orders`.
        currency: As for `read_orders`.
        fold: As for `read_orders`.
        nobody: As for `read_orders`.
        sheet: As for `read_orders`.
        skip: As for `read_orders`.
        sep: As for `read_orders`.
        encoding: As for `read_orders`.
        table: As for `read_orders`.
        query: As for `read_orders`.
        week_starts: The first day of the week.
        year_starts: The first month of the (fiscal) year.

    Returns:
        The base. Rows that cannot be used are set aside with a reason in ``base.quality``, lists that are missing,
        empty or strangely short are named there.

    Raises:
        ValueError: If it cannot be seen which list a row stands on, there are fewer than two, or a column is missing.

    Examples:
        >>> lists = {"2024-01": ["ann", "bob", "cid"], "2024-02": ["ann", "bob", "dan"], "2024-03": ["ann", "cid"]}
        >>> base = read_snapshots(lists)
        >>> from crrkit.measure import retention_by_period
        >>> shown = ["period", "start", "kept", "lost", "new", "returned", "end"]
        >>> print(retention_by_period(base, every="month").to_pandas()[shown].to_string(index=False))
         period  start  kept  lost  new  returned  end
        2024-02      3     2     1    1         0    3
        2024-03      3     1     2    0         1    2
        >>> retention_by_period(base, every="week")
        Traceback (most recent call last):
        crrkit.InputError: every='week' is shorter than the time from one list to the next, in which nothing
            is seen. Use every='month' or a longer one.
    """
    asked = asked_of(
        source, by=by, as_of=as_of, burn_in_days=0, week_starts=week_starts, year_starts=year_starts,
        zone=None, dates=dates, decimal=decimal, thousands=thousands, fold=fold, nobody=nobody, currency=currency,
        layout=Layout(sheet=sheet, skip=skip, sep=sep, encoding=encoding, table=table, query=query),
    )  # fmt: skip
    named = {"customer": customer, "at": at, "amount": amount, "status": status}
    lists = read_snapshot_rows(
        source, named=named, by=asked.by, counts=counts, taken=taken, forms=asked.forms, as_of=asked.cut,
        week_starts=week_starts, year_starts=year_starts,
    )  # fmt: skip
    first, last = (datetime.combine(day, time.min) for day in (lists.days[0], lists.days[-1]))
    rules = {"counts": None if counts is None else words_of(counts, name="counts"), "taken": taken}
    card = replace(asked.card(lists.rows, unit="listed", activity="on the list", **rules), as_of=last)
    return SnapshotBase(
        lists.rows.table, lists.rows.quality, card, first, last, asked.by, engine=lists.rows.engine,
        days=lists.days, missing=lists.missing, listed_every=lists.bounds.every,
    )  # fmt: skip
