"""What `make bench` keeps of a run, and what it says beside the run before."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from scripts import bench

if TYPE_CHECKING:
    from pathlib import Path

MACHINE = {"system": "Linux", "processor": "one", "cores": 2, "python": "3.11.7"}


def entry(name: str, low: float, median: float, high: float, unit: str = "s") -> dict[str, object]:
    return {"name": name, "unit": unit, "median": median, "low": low, "high": high}


def a_run(*records: dict[str, object], processor: str = "one") -> dict[str, object]:
    machine = MACHINE | {"processor": processor}
    return {"begun": "2024-01-02T03-04-05", "commit": "abc", "machine": machine, "asked": [], "records": list(records)}


def test_a_change_is_one_only_where_the_turns_of_two_runs_are_apart() -> None:
    before = a_run(entry("a", 1, 2, 3), entry("b", 1, 2, 3), entry("c", 1, 2, 3), entry("m", 100, 100, 100, "MB"))
    now = a_run(entry("a", 3.1, 4, 5), entry("b", 3, 4, 5), entry("c", 0.5, 0.6, 0.9), entry("m", 109, 109, 109, "MB"))
    head, *lines = bench.compare(now, before)
    assert head == "Held against 2024-01-02T03-04-05 (abc)"
    assert [line.split()[:2] for line in lines] == [["more", "a:"], ["alike", "b:"], ["less", "c:"], ["alike", "m:"]]
    assert lines[0].endswith("a: 4 s (3.1 to 5); before 2")


def test_one_value_has_changed_where_it_is_a_tenth_away() -> None:
    before = a_run(entry("m", 100, 100, 100, "MB"))
    said = [
        next(line for line in bench.compare(a_run(entry("m", n, n, n, "MB")), before) if "m:" in line)
        for n in (111, 89)
    ]
    assert [line.split()[0] for line in said] == ["more", "less"]


def test_what_is_new_and_what_is_gone_is_said() -> None:
    lines = list(bench.compare(a_run(entry("new", 1, 1, 1)), a_run(entry("old", 2, 2, 2))))[1:]
    assert lines == ["  new    new: 1 s", "  gone   old: 2 s"]


def test_seconds_of_another_machine_are_not_held_against_ours() -> None:
    before = a_run(entry("a", 9, 9, 9), entry("r", 1, 1.1, 1.2, bench.RATIO), processor="two")
    head, *lines = bench.compare(a_run(entry("a", 1, 1, 1), entry("r", 1, 1.1, 1.2, bench.RATIO)), before)
    assert head.endswith("another machine: ratios only")
    assert [line.split()[:2] for line in lines] == [["alike", "r:"]]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "sums.py"
    path.write_text(
        "import sys\nfrom scripts.bench import side_by_side\n"
        "ours, theirs = side_by_side('a sum', lambda: sum(range(10)), lambda: 45)\n"
        "sys.exit(ours != theirs or 'fail' in sys.argv)\n"
    )
    return path


def test_a_run_keeps_what_it_measured_and_the_next_is_held_against_it(script: Path, capfd, monkeypatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(bench.ROOT))
    runs = script.parent / "runs"
    moments = (datetime(2024, 1, 2, 3, 4, second, tzinfo=UTC) for second in range(3))
    monkeypatch.setattr(bench, "datetime", SimpleNamespace(now=lambda _zone: next(moments)))
    assert bench.run([script], [], runs=runs) == 0
    assert "The first run of its kind" in capfd.readouterr().out
    kept = json.loads(next(runs.iterdir()).read_text())
    assert [(one["name"], one["unit"]) for one in kept["records"]] == [
        ("a sum", bench.RATIO), ("a sum, crrkit", "s"), ("sums, peak of memory", "MB"),
    ]  # fmt: skip
    assert kept["versions"].keys() == set(bench.LIBRARIES)
    assert kept["machine"].keys() == MACHINE.keys()
    assert bench.run([script], ["fail"], runs=runs) == 1
    assert "The first run of its kind" in capfd.readouterr().out  # asked otherwise: not held against the other
    assert bench.run([script], [], runs=runs) == 0
    assert f"Held against {kept['begun']}" in capfd.readouterr().out
    assert len(list(runs.glob("*.json"))) == 3


def test_a_name_that_is_no_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        bench.main(["acount"])
    assert ended.value.code == 2
    assert "no benchmark is called acount; there are account, cohorts" in capsys.readouterr().err
