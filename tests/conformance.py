"""What is counted on every engine that tests can start, and held against the same rows in a file: whole frames."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import crrkit as crr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SAMPLES = Path(__file__).parent.parent / "sample_data"
READERS: dict[str, Callable[..., Any]] = {
    "orders": crr.read_orders, "contracts": crr.read_contracts, "events": crr.read_events,
}  # fmt: skip
MOMENTS, DAYS, MONEY = ("ordered_at", "at"), ("joined", "left"), ("total", "monthly_fee")

# The list, and what is agreed of it.
WORLDS: dict[str, tuple[str, dict[str, Any]]] = {
    "purchases of regions": ("orders", {"by": ["region"]}),
    "two segments, weeks from Sunday": ("orders", {"by": ["region", "channel"], "week_starts": "sunday"}),
    "refunds that stay, a year from April": ("orders", {"refunds": "keep", "year_starts": "april"}),
    "no newcomers yet, cut off early": ("orders", {"burn_in_days": 60, "as_of": "2024-09-17"}),
    "contracts of regions": ("contracts", {"by": ["region"]}),
    "gaps that end nothing": ("contracts", {"by": ["tariff"], "merge_gap": 30}),
    "inclusive ends": ("contracts", {"end_is": "last_active_day"}),
    "events": ("events", {}),
}


def rows_of(kind: str) -> tuple[list[str], list[list[str | None]]]:
    """A sample list; the two dates of it that are none are left out, for a column of times cannot hold them."""
    with (SAMPLES / f"{kind}.csv").open(encoding="utf-8", newline="") as stream:
        names, *rows = csv.reader(stream)
    return names, [
        [None if cell in ("", "n/a") or cell.startswith("2024-02-30") else cell for cell in row] for row in rows
    ]


def as_files(folder: Path) -> dict[str, Path]:
    """The same rows as files."""
    for kind in READERS:
        names, rows = rows_of(kind)
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([names, *rows])
    return {kind: folder / f"{kind}.csv" for kind in READERS}


def measures(base: Any) -> Iterator[tuple[str, pd.DataFrame]]:
    """All that a base can be asked, as frames."""
    yield "months", crr.retention_by_period(base, every="month").to_pandas()
    yield "cohorts", crr.cohort_grid(base, every="month").to_pandas()
    yield "bracket", crr.cohort_grid(base, every="quarter", kind="bracket").to_pandas()
    yield "stages", crr.stage_flow(base, every="month").counts
    yield "revenue", crr.revenue_retention(base, every="month").to_pandas()
    if base.has_contacts:
        return
    if base.has_purchases:
        yield "own gap", crr.retention_by_period(base.with_activity(crr.OwnGap()), every="month").to_pandas()
        yield "trailing", crr.retention_by_period(base.with_activity(crr.Trailing(days=90)), every="month").to_pandas()
        yield "revenue of cohorts", crr.cohort_grid(base, every="month", value="revenue").to_pandas()
        yield "concentration", crr.concentration(base).to_pandas()
        yield "retail", crr.retail_measures(base, every="month").to_pandas()
    else:
        yield "all contracts", crr.retention_by_period(base, every="month", unit="person_all").to_pandas()
    yield "weeks of regions", crr.retention_by_period(base, every="week", by=base.by).to_pandas()


def assert_the_same(there: Any, here: Any) -> int:
    """Whole frames are equal, what became of the rows too; how many frames those were."""
    assert there.quality.to_pandas().equals(here.quality.to_pandas())
    assert there.quality.notes == here.quality.notes
    compared = 0
    for (name, found), (_same, wanted) in zip(measures(there), measures(here), strict=True):
        pd.testing.assert_frame_equal(found, wanted, obj=name)
        compared += 1
    return compared
