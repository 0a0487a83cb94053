"""Secondary suppression of cohort cells, so that sums of the account do not disclose the suppressed ones.

The customers at any time are those of all cohorts: ``end`` of a period is the sum of a diagonal of the triangle, and
``new`` the first cell of a cohort. A cell suppressed alone on its diagonal is disclosed by subtraction, so further
cells are suppressed until the range of each is wide enough (`crrkit.report.possible_ranges`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit.measure.cohorts import IN_PROGRESS, OBSERVED, SUPPRESSED
from crrkit.report.possible_ranges import Cell, are_wide_enough, next_to_suppress
from crrkit.rules import small

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable
    from crrkit.measure.cohorts import CohortGrid
    from crrkit.rules import Calendar

Hidden = tuple[np.ndarray, list[int]]
ROOM_ASKED = 1.5  # times the smallest group: more sums are printed than are examined
INFINITE = float("inf")


@dataclass(frozen=True, eq=False)
class Accounts:
    """The account of the same customers: as counted, and as shown."""

    counted: pd.DataFrame
    shown: pd.DataFrame
    every: str

    @property
    def merges_arrivals(self) -> bool:
        """Whether new and returned customers are merged, because some are few.

        Then the grid of "that age or later" must not be shown together with that of "in that age" either: for contracts
        the two differ by those who will return.
        """
        return bool(self.shown["new"].isna().all())


def beside(counted: RetentionTable, kept: RetentionTable, *, min_cell: int | None) -> Accounts | None:
    """The account as counted and as shown; None if nothing is suppressed.

    Args:
        counted: The result of `retention_by_period`.
        kept: The result of `shared` for it.
        min_cell: The smallest group that may be shown.
    """
    return None if min_cell is None else Accounts(counted.table, kept.table, kept.every)


@dataclass
class _Triangle:
    """The counts of a grid by cohort and age, and which are suppressed."""

    births: list[int]
    sizes: np.ndarray
    there: np.ndarray
    printed: np.ndarray
    few: np.ndarray
    hidden: np.ndarray
    rows: set[int]  # cohorts that are suppressed completely
    is_window: bool

    def diagonal(self, period: int) -> list[tuple[int, int]]:
        """The positions of the cells of one calendar period."""
        places = [(i, period - born) for i, born in enumerate(self.births) if born <= period]
        return [(i, a) for i, a in places if a < self.there.shape[1] and self.printed[i, a]]

    def shown(self, i: int, a: int) -> float | None:
        """The value of a cell as printed."""
        is_there = a < self.there.shape[1] and self.printed[i, a] and not self.hidden[i, a]
        return float(self.there[i, a]) if is_there else None


def cells_to_hide(grid: CohortGrid, calendar: Calendar, accounts: Accounts, least: int) -> Hidden:
    """The cells of a grid to suppress in addition to its small ones, and the cohorts whose size is suppressed, too."""
    triangle = _triangle(grid, calendar, least)
    if grid.align != "calendar":
        return triangle.hidden, []
    periods = {calendar.index(day.date()): i for i, day in enumerate(accounts.counted["from_"])}
    if accounts.every != grid.every:
        periods = _last_parts(calendar, accounts.counted)
    is_own = accounts.every == grid.every
    if is_own:
        _hide_newcomers(triangle, periods, accounts, least)
    if is_own or not triangle.is_window:
        for _round in range(3):  # suppression on one diagonal loosens the bounds of the next
            for period in sorted(periods):
                _guard_diagonal(triangle, period, periods, accounts, least, is_own=is_own)
    _hide_a_second(triangle, least)
    return triangle.hidden, sorted(triangle.rows)


def without_cells(grid: CohortGrid, hidden: Hidden) -> CohortGrid:
    """The grid without these cells, and without the sizes of some cohorts."""
    table, (cells, rows) = grid.table.copy(), hidden
    hides = pd.Series(cells.ravel(), index=table.index) & table["status"].isin([OBSERVED, IN_PROGRESS])
    numbers = [name for name in grid.kinds if name in table and name not in ("size", "status")]
    table[numbers] = table[numbers].mask(hides)
    names = grid.matrix("active").index[rows]
    table["size"] = table["size"].mask(table["cohort"].isin(names))
    table["status"] = table["status"].mask(hides, SUPPRESSED)
    return replace(grid, table=table)


def ends_of(grid: CohortGrid, hidden: Hidden) -> Hidden:
    """The suppressed cells with the same value in "that age or later": whole rows, and the last cell of each."""
    printed = grid.matrix("status").isin([OBSERVED, IN_PROGRESS, SUPPRESSED]).to_numpy()
    last = printed & ~np.hstack([printed[:, 1:], np.zeros((len(printed), 1), dtype=bool)])
    cells, rows = hidden
    whole = np.isin(np.arange(len(cells)), rows)
    return cells & (last | whole[:, None]), rows


def _triangle(grid: CohortGrid, calendar: Calendar, least: int) -> _Triangle:
    there, sizes = grid.matrix("active").to_numpy(), grid.matrix("size").to_numpy()[:, 0]
    states = grid.matrix("status").to_numpy()
    whole = np.broadcast_to(sizes[:, None], there.shape)
    few = small(whole, least) | small(there, least) | small(whole - there, least)
    return _Triangle(
        [calendar.parse(str(name)) for name in grid.matrix("active").index], sizes, there,
        np.isin(states, [OBSERVED, IN_PROGRESS]) & ~np.isnan(there), few, few & ~np.isnan(there), set(),
        grid.presence == "window",
    )  # fmt: skip


def _last_parts(calendar: Calendar, counted: pd.DataFrame) -> dict[int, int]:
    """For each whole period of the grid the last row of the account in it."""
    found = {}
    for i, (_at, row) in enumerate(counted.iterrows()):
        period = calendar.index((row["until"] - pd.Timedelta(days=1)).date())
        if pd.Timestamp(calendar.start(period + 1)) == row["until"]:
            found[period] = i
    return found


def _hide_newcomers(triangle: _Triangle, periods: dict[int, int], accounts: Accounts, least: int) -> None:
    """If the account merges new and returned, the first cell of a cohort must not separate them."""
    for i, born in enumerate(triangle.births):
        at = periods.get(born)
        if at is None or not np.isnan(accounts.shown["new"].iloc[at]):
            continue
        row, shown = accounts.counted.iloc[at], accounts.shown.iloc[at]
        must = small(row[["new", "returned", "new_lost"]].to_numpy(dtype=float), least).any()
        if must or np.isnan(shown["kept"]):
            if triangle.is_window:
                triangle.rows.add(i)
                triangle.hidden[i] = True
            else:
                triangle.hidden[i, 0] = True


def _hide_a_second(triangle: _Triangle, least: int) -> None:
    """A single suppressed cohort would be disclosed by the number of all customers."""
    others = [i for i, size in enumerate(triangle.sizes) if i not in triangle.rows and size]
    if len(triangle.rows) == 1 and others:
        second = min(others, key=lambda i: triangle.sizes[i] if triangle.sizes[i] >= least else INFINITE)
        triangle.rows.add(second)
        triangle.hidden[second] = True


def _guard_diagonal(
    triangle: _Triangle, period: int, periods: dict[int, int], accounts: Accounts, least: int, *, is_own: bool
) -> None:
    places = triangle.diagonal(period)
    end = accounts.shown["end"].iloc[periods[period]]
    if np.isnan(end) or len(places) < sum(born <= period for born in triangle.births):
        return
    cells = [_cell(triangle, i, a, periods, accounts, is_own=is_own) for i, a in places]
    rest = accounts.counted["end"].iloc[periods[period]] - sum(cell.value for cell in cells)
    if rest > 0:  # of cohorts that are not shown
        cells.append(Cell(rest, hidden=True, may_hide=False, counts=False))
    _widen(cells, ROOM_ASKED * least)
    newest = triangle.births.index(period) if period in triangle.births else None
    if newest is not None and not triangle.is_window and not are_wide_enough(cells, least):
        triangle.rows.add(newest)
        triangle.hidden[newest] = True
    for (i, a), cell in zip(places, cells[: len(places)], strict=True):
        triangle.hidden[i, a] |= cell.hidden
    if is_own:
        _guard_movement(triangle, period, periods, accounts, least)


def _widen(cells: list[Cell], least: float) -> None:
    while not are_wide_enough(cells, least):
        cell = next_to_suppress(cells, least)
        if cell is None:
            return
        cell.hidden = True


def _cell(triangle: _Triangle, i: int, a: int, periods: dict[int, int], accounts: Accounts, *, is_own: bool) -> Cell:
    """A cell with its bounds: its cohort's size, who joined in its first period, and its neighbours in the row."""
    born = triangle.births[i]
    high = INFINITE if i in triangle.rows else float(triangle.sizes[i])
    low, at = 0.0, periods.get(born)
    if is_own and at is not None:
        came = _came(accounts.shown.iloc[at])
        high = min(high, came) if triangle.is_window or a == 0 else high
    if is_own:
        low, high = _beside(triangle, i, a, periods, accounts, low, high)
    may_hide = a > 0 or (not triangle.is_window and np.isnan(accounts.shown["new"]).all())
    value, is_hidden = float(triangle.there[i, a]), bool(triangle.hidden[i, a])
    needs_room = is_hidden and (i in triangle.rows or (a == 0 and may_hide) or bool(triangle.few[i, a]))
    return Cell(value, low, max(high, low), is_hidden, may_hide, needs_room)


