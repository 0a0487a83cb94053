"""The same in DuckDB SQL, as a good analyst would write it."""

import sys

import duckdb

source, result = sys.argv[1:]
found = duckdb.sql(f"""
    WITH active AS (SELECT DISTINCT customer, year("at") * 12 + month("at") - 1 AS period FROM '{source}'),
         rows AS (SELECT period, lag(period) OVER (PARTITION BY customer ORDER BY period) AS before FROM active)
    SELECT count(*) FILTER (before = period - 1) AS kept, count(*) FILTER (before IS NULL) AS new,
           count(*) FILTER (before < period - 1) AS returned
    FROM rows WHERE period < 2023 * 12 + 11 GROUP BY period ORDER BY period
""")
found.df().to_csv(result, index=False)
