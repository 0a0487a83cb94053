"""Accounts for reports, made from flows that are counted by hand."""

import math
from datetime import datetime

import pandas as pd

from crrkit.counts.intervals import wilson
from crrkit.measure.movement import RetentionTable
from crrkit.read.quality.rows import QualityReport
from crrkit.rules.card import DefinitionCard
from crrkit.rules.periods import Calendar


def account(
    *flows: tuple[int, int, int],
    first: str = "2024-01",
    every: str = "month",
    start: int = 100,
    running: bool = False,
    new_lost: int = 0,
    unit: str = "buyer",
    reasons: dict[str, int] | None = None,
) -> RetentionTable:
    """An account from ``(lost, new, returned)`` of each period; each end is the next start."""
    calendar = Calendar(every)
    index, rows = calendar.parse(first), []
    for lost, new, returned in flows:
        kept = start - lost
        low, high = wilson(kept, start) if start else (math.nan, math.nan)
        rows.append({
            "period": calendar.label(index), "from_": pd.Timestamp(calendar.start(index)),
            "until": pd.Timestamp(calendar.start(index + 1)),
            "start": start, "kept": kept, "lost": lost, "new": new, "returned": returned, "end": kept + new + returned,
            "new_lost": new_lost, "returned_lost": 0, "rejoined": 0,
            "crr": kept / start if start else math.nan, "crr_low": low, "crr_high": high,
            "churn": lost / start if start else math.nan, "status": "complete" if start else "empty_base",
        })  # fmt: skip
        start, index = kept + new + returned, index + 1
    if running:
        rows[-1]["status"] = "running"
    as_of = datetime.combine(calendar.start(index), datetime.min.time())
    card = DefinitionCard(source="list.csv", unit=unit, activity="period", as_of=as_of, every=every)
    quality = QualityReport.from_counts(reasons or {}, source="list.csv", rows_used=900, columns={"customer": "who"})
    return RetentionTable(pd.DataFrame(rows), every, card, quality)
