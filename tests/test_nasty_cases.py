"""Sources as people have them, with a known truth: read right, refused or noted; the list of exceptions shrinks."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from scripts import nasty_cases
from scripts.nasty_cases import BROKEN, FINE, NOT_READ, NOTED, REFUSED, RIGHT, WRONG

# Cases that are not fine yet, and why. One that is mended must leave the list, so that it stays true.
KNOWN: dict[str, str] = {}


@pytest.fixture
def cases_dir() -> Path:
    """The folder of cases, beside the folder of real data; it is not part of the project."""
    data = os.environ.get("CRRKIT_DATA", "")
    if not Path(data or "unset").is_dir():
        pytest.skip("CRRKIT_DATA names no folder")
    folder = Path(data).parent / "cases" / "nasty"
    if not (folder / "manifest.json").is_file():
        pytest.skip("there are no cases beside the data")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("step", [19, pytest.param(1, marks=[pytest.mark.engines, pytest.mark.slow])])
def test_only_the_known_cases_are_not_fine(cases_dir: Path, step: int) -> None:
    """`make test` reads one case of nineteen, `make test-engines` all."""
    seen: dict[str, Any] = {}
    cases = nasty_cases.manifest(cases_dir)[::step]
    outcomes = [nasty_cases.judge(case, cases_dir, seen=seen) for case in cases]
    bad = {outcome.case: outcome for outcome in outcomes if outcome.verdict not in FINE}
    assert {name: bad[name].why for name in sorted(bad.keys() - KNOWN)} == {}, "worse than before"
    assert sorted(KNOWN.keys() & {case["id"] for case in cases} - bad.keys()) == [], "mended: take them off the list"
    assert not [outcome for outcome in bad.values() if outcome.verdict == BROKEN]


def verdict(
    folder: Path, want: object, *, text: str = "who,when,paid\na,2024-01-05,1\nb,2024-01-06,2\n", **case
) -> str:
    """What is said of a list of two purchases, of 1 and 2, held against some truth."""
    (folder / "orders.csv").write_text(text, encoding="utf-8")
    case = {
        "id": "one", "source": "orders.csv", "reader": "read_orders", "want": want, "refusing_is_fine_too": False,
        "arguments": {"customer": "who", "at": "when", "amount": "paid"}, **case,
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps([case]), encoding="utf-8")
    return nasty_cases.judge(nasty_cases.manifest(folder)[0], folder).verdict


A, B = ["a", "2024-01-05", 1.0], ["b", "2024-01-06", 2.0]


def test_the_judge_knows_right_from_wrong(tmp_path: Path) -> None:
    assert verdict(tmp_path, [A, B]) == verdict(tmp_path, [B, A]) == RIGHT
    assert verdict(tmp_path, [A]) == WRONG, "a row that is not in the truth"
    assert verdict(tmp_path, [A, B, B]) == WRONG, "a row is missing without a word"
    assert verdict(tmp_path, [A, [*B[:2], 2.5]]) == WRONG, "another amount"
    assert verdict(tmp_path, [A, ["b", "2024-01-06 10:00", 2.0]]) == WRONG, "another time of day"
    assert verdict(tmp_path, "REFUSE") == WRONG


def test_the_judge_lets_rows_be_set_aside_by_name(tmp_path: Path) -> None:
    text = "who,when,paid\na,2024-01-05,1\nb,2024-01-06,2\na,2024-01-07,3\n,2024-01-07,3\n"
    assert verdict(tmp_path, [A, B, ["a", "2024-01-07", 3], ["c", "2024-01-07", 3]], text=text) == RIGHT


def test_the_judge_tells_refusals_from_tracebacks(tmp_path: Path) -> None:
    named = {"customer": "nobody", "at": "when", "amount": "paid"}
    assert verdict(tmp_path, "REFUSE", arguments=named) == REFUSED
    assert verdict(tmp_path, [A, B], arguments=named, refusing_is_fine_too=True) == REFUSED
    assert verdict(tmp_path, [A, B], arguments=named) == NOT_READ
    assert verdict(tmp_path, [A, B], arguments={"frobnicate": 1}) == BROKEN


def test_the_judge_prints_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdict(tmp_path, [A])
    nasty_cases.main(str(tmp_path))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("QUIETLY WRONG            one")
    assert dict(line.rsplit(maxsplit=1) for line in lines[1:]) == {
        **dict.fromkeys((RIGHT, REFUSED, NOTED, NOT_READ, BROKEN), "0"), WRONG: "1",
    }  # fmt: skip
