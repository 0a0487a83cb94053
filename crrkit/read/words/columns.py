"""Assignment of columns to roles, by the names given by the user or their usual ones, and the call that says it."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crrkit.ground import ColumnNotFoundError, InputError, check_column, mark, told as _
from crrkit.read.words.labels import is_label, labels_in
from crrkit.read.words.names import REQUESTS, USUAL_DAYS, fold, rivals_of, usual_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LISTS = (mark("orders"), mark("contracts"), mark("events"), mark("snapshots"))
# The required roles of each kind of list, and the optional ones that are detected by their usual names.
REQUIRED = {
    "orders": ("customer", "at"),
    "contracts": ("customer", "start", "end"),
    "events": ("customer", "at", "kind"),
    "snapshots": ("customer",),
    "contract events": ("customer", "at", "kind"),
    "counts": (),
}
OPTIONAL: dict[str, tuple[str, ...]] = {
    "orders": ("receipt", "status"),
    "contracts": ("contract", "amount"),
    "events": ("receipt", "amount"),
    "snapshots": (),
    "contract events": ("contract", "amount"),
    "counts": (),
}
# What a required role is, for a reader of the message that its column was not found.
ROLE_WORDS = {
    "customer": mark("the id of a customer"),
    "at": mark("the day of a purchase"),
    "start": mark("the first day of a contract"),
    "end": mark("the end of a contract"),
    "kind": mark("the kind of an event"),
}
PIECES = ("quantity", "price")
MONEY = ("amount", *PIECES)
EVENT_OPTION = "event"  # the name of read_events' ``kind``, since --kind is the kind of list
NAMED = 30  # the most columns to list in a message

# Columns of results and of reductions, with which a segment column of the same name would collide.
RESERVED = frozenset({
    "active", "after", "age", "age_days", "amount", "at", "back", "before", "begins", "begun", "bought", "bucket",
    "buyers", "came", "capped", "cents", "churn", "churn_events", "churned", "closed", "closing", "cohort",
    "continuous", "contract", "contraction", "contracts", "crr", "crr_continuous", "crr_high", "crr_low",
    "crr_textbook", "customer", "customers", "day", "days", "due", "earliest", "early_loss", "end", "expansion",
    "exposure", "first", "following", "former", "frequency", "from_", "gap", "gaps", "gone", "growth", "grr",
    "high", "history", "inside", "is_open", "is_top", "joined", "joins", "kept", "last", "late", "leaves", "left",
    "lost", "low", "n", "negative", "new", "new_lost", "nrr", "number", "opening", "opens", "outcome", "people",
    "period", "provisional", "quick_ratio", "rank", "rate", "reach", "reactivated", "receipt", "receipts",
    "recency_days", "recovered", "reduced", "regular", "regular_before", "rejoined", "repeat_buyers", "retained",
    "returned", "returned_lost", "revenue", "since", "size", "spell", "start", "status", "stays", "stretches",
    "top_revenue", "unknown", "unpriced", "until", "until_before", "weighted", "winback", "within", "within_before",
})  # fmt: skip

_PAID_UNTIL = re.compile(r"(?:period|term)ends?(?:at|on|date)?(?:utc)?$|^paid(?:through|until)|^оплачен[ао]?(?:до|по)$")

_VALUE = re.compile(r"^\s*[-+]?[0-9][0-9.,\s]*$|\S@\S")  # a number or a mail address
_MIDNIGHT = r"00:00(?::00(?:\.0+)?)?\b"  # which Excel writes for a day
_CLOCK = re.compile(rf"[T ](?!{_MIDNIGHT})[0-9]{{1,2}}:[0-9]{{2}}")

# Columns of intermediate tables in reading; names are case-insensitive in the engine.
INTERNAL = re.compile(r"(?i)(?:at|start|end|kind|amount|quantity|price)_given|why set aside|_nobody|_rounded|crrkit_.*")


def settle_columns(
    kind: str, named: Mapping[str, str | None], *, available: Iterable[str], by: Iterable[str] = ()
) -> dict[str, str]:
    """Return the column of each role: the given one, else one with a usual name.

    Used by all entry points, so that Python, `crrkit check` and `crrkit report` read a file in the same way. Quantity
    and price take precedence over a total, since negative quantities identify returns.

    ``named`` has a column for each role, None if the user gave none, or ``""`` if no column has it. Columns in ``by``
    have no other role unless given for it.

    Raises:
        ColumnNotFoundError: If a given column is missing, or a required one is not recognised.
    """
    columns = [str(column) for column in available]
    found = find_columns({role: name for role, name in named.items() if not is_no_column(name)}, available=columns)
    taken = {*found.values(), *by}
    for role in REQUIRED[kind]:
        if role not in found:
            found[role] = _recognised(role, columns, taken=taken)
    free = free_columns(columns, {*found.values(), *by})
    for role in OPTIONAL[kind]:
        if named.get(role) is None and role in named and (column := usual_column(role, free)) is not None:
            found |= {} if role == "amount" and rivals_of(role, column, free) else {role: column}
    if kind == "orders" and all(named.get(role) is None for role in MONEY):
        found |= _usual_money(free)
    return found


def is_no_column(name: object) -> bool:
    """Return whether the name of a role is empty, which means that no column has it."""
    return isinstance(name, str) and not name


def are_names_of(
    kind: str, named: Mapping[str, str | None], *, available: Iterable[str], by: Iterable[str] = ()
) -> bool:
    """Return whether a line is the header of such a table: it has all given and all required columns."""
    columns = list(available)
    try:
        settle_columns(kind, named, available=columns, by=by)
        find_columns({name: name for name in by}, available=columns)
    except ColumnNotFoundError:
        return False
    except InputError:  # ambiguous columns: the error is raised once the header is found
        return True
    return True


def has_time_column(names: Iterable[str]) -> bool:
    """Return whether a line is the header of some list: it has a usual name of a time, or of start and end."""
    columns = list(names)
    there = {role for role in ("at", "start", "end") if usual_column(role, columns) is not None}
    return len(columns) > 1 and ("at" in there or {"start", "end"} <= there)


def has_list_columns(names: Sequence[str]) -> bool:
    """Return whether a line is the header of a table of lists: it has the list's date or two or more month columns."""
    if any(map(_is_value, names)):
        return False
    folded, dates = {fold(name) for name in names}, sum(map(is_label, names))
    by_day = bool(folded & set(USUAL_DAYS)) and not dates  # "Period; 01.01.2024" is a line of a title
    days = any(label.every == "day" for name in names if is_label(name) for label in labels_in(name))
    return len(names) > 1 and (by_day or dates > 1 + days)  # two days may be a row of a contract


