"""The readers of contracts and of purchases. Events are read by `crrkit.read.bases.events`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crrkit import reduce
from crrkit.ground import InputError, check_count, check_named, told as _
from crrkit.read.bases.contract_base import ContractBase
from crrkit.read.bases.order_base import OrderBase, check_activity, settled
from crrkit.read.bases.rereading import rereadable
from crrkit.read.intake import check_arguments, read_contract_event_rows, read_contract_rows, read_order_rows
from crrkit.read.values import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from typing import Never

    from crrkit.read.intake import Canonical, SharedArguments
    from crrkit.rules import Activity


@rereadable
def read_contracts(
    source: Any,
    *_unnamed: Never,
    customer: str | None = None,
    start: str | None = None,
    end: str | None = None,
    contract: str | None = None,
    amount: str | None = None,
    at: str | None = None,
    kind: str | None = None,
    kinds: Mapping[str, str | None] | None = None,
    by: str | Sequence[str] = (),
    end_is: str | None = None,
    merge_gap: int = 0,
    open_ends: Sequence[str | date] | None = None,
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
) -> ContractBase:
    """Read a list of contracts, subscriptions or memberships with one row per contract, and return a `ContractBase`.

    A person is a customer as of a moment ``t`` if some row has ``start < t <= end``; an empty end means still open.

    Args:
        source: A path or glob pattern (CSV, TSV, Excel, JSON, Parquet, Arrow; also compressed); a pandas, Polars or
            Arrow table, a DuckDB relation or an Ibis table; or a database, with ``table=`` or ``query=``: its URL or
            file (``"postgresql://…"``, ``"sqlite:///shop.db"``, ``"shop.duckdb"``), or a connection to it (SQLAlchemy,
            Ibis, DuckDB, SQLite or any PEP 249 driver). Access is read-only and limited to the columns needed.
        customer: The column with the customer id. Columns that are not given are detected by their usual names;
            ``""`` for ``contract`` or ``amount`` means that there is none.
        start: The column with the first moment of the contract.
        end: The column with its end.
        contract: The column with the contract id, for ``unit="contract"``; a row without one is a contract of its own.
        amount: The column with the price per month, year or other length of time, which must be the same in all rows.
        at: For an event log with one row per start and per end: the column with the moment.
        kind: The column of such a log with the event, ``subscribed`` or ``cancelled``. Giving it declares the source an
            event log. A contract runs from a start to the next end of the customer (or of the ``contract``).
        kinds: The meaning of its values, ``{"paused": "end", "resumed": "start", "upgraded": None}``; usual ones are
            known.
        by: Segment columns.
        end_is: ``"first_day_after"`` (the end is the first day without the contract) or ``"last_active_day"``. The
            default is the former, but the argument is required if contracts are renewed on the day after their end.
        merge_gap: The longest gap in days to the customer's next contract that counts as the same relationship: the
            earlier contract is then extended to the start of the later one.
        open_ends: Words and dates that mean no end, such as ``["9999-12-31", "still here"]``; those found are listed in
            ``quality.notes``. By default years from 2099 on, zero dates such as ``0000-00-00``, ``1900-01-01`` and
            ``1970-01-01`` if the contract begins later, and words such as ``open`` or ``бессрочно``; ``()`` for none.
            An empty cell is always open. A doubt is raised if all contracts end on the last day of the list.
        as_of: The cut-off; nothing at or after it counts. By default the day after the last start or end that can have
            been recorded. Ends may be known in advance: those further after the last start than the gaps between starts
            explain are taken as scheduled, and ``quality.notes`` name both cut-offs. ``"file"``: the file's
            modification time.
        zone: The time zone of the business, such as ``"Europe/Moscow"``. Times with an offset are converted to it,
            times without one are taken as local.
        dates: The date format: ``"day-month-year"``, ``"month-day-year"``, ``"year-month-day"`` or a pattern such as
            ``"%d.%m.%Y"``; for numbers ``"unix-seconds"`` (``-milliseconds``, ``-microseconds``), ``"excel-days"`` or
            ``"excel-days-1904"``. Detected by default.
        decimal: The decimal separator of numbers in text, ``","`` or ``"."``. Detected by default; required if
            ``1,200`` could be either.
        thousands: The thousands separator, one of ``" "``, ``"'"``, ``","``, ``"."`` or ``""`` for none.
        currency: The currency code of the amounts, such as ``"EUR"``; by default the one that the source names.
        fold: Spelling differences to ignore in ids: ``"case"``, ``"yo"`` (ё and е), ``"look-alikes"`` (Latin and
            Cyrillic letters), ``"phones"``, ``"zeros"`` (leading), ``"prefix"`` (``SHOP-9`` and ``9``), ``"groups"``
            (``12 345``), ``"marks"`` (quotes), ``"order"`` (of words); ``()`` for none. Required if many ids differ so.
        nobody: Placeholder ids, whose rows are set aside. By default words such as ``guest``, ``test``,
            ``Частное лицо``, and a ``-1`` or ``0`` that no customer can have; ``()`` for none.
        sheet: The sheet of a workbook, by default all that have the columns; or the list to read from a JSON file.
        skip: The number of lines above the header; by default the first line with the column names is the header.
        sep: The field separator of a text file, such as ``";"``; by default that of the header.
        encoding: The encoding of a text file, such as ``"cp1251"``; detected by default, required if ambiguous.
        fill_down: Whether a row without an id belongs to the customer above, as in a report that prints each customer
            once. True by default if ids are in lines of their own, without a date; required if each id occurs once,
            in the first of its rows.
        table: The table of a database; if there is only one, it is used and named in the notes.
        query: A single SELECT to read instead of a table.
        burn_in_days: Days after the first event in which a customer seen for the first time need not be new, since the
            data begin later than the business. Periods that begin in them have the status ``burn_in``.
        week_starts: The first day of the week.
        year_starts: The first month of the (fiscal) year.

    Returns:
        The base. Rows that cannot be used are set aside with a reason in ``base.quality``, never dropped silently.

    Raises:
        ValueError: If a column is missing, or the source cannot be read or is largely invalid.

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
    check_named(_unnamed, "crr.read_contracts(source, {})", "customer", "start", "end")
    shared = check_arguments(
        source, by=by, as_of=as_of, burn_in_days=burn_in_days, week_starts=week_starts, year_starts=year_starts,
        zone=zone, dates=dates, decimal=decimal, thousands=thousands, fold=fold, nobody=nobody, currency=currency,
        sheet=sheet, skip=skip, sep=sep, encoding=encoding, fill_down=fill_down, table=table, query=query,
    )  # fmt: skip
    check_count(merge_gap, name="merge_gap")
    if kind is not None:
        beside = {"start": start, "end": end, "end_is": end_is, "open_ends": open_ends}
        event_columns = {"customer": customer, "at": at, "kind": kind, "contract": contract, "amount": amount}
        rows = _of_a_log(source, event_columns, beside, kinds=kinds, shared=shared)
        return _contracts(rows, shared, end_is=None, merge_gap=merge_gap)
    if at is not None or kinds is not None:
        stray = "at" if at is not None else "kinds"
        message = _("{name}= is for a log of starts and ends. Name its column of events with kind=.")
        raise InputError(message.format(name=stray), argument=stray)
    named = {"customer": customer, "start": start, "end": end, "contract": contract, "amount": amount}
    rows = read_contract_rows(
        source, named=named, by=shared.by, end_is=end_is, merge_gap=merge_gap, open_ends=open_ends, forms=shared.forms,
        as_of=shared.cut,
    )  # fmt: skip
    return _contracts(rows, shared, end_is=end_is, merge_gap=merge_gap)


