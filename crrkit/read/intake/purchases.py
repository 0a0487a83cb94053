"""Which rows of a log are purchases, by status or kind; a log of events is not guessed to be one of purchases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import ibis

from crrkit.ground import InputError, ntold as ngettext, told as _, told_number
from crrkit.read.intake.fields import GIVEN
from crrkit.read.quality import MOST_KINDS, unsettled, words_in
from crrkit.read.sources import is_blank
from crrkit.read.values import aggregate, is_true, parse_ids, words_of
from crrkit.read.words import (
    COUNTED,
    DEAL_STAGES,
    MOST_STATES,
    NO_PURCHASE,
    TOUCHES,
    UNKNOWN_STATE,
    check_words,
    fold,
    judge_states,
    listed,
    map_kinds,
    usual_kind,
)
from crrkit.reduce import arrow_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

    from crrkit.read.sources import Opened

ALSO_PLACES = ("state", "состояние")  # such columns contain places (Texas) as often as states (paid)
WITHOUT_STATE = 0.05  # share of the orders; if more have no state in any line, an empty cell is a state of its line


@dataclass(frozen=True)
class States:
    """The evaluation of the status column.

    Attributes:
        aside: The words that are not purchases.
        only: The words that are, if the others are too many to list.
        notes: Notes on rows set aside because of them, and doubts.
        doubts: Those of the notes that must be shown before a rate.
    """

    aside: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def settle_states(
    opened: Opened, *, counts: str | Sequence[str] | None, was_named: bool, fill_down: bool | None = None
) -> tuple[Opened, States]:
    """Determine the states that are not purchases; a detected column whose values are not states is ignored.

    ``counts`` are the words that are purchases; without it, all words are, except those known not to be. Only words of
    rows that can count are in doubt; ``fill_down`` says whether rows without a customer can.

    Raises:
        InputError: If there is no column for ``counts``, or one of its words does not occur.
        UnsettledError: If the words are those of a log of events.
    """
    said = None if counts is None else list(words_of(counts, name="counts"))
    column = opened.columns.get("status")
    if column is None:
        if said is None:
            return opened, States()
        message = _("counts= says which words of a column count. Name the column with status=.")
        raise InputError(message, argument="counts")
    most = MOST_KINDS if was_named else MOST_STATES
    doubts: list[str] = []
    words = words_in(opened.table, column, most=most)
    if (words.get("") and len(words) > 1) or (not words and said is not None):
        opened, doubts = _with_whole_orders(opened, column, said=said)
        words = words_in(opened.table, column, most=most)
    if not words and said is not None:
        states = _only(opened.table, column, said)
        return opened, replace(states, doubts=tuple(doubts))
    if was_named and not words:
        message = _(
            "status={column!r} holds more than {n} different {n:word|words}: it does not hold states. Name another"
            " column."
        )
        raise InputError(message.format(column=column, n=told_number(MOST_KINDS)), argument="status", given=column)
    if not was_named and said is None and any(map(_is_touch, words)):
        raise unsettled(opened.name, column, words)
    if said is None and fold(column) in DEAL_STAGES and len(words) > 1:
        raise _stages(column, words)
    meant = judge_states(words, counts=said)
    strange = [word for word in words if meant[word] == UNKNOWN_STATE]
    if strange:
        able = _rows_that_can_count(opened, column, strange, fill_down=fill_down)
        words |= able
        meant = {word: meaning for word, meaning in meant.items() if meaning != UNKNOWN_STATE or able[word]}
    if not was_named and said is None and _is_none(column, meant):
        others = {role: name for role, name in opened.columns.items() if role != "status"}
        return replace(opened, columns=others), States()
    states = _states(column, words, meant)
    return opened, replace(states, doubts=(*states.doubts, *doubts))


def _rows_that_can_count(
    opened: Opened, column: str, words: Sequence[str], *, fill_down: bool | None
) -> dict[str, int]:
    """Return the number of rows of each word with a time and a customer, or one filled in from above.

    The total of a report has neither: what its state means need not be asked.
    """
    table = opened.table
    word = table[column].cast("string").strip().fill_null("")
    customer, at = (~is_blank(table[opened.columns[role]]) for role in ("customer", "at"))
    rows = table.select(word=ibis.ifelse(word.isin(words), word, ibis.null("string")), both=customer & at, dated=at)
    counted = rows.group_by("word").agg(both=rows["both"].sum(), dated=rows["dated"].sum())
    seen = {row["word"]: row for row in counted.to_pyarrow().to_pylist()}
    is_grouped = fill_down is None and not any(row["both"] for row in seen.values())
    known = "dated" if opened.in_order and (fill_down or is_grouped) else "both"
    return {word: seen[word][known] for word in words}


def _with_whole_orders(opened: Opened, column: str, *, said: Sequence[str] | None) -> tuple[Opened, list[str]]:
    """Give the lines of an order the state that only one of its lines has, as the first in exports of shops.

    Lines are of one order if they have the same customer, time and, if there is one, receipt number. If many orders
    have no state in any line, such as a day of cancellation, an empty cell may also say something about its line alone,
    such as that it was not returned: nothing is filled in, and a doubt is returned if empty cells count.
    """
    table = opened.table
    roles = [role for role in ("customer", "at", "receipt") if role in opened.columns]
    names = list(dict.fromkeys(opened.columns[role] for role in roles))  # a list may take one column for two roles
    state = table[column].cast("string").strip().nullif("")
    lines = table.select(*names, state=state)
    lines = lines.filter(*[lines[name].notnull() for name in names])
    given = {"given": lines["state"].count(), "least": lines["state"].min(), "most": lines["state"].max()}
    orders = lines.group_by(*names).agg(rows=lines.count(), **given)
    has_one = is_true(orders["least"] == orders["most"])
    orders = orders.mutate(filled=ibis.ifelse(has_one, orders["rows"] - orders["given"], 0))
    aside = orders["filled"] if said is None else ibis.ifelse(orders["most"].notin(said), orders["filled"], 0)
    seen = aggregate(
        orders, filled=orders["filled"].sum(), orders=orders.count(), without=orders["most"].isnull().sum(),
        aside=aside.sum(), twice=ibis.ifelse(orders["given"] > 1, orders["filled"], 0).sum(),
    )  # fmt: skip
    if not seen["filled"]:
        return opened, []
    if seen["without"] > WITHOUT_STATE * seen["orders"]:
        is_counted = said is not None and "" in said and seen["aside"] and not seen["twice"]
        return opened, [_lines_doubt(column, seen["aside"])] if is_counted else []
    same = ibis.window(group_by=[table[name] for name in names])
    least, most = state.min().over(same), state.max().over(same)
    is_known = ibis.and_(*[table[name].notnull() for name in names])
    whole = ibis.ifelse(is_true(is_known & (least == most)), most, state)
    note = ngettext(
        "Column {column!r}: {n} row without a state has that of the other lines of its order.",
        "Column {column!r}: {n} rows without a state have that of the other lines of their orders.",
        seen["filled"],
    )
    notes = (*opened.notes, note.format(column=column, n=told_number(seen["filled"])))
    is_stored = not opened.elsewhere  # else each measure would look at the other lines again
    return replace(opened, table=table.mutate(**{column: whole}), notes=notes, copied=opened.copied or is_stored), []


def _lines_doubt(column: str, n: int) -> str:
    message = ngettext(
        "{n} row with nothing in column {column!r} counts as a purchase, although another line of the same order has"
        " a value that does not count. If the value is of the whole order, write it in each of its lines.",
        "{n} rows with nothing in column {column!r} count as purchases, although another line of the same order has a"
        " value that does not count. If the values are of whole orders, write them in each of their lines.",
        n,
    )
    return message.format(n=told_number(n), column=column)


def _is_touch(word: str) -> bool:
    """Return whether a word is of a log of events, unlike the state ``checkout-draft`` of an order."""
    return usual_kind(word) in (*TOUCHES, "click") and judge_states([word], counts=None)[word] != NO_PURCHASE


def _stages(column: str, words: Mapping[str, int]) -> InputError:
    """Return the error for stages of deals, which differ between firms and of which only one is a sale."""
    message = _(
        "Column {column!r} holds stages of deals: {words}. Say which of them are purchases, such as counts=[{first!r}],"
        " or status='' if every row is one."
    )
    first = next((word for word in words if judge_states([word], counts=None)[word] == COUNTED), next(iter(words)))
    told = {"column": column, "words": listed(list(words), words), "first": first}
    return InputError(message.format(**told), argument="counts", available=list(words))


def _is_none(column: str, meant: Mapping[str, str]) -> bool:
    """Return whether a detected column has no states: too many words, a single unknown one, or places."""
    return not meant or (set(meant.values()) == {UNKNOWN_STATE} and (len(meant) == 1 or fold(column) in ALSO_PLACES))


def _states(column: str, words: Mapping[str, int], meant: Mapping[str, str]) -> States:
    aside = [word for word in words if meant.get(word) == NO_PURCHASE]
    strange = [word for word in words if meant.get(word) == UNKNOWN_STATE]
    notes, doubts = [], []
    if aside:
        text = _(
            "Column {column!r}: rows with {words} are not purchases and were set aside. Use counts= to say which words"
            " are."
        )
        notes.append(text.format(column=column, words=listed(aside, words)))
    if strange:
        text = _(
            "Column {column!r} also says {words}: it is not known what this means, and these rows count as purchases."
            " If they are not, list in counts= the words that are."
        )
        doubts.append(text.format(column=column, words=listed(strange, words)))
    return States(tuple(aside), notes=tuple(notes), doubts=tuple(doubts))


def _only(table: ir.Table, column: str, said: Sequence[str]) -> States:
    """Return the states of a column of many words, such as the time of a cancellation, of which few are purchases."""
    word = table[column].cast("string").strip().fill_null("")
    met = words_in(table.filter(word.isin(said)), column, most=MOST_KINDS)
    check_words(said, met, name="counts")
    text = _("Column {column!r}: purchases are only the rows with {words}; all others were set aside.")
    return States(only=tuple(said), notes=(text.format(column=column, words=listed(list(met), met)),))


def settle_kinds(opened: Opened, kinds: Mapping[str, Any] | None, other: str) -> dict[str, Any]:
    """Return the kind of each event, and whether the field is not empty.

    Determined from the distinct original texts, so that the engine need not parse them.
    """
    column = opened.columns["kind"]
    raw = opened.table[column]
    texts = opened.table.select(raw).distinct()  # few, so that each is mapped once rather than in every row
    word = parse_ids(texts, column).cast("string")
    met = arrow_of(texts.select(raw=texts[column], word=word).distinct()).to_pylist()
    meant = map_kinds({row["word"] for row in met if row["word"] is not None}, kinds=kinds, other=other)
    blank = [row["raw"] for row in met if row["word"] is None and row["raw"] is not None]
    given = raw.notnull() & raw.notin(blank) if blank else raw.notnull()
    known = [(row["raw"], meant[row["word"]]) for row in met if meant.get(row["word"])]
    if all(text == kind for text, kind in known) and len(known) == len(meant) and not blank:
        return {"kind": raw, "kind" + GIVEN: given}
    kind = raw.cases(*known, else_=None) if known else ibis.null("string")
    return {"kind": kind, "kind" + GIVEN: given}
