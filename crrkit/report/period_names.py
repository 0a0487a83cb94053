"""What a period is called in a sentence: ``in March 2024``, ``за март 2024 года``.

Russian months, quarters and years look the same in the nominative and the accusative, so that one name serves a list
and a phrase with «за»; only the week has a form of its own in a phrase.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crrkit.ground import gettext as _, language, ngettext

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd


TEENS = range(11, 14)  # numbers that end with -th whatever their last digit


def in_period(row: pd.Series, every: str) -> str:
    """The period of a row inside a sentence: ``in March 2024``, ``on March 1, 2024``."""
    name = period_name(row, every)
    if every == "day":
        return _("on {day}").format(day=name)
    if every == "week":
        return _("in the week of {day}").format(day=day_name(row["from_"]))
    return _("in {period}").format(period=name)


def period_name(row: pd.Series, every: str) -> str:
    """The name of a row's period: ``March 2024``, ``the second quarter of 2024``, ``2024``."""
    year, part = _year_and_part(str(row["period"]))
    if every == "day":
        return day_name(row["from_"])
    if every == "week":
        return _("the week of {day}").format(day=day_name(row["from_"]))
    if every == "month":
        return day_name(row["from_"], pattern=_("MMMM y"))
    return _NAMES[every][part]().format(year=year)


def day_name(day: date, *, pattern: str | None = None) -> str:
    """A day inside a sentence: ``March 1, 2024``, ``1 марта 2024 года``, without a full stop of its own."""
    from babel.dates import format_date

    return format_date(day, format=pattern or _("MMMM d, y"), locale=language())


def periods_counted(n: int, every: str) -> str:
    """A number of periods: ``1 month``, ``24 months``, ``24 месяца``."""
    forms = {
        "day": ngettext("{n} day", "{n} days", n),
        "week": ngettext("{n} week", "{n} weeks", n),
        "month": ngettext("{n} month", "{n} months", n),
        "quarter": ngettext("{n} quarter", "{n} quarters", n),
        "half-year": ngettext("{n} half-year", "{n} half-years", n),
        "year": ngettext("{n} year", "{n} years", n),
    }
    return forms[every].format(n=n)


def capital(sentence: str) -> str:
    """The sentence with a capital first letter, the rest as it is."""
    return sentence[:1].upper() + sentence[1:]


_NAMES = {
    "quarter": {
        "Q1": lambda: _("the first quarter of {year}"),
        "Q2": lambda: _("the second quarter of {year}"),
        "Q3": lambda: _("the third quarter of {year}"),
        "Q4": lambda: _("the fourth quarter of {year}"),
    },
    "half-year": {
        "H1": lambda: _("the first half of {year}"),
        "H2": lambda: _("the second half of {year}"),
    },
    "year": {"": lambda: _("{year}")},
}


def _year_and_part(label: str) -> tuple[str, str]:
    """``2024/25Q1`` as ``2024/25`` and ``Q1``."""
    part = label[-2:] if label[-2:-1] in {"Q", "H"} else ""
    return label.removesuffix(part), part


def later(n: int, every: str) -> str:
    """A number of periods later, inside a sentence: ``6 months later``, ``через 6 месяцев``."""
    forms = {
        "day": ngettext("{n} day later", "{n} days later", n),
        "week": ngettext("{n} week later", "{n} weeks later", n),
        "month": ngettext("{n} month later", "{n} months later", n),
        "quarter": ngettext("{n} quarter later", "{n} quarters later", n),
        "half-year": ngettext("{n} half-year later", "{n} half-years later", n),
        "year": ngettext("{n} year later", "{n} years later", n),
    }
    return forms[every].format(n=n)


def of_life(n: int, every: str) -> str:
    """The n-th period of a customer, inside a sentence: ``in their first month``."""
    forms = {
        "day": _("on their {n} day"),
        "week": _("in their {n} week"),
        "month": _("in their {n} month"),
        "quarter": _("in their {n} quarter"),
        "half-year": _("in their {n} half-year"),
        "year": _("in their {n} year"),
    }
    return forms[every].format(n=_ordinal(n))


def _ordinal(n: int) -> str:
    """An ordinal in English; in other languages the number, to which the message adds the ending."""
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    if language() != "en":
        return str(n)
    if 1 <= n <= len(words):
        return words[n - 1]
    ending = "th" if n % 100 in TEENS else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def span_name(first: pd.Series, last: pd.Series, every: str) -> str:
    """From one period to another, at the beginning of a sentence: ``from 2010 to 2012``, ``за 2010–2012 годы``.

    Spans of shorter periods are given by their days, which have one form in Russian: ``с 1 января 2024 года по …``.
    """
    if every == "year":
        return _("from {first} to {last}").format(first=first["period"], last=last["period"])
    begin, end = day_name(first["from_"]), day_name(last["until"] - timedelta(days=1))
    return _("from {begin} to {end}").format(begin=begin, end=end)


def each_of(every: str) -> str:
    """One after the other, inside a sentence: ``each year``, ``за год``."""
    forms = {
        "day": _("each day"), "week": _("each week"), "month": _("each month"), "quarter": _("each quarter"),
        "half-year": _("each half-year"), "year": _("each year"),
    }  # fmt: skip
    return forms[every]
