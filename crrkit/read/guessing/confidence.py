"""What the values of a source say: confidence in the role of each column, and the formats in which they are written."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis

from crrkit.ground import InputError, mark, told as _, told_number
from crrkit.read.disk import SURE, encoding_of, files, head_of, spools
from crrkit.read.quality import currencies_in
from crrkit.read.values import has_offsets, in_duckdb, parse_numbers, parse_times, signs_in, text
from crrkit.read.words import TIERS, tier_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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


FEWEST_PAUSES = 30  # minimum number of pauses for a reliable rhythm


class Written(NamedTuple):
    """A detected format, with reason and confidence; ``value`` is that of the corresponding argument of a reader."""

    value: str
    reason: str
    confidence: str


def written_in(source: Any, opened: Opened, found: Mapping[str, str], *, rhythm: bool = True) -> dict[str, Written]:
    """Return those of ``dates decimal currency zone rhythm encoding`` that can be detected."""
    seen: dict[str, Written] = {}
    for look in (_dates, _decimal, _currency, _zone, *([_rhythm] if rhythm else [])):
        with suppress(InputError):  # part of the reasons as a question
            seen |= dict(look(opened, found))
    with suppress(InputError):
        seen |= dict(_encoding(source))
    return seen


def written_lines(seen: Mapping[str, Written]) -> list[str]:
    """Return one line per format: value, confidence and reason."""
    return [f"{name} = {one.value!r}: {_(one.confidence)}. {one.reason}" for name, one in seen.items()]


def _moment(found: Mapping[str, str]) -> str | None:
    return found.get("at") or found.get("start")


def _dates(opened: Opened, found: Mapping[str, str]) -> Iterator[tuple[str, Written]]:
    column = _moment(found)
    if column is None:
        return
    parsed, values = parse_times(opened.table, column), opened.table[column]
    if values.type().is_temporal():
        yield "dates", Written(parsed.form, _("The column holds times."), IS_SURE)
    elif parsed.form:
        example = text.aggregate(opened.table, one=values.cast("string").max(where=parsed.value.notnull()))["one"]
        reason = _("As in {example!r}.").format(example=example)
        yield "dates", Written(parsed.form, reason, IS_LIKELY if parsed.notes else IS_SURE)


def _decimal(opened: Opened, found: Mapping[str, str]) -> Iterator[tuple[str, Written]]:
    columns = {role: found[role] for role in ("amount", "quantity", "price") if role in found}
    if not columns:
        return
    parsed = parse_numbers(opened.table, columns, text.Forms())
    marks = {one.form for one in parsed.values() if one.form}
    for sign in sorted(marks):
        reason = _("As in {columns}.").format(columns=", ".join(columns.values()))
        yield "decimal", Written(sign, reason, IS_SURE if len(marks) == 1 else IS_LIKELY)


def _currency(opened: Opened, found: Mapping[str, str]) -> Iterator[tuple[str, Written]]:
    """Yield the currencies from a currency column, or from signs next to the amounts."""
    money = next((found[role] for role in ("amount", "price") if role in found), None)
    if money is None or not in_duckdb(opened.table):
        return
    for column in opened.currencies:
        codes = currencies_in(opened.table, column)
        if codes:
            yield "currency", Written(", ".join(codes), _("Column {column!r} says so.").format(column=column), IS_SURE)
            return
    codes = signs_in(opened.table, money)
    if codes:
        reason = _("So the amounts in {column!r} are marked.").format(column=money)
        yield "currency", Written(", ".join(codes), reason, IS_SURE)


def _encoding(source: Any) -> Iterator[tuple[str, Written]]:
    if not isinstance(source, str | Path) or files.ADDRESS.match(str(source)):
        return
    path = spools.regular(files.resolve(source)[0])
    if files.kind_of(path) != "text":
        return
    name = encoding_of(head_of(path), path)
    if name in SURE:
        yield "encoding", Written(name, _("Its bytes are valid in this encoding only."), IS_SURE)
    else:
        yield "encoding", Written(name, _("In this encoding its letters are the usual ones."), IS_LIKELY)


def _zone(opened: Opened, found: Mapping[str, str]) -> Iterator[tuple[str, Written]]:
    column = _moment(found)
    if column is not None and has_offsets(opened.table, column):
        reason = _("Times have an offset from UTC: use zone=, else days begin at midnight of UTC.")
        yield "zone", Written("UTC", reason, IS_DOUBTFUL)


def _rhythm(opened: Opened, found: Mapping[str, str]) -> Iterator[tuple[str, Written]]:
    """Yield the median pause between a customer's purchase days."""
    if "at" not in found or "customer" not in found or not in_duckdb(opened.table):
        return
    at = parse_times(opened.table, found["at"]).value
    days = opened.table.select(who=opened.table[found["customer"]].cast("string"), day=at.date()).distinct()
    days = days.filter(days["who"].notnull() & days["day"].notnull())
    before = days["day"].lag().over(ibis.window(group_by="who", order_by="day"))
    pauses = days.mutate(pause=days["day"].delta(before, unit="day"))
    seen = text.aggregate(pauses, n=pauses["pause"].count(), half=pauses["pause"].median())
    if seen["n"]:
        reason = _("Half of the pauses between a customer's days in the list are no longer: {n} in all.")
        reason = reason.format(n=told_number(seen["n"]))
        told = _("{days} {days:day|days}").format(days=told_number(round(seen["half"])))
        yield "rhythm", Written(told, reason, IS_SURE if seen["n"] >= FEWEST_PAUSES else IS_LIKELY)
