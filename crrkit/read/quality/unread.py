"""Columns without a role which suggest that some rows are not purchases."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import ibis

from crrkit.ground import mark, told as _, told_number as format_number
from crrkit.read.quality.doubts import UNREAD, rows_without, words_in
from crrkit.read.values import text
from crrkit.read.words import (
    MOST_STATES,
    NO_PURCHASE,
    NUMBERED,
    USUAL_NAMES,
    fold,
    free_columns,
    is_of_payments,
    is_plainly_none,
    judge_states,
    listed,
    other_of_pair,
    side_of,
    tell_directions,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import ibis.expr.types as ir

_MONEY_OR_PIECES = re.compile(
    r"qty|quantity|amount|total|sum$|price|revenue|sales|units|pieces|paid|value|net|gross|turnover"
    r"|кол|сумм|итог|цена|выруч|стоим|оплач|штук"
)
_NO_MONEY = re.compile(r"discount|tax|balance|bonus|rate|percent|change|status|method|type|date|скидк|налог|остат|дата")
# Heuristic, since the number format is not determined.
_NEGATIVE = r"^[-−] ?[$€£₽]?[0-9.,\s]*[1-9]|^[$€£₽] ?[-−]|^\([$€£₽]?[0-9.,\s]+\)$"
_ZERO = "^0+(?:[.,]0+)?$"
# A field that contains only a number, in a pattern for both the engine and Python.
NUMBER_ALONE = "^[-−+(]?[ \u00a0]?[$€£₽]?[ \u00a0]?[0-9][0-9.,'’ \u00a0\u202f]*[$€£₽]?\\)?$"
# Columns in which any value (a date or a yes) marks a row as not being a purchase …
_FLAG = re.compile(
    r"cancel|refund|voided|dispute|returned(?:qty|quantity|amount|units|items|count)?$|istest$|(?:lost|loss)reason|отмен|возврат|аннулир|сторно|черновик"
    r"|^(?:is|was)?(?:deleted|removed|void|fraud|fraudulent|chargeback|storno|spam|draft|return)(?:at|on|date|flag)?$"
    r"|^(?:is)?noshows?$|^неявка$|^(?:is)?ret(?:flag|ind|indicator)?$|^(?:пометкаудаления|датаудаления|удален[аоы]?)$|причина(?:отказа|проигрыша|потери)"
)
# … columns in which only a yes does, since other values may be variants of a test …
_YES_FLAG = re.compile(r"^(?:is)?(?:test|testorder|testmode|testcustomer|demo|fake|sandbox)$|^тест(?:ов\w*)?$")
# … and columns in which a no does.
_NO_FLAG = re.compile(
    r"^(?:is|was|has)?(?:been)?(?:paid|completed?|confirmed|valid|approved|success|successful|captured|settled|posted"
    r"|won|closedwon|live|livemode|attended|signedin|checkedin|arrived|showedup)$"
    r"|^(?:оплачен|проведен|подтвержден|завершен|выполнен|выкуплен)[аоы]?$|^(?:оплата|сделказакрыта)$"
)
_CASH_REGISTER, _GIVEN_BACK = "признакрасчета", ("2", "2.0", "4", "4.0")  # codes of returns in fiscal documents
_PAID_ON = re.compile(r"^(?:paid(?:at|on|date)|paymentdate|dateofpayment|datepaid|датаоплаты|датаплатежа)(?:utc)?$")
_OF_CARDS = re.compile(r"card|method|tender|instrument|pay(?:ment)?type|карт|способ")
_STATES = re.compile(r"(?:status|state|статус|состояние)$")
_NOTHING = ("", "none", "null", "nan", "-")
_SAID_NO = ("0", "0.0", "0.00", "0,00", "false", "f", "no", "n", "нет", "ложь")
_SAID_YES = ("1", "1.0", "1,00", "true", "t", "yes", "y", "да", "истина", "+", "x")
_ROLES = {"flag": _FLAG, "yes": _YES_FLAG, "no": _NO_FLAG, "blank": _PAID_ON}
_MARKED = mark(
    "Column {column!r} was not read and marks {n} {n:row that counts as a purchase|rows that count as purchases}. If"
    " {n:it is not one|they are not}, use status={column!r} and list the values of purchases in counts=."
)
_UNPAID = mark(
    "Column {column!r} was not read and is empty or 0 in {n} {n:row that counts as a purchase|rows that count as"
    " purchases}. If {n:it was|they were} never paid, leave out {n:the row|the rows}."
)
# The doubts about a column by what its name says of the rows, in order of precedence.
_DOUBTS = {
    "flag": _MARKED,
    "yes": _MARKED,
    "no": mark(
        "Column {column!r} was not read and says no in {n} {n:row that counts as a purchase|rows that count as"
        " purchases}. If {n:it is not one|they are not}, use status={column!r} and list the values of purchases in"
        " counts=."
    ),
    "blank": mark(
        "Column {column!r} was not read and is empty in {n} {n:row that counts as a purchase|rows that count as"
        " purchases}. If {n:it was|they were} never paid, use at={column!r}, which sets {n:it|them} aside."
    ),
    "unpaid": _UNPAID,
    "free": _UNPAID,
    "below": mark(
        "Column {column!r} was not read and is below 0 in {n} {n:row that counts as a purchase|rows that count as"
        " purchases}. If {n:it is a return|they are returns}, name the column with amount=, or with quantity= and"
        " price=."
    ),
}


def suspects(columns: Iterable[str], taken: Iterable[str]) -> tuple[str, ...]:
    """Return the columns without a role whose names suggest that some rows are not purchases."""
    return tuple(name for name in free_columns(columns, taken) if any(_roles(fold(name)).values()))


def _roles(name: str) -> dict[str, bool]:
    plain = name.replace("ё", "е")
    flags = {role: bool(names.search(plain)) for role, names in _ROLES.items()}
    return flags | {
        "kind": name in USUAL_NAMES["kind"],
        "states": bool(_STATES.search(name)),
        "side": bool(side_of(name)),
        "unpaid": is_of_payments(name),
        "register": plain == _CASH_REGISTER,
        "free": name in USUAL_NAMES["amount"],
        "below": bool(_MONEY_OR_PIECES.search(name)) and not _NO_MONEY.search(name) and not _FLAG.search(plain),
    }


def unread_doubts(rows: ir.Table, unread: Sequence[str], *, spoken: Collection[str] = ()) -> list[str]:
    """Return a doubt for each column by which rows that count as purchases may not be purchases.

    Args:
        rows: The rows that count as purchases.
        unread: The columns to check.
        spoken: Those of them whose words show it, regardless of their names.
    """
    counts = {
        f"{role}{place}": count
        for place, name in enumerate(unread)
        for role, count in _marks_of(rows, UNREAD + str(place), _roles(fold(name))).items()
    }
    seen = rows.aggregate(total=rows.count(), **counts).to_pyarrow().to_pylist()[0]
    doubts = []
    for place, name in enumerate(unread):
        roles, column = _roles(fold(name)), UNREAD + str(place)
        if roles["states"] or name in spoken:
            doubts += _states_doubt(words_in(rows, column, most=MOST_STATES), name, is_of_states=roles["states"])
            doubts += _documents_doubt(rows, column, name)
        n = {role: seen.get(f"{role}{place}") or 0 for role in _DOUBTS}
        if roles["blank"] or roles["unpaid"]:
            n["blank" if roles["blank"] else "unpaid"] = rows_without(rows, _given(rows[column]))
        limits = dict.fromkeys(_DOUBTS, seen["total"])
        limits["below"] = math.inf if roles["below"] else seen["total"] / 2  # most rows are not returns
        limits["free"] = 0 if "amount" in rows.columns else seen["total"]  # of a second column of money
        found = [role for role in _DOUBTS if 0 < n[role] < limits[role]]
        doubts += [_(_DOUBTS[role]).format(column=name, n=format_number(n[role])) for role in found[:1]]
    return list(dict.fromkeys([*doubts, *_sides_doubt(rows, unread)]))


def _documents_doubt(rows: ir.Table, column: str, name: str) -> list[str]:
    """Return a doubt if documents with numbers in their names, each another word, are of a kind that is no purchase."""
    if not rows[column].type().is_string() or words_in(rows, column, most=MOST_STATES):
        return []
    kinds = rows.select(**{column: rows[column].re_replace(NUMBERED, "")})
    words = words_in(kinds, column, most=MOST_STATES)
    none = [word for word in words if is_plainly_none(word)]
    if not none or sum(words[word] for word in none) >= sum(words.values()) / 2:
        return []
    message = _(
        "Column {column!r} was not read and names documents such as {words} in rows that count as purchases. If they"
        " are not, leave out their rows."
    )
    return [message.format(column=name, words=listed(none, words))]


def _sides_doubt(rows: ir.Table, unread: Sequence[str]) -> list[str]:
    """Return a doubt if the rows of the list are on both sides of an account, each with a column of its own."""
    sides = {side: [n for n, name in enumerate(unread) if side_of(name) == side] for side in ("comes", "goes")}
    if any(len(places) != 1 for places in sides.values()):
        return []
    columns = {side: UNREAD + str(places[0]) for side, places in sides.items()}
    comes, goes = (_given(rows[name]) for name in columns.values())
    asked = {"comes": (comes & ~goes).sum(), "goes": (goes & ~comes).sum(), "both": (comes & goes).sum()}
    n = rows.aggregate(**asked).to_pyarrow().to_pylist()[0]
    if not (n["comes"] and n["goes"]) or n["both"]:
        return []
    message = _(
        "Columns {one!r} and {other!r} were not read: {n} {n:row has|rows have} a sum in the first alone, {m} in the"
        " second alone, and all count as purchases. Leave out the rows of the side that is not."
    )
    names = {"one": unread[sides["comes"][0]], "other": unread[sides["goes"][0]]}
    return [message.format(n=format_number(n["comes"]), m=format_number(n["goes"]), **names)]


def _marks_of(rows: ir.Table, field: str, roles: Mapping[str, bool]) -> dict[str, Any]:
    """Count the rows that may not be purchases: by a flag that is set, one that is not, or a negative number."""
    value, word = rows[field], rows[field].cast("string").strip().lower()
    if roles["states"] or roles["blank"]:
        return {}
    if roles["register"]:
        return {"flag": text.is_true(word.isin(_GIVEN_BACK)).sum()}
    if roles["flag"]:
        return {"flag": _given(value).sum()}
    if roles["yes"]:
        return {"yes": text.is_true(word.isin(_SAID_YES)).sum()}
    below = {"below": _below_zero(value, is_named=roles["below"])}
    if roles["free"]:
        below |= {"free": text.is_true(word.re_search(_ZERO)).sum()}
    if not roles["no"]:
        return below
    # A no counts only if all fields are yes or no, not amounts.
    others = text.is_true(word.notin((*_NOTHING, *_SAID_NO, *_SAID_YES))).sum()
    return below | {"no": ibis.ifelse(others == 0, text.is_true(word.isin(_SAID_NO)).sum(), 0)}


def _given(value: ir.Value) -> ir.BooleanValue:
    return text.is_true(value.cast("string").strip().lower().notin((*_NOTHING, *_SAID_NO)))


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
    if says_directions(words, column):
        return [_directions_doubt(words, column)]
    meant, other = judge_states(words, counts=None), other_of_pair(words)
    none = [word for word in words if (meant[word] == NO_PURCHASE if is_of_states else is_plainly_none(word))]
    if not is_of_states and sum(words[word] for word in none) >= sum(words.values()) / 2:
        none = []  # most rows are not returns
    none = [other] if other else none
    message = _(
        "Column {column!r} was not read and says {words} in rows that count as purchases. Use status={column!r} to set"
        " them aside."
    )
    return [message.format(column=column, words=listed(none, words))] if none else []


def says_directions(words: Iterable[str], column: str) -> bool:
    """Return whether a column tells which way money went, unlike one that tells a credit card from a debit card."""
    return tell_directions(words) and not _OF_CARDS.search(fold(column))


def _directions_doubt(words: Mapping[str, int], column: str) -> str:
    message = _(
        "Column {column!r} was not read and says {words}: money went both ways, and each row counts as a purchase. Use"
        " status={column!r} and list in counts= the words of purchases."
    )
    return message.format(column=column, words=listed([word for word in words if word], words))
