"""A cohort grid compared with the same aggregation hand-written in DuckDB SQL, in one run.

    python benchmarks/cohorts.py [millions of purchases, 10 by default]

Prints ratios and seconds (medians of several runs, the sides alternating) and fails if the results differ. Machines are
shared and noisy, so look at the ratio. `make bench` compares the results with the previous run.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np

import crrkit as crr
from scripts.bench import side_by_side

if TYPE_CHECKING:
    from crrkit.read.bases.order_base import OrderBase


ORDERS = """
COPY (SELECT (hash(i * 7919) % {customers})::BIGINT AS customer,
             TIMESTAMP '2021-01-01' + INTERVAL (hash(i * 104729) % (1095 * 86400)) SECOND AS "at",
             (hash(i) % 10000 + 1) / 100.0 AS amount
      FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)
"""

# What a good analyst would write: a window function for one fact per customer, a join for two, whichever is faster.
CUSTOMERS_BY_HAND = """
WITH active AS (SELECT DISTINCT customer, year("at") * 12 + month("at") - 1 AS period FROM '{path}'),
     aged AS (SELECT *, min(period) OVER (PARTITION BY customer) AS cohort FROM active)
SELECT cohort, period - cohort AS age, count(*) AS active FROM aged GROUP BY ALL
"""
REVENUE_BY_HAND = """
WITH paid AS (SELECT customer, year("at") * 12 + month("at") - 1 AS period, sum(amount)::DOUBLE AS revenue
              FROM '{path}' WHERE amount > 0 OR amount IS NULL GROUP BY ALL),
     own AS (SELECT customer, min(period) AS cohort, arg_min(revenue, period) AS opening FROM paid GROUP BY customer)
SELECT cohort, period - cohort AS age, count(*) AS active, sum(revenue) AS revenue,
       sum(least(revenue, opening)) AS capped
FROM paid JOIN own USING (customer) GROUP BY ALL
"""


def main() -> None:
    """Generate the data, run both sides alternately, compare."""
    rows = round(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.parquet"
        duckdb.execute(ORDERS.format(rows=rows, customers=rows // 20, path=path)).fetchall()
        rules = {"customer": "customer", "at": "at", "as_of": "2024-01-01"}
        visits = crr.read_orders(path, **rules)
        compare(f"{rows:,} orders, customers", visits, CUSTOMERS_BY_HAND.format(path=path), value="customers")
        paid = crr.read_orders(path, amount="amount", **rules)  # refunds set aside on both sides
        compare(f"{rows:,} orders, revenue", paid, REVENUE_BY_HAND.format(path=path), value="revenue")


def compare(name: str, base: OrderBase, by_hand: str, *, value: str) -> None:
    """Time both sides alternately and check that the numbers agree."""
    grid, table = side_by_side(
        name, lambda: crr.cohort_grid(base, every="month", value=value), lambda: duckdb.sql(by_hand).df()
    )
    cells = table.set_index(["cohort", "age"])
    months = range(2021 * 12, 2024 * 12)
    assert grid.matrix("active").shape == (36, 36)
    for column in cells.columns:
        counted = cells[column].unstack().reindex(months).to_numpy(dtype=float)
        found = grid.matrix(column).to_numpy(dtype=float)
        beyond = grid.matrix("status").to_numpy() != "observed"
        np.testing.assert_allclose(np.where(beyond, 0, found), np.nan_to_num(counted), rtol=1e-9, err_msg=column)


if __name__ == "__main__":
    main()
