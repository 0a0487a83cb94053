"""How a file is read: the options that `crrkit check` and `crrkit report` share, and what becomes of them."""

from __future__ import annotations

import functools
import inspect
import re
import shlex
from typing import TYPE_CHECKING, Any

import typer

from crrkit.ground import InputError, UnsettledError, check_choice, gettext as _
from crrkit.read import EVENT_OPTION, LISTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crrkit.read import Base


# Every argument of the readers but `activity`, an object, as it is typed: what stands for its value, and what it is.
COLUMN_OPTIONS: dict[str, tuple[str, str]] = {
    "customer": ("COLUMN", "Column with the customer's id."),
    "at": ("COLUMN", "Orders and events: column with the moment. Snapshots: with the date of the list."),
    "amount": ("COLUMN", "Column with what was paid."),
    "quantity": ("COLUMN", "Orders: column with the number of pieces; with --price instead of --amount."),
    "price": ("COLUMN", "Orders: column with the price of one piece."),
    "receipt": ("COLUMN", "Orders: column with the number of the receipt."),
    "status": (
        "COLUMN",
        "Orders: column that says what became of the purchase, such as paid or cancelled. Snapshots: who is there.",
    ),
    "counts": ("WORD", "A word of that column that counts; can be repeated, all others are set aside."),
    "taken": ("RULE", "Snapshots: whether a list stands for the start or the end of the period that names it."),
    "start": ("COLUMN", "Contracts: column with the first day."),
    "end": ("COLUMN", "Contracts: column with the end; empty while a contract runs."),
    "contract": ("COLUMN", "Contracts: column with the number of the contract."),
    EVENT_OPTION: ("COLUMN", "Events: column that says what happened."),
    "kinds": ("WORD=KIND", "Events: what a word of yours means, such as paid=purchase; can be repeated."),
    "other": ("KIND", "Events: what all other words mean; 'set aside' leaves their rows out."),
    "by": ("COLUMN", "Column that segments customers, such as a region; can be repeated."),
    "end_is": ("RULE", "Contracts: what the end means, first_day_after or last_active_day."),
    "merge_gap": ("DAYS", "Contracts: a renewal up to so many days after the end is the same relationship."),
    "open_ends": ("VALUE", "Contracts: a word or date that is no end, such as 9999-12-31; can be repeated; or none."),
    "refunds": ("RULE", "Orders: 'set aside' rows with an amount of 0 or below, or 'keep' them."),
    "refunded": ("RULE", "Events: 'count' a purchase that was given back later, or 'remove' it."),
    "as_of": ("DATE", "The cut-off: nothing on or after this day counts; 'file' for when the file was written."),
    "zone": ("ZONE", "The business's time zone, such as Europe/Moscow."),
    "dates": ("FORM", "How dates are written: day-month-year, month-day-year, year-month-day or %d.%m.%Y."),
    "decimal": ("MARK", "The decimal mark of numbers: a comma or a point."),
    "thousands": ("MARK", "The mark between thousands: a space, an apostrophe, a comma or a point; '' for none."),
    "currency": ("CODE", "The currency of the amounts, such as EUR; by default the one that the file names."),
    "fold": (
        "RULE",
        "How ids of one customer differ: case, yo, look-alikes, phones, zeros, prefix, groups, marks; none.",
    ),
    "nobody": ("ID", "An id that stands for nobody in particular, such as guest; can be repeated; or none."),
    "sheet": ("NAME", "The sheet of a spreadsheet; all that have the columns unless you say otherwise."),
    "skip": ("LINES", "How many lines stand above the names of the columns."),
    "sep": ("MARK", "What parts the fields of a text file, such as ';'."),
    "encoding": ("NAME", "How a text file is encoded, such as cp1251."),
    "fill_down": ("yes|no", "Whether a row without an id is of the customer above it, as in a report."),
    "table": ("NAME", "The table of a database; taken by itself where there is only one."),
    "query": ("SQL", "A single SELECT, whose rows are read from a database."),
    "burn_in_days": ("DAYS", "For so many days nobody knows who is new: the history begins with the file."),
    "week_starts": ("DAY", "First day of the week; monday unless you say otherwise."),
    "year_starts": ("MONTH", "First month of the year; january unless you say otherwise."),
}
NONE = "none"  # an empty list cannot be typed; by itself this word says ()
MAY_BE_NONE = ("open_ends", "fold", "nobody")
YES_OR_NO = ("fill_down",)
YES_OR_NO_WORDS = {"yes": True, "true": True, "no": False, "false": False}
TYPES: dict[str, Any] = {
    **dict.fromkeys(("by", "kinds", "counts", *MAY_BE_NONE), list[str]),
    **dict.fromkeys(("burn_in_days", "merge_gap", "skip"), int),
}  # all others are text


