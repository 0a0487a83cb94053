"""The last day of a list, if it is that of the export; its last period, which counts as whole if gaps are usual in it.

A list of contracts may have rows on every third day only. If its last row is on December 30, probably nothing happened
on the 31st; a shop that sells every day would have a row. So the list's own gaps decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from crrkit import reduce
from crrkit.ground import CrrkitError, format_in_points, format_number, format_percent, gettext as _, ngettext
from crrkit.measure.cadence import LATE
from crrkit.read import NOBODY_AFTER
from crrkit.report.account import reference_row
from crrkit.report.period_names import capital, day_name, period_name

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable
    from crrkit.read import Base

OFTEN_SILENT = 0.1  # of the days: gaps on fewer days are not usual for the list
LIKE_THE_PRESENT = 366  # days before the last row whose gaps are examined
FEWEST_SILENCES = 20  # gaps between days with rows needed for a judgement


@dataclass(frozen=True)
class QuietEnd:
    """The end of a list treated as an uneventful gap, up to the end of a period.

    Attributes:
        last_row: The day of its last row.
        missing: The number of days from there to the end of the period.
        share: The share of the list's days preceded by a gap of at least that length.
    """

    last_row: date
    missing: int
    share: float

    def sentence(self, kept: RetentionTable) -> str:
        """Why the period counts as whole, and the possible effect on the rate."""
        row = reference_row(kept)
        if row is None or row["until"] != pd.Timestamp(kept.card.as_of):
            return ""
        text = ngettext(
            "{period} is counted as complete, though the last row is from {day}: {n} day or more without a "
            "row is usual here, on {share} of the days of the list's last year. If rows of it were missing, "
            "the rate would move by about {step} at the pace of the period.",
            "{period} is counted as complete, though the last row is from {day}: {n} days or more without a "
            "row are usual here, on {share} of the days of the list's last year. If rows of them were "
            "missing, the rate would move by about {step} at the pace of the period.",
            self.missing,
        )
        return text.format(
            day=day_name(self.last_row), period=capital(period_name(row, kept.every)),
            share=format_percent(self.share, digits=0), n=format_number(self.missing),
            step=format_in_points(self._step(kept, row)).lstrip("+"),
        )  # fmt: skip

    def _step(self, kept: RetentionTable, row: pd.Series) -> float:
        """The effect of the missing days on the rate if they were like the observed ones."""
        moved = row["kept"] if kept.card.is_by_period else row["lost"]
        seen = (row["until"] - row["from_"]).days - self.missing
        return float(moved * self.missing / seen / row["start"])


def before_last_day(base: Base) -> tuple[Base, str]:
    """The list as of its last day, where all contracts end on it as they would if it were the day it was made; and why.

    A headline of "kept none" because of the export date is worse than one that is a period old.
    """
    day = base.quality.doubt(NOBODY_AFTER)[1]
    cut = _reread(base, day["day"]) if day else None
    if cut is None:  # if nothing precedes that day, the account has its own warning
        return base, ""
    text = _(
        "Counted up to {day}: all contracts still running end on that day, the last in the list and most likely the"
        " day of the export, so none of them counts as lost. If they did end, write the report again with that"
        " stated."
    )
    return cut, text.format(day=day_name(date.fromisoformat(day["day"])))


def _reread(base: Base, day: str) -> Base | None:
    """The list as of another day; None if it cannot be read again, or nothing precedes that day."""
    if base.reread is None:
        return None
    try:
        cut = base.reread(as_of=day)
    except CrrkitError:
        return None
    return replace(cut, reread=base.reread, arguments={**(base.arguments or {}), "as_of": day}, path=base.path)


def until_end(base: Base, until: datetime) -> tuple[Base, QuietEnd | None]:
    """The list reread as of the end of its last period, and that end, if hardly a day is missing and gaps are usual.

    Otherwise the unchanged list and None.
    """
    end = quiet_end(days_with_rows(base), until)
    whole = None if end is None else _reread(base, until.date().isoformat())
    if whole is None:
        return base, None
    return (whole.with_activity(base.activity) if base.has_purchases else whole), end


def quiet_end(days: pd.Series, until: datetime) -> QuietEnd | None:
    """The end of a list with rows on these days; None if such a gap is rare in the list.

    Args:
        days: The days with rows.
        until: The end of the period.

    Examples:
        >>> thrice_a_week = pd.Series(pd.date_range("2024-01-01", "2024-12-30", freq="D"))
        >>> thrice_a_week = thrice_a_week[thrice_a_week.dt.day_of_week.isin([0, 2, 4])]
        >>> quiet_end(thrice_a_week, datetime(2025, 1, 1))
        QuietEnd(last_row=datetime.date(2024, 12, 30), missing=1, share=0.57...)
        >>> quiet_end(pd.Series(pd.date_range("2024-01-01", "2024-12-30")), datetime(2025, 1, 1)) is None
        True
    """
    met = pd.Series(pd.to_datetime(days)).drop_duplicates().sort_values()
    last = met.iloc[-1]
    pauses = met[met >= last - timedelta(days=LIKE_THE_PRESENT)].diff().dt.days.dropna()
    missing = (pd.Timestamp(until) - last).days - 1
    if missing < 1 or len(pauses) < FEWEST_SILENCES:
        return None
    share = float((pauses - missing).clip(lower=0).sum() / pauses.sum())
    return QuietEnd(last.date(), missing, share) if share >= OFTEN_SILENT else None


def days_with_rows(base: Base) -> pd.Series:
    """The days with any row, including rows without a customer."""
    times = ("start", "end") if base.kind == "contracts" else (base.time,)
    days = reduce.collect(reduce.distinct_days(base.everything, *times))["day"]
    unknown = base.quality.unknown
    every = days if unknown is None else pd.concat([pd.to_datetime(days), pd.to_datetime(unknown["day"])])
    met = pd.to_datetime(every)
    return met[met < pd.Timestamp(base.as_of)]


def end_of_last(base: Base, every: str) -> datetime | None:
    """The end of the last period, if it is over, hardly a day of it is missing, and no cut-off was given."""
    is_told = (base.arguments or {}).get("as_of") is not None
    if base.reread is None or is_told or base.kind == "snapshots" or base.card.counts or base.card.merge_gap:
        return None
    calendar = base.calendar(every)
    last = calendar.index(base.last_seen)
    begin, end = calendar.start(last), calendar.start(last + 1)
    missing = (end - base.as_of.date()).days
    is_short = 0 < missing <= LATE * (end - begin).days
    return datetime.combine(end, time.min) if is_short and end <= date.today() else None  # noqa: DTZ011 - a business's day
