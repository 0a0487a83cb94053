"""Run the benchmarks, save the results as one JSON per run, and compare it with the previous run.

    python scripts/bench.py [account cohorts …] [--millions 1] [--only question …]

A benchmark measures with `side_by_side` or `record`; both print a line, and under this script the values are saved.
Machines are shared and noisy, so a change is reported only if two runs do not overlap: every turn now is beyond every
turn then. With a run from another machine only ratios are compared. The runs are in `benchmarks/runs`, which git
ignores; `python -m scripts.docs.benchmarks benchmarks/runs/….json` keeps one for the page of the documentation.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Ours = TypeVar("Ours")
Theirs = TypeVar("Theirs")
ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "benchmarks"
RUNS = FOLDER / "runs"
KEPT = FOLDER / "kept"  # the runs shown in the documentation; a machine's first run is compared with them
KEPT_IN = "CRRKIT_BENCH_RECORDS"  # the file to which the benchmarks of a run write, one record per line
LIBRARIES = ("crrkit", "duckdb", "ibis-framework", "numpy", "pandas", "pyarrow")
RATIO = "times by hand"
TURNS = 5


def side_by_side(name: str, ours: Callable[[], Ours], theirs: Callable[[], Theirs]) -> tuple[Ours, Theirs]:
    """Time both sides alternately and record the ratio of each turn.

    Returns:
        The results of both sides, for comparison.
    """
    here, there = [], []
    for _turn in range(TURNS):
        seconds, found = _timed(ours)
        here.append(seconds)
        seconds, by_hand = _timed(theirs)
        there.append(seconds)
    record(name, [one / other for one, other in zip(here, there, strict=True)], unit=RATIO)
    record(f"{name}, crrkit", here, unit="s")
    return found, by_hand


def _timed(work: Callable[[], Ours]) -> tuple[float, Ours]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def record(name: str, values: Sequence[float], *, unit: str, kept_in: str | Path | None = None) -> None:
    """Print the median and the range of the values, and save them if a run is being recorded."""
    entry = {"name": name, "unit": unit, "median": statistics.median(values), "low": min(values), "high": max(values)}
    print(said(entry), flush=True)
    if file_of_the_run := kept_in or os.environ.get(KEPT_IN):
        with Path(file_of_the_run).open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def said(entry: Mapping[str, Any]) -> str:
    """A record as one line: its median and, for several turns, the minimum and maximum."""
    spread = f" ({entry['low']:.3g} to {entry['high']:.3g})" if entry["high"] > entry["low"] else ""
    return f"{entry['name']}: {entry['median']:.3g} {entry['unit']}{spread}"


def compare(now: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[str]:
    """What has changed since the previous run, one line per record."""
    same = now["machine"] == before["machine"]
    then = {entry["name"]: entry for entry in before["records"] if same or entry["unit"] == RATIO}
    yield f"Held against {before['begun']} ({before['commit']})" + ("" if same else ", another machine: ratios only")
    for entry in now["records"]:
        if earlier := then.get(entry["name"]):
            yield f"  {_verdict(entry, earlier):6} {said(entry)}; before {earlier['median']:.3g}"
        elif same:
            yield f"  {'new':6} {said(entry)}"
    names = {entry["name"] for entry in now["records"]}
    yield from (f"  {'gone':6} {said(entry)}" for name, entry in then.items() if name not in names)


def _verdict(now: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    """Whether the ranges of two runs do not overlap; for single values, whether they differ by more than a tenth."""
    room = 0.1 * before["median"] if now["low"] == now["high"] else 0.0
    if now["low"] > before["high"] + room:
        return "more"
    return "less" if now["high"] < before["low"] - room else "alike"


def machine() -> dict[str, Any]:
    """What timings depend on besides the code."""
    return {
        "system": platform.system(), "processor": _processor(), "cores": os.cpu_count(),
        "python": platform.python_version(),
    }  # fmt: skip


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _load() -> float | None:
    """The load average of the last five minutes; None if the system does not provide it."""
    return round(os.getloadavg()[1], 1) if hasattr(os, "getloadavg") else None


def _commit() -> str:
    asked = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def run(scripts: Sequence[Path], words: Sequence[str], *, runs: Path) -> int:
    """Run the benchmarks one after the other, save their results, print what has changed."""
    runs.mkdir(parents=True, exist_ok=True)
    asked, load = [*(script.stem for script in scripts), *words], [_load()]
    before = [*sorted(KEPT.glob("*.json")), *sorted(runs.glob("*.json"))]
    alike = [one for path in before if (one := json.loads(path.read_text(encoding="utf-8")))["asked"] == asked]
    begun = f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}"
    records = runs / f"{begun}.part"
    failed = [script.name for script in scripts if not _passed(script, words, records)]
    found = {
        "begun": begun, "commit": _commit(), "machine": machine(), "asked": asked, "load": [*load, _load()],
        "versions": {name: version(name) for name in LIBRARIES},
        "records": [json.loads(line) for line in records.read_text(encoding="utf-8").splitlines()],
    }  # fmt: skip
    records.unlink()
    (runs / f"{begun}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print("\n".join(compare(found, alike[-1])) if alike else "The first run of its kind: the next is held against it.")
    print(f"Not as promised: {', '.join(failed)}" if failed else "All as promised.")
    return int(bool(failed))


def _passed(script: Path, words: Sequence[str], records: Path) -> bool:
    """Run one benchmark and record its peak memory."""
    print(script.name, flush=True)
    process = subprocess.Popen([sys.executable, str(script), *words], env={**os.environ, KEPT_IN: str(records)})
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    megabytes = used.ru_maxrss / (1e6 if platform.system() == "Darwin" else 1e3)
    record(f"{script.stem}, peak of memory", [megabytes], unit="MB", kept_in=records)
    return process.returncode == 0


def main(arguments: Sequence[str]) -> int:
    """Run the named benchmarks, or all."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    every = {path.stem: path for path in sorted(FOLDER.glob("*.py"))}
    parser.add_argument("names", nargs="*", help=f"of {', '.join(every)}; all when none is named")
    parser.add_argument("--millions", help="how many millions of rows; ten when nothing is said")
    parser.add_argument("--only", nargs="+", default=[], help="which questions of `whole`; needs --millions")
    asked = parser.parse_args(arguments)
    if stray := [name for name in asked.names if name not in every]:
        parser.error(f"no benchmark is called {', '.join(stray)}; there are {', '.join(every)}")
    names = asked.names or list(every)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    words = [asked.millions, *asked.only] if asked.millions else []
    return run([every[name] for name in names], words, runs=RUNS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
