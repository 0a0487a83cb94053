"""Comparing segments, with each other and each with its own past, corrected for multiple comparisons.

Of twenty segments one stands out by chance, and a total may move in the opposite direction to every segment.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit.counts import EXACT, FEW, difference_p_value, holm, newcombe
from crrkit.ground import InputError, check_choice, check_given, gettext as _, segment_names
from crrkit.judge.segment_tables import (
    CANNOT_TELL_APART,
    DIFFER,
    FELL,
    NOBODY_TO_KEEP,
    ROSE,
    SegmentChanges,
    SegmentComparison,
)
from crrkit.measure import COMPLETE, RUNNING, RetentionTable

if TYPE_CHECKING:
    from collections.abc import Sequence


FEWEST_SEGMENTS = 2  # segments needed for a comparison


def compare_segments(
    kept: RetentionTable, *, period: str | None = None, before: str | None = None, level: float = 0.95
) -> SegmentComparison:
    """Compare every pair of segments in one period, and each segment with its own past.

    The interval of a difference is Newcombe's hybrid score interval; p values are from the pooled test of two
    proportions, with Holm's correction for the number of pairs and, separately, for the number of segments compared
    with their past. Verdicts on pairs: ``differ``, ``cannot tell`` and, if a segment had no customers at the start,
    ``nobody to keep``.

    Args:
        kept: An account given by segments (``by=``).
        period: The period's name; by default the latest complete one in which all segments had customers at the start,
            or, if there is none, as many segments as possible.
        before: The earlier period for comparing each segment with its own past; by default the one before ``period``.
        level: The coverage of the intervals; a corrected p value below ``1 - level`` counts as a difference.

    Returns:
        One row per pair, the smallest p value first and pairs without a rate last; ``.past``, one row per segment in
        the same order; notes if the total moved against every segment (Simpson's paradox) and if a later period was
        skipped.

    Raises:
        ValueError: If the account is not given by segments, has fewer than two, or lacks this period.

    Examples:
        No two regions differ, and yet one of them retains fewer than the year before:

        >>> import crrkit as crr
        >>> base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", by="region")
        >>> found = compare_segments(crr.retention_by_period(base, every="quarter", by="region"), before="2023Q4")
        >>> found.caption()
        '2024Q4: 0 of 6 pairs differ'
        >>> found.past.moved[["segment", "verdict"]].to_numpy().tolist()
        [['South', 'fell']]
    """
    check_given(kept, RetentionTable, name="kept")
    rows, label, notes = _rows_of(kept, period)
    pairs = [
        {
            "one": one,
            "other": other,
            "crr_one": _rate(first),
            "crr_other": _rate(second),
            **_difference(first, second, level),
        }
        for (one, first), (other, second) in combinations(_counted(rows, kept.by), 2)
    ]
    frame = _judged(pairs, level)
    frame["verdict"] = frame["verdict"].replace({ROSE: DIFFER, FELL: DIFFER})
    past = _past(kept, label, before, level)
    return SegmentComparison(frame, label, (*notes, *_simpson(past)), past)


def simpson_notes(moves: Sequence[float], change: float) -> tuple[str, ...]:
    """The note if the overall rate moved and no segment moved in the same direction (Simpson's paradox).

    The move of a segment that had customers in only one of the periods is NaN.
    """
    known = np.array([move for move in moves if not math.isnan(move)])
    if not len(known) or math.isnan(change) or abs(change) <= EXACT:
        return ()
    all_known = len(known) == len(moves)
    if (np.abs(known) <= EXACT).all():
        return (_still(all_known=all_known),)
    if (known * np.sign(change) > -EXACT).any():
        return ()
    return (_against(all_known=all_known, fell=change < 0),)


def _still(*, all_known: bool) -> str:
    if all_known:
        return _("No segment's retention changed: the overall rate moved by the mix alone.")
    return _(
        "No segment that was there in both periods changed its retention: the overall rate moved by the mix alone."
    )


def _against(*, all_known: bool, fell: bool) -> str:
    texts = {
        (True, True): _(
            "Every segment kept more of its customers, yet the overall rate fell: the mix of segments changed"
            " (Simpson)."
        ),
        (True, False): _(
            "Every segment kept fewer of its customers, yet the overall rate rose: the mix of segments changed"
            " (Simpson)."
        ),
        (False, True): _(
            "Every segment that was there in both periods kept more of its customers, yet the overall rate"
            " fell: the mix of segments changed (Simpson)."
        ),
        (False, False): _(
            "Every segment that was there in both periods kept fewer of its customers, yet the overall rate"
            " rose: the mix of segments changed (Simpson)."
        ),
    }
    return texts[all_known, fell]


def _rows_of(kept: RetentionTable, period: str | None) -> tuple[pd.DataFrame, str, tuple[str, ...]]:
    """The rows of the period, its name, and why it is not a later one."""
    if not kept.by:
        message = _("This account has no segments. Count it with by=, for example by='region'.")
        raise InputError(message, argument="kept")
    labels = list(dict.fromkeys(kept.table["period"]))
    ready = kept.table[(kept.table["status"] == COMPLETE) & (kept.table["start"] > 0)]["period"].value_counts()
    usual = [label for label in labels if label in ready.index and ready[label] == ready.max()]
    label = str(check_choice(period, name="period", choices=labels)) if period else (usual or labels)[-1]
    rows = kept.table[kept.table["period"] == label]
    if len(rows) < FEWEST_SEGMENTS:
        message = _("period={label!r} has fewer than two segments. The last periods are {names}.")
        raise InputError(message.format(label=label, names=", ".join(labels[-4:])), argument="period", given=period)
    later = [name for name in labels[labels.index(label) + 1 :] if name in ready.index] if period is None else []
    return rows, label, (*_passed_over(kept, later), *_running(rows, label))


def _passed_over(kept: RetentionTable, later: list[str]) -> list[str]:
    if not later:
        return []
    rows = kept.table[(kept.table["period"] == later[-1]) & (kept.table["start"] == 0)]
    text = _("In {period} nobody was there to keep in {names}; period={period!r} compares the others.")
    return [text.format(period=later[-1], names=", ".join(segment_names(rows, kept.by)))]


def _running(rows: pd.DataFrame, label: str) -> list[str]:
    if RUNNING not in set(rows["status"]):
        return []
    return [_("{period} was still running when the data ended: its rates are not final.").format(period=label)]


def _counted(rows: pd.DataFrame, by: Sequence[str]) -> list[tuple[str, tuple[int, int]]]:
    """Each segment's name with its number kept and its number at the start."""
    return list(zip(segment_names(rows, by), zip(rows["kept"], rows["start"], strict=True), strict=True))


def _past(kept: RetentionTable, label: str, before: str | None, level: float) -> SegmentChanges | None:
    labels = list(dict.fromkeys(kept.table["period"]))
    earlier = labels[: labels.index(label)]
    if before is not None:
        check_choice(before, name="before", choices=earlier)
    elif not earlier:
        return None
    then = before or earlier[-1]
    old, new = (dict(_counted(kept.table[kept.table["period"] == name], kept.by)) for name in (then, label))
    counts = {name: (old.get(name, (0, 0)), new.get(name, (0, 0))) for name in dict.fromkeys([*old, *new])}
    rows = [
        {"segment": name, "crr_before": _rate(one), "crr_after": _rate(two), **_difference(two, one, level)}
        for name, (one, two) in counts.items()
    ]
    total = [_rate((sum(k for k, _n in side.values()), sum(n for _k, n in side.values()))) for side in (old, new)]
    return SegmentChanges(_judged(rows, level), then, label, total[1] - total[0])


def _simpson(past: SegmentChanges | None) -> list[str]:
    if past is None:
        return []
    there = past.table["crr_before"].notna() | past.table["crr_after"].notna()
    found = simpson_notes(list(past.table["difference"][there]), past.change)
    return [f"{past.before} → {past.period}: {note}" for note in found]


def _rate(counts: tuple[int, int]) -> float:
    kept, start = counts
    return float(kept / start) if start else math.nan


def _difference(one: tuple[int, int], other: tuple[int, int], level: float) -> dict[str, object]:
    """The first rate minus the second, with its interval and p value; NaN if either had no customers at the start."""
    few = min(one[1], other[1]) < FEW
    if not (one[1] and other[1]):
        return {**dict.fromkeys(["difference", "low", "high", "p_value"], math.nan), "few": few}
    low, high = newcombe(*one, *other, level=level)
    p_value = difference_p_value(*one, *other)
    return {"difference": _rate(one) - _rate(other), "low": low, "high": high, "p_value": p_value, "few": few}


def _judged(rows: list[dict[str, object]], level: float) -> pd.DataFrame:
    """The rows with corrected p values and verdicts, the strongest first."""
    frame = pd.DataFrame(rows)
    known = frame["p_value"].notna()
    frame["p_holm"] = np.nan
    frame.loc[known, "p_holm"] = holm(frame.loc[known, "p_value"])
    moved = np.where(frame["difference"] < 0, FELL, ROSE)
    frame["verdict"] = np.where(known, np.where(frame["p_holm"] < 1 - level, moved, CANNOT_TELL_APART), NOBODY_TO_KEEP)
    order = frame.assign(size=-frame["difference"].abs()).sort_values(["p_value", "size"], kind="stable")
    return frame.loc[order.index].reset_index(drop=True)
