"""What a source is likely to be, with the reasons: one reading behind Python, `crrkit check` and `crrkit report`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crrkit.ground import InputError, UnsettledError, gettext as _
from crrkit.read import databases, frames, records, spools
from crrkit.read.calls import Call
from crrkit.read.columns import REQUIRED, settle_columns, usual_column
from crrkit.read.files import without_credentials
from crrkit.read.intake import settle_orders
from crrkit.read.layout import Layout
from crrkit.read.peek import column_names

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLES = {
    "orders": ("customer", "at", "amount", "quantity", "price", "receipt", "status"),
    "contracts": ("customer", "start", "end", "contract", "amount"),
    "events": ("customer", "at", "kind", "receipt", "amount"),
}


@dataclass(frozen=True)
class Guess:
    """What a source was taken for.

    Attributes:
        kind: ``orders contracts`` or ``events``.
        columns: The column for each role that was found.
        reasons: Why, in sentences.
        source: What was looked at, as it is written in a call; a password is left out.
        where: The table or the query of a database, if one was named.
    """

    kind: str
    columns: Mapping[str, str]
    reasons: tuple[str, ...] = field(default=())
    source: str = "source"
    where: Mapping[str, str] = field(default_factory=dict)

    @property
    def call(self) -> str:
        """The call to paste into Python."""
        return f"crr.{Call(self.kind, {**self.where, **self.columns}).python(self.source)}"

    @property
    def options(self) -> str:
        """The same as options of `crrkit check` and `crrkit report`."""
        return Call(self.kind, {**self.where, **self.columns}).typed()

    def __str__(self) -> str:
        """The call and the reasons."""
        return "\n".join([self.call, *self.reasons])

    __repr__ = __str__


def guess(source: Any, *, table: str | None = None, query: str | None = None) -> Guess:
    """Say what a source is likely to be and how it would be read, before anything is counted.

    The kind and the columns are those that `read_orders`, `read_contracts`, `read_events`, ``crrkit check`` and
    ``crrkit report`` settle by the same function; names decide, and the words of a column that says what happened.

    Args:
        source: As for `read_orders`.
        table: The table of a database; where there is only one it is taken.
        query: Or the query whose rows are looked at.

    Returns:
        The kind, the columns, the call to paste and the reasons.

    Raises:
        InputError: If no column looks like a date, or a column that every list of the kind needs is not recognised.

    Examples:
        >>> import pandas as pd
        >>> log = pd.DataFrame({"client": ["a", "b"], "date": ["2024-01-05", "2024-02-05"], "total": [10, 20]})
        >>> guess(log)
        crr.read_orders(source, customer='client', at='date', amount='total')
        Column 'date' holds one moment a row: purchases.
    """
    layout = Layout(table=table, query=query)
    columns = columns_of(source, layout)
    kind = _kind_of(columns)
    named = dict.fromkeys(ROLES[kind])
    name = repr(without_credentials(str(source))) if isinstance(source, str | Path) else "source"
    where = {role: said for role, said in {"table": table, "query": query}.items() if said is not None}
    found = settle_columns(kind, named, available=columns)
    if kind == "contracts":
        reason = _("Columns {start!r} and {end!r} hold a start and an end: contracts.")
        return Guess(kind, found, (reason.format(start=found["start"], end=found["end"]),), name, where)
    try:
        with databases.in_words(source):
            found = settle_orders(source, layout)
    except UnsettledError as unsettled:
        events = dict.fromkeys(ROLES["events"]) | {"kind": str(unsettled.calls[0].arguments["kind"])}
        return Guess("events", settle_columns("events", events, available=columns), (str(unsettled),), name, where)
    reason = _("Column {at!r} holds one moment a row: purchases.")
    return Guess(kind, found, (reason.format(at=found["at"]),), name, where)


def columns_of(source: Any, layout: Layout | None = None) -> list[str]:
    """The columns of a file, of a table in a database or of a table of any known library."""
    if records.is_read_once(source) or spools.is_open_file(source):
        message = _("{given} can be read once only, and a look at it would use it up. Give a file, a frame or a list.")
        raise InputError(message.format(given=type(source).__name__), argument="source")
    rows = databases.find(source, layout or Layout()) or records.find(source)
    if rows is not None:
        with closing(rows):
            return rows.columns
    return column_names(source) if isinstance(source, str | Path) else frames.column_names(source)


_TOLD_BY = {
    "events": {"event", "kinds", "other", "refunded"},
    "contracts": {"start", "end", "contract", "end_is"},
    "snapshots": {"taken"},
    "orders": {"at", "quantity", "price", "receipt", "status", "counts", "refunds"},
}


def settle_kind(source: Any, *, named: Mapping[str, Any]) -> str:
    """The kind that the typed roles and rules tell, else the one that the columns of the source tell.

    Raises:
        InputError: If neither tells.
    """
    typed = set(named)
    told = next((kind for kind, roles in _TOLD_BY.items() if typed & roles), None)
    return told or _kind_of(columns_of(source, Layout(table=named.get("table"), query=named.get("query"))))


def _kind_of(columns: list[str]) -> str:
    there = {role for role in ("start", "end", "at") if usual_column(role, columns) is not None}
    for kind in ("contracts", "orders"):
        if set(REQUIRED[kind]) - {"customer"} <= there:
            return kind
    message = _(
        "No column looks like the date of a purchase, or like the start and end of a contract; the columns are "
        "{columns}. Say which one it is with at= for orders, or with start= and end= for contracts."
    )
    raise InputError(message.format(columns=", ".join(columns)), argument="kind", available=columns)
