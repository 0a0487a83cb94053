"""The columns that a reader needs, and finding them in a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crrkit.ground import InputError, SourceError, told as _
from crrkit.read.quality import is_of_currencies, statuses, suspects
from crrkit.read.words import (
    INTERNAL,
    RESERVED,
    amount_note,
    are_names_of,
    end_of_paid_time,
    find_columns,
    free_columns,
    is_of_people,
    is_of_requests,
    request_beside_end,
    settle_columns,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    from crrkit.read.disk import Layout
    from crrkit.read.sources.beside import Beside
    from crrkit.read.values import Forms

ALLOWED_MONEY: tuple[set[str], ...] = (set(), {"amount"}, {"amount", "quantity"}, {"quantity", "price"})


class Wanted(NamedTuple):
    """The columns to find in a source, and the layout of the source."""

    kind: str
    named: Mapping[str, str | None]
    by: Sequence[str]
    forms: Forms

    @property
    def layout(self) -> Layout:
        """The position of the table in its source."""
        return self.forms.layout

    def find(self, available: Sequence[str]) -> dict[str, Any]:
        """Return the column of each role, columns without a role to check, and notes on the choice."""
        kind, named, by = self.kind, self.named, self.by
        given = {role for role, name in named.items() if name}
        if given & {"amount", "quantity", "price"} not in ALLOWED_MONEY:
            message = _(
                "quantity= and price= belong together: amount is quantity times price. Name both, or name amount=."
            )
            raise InputError(message, argument="quantity" if "price" in given else "price")
        columns = settle_columns(kind, named, available=available, by=by)
        find_columns({f"by[{i}]": name for i, name in enumerate(by)}, available=available)
        _refuse_reserved(by, roles=columns)
        _refuse_repeated([*columns.values(), *by], available)
        money = tuple(str(name) for name in available if is_of_currencies(str(name)) and name not in columns.values())
        facts = {"columns": columns, "currencies": money}
        notes = amount_note(columns, named, available=available, by=by)
        if kind not in ("orders", "events"):
            notes += _request_note(available, columns["end"]) if kind == "contracts" else ()
            unread = statuses(available, [*columns.values(), *by]) if kind in ("contracts", "snapshots") else ()
            return {**facts, "unread": unread, "notes": notes}
        people = filter(is_of_people, free_columns(available, [*columns.values(), *by]))
        unread = tuple(dict.fromkeys([*suspects(available, columns.values()), *people]))
        return {**facts, "unread": unread, "notes": notes}

    def fits(self, names: Sequence[str]) -> bool:
        """Return whether these are the column names of such a table."""
        return are_names_of(self.kind, self.named, available=names, by=self.by)

    def beside(
        self, found: Mapping[str, Any], available: Sequence[str], look: Callable[[list[str]], Beside]
    ) -> dict[str, Any]:
        """Add the columns without a role that should be checked, see `crrkit.read.sources.beside`."""
        if self.kind not in ("orders", "events"):
            return dict(found)
        seen = look(free_columns(available, self.read({**found, "unread": ()})))
        unread = dict.fromkeys([*found["unread"], *seen.numbers, *seen.spoken])
        return {**found, "unread": tuple(unread), "spoken": seen.spoken}

    def read(self, found: Mapping[str, Any]) -> list[str]:
        """Return all columns to read."""
        return list(dict.fromkeys([*found["columns"].values(), *self.by, *found["unread"], *found["currencies"]]))


def _refuse_reserved(by: Sequence[str], *, roles: Container[str]) -> None:
    """Raise an error if a segment column has a reserved name; ``kind`` is reserved only if it is a role."""
    made = "kind" if "kind" in roles else None
    taken = next((x for x in by if x in RESERVED or INTERNAL.fullmatch(x) or x.casefold() == made), None)
    if taken is not None:
        message = _("by={name!r} is the name of a column that crrkit makes itself. Rename the segment column.")
        raise InputError(message.format(name=taken), argument="by", given=taken)


def _refuse_repeated(wanted: Sequence[str], available: Sequence[str]) -> None:
    """Raise an error if two columns have the same name; names are case-insensitive in the engine."""
    folded = [str(name).casefold() for name in available]
    repeated = [name for name in wanted if folded.count(name.casefold()) > 1]
    if repeated:
        message = _("The table has more than one column called {name!r}. Rename all but one.")
        raise SourceError(message.format(name=repeated[0]), argument="source")


def _request_note(available: Sequence[str], end: str) -> tuple[str, ...]:
    both = request_beside_end(available)
    paid_until = end_of_paid_time(available)
    if both is None and is_of_requests(end) and paid_until is not None:
        note = _(
            "Column {end!r} was taken for the end. By its name it may hold the day of the request, and {other!r} the"
            " day until which was paid: where a contract ran on until then, fill that day in as its end."
        )
        return (note.format(end=end, other=paid_until),)
    if both is None:
        return ()
    note = _(
        "Column {end!r} was taken for the end. By their names, {request!r} holds the day of the request and"
        " {effective!r} the day on which the contract ended. Use end= to choose."
    )
    return (note.format(end=end, request=both[0], effective=both[1]),)
