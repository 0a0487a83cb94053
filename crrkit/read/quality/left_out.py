"""Contracts missing from a list: those that had ended when it was made, all ends, or the rows of some time.

Computed from histograms with ``day`` (since 1970-01-01) and ``rows``.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis
import numpy as np

from crrkit.ground import mark, told as _, told_date as format_date, told_number as format_number
from crrkit.read.quality.holes import EXPECTED_ROWS, LONGER
from crrkit.read.quality.notes import Note
from crrkit.read.quality.registers import ENDS_ON_ONE_DAY, NOBODY_AFTER
from crrkit.rules import EPOCH

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from crrkit.read.quality.rows import QualityReport

NO_END = mark("no contract has ended")
FEWEST_CONTRACTS = 10  # fewer contracts may all have stayed
A_RHYTHM = 20  # minimum number of days with a start or an end for a rhythm
A_MONTH = 31  # days; in fewer, losses need not occur
NO_LENGTH = 0.05  # a share of the contracts
AT_RISK = 20  # minimum number of contracts observed for a length, for a reliable share of ends
SURELY = 7  # expected number of ends for which none at all has a probability of 1 in 1,000


def left_out_doubts(table: ir.Table, starts: pd.DataFrame, ends: pd.DataFrame, *, until: int) -> list[str]:
    """Return doubts if rates are too high because of missing rows.

    Args:
        table: The contracts, ``start`` and ``end``.
        starts: The number of starts on each day before the cut-off.
        ends: The number of ends on each day.
        until: The day of the cut-off, since 1970-01-01.
    """
    starts = starts[starts["day"] < until]
    if starts.empty or int(starts["rows"].sum()) < FEWEST_CONTRACTS:
        return []
    silent = [*_silent_doubt(starts, ends, until), *_no_length_doubt(table, of=int(starts["rows"].sum()))]
    if ends.empty:
        first = int(starts["day"].iloc[0])
        return [*([_no_end(until)] if until - first >= A_MONTH else []), *silent]
    return [*_purged_doubt(table, starts, first_end=int(ends["day"].iloc[0]), until=until), *silent]


def all_ended_doubt(starts: pd.DataFrame, ends: pd.DataFrame, *, quality: QualityReport) -> list[str]:
    """Return a doubt if every contract has ended although others began until lately, as in a list of who left.

    Args:
        starts: The number of starts on each day.
        ends: The number of ends on each day up to the cut-off.
        quality: The account of the rows.
    """
    used, is_said = quality.rows_used, any(quality.doubt(name)[0] for name in (NOBODY_AFTER, ENDS_ON_ONE_DAY))
    if is_said or used < FEWEST_CONTRACTS or int(ends["rows"].sum()) < used:
        return []
    lived = (ends["day"] * ends["rows"]).sum() / used - (starts["day"] * starts["rows"]).sum() / used
    if ends["day"].iloc[-1] - starts["day"].iloc[-1] > lived:  # nobody new for longer than a usual contract: closed
        return []
    message = _(
        "All contracts in the list have ended, although the last began on {day} only. If those who are still customers"
        " are not in it, as in a list of who left, rates are too low: add the contracts that still run."
    )
    return [message.format(day=_shown(int(starts["day"].iloc[-1])))]


def _no_length_doubt(table: ir.Table, *, of: int) -> list[str]:
    """Return a doubt if many contracts end where they begin, as where that stands for no end."""
    n = int(table.filter(table["end"] == table["start"]).count().to_pyarrow().as_py())
    if n < max(FEWEST_CONTRACTS / 2, NO_LENGTH * of):
        return []
    message = _(
        "{n} contracts end at the moment at which they begin, and make nobody a customer. If they still run, leave"
        " their ends empty; if they were of one day, use end_is='last_active_day'."
    )
    return [message.format(n=format_number(n))]


def _no_end(until: int) -> Note:
    message = _(
        "No contract in the list had ended by {day}, so every rate is 100%. If those who left are not in it, as in a"
        " list of who is there today, it cannot tell who stayed: add the contracts that ended, or compare lists of"
        " several dates with read_snapshots."
    )
    return Note.about(message.format(day=_shown(until)), doubt=NO_END)


def _purged_doubt(table: ir.Table, starts: pd.DataFrame, *, first_end: int, until: int) -> list[str]:
    """Return a doubt if none ended before some day, although many should have by the lengths of later contracts."""
    before, after = starts[starts["day"] < first_end], starts[starts["day"] >= first_end]
    if int(after["rows"].sum()) < AT_RISK:
        return []
    ended = _lengths(table, since=first_end, until=until)
    seen = np.array([int(after["rows"][after["day"] <= until - days].sum()) for days in ended["days"]])
    known = ended[seen >= AT_RISK]
    share = np.cumsum(known["rows"].to_numpy() / seen[seen >= AT_RISK])  # ended within that many days
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
    """Return ``days, rows``: the lengths of the contracts that began on a day or later and have ended."""
    opened, closed = (ibis.date(_day(day).isoformat()) for day in (since, until))
    rows = table.filter(table["start"].date() >= opened, table["end"].notnull(), table["end"].date() < closed)
    days = rows.select(days=rows["end"].date().delta(rows["start"].date(), unit="day"))
    frame: pd.DataFrame = days.group_by("days").agg(rows=days.count()).order_by("days").to_pandas()
    return frame.astype("int64")


def _silent_doubt(starts: pd.DataFrame, ends: pd.DataFrame, until: int) -> list[str]:
    """Return a doubt if there is an exceptional time without starts and ends, in which nobody can be lost."""
    import pandas as pd

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
    wanting = min(int(side.sum()) for side in beside if len(side))  # a growing list often has gaps at its beginning
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
