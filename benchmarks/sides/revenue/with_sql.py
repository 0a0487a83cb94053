"""The same in DuckDB SQL, with the part up to the first month: a join for two facts about each customer."""

import sys

import duckdb

source, result = sys.argv[1:]
found = duckdb.sql(f"""
    WITH paid AS (SELECT customer, year("at") * 12 + month("at") - 1 AS period, sum(amount)::DOUBLE AS revenue
                  FROM '{source}' WHERE amount > 0 OR amount IS NULL GROUP BY ALL),
         own AS (SELECT customer, min(period) AS cohort, arg_min(revenue, period) AS opening FROM paid GROUP BY ALL)
    SELECT printf('%04d-%02d', (cohort // 12)::INT, (cohort % 12 + 1)::INT) AS cohort, period - cohort AS age,
           sum(revenue) AS revenue, sum(least(revenue, opening)) AS capped
    FROM paid JOIN own USING (customer) WHERE period < 2023 * 12 + 11 GROUP BY ALL ORDER BY ALL
""")
found.df()[["cohort", "age", "revenue"]].to_csv(result, index=False)
