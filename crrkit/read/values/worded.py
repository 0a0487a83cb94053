"""Conversion of dates in words to numbers: month names, weekdays, and text that programs add to times."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

# Values that need no conversion: numbers with separators, a time of day, an offset, AM and PM.
WITHOUT_WORDS = (
    r"^(?:[0-9]{1,13}(?:\.[0-9]+)?|[0-9]{16}|[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}(?:[T ]+[0-9]{1,2}:[0-9:.]+)?"
    r"(?: ?[AaPp][Mm])?(?: *(?:[Zz]|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?))?)$"
)
_MONTHS = (
    "jan(?:uary)?|янв(?:ар[ья])?", "feb(?:ruary)?|фев(?:р(?:ал[ья])?)?", "mar(?:ch)?|март?а?",
    "apr(?:il)?|апр(?:ел[ья])?", "may|ма[йя]", "june?|июн[ья]?", "july?|июл[ья]?", "aug(?:ust)?|авг(?:уста?)?",
    "sept?(?:ember)?|сент?(?:ябр[ья])?", "oct(?:ober)?|окт(?:ябр[ья])?", "nov(?:ember)?|ноя(?:б(?:р[ья])?)?",
    "dec(?:ember)?|дек(?:абр[ья])?",
)  # fmt: skip
_WORD = rf"({'|'.join(_MONTHS)})"
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
    *[(rf"(?i)<(?:{month})>", f"{number:02d}") for number, month in enumerate(_MONTHS, 1)],
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