def _is_value(cell: str) -> bool:
    """Return whether a cell is a value; the dates of its row are then no names of months."""
    return (_CLOCK if is_label(cell) else _VALUE).search(cell) is not None


def _usual_money(columns: list[str]) -> dict[str, str]:
    found = {role: column for role in MONEY if (column := usual_column(role, columns)) is not None}
    if "amount" in found and rivals_of("amount", found["amount"], columns):
        del found["amount"]  # see `amount_note`
    if set(PIECES) <= set(found):
        return {role: found[role] for role in PIECES}
    return {role: column for role, column in found.items() if role != "price"} if "amount" in found else {}


def find_columns(named: Mapping[str, str | None], *, available: Iterable[str]) -> dict[str, str]:
    """Return the columns given by the user, each checked to exist."""
    columns = [str(column) for column in available]
    return {role: check_column(name, name=role, available=columns) for role, name in named.items() if name is not None}


def free_columns(available: Iterable[str], taken: Iterable[str]) -> list[str]:
    """Return the columns that are not taken, without those that share a name."""
    used, names = set(taken), [str(name) for name in available]
    folded = [name.casefold() for name in names]  # names are case-insensitive in the engine
    return [name for name in names if name not in used and folded.count(name.casefold()) == 1]


def request_beside_end(columns: Iterable[str]) -> tuple[str, str] | None:
    """Return the columns with the date of the cancellation request and with the end itself, if a table has both."""
    named = list(columns)
    end = usual_column("end", named)
    request = next((column for column in named if fold(column) in REQUESTS), None)
    return None if request is None or end is None or fold(end) in REQUESTS else (request, end)


