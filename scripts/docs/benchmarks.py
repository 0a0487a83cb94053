"""The page of benchmarks, made from the runs that are kept: nothing in its tables was written by hand.

    python -m scripts.docs.benchmarks [benchmarks/runs/….json …]

Keeps the runs that are named, each in place of the one that was asked the same, and writes the page.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path
from typing import Any

from scripts.bench import said

ROOT = Path(__file__).parent.parent.parent
BENCHMARKS = ROOT / "benchmarks"
KEPT, SIDES = BENCHMARKS / "kept", BENCHMARKS / "sides"
PAGE = ROOT / "docs" / "benchmarks.md"
NAMED = re.compile(
    r"(?P<question>\w+), (?P<rows>[\d,]+) rows, (?P<side>[\w ]+?)"
    r"(?:, (?P<what>whole process|CPU|CPU beside SQL|peak))?$"
)
HEADS = {"whole process": "seconds", "CPU": "of the processor", "CPU beside SQL": "beside the SQL", "peak": "peak, MB"}
HEAD = """# How long it takes

Made by `scripts/docs/benchmarks.py` from the runs in `benchmarks/kept`. `make bench` measures anew, and what it finds
is held against the run before, the first one against these.

Each line is a process of its own, from the start of the interpreter to the numbers: medians of three turns (of 100
million rows, one), in brackets the least and the greatest. All sides of a table found the same numbers; a run in which
they do not fails. Customers are heavy-tailed: they have twenty purchases on average, and few of them have most. Ids are
whole numbers, the file is Parquet. Seconds of the processor beside those of the SQL are what to look at: in some runs
the machine had other work, and the clock tells of that, too. OpenRetailScience, lifelines and retentioneering are those
of `benchmarks/requirements.txt`, with the pandas and the DuckDB that they ask for.

crrkit's own engine takes 600 MB of memory at most, or as much as the Parquet files are long, and puts the rest on the
disk; `CRRKIT_MEMORY=8GB` says another limit, and `base.explain()` which one holds.
"""

Entries = dict[str, dict[str, Any]]


def keep(run: Path) -> None:
    """Put a run among those that are shown, in place of the one that was asked the same."""
    found = json.loads(run.read_text(encoding="utf-8"))
    KEPT.mkdir(exist_ok=True)
    kept = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    (KEPT / f"{'-'.join(found['asked'])}.json").write_text(kept, encoding="utf-8")


def kept_runs() -> list[dict[str, Any]]:
    """The runs that are shown, the latest last: of what two measured it has the word."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in KEPT.glob("*.json")]
    return sorted(found, key=lambda run: str(run["begun"]))


def page(runs: list[dict[str, Any]]) -> str:
    """The page: a section a question, those with an SQL beside ours first, a table for each number of rows."""
    found = {key: sides for run in runs for key, sides in tables(run).items()}
    questions = sorted({name for name, _rows in found}, key=lambda name: (not _path(name, "sql").is_file(), name))
    parts = [HEAD]
    for question in questions:
        parts.append(f"## {question.capitalize()}\n\n{told(question)}\n")
        asked = sorted((int(rows.replace(",", "")), rows) for name, rows in found if name == question)
        parts += [f"**{rows} rows**\n\n{table(found[question, rows])}\n" for _number, rows in asked]
    parts += [f"## Of {name}\n\n{lines}\n" for name, lines in others(runs).items()]
    return "\n".join([*parts, "## The runs\n", *map(run_told, runs)]) + "\n"


def others(runs: list[dict[str, Any]]) -> dict[str, str]:
    """What other benchmarks measured, a line a record, below the first sentence of the benchmark."""
    found = {}
    for run in runs:
        name = run["asked"][0]
        if name != "whole":
            lines = [f"* {said(entry)}" for entry in run["records"] if not entry["name"].endswith("peak of memory")]
            found[name] = "\n".join([_says(BENCHMARKS / f"{name}.py").splitlines()[0], "", *lines])
    return found


def tables(run: dict[str, Any]) -> dict[tuple[str, str], dict[str, Entries]]:
    """What a run measured of whole processes: by question and rows, by side, by what was measured."""
    found: dict[tuple[str, str], dict[str, Entries]] = {}
    for entry in run["records"]:
        named = NAMED.match(entry["name"])
        if named:
            sides = found.setdefault((named["question"], named["rows"]), {})
            sides.setdefault(named["side"], {})[named["what"] or "beside SQL"] = entry
    return found


def table(sides: dict[str, Entries]) -> str:
    """One table: the SQL first, then the others as they were run."""
    lines = [f"| | {' | '.join(HEADS.values())} |", "|---|" + "--:|" * len(HEADS)]
    lines += [
        f"| {side} | {' | '.join(shown(entries.get(what)) for what in HEADS)} |" for side, entries in sides.items()
    ]
    return "\n".join(lines)


def shown(entry: dict[str, Any] | None) -> str:
    """A median and its spread, to some three digits."""
    if entry is None:
        return ""
    digits = 0 if entry["median"] >= 100 else 1 if entry["median"] >= 10 else 2
    spread = f" ({entry['low']:.{digits}f} to {entry['high']:.{digits}f})" if entry["high"] > entry["low"] else ""
    return f"{entry['median']:.{digits}f}{spread}"


def told(question: str) -> str:
    """What is asked, and where the sides differ, as their scripts say."""
    others = [path for path in sorted((SIDES / question).glob("with_*.py")) if path.stem != "with_crrkit"]
    lines = [f"* `{path.stem.removeprefix('with_')}`: {_says(path)}" for path in others]
    return "\n".join([_says(_path(question, "crrkit")), *([""] if lines else []), *lines])


def _path(question: str, side: str) -> Path:
    return SIDES / question / f"with_{side}.py"


def _says(script: Path) -> str:
    return str(ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))))


def run_told(run: dict[str, Any]) -> str:
    """When, where and of what a run was."""
    machine, versions = run["machine"], ", ".join(f"{name} {number}" for name, number in run["versions"].items())
    load = " and ".join(f"{load:g}" for load in run.get("load", []) if load is not None) or "not known"
    return (
        f"* `{' '.join(run['asked'])}`, {run['begun'][:10]}, {run['commit']}: {machine['cores']} cores of"
        f" {machine['processor']}, Python {machine['python']}, {versions}; load before and after: {load}."
    )


if __name__ == "__main__":
    for name in sys.argv[1:]:
        keep(Path(name))
    PAGE.write_text(page(kept_runs()), encoding="utf-8")
