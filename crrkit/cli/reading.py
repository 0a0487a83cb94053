"""Conversion of options to arguments: those for reading a file, which several commands share, and those of a report."""

from __future__ import annotations

import functools
import inspect
import re
import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from crrkit.cli.options import COLUMN_OPTIONS
from crrkit.ground import YEARS_PER_PERIOD, InputError, UnsettledError, check_choice, gettext as _
from crrkit.read import EVENT_OPTION, LISTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crrkit.judge import Target
    from crrkit.read import Base


NONE = "none"  # an empty list cannot be typed; by itself this word says ()
MAY_BE_NONE = ("open_ends", "fold", "nobody")
YES_OR_NO = ("fill_down",)
YES_OR_NO_WORDS = {"yes": True, "true": True, "no": False, "false": False}
TYPES: dict[str, Any] = {
    **dict.fromkeys(("by", "kinds", "counts", *MAY_BE_NONE), list[str]),
    **dict.fromkeys(("burn_in_days", "merge_gap", "skip"), int),
}  # all others are text


def takes_reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Decorator: add all of `COLUMN_OPTIONS` to a command, which receives the given ones as the mapping ``reading``."""

    @functools.wraps(command)
    def with_options(**values: Any) -> None:
        given = {name: values.pop(name) for name in COLUMN_OPTIONS}
        typed = {name: _said(name, value) for name, value in given.items() if value not in (None, [], 0)}
        command(reading=typed, **values)

    signature = inspect.signature(command, eval_str=True)
    own = [parameter for parameter in signature.parameters.values() if parameter.name != "reading"]
    shared = [_parameter(name, *COLUMN_OPTIONS[name]) for name in COLUMN_OPTIONS]
    with_options.__signature__ = signature.replace(parameters=[*own, *shared])  # type: ignore[attr-defined]  # Typer reads this attribute
    return with_options


def _said(name: str, value: Any) -> Any:
    """Convert an option to the argument of the reader: `NONE` to an empty list, yes and no to booleans."""
    if name in YES_OR_NO:
        return YES_OR_NO_WORDS.get(value.lower(), value)
    return () if name in MAY_BE_NONE and value == [NONE] else value


def _parameter(name: str, metavar: str, help_: str) -> inspect.Parameter:
    option = typer.Option(None, metavar=metavar, help=help_, show_default=False)
    kind = TYPES.get(name, str) | None
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=option)


def read(file: str, *, kind: str, reading: dict[str, Any]) -> Base:
    """Read a file to a base; an option that does not apply to the kind of list is an error."""
    from crrkit.read import read_list

    try:
        return read_list(file, kind=kind, arguments=arguments_of(reading))
    except UnsettledError as error:
        raise InputError(error.typed(), argument=error.argument) from error
    except InputError as error:
        if kind != "events" or error.argument != "kind":
            raise
        raise InputError(
            str(error).replace("kind=", f"{EVENT_OPTION}="), argument=EVENT_OPTION, given=error.given
        ) from error


def arguments_of(reading: dict[str, Any]) -> dict[str, Any]:
    """Convert the given options to arguments of the readers, with the words of events as a mapping."""
    return reading | ({"kinds": dict(map(_meaning, reading["kinds"]))} if "kinds" in reading else {})


def _meaning(typed: str) -> tuple[str, str | None]:
    """Parse a word and its kind from ``paid=purchase``; the kind None means that the rows are set aside."""
    word, sign, kind = typed.rpartition("=")
    if not (word and sign and kind):
        message = _("kinds={typed!r} does not say what a word means. Write it like --kinds paid=purchase.")
        raise InputError(message.format(typed=typed), argument="kinds", given=typed)
    return word, None if kind == "set aside" else kind


def settle_kind(file: str, *, kind: str | None, reading: dict[str, Any], also: tuple[str, ...] = ()) -> str:
    """Return the given kind, else the one implied by the options or detected from the columns.

    ``also`` are kinds other than lists of customers that the command supports.
    """
    if kind is not None:
        return check_choice(kind, name="kind", choices=(*LISTS, *also))
    from crrkit.read import settle_kind as settled

    return settled(file, named=reading, also=also)


def as_typed(note: str) -> str:
    """Convert a note on how a list was read, which names arguments, to the options of a command."""
    return in_options(note, names=[*COLUMN_OPTIONS, "every"])


def in_options(message: str, *, names: Iterable[str]) -> str:
    """Convert arguments in a message of the library to options: ``every='week'`` becomes ``--every week``.

    Python calls, such as ``crr.churn_from_counts(start=…)``, remain unchanged.
    """
    known = "|".join(sorted(names, key=len, reverse=True))

    def option(found: re.Match[str]) -> str:
        if found["call"]:
            return found["call"]
        word = f"--{found['name'].replace('_', '-')}"
        if found["list"] is not None:  # one option per value; a placeholder list [...] has none
            values = re.findall(r"'([^']*)'", found["list"]) or ([] if found["list"] else [NONE])
        else:
            values = [found["quoted"] or found["bare"] or ""]
        return " ".join(f"{word} {shlex.quote(value)}" if value else word for value in values or [""])

    message = re.sub(r"kinds=\{'([^']*)': '([^']*)'\}", r"kinds='\1=\2'", message)
    value = r"'(?P<quoted>[^']*)'|[\[(](?P<list>[^\])]*)[\])]|(?P<bare>[\w-]+(?:\.\w+)*)"
    call = r"\b(?:crr\.[\w.]+|read_\w+)\([^()]*\)"
    options = re.sub(rf"(?P<call>{call})|\b(?P<name>{known})(?:\[\d+\])?=(?:{value})?", option, message)
    return options.replace("crr_bounds", "--gross").replace("weigh_doubts(base)", "crrkit check")


def target_of(typed: str | None) -> float | Target | None:
    """Parse a target rate: ``0.7`` or ``70%`` for the report's period, ``0.7=year`` for another one."""
    if typed is None:
        return None
    from crrkit.judge import Target

    number, _sign, period = (part.strip() for part in typed.partition("="))
    value = _number(number, typed)
    if not period:
        return value
    check_choice(period, name="target", choices=YEARS_PER_PERIOD)
    return Target(value=value, period=period, basis_period="–", author="–", date=datetime.now(UTC).date())


def _number(text: str, typed: str) -> float:
    try:
        bare = text.rstrip("%").strip().replace(",", ".")
        return float(bare) / 100 if text.endswith("%") else float(bare)
    except ValueError:
        message = _(
            "target={typed!r} is not a rate. Write it like --target 0.7, or --target 0.7=year for a yearly one."
        )
        raise InputError(message.format(typed=typed), argument="target", given=typed) from None


def marks_of(typed: Iterable[str]) -> dict[str, str]:
    """Parse dated events such as ``2024-06-01=new prices``."""
    pairs = [text.partition("=") for text in typed]
    for day, sign, name in pairs:
        if not (day.strip() and sign and name.strip()):
            message = _("mark={typed!r} does not say what happened when. Write it like --mark 2024-06-01='new prices'.")
            raise InputError(message.format(typed=day + sign + name), argument="mark", given=day)
    return {day.strip(): name.strip() for day, _sign, name in pairs}
