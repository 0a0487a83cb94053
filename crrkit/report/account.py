"""The account of a report: what may be disclosed (`crrkit.report.withhold`), and its headline period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import CrrkitError, check_count, gettext as _
from crrkit.measure import COMPLETE, RetentionTable
from crrkit.read import ENDS_ON_ONE_DAY, NO_END, NOBODY_AFTER, NOBODY_GONE
from crrkit.report.beside_published import withheld_beside
from crrkit.report.period_names import day_name
from crrkit.report.published import pages_in
from crrkit.report.withhold import ACCOUNT_COUNTS, ACCOUNT_RATES, blank_movements

if TYPE_CHECKING:
    from crrkit.read import Base

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
    return withheld_beside(shown, kept, pages_in(published), least=min_cell or 0)


def before_last_day(base: Base) -> tuple[Base, str]:
    """The list as of its last day, where all contracts end on it as they would if it were the day it was made; and why.

    A headline of "kept none" because of the export date is worse than one that is a period old.
    """
    day = base.quality.doubt(NOBODY_AFTER)[1]
    if not day or base.again is None:
        return base, ""
    try:
        cut = base.again(as_of=day["day"])
    except CrrkitError:
        return base, ""  # nothing precedes that day: the account has its own warning
    text = _(
        "Counted up to {day}: all contracts still running end on that day, the last in the list and most likely the"
        " day of the export, so none of them counts as lost. If they did end, write the report again with that"
        " stated."
    )
    why = text.format(day=day_name(date.fromisoformat(day["day"])))
    return replace(cut, again=base.again, said={**(base.said or {}), "as_of": day["day"]}, path=base.path), why


def tells_when(kept: RetentionTable) -> bool:
    """Whether the list shows when customers left; with all ends on one day, or none, no periods are compared."""
    return not any(kept.quality.doubt(name)[0] for name in (ENDS_ON_ONE_DAY, NO_END, NOBODY_GONE))


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
