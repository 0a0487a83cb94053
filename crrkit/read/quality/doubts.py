"""Doubts about data for which no row is set aside: logs of events, unusual ids, outliers, repeated rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from crrkit.ground import (
    UnsettledError,
    mark,
    ntold as ngettext,
    told as _,
    told_number as format_number,
    told_percent as format_percent,
)
from crrkit.read.quality.notes import Note
from crrkit.read.values import is_true
from crrkit.read.words import (
    USUAL_NAMES,
    Call,
    are_contract_events,
    fold,
    is_of_payments,
    listed,
    usual_kind,
)
from crrkit.reduce import from_kept, rows_of_each
from crrkit.rules import BUYING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import ibis.expr.types as ir

    from crrkit.read.quality.rows import QualityReport

UNREAD = "crrkit_unread_"  # prefix of the columns without a role that are checked
TWIN = "crrkit_row"  # column with equal values for rows that are equal in every column of the source
MOST_KINDS = 200  # a column with more distinct words does not contain kinds of events
CROWD, CROWDED = 100, 0.1  # minimum number of rows, and the share of them under one id …
PER_ID, MOST_ROWS = 10, 0.5  # … that is this multiple of the average, or this share of all rows
FEWEST_FULL = 20  # ids with the most rows of all; of fewer, it may be chance
FEW_IDS = 5  # in shorter lists, ids that all occur once may be chance

REPEATED, LARGEST = mark("rows that repeat others"), mark("one row with much of the revenue")
CROWD_OF_ONE = mark("one id with much of the rows")


def words_in(table: ir.Table, column: str, *, most: int) -> dict[str, int]:
    """Return the number of rows of each word, the most frequent first; empty if there are more than ``most`` words."""
    word = table[column].cast("string").strip().fill_null("")
    counted = table.select(word=word).group_by("word").agg(rows=lambda rows: rows.count())
    met = counted.order_by([ibis.desc("rows"), "word"]).limit(most + 1).to_pyarrow().to_pylist()
    return {row["word"]: row["rows"] for row in met} if len(met) <= most else {}


def refuse_event_log(
    table: ir.Table, columns: Sequence[str], *, source: str, by: Sequence[str], priced: bool
) -> list[str]:
    """Raise an error for a log of events without a given kind; return notes on ambiguous columns.

    A column with few words is one of kinds by its name. It is ignored if all its words are purchases, and an error if a
    word is known not to be one or the words are unknown. If every row has its price, or the column is a segment, it may
    classify purchases (card, cash) and is only noted.
    """
    found = []
    for column in columns:
        words = words_in(table, column, most=MOST_KINDS)
        meant = {word: usual_kind(word) for word in words if word}
        strange = {word for word, kind in meant.items() if kind not in BUYING}
        known = {word for word in strange if meant[word] is not None}
        if not strange or (len(meant) == 1 and not known) or len(meant) > sum(words.values()) / 2 + len(known):
            continue
        if (known or not priced) and column not in by:
            raise unsettled(source, column, words)
        text = _(
            "Column {column!r} was not read and says {words}: each row counts as a purchase. If some are not, use"
            " status={column!r} and list in counts= the words that are."
        )
        found.append(text.format(column=column, words=listed([word for word in words if word], words)))
    return found


def unsettled(source: str, column: str, words: Mapping[str, int]) -> UnsettledError:
    """Return the error for a column with kinds of events."""
    met = [word for word in words if word]
    if are_contract_events(met):
        message = _(
            "{source} looks like a log of beginnings and ends: column {column!r} says {words}. Say which it is:"
            " {calls[0]} if they begin and end subscriptions, {calls[1]} if each row is something else that happened."
        )
        calls = (Call("contracts", {"kind": column}), Call("events", {"kind": column}))
        return UnsettledError(message, calls=calls, source=source, column=column, words=listed(met, words))
    bought = [word for word in met if usual_kind(word) in BUYING] or met[:1]
    message = _(
        "{source} looks like a log of events, not of purchases alone: column {column!r} says {words}. Say which it is:"
        " {calls[0]} if each row is something that happened, {calls[1]} if only rows with these words are purchases."
    )
    calls = (Call("events", {"kind": column}), Call("orders", {"status": column, "counts": bought}))
    return UnsettledError(message, calls=calls, source=source, column=column, words=listed(met, words))


def kind_columns(columns: Iterable[str]) -> list[str]:
    """Return the columns that by their names contain kinds of events."""
    return [column for column in columns if fold(column) in USUAL_NAMES["kind"]]


def id_doubts(table: ir.Table, *, used: int, column: str, once: bool) -> list[str]:
    """Return doubts if ids may be order numbers (each occurs once), or one id may be a till (very many rows)."""
    own = rows_of_each(table)
    counted = own.group_by("rows").agg(ids=own.count()).order_by("rows")
    ids_by_rows = {row["rows"]: row["ids"] for row in from_kept(counted).to_pyarrow().to_pylist()}
    seen = {"ids": sum(ids_by_rows.values()), "most": max(ids_by_rows, default=0)}
    if once and (note := _capped(table, ids_by_rows)):
        return [note]
    if once and seen["most"] == 1 and seen["ids"] >= FEW_IDS:
        message = _(
            "Each of the {n} {n:id|ids} in column {column!r} occurs once: nobody can be seen to come back, and every"
            " rate is 0 by construction. Check that it holds the customer, not the purchase."
        )
        return [message.format(n=format_number(seen["ids"]), column=column)]
    share = (seen["most"] or 0) / used if used else 0
    if used < CROWD or share < max(CROWDED, min(PER_ID / seen["ids"], MOST_ROWS)):
        return []
    note = _(
        "One customer id holds {share} of the rows used: it may stand for nobody in particular, such as a cash desk or"
        " guests, and counts as one customer."
    )
    said = note.format(share=format_percent(share))
    return [Note.about(said, doubt=CROWD_OF_ONE, rows=seen["most"])]


def _capped(table: ir.Table, ids_by_rows: Mapping[int, int]) -> str:
    """Return a doubt if many ids have the most rows that any has, as where only the latest of each were exported."""
    most = max(ids_by_rows, default=0)
    full, fewer = ids_by_rows.get(most, 0), ids_by_rows.get(most - 1, 0)
    if full == sum(ids_by_rows.values()):  # all alike: of a made list, or of a series of payments
        return ""
    if most < 2 or full < FEWEST_FULL or full <= fewer or full < CROWDED * sum(ids_by_rows.values()):  # noqa: PLR2004 - one each is another doubt
        return ""
    at = table["at"]
    each = table.group_by("customer").agg(rows=table.count(), days=at.date().nunique(), first=at.min(), last=at.max())
    each = each.filter(each["rows"] == most)
    lived = each["last"].epoch_seconds() - each["first"].epoch_seconds()
    asked = {"apart": is_true(each["days"] == most).sum(), "lived": lived.median()}
    seen = each.aggregate(**asked).to_pyarrow().to_pylist()[0]
    span = table.aggregate(first=at.min(), last=at.max()).to_pyarrow().to_pylist()[0]
    if seen["apart"] < MOST_ROWS * full or seen["lived"] > MOST_ROWS * (span["last"] - span["first"]).total_seconds():
        return ""
    message = _(
        "No id has more than {most} {most:row|rows}, and {n} of {total} {n:has|have} so many: the list seems to hold"
        " only the first or the last {most} {most:purchase|purchases} of each customer. Whoever bought more often"
        " counts as lost, or as not yet there: export all purchases."
    )
    words = {"n": format_number(full), "total": format_number(sum(ids_by_rows.values())), "most": most}
    return message.format(**words)


def largest_note(quality: QualityReport, largest: float | None) -> list[str]:
    """Return a doubt if one row has an implausible share of the revenue, such as by a misplaced decimal separator."""
    total = quality.money.get("", 0.0)
    if quality.rows_used < CROWD or not largest or largest < CROWDED * total:
        return []
    note = _(
        "One row holds {share} of the revenue. Rates of customers stay as they are, those of revenue depend on it:"
        " check that its amount is right."
    )
    share = largest / total
    return [Note.about(note.format(share=format_percent(share)), doubt=LARGEST, rows=1, revenue=share)]


def unpriced_doubt(rows: ir.Table, *, used: int, unpriced: int, column: str) -> list[str]:
    """Return a doubt if many purchases have no amount although others have one, such as payments of the other side.

    If the column is of what was paid, a single one was never paid. Further lines of an order, at the moment of one with
    an amount, are not counted.

    Args:
        rows: The rows that count as purchases, ``customer at amount``.
        used: Their number.
        unpriced: How many of them have no amount.
        column: The column of amounts.
    """
    least = 1 if is_of_payments(column) else CROWDED * used
    if not least <= unpriced < used or (used < CROWD and not is_of_payments(column)):
        return []
    n = rows_without(rows, rows["amount"].notnull())
    if n < least:
        return []
    message = _(
        "{share} of the rows that count as purchases have nothing in column {column!r}. If they are not purchases, such"
        " as payments of the other side of an account, leave them out."
    )
    return [message.format(share=format_percent(n / used), column=column)]


def rows_without(rows: ir.Table, given: ir.BooleanValue) -> int:
    """Return the number of rows without a value, except further lines of an order that has it in another line."""
    orders = rows.group_by("customer", "at").agg(rows=rows.count(), given=given.sum())
    n = orders.filter(orders["given"].fill_null(0) == 0).aggregate(n=lambda t: t["rows"].sum())
    return n.to_pyarrow()["n"][0].as_py() or 0


def repeat_notes(rows: ir.Table) -> list[str]:
    """Return a note on rows that repeat others in every column, which affects revenue but not customers."""
    money = rows["amount"].max() if "amount" in rows.columns else ibis.literal(0.0)
    alike = rows.group_by(TWIN).agg(n=rows.count(), amount=money)
    more = (alike["n"] - 1) * alike["amount"]
    asked = {"repeats": (alike["n"] - 1).sum(), "more": more.sum(), "all": (alike["n"] * alike["amount"]).sum()}
    seen = alike.aggregate(**asked).to_pyarrow().to_pylist()[0]
    if not seen["repeats"]:
        return []
    message = ngettext(
        "{n} row repeats another in every column: rates of customers stay as they are",
        "{n} rows repeat others in every column: rates of customers stay as they are",
        seen["repeats"],
    ).format(n=format_number(seen["repeats"]))
    facts = {"doubt": REPEATED, "rows": seen["repeats"]}
    if not (seen["more"] or 0) > 0:
        return [Note.about(message + ".", **facts)]
    share = format_percent(seen["more"] / (seen["all"] - seen["more"]))
    message += _(", but revenue is {share} higher if they are the same purchases.").format(share=share)
    return [Note.about(message, **facts, revenue=seen["more"] / seen["all"])]
