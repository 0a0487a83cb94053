"""Mutation-test the counting core: what `make mutants` runs.

    python scripts/mutants.py [--minutes 30] [mutants, such as crrkit.counts.rates.*]

mutmut creates the mutants and runs for each the tests that reach it (`[tool.mutmut]` in pyproject.toml). Results are
kept in the folder `mutants`: a run that reached its time limit resumes where it stopped, and a run after new tests
tries the survivors again. Each survivor is printed with its diff. Some are equivalent to the original (a bound that is
never reached), so they are meant to be read, not counted.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parent.parent
MUTMUT = [sys.executable, "-m", "mutmut"]
PATIENCE = 5  # seconds to write down what was tried


def run(chosen: Sequence[str], *, seconds: float) -> bool:
    """Try mutants until all are done or the time is up; return whether all were."""
    process = subprocess.Popen([*MUTMUT, "run", "--max-children", "2", *chosen], cwd=ROOT)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:  # who was started in a shell's background does not hear it
            process.kill()
            process.wait()
        return False
    return process.returncode == 0


def said(*words: str) -> str:
    """The output of mutmut."""
    return subprocess.run([*MUTMUT, *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def by_verdict(results: str) -> dict[str, list[str]]:
    """The mutants by verdict, from ``mutmut results``, which does not list the killed ones."""
    found: dict[str, list[str]] = {}
    for line in results.splitlines():
        name, colon, verdict = line.strip().partition(": ")
        if colon:
            found.setdefault(verdict, []).append(name)
    return found


def change(shown: str) -> Iterator[str]:
    """The lines that a mutant removes and adds, from ``mutmut show``."""
    yield from (line for line in shown.splitlines() if line[:1] in {"-", "+"} and line[:3] not in {"---", "+++"})


def main(arguments: Sequence[str]) -> int:
    """Run, print the survivors, and say how many are left to try."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("mutants", nargs="*", help="only these, by name or pattern")
    parser.add_argument("--minutes", type=float, default=30.0)
    asked = parser.parse_args(arguments)
    is_done = run(asked.mutants, seconds=60 * asked.minutes)
    found = by_verdict(said("results"))
    survivors = found.pop("survived", [])
    for name in survivors:
        print("\n".join([name, *change(said("show", name))]))
    counts = ", ".join(f"{verdict}: {len(names)}" for verdict, names in sorted(found.items()))
    print(f"survived: {len(survivors)}" + (f"; {counts}" if counts else ""))
    if not is_done:
        print("Not all were tried: the same command goes on where this one stopped.")
    return int(bool(survivors))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
