"""What a source is likely to be, with the reasons: one reading behind Python, `crrkit check` and `crrkit report`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crrkit.ground import InputError, UnsettledError, gettext as _
from crrkit.read import frames
from crrkit.read.calls import Call
from crrkit.read.columns import REQUIRED, settle_columns, usual_column
from crrkit.read.intake import settle_orders
from crrkit.read.peek import column_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
        source: What was looked at, as it is written in a call.
    """

    kind: str
    columns: Mapping[str, str]
    reasons: tuple[str, ...] = field(default=())
    source: str = "source"

    @property
    def call(self) -> str:
        """The call to paste into Python."""
        return f"crr.{Call(self.kind, self.columns).python(self.source)}"

    @property
    def options(self) -> str:
        """The same as options of `crrkit check` and `crrkit report`."""
        return Call(self.kind, self.columns).typed()

    def __str__(self) -> str:
        """The call and the reasons."""
        return "\n".join([self.call, *self.reasons])

    __repr__ = __str__


def guess(source: Any) -> Guess:
    """Say what a source is likely to be and how it would be read, before anything is counted.

    The kind and the columns are those that `read_orders`, `read_contracts`, `read_events`, ``crrkit check`` and
    ``crrkit report`` settle by the same function; names decide, and the words of a column that says what happened.

    Args:
        source: As for `read_orders`.

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
    columns = columns_of(source)
    kind = _kind_of(columns)
    named = dict.fromkeys(ROLES[kind])
    name = repr(str(source)) if isinstance(source, str | Path) else "source"
    found = settle_columns(kind, named, available=columns)
    if kind == "contracts":
        reason = _("Columns {start!r} and {end!r} hold a start and an end: contracts.")
        return Guess(kind, found, (reason.format(start=found["start"], end=found["end"]),), name)
    try:
        found = settle_orders(source)
    except UnsettledError as unsettled:
        events = dict.fromkeys(ROLES["events"]) | {"kind": str(unsettled.calls[0].arguments["kind"])}
        return Guess("events", settle_columns("events", events, available=columns), (str(unsettled),), name)
    return Guess(kind, found, (_("Column {at!r} holds one moment a row: purchases.").format(at=found["at"]),), name)


def columns_of(source: Any) -> list[str]:
    """The columns of a file or of a table of any known library."""
    return column_names(source) if isinstance(source, str | Path) else frames.column_names(source)


_TOLD_BY = {
    "events": {"event", "kinds", "other", "refunded"},
    "contracts": {"start", "end", "contract", "end_is"},
    "snapshots": {"taken"},
    "orders": {"at", "quantity", "price", "receipt", "status", "counts", "refunds"},
}


def settle_kind(source: Any, *, named: Iterable[str] = ()) -> str:
    """The kind that the typed roles and rules tell, else the one that the columns of the source tell.

    Raises:
        InputError: If neither tells.
    """
    typed = set(named)
    told = next((kind for kind, roles in _TOLD_BY.items() if typed & roles), None)
    return told or _kind_of(columns_of(source))


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