def takes_reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command all of `COLUMN_OPTIONS`; it gets those that were typed as one mapping, ``reading``."""

    @functools.wraps(command)
    def with_options(**values: Any) -> None:
        given = {name: values.pop(name) for name in COLUMN_OPTIONS}
        typed = {name: _said(name, value) for name, value in given.items() if value not in (None, [], 0)}
        command(reading=typed, **values)

    signature = inspect.signature(command, eval_str=True)
    own = [parameter for parameter in signature.parameters.values() if parameter.name != "reading"]
    shared = [_parameter(name, *COLUMN_OPTIONS[name]) for name in COLUMN_OPTIONS]
    with_options.__signature__ = signature.replace(parameters=[*own, *shared])  # type: ignore[attr-defined]  # Typer reads it from there
    return with_options


def _said(name: str, value: Any) -> Any:
    """What the reader is told; the lists that may be empty are so by a word, and yes and no are typed."""
    if name in YES_OR_NO:
        return YES_OR_NO_WORDS.get(value.lower(), value)
    return () if name in MAY_BE_NONE and value == [NONE] else value


def _parameter(name: str, metavar: str, help_: str) -> inspect.Parameter:
    option = typer.Option(None, metavar=metavar, help=help_, show_default=False)
    kind = TYPES.get(name, str) | None
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=option)


def read(file: str, *, kind: str, reading: dict[str, Any]) -> Base:
    """The base of a file; an option that the kind has no use for is refused, not ignored."""
    from crrkit.read import read_list

    try:
        return read_list(file, kind=kind, said=said_of(reading))
    except UnsettledError as error:
        raise InputError(error.typed(), argument=error.argument) from error
    except InputError as error:
        if kind != "events" or error.argument != "kind":
            raise
        raise InputError(
            str(error).replace("kind=", f"{EVENT_OPTION}="), argument=EVENT_OPTION, given=error.given
        ) from error


def said_of(reading: dict[str, Any]) -> dict[str, Any]:
    """What was typed as the readers take it: a mapping for the words of events."""
    return reading | ({"kinds": dict(map(_meaning, reading["kinds"]))} if "kinds" in reading else {})


def _meaning(typed: str) -> tuple[str, str | None]:
    """A word and its kind, from ``paid=purchase``; None for a word whose rows are set aside."""
    word, sign, kind = typed.rpartition("=")
    if not (word and sign and kind):
        message = _("kinds={typed!r} does not say what a word means. Write it like --kinds paid=purchase.")
        raise InputError(message.format(typed=typed), argument="kinds", given=typed)
    return word, None if kind == "set aside" else kind


def settle_kind(file: str, *, kind: str | None, reading: dict[str, Any], also: tuple[str, ...] = ()) -> str:
    """The kind that was named, else the one that the options or the columns of the file tell.

    ``also`` are kinds that are no lists of customers, for a command that has an answer for them.
    """
    if kind is not None:
        return check_choice(kind, name="kind", choices=(*LISTS, *also))
    from crrkit.read import settle_kind as settled

    return settled(file, named=reading, also=also)


def in_options(message: str, *, names: Iterable[str]) -> str:
    """A sentence of the library in the words of the command line: ``every='week'`` becomes ``--every week``."""
    known = "|".join(sorted(names, key=len, reverse=True))

    def option(found: re.Match[str]) -> str:
        word = f"--{found['name'].replace('_', '-')}"
        if found["list"] is not None:  # an option for each; a list that is only hinted at, [...], has none yet
            values = re.findall(r"'([^']*)'", found["list"]) or ([] if found["list"] else [NONE])
        else:
            values = [found["quoted"] or found["bare"] or ""]
        return " ".join(f"{word} {shlex.quote(value)}" if value else word for value in values or [""])

    message = re.sub(r"kinds=\{'([^']*)': '([^']*)'\}", r"kinds='\1=\2'", message)
    value = r"'(?P<quoted>[^']*)'|[\[(](?P<list>[^\])]*)[\])]|(?P<bare>[\w-]+(?:\.\w+)*)"
    options = re.sub(rf"\b(?P<name>{known})(?:\[\d+\])?=(?:{value})?", option, message)
    return options.replace("crr_bounds", "--gross")
