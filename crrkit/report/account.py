"""The account of a report: what may be disclosed (`crrkit.report.withhold`), and its headline period."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from crrkit.ground import check_count
from crrkit.measure import COMPLETE, RetentionTable
from crrkit.read import ENDS_ON_ONE_DAY, NO_END, NOBODY_GONE
from crrkit.report.beside_published import suppressed_beside
from crrkit.report.published import pages_in
from crrkit.report.withhold import ACCOUNT_COUNTS, ACCOUNT_RATES, blank_movements

PUBLISHED = ["period", "from_", "until", *ACCOUNT_COUNTS, *ACCOUNT_RATES, "status"]
SHOWN_COUNTS = ("kept", "start", "lost", "new", "returned", "end")


def shared(kept: RetentionTable, *, min_cell: int | None = 10, published: object = None) -> RetentionTable:
    """The account as a report may show it: fewer columns and, with ``min_cell``, small cells suppressed.

    Args:
        kept: The result of ``retention_by_period``.
        min_cell: The smallest group that may be shown; None suppresses nothing and is for private use.
        published: The HTML files of reports already published about these customers or some of them: no small cell can
            be derived by combining them either.

    Returns:
        The account with the columns of a report. In a period with a small ``start``, ``kept``, ``lost`` or ``end``, the
        movement and the rates are NaN and ``status`` is ``suppressed``; large values of ``start`` and ``end`` remain.
        Few customers who joined and left within a period are NaN.

    Raises:
        ValueError: If ``min_cell`` is not an integer of 0 or more; if the published reports leave nothing that may be
            shown.
    """
    table = kept.table[PUBLISHED].copy()
    if min_cell is not None:
        table = blank_movements(table, check_count(min_cell, name="min_cell"))
    shown = replace(kept, table=table, judged=kept.rhythm)  # judged now, since page and notebook are made together
    return suppressed_beside(shown, kept, pages_in(published), least=min_cell or 0)


def shows_when_lost(kept: RetentionTable) -> bool:
    """Whether the list shows when customers left; with all ends on one day, or none, no periods are compared."""
    return not any(kept.quality.doubt(name)[0] for name in (ENDS_ON_ONE_DAY, NO_END, NOBODY_GONE))


def whole_rows(kept: RetentionTable) -> pd.DataFrame:
    """The complete periods with a rate."""
    return kept.table[(kept.table["status"] == COMPLETE) & kept.table["crr"].notna()]


def reference_row(kept: RetentionTable) -> pd.Series | None:
    """The headline period: the last complete one with a rate, otherwise a running one, otherwise none."""
    rated = kept.table[kept.table["crr"].notna()]
    pool = next((rows for rows in (rated[rated["status"] == COMPLETE], rated) if len(rows)), None)
    return None if pool is None else pool.iloc[-1]


def earlier_periods(kept: RetentionTable) -> list[str]:
    """The periods with which the headline period is compared: a year earlier, and the previous one."""
    row = reference_row(kept)
    if row is None:
        return []
    rated = kept.table[kept.table["crr"].notna()]
    year_ago = rated["from_"] == row["from_"] - pd.DateOffset(years=1)
    return list(rated["period"][year_ago | (rated["until"] == row["from_"])])
