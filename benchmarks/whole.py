"""Measures as whole processes, from the file to the numbers, compared with the alternatives.

    python benchmarks/whole.py [millions of rows, 10 by default] [account cohorts …]

Purchases per customer are heavy-tailed, ids are integers. Each side is a script in `benchmarks/sides`, one folder per
question, run as a process of its own, interpreter start included: wall time, CPU time and peak memory, the sides
alternating; a peak below the memory of this script is not seen. The run fails if the sides disagree. Tools that are not
installed are left out. Other tools run in the environment of `make rivals`, or in the one that CRRKIT_BENCH_RIVALS
names, because they need an older pandas and DuckDB than crrkit.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from scripts.bench import RATIO, record

ROOT = Path(__file__).parent.parent
SIDES = ROOT / "benchmarks" / "sides"
RIVALS = Path(os.environ.get("CRRKIT_BENCH_RIVALS", ROOT / ".venv-rivals" / "bin" / "python"))
TURNS = 3
LARGE = 20_000_000  # from so many rows on: one run, only crrkit and SQL, fewer questions
NAMES = {
    "sql": "SQL", "sql_of_same_facts": "SQL of the same facts", "crrkit": "crrkit", "pandas": "pandas",
    "tutorial": "pandas of tutorials", "polars": "Polars", "numpy": "numpy",
    "openretailscience": "OpenRetailScience", "openretailscience_frame": "OpenRetailScience of a frame",
    "lifelines": "lifelines", "retentioneering": "retentioneering",
}  # fmt: skip
NEEDED = {  # the package of a side that is not named like one
    "sql": "duckdb", "sql_of_same_facts": "duckdb", "tutorial": "pandas",
    "openretailscience_frame": "openretailscience",
}  # fmt: skip
OTHER_TOOLS = ("openretailscience", "openretailscience_frame", "lifelines", "retentioneering")
QUESTIONS = ("account", "cohorts", "revenue", "gaps", "stages", "together", "days")
OF_LARGE = ("account", "cohorts", "together")
# Heavy-tailed purchases per customer: the customer id is the third power of a uniform draw.
SKEWED = "floor({customers} * pow((hash(i * 7919) % 1000000007) / 1000000007.0, 3))::BIGINT + 1 AS customer"
ORDERS = f"""
COPY (SELECT {SKEWED}, TIMESTAMP '2021-01-01' + INTERVAL (hash(i * 104729) % (36 * 30 * 86400)) SECOND AS "at",
             (hash(i) % 10000 + 1) / 100.0 AS amount
      FROM range({{rows}}) t(i)) TO '{{path}}' (FORMAT parquet)
"""
EVENTS = f"""
COPY (SELECT {SKEWED}, TIMESTAMP '2021-01-01' + INTERVAL (hash(i * 104729) % (1095 * 86400)) SECOND AS "at",
             CASE WHEN hash(i * 31) % 10 < 4 THEN 'purchase' WHEN hash(i * 31) % 10 < 8 THEN 'visit' ELSE 'offer' END
                 AS kind
      FROM range({{rows}}) t(i)) TO '{{path}}' (FORMAT parquet)
"""
# The events for stages and days; few for days, since retentioneering creates a row per customer and day.
MADE = {"stages": (EVENTS, 1.0), "days": (EVENTS, 0.001)}


class Run(NamedTuple):
    """Time and memory of a process."""

    wall: float
    cpu: float
    megabytes: float


def main() -> None:
    """Generate the rows, and run one question after the other."""
    rows = round(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        for question in sys.argv[2:] or (QUESTIONS if rows < LARGE else OF_LARGE):
            made, share = MADE.get(question, (ORDERS, 1.0))
            own = round(rows * share)
            path = Path(folder) / f"{'orders' if made == ORDERS else 'events'}-{own}.parquet"
            if not path.exists():
                make(made.format(rows=own, customers=own // 20, path=path))
            ask(question, path, own)


def make(copied: str) -> None:
    """Write the rows in a process of its own, since this one's peak memory would count as the minimum of every side."""
    subprocess.run(
        [sys.executable, "-c", "import duckdb, sys; duckdb.execute(sys.argv[1]).fetchall()", copied], check=True
    )


def ask(question: str, path: Path, rows: int) -> None:
    """Run the sides alternately, check that they agree, record time and memory."""
    sides = [name for name in NAMES if takes_part(question, name, rows)]
    turns = [{side: run(question, side, path) for side in sides} for _turn in range(1 if rows >= LARGE else TURNS)]
    agree(question, path.parent, sides)
    for side in sides:
        own, name = [turn[side] for turn in turns], f"{question}, {rows:,} rows, {NAMES[side]}"
        record(f"{name}, whole process", [one.wall for one in own], unit="s")
        record(f"{name}, CPU", [one.cpu for one in own], unit="s of CPU")
        record(f"{name}, peak", [statistics.median(one.megabytes for one in own)], unit="MB")
        if side != "sql" and "sql" in sides:
            record(name, [turn[side].wall / turn["sql"].wall for turn in turns], unit=RATIO)
            record(f"{name}, CPU beside SQL", [turn[side].cpu / turn["sql"].cpu for turn in turns], unit=RATIO)


def takes_part(question: str, side: str, rows: int) -> bool:
    """Whether a side exists, is installed, and is fast enough for this size."""
    if not (SIDES / question / f"with_{side}.py").is_file() or (rows >= LARGE and side not in {"sql", "crrkit"}):
        return False
    needed = NEEDED.get(side, side)
    found = f"import importlib.util as it, sys; sys.exit(it.find_spec({needed!r}) is None)"
    here = subprocess.run([interpreter(side), "-c", found], check=False, env=environment(side)).returncode == 0
    if not here:
        print(f"{NAMES[side]} is not installed: {question} goes without it.")
    return here


def interpreter(side: str) -> str:
    """The Python that runs a side."""
    return str(RIVALS) if side in OTHER_TOOLS and RIVALS.is_file() else sys.executable


def environment(side: str) -> dict[str, str]:
    """The environment variables; other tools do not see this checkout, and compiled modules are kept, as installed."""
    left_out = {"PYTHONDONTWRITEBYTECODE", *(["PYTHONPATH"] if side in OTHER_TOOLS else [])}
    return {name: text for name, text in os.environ.items() if name not in left_out}


def run(question: str, side: str, path: Path) -> Run:
    """Run a side as a process of its own; its result is written next to the rows."""
    script, result = SIDES / question / f"with_{side}.py", path.parent / f"{question}-{side}.csv"
    begun = time.perf_counter()
    process = subprocess.Popen([interpreter(side), str(script), str(path), str(result)], env=environment(side))
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{NAMES[side]} ended with {process.returncode} when asked for {question}.")
    wall, scale = time.perf_counter() - begun, 1e6 if sys.platform == "darwin" else 1e3
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / scale)


def agree(question: str, folder: Path, sides: list[str]) -> None:
    """Check that all sides found the same, regardless of row order."""
    found = {side: pd.read_csv(path) for side in sides if (path := folder / f"{question}-{side}.csv").is_file()}
    for side, one in found.items():
        first, wanted = next(iter(found.items()))
        keys = list(wanted.columns)
        pd.testing.assert_frame_equal(
            *(each[keys].sort_values(keys, ignore_index=True) for each in (one, wanted)),
            check_dtype=False, rtol=1e-9, obj=f"{question}, {NAMES[side]} beside {NAMES[first]}",
        )  # fmt: skip
    if len(found) > 1:
        print(f"{question}: {', '.join(NAMES[side] for side in found)} found the same.", flush=True)


if __name__ == "__main__":
    main()
