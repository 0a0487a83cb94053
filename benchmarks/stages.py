"""The moves between stages against the same counts hand-written in DuckDB SQL, both sides in one run.

    python benchmarks/stages.py [millions of events, 10 by default]

Prints ratios and seconds (medians of several turns, the sides taking turns), and fails if the two sides disagree.
Machines are shared and noisy: look at the ratio, not at the seconds. `make bench` holds them against the run before.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

import crrkit as crr
from scripts.bench import side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable

RULE = crr.StageRule(lapse_days=90, window_days=180, k_long=3, span_days=30, contact_days=30)

EVENTS = """
COPY (SELECT (hash(i * 7919) % {customers})::BIGINT AS customer,
             TIMESTAMP '2021-01-01' + INTERVAL (hash(i * 104729) % (1095 * 86400)) SECOND AS "at",
             CASE WHEN hash(i * 31) % 10 < 4 THEN 'purchase' WHEN hash(i * 31) % 10 < 8 THEN 'visit' ELSE 'offer' END
                 AS kind
      FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)
"""

# The same rule as a good analyst would write it: one window over purchase days, thresholds instead of a look at every
# boundary, a recursion-free walk over the months that each step covers. No second purchases, no memory of two months.
BY_HAND = """
WITH days AS (SELECT DISTINCT customer, "at"::DATE AS day FROM '{path}' WHERE kind = 'purchase'),
     known AS (SELECT customer, day,
                      lag(day) OVER own AS before, lag(day, 2) OVER own AS third,
                      max(day) OVER (PARTITION BY customer ORDER BY day
                                     RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 30 DAY PRECEDING) AS spaced
               FROM days WINDOW own AS (PARTITION BY customer ORDER BY day)),
     spells AS (SELECT *, max(CASE WHEN before IS NULL OR day - before > 90 THEN day END)
                              OVER (PARTITION BY customer ORDER BY day ROWS UNBOUNDED PRECEDING) AS opened
                FROM known),
     bought AS (SELECT customer, year(day) * 12 + month(day) - 1 AS since, arg_max(day, day) AS day,
                       arg_max(CASE WHEN third >= opened AND spaced >= opened
                                    THEN least(least(third, spaced)::DATE + 179, day + 90) ELSE day END, day)
                           AS long_day
                FROM spells GROUP BY ALL),
     first AS (SELECT customer, min(since) AS bought FROM bought GROUP BY customer),
     touched AS (SELECT customer, year("at") * 12 + month("at") - 1 AS since, max("at"::DATE) AS day
                 FROM '{path}' WHERE kind <> 'purchase' GROUP BY ALL),
     steps AS (SELECT customer, since, true AS buyer, year(long_day) * 12 + month(long_day) - 1 AS a,
                      year(day + 90) * 12 + month(day + 90) - 1 AS b FROM bought
               UNION ALL
               SELECT customer, since, false, since, year(day + 30) * 12 + month(day + 30) - 1
               FROM touched LEFT JOIN first USING (customer) WHERE bought IS NULL OR since < bought),
     walked AS (SELECT *, coalesce(lead(since) OVER own, {last}) AS following,
                       lag(since) OVER own AS p, lag(buyer) OVER own AS p_buyer, lag(a) OVER own AS pa,
                       lag(b) OVER own AS pb
                FROM steps WINDOW own AS (PARTITION BY customer ORDER BY since)),
     counted AS (SELECT since, following, buyer, least(a, following) AS a, least(b, following) AS b,
                        CASE WHEN p IS NULL THEN 'unknown'
                             WHEN p_buyer THEN CASE WHEN since <= pa THEN 'long' WHEN since <= pb THEN 'middle'
                                                    ELSE 'lapsed' END
                             WHEN since <= pb THEN 'short' ELSE 'cold' END AS entered, count(*) AS n
                 FROM walked WHERE since < {last} GROUP BY ALL),
     cells AS (SELECT k, n, CASE WHEN k = since THEN entered
                                 WHEN buyer THEN CASE WHEN k <= a THEN 'long' WHEN k <= b THEN 'middle'
                                                      ELSE 'lapsed' END
                                 WHEN k <= b THEN 'short' ELSE 'cold' END AS was,
                      CASE WHEN buyer THEN CASE WHEN k + 1 <= a THEN 'long' WHEN k + 1 <= b THEN 'middle'
                                                ELSE 'lapsed' END
                           WHEN k + 1 <= b THEN 'short' ELSE 'cold' END AS becomes
               FROM (SELECT *, unnest(range(since, following)) AS k FROM counted))
SELECT printf('%04d-%02d', (k // 12)::INT, (k % 12 + 1)::INT) AS from_period, was AS from_stage, becomes AS to_stage,
       sum(n)::BIGINT AS customers
FROM cells GROUP BY ALL
"""


def main() -> None:
    """Make the data, let the sides take turns, compare."""
    rows = round(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        duckdb.execute(EVENTS.format(rows=rows, customers=rows // 20, path=path)).fetchall()
        base = crr.read_events(path, customer="customer", at="at", kind="kind", as_of="2024-01-01")
        by_hand = BY_HAND.format(path=path, last=2024 * 12)
        compare(f"{rows:,} events, moves between stages", lambda: crr.stage_flow(base, rule=RULE), by_hand)


def compare(name: str, ours: Callable[[], crr.StageFlow], by_hand: str) -> None:
    """Time both sides in turns and hold the counts against each other."""
    flow, table = side_by_side(name, ours, lambda: duckdb.sql(by_hand).df())
    keys = ["from_period", "from_stage", "to_stage"]
    found, counted = (frame.set_index(keys)["customers"].sort_index() for frame in (flow.transitions, table))
    pd.testing.assert_series_equal(found, counted, check_dtype=False, check_index_type=False)


if __name__ == "__main__":
    main()
