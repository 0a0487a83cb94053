"""`guess`: the likely kind of a source with reasons, shared by Python, `crrkit check` and `crrkit report`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crrkit.ground import InputError, UnsettledError, told as _
from crrkit.read.disk import ADDRESS, Layout, without_credentials
from crrkit.read.engines import databases
from crrkit.read.guessing.confidence import (
    IS_SURE,
    Written,
    by_names,
    confidence_lines,
    look_into,
    written_in,
    written_lines,
)
from crrkit.read.intake import settle_orders
from crrkit.read.sources import (
    are_snapshots,
    columns_of,
    counted_columns,
    is_of_counts,
    list_names,
    open_source,
    refuse_shape,
)
from crrkit.read.values import Forms
from crrkit.read.words import REQUIRED, Call, is_label, settle_columns, some_of, usual_column, usual_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROLES = {
    "orders": ("customer", "at", "amount", "quantity", "price", "receipt", "status"),
    "contracts": ("customer", "start", "end", "contract", "amount"),
    "events": ("customer", "at", "kind", "receipt", "amount"),
    "contract events": ("customer", "at", "kind", "contract", "amount"),
}

VALUE = re.compile(r"\W*\d[\d\W]*")  # a name of a column has a letter; empty ones are numbered by the readers


@dataclass(frozen=True)
class Guess:
    """The likely kind of a source, and how to read it.

    Attributes:
        kind: ``orders contracts events snapshots`` or ``counts``.
        columns: The column of each role that was found.
        reasons: The reasons, and the questions to answer before it is read, as sentences.
        source: The source as written in a call, without passwords.
        where: The table or the query of a database, if given.
        confidence: The confidence in each role: ``sure`` (a usual name, and the values fit), ``likely`` (a name with
            other meanings as well), ``doubtful`` (the values do not fit).
        written: The formats detected: ``dates decimal currency encoding zone rhythm``, each with its ``value``,
            ``reason`` and ``confidence``.
    """

    kind: str
    columns: Mapping[str, str]
    reasons: tuple[str, ...] = field(default=())
    source: str = "source"
    where: Mapping[str, str] = field(default_factory=dict)
    confidence: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, Written] = field(default_factory=dict)

    @property
    def call(self) -> str:
        """Return the Python call that reads the source."""
        return f"crr.{Call(self.kind, {**self.where, **self.columns}).python(self.source)}"

    @property
    def options(self) -> str:
        """Return the call as options of `crrkit check` and `crrkit report`."""
        return Call(self.kind, {**self.where, **self.columns}).typed()

    def __str__(self) -> str:
        """The call, the reasons, and the confidence in each column."""
        sure = confidence_lines(self.columns, self.confidence)
        return "\n".join([self.call, *self.reasons, *sure, *written_lines(self.written)])

    __repr__ = __str__


def guess(source: Any, *, table: str | None = None, query: str | None = None) -> Guess:
    """Detect the kind of a source, its columns and formats, and return them with the call that reads it.

    `read_orders`, `read_contracts`, `read_events`, `read_snapshots`, ``crrkit check`` and ``crrkit report`` determine
    kind and columns by the same function, from the names and values of the columns. Ambiguous columns or kinds raise an
    error; nothing is chosen arbitrarily.

    Args:
        source: As for `read_orders` and `read_snapshots`.
        table: The table of a database; not needed if there is only one.
        query: A query to use instead of a table.

    Returns:
        The kind, the columns, the call, the reasons and the confidence.

    Raises:
        InputError: If no column looks like a date, a required column is not recognised or ambiguous, or the source is
            not a list; the message contains the call to use.

    Examples:
        >>> import pandas as pd
        >>> log = pd.DataFrame({"client": ["a", "b", "a"], "date": ["2024-01-05", "2024-02-05", "2024-02-13"]})
        >>> guess(log)
        crr.read_orders(source, customer='client', at='date')
        Column 'date' holds one moment a row: purchases.
        customer = 'client': sure, at = 'date': sure
        dates = 'year-month-day': sure. As in '2024-02-13'.
        rhythm = '39 days': likely. Half of the pauses between a customer's days in the list are no longer: 1 in all.
        >>> guess(log.assign(buyer="x"))
        Traceback (most recent call last):
        crrkit.InputError: Several columns could be customer: 'client', 'buyer'. Say which one it is, such as
            customer='client'.
    """
    layout = Layout(table=table, query=query)
    columns = columns_of(source, layout)
    kind = _kind_of(source, columns)
    name = repr(without_credentials(str(source))) if isinstance(source, str | Path) else "source"
    where = {role: said for role, said in {"table": table, "query": query}.items() if said is not None}
    if kind == "snapshots":
        return _of_lists(columns, name, where)
    if kind == "counts":
        told = counted_columns(columns)
        reason = _("Each row is a period with its counts, and no customers are named.")
        return Guess("counts", told, (reason,), name, where, dict.fromkeys(told, IS_SURE))
    found = settle_columns(kind, dict.fromkeys(ROLES[kind]), available=columns)
    if kind == "contracts":
        reason = _("Columns {start!r} and {end!r} hold a start and an end: contracts.").format(**found)
    else:
        reason = _("Column {at!r} holds one moment a row: purchases.").format(**found)
        try:
            with databases.as_source_errors(source):
                found = settle_orders(source, layout)
        except UnsettledError as unsettled:
            kind, reason = unsettled.calls[0].kind, str(unsettled)
            shape = "contract events" if kind == "contracts" else kind
            roles = dict.fromkeys(ROLES[shape]) | {"kind": str(unsettled.calls[0].arguments["kind"])}
            settled = settle_columns(shape, roles, available=columns)
            found = {role: settled[role] for role in ROLES[shape] if role in settled}
            if shape == "contract events":
                return Guess(kind, found, (reason,), name, where, by_names(found))
    with databases.as_source_errors(source):
        opened = open_source(source, kind=kind, named=found, by=(), forms=Forms(layout=layout))
        doubts, confidence = look_into(opened, kind, found)
        seen = written_in(source, opened, found)
    return Guess(kind, found, (reason, *doubts), name, where, confidence, seen)


def _of_lists(columns: list[str], name: str, where: Mapping[str, str]) -> Guess:
    """Return the guess for customer lists by date, in columns, by a column or by file names."""
    months = [column for column in columns if is_label(column)]
    found = settle_columns("snapshots", {"customer": None}, available=columns)
    at = usual_day([column for column in columns if column != found["customer"]])
    if len(months) > 1:
        reason = _("Columns {first!r} to {last!r} are months: lists of customers.")
        reason = reason.format(first=months[0], last=months[-1])
    elif at is not None:
        found["at"] = at
        reason = _("Column {at!r} holds the date of each row's list: lists of customers.").format(at=at)
    else:
        reason = _("The file names contain dates, and no column does: lists of customers.")
    return Guess("snapshots", found, (reason,), name, where, by_names(found))


_TOLD_BY = {
    "events": {"event", "kinds", "other", "refunded"},
    "contracts": {"start", "end", "contract", "end_is"},
    "snapshots": {"taken"},
    "orders": {"at", "quantity", "price", "receipt", "status", "counts", "refunds"},
}


def settle_kind(source: Any, *, named: Mapping[str, Any], also: Sequence[str] = ()) -> str:
    """Return the kind implied by the given arguments, else by the columns of the source.

    Raises:
        InputError: If neither determines it.
    """
    typed = set(named)
    told = next((kind for kind, roles in _TOLD_BY.items() if typed & roles), None)
    layout = Layout(**{name: named.get(name) for name in ("table", "query", "sheet")})
    kind = told or _kind_of(source, columns_of(source, layout), named.get("customer"))
    if kind == "counts" and kind not in also:
        message = _("Each row is a period with its counts, and no customers are named: {call} gives the rates.")
        name = repr(str(source)) if isinstance(source, str | Path) else "source"
        raise InputError(message.format(call=f"crr.read_counts({name})"), argument="kind")
    return kind


def _kind_of(source: Any, columns: list[str], customer: str | None = None) -> str:
    is_file = isinstance(source, str | Path) and not ADDRESS.match(str(source))
    names = list_names(source) if is_file else []
    if is_of_counts(columns):
        return "counts"
    if are_snapshots(columns, names, customer=customer):
        return "snapshots"
    refuse_shape(columns, names)
    there = {role for role in ("start", "end", "at") if usual_column(role, columns) is not None}
    for kind in ("contracts", "orders"):
        if set(REQUIRED[kind]) - {"customer"} <= there:
            return kind
    message = _(
        "No column looks like the date of a purchase, or like the start and end of a contract; the columns are "
        "{columns}. Say which one it is with at= for orders, or with start= and end= for contracts."
    )
    if columns and all(map(VALUE.fullmatch, columns)):
        message = _(
            "The first line holds values, not the names of columns: {columns}. Write a line of names above it, such as"
            " customer, date, amount."
        )
    raise InputError(message.format(columns=some_of(columns)), argument="kind", available=columns)
