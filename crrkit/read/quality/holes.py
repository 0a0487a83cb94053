"""Periods without any row in an otherwise continuous list, which suggest an incomplete export."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

import ibis

from crrkit.ground import first_few, mark, ntold as ngettext, told as _, told_date, told_number, told_percent
from crrkit.read.quality.notes import Note
from crrkit.reduce import silent_spells

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

MONTHLY_ROWS = 5  # rows per month from which an empty month is not chance
NAMED_MONTHS = 6
LONG_DAYS = 14  # minimum number of days without any row …
LONGER = 3  # … minimum multiple of the next longest gap, since weekly or seasonal closures recur …
EXPECTED_ROWS = 20  # … and minimum number of rows expected in the gap at the average rate
A_DAY = timedelta(days=1)
# Usual limits of exports, and the most rows of a sheet, with and without a line of names.
LIMITS = (1000, 5000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 65_535, 65_536, 1_048_575, 1_048_576)
MANY_DAYS, CROWDED_DAY, FAR_MORE = 20, 0.1, 5  # a day with a tenth of all rows and five times those of any other
DAYS_APART = 365  # days without any row that separate wrong dates from a list
STRAYS = 0.01  # share of the rows up to which separate rows are wrong dates rather than a beginning

EMPTY_MONTHS, EMPTY_DAYS = mark("months without any row"), mark("days without any row")


class Spell(NamedTuple):
    """A gap: the number of days without a row, the days with a row before and after it, and the rows of the former."""

    days: int
    day: date
    after: date
    rows: int = 0


def spells_in(table: ir.Table, *, all_of_them: bool) -> list[Spell]:
    """Return the long gaps between days with a row and the longest two, or all, even those between adjacent days."""
    found = silent_spells(table, least=0 if all_of_them else LONG_DAYS).to_pyarrow().to_pylist()
    return [Spell(row["days"], row["day"], row["after"], row["n"]) for row in found]


def limit_doubt(rows: int) -> list[str]:
    """Return a doubt if a file has exactly as many rows as programs export at most."""
    if rows not in LIMITS:
        return []
    message = _(
        "The list has exactly {n} {n:row|rows}, as many as some programs export at most: purchases or customers may be"
        " missing. Check that the export is complete."
    )
    return [message.format(n=told_number(rows))]


def crowded_day_doubt(spells: Sequence[Spell], *, used: int) -> list[str]:
    """Return a doubt if one day has far more rows than any other, as the day of an import.

    Args:
        spells: The gaps between all days with a row.
        used: The number of rows.
    """
    if len(spells) < MANY_DAYS:
        return []
    other, busiest = sorted(spells, key=lambda spell: spell.rows)[-2:]
    if busiest.rows < max(CROWDED_DAY * used, FAR_MORE * other.rows, EXPECTED_ROWS):
        return []
    message = _(
        "{n} {n:row is|rows are} of one day, {day} ({share} of all), and no other day has more than {other}: as where"
        " earlier purchases were imported with the day of the import. If so, their own dates are not known, and rates"
        " up to that day and after it do not hold."
    )
    share = told_percent(busiest.rows / used)
    words = {"n": told_number(busiest.rows), "day": told_date(busiest.day), "other": told_number(other.rows)}
    return [message.format(share=share, **words)]


def hole_doubts(
    table: ir.Table, spells: Sequence[Spell], *, used: int, first: datetime, last: datetime, as_of: datetime | None
) -> list[str]:
    """Return a doubt if months, or half a month, have no row at all up to the last row or the cut-off.

    A few rows separated from all others by a year give a doubt of their own: their dates may be wrong.

    Args:
        table: The rows.
        spells: The result of `spells_in`.
        used: The number of rows.
        first: The time of the first row.
        last: The time of the last row.
        as_of: The cut-off, if given.
    """
    end = max(last.date(), as_of.date() - A_DAY) if as_of else last.date()
    months = _month_of(end) - _month_of(first) + 1
    few_for_months, few_for_days = used < MONTHLY_ROWS * months, used < EXPECTED_ROWS
    if few_for_months and few_for_days:
        return []
    if strays := _strays(table, spells, used):
        return strays
    empty = [month for spell in spells for month in range(_month_of(spell.day) + 1, _month_of(spell.after))]
    if as_of is not None:
        empty += range(_month_of(last) + 1, _month_of(as_of))
        spells = [*spells, Spell((end - last.date()).days, last.date(), end + A_DAY)]
    if empty:
        is_one = len(empty) == empty[-1] - empty[0] + 1  # a single gap is not seasonal
        full = MONTHLY_ROWS * (months - len(empty)) if is_one else MONTHLY_ROWS * months
        return [] if used < full else [_months_note(sorted(empty))]
    return _days_note(sorted(spells), used, (end - first.date()).days + 1)


def _strays(table: ir.Table, spells: Sequence[Spell], used: int) -> list[str]:
    """Return a doubt on a few rows before or after a gap of a year or more that is far longer than any other."""
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
    return [message.format(n=told_number(n), day=told_date(spell.day), after=told_date(spell.after))]


def _months_note(empty: Sequence[int]) -> Note:
    message = ngettext(
        "{n} month has no row at all ({months}): whoever bought before it counts as lost in it. Check that the export"
        " is complete, or use as_of=.",
        "{n} months have no row at all ({months}): whoever bought before them counts as lost in them. Check that the"
        " export is complete, or use as_of=.",
        len(empty),
    )
    names = first_few([f"{k // 12}-{k % 12 + 1:02d}" for k in empty], NAMED_MONTHS)
    said = message.format(n=told_number(len(empty)), months=names)
    spans = [[_first_of(k).isoformat(), _first_of(k + 1).isoformat()] for k in empty]
    return Note.about(said, doubt=EMPTY_MONTHS, spans=spans)


def _days_note(spells: Sequence[Spell], used: int, days: int) -> list[str]:
    """Return a doubt on the longest gap if it is exceptional."""
    if not spells:
        return []
    (n, day, after, _rows), other = spells[-1], spells[-2].days if len(spells) > 1 else 0
    wanting = used * n / max(days - n, 1)
    if n < max(LONG_DAYS, LONGER * other) or wanting < EXPECTED_ROWS:
        return []
    since = day + A_DAY
    message = _(
        "From {since} to {until} there is no row ({n} {n:day|days}), and at no other time for more than {other}"
        " {other:day|days}: purchases may be missing, and whoever bought only then counts as lost. Check that the"
        " export is complete."
    )
    words = {"since": told_date(since), "until": told_date(after - A_DAY), "n": n, "other": other}
    return [Note.about(message.format(**words), doubt=EMPTY_DAYS, spans=[[since.isoformat(), after.isoformat()]])]


def _month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
