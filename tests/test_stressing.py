"""The headline under neighbouring choices."""

from __future__ import annotations

import pandas as pd
import pytest

import crrkit as crr
from crrkit.ground.errors import InputError

LOG = pd.DataFrame({
    "who": ["a", "a", "b", "b", "c", "c"],
    "at": ["2024-01-05", "2024-02-10", "2024-01-31 22:30", "2024-02-29 23:00", "2024-01-10", "2024-02-01 01:00"],
})  # fmt: skip


@pytest.fixture
def base():
    return crr.read_orders(LOG, customer="who", at="at", as_of="2024-03-05")


def test_the_first_row_is_the_account_itself(base) -> None:
    found = crr.stress(base, period="2024-02")
    row = crr.retention_by_period(base, every="month").row("2024-02")
    assert found.table.iloc[0][["start", "kept", "crr"]].tolist() == row[["start", "kept", "crr"]].tolist()
    assert found.table["difference"].iloc[0] == 0


def test_a_clock_that_is_moved_moves_those_who_bought_around_midnight(base) -> None:
    found = crr.stress(base, period="2024-02", clocks=(-2.0, 2.0)).table.set_index("setting")
    # two hours earlier: c's purchase of 1 February 01:00 falls into January, so c bought in January only
    assert found.loc["-2 h", ["start", "kept"]].tolist() == [3, 2]
    # two hours later: b's of 31 January into February and b's of 29 February into March
    assert found.loc["+2 h", ["start", "kept"]].tolist() == [2, 2]


def test_a_choice_under_which_the_period_is_not_in_the_data_is_left_out() -> None:
    running = crr.read_orders(LOG, customer="who", at="at", as_of="2024-03-02")  # a day earlier March has not begun
    found = crr.stress(running, period="2024-03").table
    assert list(found["setting"][found["choice"] == "cut-off"]) == ["2024-03-03"]
    january = crr.read_orders(LOG[LOG["at"] < "2024-02"], customer="who", at="at", as_of="2024-02-01")
    found = crr.stress(january, period="2024-01").table  # a day earlier the data are shorter than a month
    assert list(found["setting"][found["choice"] == "cut-off"]) == ["2024-02-02"]


def test_the_band_spans_all_choices(base) -> None:
    found = crr.stress(base, period="2024-02")
    assert found.band == (found.table["crr"].min(), found.table["crr"].max())
    assert set(found.table["choice"]) == {"as asked for", "clock", "cut-off", "activity window"}


def test_weeks_may_start_on_any_day() -> None:
    base = crr.read_contracts(crr.sample_path("contracts"), customer="client_id", start="joined", end="left")
    found = crr.stress(base, every="week", period="2024-W20").table
    assert list(found.loc[found["choice"] == "week starts on", "setting"]) == [
        "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]  # fmt: skip
    assert "activity window" not in set(found["choice"])


def test_the_clock_of_a_list_of_dates_is_left_alone() -> None:
    # a buys on the last of January and the first of February: three hours would move a midnight into another month
    dates = pd.DataFrame({"who": ["a", "b", "a"], "at": ["2024-01-31", "2024-01-09", "2024-02-01"]})
    found = crr.stress(crr.read_orders(dates, customer="who", at="at", as_of="2024-03-01"), clocks=(-3.0, 3.0))
    assert "clock" not in set(found.table["choice"])
    assert "cut-off" in set(found.table["choice"])
    assert "dates without times of day" in str(found)
    assert "dates without times of day" in found.to_html()
    timed = pd.concat([dates, pd.DataFrame({"who": ["b"], "at": ["2024-02-03 00:00:01"]})])  # one second is a clock
    moved = crr.stress(crr.read_orders(timed, customer="who", at="at", as_of="2024-03-01"), clocks=(-3.0, 3.0))
    assert list(moved.table["choice"]).count("clock") == 2
    assert moved.notes == ()


@pytest.mark.parametrize(("end", "moved"), [("2024-02-10", 0), ("2024-02-10 18:30", 1)])
def test_the_clock_of_contracts_is_moved_when_any_of_their_times_has_one(end: str, moved: int) -> None:
    rows = pd.DataFrame({"who": ["a", "b"], "start": "2024-01-10", "end": [end, None]})
    base = crr.read_contracts(rows, customer="who", start="start", end="end", as_of="2024-04-01")
    assert list(crr.stress(base, clocks=(3.0,)).table["choice"]).count("clock") == moved


def test_an_unknown_period_is_refused(base) -> None:
    with pytest.raises(InputError, match="period='2031-01' is not known"):
        crr.stress(base, period="2031-01")


def test_it_prints_in_both_languages(base) -> None:
    assert "under other choices" in str(crr.stress(base, period="2024-02"))
    with crr.use_language("ru"):
        assert "при других" in str(crr.stress(base, period="2024-02"))


def test_a_burn_in_marks_periods_in_which_nobody_knows_who_is_new() -> None:
    log = pd.DataFrame({"who": list("aabbab"), "at": pd.to_datetime([
        "2024-01-05", "2024-02-10", "2024-02-20", "2024-03-20", "2024-03-01", "2024-04-30"])})  # fmt: skip
    base = crr.read_orders(log, customer="who", at="at", burn_in_days=40)
    assert list(crr.retention_by_period(base).table["status"]) == ["empty_base", "burn_in", "complete", "complete"]
    assert "first 40 days of the data" in str(base.card)
    assert list(crr.retention_by_period(crr.read_orders(log, customer="who", at="at")).table["status"])[1] == "complete"
    with pytest.raises(InputError, match="is negative"):
        crr.read_orders(log, customer="who", at="at", burn_in_days=-1)
