"""Argument checks of public functions: each takes the argument's name for the message and returns the value.

Private functions do not check arguments again.
"""

from __future__ import annotations

import math
import numbers
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from crrkit.ground.errors import ColumnNotFoundError, InputError, InputTypeError
from crrkit.ground.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def check_number(value: object, *, name: str) -> float:
    """Return a finite number that is neither text nor a boolean."""
    if isinstance(value, bool) or type(value).__name__ == "bool_" or isinstance(value, str | bytes):
        message = _("{name}={value!r} is not a number. Give a number, for example {name}=70.")
        raise InputTypeError(message.format(name=name, value=value), argument=name, given=value)
    if value is None:
        message = _("{name} is missing. Give a number, for example {name}=70.")
        raise InputError(message.format(name=name), argument=name)
    if not isinstance(value, numbers.Real):
        message = _("{name} is {given}, a single number is needed. Give one, for example {name}=70.")
        raise InputTypeError(message.format(name=name, given=described(value)), argument=name, given=value)
    number = _as_float(value)
    if not math.isfinite(number):
        message = _("{name}={value} is not a finite number. Leave the row out or find the count.")
        raise InputError(message.format(name=name, value=number), argument=name, given=value)
    return number


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def check_count(value: object, *, name: str, allow_fractional: bool = False) -> float:
    """Return a count of customers: 0 or more, an integer unless fractions (averages, weights) are allowed."""
    number = check_number(value, name=name)
    if number < 0:
        message = _("{name}={value:.12g} is negative; a count of customers is 0 or more.")
        raise InputError(message.format(name=name, value=number), argument=name, given=value)
    if not allow_fractional and number != int(number):
        message = _("{name}={value:.12g} is not a whole number of customers. Averages need allow_fractional=True.")
        raise InputError(message.format(name=name, value=number), argument=name, given=value)
    return number


def check_fraction(value: object, *, name: str) -> float:
    """Return a fraction between 0 and 1; the error for 85 suggests 0.85."""
    number = check_number(value, name=name)
    if 0 <= number <= 1:
        return number
    message = _("{name}={value:.12g} must be a fraction between 0 and 1.").format(name=name, value=number)
    if 1 < number <= 100:  # noqa: PLR2004 - the range of percentages
        message += " " + _("Did you mean {better:.12g}?").format(better=number / 100)
    raise InputError(message, argument=name, given=value)


def check_choice(value: object, *, name: str, choices: Iterable[str]) -> str:
    """Return one of a short list of names; the error suggests a similar one."""
    known = list(choices)
    if isinstance(value, str) and value in known:
        return value
    message = _("{name}={value} is not known. Choose one of {choices}.")
    message = message.format(name=name, value=_shown(value), choices=", ".join(known))
    raise InputError(message + suggestion(str(value), known), argument=name, given=value, available=known)


def check_names(value: object, *, name: str) -> tuple[str, ...]:
    """Return one name, or a list of names, as a tuple."""
    if isinstance(value, str):
        return (value,)
    names = tuple(value) if isinstance(value, Iterable) and not hasattr(value, "columns") else (value,)
    if isinstance(value, Mapping) or not all(isinstance(one, str) for one in names):
        message = _("{name} is {given}; a name is needed, or a list of names.")
        raise InputTypeError(message.format(name=name, given=described(value)), argument=name, given=value)
    return names


MISSING: Any = None  # default of required arguments, for a better message than Python's count of arguments


def check_named(unnamed: tuple[object, ...], call: str, *names: str) -> None:
    """Raise an error for positional arguments that must be keywords; ``call`` is the correct call with ``names`` in it.

    Such functions have ``*_unnamed: Never``, so that a type checker reports them as well.
    """
    if unnamed:
        shown = ", ".join(f"{name}={_shown(value)}" for name, value in zip(names, unnamed, strict=False))
        message = _("Name what you give, so that none is taken for another: {call}.")
        raise InputTypeError(message.format(call=call.format(shown)), argument=names[0], given=unnamed[0])


def check_numbers(value: object, *, name: str) -> list[Any]:
    """Return a sequence of numbers: a list, an array or a series; its elements are checked by the caller."""
    is_row = isinstance(value, Iterable) and not isinstance(value, str | Mapping) and not hasattr(value, "columns")
    numbers_ = list(value) if is_row and isinstance(value, Iterable) else [""]
    if any(isinstance(one, str) for one in numbers_):
        message = _("{name} is {given}; a list of numbers is needed, such as [1, 2, 3].")
        raise InputTypeError(message.format(name=name, given=described(value)), argument=name, given=value)
    return numbers_


def check_mapping(value: object, *, name: str, like: str) -> Mapping[Any, Any]:
    """Return a mapping; ``like`` is an example for the message."""
    if isinstance(value, Mapping):
        return value
    message = _("{name} is {given}; a mapping is needed, such as {name}={like}.")
    raise InputTypeError(message.format(name=name, given=described(value), like=like), argument=name, given=value)


def _shown(value: object) -> str:
    """Return the repr of a value, or a description of a table or a result, which would be too long."""
    return repr(value) if value is None or isinstance(value, str | numbers.Number) else described(value)


