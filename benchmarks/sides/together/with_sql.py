"""The same seven in DuckDB SQL, one query each over the file: those of the single questions, without their printing."""

import sys
from pathlib import Path

import duckdb

source, result = sys.argv[1:]
SIDES = Path(__file__).parent.parent
PAID = f"""
    paid AS (SELECT customer, year("at") * 12 + month("at") - 1 AS period, sum(amount) AS revenue
             FROM '{source}' WHERE amount IS NOT NULL GROUP BY ALL)
"""
QUERIES = {
    "rows": f"""
        SELECT count(*) AS read, count(customer) AS known, count("at") AS dated, count(*) FILTER (amount <= 0) AS back,
               sum(amount) AS paid, min("at") AS first, max("at") AS last FROM '{source}'
    """,
    "account": f"""
        WITH active AS (SELECT DISTINCT customer, year("at") * 12 + month("at") - 1 AS period FROM '{source}'),
             rows AS (SELECT period, lag(period) OVER (PARTITION BY customer ORDER BY period) AS before FROM active)
        SELECT period, count(*) FILTER (before = period - 1) AS kept, count(*) FILTER (before IS NULL) AS new,
               count(*) FILTER (before < period - 1) AS returned FROM rows GROUP BY period
    """,
    "cohorts": f"""
        WITH active AS (SELECT DISTINCT customer, year("at") * 12 + month("at") - 1 AS period FROM '{source}'),
             aged AS (SELECT *, min(period) OVER (PARTITION BY customer) AS cohort FROM active)
        SELECT cohort, period - cohort AS age, count(*) AS active FROM aged GROUP BY ALL
    """,
    "stages": (SIDES / "stages" / "by_hand.sql").read_text(encoding="utf-8").format(path="log", last=2024 * 12 - 1),
    "revenue": f"""
        WITH {PAID},
             pairs AS (SELECT *, lead(period) OVER own AS next, lead(revenue) OVER own AS later FROM paid
                       WINDOW own AS (PARTITION BY customer ORDER BY period))
        SELECT period, sum(revenue) AS revenue, sum(later) FILTER (next = period + 1) AS retained,
               sum(least(revenue, later)) FILTER (next = period + 1) AS capped FROM pairs GROUP BY period
    """,
    "gaps": (SIDES / "gaps" / "by_hand.sql").read_text(encoding="utf-8").format(path=source),
    "concentration": f"""
        WITH own AS (SELECT customer, sum(amount) AS revenue FROM '{source}' GROUP BY customer),
             ranked AS (SELECT revenue, row_number() OVER (ORDER BY revenue DESC) AS place, count(*) OVER () AS n
                        FROM own)
        SELECT sum(revenue) FILTER (place <= ceil(n * 0.2)) / sum(revenue) AS of_the_top_fifth FROM ranked
    """,
}
duckdb.sql(f"CREATE VIEW log AS SELECT *, 'purchase' AS kind FROM '{source}'")
for query in QUERIES.values():
    duckdb.sql(query).df()
