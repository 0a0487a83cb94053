"""How long it takes until crrkit is there: `import crrkit`, and a rate of three counts from the command line.

    python benchmarks/start.py

Prints milliseconds of the processor, the best of five runs, and fails at a tenth and at half a second. That nothing
heavy is loaded, which is why, the tests hold.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
RUNS = 5


def seconds(*words: str) -> float:
    """User and system time of the best of a few runs: other work on the machine does not count."""
    times = []
    for _run in range(RUNS):
        before = os.times()
        subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True)
        after = os.times()
        times.append(sum(after[2:4]) - sum(before[2:4]))
    return min(times)


def main() -> int:
    """Measure both and compare with what is promised."""
    taken = {
        "import crrkit": (seconds("-c", "import crrkit") - seconds("-c", "pass"), 0.1),
        "crrkit crr 70 90 30": (seconds("-m", "crrkit", "crr", "70", "90", "30", "--lang", "ru"), 0.5),
    }
    for name, (found, limit) in taken.items():
        print(f"{name}: {1000 * found:.0f} ms, to stay below {1000 * limit:.0f}")
    return int(any(found >= limit for found, limit in taken.values()))


if __name__ == "__main__":
    sys.exit(main())
