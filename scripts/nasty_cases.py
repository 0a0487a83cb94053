"""Realistic messy sources with known contents: which are read correctly, which refused, which wrong without a warning.

Run as ``python -m scripts.nasty_cases FOLDER [ID ...]``; the folder holds ``manifest.json``, a list of cases.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from math import isclose
from pathlib import Path
from typing import Any
from unittest.mock import patch

import crrkit as crr
from crrkit.ground.errors import CrrkitError
from crrkit.read.intake import tables as intake
from crrkit.read.quality.doubts import TWIN
from crrkit.read.sources.opened import open_source

RIGHT, REFUSED, NOTED = "right", "refused, fine", "noted"
WRONG, NOT_READ, BROKEN = "QUIETLY WRONG", "refused though readable", "traceback"
FINE = (RIGHT, REFUSED, NOTED)
FEW_ROWS = 1000
LAYOUT = ("sheet", "skip", "sep", "encoding")  # arguments that are done with once the cells are there
VERDICTS = (*FINE, WRONG, NOT_READ, BROKEN)


@dataclass(frozen=True)
class Outcome:
    """The outcome of one case."""

    case: str
    verdict: str
    why: str


def manifest(folder: Path) -> list[dict[str, Any]]:
    """The cases of a folder."""
    cases: list[dict[str, Any]] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return cases


class KnownCells(Exception):  # noqa: N818 - no error: what another file said in the same cells is not read again
    """A source has the same cells as one read before."""


def read_once(case: dict[str, Any], folder: Path, seen: dict[str, Any]) -> Any:
    """The base of a case; if the same cells were read before, that base: their meaning does not depend on the file."""
    opened, keys = open_source, []

    def looked_at(*source: Any, **rules: Any) -> Any:
        found = opened(*source, **rules)
        cells = found.table.limit(FEW_ROWS).to_pyarrow().to_pydict()
        cells.pop(TWIN, None)
        asked = {name: value for name, value in case["arguments"].items() if name not in LAYOUT}
        keys.append(repr((case["reader"], asked, found.columns, found.cut_lines, found.notes, found.in_order, cells)))
        if keys[0] in seen:
            raise KnownCells
        return found

    with patch.object(intake, "open_source", looked_at):
        try:
            base = getattr(crr, case["reader"])(folder / case["source"], **case["arguments"])
        except KnownCells:
            return seen[keys[0]]
    if keys and base.quality.rows_read < FEW_ROWS:
        seen[keys[0]] = base
    return base


def judge(case: dict[str, Any], folder: Path, *, seen: dict[str, Any] | None = None) -> Outcome:
    """Read one source and compare its rows with the truth; ``seen`` caches what was read."""
    refusal = case["want"] == "REFUSE"
    fine = refusal or case["refusing_is_fine_too"]
    try:
        base = read_once(case, folder, {} if seen is None else seen)
        rows = _rows(base, case["reader"])
    except CrrkitError as refused:
        return Outcome(case["id"], REFUSED if fine else NOT_READ, str(refused))
    except Exception as broken:  # noqa: BLE001 - whatever escapes is what is looked for
        return Outcome(case["id"], BROKEN, "".join(traceback.format_exception_only(broken)).strip())
    notes = " ".join(base.quality.notes)
    if refusal:
        return Outcome(case["id"], WRONG, f"not refused: {rows[:3]} {base.quality.caption()} {notes}")
    return _held(case, rows, base.quality, notes)


def _held(case: dict[str, Any], rows: list[tuple[Any, ...]], quality: Any, notes: str) -> Outcome:
    """Rows not in the truth are wrong; missing rows must have been set aside by name."""
    left = [tuple(row) for row in case["want"]]
    strange = []
    for row in rows:
        found = next((want for want in left if _same(row, want)), None)
        left.remove(found) if found else strange.append(row)
    if not strange and len(left) <= quality.rows_set_aside:
        return Outcome(case["id"], RIGHT, f"{quality.caption()} {notes}")
    verdict = NOTED if case["refusing_is_fine_too"] and notes else WRONG
    return Outcome(case["id"], verdict, f"{notes} strange: {strange[:3]} missing: {left[:3]} {quality.caption()}")


def _rows(base: Any, reader: str) -> list[tuple[Any, ...]]:
    wanted = ("customer", "start", "end") if reader == "read_contracts" else ("customer", "at", "amount")
    frame = base.table.to_pandas()
    frame = frame[[name for name in wanted if name in frame]].astype(object)
    return list(frame.where(frame.notna(), None).itertuples(index=False, name=None))


def _same(row: tuple[Any, ...], want: tuple[Any, ...]) -> bool:
    return all(_equal(*pair) for pair in zip(row, want, strict=False))


def _equal(got: Any, want: Any) -> bool:
    if isinstance(got, datetime):  # a truth without a time of day tells the day alone
        return isinstance(want, str) and got.isoformat(" ")[: len(want)] == want.replace("T", " ")
    if isinstance(got, float) and isinstance(want, int | float):
        return isclose(got, want, rel_tol=1e-9)
    return got is want is None or (want is not None and str(got) == str(want))


def main(folder: str, *wanted: str) -> None:
    """Print each case that is not read correctly, and the counts."""
    path = Path(folder)
    outcomes = [judge(case, path) for case in manifest(path) if not wanted or case["id"] in wanted]
    shown = [outcome for outcome in outcomes if wanted or outcome.verdict != RIGHT]
    for outcome in sorted(shown, key=lambda outcome: VERDICTS.index(outcome.verdict)):
        print(f"{outcome.verdict:24} {outcome.case:36} {outcome.why[:400]}")
    counts = Counter(outcome.verdict for outcome in outcomes)
    for verdict in VERDICTS:
        print(f"{verdict:24} {counts[verdict]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
