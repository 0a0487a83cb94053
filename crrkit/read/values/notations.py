"""Times in other notations: numbers (Unix time, days of a spreadsheet) and words (month names, weekdays)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ibis
import ibis.expr.datatypes as dt

from crrkit.read.words import MONTH_WORDS

if TYPE_CHECKING:
    import ibis.expr.types as ir

SECOND, DAY = 1_000_000, 86_400  # microseconds in a second, seconds in a day


class Stamp(NamedTuple):
    """The pattern of such numbers, the microseconds in one unit, and the value at 1970-01-01."""

    looks: str
    microseconds: float
    at_1970: float = 0.0
    utc: bool = True


STAMPS = {
    "unix-seconds": Stamp(r"^1[0-9]{9}(?:\.[0-9]+)?$", SECOND),
    "unix-milliseconds": Stamp(r"^1[0-9]{12}(?:\.[0-9]+)?$", SECOND / 1000),
    "unix-microseconds": Stamp(r"^1[0-9]{15}$", 1),
    "excel-days": Stamp(r"^[2-6][0-9]{4}(?:\.[0-9]+)?$", SECOND * DAY, 25_569, utc=False),  # 1954 to 2091
    "excel-days-1904": Stamp("^$", SECOND * DAY, 24_107, utc=False),  # indistinguishable from the other: only if given
}


@ibis.udf.scalar.builtin(name="make_timestamp")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _moment(microseconds: dt.int64) -> dt.timestamp:
    """Return the time that many microseconds after 1970-01-01."""


@ibis.udf.scalar.builtin(name="timezone")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _in_zone(zone: str, at: dt.timestamp) -> dt.Timestamp(timezone="UTC"):  # type: ignore[valid-type]  # Ibis reads it as a type
    """Convert a local time of a zone to a moment."""


@ibis.udf.scalar.builtin(name="timezone")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def local(zone: str, at: dt.Timestamp(timezone="UTC")) -> dt.timestamp:  # type: ignore[valid-type]  # Ibis reads it as a type
    """Convert a moment to the local time of a zone; unlike a cast, independent of the session's time zone."""


def read_stamps(text: ir.StringValue, form: str, zone: str | None) -> ir.TimestampValue:
    """Parse the times, rounded to the second for spreadsheet serials; null if the text is not a number."""
    stamp = STAMPS[form]
    number = ibis.ifelse(text.re_search(r"^[0-9]{1,17}(?:\.[0-9]+)?$"), text, ibis.null("string")).try_cast("float64")
    whole = (number - stamp.at_1970) * (stamp.microseconds / (1 if stamp.utc else SECOND))
    since_1970 = whole.round().try_cast("int64") * (1 if stamp.utc else SECOND)
    at = _moment(since_1970)
    return local(zone, _in_zone("UTC", at)) if stamp.utc and zone else at


# Values that need no conversion: numbers with separators, a time of day, an offset, AM and PM.
WITHOUT_WORDS = (
    r"^(?:[0-9]{1,13}(?:\.[0-9]+)?|[0-9]{16}|[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}(?:[T ]+[0-9]{1,2}:[0-9:.]+)?"
    r"(?: ?[AaPp][Mm])?(?: *(?:[Zz]|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?))?)$"
)
_WORD = rf"({'|'.join(MONTH_WORDS)})"
_WEEKDAYS = (
    "mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|пн|вт|ср|чт"
    "|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье"
)
_DATE = r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}"
_GAP = "[ .,/-]*"
_STEPS = (
    (r'^="([^"]*)"$', r"\1"),  # ="2024-01-05" and '2024-01-05: text markers of spreadsheets
    (r"^'([0-9].*)$", r"\1"),
    (r"^/Date\(([0-9]+)(?:[+-][0-9]{4})?\)/$", r"\1"),
    (r"^((?:19|20)[0-9]{2}):([0-9]{2}):([0-9]{2}) ", r"\1-\2-\3 "),
    (r"^((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})$", r"\1-\2-\3 \4:\5:\6"),
    (r"^([0-9]{8}T[0-9]{2})([0-9]{2})([0-9]{2})", r"\1:\2:\3"),
    (r"(Z|[+-][0-9]{2}:?[0-9]{2})\[[A-Za-z/_]+\]$", r"\1"),
    (rf"(?i)^(?:{_WEEKDAYS})\.?,? +", ""),
    (rf"(?i)^([0-9]{{1,2}})(?:st|nd|rd|th)?{_GAP}{_WORD}{_GAP}([0-9]{{4}})(?:$|([^0-9]))", r"\3-<\2>-\1\4"),
    (rf"(?i)^([0-9]{{1,2}}){_GAP}{_WORD}{_GAP}([0-9]{{2}})(?:$|([ ,]))", r"\1.<\2>.\3\4"),
    (rf"(?i)^{_WORD}{_GAP}([0-9]{{1,2}})(?:st|nd|rd|th)?[ ,]+([0-9]{{4}})(?:$|([^0-9]))", r"\3-<\1>-\2\4"),
    (rf"(?i)^([0-9]{{4}}){_GAP}{_WORD}{_GAP}([0-9]{{1,2}})(?:$|([^0-9]))", r"\1-<\2>-\3\4"),
    (rf"(?i)^{_WORD} +([0-9]{{1,2}}) +([0-9:]+) +([0-9]{{4}})$", r"\4-<\1>-\2 \3"),
    *[(rf"(?i)<(?:{month})>", f"{number:02d}") for number, month in enumerate(MONTH_WORDS, 1)],
    (rf"^({_DATE}) *г(?:\.|ода?)?(?:$|([ ,]))", r"\1\2"),
    (rf"^({_DATE})(?:,| at| в) *([0-9])", r"\1 \2"),
    (rf"^({_DATE})-([0-9]{{2}})\.([0-9]{{2}})\.([0-9]{{2}})", r"\1 \2:\3:\4"),
    (rf"^({_DATE}) ([0-9]{{1,2}})\.([0-9]{{2}})\.([0-9]{{2}})$", r"\1 \2:\3:\4"),
    (rf"^({_DATE}) ([0-9]{{1,2}})\.([0-9]{{2}})$", r"\1 \2:\3"),
    ("(:[0-9]{2}),([0-9]+)", r"\1.\2"),
)


def in_numbers(text: ir.StringValue) -> ir.StringValue:
    """Convert 5 января 2024 г., 14:30 to 2024-01-5 14:30; values that are not dates in words remain unchanged.

    A month name makes the order unambiguous, so the year is put first, except for two-digit years.
    """
    for pattern, instead in _STEPS:
        text = text.re_replace(pattern, instead)
    return text.strip()
