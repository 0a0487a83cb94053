"""Currency columns: amounts in several currencies cannot be added."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crrkit.ground import InputError, told as _
from crrkit.read.quality.doubts import words_in
from crrkit.read.values import in_duckdb, signs_in
from crrkit.read.words import CURRENCIES, fold, without_currency

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

NAMES = re.compile(r"currency|^ccy$|^curr?$|валют|^вал$")
# Used only if all words are currencies.
PERHAPS = re.compile(r"^(?:code|isocode|money|unit|ед|единица|денежнаяединица)$|(?:ccy|curr?)$")
CURRENCY_CODE = re.compile("[A-Z]{3}")
MOST_CURRENCIES = 50  # a column with more distinct words does not contain currencies
NUMBERS = {"643": "RUB", "810": "RUB", "840": "USD", "978": "EUR"}  # numeric codes of banks and accountants


def is_of_currencies(column: str) -> bool:
    """Return whether a column contains currencies by its name, as opposed to exchange rates."""
    name = fold(column)
    return bool(NAMES.search(name) and not re.search(r"rate|курс", name)) or PERHAPS.search(name) is not None


def currency_doubts(table: ir.Table, columns: Sequence[str], *, by: Sequence[str]) -> list[str]:
    """Raise an error for amounts in several currencies; return a doubt if these are segments.

    Args:
        table: The rows.
        columns: The currency columns.
        by: The segment columns.

    Raises:
        InputError: If a column that is not a segment contains several currencies.
    """
    said = []
    for column in columns:
        met = currencies_in(table, column)
        if len(met) <= 1:
            continue
        if column not in by:
            message = _(
                "Column {column!r} says that amounts are in several currencies ({codes}). Read one currency at a time,"
                " bring them to one first, or use by={column!r} and look at each by itself; amount='' leaves them out."
            )
            raise InputError(message.format(column=column, codes=", ".join(met)), argument="amount")
        note = _("Amounts are in several currencies ({codes}): revenue is one only within a segment of {column!r}.")
        said.append(note.format(column=column, codes=", ".join(met)))
    return said


def currencies_in(table: ir.Table, column: str) -> list[str]:
    """Return the currencies in a column; none for a column with an ambiguous name that contains other words as well."""
    met = sorted({_code(word) for word in words_in(table, column, most=MOST_CURRENCIES) if word})
    return [] if PERHAPS.search(fold(column)) and not set(met) <= {*CURRENCIES, *NUMBERS.values()} else met


def currency_of(table: ir.Table, columns: Sequence[str], *, amounts: str | None) -> str:
    """Return the code of the only currency in a currency column, in signs next to the amounts, or in their heading.

    Args:
        table: The rows.
        columns: The currency columns.
        amounts: The column of amounts; None if there is none. Other databases are not queried for it.
    """
    if amounts is None or not in_duckdb(table):
        return ""
    met = {code for column in columns for code in currencies_in(table, column)} or set(signs_in(table, amounts))
    if not met:
        return without_currency(amounts)[1]
    return met.pop() if len(met) == 1 and all(map(CURRENCY_CODE.fullmatch, met)) else ""


def _code(word: str) -> str:
    """Return the currency code of a word."""
    found = (code for code, sign in CURRENCIES.items() if re.fullmatch(rf"(?i)(?:{sign})", word.strip()))
    return next(found, NUMBERS.get(word.strip(), word.strip().upper()))
