"""The base and the reader of periodic customer lists (snapshots): kept is who is on one list and on the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, ClassVar

from crrkit.ground import PERIODS, InputError, told as _
from crrkit.read.bases.contract_base import ContractBase
from crrkit.read.bases.rereading import rereadable
from crrkit.read.intake import check_arguments, one_id_one_customer, read_snapshot_rows
from crrkit.read.values import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import ibis.expr.types as ir

    from crrkit.read.bases.askable import Moves
    from crrkit.rules import Calendar, DefinitionCard


@dataclass(frozen=True, eq=False, repr=False)
class SnapshotBase(ContractBase):
    """Customer lists, each as of one moment: a customer is who is on the list.

    Attributes:
        days: The days of the lists; each list is as of the start of its day.
        missing: The names of the lists that are missing between the first and the last.
    """

    days: tuple[date, ...] = ()
    missing: tuple[str, ...] = ()

    kind: ClassVar[str] = "snapshots"

    @property
    def has_terms(self) -> bool:
        """False: lists have no contract terms."""
        return False

    def check_unit(self, unit: str) -> str:
        """Return the unit, checked; only one id per customer is supported."""
        return one_id_one_customer(super().check_unit(unit))

    def card_of(self, *, every: str, unit: str) -> DefinitionCard:  # noqa: ARG002 - one id is one customer
        """Return the definition card of a measure by period."""
        return self.card.with_(every=every)

    def saw(self, day: date) -> bool:
        """Return whether there is a list as of the start of a day."""
        return day in self.days

    def calendar(self, every: str) -> Calendar:
        """Return the calendar of periods of one length.

        Raises:
            InputError: If it is shorter than the interval between lists, within which nothing is observed.
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
        """Return the intervals of being a customer, ``customer, start, end``.

        Raises:
            InputError: If a list is missing: who is on the lists before and after it need not be on it.
        """
        if self.missing:
            message = _(
                "This needs every list, and some are missing: {names}. Read the lists from there on, or up to there"
                " with as_of=."
            )
            raise InputError(message.format(names=", ".join(self.missing[:6])), argument="base")
        return super().units(unit)

    def moves(self, calendar: Calendar, *, unit: str, by: tuple[str, ...]) -> Moves:
        """Return the reductions of changes from list to list; `saw` tells which of their rows are known."""
        return super(SnapshotBase, self._as_if_seen()).moves(calendar, unit=unit, by=by)

    def stretches(
        self, calendar: Calendar, *, unit: str, by: tuple[str, ...], step: int | None, moment: bool
    ) -> ir.Table:
        """Return the ages in which each customer is active; `saw` tells which of them are known.

        Raises:
            InputError: If the arguments refer to the time between two lists.
        """
        if step is not None or not moment:
            message = _(
                "Lists show who is there at their moments and nothing in between. Leave align= and presence= out, for"
                " the calendar and its moments."
            )
            raise InputError(message, argument="presence" if step is None else "align")
        return super(SnapshotBase, self._as_if_seen()).stretches(calendar, unit=unit, by=by, step=step, moment=moment)

    def seen_before(self, moment: datetime) -> SnapshotBase:
        """Return the base with the lists up to a moment."""
        days = tuple(day for day in self.days if datetime.combine(day, time.min) <= moment)
        return replace(self, as_of=moment, days=days)

    def _as_if_seen(self) -> SnapshotBase:
        return replace(self, missing=())


@rereadable
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
    """Read customer lists saved at intervals (snapshots), and return a `SnapshotBase`; customers are who is on a list.

    Of two consecutive lists, ``start`` is who is on the first and ``kept`` who is on both. Changes between them are not
    observed: nobody is counted as having come and left in between, and periods shorter than the interval between lists
    are refused. A missing list makes the adjacent rows unknown, not 100 %.

    Args:
        source: As for `read_orders`, in one of four forms: several files, or sheets, with the date in their names
            (``"lists/*.xlsx"``, a list of paths); a mapping of dates to tables or lists of ids; a table with the date
            of the list in a column; or a table with one column per month, with marks, 1 and 0, or amounts.
        customer: The column with the customer id. Columns that are not given are detected by their usual names.
        at: The column with the day or month of the list; ``""`` if the file names have it.
        amount: The column with what the customer pays per period, for revenue.
        status: The column that says whether somebody is a customer, if a list also contains others.
        counts: The values of ``status``, or of the month columns, that mean a customer. Usual ones such as ``1``,
            ``yes``, ``active``, ``да`` are known; the argument is required for ambiguous values.
        by: Segment columns.
        taken: Whether lists are as of the ``"start"`` or the ``"end"`` of the period that names them. By default a list
            named by a month is as of its end, and one named by a day belongs to the nearest end of a month (or week,
            quarter, … according to the interval between lists); required for days in mid-month.
        as_of: The cut-off; lists after it do not count. ``"file"`` as for `read_orders`.
        dates: The date format in names or in the column, ``"day-month-year"`` or ``"month-day-year"``.
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
        The base. Rows that cannot be used are set aside with a reason in ``base.quality``; lists that are missing,
        empty or unusually short are named there.

    Raises:
        ValueError: If the list of a row cannot be determined, there are fewer than two lists, or a column is missing.

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
    shared = check_arguments(
        source, by=by, as_of=as_of, burn_in_days=0, week_starts=week_starts, year_starts=year_starts,
        zone=None, dates=dates, decimal=decimal, thousands=thousands, fold=fold, nobody=nobody, currency=currency,
        sheet=sheet, skip=skip, sep=sep, encoding=encoding, table=table, query=query,
    )  # fmt: skip
    named = {"customer": customer, "at": at, "amount": amount, "status": status}
    lists = read_snapshot_rows(
        source, named=named, by=shared.by, counts=counts, taken=taken, forms=shared.forms, as_of=shared.cut,
        week_starts=week_starts, year_starts=year_starts,
    )  # fmt: skip
    first, last = (datetime.combine(day, time.min) for day in (lists.days[0], lists.days[-1]))
    rules = {"counts": None if counts is None else words_of(counts, name="counts"), "taken": taken}
    card = replace(shared.card(lists.rows, unit="listed", activity="on the list", **rules), as_of=last)
    return SnapshotBase(
        lists.rows.table, lists.rows.quality, card, first, last, shared.by, engine=lists.rows.engine,
        days=lists.days, missing=lists.missing, listed_every=lists.bounds.every,
    )  # fmt: skip