def _contracts(rows: Canonical, shared: SharedArguments, *, end_is: str | None, merge_gap: int) -> ContractBase:
    card = shared.card(
        rows, unit="person_any", activity="contract runs", end_is=end_is or "first_day_after", merge_gap=merge_gap
    )
    table = reduce.with_gaps_merged(rows.table, days=merge_gap) if merge_gap else rows.table
    return ContractBase(table, rows.quality, card, rows.first, card.as_of, shared.by, engine=rows.engine)


def _of_a_log(
    source: Any, named: Mapping[str, str | None], beside: Mapping[str, Any], *, kinds: Any, shared: SharedArguments
) -> Canonical:
    stray = next((name for name, said in beside.items() if said is not None), None)
    if stray is not None:
        message = _(
            "{name}= is for rows with a start and an end; kind= says that each row is one of them. Leave one out."
        )
        raise InputError(message.format(name=stray), argument=stray)
    return read_contract_event_rows(
        source, named=named, kinds=kinds, by=shared.by, forms=shared.forms, as_of=shared.cut
    )


@rereadable
def read_orders(
    source: Any,
    *_unnamed: Never,
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
) -> OrderBase:
    """Read a log of purchases with one row per purchase or per line of a receipt, and return an `OrderBase`.

    Args:
        source: As for `read_contracts`.
        customer: The column with the customer id. Columns that are not given are detected by their usual names.
        at: The column with the moment of the purchase.
        amount: The column with the amount paid; or give ``quantity`` and ``price``, which are multiplied. Like
            ``receipt`` and ``status`` it is detected by its usual names; ``""`` means that there is none.
        quantity: The column with the number of items; negative for returns.
        price: The column with the unit price.
        receipt: The column with the receipt id.
        status: The column with the status of the purchase. Rows whose status is known not to be a purchase (cancelled,
            failed, refunded, pending, test, отменён …) are set aside; an unknown status counts and is noted.
        counts: The values of ``status`` that are purchases; all others are then set aside.
        by: Segment columns.
        refunds: ``"set aside"`` (rows with an amount of 0 or less are not purchases) or ``"keep"``: a negative amount
            then lowers revenue but makes nobody a customer; an amount of 0 is a free purchase.
        activity: The activity rule: ``"period"`` (customers are the buyers of the previous period; kept are those who
            buy again in this one), a `Trailing` window, or `OwnGap`, a limit from each customer's own rhythm.
        as_of: The cut-off; by default the day after the last purchase. ``"file"``: the file's modification time.
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
        burn_in_days: As for `read_contracts`.
        week_starts: The first day of the week.
        year_starts: The first month of the (fiscal) year.

    Returns:
        The base. Rows that cannot be used are set aside with a reason in ``base.quality``, never dropped silently.

    Raises:
        ValueError: If a column is missing, or the source cannot be read or is largely invalid.

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
    check_named(_unnamed, "crr.read_orders(source, {})", "customer", "at", "amount")
    shared = check_arguments(
        source, by=by, as_of=as_of, burn_in_days=burn_in_days, week_starts=week_starts, year_starts=year_starts,
        zone=zone, dates=dates, decimal=decimal, thousands=thousands, fold=fold, nobody=nobody, currency=currency,
        sheet=sheet, skip=skip, sep=sep, encoding=encoding, fill_down=fill_down, table=table, query=query,
    )  # fmt: skip
    check_activity(activity)
    named = {
        "customer": customer, "at": at, "amount": amount, "quantity": quantity, "price": price, "receipt": receipt,
        "status": status,
    }  # fmt: skip
    rows = read_order_rows(
        source, named=named, by=shared.by, refunds=refunds, counts=counts, forms=shared.forms, as_of=shared.cut
    )
    card = shared.card(
        rows, unit="buyer", activity=str(activity),
        refunds=refunds if "amount" in rows.table.columns else None,
        counts=None if counts is None else words_of(counts, name="counts"),
    )  # fmt: skip
    cut, orders, quality = card.as_of, rows.table, rows.quality
    rule = settled(activity, reduce.declare_shared(orders, span=(rows.first, cut), at_most=quality.rows_used), cut)
    given = orders, quality, card.with_(activity=str(rule)), rows.first, cut, shared.by, rule, rows.engine
    return OrderBase(*given, refunded_too=rows.money)
