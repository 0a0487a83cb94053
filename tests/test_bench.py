"""What `make bench` keeps of a run, and what it says beside the run before."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from benchmarks import whole
from scripts import bench
from scripts.docs import benchmarks as page_of_benchmarks

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


def test_the_page_shows_what_the_kept_runs_say() -> None:
    runs = page_of_benchmarks.kept_runs()
    assert page_of_benchmarks.PAGE.read_text(encoding="utf-8") == page_of_benchmarks.page(runs)
    assert {"account", "cohorts", "stages"} <= {
        question for run in runs for question, _rows in page_of_benchmarks.tables(run)
    }


def test_a_table_has_the_medians_of_each_side_and_what_is_unknown_is_left_out() -> None:
    run = a_run(
        entry("account, 1,000 rows, SQL, whole process", 1, 2, 12.345),
        entry("account, 1,000 rows, SQL, peak", 99, 99, 99),
        entry("account, 1,000 rows, OpenRetailScience, CPU", 10, 10, 10),
        entry("account, 1,000 rows, OpenRetailScience", 9, 9, 9), entry("whole, peak of memory", 5, 5, 5),
    )  # fmt: skip
    found = page_of_benchmarks.tables(run)
    assert list(found) == [("account", "1,000")]
    assert page_of_benchmarks.table(found["account", "1,000"]).splitlines()[2:] == [
        "| SQL | 2.00 (1.00 to 12.35) |  |  | 99.0 |",
        "| OpenRetailScience |  | 10.0 |  |  |",
    ]


def test_sides_that_disagree_end_the_run(tmp_path: Path) -> None:
    for side, kept in {"sql": 5, "crrkit": 5, "pandas": 6}.items():
        (tmp_path / f"account-{side}.csv").write_text(f"kept,new\n7,1\n{kept},2\n")
    whole.agree("account", tmp_path, ["sql", "crrkit"])
    with pytest.raises(AssertionError, match="account, pandas beside SQL"):
        whole.agree("account", tmp_path, ["sql", "crrkit", "pandas"])
    (tmp_path / "account-pandas.csv").write_text("new,kept\n2,5\n1,7\n")  # another order of columns and rows is none
    whole.agree("account", tmp_path, ["sql", "crrkit", "pandas"])


def test_each_side_of_a_question_is_one_that_is_run() -> None:
    sides = {path.parent.name: [] for path in sorted(whole.SIDES.glob("*/with_*.py"))}
    for path in whole.SIDES.glob("*/with_*.py"):
        sides[path.parent.name].append(path.stem.removeprefix("with_"))
    assert sides.keys() == set(whole.QUESTIONS)
    assert all("crrkit" in names and set(names) <= set(whole.NAMES) for names in sides.values())


@pytest.mark.slow
@pytest.mark.parametrize("question", [name for name in whole.QUESTIONS if name != "together"])
def test_what_is_measured_finds_the_same_as_the_sql(
    question: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(bench.ROOT))
    made, _share = whole.MADE.get(question, (whole.ORDERS, 1.0))
    path = tmp_path / "rows.parquet"
    whole.make(made.format(rows=3000, customers=200, path=path))
    sides = [name for name in whole.NAMES if whole.takes_part(question, name, 3000)]
    for side in sides:
        assert whole.run(question, side, path).megabytes > 0
    whole.agree(question, tmp_path, sides)
    assert (tmp_path / f"{question}-crrkit.csv").stat().st_size > 100


def test_only_some_questions_are_asked_of_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setenv("PYTHONPATH", str(bench.ROOT))
    monkeypatch.setattr(bench, "run", lambda one, words, **_where: asked.append(([path.stem for path in one], words)))
    bench.main(["whole", "--millions", "10", "--only", "together", "days"])
    bench.main(["whole", "--millions", "1"])
    assert asked == [(["whole"], ["10", "together", "days"]), (["whole"], ["1"])]


def test_what_two_runs_measured_is_shown_of_the_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_of_benchmarks, "KEPT", tmp_path)
    for begun, name, seconds in (("2024-02-01", "a", 2), ("2024-01-01", "b", 1)):
        run = a_run(entry("account, 1,000 rows, SQL, CPU", seconds, seconds, seconds))
        run |= {"begun": begun, "versions": {}, "asked": ["whole", "1"]}
        (tmp_path / f"{name}.json").write_text(json.dumps(run))
    shown = page_of_benchmarks.page(page_of_benchmarks.kept_runs())
    assert "| SQL |  | 2.00 |  |  |" in shown
    assert "| SQL |  | 1.00 |  |  |" not in shown
