"""Doubts about customer lists: missing, empty or short lists, and logs mistaken for lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.ground import first_few, mark, ntold as ngettext, told as _, told_number, told_percent
from crrkit.read.quality.left_out import FEWEST_CONTRACTS
from crrkit.read.quality.notes import Note
from crrkit.read.words import LISTS_NAMED, Boundaries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import ibis.expr.types as ir

NOBODY_GONE = mark("nobody is missing from a later list")
FEW_LISTS, SELDOM = 6, 1.5  # with this number of lists, customers on so few of them on average are buyers
HALF = 0.5
SOME_LISTS = 3  # on fewer lists everybody may have stayed


def missing_doubt(missing: Sequence[str]) -> list[str]:
    """Return a doubt on missing lists, without which the adjacent rates would be 100 %."""
    if not missing:
        return []
    message = ngettext(
        "{n} list is missing: {names}. Who was kept up to it and from it on is not known, and those rows have no rate.",
        "{n} lists are missing: {names}. Who was kept up to them and from them on is not known, and those rows have no"
        " rate.",
        len(missing),
    )
    return [message.format(n=told_number(len(missing)), names=first_few(missing, LISTS_NAMED))]


def empty_note(bounds: Boundaries, days: Sequence[date]) -> list[str]:
    """Return a note on empty lists, which are taken as missing, since not everybody leaves at once."""
    empty = [str(label) for label, day in bounds.days.items() if day not in days]
    note = _("Nobody stands on these lists, which are taken as not kept: {names}.")
    return [note.format(names=first_few(empty, LISTS_NAMED))] if empty else []


def twice_note(found: Mapping[date, Mapping[str, int]]) -> list[str]:
    """Return a note on customers who are on a list twice."""
    more = sum(row["rows"] - row["customers"] for row in found.values())
    note = ngettext(
        "{n} row repeats a customer on the same list; he counts once.",
        "{n} rows repeat a customer on the same list; each counts once.",
        more,
    )
    return [note.format(n=told_number(more))] if more else []


def size_doubts(found: Mapping[date, Mapping[str, int]], bounds: Boundaries) -> list[str]:
    """Return doubts on lists with less than half the customers of the adjacent ones, which may be truncated."""
    names, sizes = {day: label for label, day in bounds.days.items()}, [row["customers"] for row in found.values()]
    doubts = []
    for place, (day, size) in enumerate(zip(found, sizes, strict=True)):
        beside = [sizes[other] for other in (place - 1, place + 1) if 0 <= other < len(sizes)]
        if place and size < HALF * min(beside):
            message = _(
                "The list of {name} holds {n} {n:customer|customers}, less than half of those beside it: is it"
                " complete?"
            )
            doubts.append(message.format(name=names[day], n=told_number(size)))
    return doubts[:LISTS_NAMED]


def log_doubt(found: Mapping[date, Mapping[str, int]], people: int) -> list[str]:
    """Return a doubt if the lists look like a log of purchases or of new customers."""
    each = sum(row["customers"] for row in found.values()) / people
    if len(found) < FEW_LISTS or each >= SELDOM:
        return []
    message = _(
        "A customer stands on {each} of {n} {n:list|lists} on average ({share}): these look like purchases or"
        " newcomers, not like lists of who is there. For purchases use read_orders."
    )
    words = {"each": told_number(each, digits=1), "n": len(found), "share": told_percent(each / len(found))}
    return [message.format(**words)]


def nobody_gone_doubt(table: ir.Table) -> list[str]:
    """Return a doubt if nobody is ever missing from a later list, as in lists that keep those who have left.

    Args:
        table: One row per customer and list, ``customer start``.
    """
    each = table.group_by("customer").agg(first=table["start"].min(), lists=table["start"].nunique())
    met = each.group_by("first", "lists").agg(customers=each.count()).order_by("first").to_pyarrow().to_pylist()
    days = table.select("start").distinct().order_by("start").to_pyarrow()["start"].to_pylist()
    stayed = all(row["lists"] == len(days) - days.index(row["first"]) for row in met)
    if not stayed or len(days) < SOME_LISTS or met[0]["customers"] < FEWEST_CONTRACTS:
        return []
    message = _(
        "Whoever stands on a list stands on every later one, so every rate is 100%. If the lists keep those who have"
        " left, name the column that says who is still a customer with status=, or leave out their rows."
    )
    return [Note.about(message, doubt=NOBODY_GONE)]
