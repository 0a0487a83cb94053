"""The report while it is too early for a rate: the reason, and the date from which there will be one."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import DAYS_PER_PERIOD, format_number, format_percent, gettext as _
from crrkit.measure.cadence import BY, ENOUGH_CYCLES, LATE, RHYTHM_PERIODS, days_text
from crrkit.report.finding import Finding, plainly
from crrkit.report.period_names import day_name

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable
    from crrkit.measure.cadence import Advice


def is_early(kept: RetentionTable) -> bool:
    """Whether the history is too short for any period, so that a rate would only reflect the calendar."""
    return kept.rhythm is not None and kept.rhythm.is_doubtful and not kept.rhythm.advice.fits


def early_finding(kept: RetentionTable) -> Finding:
    """Why there is no rate yet, from when on there will be, and what the list shows already."""
    rhythm = kept.rhythm
    advice = None if rhythm is None else rhythm.advice
    claim = _("It is too early to say how many customers stay.")
    caveats = [
        *([] if advice is None else [_why(advice)]),
        *map(plainly, kept.quality.above()),
        *([] if advice is None else _from_when(kept, advice)),
        *([_median(rhythm.median)] if rhythm is not None and not math.isnan(rhythm.median) else []),
        _("The account below shows who bought when; its rates do not show who stays."),
    ]
    return Finding(claim, kept.to_pandas(), " ".join(caveats))


def _why(advice: Advice) -> str:
    if math.isnan(advice.needed):
        return _("Hardly anybody has bought twice yet.")
    text = _(
        "It takes {needed} {needed:day|days} until {share} of the customers have bought again, and the "
        "list covers {history} {history:day|days}, less than twice as long."
    )
    return text.format(
        needed=days_text(advice.needed), share=format_percent(advice.share, digits=0),
        history=format_number(advice.history_days),
    )  # fmt: skip


def _median(days: float) -> str:
    text = _("So far half of the repeat purchases came within {median} {median:day|days} of the one before.")
    return text.format(median=days_text(days))


def _from_when(kept: RetentionTable, advice: Advice) -> list[str]:
    """The day from which the list will contain two whole periods of sufficient length."""
    if kept.base is None or not advice.needed <= DAYS_PER_PERIOD["year"]:
        return []
    every = next(every for every in RHYTHM_PERIODS if DAYS_PER_PERIOD[every] >= advice.needed)
    calendar, first = kept.base.calendar(every), kept.base.first
    begun = calendar.index(first)
    late = first.date() > calendar.start(begun) + timedelta(days=LATE * DAYS_PER_PERIOD[every])
    whole = pd.Timestamp(calendar.start(begun + late + ENOUGH_CYCLES))
    long_enough = pd.Timestamp(first).normalize() + timedelta(days=ENOUGH_CYCLES * advice.needed)
    text = _("{by} it can be said from {day} on, if they go on buying at this pace.")
    return [text.format(by=_(BY[every]), day=day_name(max(whole, long_enough)))]
