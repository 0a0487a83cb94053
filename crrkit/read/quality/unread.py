"""Columns without a role which suggest that some rows are not purchases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import ibis

from crrkit.ground import ntold as ngettext, told as _, told_number as format_number
from crrkit.read.quality.doubts import UNREAD, words_in
from crrkit.read.values import text
from crrkit.read.words import (
    MOST_STATES,
    NO_PURCHASE,
    USUAL_NAMES,
    fold,
    free_columns,
    is_plainly_none,
    listed,
    state_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import ibis.expr.types as ir

_MONEY_OR_PIECES = re.compile(
    r"qty|quantity|amount|total|sum$|price|revenue|sales|units|pieces|paid|value|net|gross|turnover"
    r"|кол|сумм|итог|цена|выруч|стоим|оплач|штук"
)
_NO_MONEY = re.compile(r"discount|tax|balance|bonus|rate|percent|change|status|method|type|date|скидк|налог|остат|дата")
_NEGATIVE = r"^[-−] ?[0-9.,\s]*[1-9]|^\([0-9.,\s]+\)$"  # heuristic: the number format is not determined
# A field that contains only a number, in a pattern for both the engine and Python.
NUMBER_ALONE = "^[-−+(]?[ \u00a0]?[$€£₽]?[ \u00a0]?[0-9][0-9.,'’ \u00a0\u202f]*[$€£₽]?\\)?$"
# Columns in which any value (a date or a yes) marks a row as not being a purchase …
_FLAG = re.compile(
    r"cancel|refund|voided|returned$|istest$|отмен|возврат|аннулир|сторно|черновик"
    r"|^(?:is|was)?(?:deleted|removed|void|fraud|fraudulent|chargeback|storno|spam|draft|return)(?:at|on|date|flag)?$"
    r"|^(?:пометкаудаления|датаудаления|удален[аоы]?)$"
)
# … columns in which only a yes does, since other values may be variants of a test …
_YES_FLAG = re.compile(r"^(?:is)?(?:test|testorder|testmode|testcustomer|demo|fake|sandbox)$|^тест(?:ов\w*)?$")
# … and columns in which a no does.
_NO_FLAG = re.compile(
    r"^(?:is|was|has)?(?:been)?(?:paid|completed?|confirmed|valid|approved|success|successful|captured|settled|posted)$"
    r"|^(?:оплачен|проведен|подтвержден|завершен|выполнен|выкуплен)[аоы]?$|^оплата$"
)
_STATES = re.compile(r"(?:status|state|статус|состояние)$")
_NOTHING = ("", "none", "null", "nan", "-")
_SAID_NO = ("0", "0.0", "0.00", "0,00", "false", "f", "no", "n", "нет", "ложь")
_SAID_YES = ("1", "1.0", "1,00", "true", "t", "yes", "y", "да", "истина", "+", "x")
_ROLES = {"flag": _FLAG, "yes": _YES_FLAG, "no": _NO_FLAG}


def suspects(columns: Iterable[str], taken: Iterable[str]) -> tuple[str, ...]:
    """Return the columns without a role whose names suggest that some rows are not purchases."""
    return tuple(name for name in free_columns(columns, taken) if any(_roles(fold(name)).values()))


def _roles(name: str) -> dict[str, bool]:
    plain = name.replace("ё", "е")
    flags = {role: bool(names.search(plain)) for role, names in _ROLES.items()}
    return flags | {
        "kind": name in USUAL_NAMES["kind"],
        "states": bool(_STATES.search(name)),
        "below": bool(_MONEY_OR_PIECES.search(name)) and not _NO_MONEY.search(name) and not _FLAG.search(plain),
    }


def unread_doubts(rows: ir.Table, unread: Sequence[str], *, spoken: Collection[str] = ()) -> list[str]:
    """Return a doubt for each column by which rows that count as purchases may not be purchases.

    Args:
        rows: The rows that count as purchases.
        unread: The columns to check.
        spoken: Those of them whose words show it, regardless of their names.
    """
    marks = {place: _marks_of(rows, UNREAD + str(place), _roles(fold(name))) for place, name in enumerate(unread)}
    asked = {f"{role}{place}": mark for place, found in marks.items() for role, mark in found.items()}
    seen = rows.aggregate(total=rows.count(), **asked).to_pyarrow().to_pylist()[0]
    said = []
    for place, name in enumerate(unread):
        roles, column = _roles(fold(name)), UNREAD + str(place)
        n = {role: seen.get(f"{role}{place}") or 0 for role in ("flag", "yes", "no", "below")}
        if roles["states"] or name in spoken:
            said += _states_doubt(words_in(rows, column, most=MOST_STATES), name, is_of_states=roles["states"])
        if 0 < n["flag"] + n["yes"] < seen["total"]:
            said.append(_flag_doubt(name, n["flag"] or n["yes"]))
        elif 0 < n["no"] < seen["total"]:
            said.append(_no_doubt(name, n["no"]))
        elif n["below"] and (roles["below"] or n["below"] < seen["total"] / 2):  # most rows are not returns
            said.append(_below_doubt(name, n["below"]))
    return list(dict.fromkeys(said))


def _marks_of(rows: ir.Table, field: str, roles: Mapping[str, bool]) -> dict[str, Any]:
    """Count the rows that may not be purchases: by a flag that is set, one that is not, or a negative number."""
    value, word = rows[field], rows[field].cast("string").strip().lower()
    if roles["states"]:
        return {}
    if roles["flag"]:
        return {"flag": text.is_true(word.notin((*_NOTHING, *_SAID_NO))).sum()}
    if roles["yes"]:
        return {"yes": text.is_true(word.isin(_SAID_YES)).sum()}
    below = {"below": _below_zero(value, is_named=roles["below"])}
    if not roles["no"]:
        return below
    # A no counts only if all fields are yes or no, not amounts.
    others = text.is_true(word.notin((*_NOTHING, *_SAID_NO, *_SAID_YES))).sum()
    return below | {"no": ibis.ifelse(others == 0, text.is_true(word.isin(_SAID_NO)).sum(), 0)}


def _below_zero(value: ir.Value, *, is_named: bool) -> ir.Value:
    if value.type().is_numeric():
        return text.is_true(value < 0).sum()
    written = value.cast("string").strip()
    negative = text.is_true(written.re_search(_NEGATIVE)).sum()
    if is_named:
        return negative
    # For a column with an unknown name, a minus sign counts only if all fields are numbers, unlike "-1 set".
    words = text.is_true((written != "") & ~written.re_search(NUMBER_ALONE)).sum()
    return ibis.ifelse(words == 0, negative, 0)


def _states_doubt(words: Mapping[str, int], column: str, *, is_of_states: bool) -> list[str]:
    none = [word for word in words if (state_of(word) == NO_PURCHASE if is_of_states else is_plainly_none(word))]
    if not is_of_states and sum(words[word] for word in none) >= sum(words.values()) / 2:
        return []  # most rows are not returns
    message = _(
        "Column {column!r} was not read and says {words} in rows that count as purchases. Use status={column!r} to set"
        " them aside."
    )
    return [message.format(column=column, words=listed(none, words))] if none else []


def _no_doubt(column: str, n: int) -> str:
    message = ngettext(
        "Column {column!r} was not read and says no in {n} row that counts as a purchase. If it is none, use"
        " status={column!r} and list in counts= what stands in the rows of purchases.",
        "Column {column!r} was not read and says no in {n} rows that count as purchases. If they are none, use"
        " status={column!r} and list in counts= what stands in the rows of purchases.",
        n,
    )
    return message.format(column=column, n=format_number(n))


def _flag_doubt(column: str, n: int) -> str:
    message = ngettext(
        "Column {column!r} was not read and marks {n} row that counts as a purchase. If it is none, use"
        " status={column!r} and list in counts= what stands in the rows of purchases.",
        "Column {column!r} was not read and marks {n} rows that count as purchases. If they are none, use"
        " status={column!r} and list in counts= what stands in the rows of purchases.",
        n,
    )
    return message.format(column=column, n=format_number(n))


def _below_doubt(column: str, n: int) -> str:
    message = ngettext(
        "Column {column!r} was not read and is below 0 in {n} row that counts as a purchase. If it is a return, name"
        " the column with amount=, or with quantity= and price=.",
        "Column {column!r} was not read and is below 0 in {n} rows that count as purchases. If they are returns, name"
        " the column with amount=, or with quantity= and price=.",
        n,
    )
    return message.format(column=column, n=format_number(n))
