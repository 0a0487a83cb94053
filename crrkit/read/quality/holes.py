"""Times without any row in a list that has rows at all other times: rather a hole in the export than a rest."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

import ibis

from crrkit.ground import mark, ntold as ngettext, told as _, told_date as format_date, told_number as format_number
from crrkit.read.quality.notes import Note
from crrkit.reduce import silent_spells

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

MONTHLY_ROWS = 5  # rows a month from which a month without any is no chance
NAMED_MONTHS = 6
LONG_DAYS = 14  # without any row, half a month …
LONGER = 3  # … so many times the next longest: who rests every week, or every summer, rests again
EXPECTED_ROWS = 20  # … in which so many rows are wanting, as often as there are others
A_DAY = timedelta(days=1)
DAYS_APART = 365  # a year without any row parts slips of dates from a list
STRAYS = 0.01  # of the rows: so few apart from all others are slips rather than a beginning

EMPTY_MONTHS, EMPTY_DAYS = mark("months without any row"), mark("days without any row")


class _Spell(NamedTuple):
    """So many days without a row between one day with a row and the next."""

    days: int
    day: date
    after: date


def hole_doubts(table: ir.Table, *, used: int, first: datetime, last: datetime, as_of: datetime | None) -> list[str]:
    """A sentence when months, or half of one, have no row at all up to the last row or the cut-off.

    Few rows that a year parts from all others have one of their own: their dates may be slips.
    """
    end = max(last.date(), as_of.date() - A_DAY) if as_of else last.date()
    months = _month_of(end) - _month_of(first) + 1
    few_for_months, few_for_days = used < MONTHLY_ROWS * months, used < EXPECTED_ROWS
    if few_for_months and few_for_days:
        return []
    found = silent_spells(table, least=LONG_DAYS).to_pyarrow().to_pylist()
    spells = [_Spell(row["days"], row["day"], row["after"]) for row in found]
    if strays := _strays(table, spells, used):
        return strays
    empty = [month for spell in spells for month in range(_month_of(spell.day) + 1, _month_of(spell.after))]
    if as_of is not None:
        empty += range(_month_of(last) + 1, _month_of(as_of))
        spells.append(_Spell((end - last.date()).days, last.date(), end + A_DAY))
    if empty:
        is_one = len(empty) == empty[-1] - empty[0] + 1  # one hole, however long, is no season
        full = MONTHLY_ROWS * (months - len(empty)) if is_one else MONTHLY_ROWS * months
        return [] if used < full else [_months_note(sorted(empty))]
    return _days_note(sorted(spells), used, (end - first.date()).days + 1)


def _strays(table: ir.Table, spells: Sequence[_Spell], used: int) -> list[str]:
    """Sentences for the few rows before, and after, a silence of a year or more, longer by far than any other."""
    longest = sorted(spells, reverse=True)
    if not longest or longest[0].days < DAYS_APART:
        return []
    spell, other = longest[0], longest[1].days if len(longest) > 1 else 0
    since = ibis.literal(datetime.combine(spell.after, time.min), type="timestamp")
    before = int(table.filter(table["at"] < since).count().to_pyarrow().as_py())
    if spell.days < LONGER * other or min(before, used - before) > max(1, STRAYS * used):
        return []
    early = ngettext(
        "{n} row is dated up to {day}, and all others from {after} on: a wrong date would make the list begin so"
        " early, with empty periods in between. Correct the date, or leave out the row.",
        "{n} rows are dated up to {day}, and all others from {after} on: wrong dates would make the list begin so"
        " early, with empty periods in between. Correct the dates, or leave out the rows.",
        before,
    )
    late = ngettext(
        "{n} row is dated from {after} on, and all others up to {day}: a wrong date would make the list end so"
        " late, and count everybody as lost before. Correct the date, or use as_of=.",
        "{n} rows are dated from {after} on, and all others up to {day}: wrong dates would make the list end so"
        " late, and count everybody as lost before. Correct the dates, or use as_of=.",
        used - before,
    )
    message, n = (early, before) if before < used - before else (late, used - before)
    return [message.format(n=format_number(n), day=format_date(spell.day), after=format_date(spell.after))]


def _months_note(empty: Sequence[int]) -> Note:
    message = ngettext(
        "{n} month has no row at all ({months}): whoever bought before it counts as lost in it. Check that the export"
        " is complete, or use as_of=.",
        "{n} months have no row at all ({months}): whoever bought before them counts as lost in them. Check that the"
        " export is complete, or use as_of=.",
        len(empty),
    )
    names = ", ".join(f"{k // 12}-{k % 12 + 1:02d}" for k in empty[:NAMED_MONTHS])
    said = message.format(n=format_number(len(empty)), months=names + (", …" if len(empty) > NAMED_MONTHS else ""))
    spans = [[_first_of(k).isoformat(), _first_of(k + 1).isoformat()] for k in empty]
    return Note.about(said, doubt=EMPTY_MONTHS, spans=spans)


def _days_note(spells: Sequence[_Spell], used: int, days: int) -> list[str]:
    """The longest time without a row, where it stands out."""
    if not spells:
        return []
    (n, day, after), other = spells[-1], spells[-2].days if len(spells) > 1 else 0
    wanting = used * n / max(days - n, 1)
    if n < max(LONG_DAYS, LONGER * other) or wanting < EXPECTED_ROWS:
        return []
    since = day + A_DAY
    message = _(
        "From {since} to {until} there is no row ({n} {n:day|days}), and at no other time for more than {other}"
        " {other:day|days}: purchases may be missing, and whoever bought only then counts as lost. Check that the"
        " export is complete."
    )
    words = {"since": format_date(since), "until": format_date(after - A_DAY), "n": n, "other": other}
    return [Note.about(message.format(**words), doubt=EMPTY_DAYS, spans=[[since.isoformat(), after.isoformat()]])]


def _month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
