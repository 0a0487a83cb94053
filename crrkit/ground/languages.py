"""The two languages of crrkit: messages through gettext, numbers and dates through Babel.

English is in the code, Russian in ``locale/ru.po``. The catalogue is read from its source form, so that no compiled
copy can be out of date. The language is a context variable: setting it in one thread does not affect another.
"""

from __future__ import annotations

import gettext as _gettext
import io
import re
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from crrkit.ground.errors import InputError
from crrkit.ground.word_forms import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

LANGUAGES = ("en", "ru")
CATALOGUES = Path(__file__).parent.parent / "locale"

_current: ContextVar[str] = ContextVar("crrkit_language", default="en")


def language() -> str:
    """Return the current language of the output.

    Returns:
        ``"en"`` or ``"ru"``.

    Examples:
        >>> set_language("en"); language()
        'en'
    """
    return _current.get()


def set_language(lang: str) -> None:
    r"""Set the language of the output.

    Args:
        lang: ``"en"`` or ``"ru"``.

    Raises:
        ValueError: If the language is not one of the two.

    Examples:
        >>> set_language("ru"); format_percent(6 / 7, digits=1)
        '85,7\xa0%'
        >>> set_language("en"); format_percent(6 / 7, digits=1)
        '85.7%'
    """
    given: object = lang  # may be of any type
    if not isinstance(given, str) or given not in LANGUAGES:
        shown = repr(given) if isinstance(given, str) else type(given).__name__
        message = f"lang={shown} is not a language of crrkit. Choose one of {', '.join(LANGUAGES)}."
        raise InputError(message, argument="lang", given=lang)
    _current.set(lang)


@contextmanager
def use_language(lang: str | None) -> Iterator[None]:
    """Use another language inside a ``with`` block.

    Args:
        lang: ``"en"`` or ``"ru"``; None changes nothing.

    Returns:
        A context manager; the previous language is restored after the block, also after an error.

    Raises:
        ValueError: If the language is not one of the two.

    Examples:
        >>> with use_language("ru"):
        ...     language()
        'ru'
    """
    before = _current.get()
    if lang is not None:
        set_language(lang)
    try:
        yield
    finally:
        _current.set(before)


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(lang: str) -> _gettext.NullTranslations:
    path = CATALOGUES / f"{lang}.po"
    if not path.exists():
        return _gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as source:
        messages = read_po(source, locale=lang)
    for entry in messages:
        entry.string = _bound(entry.string) if isinstance(entry.string, str) else tuple(map(_bound, entry.string or ()))
    write_mo(compiled, messages)
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)


@lru_cache(maxsize=1)
def all_messages() -> tuple[str, ...]:
    """Return every message of crrkit in every language and plural form, from the code and the catalogues."""
    from babel.messages.pofile import read_po

    said: set[str] = set()
    for path in CATALOGUES.glob("*.po"):
        with path.open("rb") as source:
            for entry in read_po(source, locale=path.stem):
                for side in filter(None, (entry.id, entry.string)):
                    said.update(map(_bound, [side] if isinstance(side, str) else side))
    return tuple(sorted(said))


def _bound(text: str) -> str:
    """Insert no-break spaces so that no line begins with a dash or a percent sign."""
    return re.sub(r" (?=—)|(?<=\d) (?=%)", "\N{NO-BREAK SPACE}", text)


def gettext(message: str) -> str:
    """Return the message in the current language; its ``format`` selects plural forms, see `Message`."""
    return Message(_catalogue(_current.get()).gettext(message))


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the plural form for ``n`` in the current language (Russian has three)."""
    return Message(_catalogue(_current.get()).ngettext(singular, plural, n))


def mark(message: str) -> str:
    """Return the message unchanged; marks it for the catalogue if it is stored and translated later."""
    return message


def format_number(value: float, *, digits: int = 0) -> str:
    """Format a number in the current language: ``1,200.5`` or ``1 200,5``."""
    from babel.numbers import format_decimal

    return _minus(format_decimal(float(value), format=_with_digits("#,##0", digits), locale=_current.get()))


def format_money(value: float, currency: str | None, *, digits: int = 0) -> str:
    """Format an amount in the current language, ``€1,200`` or ``1 200 €``; without currency, a plain number."""
    from babel import Locale
    from babel.numbers import format_currency, get_currency_symbol

    if not currency:
        return format_number(value, digits=digits)
    pattern = Locale.parse(_current.get()).currency_formats["standard"].pattern.replace("#,##0.00", "#,##0")
    if get_currency_symbol(currency, locale=_current.get()).isalpha():
        pattern = pattern.replace("\u00a4#", "\u00a4\u00a0#")  # RUB 12, but €12
    pattern = _with_digits(pattern, digits)
    return _minus(format_currency(float(value), currency, format=pattern, locale=_current.get(), currency_digits=False))


def format_percent(value: float, *, digits: int = 1) -> str:
    """Format a fraction as a percentage in the current language: ``85.7%`` or ``85,7 %``."""
    from babel import Locale
    from babel.numbers import format_percent as babel_percent

    pattern = Locale.parse(_current.get()).percent_formats[None].pattern
    return _minus(babel_percent(float(value), format=_with_digits(pattern, digits), locale=_current.get()))


def currency_sign(currency: str) -> str:
    """Return the sign of a currency in the current language: ``€``, ``₽``, or its code."""
    from babel.numbers import get_currency_symbol

    return str(get_currency_symbol(currency, locale=_current.get()))


def format_points(value: float, *, digits: int = 1) -> str:
    """Format a difference of two fractions in percentage points: ``+2.0 pp`` or ``+2,0 п. п.``."""
    return _in_unit(value, digits, gettext("pp"))


def format_in_points(value: float, *, digits: int = 1) -> str:
    """Format a difference in percentage points for running text: ``+2.0 points`` or ``+2,0 п. п.``."""
    return _in_unit(value, digits, gettext("points"))


def _in_unit(value: float, digits: int, unit: str) -> str:
    return f"{'+' if value > 0 else ''}{format_number(100 * value, digits=digits)}\N{NO-BREAK SPACE}{unit}"


def format_date(day: date) -> str:
    """Format a date in the medium format of the current language: ``Jan 1, 2024`` or ``1 янв. 2024 г.``."""
    from babel.dates import format_date as babel_date

    return babel_date(day, format="medium", locale=_current.get())


def weekday_name(number: int) -> str:
    """Return the name of a day of the week, from 0 for Monday: ``Monday``, ``понедельник``."""
    from babel.dates import get_day_names

    return str(get_day_names("wide", context="stand-alone", locale=_current.get())[number])


def month_name(number: int) -> str:
    """Return the name of a month, from 1 for January: ``January``, ``январь``."""
    from babel.dates import get_month_names

    return str(get_month_names("wide", context="stand-alone", locale=_current.get())[number])


def _with_digits(pattern: str, digits: int) -> str:
    return pattern.replace("#,##0", "#,##0." + "0" * digits if digits else "#,##0")


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")
