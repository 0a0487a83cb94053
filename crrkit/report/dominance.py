"""Amounts that disclose individuals: sums over too few customers, or dominated by one.

The second-largest payer knows their own amount. So a sum is suppressed if the rest without the two largest amounts is
less than a quarter of the largest: the p % rule of statistical disclosure control, with p = 25. The sum of two amounts
is safe if both are, since its rest is at least the rest of each; so the smallest parts that differences of printed sums
yield are tested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from crrkit import reduce
from crrkit.report.withhold import is_of_few

if TYPE_CHECKING:
    from collections.abc import Collection

    from crrkit.measure.cohorts import CohortGrid
    from crrkit.read import Base
    from crrkit.rules import Calendar

PARTS = ["gone", "before", "after", "changed"]  # opening = gone + before, staying = after
PARTS_OF_GROSS = ["kept", "more", "less"]  # capped = kept
SHARES = ["customers", "revenue", "top_revenue", "following"]
TOPS = SHARES[2:]
Cell = tuple[int, int]  # a cohort and a period, by their numbers
Table = TypeVar("Table", pd.Series, pd.DataFrame)
_counted: WeakKeyDictionary[Base, dict[Calendar, pd.DataFrame]] = WeakKeyDictionary()


def without_dominated(
    money: pd.DataFrame, base: Base, every: str, *, least: int, told: Collection[int] = ()
) -> pd.DataFrame:
    """The periods, ``period opening staying gone capped kept``, without parts that disclose few customers.

    If only the increases or the decreases disclose few, ``capped``, which separates them, is suppressed. The amount
    paid by those who joined is the next ``opening`` minus ``staying``: if it discloses few, one of the two periods is
    removed. ``told`` are the numbers of the periods whose amounts earlier reports show.
    """
    calendar = base.calendar(every)
    numbers = np.array([calendar.parse(str(label)) for label in money["period"]], dtype="int64")
    few = (_of_purchases if base.has_purchases else _of_contracts)(base, calendar, money.set_index(numbers), least)
    keeps = set(numbers) - set(few.index[few[PARTS].any(axis=1)])
    for number in sorted(few.index[few["came"]]):
        if {number, number + 1} <= keeps | set(told):
            keeps.discard(number + 1 if number in told else number)
    capped = money["capped"].mask(few[PARTS_OF_GROSS].any(axis=1).to_numpy())
    return money.assign(capped=capped)[np.isin(numbers, list(keeps))]


def is_dominated(grid: CohortGrid, base: Base, *, least: int, told: Collection[Cell] = ()) -> bool:
    """Whether the amount of some cohort in some period, or the remaining amount of a period, discloses few.

    ``told`` are the cells that earlier reports show, in addition to those of the grid.
    """
    calendar = base.calendar(grid.every)
    asked = reduce.shares_of_cohorts(base.money, calendar=calendar, as_of=base.as_of)
    shares = reduce.collect(asked).set_index(["cohort", "period"])
    cells = grid.table[grid.table["revenue"].notna()]
    born = [calendar.parse(str(name)) for name in cells["cohort"]]
    shown = [*zip(born, np.add(born, cells["age"].astype("int64")), strict=True), *told]
    is_shown = shares.index.isin(pd.MultiIndex.from_tuples(shown, names=shares.index.names))
    rest = _together(shares[~is_shown].reset_index("cohort", drop=True))
    back = _of_part(_shares(base, calendar), "returned")
    return any(is_of_few(one, least).any() for one in (shares[is_shown], rest, back))


def _shares(base: Base, calendar: Calendar) -> pd.DataFrame:
    """By period and part: the number of customers, the sum and the two largest amounts.

    Cached per base: the revenue and cohort sections need the same, and nothing in a report costs more.
    """
    known = _counted.setdefault(base, {})
    if calendar not in known:
        known[calendar] = _counted_shares(base, calendar)
    return known[calendar]


def _counted_shares(base: Base, calendar: Calendar) -> pd.DataFrame:
    if base.has_purchases:
        asked = reduce.shares_of_payers(base.money, calendar=calendar, as_of=base.as_of)
    else:
        asked = reduce.shares_of_holders(base.table, calendar=calendar, as_of=base.as_of)
    return reduce.collect(asked).set_index(["period", "outcome"])[SHARES].astype(float)


def _of_purchases(base: Base, calendar: Calendar, money: pd.DataFrame, least: int) -> pd.DataFrame:
    """One row per period of the account, one column per part: whether it discloses few."""
    shares = _shares(base, calendar)
    few = _by_part(is_of_few(shares, least))
    return few.set_axis(few.index + 1).reindex(money.index, fill_value=False)


def _of_contracts(base: Base, calendar: Calendar, money: pd.DataFrame, least: int) -> pd.DataFrame:
    """The same; the largest payer is assumed to stay and pay the most ever paid, which suppresses more than needed."""
    shares = _shares(base, calendar)
    few = _by_part(is_of_few(shares, least)).reindex(money.index, fill_value=False)
    paid = _of_part(shares, "closing")[TOPS]
    stays = {
        "before": (money["opening"] - money["gone"], 1),
        "after": (money["staying"], 0),
        "kept": (money["capped"], 1),
    }
    for part, (sums, back) in stays.items():
        tops = [_two_largest(paid.loc[: number - back].to_numpy()) for number in money.index]
        largest = pd.DataFrame(tops, columns=TOPS, index=money.index)
        few[part] = is_of_few(largest.assign(customers=money["kept"], revenue=sums), least)
    return few


def _by_part(few: pd.Series) -> pd.DataFrame:
    periods = few.index.get_level_values("period").unique()
    parts = {part: _of_part(few, part).reindex(periods, fill_value=False) for part in (*PARTS, *PARTS_OF_GROSS, "came")}
    return pd.DataFrame(parts, index=periods, dtype=bool)


def _of_part(shares: Table, part: str) -> Table:
    found: Table = shares[shares.index.get_level_values("outcome") == part].droplevel("outcome").sort_index()
    return found


def _together(shares: pd.DataFrame) -> pd.DataFrame:
    """Several disjoint sums of a period as one."""
    sums = shares.groupby("period")[SHARES[:2]].sum()
    tops = {period: _two_largest(rows[TOPS].to_numpy()) for period, rows in shares.groupby("period")}
    return sums.join(pd.DataFrame.from_dict(tops, orient="index", columns=TOPS))


def _two_largest(amounts: np.ndarray) -> list[float]:
    return sorted([0.0, 0.0, *map(float, amounts.ravel())])[:-3:-1]
