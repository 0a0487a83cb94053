"""Read a list whose kind is detected or given by name: for the command line and the explorer."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from crrkit.ground import InputError, check_choice, told as _
from crrkit.read.bases.events import read_events
from crrkit.read.bases.readers import read_contracts, read_orders
from crrkit.read.bases.snapshots import read_snapshots
from crrkit.read.guessing import settle_kind
from crrkit.read.words import EVENT_OPTION, LISTS, Call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crrkit.read.bases.base import Base

READERS: dict[str, Callable[..., Base]] = {
    "orders": read_orders,
    "contracts": read_contracts,
    "events": read_events,
    "snapshots": read_snapshots,
}


def read_list(source: Any, *, kind: str | None, arguments: Mapping[str, Any]) -> Base:
    """Read a source with the reader of the given kind, or of the kind detected from arguments and columns.

    Args:
        source: As for the readers.
        kind: ``orders contracts events`` or ``snapshots``; None to detect it.
        arguments: The arguments of the reader; its ``kind`` is called ``event`` here, since ``kind`` is the list's.

    Raises:
        InputError: If an argument belongs to another kind, or the reader raises it.
    """
    settled = settle_kind(source, named=arguments) if kind is None else check_choice(kind, name="kind", choices=LISTS)
    stray = [name for name in arguments if name not in _arguments_of(settled)]
    if stray:
        homes = [name for name in LISTS if stray[0] in _arguments_of(name)]
        other = "events" if stray[0] == EVENT_OPTION else next(iter(homes), None)  # contracts have it, too, but rarely
        if other is None:
            known = sorted(set().union(*map(_arguments_of, LISTS)))
            check_choice(stray[0], name=_("argument"), choices=known)
        message = _("{name}= belongs to {other}, and this is read as {kind}. Leave it out, or use kind={other!r}.")
        raise InputError(message.format(name=stray[0], other=other, kind=settled), argument=stray[0])
    return READERS[settled](
        source, **{("kind" if name == EVENT_OPTION else name): one for name, one in arguments.items()}
    )


def _arguments_of(kind: str) -> set[str]:
    """Return the argument names of the reader of a kind, without the source."""
    arguments = {name for name in inspect.signature(READERS[kind]).parameters if name[0] != "_"} - {"source"}
    return arguments - {"kind"} | {EVENT_OPTION} if "kind" in arguments else arguments


def call_of(base: Base, arguments: Mapping[str, Any]) -> Call:
    """Return the call that reads a base again, with the detected columns and all given arguments.

    Args:
        base: The base.
        arguments: The arguments of the reader, as for `read_list`.
    """
    found = {role: column for role, column in base.quality.columns.items() if column}
    told = {("kind" if name == EVENT_OPTION else name): value for name, value in arguments.items()}
    return Call(base.quality.kind, found | told)
