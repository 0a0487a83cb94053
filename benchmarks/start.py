"""Start-up time: `import crrkit`, and a rate from three counts on the command line.

    python benchmarks/start.py

Prints CPU milliseconds and fails if the best of five runs takes 100 ms for the import (beyond Python itself) or 500 ms
for the command; `make bench` compares them with the previous run. The cause of the speed, that nothing heavy is
imported, is checked by tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from scripts.bench import record

ROOT = Path(__file__).parent.parent
RUNS = 5


def milliseconds(*words: str) -> list[float]:
    """User and system time of several runs, unaffected by other load."""
    times = []
    for _run in range(RUNS):
        before = os.times()
        subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True)
        after = os.times()
        times.append(1000 * (sum(after[2:4]) - sum(before[2:4])))
    return times


def main() -> int:
    """Measure both and compare with the limits."""
    python = min(milliseconds("-c", "pass"))
    taken = {
        "import crrkit": ([each - python for each in milliseconds("-c", "import crrkit")], 100),
        "crrkit crr 70 90 30": (milliseconds("-m", "crrkit", "crr", "70", "90", "30", "--lang", "ru"), 500),
    }
    for name, (found, limit) in taken.items():
        record(name, found, unit="ms")
        print(f"  the best of them {min(found):.0f}, to stay below {limit}")
    return int(any(min(found) >= limit for found, limit in taken.values()))


if __name__ == "__main__":
    sys.exit(main())
