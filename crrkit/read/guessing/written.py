"""Detected formats of a source: dates, decimal separator, currency, encoding, time zone, purchase rhythm."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis

from crrkit.ground import InputError, format_number, gettext as _
from crrkit.read.disk import SURE, encoding_of, files, head_of, spools
from crrkit.read.guessing.confidence import IS_DOUBTFUL, IS_LIKELY, IS_SURE
from crrkit.read.quality import currencies_in
from crrkit.read.values import has_offsets, in_duckdb, parse_numbers, parse_times, signs_in, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import ibis.expr.types as ir

    from crrkit.read.sources import Opened


FEWEST_PAUSES = 30  # minimum number of pauses for a reliable rhythm


class Written(NamedTuple):
    """A detected format, with reason and confidence; ``value`` is that of the corresponding argument of a reader."""

    value: str
    reason: str
    confidence: str


def written_in(source: Any, opened: Opened, found: Mapping[str, str], *, rhythm: bool = True) -> dict[str, Written]:
    """Return those of ``dates decimal currency zone rhythm encoding`` that can be detected."""
    seen: dict[str, Written] = {}
    for look in (_dates, _decimal, _zone, *([_rhythm] if rhythm else [])):
        with suppress(InputError):  # part of the reasons as a question
            seen |= dict(look(opened.table, found))
        if look is _decimal:
            seen |= dict(_currency(opened, found))
    with suppress(InputError):
        seen |= dict(_encoding(source))
    return seen


def written_lines(seen: Mapping[str, Written]) -> list[str]:
    """Return one line per format: value, confidence and reason."""
    return [f"{name} = {one.value!r}: {_(one.confidence)}. {one.reason}" for name, one in seen.items()]


def _moment(found: Mapping[str, str]) -> str | None:
    return found.get("at") or found.get("start")


def _dates(table: ir.Table, found: Mapping[str, str]) -> Iterator[tuple[str, Written]]:
    column = _moment(found)
    if column is None:
        return
    parsed = parse_times(table, column)
    example = text.aggregate(table, one=table[column].cast("string").max(where=parsed.value.notnull()))["one"]
    if table[column].type().is_temporal():
        yield "dates", Written(parsed.form, _("The column holds times."), IS_SURE)
    elif parsed.form:
        reason = _("As in {example!r}.").format(example=example)
        yield "dates", Written(parsed.form, reason, IS_LIKELY if parsed.notes else IS_SURE)


def _decimal(table: ir.Table, found: Mapping[str, str]) -> Iterator[tuple[str, Written]]:
    columns = {role: found[role] for role in ("amount", "quantity", "price") if role in found}
    if not columns:
        return
    parsed = parse_numbers(table, columns, text.Forms())
    marks = {one.form for one in parsed.values() if one.form}
    for mark in sorted(marks):
        reason = _("As in {columns}.").format(columns=", ".join(columns.values()))
        yield "decimal", Written(mark, reason, IS_SURE if len(marks) == 1 else IS_LIKELY)


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
    reason = (
        _("Its bytes are valid in this encoding only.")
        if name in SURE
        else _("In this encoding its letters are the usual ones.")
    )
    yield "encoding", Written(name, reason, IS_SURE if name in SURE else IS_LIKELY)


def _zone(table: ir.Table, found: Mapping[str, str]) -> Iterator[tuple[str, Written]]:
    column = _moment(found)
    if column is not None and has_offsets(table, column):
        reason = _("Times have an offset from UTC: use zone=, else days begin at midnight of UTC.")
        yield "zone", Written("UTC", reason, IS_DOUBTFUL)


def _rhythm(table: ir.Table, found: Mapping[str, str]) -> Iterator[tuple[str, Written]]:
    """Yield the median pause between a customer's purchase days."""
    if "at" not in found or "customer" not in found or not in_duckdb(table):
        return
    at = parse_times(table, found["at"]).value
    days = table.select(who=table[found["customer"]].cast("string"), day=at.date()).distinct()
    days = days.filter(days["who"].notnull() & days["day"].notnull())
    before = days["day"].lag().over(ibis.window(group_by="who", order_by="day"))
    pauses = days.mutate(pause=days["day"].delta(before, unit="day"))
    seen = text.aggregate(pauses, n=pauses["pause"].count(), half=pauses["pause"].median())
    if seen["n"]:
        reason = _("Half of the pauses between a customer's days in the list are no longer: {n} in all.").format(
            n=format_number(seen["n"])
        )
        told = _("{days} {days:day|days}").format(days=format_number(round(seen["half"])))
        yield "rhythm", Written(told, reason, IS_SURE if seen["n"] >= FEWEST_PAUSES else IS_LIKELY)
