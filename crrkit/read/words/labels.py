"""Dates and periods in names of files, sheets and columns, and in row labels of tables of counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from crrkit.rules import Calendar

_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
MONTH_WORDS = (  # in English and Russian, in any case and abbreviation
    r"jan(?:uary)?|янв(?:ар[ьяе])?", r"feb(?:ruary)?|фев(?:р(?:ал[ьяе])?)?", r"mar(?:ch)?|мар(?:т[ае]?)?",
    r"apr(?:il)?|апр(?:ел[ьяе])?", r"may|ма[йяе]", r"june?|июн[ьяе]?", r"july?|июл[ьяе]?",
    r"aug(?:ust)?|авг(?:уст[ае]?)?",
    r"sept?(?:ember)?|сент?(?:ябр[ьяе])?", r"oct(?:ober)?|окт(?:ябр[ьяе])?", r"nov(?:ember)?|ноя(?:б(?:р[ьяе])?)?",
    r"dec(?:ember)?|дек(?:абр[ьяе])?",
)  # fmt: skip
_WORD = rf"(?<![a-zа-я])(?P<word>{'|'.join(MONTH_WORDS)})(?![a-zа-я])\.?"
_GAP, _MARK = r"[-_. ,/'’]*", r"[-_./]"
_QUARTER = r"(?:кв(?:артал[а-я]*)?|quarter)"
# The first format that occurs in a name is used; `day` before `month`, `month` before `year`.
_FORMS = tuple(
    (every, re.compile(rf"(?<![0-9])(?:{pattern})(?![0-9])"))
    for every, pattern in (
        ("day", rf"{_YEAR}{_MARK}(?P<month>[0-9]{{1,2}}){_MARK}(?P<day>[0-9]{{1,2}})"),
        ("day", rf"{_YEAR}(?P<month>0[1-9]|1[0-2])(?P<day>[0-3][0-9])"),
        ("day", rf"(?P<one>[0-9]{{1,2}}){_MARK}(?P<two>[0-9]{{1,2}}){_MARK}{_YEAR}"),
        ("day", rf"(?P<day>[0-9]{{1,2}}){_GAP}{_WORD}{_GAP}{_YEAR}"),
        ("day", r"(?P<one>[0-9]{2})\.(?P<two>[0-9]{2})\.(?P<short>[0-9]{2})"),
        ("week", rf"{_YEAR}[-_ ]?w(?P<part>[0-9]{{2}})"),
        ("quarter", rf"{_YEAR}[-_ ]?q(?P<part>[1-4])"),
        ("quarter", rf"q(?P<part>[1-4]){_GAP}{_YEAR}"),
        ("quarter", rf"(?P<part>[1-4]){_GAP}{_QUARTER}{_GAP}{_YEAR}"),
        ("half-year", rf"{_YEAR}[-_ ]?h(?P<part>[12])"),
        ("half-year", rf"(?P<part>[12]){_GAP}полугоди[ея]{_GAP}{_YEAR}"),
        ("month", rf"{_YEAR}[-_./ ]?(?P<month>0[1-9]|1[0-2])"),
        ("month", rf"(?P<month>0?[1-9]|1[0-2])[-_./ ]{_YEAR}"),
        ("month", rf"{_WORD}{_GAP}{_YEAR}"),
        ("month", rf"{_YEAR}{_GAP}{_WORD}"),
        ("month", rf"{_WORD}[-_. '’](?P<short>[0-9]{{2}})"),
        ("year", _YEAR),
    )
)
_TIME = re.compile(r"[T ][0-9]{2}:[0-9]{2}(?::[0-9.]+)?$")


@dataclass(frozen=True, order=True)
class Label:
    """A day or a period in a name.

    Attributes:
        day: Its first day.
        every: Its length: ``day week month quarter half-year`` or ``year``.
    """

    day: date
    every: str

    def __str__(self) -> str:
        """Its label in the format of the calendar."""
        return Calendar(self.every).label_of(self.day)


def labels_in(name: object, *, dates: str | None = None) -> list[Label]:
    """Return the days or periods in a name, all those of the most precise format that occurs in it.

    Args:
        name: A name, or a date.
        dates: ``"month-day-year"`` if 01-02-2024 is the second of January; otherwise it is the first of February.

    Examples:
        >>> [str(label) for label in labels_in("clients_2024-01.csv")]
        ['2024-01']
        >>> [str(label) for label in labels_in("База на 31.01.2024")], [str(x) for x in labels_in("янв 2024")]
        (['2024-01-31'], ['2024-01'])
        >>> labels_in("clients.csv"), [str(label) for label in labels_in("from 2024-01 to 2024-02")]
        ([], ['2024-01', '2024-02'])
    """
    if isinstance(name, date):
        return [Label(date(name.year, name.month, name.day), "day")]
    text = _TIME.sub("", str(name).strip()).casefold()
    for every, form in _FORMS:
        found = [_label(every, met.groupdict(), dates) for met in form.finditer(text)]
        told = [label for label in dict.fromkeys(found) if label is not None]
        if told:
            return told
    return []


def is_label(name: object) -> bool:
    """Return whether a name consists of a day or a month only, like the columns of a wide table.

    Examples:
        >>> [is_label(name) for name in ("2024-01", "Янв 2024", "01.2024", "сумма за 2024-01", "2024")]
        [True, True, True, False, False]
    """
    text = _TIME.sub("", str(name).strip()).casefold().removesuffix("г.").strip()
    return any(every in ("day", "month", "quarter") and form.fullmatch(text) for every, form in _FORMS) and bool(
        labels_in(text)
    )


def _label(every: str, parts: dict[str, str | None], dates: str | None) -> Label | None:
    year = int(parts["year"] or 0) if parts.get("year") else 2000 + int(parts["short"] or 0)
    if word := parts.get("word"):
        parts["month"] = str(next(n for n, month in enumerate(MONTH_WORDS, 1) if re.fullmatch(month, word)))
    if parts.get("one"):
        order = ("two", "one") if dates != "month-day-year" else ("one", "two")
        parts["month"], parts["day"] = (parts[name] for name in order)
    try:
        return Label(_first_day(every, year, {name: int(n) for name, n in parts.items() if n and n.isdigit()}), every)
    except ValueError:
        return None


def _first_day(every: str, year: int, parts: dict[str, int]) -> date:
    if every == "week":
        return date.fromisocalendar(year, parts["part"], 1)
    months = {"quarter": 3, "half-year": 6}.get(every, 0)
    month = 1 + (parts.get("part", 1) - 1) * months if months else parts.get("month", 1)
    return date(year, month, parts.get("day", 1))
