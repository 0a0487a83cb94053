"""Accounts to draw, and what tests read from a picture: where its words are, and on what they stand."""

import math

import numpy as np
import pandas as pd
from hypothesis import Phase
from matplotlib.axes import Axes
from matplotlib.text import Text

from crrkit.counts.intervals import wilson
from crrkit.measure.movement import RetentionTable

# A picture takes a fifth of a second: making a failing example smaller would take minutes.
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
CALENDAR = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}


def row(
    start: float, lost: float, new: float, returned: float = 0, *, period: str = "2024-02", status: str = "complete"
) -> dict[str, object]:
    """One row of an account, as `retention_by_period` gives it."""
    kept = start - lost
    low, high = wilson(kept, start) if start else (math.nan, math.nan)
    return {
        "period": period, "start": start, "kept": kept, "lost": lost, "new": new, "returned": returned,
        "end": kept + new + returned, "crr": kept / start if start else math.nan, "crr_low": low, "crr_high": high,
        "status": status if start else "empty_base",
    }  # fmt: skip


def account(*rows: dict[str, object], every: str = "month") -> RetentionTable:
    return RetentionTable(table=pd.DataFrame(rows), every=every, card=None, quality=None)


def history(periods: int, *, every: str = "month", start: int = 200, running: bool = False) -> RetentionTable:
    """Periods in which between one tenth and three tenths leave, in a pattern that never rests."""
    labels = [str(label) for label in pd.period_range("2021-01", periods=periods, freq=CALENDAR[every])]
    rows = [row(start, start * (10 + i * 7 % 20) // 100, 30, i % 3, period=label) for i, label in enumerate(labels)]
    if running:
        rows[-1]["status"] = "running"
    return account(*rows, every=every)


def words(ax: Axes) -> list[Text]:
    """Every text that a reader sees."""
    return [text for text in [*ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels()] if text.get_text()]


def collisions(ax: Axes) -> list[tuple[str, str]]:
    """Pairs of texts that stand on each other."""
    texts = words(ax)
    x0, y0, x1, y1 = np.array([text.get_window_extent().extents for text in texts]).reshape(-1, 4).T[..., np.newaxis]
    touch = (x0 <= x1.T) & (x1 >= x0.T) & (y0 <= y1.T) & (y1 >= y0.T)  # of a thousand texts, half a million pairs
    return [(texts[i].get_text(), texts[k].get_text()) for i, k in np.argwhere(np.triu(touch, 1))]


def outside(ax: Axes) -> list[str]:
    """Texts that leave the picture."""
    paper = ax.figure.bbox
    return [
        text.get_text()
        for text in words(ax)
        if (box := text.get_window_extent()).x0 < paper.x0 - 0.5
        or box.x1 > paper.x1 + 0.5
        or box.y0 < paper.y0 - 0.5
        or box.y1 > paper.y1 + 0.5
    ]