def check_column(value: object, *, name: str, available: Iterable[str]) -> str:
    """Return a column of the table; the error suggests a similar one."""
    columns = [str(column) for column in available]
    if isinstance(value, str) and value in columns:
        return value
    message = _("{name}={value} is not a column of the table. Its columns are {columns}.")
    message = message.format(name=name, value=_shown(value), columns=first_few(columns, 30))
    raise ColumnNotFoundError(message + suggestion(str(value), columns), argument=name, given=value, available=columns)


def as_moment(value: object) -> datetime | None:
    """Convert text such as ``2024-01-31``, a date or a datetime to a datetime; None for anything else."""
    if isinstance(value, str):
        with suppress(ValueError):
            return datetime.fromisoformat(value)
        return None
    if isinstance(value, datetime):
        return value if value == value else None  # noqa: PLR0124 - pandas' NaT is a datetime and not equal to itself
    return datetime.combine(value, time.min) if isinstance(value, date) else None


def check_moment(value: object, *, name: str) -> datetime:
    """Convert text such as ``2024-01-31``, a date or a datetime to a datetime."""
    moment = as_moment(value)
    if moment is not None:
        return moment
    if value is None:
        message = _("{name} is missing. Write a date, such as {name}='2024-01-31'.")
        raise InputError(message.format(name=name), argument=name)
    if isinstance(value, str | datetime):
        message = _("{name} has the date {value!r}; write dates as 2024-01-31.").format(name=name, value=value)
        raise InputError(message, argument=name, given=value)
    message = _("{name} needs dates, {value!r} is a {kind}.").format(name=name, value=value, kind=type(value).__name__)
    raise InputTypeError(message, argument=name, given=value)


def first_few(texts: Sequence[str], most: int) -> str:
    """Join texts with commas for a message; if there are more than ``most``, these and an ellipsis."""
    return ", ".join(texts[:most]) + (", …" if len(texts) > most else "")


def suggestion(value: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` if a similar name is known, else an empty text."""
    by_fold = {name.casefold(): name for name in known}
    close = get_close_matches(value.casefold(), by_fold, n=1, cutoff=0.6)
    return " " + _("Did you mean {better!r}?").format(better=by_fold[close[0]]) if close else ""


def is_plain(value: object) -> bool:
    """Return whether it is a sequence of values such as a list, an array or a series; not text, a table or a result."""
    return hasattr(value, "__len__") and not isinstance(value, str) and not hasattr(value, "columns")


class Made(Protocol):
    """A result that other functions take; ``made_by`` are the calls that make it from ``base``, or from ``source``."""

    made_by: ClassVar[tuple[str, ...]]


M = TypeVar("M", bound=Made)
MOST_LETTERS = 60  # longer texts are not repeated in messages
SECRET = re.compile("://|@|passw", re.IGNORECASE)  # the text may be a URL with a password


def check_given(value: object, kind: type[M], *, name: str) -> M:
    """Return a value of the required class; the error shows the call that makes one from the given value.

    Examples:
        >>> import crrkit as crr
        >>> crr.figures.bridge("orders.csv")
        Traceback (most recent call last):
        crrkit.InputTypeError: result is 'orders.csv'; a RetentionTable is needed. Make it with
            crr.retention_by_period(crr.read_orders('orders.csv'), every='month').
    """
    if isinstance(value, kind):
        return value
    message = _("{name} is {given}; {kind} is needed. Make it with {calls}.")
    between = _("or")
    calls = f" {between} ".join(_calls(value, kind))
    words = {"given": described(value), "kind": _a(kind.__name__), "calls": calls}
    raise InputTypeError(message.format(name=name, **words), argument=name, given=value)


def _calls(value: object, kind: type[Made]) -> Iterator[str]:
    """Yield the calls that make one, starting from the given value if possible."""
    source = _source(value)
    for call in kind.made_by:
        for step in getattr(type(value), "made_by", ()):
            call = call.replace(step, _short_name(type(value)))  # noqa: PLW2901 - the rest of the call
        if source:
            call = re.sub(r"\bbase\b", "crr.read_orders(source)", call)  # noqa: PLW2901 - as above
        yield re.sub(r"\bsource\b", lambda _found: source or "source", call)


def _short_name(kind: type) -> str:
    """Return the usual variable name of a result, ``flow`` for StageFlow."""
    return str(re.findall("[A-Z][a-z]+", kind.__name__)[-1]).lower()


def _source(value: object) -> str | None:
    """Return a source as written in a call; None if it is not a source."""
    if hasattr(type(value), "made_by"):
        return None
    if hasattr(value, "columns") or hasattr(value, "column_names"):
        return "df"
    text = _plain(value)
    return repr(text) if text and re.search(r"\.[A-Za-z]\w*$|[/\\*]", text) else None


def _plain(value: object) -> str | None:
    """Return a text or path that may be shown in a message; None if it is long or may contain a password."""
    text = os.fspath(value) if isinstance(value, os.PathLike) else value
    return text if isinstance(text, str) and len(text) <= MOST_LETTERS and not SECRET.search(text) else None


def described(value: object) -> str:
    """Describe a value for a message: text as it is, anything else by its type."""
    text = _plain(value)
    return repr(text) if text is not None else "None" if value is None else _a(type(value).__name__)


def _a(kind: str) -> str:
    return (_("an {kind}") if kind[:1] in "AEIOUaeiou" else _("a {kind}")).format(kind=kind)
