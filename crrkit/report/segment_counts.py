"""The segments of a report: two periods by segment, small segments merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit import reduce
from crrkit.counts import wilson_share
from crrkit.ground import gettext as _, segment_names
from crrkit.measure import RetentionTable, retention_by_period
from crrkit.measure.cube import refuse_names_as_segments
from crrkit.report.account import earlier_periods, reference_row
from crrkit.report.withhold import CAME_BETWEEN, SEGMENT_COUNTS, merge_segments

if TYPE_CHECKING:
    import pandas as pd

    from crrkit.read import Base

SEGMENT_COLUMNS = ["segment", "period", "from_", "until", *SEGMENT_COUNTS, "status"]


def segments_of(base: Base, kept: RetentionTable, *, min_cell: int | None = 10) -> RetentionTable | None:
    """The headline period by segment, and the earlier one with which it is compared.

    Args:
        base: A base read with ``by=``; several columns form one name.
        kept: The account of the report.
        min_cell: The smallest group that may be shown; smaller segments are merged. None shows all.

    Returns:
        The account of those periods with ``by=("segment",)``; None without segments or without a rate.
    """
    row = reference_row(kept)
    if not base.by or row is None:
        return None
    if min_cell is not None:
        for name in base.by:
            sizes = reduce.collect(reduce.segment_sizes(base.table, name=name))
            refuse_names_as_segments(name, sizes["customers"])
    labels = [*earlier_periods(kept)[:1], str(row["period"])]
    table = retention_by_period(base, every=kept.every, by=base.by, last=labels[-1]).table
    table = table[table["period"].isin(labels)]
    followed = table["until"].isin(table["from_"])
    named = table.assign(segment=segment_names(table, base.by), came=(table["end"] - table["kept"]).where(followed, 0))[
        [*SEGMENT_COLUMNS, CAME_BETWEEN]
    ]
    return _account(merge_segments(named, min_cell or 0, others=_("All others")), kept)


def _account(rows: pd.DataFrame, kept: RetentionTable) -> RetentionTable:
    """The account of these rows, with rates."""
    rate = rows["kept"] / rows["start"].where(rows["start"] > 0)
    ends = [wilson_share(share, n) if n else (share, share) for share, n in zip(rate, rows["start"], strict=True)]
    table = rows.assign(crr=rate, crr_low=[low for low, _high in ends], crr_high=[high for _low, high in ends])
    return RetentionTable(table, kept.every, kept.card, kept.quality, by=("segment",), whole=kept)


def latest_rows(segments: RetentionTable) -> pd.DataFrame:
    """The rows of the headline period with a rate, the highest rate first."""
    table = segments.table
    rows: pd.DataFrame = table[(table["period"] == table["period"].iloc[-1]) & (table["start"] > 0)]
    return rows.sort_values("crr", ascending=False, kind="stable").reset_index(drop=True)
