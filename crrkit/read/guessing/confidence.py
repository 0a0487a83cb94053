"""Confidence in the role of a column, from its name and its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crrkit.ground import InputError, mark, told as _, told_number
from crrkit.read.sources import open_source
from crrkit.read.values import parse_numbers, parse_times, text
from crrkit.read.words import TIERS, tier_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crrkit.read.disk import Layout
    from crrkit.read.sources import Opened

IS_SURE, IS_LIKELY, IS_DOUBTFUL = mark("sure"), mark("likely"), mark("doubtful")
MOSTLY = 0.9  # minimum share of the values of a column that can be parsed for its role
_LIKELY_FROM = {"customer": 3, "start": 1, "end": 1, "at": 3, "amount": 1, "status": 1}  # first unsure tier


def by_names(found: Mapping[str, str]) -> dict[str, str]:
    """Return the confidence in each column by its name only; names outside all tiers were given by the user: sure."""
    tiers = {role: tier_of(role, column) for role, column in found.items() if role in TIERS}
    return {role: IS_LIKELY if (tiers.get(role) or 0) >= _LIKELY_FROM.get(role, 1) else IS_SURE for role in found}


def confidence_lines(found: Mapping[str, str], confidence: Mapping[str, str]) -> list[str]:
    """Return a line with the confidence in each column."""
    said = [f"{role} = {column!r}: {_(confidence[role])}" for role, column in found.items() if role in confidence]
    return [", ".join(said)] if said else []


def opened_as(source: Any, kind: str, found: Mapping[str, str], layout: Layout) -> Opened:
    """Open a source with the columns found, to check their values."""
    return open_source(source, kind=kind, named=dict(found), by=(), forms=text.Forms(layout=layout))


def look_into(opened: Opened, kind: str, found: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Return the questions and notes that the values of the columns raise, and the confidence in each column."""
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
    """Return the reason against a column having a role; empty if there is none."""
    table = opened.table
    if role == "customer":
        seen = text.aggregate(table, rows=table[column].count(), ids=table[column].nunique())
        if kind in ("orders", "events") and seen["rows"] > 1 and seen["rows"] == seen["ids"]:
            message = _("Each of the {n} {n:value|values} in {column!r} occurs once: nobody can be seen to come back.")
            return message.format(n=told_number(seen["rows"]), column=column)
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
    words = {"n": told_number(seen["given"]), "read": told_number(seen["read"]), "column": column, "role": role}
    return message.format(**words)
