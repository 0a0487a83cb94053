"""Amounts in view of those in earlier pages: which customers make two of them differ is not known from the pages.

If one of two sums includes one customer more, their difference is what that customer paid, and a page does not show who
was counted. So an amount for a period is disclosed only once or unchanged: never with another value, and never by
periods of another length over the same days.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from crrkit.measure.cohorts import IN_PROGRESS, OBSERVED, SUPPRESSED
from crrkit.report.section import counts_carried

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from crrkit.measure.cohorts import CohortGrid
    from crrkit.report.published import Published
    from crrkit.report.section import Carried
    from crrkit.rules import Calendar

OF_MONEY, OF_COHORTS = "money", "cohorts"  # the sections with amounts
SUMS = ["opening", "staying", "gone", "capped"]
HUNDREDTHS, BILLIONTHS = 100, 10**9  # of money; of a rate as an explorer has it
SAME_DIGITS = 2  # by which equal amounts may differ, since an engine adds in any order


def money_carried(money: pd.DataFrame, every: str) -> Carried:
    """The amounts as embedded in a page, in hundredths, None if suppressed."""
    sums = money.set_index("period")[SUMS].mul(HUNDREDTHS).round()
    return {every: counts_carried(sums)}


def grid_carried(grid: CohortGrid) -> Carried:
    """The revenue of cohorts as shares of their first age, in billionths; None if suppressed."""
    return {grid.every: cells_carried(grid, "rate", unit=BILLIONTHS)}


def cells_carried(grid: CohortGrid, value: str, *, unit: int = 1) -> dict[str, dict[str, int | None]]:
    """The cells that could be observed as embedded in a page, one row per cohort, one column per age."""
    found: dict[str, dict[str, int | None]] = {}
    for row in grid.table[grid.table["status"].isin([OBSERVED, IN_PROGRESS, SUPPRESSED])].to_dict("records"):
        is_told = row["status"] != SUPPRESSED and not np.isnan(row[value])
        found.setdefault(str(row["cohort"]), {})[str(row["age"])] = round(row[value] * unit) if is_told else None
    return found


def beside_amounts(
    money: pd.DataFrame, calendar: Calendar, published: Sequence[Published], *, looks_back: bool
) -> pd.DataFrame:
    """The periods for which no earlier page shows a different amount, or one for an overlapping other period.

    What an earlier page suppresses for a common period stays suppressed. ``looks_back``: the opening of a period was
    paid in the previous one.
    """
    alike = [rows for their, rows in _disclosed(published, OF_MONEY) if their.every == calendar.every]
    labels = money["period"].astype(str)
    hidden = [any(rows.get(label, {"capped": 0})["capped"] is None for rows in alike) for label in labels]
    money = money.assign(capped=money["capped"].mask(np.array(hidden, dtype=bool)))
    back, now = int(looks_back), money_carried(money, calendar.every)[calendar.every]

    def is_free(label: str) -> bool:
        return not any(
            _differs(now[label], rows.get(label, {}))
            if their.every == calendar.every
            else any(_meet(calendar, label, their, one, back) for one in rows)
            for their, rows in _disclosed(published, OF_MONEY)
        )

    return money[labels.map(is_free).astype(bool)]


def periods_disclosed(calendar: Calendar, published: Sequence[Published]) -> set[int]:
    """The numbers of the periods whose amounts earlier pages show."""
    told = [rows for their, rows in _disclosed(published, OF_MONEY) if their.every == calendar.every]
    return {calendar.parse(label) for label in chain.from_iterable(told)}


def cells_disclosed(calendar: Calendar, published: Sequence[Published]) -> set[tuple[int, int]]:
    """The cohorts and periods, by number, whose amounts earlier pages show."""
    return {
        (calendar.parse(label), calendar.parse(label) + int(age))
        for their, rows in _disclosed(published, OF_COHORTS) if their.every == calendar.every
        for label, cells in rows.items()
        for age, value in cells.items() if value is not None
    }  # fmt: skip


def is_disclosed_otherwise(grid: CohortGrid, published: Sequence[Published]) -> bool:
    """Whether an earlier page shows other cohort revenue, suppresses other cells, or has other periods."""
    now = grid_carried(grid)[grid.every]
    return any(
        their.every != grid.every or any(_differs(cells, rows.get(label, {})) for label, cells in now.items())
        for their, rows in _disclosed(published, OF_COHORTS)
    )


def _disclosed(
    published: Sequence[Published], what: str
) -> Iterator[tuple[Calendar, dict[str, dict[str, int | None]]]]:
    for one in published:
        for every, rows in one.amounts.get(what, {}).items():
            yield one.account.card.calendar(every), rows


def _differs(now: dict[str, int | None], was: dict[str, int | None]) -> bool:
    """Whether a common value differs, or is shown by only one of them."""
    pairs = [(now[name], was[name]) for name in now if name in was]
    return any(
        (n is None) != (m is None) or (n is not None and m is not None and abs(n - m) > SAME_DIGITS) for n, m in pairs
    )


def _meet(calendar: Calendar, label: str, their: Calendar, other: str, back: int) -> bool:
    """Whether the periods overlap, including the previous period of either if its amounts are shown, too."""
    (begin, end), (from_, until) = (
        (one.start(one.parse(name) - back), one.start(one.parse(name) + 1))
        for one, name in ((calendar, label), (their, other))
    )
    return begin < until and from_ < end
