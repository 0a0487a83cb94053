"""How sure it is what a column holds: by its name, and by what stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crrkit.ground import InputError, mark, told as _, told_number as format_number
from crrkit.read.sources import open_source
from crrkit.read.values import parse_numbers, parse_times, text
from crrkit.read.words import TIERS, tier_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crrkit.read.disk import Layout
    from crrkit.read.sources import Opened

IS_SURE, IS_LIKELY, IS_DOUBTFUL = mark("sure"), mark("likely"), mark("doubtful")
MOSTLY = 0.9  # of what stands in a column, which can be read as what it is taken for
_LIKELY_FROM = {"customer": 3, "start": 1, "end": 1, "at": 3, "amount": 1, "status": 1}  # the first tier that is unsure


def by_names(found: Mapping[str, str]) -> dict[str, str]:
    """How sure each column is by its name alone; one that was named by the user has no usual name, and is sure."""
    tiers = {role: tier_of(role, column) for role, column in found.items() if role in TIERS}
    return {
        role: IS_LIKELY if (tiers.get(role) or 0) >= _LIKELY_FROM.get(role, 1) else IS_SURE
        for role in found
        if role in found
    }


def confidence_lines(found: Mapping[str, str], confidence: Mapping[str, str]) -> list[str]:
    """One line that tells how sure each column is."""
    said = [f"{role} = {column!r}: {_(confidence[role])}" for role, column in found.items() if role in confidence]
    return [", ".join(said)] if said else []


def opened_as(source: Any, kind: str, found: Mapping[str, str], layout: Layout) -> Opened:
    """A source under the columns that were found, to be looked into."""
    return open_source(source, kind=kind, named=dict(found), by=(), forms=text.Forms(layout=layout))


def look_into(opened: Opened, kind: str, found: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """What must be asked or said of the columns from what stands in them, and how sure each of them is."""
    confidence, said = by_names(found), []
    for role, column in found.items():
        try:
            doubt = _doubt(opened, kind, role, column)
        except InputError as asked:
            doubt = str(asked)
        if doubt:
            confidence[role] = IS_DOUBTFUL
            said.append(doubt)
    return said, confidence


def _doubt(opened: Opened, kind: str, role: str, column: str) -> str:
    """What speaks against a column holding a role; empty where nothing does."""
    table = opened.table
    if role == "customer":
        seen = text.aggregate(table, rows=table[column].count(), ids=table[column].nunique())
        if kind in ("orders", "events") and seen["rows"] > 1 and seen["rows"] == seen["ids"]:
            message = _("Each of the {n} {n:value|values} in {column!r} occurs once: nobody can be seen to come back.")
            return message.format(n=format_number(seen["rows"]), column=column)
        return ""
    if role in ("at", "start", "end"):
        parsed = parse_times(table, column)
    elif role in ("amount", "quantity", "price"):
        parsed = parse_numbers(table, {role: column}, text.Forms())[role]
    else:
        return ""
    seen = text.aggregate(table, given=parsed.given.sum(), read=parsed.value.count())
    if (seen["given"] or 0) * MOSTLY <= seen["read"]:
        return ""
    message = _("Of {n} {n:value|values} in {column!r} {read} can be read as {role}.")
    words = {"n": format_number(seen["given"]), "read": format_number(seen["read"]), "column": column, "role": role}
    return message.format(**words)
