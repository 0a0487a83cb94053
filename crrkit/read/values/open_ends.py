"""Placeholders for open ends: words and dates that mean that a contract still runs.

Dates that are not meant as dates (31.12.9999, 0000-00-00, an empty cell exported as 1970-01-01) would otherwise be
misread, and contracts that still run would be set aside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import ibis

from crrkit.ground import InputTypeError, first_few, ntold as ngettext, told as _, told_number
from crrkit.read.values import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

Day = tuple[int, int, int]

# Words that mean that a contract still runs, in lower case, without spaces and full stops.
WORDS = (
    "open", "openended", "active", "stillactive", "current", "currently", "ongoing", "running", "present", "topresent",
    "untilnow", "tilldate", "never", "perpetual", "permanent", "indefinite", "indefinitely", "unlimited", "evergreen",
    "inf", "infinity", "+infinity", "∞", "+∞",
    "бессрочно", "бессрочный", "бессрочная", "бессрочное", "действует", "действующий", "действующая", "действующее",
    "понастоящеевремя", "настоящеевремя", "донастоящеговремени", "понв", "нв", "понын", "поныне",
    "открыт", "открыта", "открыто", "открытый", "активен", "активна", "активно", "активный", "безсрока",
    "0", "00", "2958465",  # an empty cell as a number, and the last day that a spreadsheet knows
)  # fmt: skip
NO_DAYS = ((0, 0, 0), (1, 1, 1), (1753, 1, 1), (1900, 1, 0))  # null dates of databases and programs, never real
# Epochs of clocks and spreadsheets, which may be real: open only if the contract begins later.
OLD_DAYS = ((1899, 12, 30), (1899, 12, 31), (1900, 1, 1), (1969, 12, 31), (1970, 1, 1))
FAR_YEAR = "(?:2099|2[1-9][0-9]{2}|[3-9][0-9]{3})"
_FAR = "|".join([
    rf"^{FAR_YEAR}[-./][0-9]{{1,2}}[-./][0-9]{{1,2}}(?:[^0-9]|$)",
    rf"^{FAR_YEAR}(?:0[1-9]|1[0-2])[0-3][0-9](?:[^0-9]|$)",
    rf"^[0-9]{{1,2}}[-./][0-9]{{1,2}}[-./]{FAR_YEAR}(?:[^0-9]|$)",
    rf"[A-Za-zА-Яа-яё]{{3,}}\.?[-, ]+(?:[0-9]{{1,2}},? +)?{FAR_YEAR}(?:[^0-9]|$)",
])  # fmt: skip
FAR_MOMENT, NO_MOMENT = datetime(2099, 1, 1), datetime(1753, 1, 2)  # noqa: DTZ001 - the business's own clock

AS_WRITTEN = "crrkit_as_written"  # the original column of ends, to show in rows set aside
ENDS_NAMED = 4  # the most values to list in a note


@dataclass(frozen=True)
class OpenEnds:
    """The values that mean no end.

    Attributes:
        words: Words, normalised by `_fold`.
        days: Days that mean no end.
        old: Days that mean no end if the contract begins after them.
        far: Whether ends from 2099 on mean no end.
    """

    words: tuple[str, ...]
    days: tuple[Day, ...]
    old: tuple[Day, ...] = ()
    far: bool = False


KNOWN = OpenEnds(WORDS, NO_DAYS, OLD_DAYS, far=True)


def open_ends_of(given: Sequence[str | date] | None) -> OpenEnds:
    """Return the rule for the values given by the user, or the default rule.

    Args:
        given: Words and dates; text such as ``"2099-12-31"`` means the date in any format.

    Raises:
        InputTypeError: If it is not a list of words and dates.
    """
    if given is None:
        return KNOWN
    values: list[Any] = list(given) if isinstance(given, list | tuple | set | frozenset) else [given]
    wrong = [value for value in values if not isinstance(value, str | date)]
    if isinstance(given, str) or wrong:
        message = _(
            "open_ends={value!r} is not a list of words and dates. Write it like open_ends=['9999-12-31', 'open']."
        )
        raise InputTypeError(message.format(value=given), argument="open_ends", given=given)
    days = [day for value in values if (day := _day(value)) is not None]
    words = [_fold(value) for value in values if isinstance(value, str)]
    return OpenEnds(tuple(words), tuple(days))


def _day(value: str | date) -> Day | None:
    if isinstance(value, date):
        return value.year, value.month, value.day
    found = re.match(r"(\d{4})-(\d{2})-(\d{2})(?!\d)", value.strip())
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _fold(word: str) -> str:
    return re.sub(r"[\s.]+", "", word.lower())


def is_open(end: ir.Value, start: ir.Value, rule: OpenEnds) -> ir.BooleanValue:
    """Return whether an end, as written or parsed, means that the contract still runs."""
    if end.type().is_timestamp():
        return text.is_true(_is_open_moment(end, start, rule))
    written = end.cast("string").strip()
    folded = written.lower().re_replace(r"[\s.]+", "")
    found = [folded.isin(rule.words) if rule.words else text.NEVER]
    found += [written.re_search(_pattern(rule.days))] if rule.days else []
    found += [written.re_search(_FAR)] if rule.far else []
    if rule.old:
        latest = ibis.literal(date(*max(rule.old)), type="date").cast("timestamp")
        found.append(written.re_search(_pattern(rule.old)) & (start > latest))
    return text.is_true(ibis.or_(*found))


def _is_open_moment(end: ir.TimestampValue, start: ir.Value, rule: OpenEnds) -> ir.BooleanValue:
    def on(days: tuple[Day, ...]) -> ir.BooleanValue:
        real = [date(*day) for day in days if min(day) > 0]
        return end.date().isin(real) if real else text.NEVER

    found = on(rule.days) | (on(rule.old) & (start > end))
    if rule.far:
        found |= (end >= ibis.literal(FAR_MOMENT, type="timestamp")) | (end < ibis.literal(NO_MOMENT, type="timestamp"))
    return found


def _pattern(days: tuple[Day, ...]) -> str:
    """Return a pattern for the days in the usual date formats, with any text after them."""
    forms = []
    for year, month, day in days:
        y, m, d = f"{year:04d}", f"0?{month}", f"0?{day}"
        forms += [rf"{y}[-./]{m}[-./]{d}", f"{y}{month:02d}{day:02d}", rf"{d}[-./]{m}[-./]{y}", rf"{m}[-/]{d}[-/]{y}"]
    return rf"^(?:{'|'.join(forms)})(?:[^0-9]|$)"


def without_open_ends(
    table: ir.Table, column: str, *, start: ir.Value, end: ir.Value, rule: OpenEnds
) -> tuple[ir.Table, tuple[str, ...]]:
    """Return the table with such ends set to null, and a note that names them; ``end`` is parsed if it holds times."""
    found = is_open(end, start, rule)
    marked = table.select(written=table[column].cast("string").strip(), met=found)
    met = marked.filter(marked["met"]).group_by("written").agg(rows=lambda t: t.count()).to_pyarrow().to_pylist()
    if not met and table.get_backend().name == "duckdb":  # other databases may get new rows
        return table, ()
    raw = table[column]
    blank = ibis.ifelse(found, ibis.null(raw.type()), raw)
    return table.mutate(**{column: blank, AS_WRITTEN: raw}), _note(met)


def _note(met: list[dict[str, Any]]) -> tuple[str, ...]:
    if not met:
        return ()
    rows = sum(value["rows"] for value in met)
    note = ngettext(
        "{n} end written as {values} is read as open. Use open_ends= for other values, open_ends=() for none.",
        "{n} ends written as {values} are read as open. Use open_ends= for other values, open_ends=() for none.",
        rows,
    )
    return (note.format(n=told_number(rows), values=_values(met)),)


def _values(met: list[dict[str, Any]]) -> str:
    """Format the values found, the most frequent first, with counts if there are several."""
    first = sorted(met, key=lambda value: (-value["rows"], value["written"]))
    names = [value["written"].removesuffix(" 00:00:00") for value in first]
    if len(names) == 1:
        return str(names[0])
    counted = [f"{name} ({told_number(value['rows'])})" for name, value in zip(names, first, strict=True)]
    return first_few(counted, ENDS_NAMED)


def unread_ends(table: ir.Table, column: str, *, unread: ir.BooleanValue) -> tuple[str, ...]:
    """Return a note on a repeated value in the column of ends that is not a date."""
    marked = table.select(written=table[column].cast("string").strip(), unread=unread)
    counted = marked.filter(marked["unread"]).group_by("written").agg(rows=lambda t: t.count())
    met = [value for value in counted.to_pyarrow().to_pylist() if value["rows"] > 1]
    if not met:
        return ()
    note = _(
        "Ends written as {values} are not dates, and their rows are set aside. If they mean that the contract still"
        " runs, use open_ends=[{first!r}]: without these customers the rate is that of the others."
    )
    first = min(met, key=lambda value: (-value["rows"], value["written"]))
    return (note.format(values=_values(met), first=first["written"]),)
