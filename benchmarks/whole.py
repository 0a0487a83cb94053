"""The account and all seven measures as whole processes, from Parquet to the end, beside what else one would run.

    python benchmarks/whole.py [millions of purchases, 10 by default]

Customers are heavy-tailed, with ids as whole numbers. Each side is a process of its own, from the start of the
interpreter on: wall, CPU and the most memory, the sides taking turns; less than the 200 MB of this script is not seen.
The sides that give an account have to give the same one. Polars takes part where it is installed, the pandas recipe up
to ten million rows.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import duckdb

from benchmarks.account import ORDERS_BY_HAND
from benchmarks.together import MEASURES
from scripts.bench import RATIO, record

COUNTS = re.compile(r"\d+,\d+,\d+")
TURNS, LARGE = 3, 20_000_000  # rows from which a side runs once, and pandas not at all
ORDERS = """
COPY (SELECT floor({customers} * pow((hash(i * 7919) % 1000000007) / 1000000007.0, 3))::BIGINT + 1 AS customer,
             TIMESTAMP '2021-01-01' + INTERVAL (hash(i * 104729) % (36 * 30 * 86400)) SECOND AS "at",
             (hash(i) % 10000 + 1) / 100.0 AS amount
      FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)
"""

READ = 'import crrkit as crr\nbase = crr.read_orders(PATH, customer="customer", at="at", amount="amount")\n'
ACCOUNT = """
found = crr.retention_by_period(base, every="month", last="2023-11").to_pandas()
print(found[["kept", "new", "returned"]].fillna(0).astype(int).to_csv(index=False))
"""
SEVEN = """
from benchmarks.together import MEASURES
for name, measure in MEASURES.items():
    if name != "receipts":
        measure(base)
"""
SQL = f"""
import duckdb
found = duckdb.sql('''{ORDERS_BY_HAND}'''.format(path=PATH)).df()
print(found[["kept", "new", "returned"]].iloc[:35].to_csv(index=False))
"""
# What is usually written: the months of each customer, the one before by a shift.
PANDAS = """
import pandas as pd
frame = pd.read_parquet(PATH, columns=["customer", "at"])
frame["period"] = frame["at"].dt.year * 12 + frame["at"].dt.month - 1
active = frame[["customer", "period"]].drop_duplicates().sort_values(["customer", "period"])
before = active.groupby("customer")["period"].shift()
active = active.assign(
    kept=before == active["period"] - 1, new=before.isna(), returned=before < active["period"] - 1
)
found = active.groupby("period")[["kept", "new", "returned"]].sum()
print(found.iloc[:35].to_csv(index=False))
"""
POLARS = """
import polars as pl
at = pl.col("at")
active = pl.scan_parquet(PATH).select(
    "customer", period=at.dt.year().cast(pl.Int32) * 12 + at.dt.month().cast(pl.Int32) - 1
).unique().sort("customer", "period")
before = pl.col("period").shift().over("customer")
period = pl.col("period")
found = (
    active.with_columns(kept=before == period - 1, new=before.is_null(), returned=before < period - 1)
    .group_by("period").agg(pl.col("kept", "new", "returned").sum()).sort("period").collect()
)
print(found.select("kept", "new", "returned").head(35).write_csv())
"""


class Run(NamedTuple):
    """What a process took, and what it printed."""

    wall: float
    cpu: float
    megabytes: float
    said: str


def run(code: str, path: Path) -> Run:
    """Run Python code as a process of its own."""
    begun = time.perf_counter()
    program = f"PATH = {str(path)!r}\n{code}"
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    said = process.stdout.read() if process.stdout else ""
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"A side ended with {process.returncode}.")
    wall, scale = time.perf_counter() - begun, 1e6 if sys.platform == "darwin" else 1e3
    told = "\n".join(line for line in said.splitlines() if COUNTS.fullmatch(line))  # an engine tells how far it is
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / scale, told)


def sides(rows: int) -> dict[str, str]:
    """What is run, by its name; each of the first few gives the account."""
    found = {"SQL": SQL, "crrkit": READ + ACCOUNT}
    if rows < LARGE:
        found["pandas"] = PANDAS
    if importlib.util.find_spec("polars"):
        found["Polars"] = POLARS
    return found | {"crrkit, all measures": READ + SEVEN}


def main() -> None:
    """Make the data, let the sides take turns, hold what they found against each other, keep what they took."""
    rows = round(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.parquet"
        duckdb.execute(ORDERS.format(rows=rows, customers=rows // 20, path=path)).fetchall()
        asked = sides(rows)
        turns = [
            {name: run(code, path) for name, code in asked.items()} for _turn in range(1 if rows >= LARGE else TURNS)
        ]
    accounts = {name: one.said for name, one in turns[0].items() if one.said}
    assert len(set(accounts.values())) == 1, f"the sides disagree: {json.dumps(accounts)}"
    for name in asked:
        own = [turn[name] for turn in turns]
        record(f"{rows:,} purchases, {name}, whole process", [one.wall for one in own], unit="s")
        record(f"{rows:,} purchases, {name}, CPU", [one.cpu for one in own], unit="s of CPU")
        record(f"{rows:,} purchases, {name}, peak", [statistics.median(one.megabytes for one in own)], unit="MB")
        if name != "SQL":
            record(f"{rows:,} purchases, {name}", [turn[name].wall / turn["SQL"].wall for turn in turns], unit=RATIO)
            work = [turn[name].cpu / turn["SQL"].cpu for turn in turns]
            record(f"{rows:,} purchases, {name}, CPU beside SQL", work, unit=RATIO)


assert set(MEASURES) >= {"account", "cohorts", "stages", "revenue", "gaps", "concentration"}  # which SEVEN runs

if __name__ == "__main__":
    main()
