"""How run time grows when the rows, customers, days or segments are multiplied by ten, one at a time.

    python benchmarks/growth.py [millions of rows to start with, 1 by default]

Prints the factor in CPU seconds and the exponent: 1 is proportional, 0 is no growth. Measured are the account and the
cohorts of a base that has already been read; reading is not included.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import duckdb

import crrkit as crr
from scripts.bench import record

TURNS = 3
ORDERS = """
COPY (SELECT (hash(i * 7919) % {customers})::BIGINT + 1 AS customer,
             TIMESTAMP '2021-01-01' + INTERVAL (hash(i * 104729) % ({days} * 86400)) SECOND AS "at",
             'segment ' || (hash(i * 7919) % {customers}) % {segments} AS segment
      FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)
"""


class World(NamedTuple):
    """The size of a generated list."""

    rows: int
    customers: int
    days: int
    segments: int


def main() -> None:
    """Measure the initial size, then with each dimension multiplied by ten."""
    rows = round(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 1_000_000
    first = World(rows, rows // 50, 360, 3)  # a year by month; ten years then, ten times as many customers of few rows
    with tempfile.TemporaryDirectory() as folder:
        small = seconds(first, Path(folder))
        for name in World._fields:
            large = seconds(first._replace(**{name: 10 * getattr(first, name)}), Path(folder))
            for measure, before in small.items():
                times = [now / then for now, then in zip(large[measure], before, strict=True)]
                record(f"{measure}, ten times the {name}", times, unit="times the seconds")
                record(f"{measure}, exponent of {name}", [math.log10(one) for one in times], unit="")


def seconds(world: World, folder: Path) -> dict[str, list[float]]:
    """The CPU seconds of each measure on a fresh base."""
    path = folder / "orders.parquet"
    duckdb.execute(ORDERS.format(path=path, **world._asdict())).fetchall()
    found: dict[str, list[float]] = {"account": [], "cohorts": [], "account of segments": []}
    for _turn in range(TURNS):
        for name, taken in found.items():
            base = crr.read_orders(path, customer="customer", at="at", by="segment")
            begun = time.process_time()
            if name == "cohorts":
                crr.cohort_grid(base, every="month")
            else:
                crr.retention_by_period(base, every="month", by="segment" if name == "account of segments" else ())
            taken.append(time.process_time() - begun)
    return found


if __name__ == "__main__":
    main()