def _beside(  # noqa: PLR0917 - the place of a cell and its bounds so far
    triangle: _Triangle, i: int, a: int, periods: dict[int, int], accounts: Accounts, low: float, high: float
) -> tuple[float, float]:
    """No more are lost or return in a cohort than in all of them."""
    born = triangle.births[i]
    before, after = (triangle.shown(i, a - 1) if a else None), triangle.shown(i, a + 1)
    here, there = periods.get(born + a), periods.get(born + a + 1)
    if before is not None and here is not None:
        row = accounts.shown.iloc[here]
        low = max(low, before - _or_infinite(row["lost"]))
        high = min(high, before + _returned(row))
    if after is not None and there is not None:
        row = accounts.shown.iloc[there]
        low = max(low, after - _returned(row))
        high = min(high, after + _or_infinite(row["lost"]))
    return low, high


def _guard_movement(triangle: _Triangle, period: int, periods: dict[int, int], accounts: Accounts, least: int) -> None:
    """If the account suppresses the number lost, the rows of all cohorts together must leave it room."""
    row = accounts.shown.iloc[periods[period]]
    counted = accounts.counted.iloc[periods[period]]
    if not np.isnan(row["lost"]) or not counted["start"]:
        return
    older = [(i, a) for i, a in triangle.diagonal(period) if a > 0]
    known = sum(triangle.there[i, a - 1] for i, a in older) < counted["start"]  # others that nobody shows
    while not known and sum(_slack_of_lost(triangle, i, a) for i, a in older) < least:
        free = [(i, a) for i, a in older if not triangle.hidden[i, a]]
        if not free:
            return
        i, a = max(free, key=lambda place: triangle.there[place[0], place[1] - 1])
        triangle.hidden[i, a] = True


def _slack_of_lost(triangle: _Triangle, i: int, a: int) -> float:
    before, now = triangle.shown(i, a - 1), triangle.shown(i, a)
    if before is None or now is None:
        return float(triangle.sizes[i]) if before is None else before
    if not triangle.is_window:
        return 0.0
    return float(min(before, now, triangle.sizes[i] - max(before, now)))


def _came(row: pd.Series) -> float:
    return float(row["end"] - row["kept"]) if not np.isnan(row["end"] - row["kept"]) else _or_infinite(row["end"])


def _returned(row: pd.Series) -> float:
    return _came(row) if np.isnan(row["returned"]) else float(row["returned"])


def _or_infinite(value: float) -> float:
    return INFINITE if np.isnan(value) else float(value)
