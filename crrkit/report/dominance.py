"""Sums of money of which one customer makes nearly all: whoever knows that there is such a one reads the amount off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from crrkit import reduce
from crrkit.report.withhold import is_of_one

if TYPE_CHECKING:
    from crrkit.measure.cohorts import CohortGrid
    from crrkit.read import Base

PAID_SUMS = ["opening", "staying", "gone"]


def without_dominated(money: pd.DataFrame, base: Base, every: str) -> pd.DataFrame:
    """The periods, ``period opening staying gone``, in no sum of which one customer makes nearly all."""
    calendar = base.calendar(every)
    largest = (_of_purchases if base.has_purchases else _of_contracts)(base, every)
    own = largest.reindex([calendar.parse(str(period)) for period in money["period"]]).set_index(money.index)
    few = pd.concat([is_of_one(money[name], own[name]) for name in PAID_SUMS], axis=1)
    return money[~few.any(axis=1)]


def is_dominated(grid: CohortGrid, base: Base) -> bool:
    """Whether some shown cell of a grid of revenue is nearly all of one customer."""
    calendar = base.calendar(grid.every)
    asked = reduce.largest_of_cohorts(base.money, calendar=calendar, as_of=base.as_of)
    largest = reduce.collect(asked).set_index(["cohort", "period"])["revenue"]
    cells = grid.table[grid.table["revenue"].notna()]
    born = [calendar.parse(str(name)) for name in cells["cohort"]]
    places = pd.MultiIndex.from_arrays([born, [one + age for one, age in zip(born, cells["age"], strict=True)]])
    return bool(is_of_one(cells["revenue"], largest.reindex(places).set_axis(cells.index)).any())


def _of_purchases(base: Base, every: str) -> pd.DataFrame:
    """By the period after: what was paid before it is its opening."""
    found = reduce.collect(reduce.largest_payers(base.money, calendar=base.calendar(every), as_of=base.as_of))
    found = found.rename(columns={"revenue": "opening", "retained": "staying"})
    return found.set_index(found["period"] + 1)[PAID_SUMS].astype(float)


def _of_contracts(base: Base, every: str) -> pd.DataFrame:
    """The most that one customer has paid so far; who pays it still is not asked: more is withheld than need be."""
    calendar = base.calendar(every)
    found = reduce.collect(reduce.largest_holders(base.table, calendar=calendar, as_of=base.as_of))
    rows = found.set_index("period").astype(float)
    rows = rows.reindex(range(rows.index.min(), calendar.index(base.last_seen) + 1))
    paid = rows["closing"].cummax().ffill()
    return pd.DataFrame({"opening": paid.shift(1), "staying": paid, "gone": rows["gone"].fillna(0.0)})
