"""Cases with a known truth, made and not collected: what was meant is written in many ways, and has to come out again.

A list is a file: layout × encoding × separator × language. A column is what stands in its cells: forms of dates,
numbers and ids. ``want`` is the truth, or `REFUSE` where nobody could know it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REFUSE = "REFUSE"
Row = tuple[str, str, float]  # who, on which day, how much


@dataclass(frozen=True)
class Listed:
    """A file and the rows that it means."""

    id: str
    name: str
    content: bytes
    arguments: dict[str, Any]
    want: Any

    def as_case(self) -> dict[str, Any]:
        """The case in the words of the manifest of collected ones."""
        return {
            "id": self.id, "source": self.name, "reader": "read_orders", "arguments": self.arguments,
            "want": self.want, "refusing_is_fine_too": False,
        }  # fmt: skip


@dataclass(frozen=True)
class Column:
    """The cells of a column, and the values that they mean."""

    id: str
    cells: list[str]
    want: Any
    said: dict[str, Any] = field(default_factory=dict)


# Lists ----------------------------------------------------------------------------------------------------------------

WORLDS: dict[str, tuple[tuple[str, str, str], list[Row]]] = {
    "en": (("customer", "date", "amount"), [
        ("Ann Lee", "2024-01-05", 1200.5), ("Total Energies", "2024-01-17", 99.9), ("José Müller", "2024-01-31", 10.0),
        ("Ann Lee", "2024-02-01", 5.0), ("José Müller", "2024-02-29", 7.0), ("Total Energies", "2024-03-21", 12345.6),
    ]),
    "ru": (("Клиент", "Дата", "Сумма"), [
        ("Иванов Пётр", "2024-01-05", 1200.5), ("ООО Ромашка", "2024-01-17", 99.9), ("Щукина Юлия", "2024-01-31", 10.0),
        ("Иванов Пётр", "2024-02-01", 5.0), ("Щукина Юлия", "2024-02-29", 7.0), ("ООО Ромашка", "2024-03-21", 12345.6),
    ]),
}  # fmt: skip
TITLES = {"en": "Sales of the first quarter", "ru": "Продажи за первый квартал"}
TOTALS = {"en": ("Total", "January total", "Ann Lee total"), "ru": ("Итого", "Итого за январь", "Иванов Пётр итог")}
ENCODINGS = {
    "en": ("utf-8", "utf-8-sig", "utf-16", "cp1252"),
    "ru": ("utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r", "cp866"),
}
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


def lists() -> Iterator[Listed]:
    """Every encoding with every separator; each such pair in three of the layouts, by turns."""
    turn = 0
    for language in WORLDS:
        for encoding, (called, sep) in product(ENCODINGS[language], SEPARATORS.items()):
            for _each in range(3):
                layout = list(LAYOUTS)[turn % len(LAYOUTS)]
                turn += 1
                yield _listed(f"{language}-{encoding}-{called}-{layout}", language, encoding, sep, layout)


def _listed(name: str, language: str, encoding: str, sep: str, layout: str) -> Listed:
    head, rows = WORLDS[language]
    written = LAYOUTS[layout](language, [[who, day, _money(paid, sep)] for who, day, paid in rows])
    text = "".join(sep.join(_quoted(cell, sep) for cell in line) + "\r\n" for line in written)
    roles = dict(zip(("customer", "at", "amount"), head, strict=True))
    return Listed(name, f"{name}.csv", text.encode(encoding), roles, [list(row) for row in rows])


def _money(paid: float, sep: str) -> str:
    return f"{paid:.2f}" if sep == "," else f"{paid:.2f}".replace(".", ",")


def _quoted(cell: str, sep: str) -> str:
    return f'"{cell}"' if sep in cell else cell


Lines = list[list[str]]


def _plain(language: str, rows: Lines) -> Lines:
    return [list(WORLDS[language][0]), *rows]


def _titled(language: str, rows: Lines) -> Lines:
    return [[TITLES[language]], [""], *_plain(language, rows)]


def _paged(language: str, rows: Lines) -> Lines:
    return [*_plain(language, rows[:3]), *_plain(language, rows[3:])]


def _totalled(language: str, rows: Lines) -> Lines:
    whole, month, customer = TOTALS[language]
    after = [[month, "2024-01-31", "1310"], *rows[3:], [customer, "", "1205"], [whole, "2024-03-31", "13668"]]
    return [*_plain(language, rows[:3]), *after]


def _grouped(language: str, rows: Lines) -> Lines:
    lines = [list(WORLDS[language][0])]
    for who in sorted({row[0] for row in rows}):
        lines += [[who, "", ""], *[["", *row[1:]] for row in rows if row[0] == who]]
    return lines


def _with_tail(language: str, rows: Lines) -> Lines:
    return [*_plain(language, rows), ["", "", ""], [TOTALS[language][0], "", "13668"]]


def _with_column(language: str, rows: Lines) -> Lines:
    return [[str(n or "n"), *row, ""] for n, row in enumerate(_plain(language, rows))]


LAYOUTS: dict[str, Callable[[str, Lines], Lines]] = {
    "plain": _plain, "titled": _titled, "paged": _paged, "totalled": _totalled, "grouped": _grouped,
    "tailed": _with_tail, "numbered": _with_column,
}  # fmt: skip


# Dates ----------------------------------------------------------------------------------------------------------------

CLEAR = [
    datetime.fromisoformat(one) for one in ("2024-01-05 09:30", "2024-01-31", "2024-02-29 23:59", "2024-12-03 07:00")
]
TWOFOLD = [datetime.fromisoformat(one) for one in ("2024-01-05", "2024-03-04", "2024-12-11")]  # no day above 12
MONTHS = [
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября",
    "декабря",
]  # fmt: skip
ENGLISH = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
]  # fmt: skip
CLOCKS = {"days": "", "minutes": " %H:%M", "seconds": " %H:%M:%S"}
FORMS = {
    "iso": "%Y-%m-%d", "slashes": "%Y/%m/%d", "points": "%Y.%m.%d", "dmy-points": "%d.%m.%Y", "dmy-slashes": "%d/%m/%Y",
    "dmy-dashes": "%d-%m-%Y", "mdy-slashes": "%m/%d/%Y", "dmy-short": "%d.%m.%y", "d-mon-y": "%d-%b-%Y",
    "mon-d": "%b %d, %Y", "month-d": "%B %d, %Y", "d-mon": "%d %b %Y",
}  # fmt: skip
BOTH_WAYS = ("dmy-points", "dmy-slashes", "dmy-dashes", "mdy-slashes", "dmy-short")
OTHER_ORDERS = {"day-month-year": "dmy-slashes", "month-day-year": "mdy-slashes"}


def dates() -> Iterator[Column]:
    """Forms of dates with and without a clock; a column that can be read two ways is refused until somebody says."""
    for (form, pattern), (clock, time) in product(FORMS.items(), CLOCKS.items()):
        want = [moment if time else moment.replace(hour=0, minute=0) for moment in CLEAR]
        yield Column(f"{form}-{clock}", [_in_english(moment, pattern + time) for moment in CLEAR], want)
    for form in BOTH_WAYS:
        cells = [f"{moment:{FORMS[form]}}" for moment in TWOFOLD]
        # A point between the numbers is European: nobody writes the month first so.
        yield Column(f"twofold-{form}", cells, TWOFOLD if "." in FORMS[form] else REFUSE)
    for order, form in OTHER_ORDERS.items():
        cells = [f"{moment:{FORMS[form]}}" for moment in TWOFOLD]
        yield Column(f"twofold-{order}-said", cells, TWOFOLD, {"order": order})
        yield Column(f"twofold-{order}-pattern", cells, TWOFOLD, {"order": FORMS[form]})
    yield from _other_dates()


def _in_english(moment: datetime, pattern: str) -> str:
    name = ENGLISH[moment.month - 1]
    return moment.strftime(pattern.replace("%b", name[:3]).replace("%B", name))


def _other_dates() -> Iterator[Column]:
    whole = [moment.replace(hour=0, minute=0) for moment in CLEAR]
    named = {"russian": "{d} {m} {y}", "russian-year": "{d} {m} {y} г.", "russian-dashes": "{d}-{m}-{y}"}
    for form, text in named.items():
        cells = [text.format(d=day.day, m=MONTHS[day.month - 1], y=day.year) for day in whole]
        yield Column(form, cells, whole)
    yield Column("comma-clock", [f"{moment:%d.%m.%Y, %H:%M:%S}" for moment in CLEAR], CLEAR)
    yield Column("t-clock", [f"{moment:%Y-%m-%dT%H:%M:%S}" for moment in CLEAR], CLEAR)
    yield Column("parts", [f"{moment:%Y-%m-%d %H:%M:%S}.250000" for moment in CLEAR],
                 [moment + timedelta(milliseconds=250) for moment in CLEAR])  # fmt: skip
    yield Column("spaces", [f"  {moment:%Y-%m-%d} " for moment in CLEAR], whole)
    yield Column("compact", [f"{moment:%Y%m%d}" for moment in CLEAR], whole)
    since = [int(moment.replace(tzinfo=UTC).timestamp()) for moment in CLEAR]
    for name, factor in {"s": 1, "ms": 1000, "us": 1_000_000}.items():
        yield Column(f"unix-{name}", [str(second * factor) for second in since], CLEAR)
    yield Column("serial", [str((day - datetime.fromisoformat("1899-12-30")).days) for day in whole], whole)
    yield Column("serial-1904", [str((day - datetime.fromisoformat("1904-01-01")).days) for day in whole], whole,
                 {"order": "excel-days-1904"})  # fmt: skip
    zones = [f"{moment:%Y-%m-%dT%H:%M:%S}+03:00" for moment in CLEAR]
    yield Column("offset", zones, [moment - timedelta(hours=3) for moment in CLEAR])
    yield Column("offset-moscow", zones, CLEAR, {"zone": "Europe/Moscow"})
    yield Column("z", [f"{moment:%Y-%m-%d %H:%M:%S}Z" for moment in CLEAR], CLEAR)
    halves = ["13/01/2024", "14/02/2024", "15/03/2024", "01/13/2024", "02/14/2024", "03/15/2024"]
    yield Column("two-orders", halves, REFUSE)
    yield from _dates_in_words(whole)
    for beside in ("%d.%m.%Y", "%d/%m/%Y"):  # each day in both forms: no spreadsheet turned what it could
        cells = [f"{day:{form}}" for form in ("%Y-%m-%d", beside) for day in whole]
        yield Column(f"iso-and-{beside}", cells, [*whole, *whole])


WORDED = {
    "weekday": "{day:%A}, {month} {d}, {y}", "mail": "{short}, {day:%d} {mon} {y} 00:00:00 +0000",
    "ordinal": "{d}th {month} {y}",
    "year-first": "{y}-{mon}-{day:%d}", "ctime": "{short} {mon} {day:%d} 00:00:00 {y}",
    "comma": "{month} {d}, {y}, 12:00 AM",
    "russian-weekday": "пт, {day:%d.%m.%Y}", "russian-year": "{day:%d.%m.%Y} г.", "russian-short": "{d}-{mes}-{day:%y}",
    "russian-clock": "{d} {mesyaca} {y} г., 0:00", "formula": '="{day:%Y-%m-%d}"', "apostrophe": "'{day:%Y-%m-%d}",
    "camera": "{day:%Y:%m:%d} 00:00:00", "digits": "{day:%Y%m%d}000000", "points": "{day:%d.%m.%Y} 00.00",
    "named-zone": "{day:%Y-%m-%d}T00:00:00Z[UTC]", "comma-parts": "{day:%Y-%m-%d} 00:00:00,000",
    "compact": "{day:%Y%m%d}T000000Z",
}  # fmt: skip


def _dates_in_words(days: list[datetime]) -> Iterator[Column]:
    for form, text in WORDED.items():
        words = [
            {"month": ENGLISH[day.month - 1], "mon": ENGLISH[day.month - 1][:3], "short": f"{day:%a}", "d": day.day,
             "y": day.year, "mesyaca": MONTHS[day.month - 1], "mes": MONTHS[day.month - 1][:3]} for day in days
        ]  # fmt: skip
        yield Column(
            f"words-{form}", [text.format(day=day, **said) for day, said in zip(days, words, strict=True)], days
        )


# Numbers --------------------------------------------------------------------------------------------------------------

PAID = [1200.5, 99.9, 10.0, -3.25, 1000250.75, 12345.6]
GROUPS = {"none": "", "space": " ", "no-break": "\u00a0", "apostrophe": "'", "other": None}
AROUND = {"bare": "{}", "ruble": "{} ₽", "rub": "{} руб.", "dollar": "${}", "euro": "{} €"}


def numbers() -> Iterator[Column]:
    """Decimal marks, marks of thousands and signs of a currency, in every combination; and what nobody can tell."""
    for mark, (group, between), (around, frame) in product(".,", GROUPS.items(), AROUND.items()):
        thousands = {".": ",", ",": "."}[mark] if between is None else between
        cells = [_framed(_written(value, mark, thousands), frame) for value in PAID]
        yield Column(f"{'point' if mark == '.' else 'comma'}-{group}-{around}", cells, PAID)
    for mark in ".,":
        three = [f"1{mark}200", f"2{mark}500", f"7{mark}125"]
        name = "point" if mark == "." else "comma"
        yield Column(f"three-{name}", three, REFUSE)
        yield Column(f"three-{name}-decimal", three, [1.2, 2.5, 7.125], {"decimal": mark})
        yield Column(f"three-{name}-thousands", three, [1200.0, 2500.0, 7125.0], {"thousands": mark})
    yield Column("two-currencies", ["$5", "€6", "$7"], REFUSE)
    yield Column("rubles-and-dollars", ["5 ₽", "6 руб.", "$7"], REFUSE)
    yield Column("no-number", ["much", "little"], [None, None])
    yield Column("brackets", ["(1200.50)", "3.25", "4.00"], [-1200.5, 3.25, 4.0])
    yield Column("minus-sign", ["−5,25", "6,75"], [-5.25, 6.75])
    yield Column("words-between", ["5.25", "n/a", "much", "6.75"], [5.25, None, None, 6.75])
    yield Column("lakhs", ["1,23,456.50", "12,34,567", "500"], [123456.5, 1234567.0, 500.0])
    yield Column("minus-behind", ["5.00-", "6.75", "1200.50-"], [-5.0, 6.75, -1200.5])
    yield Column("dashes", ["–5.25", "6.75"], [-5.25, 6.75])
    for one, other in (("CA$5", "A$6"), ("5 Kč", "6 zł"), ("5 сум", "6 сом"), ("AED 5", "SAR 6"), ("5 ₪", "6 ₾")):
        yield Column(f"two-{one}-{other}", [one, other], REFUSE)
        yield Column(f"one-{one}", [one, one.replace("5", "6")], [5.0, 6.0])
    yield Column("exponent", ["1.5e3", "2.25", "1E2"], [1500.0, 2.25, 100.0])


def _written(value: float, mark: str, thousands: str) -> str:
    return f"{value:,.2f}".replace(",", "\0").replace(".", mark).replace("\0", thousands)


def _framed(number: str, frame: str) -> str:
    return f"-{frame.format(number[1:])}" if number.startswith("-") else frame.format(number)


# Ids ------------------------------------------------------------------------------------------------------------------

NAMES = {"en": "Ann Lée 7", "ru": "Пётр Юрьев"}
UNSEEN: dict[str, Callable[[str], str]] = {
    "space-behind": lambda name: f"{name} ", "no-break": lambda name: name.replace(" ", "\u00a0"),
    "thin": lambda name: name.replace(" ", "\u2009"), "double": lambda name: name.replace(" ", "  "),
    "tab": lambda name: name.replace(" ", "\t"), "zero-width": lambda name: f"{name[:2]}\u200b{name[2:]}",
    "mark": lambda name: f"\ufeff{name}", "soft-hyphen": lambda name: f"{name[:2]}\u00ad{name[2:]}",
    "decomposed": lambda name: unicodedata.normalize("NFD", name),
}  # fmt: skip
GUID = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
SAME = {
    "formula": ["007", '="007"'], "apostrophe": ["007", "'007"], "float": ["17850", "17850.0"],
    "braces": [GUID, f"{{{GUID}}}"], "guid-case": [GUID, GUID.upper()], "mail": ["ann@x.org", "Ann@X.org"],
    "quotes": ["007", '"007"'], "code": ["C007", "С007"],  # the second in Cyrillic
}  # fmt: skip
DIFFER = {
    "case": {"en": ["anna", "Anna"], "ru": ["анна", "Анна"]}, "yo": {"ru": ["Петр", "Пётр"]},
    "look-alikes": {"ru": ["Саша", "Cаша"]},
    "phones": {"ru": ["89000000007", "+7 900 000-00-07"], "en": ["+1 202 555 0100", "12025550100"]},
    "zeros": {"en": ["9", "009"]}, "groups": {"en": ["12345", "12,345"], "ru": ["12345", "12 345"]},
    "prefix": {"en": ["9", "SHOP-9"], "ru": ["9", "КЛ-9"]},
}  # fmt: skip
TWO = {
    "zeros-beside": ["9", "009", "9", "009"], "percent": ["100%", "100"], "versions": ["1.1", "1.10"],
    "words": ["Ann", "Anne"],
    "letters": ["Ольга", "Олыа"], "marks": ["a-b", "ab"], "space-inside": ["a b", "ab"], "exponent": ["1E2", "100"],
}  # fmt: skip


def ids() -> Iterator[Column]:
    """Spellings that no eye tells apart are one id; what could be two people is asked, or as it was said."""
    for (language, name), (how, change) in product(NAMES.items(), UNSEEN.items()):
        yield Column(f"unseen-{language}-{how}", [name, change(name), "other one"], [1, 1, 2])
    for how, pair in SAME.items():
        yield Column(f"same-{how}", [*pair, "x9"], [1, 1, 2])
    for how, pairs in DIFFER.items():
        for language, (one, other) in pairs.items():
            yield Column(f"{how}-{language}", [one, other], REFUSE)
            yield Column(f"{how}-{language}-folded", [one, other], [1, 1], {"fold": how})
            yield Column(f"{how}-{language}-apart", [one, other], [1, 2], {"fold": ()})
    for how, cells in TWO.items():
        yield Column(f"two-{how}", cells, [1, 2, 1, 2][: len(cells)])
