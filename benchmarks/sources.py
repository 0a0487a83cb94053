"""The account from each kind of source, with ids as integers and as text: reading and counting, compared with SQL.

    python benchmarks/sources.py [millions of purchases, 10 by default]

Parquet, CSV, a pandas frame and, if installed, a Polars frame. Frames are created before the clock starts. DuckDB SQL
counts each source in place; both sides must agree. Ratios: in total, and without reading.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

import crrkit as crr
from benchmarks.whole import ORDERS, make
from scripts.bench import RATIO, record

TURNS = 3
AS_TEXT = "COPY (SELECT 'K-' || customer AS customer, \"at\", amount FROM '{path}') TO '{other}' (FORMAT parquet)"
BY_HAND = """
WITH active AS (SELECT DISTINCT customer, year("at") * 12 + month("at") - 1 AS period FROM {source}),
     rows AS (SELECT period, lag(period) OVER (PARTITION BY customer ORDER BY period) AS before FROM active)
SELECT count(*) FILTER (before = period - 1) AS kept, count(*) FILTER (before IS NULL) AS new,
       count(*) FILTER (before < period - 1) AS returned
FROM rows WHERE period < 2023 * 12 + 11 GROUP BY period ORDER BY period
"""


def main() -> None:
    """Generate the rows, and measure each kind of source."""
    rows = round(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        numbers, texts = Path(folder) / "numbers.parquet", Path(folder) / "texts.parquet"
        make(ORDERS.format(rows=rows, customers=rows // 20, path=numbers))
        make(AS_TEXT.format(path=numbers, other=texts))
        for ids, path in {"ids as numbers": numbers, "ids as text": texts}.items():
            for kind in ("Parquet", "CSV", "pandas", "Polars"):
                if kind != "Polars" or importlib.util.find_spec("polars"):
                    compare(f"{rows:,} purchases, {kind}, {ids}", source_of(kind, path))


def source_of(kind: str, path: Path) -> Any:
    """The rows as a file, or as a data frame in memory."""
    if kind == "CSV":
        other = path.with_suffix(".csv")
        duckdb.execute(f"COPY (FROM '{path}') TO '{other}'").fetchall()
        return other
    if kind == "Polars":
        import polars as pl

        return pl.read_parquet(path)
    return pd.read_parquet(path) if kind == "pandas" else path


def compare(name: str, source: Any) -> None:
    """Run both sides alternately and check that the numbers agree."""
    by_hand = BY_HAND.format(source=f"'{source}'" if isinstance(source, Path) else "source")
    reading, counting, beside, after = [], [], [], []
    for _turn in range(TURNS):
        begun = time.perf_counter()
        base = crr.read_orders(source, customer="customer", at="at", amount="amount")
        read = time.perf_counter()
        kept = crr.retention_by_period(base, every="month", last="2023-11")
        counted = time.perf_counter()
        wanted = duckdb.sql(by_hand).df()
        known = time.perf_counter()
        found = kept.to_pandas()[list(wanted.columns)].fillna(0)
        pd.testing.assert_frame_equal(found, wanted, check_dtype=False, obj=name)
        reading.append(read - begun)
        counting.append(counted - read)
        beside.append((counted - begun) / (known - counted))
        after.append((counted - read) / (known - counted))
    record(f"{name}, reading", reading, unit="s")
    record(f"{name}, counting", counting, unit="s")
    record(f"{name}, both", beside, unit=RATIO)
    record(f"{name}, after reading", after, unit=RATIO)


if __name__ == "__main__":
    main()
