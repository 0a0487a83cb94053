"""What a list of contracts leaves out: those that had ended when it was made, all ends, or the rows of a time.

It counts from days with counts, ``day`` (since 1970) and ``rows``, and can be followed by hand.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from crrkit.ground import mark, told as _, told_date as format_date, told_number as format_number
from crrkit.read.quality.holes import EXPECTED_ROWS, LONGER
from crrkit.read.quality.notes import Note
from crrkit.rules import EPOCH

if TYPE_CHECKING:
    import ibis.expr.types as ir

NO_END = mark("no contract has ended")
FEWEST_CONTRACTS = 10  # fewer contracts may all have stayed
A_RHYTHM = 20  # so many days on which something begins or ends make a rhythm
A_MONTH = 31  # in fewer days nobody has to leave
AT_RISK = 20  # contracts that were seen for so long, before their share of ends says anything
SURELY = 7  # so many ends were to be expected where there is none: by chance once in a thousand lists


def left_out_doubts(table: ir.Table, starts: pd.DataFrame, ends: pd.DataFrame, *, until: int) -> list[str]:
    """Sentences where rates are higher than they were because of rows that the list has not got.

    Args:
        table: The contracts, ``start`` and ``end``.
        starts: How many begin on each day before the cut-off.
        ends: The same of their ends.
        until: The day of the cut-off, since 1970.
    """
    starts = starts[starts["day"] < until]
    if starts.empty or int(starts["rows"].sum()) < FEWEST_CONTRACTS:
        return []
    silent = _silent_doubt(starts, ends, until)
    if ends.empty:
        first = int(starts["day"].iloc[0])
        return [*([_no_end(until)] if until - first >= A_MONTH else []), *silent]
    return [*_purged_doubt(table, starts, first_end=int(ends["day"].iloc[0]), until=until), *silent]


def _no_end(until: int) -> Note:
    message = _(
        "No contract in the list had ended by {day}, so every rate is 100%. If those who left are not in it, as in a"
        " list of who is there today, it cannot tell who stayed: add the contracts that ended, or compare lists of"
        " several dates with read_snapshots."
    )
    return Note.about(message.format(day=_shown(until)), doubt=NO_END)


def _purged_doubt(table: ir.Table, starts: pd.DataFrame, *, first_end: int, until: int) -> list[str]:
    """That none ended before some day, where by the lengths of those that began from then on many should have."""
    before, after = starts[starts["day"] < first_end], starts[starts["day"] >= first_end]
    if int(after["rows"].sum()) < AT_RISK:
        return []
    ended = _lengths(table, since=first_end, until=until)
    seen = np.array([int(after["rows"][after["day"] <= until - days].sum()) for days in ended["days"]])
    known = ended[seen >= AT_RISK]
    share = np.cumsum(known["rows"].to_numpy() / seen[seen >= AT_RISK])  # that ended within so many days
    ages = first_end - before["day"].to_numpy()
    place = np.searchsorted(known["days"].to_numpy(), ages, side="left")
    within = np.concatenate([[0.0], share])[place]
    expected = float((within * before["rows"].to_numpy()).sum())
    if expected < SURELY:
        return []
    message = _(
        "No contract in the list ended before {day}, although later contracts end so soon that about {expected} of the"
        " earlier ones would have. Contracts that had ended seem to be left out: rates up to that day are too high."
    )
    return [message.format(day=_shown(first_end), expected=format_number(round(expected)))]


def _lengths(table: ir.Table, *, since: int, until: int) -> pd.DataFrame:
    """``days, rows``: how many of the contracts that began from a day on had ended after so many days."""
    opened, closed = (ibis.date(_day(day).isoformat()) for day in (since, until))
    rows = table.filter(table["start"].date() >= opened, table["end"].notnull(), table["end"].date() < closed)
    days = rows.select(days=rows["end"].date().delta(rows["start"].date(), unit="day"))
    frame: pd.DataFrame = days.group_by("days").agg(rows=days.count()).order_by("days").to_pandas()
    return frame.astype("int64")


def _silent_doubt(starts: pd.DataFrame, ends: pd.DataFrame, until: int) -> list[str]:
    """A sentence where nothing begins or ends for a time, as at no other: nobody can be lost in it."""
    rows = pd.concat([starts, ends[ends["day"] < until]]).groupby("day")["rows"].sum()
    if len(rows) < A_RHYTHM:
        return []
    days = np.append(rows.index.to_numpy(), until)
    silences = np.diff(days) - 1
    place = int(silences.argmax())
    n, other = int(silences[place]), int(np.delete(silences, place).max(initial=0))
    if n < max(A_MONTH, LONGER * other):
        return []
    day, after = int(days[place]), int(days[place + 1])
    beside = [
        rows[(rows.index > day - n) & (rows.index <= day)],
        rows[(rows.index >= after) & (rows.index < after + n)],
    ]
    wanting = min(int(side.sum()) for side in beside if len(side))  # a list that grows is often silent where it begins
    if wanting < EXPECTED_ROWS:
        return []
    message = _(
        "From {since} to {until} no contract begins or ends ({n} {n:day|days}), and at no other time for more than"
        " {other} {other:day|days}: rows may be missing, and the rate of that time would be too high. Check until when"
        " the list was kept, and say it with as_of=."
    )
    words = {"since": _shown(day + 1), "until": _shown(after - 1), "n": n, "other": other}
    return [message.format(**words)]


def _day(number: int) -> date:
    return EPOCH + timedelta(days=number)


def _shown(number: int) -> str:
    return format_date(_day(number))
