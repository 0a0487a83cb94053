"""Transitions between stages compared with the same counts hand-written in DuckDB SQL, in one run.

    python benchmarks/stages.py [millions of events, 10 by default]

Prints ratios and seconds (medians of several runs, the sides alternating) and fails if the results differ. Machines are
shared and noisy, so look at the ratio. `make bench` compares the results with the previous run.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

import crrkit as crr
from benchmarks.sides.stages.rule import RULE
from scripts.bench import side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable

EVENTS = """
COPY (SELECT (hash(i * 7919) % {customers})::BIGINT AS customer,
             TIMESTAMP '2021-01-01' + INTERVAL (hash(i * 104729) % (1095 * 86400)) SECOND AS "at",
             CASE WHEN hash(i * 31) % 10 < 4 THEN 'purchase' WHEN hash(i * 31) % 10 < 8 THEN 'visit' ELSE 'offer' END
                 AS kind
      FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)
"""

BY_HAND = (Path(__file__).parent / "sides" / "stages" / "by_hand.sql").read_text(encoding="utf-8")


def main() -> None:
    """Generate the data, run both sides alternately, compare."""
    rows = round(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        duckdb.execute(EVENTS.format(rows=rows, customers=rows // 20, path=path)).fetchall()
        base = crr.read_events(path, customer="customer", at="at", kind="kind", as_of="2024-01-01")
        by_hand = BY_HAND.format(path=path, last=2024 * 12)
        compare(f"{rows:,} events, moves between stages", lambda: crr.stage_flow(base, rule=RULE), by_hand)


def compare(name: str, ours: Callable[[], crr.StageFlow], by_hand: str) -> None:
    """Time both sides alternately and check that the counts agree."""
    flow, table = side_by_side(name, ours, lambda: duckdb.sql(by_hand).df())
    keys = ["from_period", "from_stage", "to_stage"]
    found, counted = (frame.set_index(keys)["customers"].sort_index() for frame in (flow.transitions, table))
    pd.testing.assert_series_equal(found, counted, check_dtype=False, check_index_type=False)


if __name__ == "__main__":
    main()
