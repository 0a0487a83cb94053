"""Seven measures of one base, compared with one pass over its rows; and adding a month, compared with rereading all.

    python benchmarks/together.py [millions of rows, 10 by default]

Prints seconds and ratios; `make bench` compares them with the previous run. One pass is the account hand-written in
SQL. Fails if the updated base and the reread one differ.
"""

from __future__ import annotations

import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pandas as pd

import crrkit as crr
from benchmarks.account import ORDERS, ORDERS_BY_HAND
from scripts.bench import RATIO, record

if TYPE_CHECKING:
    from collections.abc import Callable

TURNS, CALLS = 3, 30
MEASURES: dict[str, Callable[[crr.OrderBase], object]] = {
    "account": lambda base: crr.retention_by_period(base, every="month"),
    "cohorts": lambda base: crr.cohort_grid(base, every="month"),
    "stages": lambda base: crr.stage_flow(base, every="month"),
    "revenue": lambda base: crr.revenue_retention(base, every="month"),
    "receipts": lambda base: crr.retail_measures(base, every="month"),
    "gaps": crr.characteristic_interval,
    "concentration": crr.concentration,
}


def seconds(work: Callable[[], object]) -> float:
    """The elapsed seconds of a call."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def together(orders: Path) -> None:
    """All measures on a fresh base, alternating with a single pass."""
    sums, ratios = [], []
    for _turn in range(TURNS):
        base = crr.read_orders(orders, customer="customer", at="at", amount="amount")
        taken = {name: seconds(partial(measure, base)) for name, measure in MEASURES.items()}
        one = seconds(lambda: duckdb.sql(ORDERS_BY_HAND.format(path=orders)).df())
        sums.append(sum(taken.values()))
        ratios.append(sums[-1] / one)
    record("seven measures", sums, unit="s")
    record("seven measures beside one pass", ratios, unit=RATIO)


def growing(orders: Path, folder: Path) -> None:
    """Adding the last month to a saved base, and rereading all rows."""
    parts = {"before": "\"at\" < TIMESTAMP '2023-11-01'", "since": "\"at\" >= TIMESTAMP '2023-11-01'"}
    for name, where in parts.items():
        copied = f"COPY (FROM '{orders}' WHERE {where}) TO '{folder / name}.parquet'"
        duckdb.execute(copied).fetchall()
    said = {"customer": "customer", "at": "at", "amount": "amount"}
    base = crr.read_orders(folder / "before.parquet", **said)
    record("save", [seconds(lambda: base.save(folder / "kept"))], unit="s")
    record("update by a month", [seconds(lambda: crr.update(folder / "kept", folder / "since.parquet"))], unit="s")
    record("read all anew", [seconds(lambda: crr.read_orders(orders, **said))], unit="s")
    grown, anew = crr.update(folder / "kept"), crr.read_orders(orders, **said)
    found, wanted = (crr.retention_by_period(one, every="month").to_pandas() for one in (grown, anew))
    pd.testing.assert_frame_equal(found, wanted)


def small() -> None:
    """The cost of one more query on a list of 2,000 customers in a data frame."""
    dice = np.random.default_rng(1)
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(dice.integers(0, 700, 12_000), unit="D")
    base = crr.read_orders(pd.DataFrame({"customer": dice.integers(0, 2000, 12_000), "at": days}))
    crr.retention_by_period(base, every="month")
    looks = [1000 * seconds(lambda: crr.retention_by_period(base, every="month")) for _call in range(CALLS)]
    record("account of 2,000 customers, once more", looks, unit="ms")


def main() -> None:
    """Generate the data and measure."""
    rows = round(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        orders = Path(folder) / "orders.parquet"
        duckdb.execute(ORDERS.format(rows=rows, customers=rows // 20, path=orders)).fetchall()
        small()
        together(orders)
        growing(orders, Path(folder))


if __name__ == "__main__":
    main()
