"""Targets: what was aimed at on which day, and a file that survives a failed write."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

import crrkit as crr
from crrkit import Target, TargetHistory

FIRST = Target(value=0.70, period="year", basis_period="2022", author="Sales", date="2023-01-01")
SECOND = Target(
    value=0.75, period="year", basis_period="2023", author="Совет", date="2024-01-01", strategy_note="звонить первыми"
)
MONTHLY = Target(value=0.98, period="month", basis_period="2023-12", author="Sales", date="2024-03-01")
HISTORY = TargetHistory((FIRST, SECOND, MONTHLY))


@pytest.mark.parametrize(
    ("day", "period", "expected"),
    [
        ("2022-12-31", None, None),  # the day before the first: nothing was in force
        ("2023-01-01", None, FIRST),  # the first day belongs to the new target
        ("2023-12-31", None, FIRST),
        ("2024-01-01", None, SECOND),
        ("2024-03-01", None, MONTHLY),
        ("2024-03-01", "year", SECOND),  # a monthly target does not replace the yearly one
        ("2024-02-29", "month", None),
    ],
)
def test_the_target_in_force_on_a_day(day: str, period: str | None, expected: Target | None) -> None:
    assert HISTORY.in_force(day, period=period) == expected
    assert HISTORY.in_force(date.fromisoformat(day), period=period) == expected
    assert HISTORY.in_force(datetime.fromisoformat(day + "T23:59"), period=period) == expected


days = st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 1, 1))


@given(st.lists(days, max_size=8).map(sorted), days)
def test_in_force_is_the_last_one_that_had_begun(begins: list[date], on: date) -> None:
    history = TargetHistory()
    for n, day in enumerate(begins):
        history = history.append(
            Target(value=n / 10, period="year", basis_period="before", author="somebody", date=day)
        )
    # Walked back from the day itself, one day at a time, until a target begins.
    walk = on
    while walk not in begins and walk > date(2019, 1, 1):
        walk -= timedelta(days=1)
    expected = max((n for n, day in enumerate(begins) if day == walk), default=None)
    found = history.in_force(on)
    assert (found and found.value) == (None if expected is None else expected / 10)


def test_adding_gives_a_new_history_and_leaves_the_old_one() -> None:
    one = TargetHistory().append(FIRST)
    two = one.append(SECOND)
    assert one.targets == (FIRST,)
    assert two.targets == (FIRST, SECOND)


def test_of_two_targets_of_one_day_the_later_holds() -> None:
    corrected = Target(value=0.72, period="year", basis_period="2022", author="Board", date="2023-01-01")
    assert TargetHistory((FIRST, corrected)).in_force("2023-01-01") is corrected


def test_the_past_is_not_rewritten() -> None:
    with pytest.raises(crr.InputError, match="older than the last one"):
        TargetHistory().append(SECOND).append(FIRST)
    with pytest.raises(crr.InputError, match="older than the last one"):
        TargetHistory((SECOND, FIRST))


def test_there_and_back_through_a_file(tmp_path: Path) -> None:
    path = HISTORY.to_json(tmp_path / "targets.json")
    assert TargetHistory.from_json(path).targets == HISTORY.targets
    assert "звонить первыми" in path.read_text(encoding="utf-8")  # a person can read it
    assert [found.name for found in tmp_path.iterdir()] == ["targets.json"]


def test_a_write_that_fails_leaves_the_old_file_and_no_remains(tmp_path: Path, monkeypatch) -> None:
    path = TargetHistory((FIRST,)).to_json(tmp_path / "targets.json")

    def refuse(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(crr.InputError, match="cannot be written"):
        HISTORY.to_json(path)
    assert TargetHistory.from_json(path).targets == (FIRST,)
    assert [found.name for found in tmp_path.iterdir()] == ["targets.json"]


@pytest.mark.parametrize(
    "content", ["", "[]", '{"targets": [{"value": 0.5}]}', '{"targets": 3}', "\x00", '{"aims": []}']
)
def test_a_file_that_is_no_history_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(crr.SourceError, match="is not a history of targets"):
        TargetHistory.from_json(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(crr.SourceError, match="No such file"):
        TargetHistory.from_json(tmp_path / "none.json")


def test_a_file_with_an_impossible_target_is_refused(tmp_path: Path) -> None:
    path = HISTORY.to_json(tmp_path / "targets.json")
    rows = json.loads(path.read_text(encoding="utf-8"))
    rows["targets"][0]["value"] = 70
    path.write_text(json.dumps(rows), encoding="utf-8")
    with pytest.raises(crr.InputError, match=r"Did you mean 0\.7\?"):
        TargetHistory.from_json(path)


@pytest.mark.parametrize(
    ("changed", "argument"),
    [
        ({"value": 1.2}, "value"), ({"value": True}, "value"), ({"value": None}, "value"),
        ({"period": "years"}, "period"), ({"author": " "}, "author"), ({"basis_period": ""}, "basis_period"),
        ({"date": "01.02.2024"}, "date"), ({"date": 2024}, "date"), ({"strategy_note": None}, "strategy_note"),
    ],
)  # fmt: skip
def test_what_is_no_target_is_refused(changed: dict[str, object], argument: str) -> None:
    facts = {"value": 0.7, "period": "year", "basis_period": "2023", "author": "Sales", "date": "2024-01-01"}
    with pytest.raises(crr.InputError) as refused:
        Target(**facts | changed)
    assert refused.value.argument == argument


def test_only_targets_are_added() -> None:
    with pytest.raises(crr.InputError, match="give a Target"):
        HISTORY.append(0.8)


def test_it_prints_in_both_languages() -> None:
    assert str(TargetHistory()) == "No target was set yet."
    assert str(HISTORY).startswith("3 targets\n")
    assert "75.0%" in str(HISTORY)
    with crr.use_language("ru"):
        assert str(HISTORY).startswith("3 цели\n")
        assert "75,0\xa0%" in HISTORY.to_html()


def test_the_table_keeps_values() -> None:
    frame = HISTORY.to_pandas()
    assert list(frame["value"]) == [0.70, 0.75, 0.98]
    assert list(frame["date"]) == [date(2023, 1, 1), date(2024, 1, 1), date(2024, 3, 1)]
