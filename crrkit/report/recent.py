"""The latest periods pooled, if each alone has too few customers: the recent rate of the list.

If few customers leave, only years in which many left can be shown individually, and the last of them may be long ago.
Three quiet years together are not a small group.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.counts import wilson
from crrkit.ground import format_number, format_percent, gettext as _
from crrkit.measure import COMPLETE
from crrkit.report.account import reference_row
from crrkit.report.finding import Finding, plainly
from crrkit.report.period_names import capital, each_of, period_name, periods_counted, span_name
from crrkit.report.withhold import WITHHELD
from crrkit.rules import small

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable

FEWEST_TOGETHER = 2  # periods
IN_NO_SUM = ("new", "returned", "end", "new_lost", "returned_lost", "rejoined")


def recent_of(counted: RetentionTable, kept: RetentionTable, *, min_cell: int | None = 10) -> RetentionTable | None:
    """The latest periods that are suppressed individually, pooled into one row; None if even together too few.

    As few of them as suffice, back from the last whole one. The customers at the start of each are added up, so that
    the rate is per period and not for the whole span.

    Args:
        counted: The account as counted.
        kept: The account as it may be shared.
        min_cell: The smallest group that may be shown; None suppresses nothing, and nothing is pooled.
    """
    shown = reference_row(kept)
    if min_cell is None or shown is None:
        return None
    whole = counted.table["status"] == COMPLETE
    later = (kept.table["from_"] > shown["from_"]) & whole
    if not later.any() or not (kept.table.loc[later, "status"] == WITHHELD).all():
        return None
    rows = counted.table[later & kept.table["start"].notna() & kept.table["end"].notna()]
    for n in range(FEWEST_TOGETHER, len(rows) + 1):
        if _has_large_counts(rows.tail(n), min_cell):
            return replace(kept, table=_one_row(kept.table, rows.tail(n)), base=None, notes=())
    return None


def _has_large_counts(rows: pd.DataFrame, least: int) -> bool:
    """Whether neither the kept nor the lost are few, and no single period's number can be inferred from the sum.

    The number lost is at least start minus end. And since a period is suppressed only if few left, each number is known
    to be small: at least half of the possible values must remain possible.
    """
    sums, low = rows[["kept", "lost"]].sum(), (rows["start"] - rows["end"]).clip(lower=0)
    if small(sums, least).any() or sums["lost"] - low.sum() < least:
        return False
    most, others = least - 1, len(rows) - 1
    for name in ("kept", "lost"):
        if small(rows[name], least).all():
            range_ = min(most, sums[name] - others) - max(1, sums[name] - most * others)
            if range_ < least // 2:
                return False
    return True


def _one_row(shown: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The row of all of them, by the columns of a shared account."""
    first, last = rows.iloc[0], rows.iloc[-1]
    start, stayed = int(rows["start"].sum()), int(rows["kept"].sum())
    low, high = wilson(stayed, start)
    told = {
        "period": f"{first['period']}–{last['period']}", "from_": first["from_"], "until": last["until"],
        "start": start, "kept": stayed, "lost": start - stayed, "crr": stayed / start, "crr_low": low, "crr_high": high,
        "status": COMPLETE, **dict.fromkeys(IN_NO_SUM, float("nan")),
    }  # fmt: skip
    return pd.DataFrame([told])[list(shown.columns)]


def recent_finding(kept: RetentionTable, recent: RetentionTable) -> Finding:
    """How many were kept per period in the latest periods on average: the headline if each alone is suppressed.

    Args:
        kept: The account as it may be shared.
        recent: The result of `recent_of`.
    """
    row = recent.table.iloc[0]
    rows = kept.table[(kept.table["from_"] >= row["from_"]) & (kept.table["until"] <= row["until"])]
    first, last = rows.iloc[0], rows.iloc[-1]
    text = _("{span} we kept {crr} of the customers {each}: {kept} of {start} (95% interval {low} to {high}).")
    claim = text.format(
        span=span_name(first, last, kept.every), each=each_of(kept.every), crr=format_percent(row["crr"]),
        kept=format_number(row["kept"]), start=format_number(row["start"]), low=format_percent(row["crr_low"]),
        high=format_percent(row["crr_high"]),
    )  # fmt: skip
    caveat = _(
        "{n} taken together: in each of them alone too few customers left or came to be shown. The {start} are the"
        " customers at the start of each, added up. The last that can be shown by itself is {alone}."
    )
    alone = reference_row(kept)
    caveat = caveat.format(
        n=periods_counted(len(rows), kept.every), start=format_number(row["start"]),
        alone="–" if alone is None else period_name(alone, kept.every),
    )  # fmt: skip
    said = [caveat, *map(plainly, kept.quality.above()), *map(plainly, kept.notes)]
    return Finding(" ".join(filter(None, [kept.warning, capital(claim)])), recent.table, " ".join(said))
