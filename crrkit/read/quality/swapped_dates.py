"""Dates with day and month swapped, which is possible for days up to 12."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from crrkit.ground import told as _, told_date as format_date

if TYPE_CHECKING:
    from collections.abc import Sequence

LAST_OF_MONTHS = 12  # a greater number cannot be a month
ENOUGH_SURE, ENOUGH_OUTSIDE = 10, 10  # minimum numbers of unambiguous days, and of other days outside their time span
SHARE_OUTSIDE = 0.2  # minimum share of the ambiguous days outside the time span
MARGIN_OF_DAYS = timedelta(days=31)


def swapped_dates_doubt(days: Sequence[date]) -> list[str]:
    """Return a doubt if dates with a day up to 12 are outside the time span of the others, but not if swapped.

    Read month first, ``05/04/2024`` is in May and ``13/04/2024`` in April. Dates with a day above 12 are unambiguous
    and show the time span of the list; the others are inside it once their day and month are swapped.
    """
    sure, either = [day for day in days if day.day > LAST_OF_MONTHS], [day for day in days if day.day <= LAST_OF_MONTHS]
    if len(sure) < ENOUGH_SURE:
        return []
    since, until = min(sure) - MARGIN_OF_DAYS, max(sure) + MARGIN_OF_DAYS
    outside = sum(not since <= day <= until for day in either)
    if outside < max(ENOUGH_OUTSIDE, SHARE_OUTSIDE * len(either)):
        return []
    if not all(since <= date(day.year, day.day, day.month) <= until for day in either):
        return []
    message = _(
        "The dates with a day above 12 run from {since} to {until}, those with a day up to 12 from {first} to {last}: a"
        " program seems to have swapped day and month in some of them, for once swapped back they are of the same time."
        " Export the dates again, in one form such as 2024-12-31."
    )
    told = {"since": min(sure), "until": max(sure), "first": min(either), "last": max(either)}
    return [message.format(**{name: format_date(day) for name, day in told.items()})]
