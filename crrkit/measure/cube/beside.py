"""Comparisons within a cube: one period under every limit of silence, its segments, and cohorts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit.counts import newcombe
from crrkit.ground import check_choice
from crrkit.measure import NOT_LISTED
from crrkit.measure.cube.choices import SEGMENTS_ERROR
from crrkit.measure.cube.tally import COHORTS, COHORTS_THERE
from crrkit.rules import PERIOD_BEFORE

if TYPE_CHECKING:
    from crrkit.measure.cube.choices import ListSettings
    from crrkit.measure.cube.counted import ListCube


def rates_by_silence(cube: ListCube, settings: ListSettings, period: str) -> pd.DataFrame:
    """Return the rate of one period under every limit of silence, as ``silence start kept crr``.

    Args:
        cube: The list.
        settings: The period length and the segment; its silence is ignored.
        period: The label of the period.

    Raises:
        ValueError: If there is no such period.
    """
    rows = []
    for silence in cube.silences:
        row = _row(cube, replace(settings, silence=silence), period)
        rows.append((silence, row["start"], row["kept"], row["crr"]))  # NaN where there is no snapshot
    return pd.DataFrame(rows, columns=["silence", "start", "kept", "crr"])


def rates_by_segment(cube: ListCube, settings: ListSettings, period: str) -> pd.DataFrame:
    """Compare every segment with all other customers in one period, those with the most excess losses first.

    ``start kept lost crr`` are those of the segment and ``rest`` is the rate of the other customers; ``difference`` of
    the two rates, with Newcombe's interval ``low high`` at a simultaneous level for all segments (Bonferroni);
    ``more``, the number lost in excess of the rate of the others; ``since``, the period from which the segment has been
    below the others continuously up to this one, and the number of these ``periods``.

    Args:
        cube: The list.
        settings: The period length and the silence; its segment is ignored.
        period: The label of the period.

    Raises:
        ValueError: If there is no such period.
    """
    whole = _up_to(cube, replace(settings, segment=None), period)
    level = 1 - SEGMENTS_ERROR / max(len(cube.segments), 1)
    rows = []
    for segment in cube.segments:
        own = _up_to(cube, replace(settings, segment=segment.key), period)
        if own["start"].iloc[-1]:
            rows.append({"segment": segment.key, **_beside(own, whole, level=level)})
    table = pd.DataFrame(rows, columns=BESIDE_COLUMNS)
    return table.sort_values("more", ascending=False, kind="stable", ignore_index=True)


BESIDE_COLUMNS = [
    "segment", "start", "kept", "lost", "crr", "rest", "difference", "low", "high", "more", "since", "periods",
]  # fmt: skip


def cohorts_of(cube: ListCube, settings: ListSettings) -> pd.DataFrame:
    """Return the complete cells of cohorts by the period of the first purchase, ``cohort age period size active rate``.

    Under a limit of silence, ``active`` counts customers at the end of the period, for the latest 24 cohorts; under the
    activity rule ``"period"``, ``active`` counts buyers of the period. It equals `cohort_grid` for ``base_under``.

    Args:
        cube: The list.
        settings: The period length, the silence and the segment.

    Raises:
        ValueError: If there are no cohorts of this period length (days and weeks), or the limit was not counted.
    """
    name = COHORTS if settings.silence == PERIOD_BEFORE and cube.has_period else COHORTS_THERE
    check_choice(settings.every, name="every", choices=[one for one in cube.everies if name in cube.tallies[one]])
    counts = cube.tallies[settings.every][name][cube.place(settings)]
    table = cube.account(replace(settings, first=None, last=None))
    names, over = list(table["period"]), (table["until"] <= cube.base_under(settings).decided).to_numpy()
    if name == COHORTS_THERE:
        bins = counts.reshape(len(names), -1, len(cube.silences) + 1)
        sizes, counts = bins.sum(axis=2), bins[:, :, : cube.limit(settings) + 1].sum(axis=2)
    else:
        sizes = counts
    begin = len(names) - counts.shape[1]  # of the latest cohorts
    came = (table["status"] != NOT_LISTED).to_numpy()  # customers in a first snapshot may have come at any time before
    rows = [
        (names[first], since - first, names[since], int(sizes[first, place]), int(counts[since, place]))
        for place, first in enumerate(range(begin, len(names)))
        for since in range(first, len(names))
        if sizes[first, place] and over[since] and came[first]
    ]
    found = pd.DataFrame(rows, columns=["cohort", "age", "period", "size", "active"])
    return found.assign(rate=found["active"] / found["size"])


def _row(cube: ListCube, settings: ListSettings, period: str) -> pd.Series:
    account = cube.account(replace(settings, first=None, last=None))
    return account.iloc[_place_of(account, period)]


def _place_of(account: pd.DataFrame, period: str) -> int:
    names = list(account["period"])
    return names.index(check_choice(period, name="period", choices=names))


def _up_to(cube: ListCube, settings: ListSettings, period: str) -> pd.DataFrame:
    """Return the account up to a period."""
    account = cube.account(replace(settings, first=None, last=None))
    seen = account["start"].notna() & account["kept"].notna()  # counts beside a missing snapshot are unknown
    account = account.assign(**{name: account[name].where(seen, 0) for name in ("start", "kept")})
    return account.iloc[: _place_of(account, period) + 1]


def _beside(own: pd.DataFrame, whole: pd.DataFrame, *, level: float) -> dict[str, object]:
    start, kept = (own[name].to_numpy(dtype="int64") for name in ("start", "kept"))
    others, stayed = (whole[name].to_numpy(dtype="int64") - mine for name, mine in (("start", start), ("kept", kept)))
    with np.errstate(divide="ignore", invalid="ignore"):
        crr, rest = kept / start, stayed / others
    low, high = (np.nan, np.nan)
    if others[-1]:
        low, high = newcombe(int(kept[-1]), int(start[-1]), int(stayed[-1]), int(others[-1]), level=level)
    run = _run_below(crr < rest)
    return {
        "start": start[-1], "kept": kept[-1], "lost": start[-1] - kept[-1], "crr": crr[-1], "rest": rest[-1],
        "difference": crr[-1] - rest[-1], "low": low, "high": high, "more": start[-1] * (rest[-1] - crr[-1]),
        "since": own["period"].iloc[-run] if run else "", "periods": run,
    }  # fmt: skip


def _run_below(below: np.ndarray) -> int:
    """Return the length of the uninterrupted run of True at the end."""
    missing = np.flatnonzero(~below[::-1])
    return int(missing[0]) if len(missing) else len(below)
