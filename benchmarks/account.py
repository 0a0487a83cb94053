"""The account compared with the same aggregation hand-written in DuckDB SQL, in one run.

    python benchmarks/account.py [millions of rows, 10 by default]

Prints ratios and seconds (medians of several runs, the sides alternating) and fails if the results differ. Machines are
shared and noisy, so look at the ratio. `make bench` compares the results with the previous run.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import duckdb

import crrkit as crr
from scripts.bench import side_by_side

ORDERS = """
COPY (SELECT (hash(i * 7919) % {customers})::BIGINT AS customer,
             TIMESTAMP '2021-01-01' + INTERVAL (hash(i * 104729) % (36 * 30 * 86400)) SECOND AS "at",
             (hash(i) % 10000 + 1) / 100.0 AS amount
      FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)
"""
CONTRACTS = """
COPY (SELECT (hash(i * 7919) % {customers})::BIGINT AS customer,
             begun AS start,
             CASE WHEN hash(i * 31) % 5 = 0 THEN NULL
                  ELSE begun + INTERVAL (hash(i * 17) % (400 * 86400)) SECOND END AS "end"
      FROM (SELECT i, TIMESTAMP '2021-01-01' + INTERVAL (hash(i * 104729) % (36 * 30 * 86400)) SECOND AS begun
            FROM range({rows}) t(i))) TO '{path}' (FORMAT parquet)
"""

# What a good analyst would write: the flows of every month from the months in which each customer bought.
ORDERS_BY_HAND = """
WITH active AS (SELECT DISTINCT customer, year("at") * 12 + month("at") - 1 AS period FROM '{path}'),
     rows AS (SELECT period, lag(period) OVER (PARTITION BY customer ORDER BY period) AS before FROM active)
SELECT period, count(*) FILTER (before = period - 1) AS kept, count(*) FILTER (before IS NULL) AS new,
       count(*) FILTER (before < period - 1) AS returned
FROM rows GROUP BY period ORDER BY period
"""
CONTRACTS_BY_HAND = """
WITH far AS (SELECT customer, start, coalesce("end", TIMESTAMP '2100-01-01') AS "end" FROM '{path}'),
     reach AS (SELECT *, max("end") OVER (PARTITION BY customer ORDER BY start, "end"
                                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach FROM far),
     marked AS (SELECT *, sum(CASE WHEN reach IS NULL OR start > reach THEN 1 ELSE 0 END)
                          OVER (PARTITION BY customer ORDER BY start, "end" ROWS UNBOUNDED PRECEDING) AS spell
                FROM reach),
     spells AS (SELECT customer, spell, min(start) AS start, max("end") AS "end" FROM marked GROUP BY ALL),
     months AS (SELECT customer, year(start) * 12 + month(start) - 1 AS joined,
                       max(year("end") * 12 + month("end") - 1) AS gone FROM spells GROUP BY ALL),
     rows AS (SELECT joined, gone, lag(gone) OVER (PARTITION BY customer ORDER BY joined) AS before FROM months)
SELECT joined AS period, count(*) FILTER (before IS NULL AND gone > joined) AS new,
       count(*) FILTER (before < joined AND gone > joined) AS returned
FROM rows GROUP BY joined ORDER BY joined
"""


def main() -> None:
    """Generate the data, run both sides alternately, compare."""
    rows = round(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        orders, contracts = Path(folder) / "orders.parquet", Path(folder) / "contracts.parquet"
        duckdb.execute(ORDERS.format(rows=rows, customers=rows // 20, path=orders)).fetchall()
        duckdb.execute(CONTRACTS.format(rows=rows, customers=rows // 3, path=contracts)).fetchall()
        base = crr.read_orders(orders, customer="customer", at="at")
        compare(f"{rows:,} orders", base, ORDERS_BY_HAND.format(path=orders))
        base = crr.read_contracts(contracts, customer="customer", start="start", end="end", as_of="2099-01-01")
        compare(f"{rows:,} contracts", base, CONTRACTS_BY_HAND.format(path=contracts))


def compare(name: str, base: crr.Base, by_hand: str) -> None:
    """Time both sides alternately and check that the numbers agree."""
    kept, table = side_by_side(
        name, lambda: crr.retention_by_period(base, every="month", last="2023-12"), lambda: duckdb.sql(by_hand).df()
    )
    flows = kept.to_pandas().reset_index(drop=True)
    table = table[table["period"] < 2024 * 12].reset_index(drop=True)
    for column in set(table.columns) - {"period"}:
        assert (flows[column] == table[column]).all(), f"the sides disagree on {column}"


if __name__ == "__main__":
    main()
