"""What a list leaves out: ends of contracts, customers who left, purchases beyond a number, the rows of a time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import crrkit as crr
from crrkit.report.account import shows_when_lost

if TYPE_CHECKING:
    from pathlib import Path

FIRST = date(2022, 1, 1)
ROLES = {"customer": "who", "start": "since", "end": "gone"}


def members(n: int, lives: str, *, seed: int = 1, growth: float = 1.0, days: int = 700) -> pd.DataFrame:
    """Contracts that begin over so many days; those that end after them are open."""
    rng = np.random.default_rng(seed)
    since = np.sort((days * rng.random(n) ** (1 / growth)).astype(int))
    years = 365 * rng.geometric(0.3, n)
    life = {
        "any": rng.exponential(150, n).astype(int) + 1,
        "long": rng.exponential(2000, n).astype(int) + 1,
        "years": years,
        "years and a few days": np.where(rng.random(n) < 0.02, rng.integers(1, 300, n), years),
        "months": 30 * rng.geometric(0.1, n),
    }[lives]
    gone = [FIRST + timedelta(days=int(a + b)) if a + b < days else None for a, b in zip(since, life, strict=True)]
    return pd.DataFrame({
        "who": [f"c{i}" for i in range(n)], "since": [FIRST + timedelta(days=int(a)) for a in since], "gone": gone,
    })  # fmt: skip


def doubts_of(table: pd.DataFrame, **rules: object) -> list[str]:
    return [
        str(doubt) for doubt in crr.read_contracts(table, **ROLES, end_is="first_day_after", **rules).quality.doubts
    ]


@pytest.mark.parametrize("lives", ["any", "long", "years", "years and a few days", "months"])
@pytest.mark.parametrize("growth", [1.0, 3.0])
def test_a_whole_list_is_in_no_doubt(lives: str, growth: float) -> None:
    for n in (300, 1000):
        assert doubts_of(members(n, lives, growth=growth)) == []


@pytest.mark.parametrize("lives", ["any", "long", "months"])
def test_a_list_without_those_who_had_left_says_so(lives: str) -> None:
    table = members(800, lives)
    kept = table[table["gone"].isna() | (table["gone"].astype(str) >= "2023-04-01")]
    (doubt,) = doubts_of(kept)
    assert doubt.startswith("No contract in the list ended before Apr ")
    assert "seem to be left out" in doubt


def test_a_list_without_any_end_says_that_every_rate_is_whole() -> None:
    (doubt,) = doubts_of(members(60, "any").assign(gone=None))
    assert doubt.startswith("No contract in the list had ended by Nov 19, 2023, so every rate is 100%.")
    assert doubts_of(members(9, "any").assign(gone=None)) == []  # so few may all have stayed
    base = crr.read_contracts(members(60, "any").assign(gone=None), **ROLES)
    kept = crr.retention_by_period(base, every="quarter")
    assert kept.warning == doubt, "before the rate itself"
    assert not shows_when_lost(kept), "nor is a whole rate held against a target or another period"
    assert crr.weigh_doubts(base).table["doubt"].tolist() == ["no contract has ended"]


def test_a_cut_off_long_after_the_last_row_says_that_nobody_can_be_lost_in_between() -> None:
    table = members(300, "any")
    (doubt,) = doubts_of(table, as_of="2024-09-01")
    assert "to Aug 31, 2024 no contract begins or ends" in doubt
    assert doubts_of(table, as_of="2023-12-20") == []


def test_a_log_of_beginnings_alone_says_so() -> None:
    table = members(60, "any").rename(columns={"since": "at"}).assign(what="subscribed")
    base = crr.read_contracts(table, customer="who", at="at", kind="what")
    assert any(doubt.startswith("No contract in the list had ended") for doubt in base.quality.doubts)


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("Статус договора", {True: "Действует", False: "Расторгнут"}, "say 'Расторгнут' ("),
        ("Subscription Status", {True: "live", False: "Expired"}, "say 'Expired' ("),
        ("blocked", {True: "no", False: "yes"}, "say 'yes' ("),
        ("отключён", {True: "нет", False: "да"}, "say 'да' ("),
    ],
)
def test_a_column_that_calls_open_contracts_gone_is_found_by_more_names(name, words, said) -> None:
    table = members(100, "any")
    table[name] = table["gone"].isna().map(words)
    table.loc[::3, "gone"] = None
    assert any(said in doubt and repr(name) in doubt for doubt in doubts_of(table))


def test_contracts_of_a_test_are_said() -> None:
    table = members(100, "any").assign(is_test=[1, 1, *[0] * 98])
    (doubt,) = doubts_of(table)
    assert doubt.startswith("Column 'is_test' was not read and marks 2 contracts that count.")


def test_who_asks_for_the_end_has_not_left_yet() -> None:
    log = pd.DataFrame({
        "who": list("aab"), "at": ["2024-01-01", "2024-02-03", "2024-01-07"],
        "what": ["subscribed", "cancel_requested", "subscribed"],
    })  # fmt: skip
    with pytest.raises(crr.errors.InputError, match="begins or ends with 'cancel_requested'"):
        crr.read_contracts(log, customer="who", at="at", kind="what")


def purchases(*strays: str, months: int = 10) -> pd.DataFrame:
    days = [f"2023-{month:02d}-{day:02d}" for month in range(1, months + 1) for day in range(1, 28, 3)]
    return pd.DataFrame({"who": [f"c{k % 17}" for k in range(len(days) + len(strays))], "at": [*days, *strays]})


@pytest.mark.parametrize(
    ("strays", "said"),
    [
        (
            ["2014-01-05"],
            "1 row is dated up to Jan 5, 2014, and all others from Jan 1, 2023 on: a wrong date would",
        ),
        (["1924-01-05"], "1 row is dated up to Jan 5, 1924, and all others from Jan 1, 2023 on"),
        (["2025-03-05"], "1 row is dated from Mar 5, 2025 on, and all others up to Oct 25, 2023: a wrong date"),
    ],
)
def test_few_rows_that_years_part_from_all_others_may_be_slips(strays: list[str], said: str) -> None:
    (doubt,) = crr.read_orders(purchases(*strays), customer="who", at="at").quality.doubts
    assert doubt.startswith(said)


def test_a_hole_of_years_is_no_longer_hidden_by_its_own_length() -> None:
    early = [f"2014-{month:02d}-{day:02d}" for month in (1, 2, 3) for day in range(1, 28, 3)]
    (doubt,) = crr.read_orders(purchases(*early), customer="who", at="at").quality.doubts
    assert doubt.startswith("105 months have no row at all (2014-04, ")


def test_seasons_are_no_hole() -> None:
    days = [f"{year}-{month}-{day:02d}" for year in range(2015, 2023) for month in (11, 12) for day in range(1, 28, 3)]
    table = pd.DataFrame({"who": [f"c{k % 17}" for k in range(len(days))], "at": days})
    assert crr.read_orders(table, customer="who", at="at").quality.doubts == ()


@pytest.mark.parametrize(("first", "months"), [("2023-10", 9), ("2024-01", 3), ("2023-05", 5)])
def test_dates_whose_day_was_taken_for_the_month_are_said(first: str, months: int) -> None:
    days = [day for day in pd.date_range(first, periods=months * 30) if day.day % 2]
    right = pd.DataFrame({"who": [f"c{k % 13}" for k in range(len(days))], "at": days})
    assert crr.read_orders(right, customer="who", at="at").quality.doubts == ()
    turned = [day if day.day > 12 else pd.Timestamp(day.year, day.day, day.month) for day in days]
    doubts = crr.read_orders(right.assign(at=turned), customer="who", at="at").quality.doubts
    assert any("a program seems to have swapped day and month" in doubt for doubt in doubts)


def test_days_up_to_twelve_alone_are_no_turned_dates() -> None:
    first = [f"{year}-{month:02d}-01" for year in range(2019, 2024) for month in range(1, 13)]
    later = [f"2023-06-{day}" for day in range(13, 28)]
    table = pd.DataFrame({"who": [f"c{k % 7}" for k in range(75)], "at": [*first, *later]})
    assert not any("a program" in doubt for doubt in crr.read_orders(table, customer="who", at="at").quality.doubts)


def test_a_list_of_those_who_left_alone_says_so() -> None:
    table = members(300, "any")
    (doubt,) = doubts_of(table[table["gone"].notna()])
    assert doubt.startswith("All contracts in the list have ended, although the last began on Oct 27, 2023 only.")
    closed = table[
        (table["gone"].notna()) & (table["since"] < date(2022, 6, 1))
    ]  # nobody new for long: a shop that closed
    assert doubts_of(closed) == []
    few = table[table["gone"].notna()].head(9)
    assert doubts_of(few) == []


def test_contracts_without_any_length_are_said() -> None:
    table = members(300, "any")
    same = table.assign(gone=table["gone"].where(table["gone"].notna(), table["since"]))
    assert "contracts end at the moment at which they begin" in doubts_of(same)[0]
    ends = [since if i < 4 else gone for i, (since, gone) in enumerate(zip(table["since"], table["gone"], strict=True))]
    assert doubts_of(table.assign(gone=ends)) == []


def test_a_status_is_held_against_the_ends_of_contracts() -> None:
    table = members(300, "long")
    over = table["gone"].notna()
    nominal = [since + timedelta(days=365) for since in table["since"]]
    said = doubts_of(table.assign(gone=nominal, status=["terminated" if one else "active" for one in over]))
    assert any("whose ends are still to come say 'terminated' (" in doubt for doubt in said)
    assert any("are 'active' in column 'status', and count as gone." in doubt for doubt in said)
    fits = table.assign(status=["terminated" if one else "active" for one in over])
    assert doubts_of(fits) == []
    again = pd.concat([fits, fits.assign(since=fits["gone"], gone=None)[over.to_numpy()]])  # everybody has come back
    assert doubts_of(again.assign(status="active")) == [], "a status of the customer, who has another contract"


def test_trials_among_contracts_are_said() -> None:
    table = members(60, "any")
    (doubt,) = doubts_of(table.assign(status=["trialing" if i % 9 == 0 else "ok" for i in range(60)]))
    assert doubt.startswith("Column 'status' was not read and says 'trialing' (7) in contracts that count.")


# Logs of purchases ----------------------------------------------------------------------------------------------------


def shop(n: int = 400, *, months: int = 18, seed: int = 5) -> pd.DataFrame:
    """Purchases of customers who come at any time, buy every few weeks and leave some day."""
    rng = np.random.default_rng(seed)
    rows = []
    for who in range(n):
        day, until = rng.uniform(0, 28 * months), rng.exponential(200)
        since, rate = day, rng.choice([15, 40, 90])
        while day < 30 * months and day - since < until:
            rows.append((f"c{who}", FIRST + timedelta(days=int(day))))
            day += rng.exponential(rate) + 1
    return pd.DataFrame(rows, columns=["who", "at"]).sort_values("at", ignore_index=True)


def log_doubts(table: pd.DataFrame) -> list[str]:
    return [str(doubt) for doubt in crr.read_orders(table, customer="who", at="at").quality.doubts]


@pytest.mark.parametrize("seed", range(5))
def test_a_whole_log_is_in_no_doubt(seed: int) -> None:
    assert log_doubts(shop(seed=seed)) == []
    until = {i: 13 if i % 4 else 3 + i % 9 for i in range(90)}  # who pays each month has the most rows that anybody has
    paid = [(f"c{i}", date(2024, month, 5 + i % 9)) for i in until for month in range(1 + i % 3, until[i])]
    assert log_doubts(pd.DataFrame(paid, columns=["who", "at"])) == []


def test_the_history_of_those_who_bought_lately_says_so() -> None:
    table = shop()
    lately = set(table["who"][table["at"] >= date(2023, 3, 1)])
    (doubt,) = log_doubts(table[table["who"].isin(lately)])
    assert doubt.startswith("All ")
    assert "customers who bought before 2023-03 bought in it or later" in doubt


def test_the_latest_purchases_of_each_customer_say_so() -> None:
    table = shop()
    (doubt,) = log_doubts(table.groupby("who").tail(3))
    assert doubt.startswith("No id has more than 3 rows, and ")
    assert "the first or the last 3 purchases" in doubt


def test_a_day_of_an_import_is_said() -> None:
    table = shop()
    moved = table.assign(at=[max(day, date(2022, 9, 1)) for day in table["at"]])
    (doubt,) = log_doubts(moved)
    assert "of one day, Sep 1, 2022 (" in doubt
    sale = pd.concat([table, table.head(12).assign(at=date(2022, 11, 25))])  # a busy day is none
    assert log_doubts(sale) == []


def test_a_file_with_as_many_rows_as_a_program_exports_says_so(tmp_path: Path) -> None:
    for n, said in ((1000, True), (999, False)):
        shop().head(n).to_csv(tmp_path / "a.csv", index=False)
        doubts = crr.read_orders(tmp_path / "a.csv", customer="who", at="at").quality.doubts
        assert [doubt.startswith("The list has exactly 1,000 rows") for doubt in doubts] == [True] * said


def test_rows_without_an_amount_are_said_where_they_are_many() -> None:
    table = shop()
    for missing, said in ((3, True), (20, False)):
        paid = [None if i % missing == 0 else 5.0 for i in range(len(table))]
        doubts = crr.read_orders(table.assign(sum=paid), customer="who", at="at", amount="sum").quality.doubts
        assert ["have nothing in column 'sum'" in doubt for doubt in doubts] == [True] * said
    lines = pd.concat([table.assign(sum=5.0), table.assign(sum=None)])  # the total stands in the first line of each
    assert crr.read_orders(lines, customer="who", at="at", amount="sum").quality.doubts == ()


def test_one_row_for_which_nothing_was_paid_is_said() -> None:
    table = shop()
    paid = table.assign(total_paid=[None if i == 7 else 5.0 for i in range(len(table))])
    (doubt,) = crr.read_orders(paid, customer="who", at="at", amount="total_paid").quality.doubts
    assert "have nothing in column 'total_paid'" in doubt
    (doubt,) = crr.read_orders(paid.assign(total=5.0), customer="who", at="at", amount="total").quality.doubts
    assert doubt.startswith("Column 'total_paid' was not read and is empty or 0 in 1 row that counts as a purchase.")
    lines = pd.concat([paid.assign(total_paid=5.0), paid.assign(total_paid=None)])
    assert crr.read_orders(lines, customer="who", at="at", amount="").quality.doubts == ()


def test_ids_and_addresses_that_contradict_each_other_are_said() -> None:
    table = shop()
    number = table["who"].str[1:].astype(int)
    mails = table.assign(email=[f"u{k}@x.example" for k in number])
    assert log_doubts(mails) == []
    (doubt,) = log_doubts(mails.assign(who=[f"g{i}" if i % 2 else who for i, who in enumerate(table["who"])]))
    assert "values in column 'email' stand beside several ids in 'who'" in doubt
    doubt = log_doubts(mails.assign(who=[f"c{k // 4}" for k in number]))[-1]
    assert "ids in column 'who' stand beside several values of 'email'" in doubt
    household = table.assign(household_id=[f"h{k // 3}" for k in number])  # of several customers, as it should be
    assert log_doubts(household) == []
