"""A text file larger than the memory used to count it: wall time and peak memory of a whole process.

    python benchmarks/long_text.py [millions of rows, 10 by default; 59 make five gigabytes]

Fails if the process takes more than two gigabytes, whatever the size of the file. Needs twice that size on disk.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from scripts.bench import record

BOUND = 2 * 1024**3
TEXT = """
COPY (SELECT 'R' || lpad(i::VARCHAR, 9, '0') AS receipt, 'C' || lpad((hash(i * 7919) % {customers})::VARCHAR, 8, '0')
             AS client_id,
             strftime(TIMESTAMP '2021-01-01' + INTERVAL (hash(i * 104729) % (36 * 30 * 86400)) SECOND,
                      '%Y-%m-%d %H:%M:%S') AS ordered_at,
             (hash(i) % 10000 + 1) / 100.0 AS total, md5(i::VARCHAR) AS note
      FROM range({rows}) t(i)) TO '{path}' (FORMAT csv, HEADER)
"""
WORK = """
import sys
import crrkit as crr
base = crr.read_orders(sys.argv[1])
crr.retention_by_period(base, every="month")
crr.cohort_grid(base, every="month")
crr.stage_flow(base, every="month")
print(base.quality.caption())
"""


def main() -> None:
    """Generate the file, count it in a process of its own, measure time and memory."""
    rows = round(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        duckdb.execute(TEXT.format(rows=rows, customers=rows // 20, path=path)).fetchall()
        length = path.stat().st_size
        begun = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", WORK, str(path)], capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - begun
    assert f"{rows:,} rows read = {rows:,} used" in done.stdout, done.stdout + done.stderr
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    name = f"{length / 1e9:.1f} GB of text"
    record(f"{name}, wall", [seconds], unit="s")
    record(f"{name}, peak", [peak / 1e9], unit="GB")
    assert peak < BOUND, f"{peak / 1e9:.2f} GB of memory"


if __name__ == "__main__":
    main()
