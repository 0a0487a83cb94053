"""Dates in words as dates in numbers: months by name, weekdays, and what programs put around a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

# What needs nothing of this: numbers with marks between them, a clock, an offset, morning and afternoon.
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
    (r'^="([^"]*)"$', r"\1"),  # ="2024-01-05" and '2024-01-05: how spreadsheets keep text as it is
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
    """5 января 2024 г., 14:30 as 2024-01-5 14:30; what is no date in words stays as it is.

    A month by its name leaves no doubt about the order, so that the year comes first, but for years of two digits.
    """
    for pattern, instead in _STEPS:
        text = text.re_replace(pattern, instead)
    return text.strip()