def end_of_paid_time(columns: Iterable[str]) -> str | None:
    """Return the column with the day until which was paid, by its name, or None."""
    return next((name for name in columns if _PAID_UNTIL.search(fold(name))), None)


def is_of_requests(end: str) -> bool:
    """Return whether the column of the ends by its name holds days of cancellation, which may be those of requests."""
    return fold(end) in REQUESTS


def amount_note(
    found: Mapping[str, str], named: Mapping[str, str | None], *, available: Iterable[str], by: Iterable[str]
) -> tuple[str, ...]:
    """Return a note if several columns could be the amount, none of which is then read unless given."""
    if named.get("amount", "") is not None or {"amount", "quantity"} & set(found):
        return ()
    free = [str(name) for name in available if str(name) not in {*found.values(), *by}]
    twice = next((name for name in free if usual_column("amount", [name]) and free.count(name) > 1), None)
    if twice is not None:
        note = _("No amount was read: {n} {n:column is|columns are} called {name!r}. Rename all but one.")
        return (note.format(n=free.count(twice), name=twice),)
    column = usual_column("amount", free)
    others = [] if column is None else rivals_of("amount", column, free)
    if column is None or not others:
        return ()
    note = _("No amount was read: {columns} could each be it. Say which one with amount=, or amount='' for none.")
    return (note.format(columns=", ".join(map(repr, [column, *others]))),)


def _ask(role: str, column: str, columns: Iterable[str]) -> None:
    """Raise an error if several columns could have a role."""
    others = rivals_of(role, column, columns)
    if others:
        message = _("Several columns could be {role}: {columns}. Say which one it is, such as {role}={column!r}.")
        told = {"role": role, "columns": ", ".join(map(repr, [column, *others])), "column": column}
        raise InputError(message.format(**told), argument=role, available=[column, *others])


def some_of(columns: Sequence[str]) -> str:
    """Format the columns of a table for a message, at most `NAMED` of them."""
    first = ", ".join(columns[:NAMED])
    return first if len(columns) <= NAMED else _("{first}, … ({n} in all)").format(first=first, n=len(columns))


def _recognised(role: str, columns: list[str], *, taken: set[str]) -> str:
    column = usual_column(role, columns)
    if column is not None:
        _ask(role, column, [other for other in columns if other not in taken])
        return column
    message = _("No column looks like {what}. Say which one it is with {role}=; the columns are {columns}.")
    text = message.format(what=_(ROLE_WORDS.get(role, role)), role=role, columns=some_of(columns))
    raise ColumnNotFoundError(text, argument=role, available=columns)


@dataclass(frozen=True)
class Call:
    """One way to read a source: the kind of list, and the arguments of its reader besides the source."""

    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def python(self, source: str = "…") -> str:
        """Return the call in Python.

        Examples:
            >>> print(Call("orders", {"status": "state", "counts": ["paid"]}).python("'log.csv'"))
            read_orders('log.csv', status='state', counts=['paid'])
        """
        said = [source, *(f"{name}={value!r}" for name, value in self.arguments.items())]
        return f"read_{self.kind}({', '.join(said)})"

    def typed(self) -> str:
        """Return the call as options of the command line.

        Examples:
            >>> print(Call("events", {"kind": "event type"}).typed())
            --kind events --event 'event type'
        """
        words = ["--kind", self.kind]
        for name, value in self.arguments.items():
            option = f"--{(EVENT_OPTION if name == 'kind' else name).replace('_', '-')}"
            for one in value if isinstance(value, list | tuple) else [value]:
                words += [option, str(one)]
        return shlex.join(words)
