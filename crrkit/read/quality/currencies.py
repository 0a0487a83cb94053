"""A column of currencies beside the amounts: sums of several currencies are no sums."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crrkit.ground import InputError, told as _
from crrkit.read.quality.doubts import words_in
from crrkit.read.values import CURRENCIES, in_duckdb, signs_in
from crrkit.read.words import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

NAMES = re.compile(r"currency|^ccy$|^curr?$|валют|^вал$")
# Only where all words are currencies.
PERHAPS = re.compile(r"^(?:code|isocode|money|unit|ед|единица|денежнаяединица)$|(?:ccy|curr?)$")
CURRENCY_CODE = re.compile("[A-Z]{3}")
MOST_CURRENCIES = 50  # more different words are no currencies
NUMBERS = {"643": "RUB", "810": "RUB", "840": "USD", "978": "EUR"}  # how banks and accountants write them


def is_of_currencies(column: str) -> bool:
    """Whether a column holds currencies, by its name; not a rate between two."""
    name = fold(column)
    return bool(NAMES.search(name) and not re.search(r"rate|курс", name)) or PERHAPS.search(name) is not None


def currency_doubts(table: ir.Table, columns: Sequence[str], *, by: Sequence[str]) -> list[str]:
    """Refuse amounts in several currencies; a sentence where they are told apart by a segment.

    Args:
        table: The rows.
        columns: The columns of currencies.
        by: The segment columns.

    Raises:
        InputError: If a column that is no segment names several currencies.
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
    """The currencies that a column says; none where it only may be one of currencies, and says other words, too."""
    met = sorted({_code(word) for word in words_in(table, column, most=MOST_CURRENCIES) if word})
    return [] if PERHAPS.search(fold(column)) and not set(met) <= {*CURRENCIES, *NUMBERS.values()} else met


def currency_of(table: ir.Table, columns: Sequence[str], *, amounts: str | None) -> str:
    """The code of the one currency that a column of its own says, or signs beside the amounts; empty where none does.

    Args:
        table: The rows.
        columns: The columns of currencies.
        amounts: The column of amounts; None where there is none. A warehouse is not asked.
    """
    if amounts is None or not in_duckdb(table):
        return ""
    met = {code for column in columns for code in currencies_in(table, column)} or set(signs_in(table, amounts))
    return met.pop() if len(met) == 1 and all(map(CURRENCY_CODE.fullmatch, met)) else ""


def _code(word: str) -> str:
    """One name for one currency."""
    found = (code for code, sign in CURRENCIES.items() if re.fullmatch(rf"(?i)(?:{sign})", word.strip()))
    return next(found, NUMBERS.get(word.strip(), word.strip().upper()))
