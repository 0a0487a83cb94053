"""Inference on lists of contracts: until when a list was recorded, and what its ends mean.

The rows are reduced to histograms of days and pauses, from which everything else is computed in pandas.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import ibis

from crrkit.ground import InputError, ntold as ngettext, told as _, told_date, told_number, told_percent
from crrkit.read.quality import Note
from crrkit.rules import EPOCH

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

ENDLESS = "9999-01-01"  # stands for the end of an open contract

LATEST_PAUSES = 50  # the number of latest pauses between starts that are used
MONTH = 31  # days: if starts span less, there is too little before the last of them to measure
SURELY_LATE = 2  # multiple of the longest pause beyond which ends after the last start are taken as scheduled
STEADY_DAYS = 20  # minimum number of days with starts for a rhythm
SILENCE = 5  # a start after a pause of this multiple of the longest one is outside the rhythm …
FEW_ROWS = 0.05  # … if at most this share of the rows follow
FEWEST_RENEWALS = 3  # minimum number of renewals on the day after the end
SPIKE = 5  # multiple of the frequency on the adjacent days
MONTH_ENDS, SHARE_OF_MONTH_ENDS = 5, 1 / 3  # by chance 1/30 of the ends are on the last day of a month
LAST_MINUTE = 60  # seconds: an end at 23:59 is the end of its day
A_DAY_LATER = 2  # days of pause, one more than if the end is the last day of the contract
SHORT_DAYS, SHORT_GAPS, SHARE_OF_SHORT = 14, 3, 1 / 3


def rows_by_day(table: ir.Table, time: str, *, until: datetime) -> pd.DataFrame:
    """Return ``day, rows``: the number of rows by the day of ``time`` (since 1970-01-01), up to ``until``."""
    at = table[time]
    seen = table.filter(at <= ibis.literal(until, type="timestamp"))
    days = seen.select(day=seen[time].date().delta(ibis.date(EPOCH.isoformat()), unit="day"))
    frame: pd.DataFrame = days.group_by("day").agg(rows=days.count()).order_by("day").to_pandas()
    return frame.astype("int64")


@dataclass(frozen=True)
class Recorded:
    """Until when events were recorded in a list, in days since 1970-01-01.

    Attributes:
        last: The last day on which something was recorded.
        last_start: The last start within the rhythm of starts.
        last_end: The last end that is not in the future.
        ends_after: The number of ends in doubt.
        scheduled: The number of starts after an exceptionally long pause.
        doubtful: Whether the ends after the last start may have been scheduled.
    """

    last: int
    last_start: int
    last_end: int
    ends_after: int = 0
    scheduled: int = 0
    doubtful: bool = False

    @property
    def cut(self) -> datetime:
        """Return the start of the day after the last day."""
        return datetime.combine(_day(self.last + 1), time.min)

    def notes(self) -> tuple[str, ...]:
        """Return the notes on the chosen cut-off and how to change it."""
        cut = {"cut": _shown(self.last + 1), "start": _shown(self.last_start), "end": _shown(self.last_end)}
        notes: list[str] = []
        if self.scheduled:
            note = ngettext(
                "{n} contract starts long after all others ({start}): it is taken as scheduled and set aside, and the"
                " cut-off is {cut}. If it was seen, say until when the list goes with as_of=.",
                "{n} contracts start long after all others ({start}): they are taken as scheduled and set aside, and"
                " the cut-off is {cut}. If they were seen, say until when the list goes with as_of=.",
                self.scheduled,
            )
            notes.append(note.format(n=told_number(self.scheduled), **cut))
        if self.doubtful:
            said = self._doubt().format(n=told_number(self.ends_after), other=self._other(), **cut)
            notes.append(Note(said, as_of=self._other()))
        return tuple(notes)

    def _doubt(self) -> str:
        if self.last == self.last_end:
            return ngettext(
                "The cut-off is {cut}, the day after the last end. {n} end comes after the last start ({start}): if it"
                " was only scheduled when the list was written, use as_of='{other}'.",
                "The cut-off is {cut}, the day after the last end. {n} ends come after the last start ({start}): if"
                " they were only scheduled when the list was written, use as_of='{other}'.",
                self.ends_after,
            )
        return ngettext(
            "The cut-off is {cut}. {n} end ({end}) comes later after the last start ({start}) than any pause between"
            " starts explains and is taken as scheduled. If it was seen, use as_of='{other}'.",
            "The cut-off is {cut}. {n} ends, up to {end}, come later after the last start ({start}) than any pause"
            " between starts explains and are taken as scheduled. If they were seen, use as_of='{other}'.",
            self.ends_after,
        )

    def _other(self) -> str:
        """Return the alternative cut-off."""
        return _day(1 + (self.last_start if self.last == self.last_end else self.last_end)).isoformat()


def recorded_until(starts: pd.DataFrame, ends: pd.DataFrame) -> Recorded:
    """Infer until when a list was recorded from the days of its starts and ends, none of them in the future.

    A start is recorded when it happens, an end often long before. Ends later after the last start than the longest
    pause between starts are doubtful; those later than twice that are taken as scheduled, since unobserved events are
    not counted. If too little would be left to measure, the last end is used.
    """
    steady = _before_silence(starts)
    found = _recorded(steady, ends)
    scheduled = int(starts["rows"].sum() - steady["rows"].sum())
    if scheduled and found.last >= starts["day"].iloc[len(steady)]:  # an end follows it, so it is real
        return _recorded(starts, ends)
    return Recorded(**{**vars(found), "scheduled": scheduled})


def _recorded(starts: pd.DataFrame, ends: pd.DataFrame) -> Recorded:
    first, last_start = int(starts["day"].iloc[0]), int(starts["day"].iloc[-1])
    last_end = int(ends["day"].iloc[-1]) if len(ends) else last_start
    late, pause = last_end - last_start, starts["day"].diff().tail(LATEST_PAUSES).max()
    if late <= 0 or late <= pause:
        return Recorded(max(last_start, last_end), last_start, last_end)
    scheduled = late > SURELY_LATE * pause and last_start - first >= MONTH
    last = _last_explained(last_start, pause, ends) if scheduled else last_end
    after = int(ends["rows"][ends["day"] > (last if scheduled else last_start)].sum())
    return Recorded(last, last_start, last_end, after, doubtful=True)


def _last_explained(last_start: int, pause: float, ends: pd.DataFrame) -> int:
    """Return the last day before scheduled ends: ends soon after the last start are real if only few come later."""
    soon = ends[ends["day"] <= last_start + pause]
    if ends["rows"].sum() - soon["rows"].sum() > FEW_ROWS * ends["rows"].sum():
        return last_start
    return max(last_start, int(soon["day"].iloc[-1]))


def _before_silence(starts: pd.DataFrame) -> pd.DataFrame:
    """Return the starts before a pause that is far longer than any before and followed by very few rows."""
    pauses = starts["day"].diff()
    longest = pauses.rolling(LATEST_PAUSES, min_periods=STEADY_DAYS - 1).max().shift()
    left = 1 - starts["rows"].cumsum().shift() / starts["rows"].sum()
    breaks = starts.index[(pauses > SILENCE * longest) & (left <= FEW_ROWS)]
    return starts.loc[: breaks[0] - 1] if len(breaks) else starts


def _day(number: int) -> date:
    return EPOCH + timedelta(days=number)


def _shown(number: int) -> str:
    return told_date(_day(number))


def pauses_between(table: ir.Table) -> pd.DataFrame:
    """Count contracts that begin when all earlier ones have ended, as ``touching next_day days pairs``.

    ``days`` is the pause, rounded up to whole days; ``next_day`` marks those that begin with the next day, if the end
    is a date without a time of day (or with its last minute).
    """
    end = ibis.coalesce(table["end"], ibis.literal(ENDLESS).cast("timestamp"))
    rows = table.select(customer=table["customer"], start=table["start"], end=end)
    earlier = ibis.window(group_by="customer", order_by=["start", "end"], preceding=(None, 1))
    known = rows.mutate(reach=rows["end"].max().over(earlier))
    pairs = known.filter(known["start"] >= known["reach"])
    start, reach = pairs["start"], pairs["reach"]
    seconds = start.epoch_seconds() - reach.epoch_seconds()
    on_the_day = (start == reach + ibis.interval(days=1)) | ((seconds > 0) & (seconds <= LAST_MINUTE))
    told = pairs.select(
        touching=start == reach,
        next_day=on_the_day & (start == start.date().cast("timestamp")),
        days=(seconds / 86_400).ceil().cast("int64"),
    )
    frame: pd.DataFrame = told.group_by("touching", "next_day", "days").agg(pairs=told.count()).to_pandas()
    return frame


def ask_what_ends_are(pauses: pd.DataFrame) -> None:
    """Require ``end_is`` if contracts are renewed on the day after the end, which suggests ``"last_active_day"``.

    Raises:
        InputError: If renewals on the next day are far more frequent than at the end itself or a day later.
    """
    pairs = pauses["pairs"]
    following = int(pairs[pauses["next_day"]].sum())
    beside = int(pairs[pauses["touching"] | ((pauses["days"] == A_DAY_LATER) & ~pauses["next_day"])].sum())
    if following < FEWEST_RENEWALS or following <= SPIKE * beside:
        return
    message = ngettext(
        "{n} renewal begins on the day after the end, as if the contract still ran on the day that stands there."
        " Use end_is='last_active_day' if it did; with end_is='first_day_after' the customer is absent for a day.",
        "{n} renewals begin on the day after the end, as if the contract still ran on the day that stands there."
        " Use end_is='last_active_day' if it did; with end_is='first_day_after' these customers are absent for a day.",
        following,
    )
    raise InputError(message.format(n=told_number(following)), argument="end_is")


def month_end_note(ends: pd.DataFrame, pauses: pd.DataFrame) -> tuple[str, ...]:
    """Return a note if many ends are on the last day of a month and no renewals show their meaning."""
    import pandas as pd

    days = pd.to_datetime(ends["day"], unit="D")
    last, total = int(ends["rows"][days.dt.is_month_end].sum()), int(ends["rows"].sum())
    touching = int(pauses["pairs"][pauses["touching"]].sum())
    if touching >= FEWEST_RENEWALS or last < MONTH_ENDS or last < SHARE_OF_MONTH_ENDS * total:
        return ()
    note = _(
        "{share} of the ends fall on the last day of a month. If the contract still runs on that day, use"
        " end_is='last_active_day': these {n} {n:loss|losses} then fall into the month after it."
    )
    said = note.format(share=told_percent(last / total), n=told_number(last))
    return (Note(said, end_is="last_active_day"),)


def short_gap_note(pauses: pd.DataFrame) -> tuple[str, ...]:
    """Return a note if many returning customers were away for a few days only."""
    gaps = pauses[~pauses["touching"]]
    short = gaps[gaps["days"] <= SHORT_DAYS]
    few, total = int(short["pairs"].sum()), int(gaps["pairs"].sum())
    if few < SHORT_GAPS or few < SHARE_OF_SHORT * total:
        return ()
    days = int(short["days"].max())
    note = ngettext(
        "{n} of {total} {total:gap|gaps} between contracts of one customer last {days} day or less. A gap at the turn"
        " of a period is a loss and a return; merge_gap={days} takes contracts so near for one relationship and leaves"
        " {rest} {rest:gap|gaps}.",
        "{n} of {total} {total:gap|gaps} between contracts of one customer last {days} days or less. A gap at the turn"
        " of a period is a loss and a return; merge_gap={days} takes contracts so near for one relationship and leaves"
        " {rest} {rest:gap|gaps}.",
        days,
    )
    counts = {"n": told_number(few), "total": told_number(total), "rest": told_number(total - few)}
    return (Note(note.format(days=days, **counts), merge_gap=days),)
