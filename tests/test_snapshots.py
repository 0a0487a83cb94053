"""Lists of customers kept from time to time: hand-counted, against brute force, missing lists, shapes, refusals."""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from test_layout import workbook

import crrkit as crr
from crrkit.read.words.labels import labels_in
from crrkit.widgets.own_list import ListExplorer

if TYPE_CHECKING:
    from pathlib import Path

# Four lists. a stays; b leaves and comes back; c leaves for good; d comes in March; e is on the last alone.
#   January: a b c · February: a c · March: a b d · April: a b e
WORLD = {"2024-01": ["a", "b", "c"], "2024-02": ["a", "c"], "2024-03": ["a", "b", "d"], "2024-04": ["a", "b", "e"]}
SHOWN = ["period", "start", "kept", "lost", "new", "returned", "end"]
COUNTED = [
    ["2024-02", 3, 2, 1, 0, 0, 2],  # a and c stand on both, b is gone
    ["2024-03", 2, 1, 1, 1, 1, 3],  # a stays, c goes, d is new, b is back
    ["2024-04", 3, 2, 1, 1, 0, 3],  # a and b stay, d goes, e is new
]


def account(base: crr.Base, **asked: Any) -> list[list[Any]]:
    table = crr.retention_by_period(base, **{"every": "month"} | asked).to_pandas()
    return [[x if isinstance(x, str) else int(x) for x in row] for row in table[SHOWN].to_numpy()]


def long(world: dict[str, list[str]], *, day: str = "") -> pd.DataFrame:
    return pd.DataFrame([(name + day, who) for name, ids in world.items() for who in ids], columns=["month", "client"])


def wide(world: dict[str, list[str]], *, there: Any = 1, gone: Any = 0) -> pd.DataFrame:
    people = sorted({who for ids in world.values() for who in ids})
    marks = {name: [there if who in ids else gone for who in people] for name, ids in world.items()}
    return pd.DataFrame({"client": people, **marks})


def test_a_hand_counted_world_in_every_shape(tmp_path: Path) -> None:
    """Files, sheets, a mapping, a column and columns are the same lists."""
    for month, ids in WORLD.items():
        (tmp_path / f"clients_{month}.csv").write_text("client,plan\n" + "".join(f"{who},x\n" for who in ids))
    sheets = zip(["Январь", "Февраль", "Март", "Апрель"], WORLD.values(), strict=True)
    workbook(tmp_path / "2024.xlsx", {name: [["Клиент"], *[[who] for who in ids]] for name, ids in sheets})
    long(WORLD).to_csv(tmp_path / "long.csv", index=False)
    wide(WORLD, there="да", gone="").to_csv(tmp_path / "wide.csv", index=False)
    russian = wide(WORLD).set_axis(["Клиент", "янв 2024", "фев 2024", "мар 2024", "апр 2024"], axis="columns")
    sources = {
        "files": str(tmp_path / "clients_*.csv"),
        "paths": sorted(tmp_path.glob("clients_*.csv")),
        "sheets": tmp_path / "2024.xlsx",
        "mapping": {name: pd.DataFrame({"client": ids}) for name, ids in WORLD.items()},
        "ids": {name: set(ids) for name, ids in WORLD.items()},
        "column": long(WORLD),
        "days": long(WORLD, day="-28"),
        "column in a file": tmp_path / "long.csv",
        "columns": wide(WORLD),
        "columns in a file": tmp_path / "wide.csv",
        "Russian columns": russian,
        "amounts": wide(WORLD, there="1 200,50", gone="0"),
    }
    wrong = {
        name: found for name, source in sources.items() if (found := account(crr.read_snapshots(source))) != COUNTED
    }
    assert wrong == {}


def test_a_table_of_a_database(tmp_path: Path) -> None:
    """Read by a table of SQLite, wide and long, and guessed there."""
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as shop:
        long(WORLD).to_sql("lists", shop, index=False)
        wide(WORLD).to_sql("marks", shop, index=False)
    address = f"sqlite:///{tmp_path / 'shop.sqlite'}"
    for table in ("lists", "marks"):
        assert account(crr.read_snapshots(address, table=table)) == COUNTED
        assert crr.guess(address, table=table).kind == "snapshots"


def test_cohorts_are_those_of_the_lists() -> None:
    """d came in March and was gone in April, e came in April; whoever stood on the first list came before it."""
    grid = crr.cohort_grid(crr.read_snapshots(WORLD), every="month").matrix("rate")
    assert grid.index.tolist() == ["2024-02", "2024-03", "2024-04"]
    assert grid.loc["2024-03", [0, 1]].tolist() == [1, 0]
    assert grid.loc["2024-04", 0] == 1
    for asked in ({"align": "age"}, {"presence": "window"}):
        with pytest.raises(ValueError, match="nothing in between"):
            crr.cohort_grid(crr.read_snapshots(WORLD), every="month", **asked)


def test_what_lies_between_two_lists_is_missing_not_zero() -> None:
    kept = crr.retention_by_period(crr.read_snapshots(WORLD), every="month").to_pandas()
    unseen = [
        "new_lost",
        "returned_lost",
        "rejoined",
        "joins",
        "leaves",
        "early_loss",
        "churn_events",
        "crr_continuous",
    ]
    assert kept[unseen].isna().all().all()
    assert kept["crr"].tolist() == [2 / 3, 1 / 2, 2 / 3]


def test_a_missing_list_makes_the_rows_beside_it_unknown() -> None:
    """Without March, neither the row up to its end nor the one from it on is known; carried on it would be 100 %."""
    base = crr.read_snapshots({name: ids for name, ids in WORLD.items() if name != "2024-03"})
    assert base.missing == ("2024-03",)
    assert any("2024-03" in doubt for doubt in base.quality.doubts)
    kept = crr.retention_by_period(base, every="month").to_pandas().set_index("period")
    assert kept["status"].to_dict() == {"2024-02": "complete", "2024-03": "unseen", "2024-04": "unseen"}
    assert kept.loc["2024-03", "start"] == 2
    assert math.isnan(kept.loc["2024-03", "end"])
    assert math.isnan(kept.loc["2024-03", "crr"])
    more = {
        f"2024-{k:02d}": ["a", "b"] if k > 1 else ["a"] for k in (1, 2, 3, 5, 6)
    }  # b came in February, April is out
    grid = crr.cohort_grid(crr.read_snapshots(more), every="month").matrix("status")
    assert grid.loc["2024-02"].tolist() == ["observed", "observed", "unobserved", "observed", "observed"]
    with pytest.raises(ValueError, match="2024-03"):
        crr.stage_flow(base, every="month")


UNSEEN_WORLDS = [WORLD, {name: ids for name, ids in WORLD.items() if name != "2024-03"}]


@pytest.mark.slow
def test_no_number_that_was_not_seen_is_zero() -> None:
    """Of every result with a status: where it says unseen, no count is 0, and rates and moves leave the period out."""
    looked = 0
    for world, every in product(UNSEEN_WORLDS, ("month", "quarter")):
        base = crr.read_snapshots(world)
        tables = [crr.retention_by_period(base, every=every).table, ListExplorer(base, every=every).account]
        tables += [] if base.missing else [crr.stage_flow(base, every=every).table]
        for table in tables:
            unseen = table[table["status"] == "unseen"].select_dtypes("number")
            assert not (unseen == 0).any(axis=None)
            looked += len(unseen)
        grid = crr.cohort_grid(base, every=every).table
        came = dict(zip(tables[0]["period"], tables[0]["new"].notna(), strict=True))  # who came was seen
        assert grid.loc[~grid["cohort"].map(came).fillna(value=False), "size"].isna().all()
        assert not (grid.loc[grid["status"] == "unobserved", ["active", "rate"]] == 0).any(axis=None)
    assert looked == 8 + 2 + 1


def test_stages_begin_with_the_first_list() -> None:
    """Whoever stands on it came before it: of January, the quarter of it, nothing is known, nobody moved or came."""
    base = crr.read_snapshots(WORLD)
    by_month, by_quarter = (crr.stage_flow(base, every=every) for every in ("month", "quarter"))
    assert by_month.table["period"].tolist() == crr.retention_by_period(base, every="month").table["period"].tolist()
    assert by_month.counts["middle"].tolist() == [3, 2, 3, 3]
    assert by_month.entries().sum() == 2 / 3  # d in March and e in April; a, b and c stand on the first list
    assert by_quarter.table.loc[0, "status"] == "unseen"
    assert math.isnan(by_quarter.table.loc[0, "kept"])
    assert by_quarter.counts.iloc[0].isna().all()
    assert "2024Q1" not in {*by_quarter.whole_periods(), *by_quarter.rates["period"]}
    assert "2024Q1" not in set(by_quarter.transitions["from_period"])


def test_empty_and_short_lists_are_named() -> None:
    """A month prepared in advance is no month in which all left."""
    table = wide({f"2024-0{k}": list("abcdef") for k in range(1, 5)}).assign(**{"2024-05": None})
    base = crr.read_snapshots(table)
    assert [row[0] for row in account(base)] == ["2024-02", "2024-03", "2024-04"]
    assert any("2024-05" in note for note in base.quality.notes)
    cut = {"2024-01": list("abcdefgh"), "2024-02": list("abc"), "2024-03": list("abcdefgh")}
    assert any("2024-02" in doubt for doubt in crr.read_snapshots(cut).quality.doubts)


def test_days_belong_to_the_nearest_boundary_or_are_asked() -> None:
    """31 January, 29 February and 1 April are the ends of three months; 15 January is neither end nor start."""
    months = {"2024-01-31": list("ab"), "2024-02-29": list("a"), "2024-04-01": list("a")}
    assert account(crr.read_snapshots(months)) == [["2024-02", 2, 1, 1, 0, 0, 1], ["2024-03", 1, 1, 0, 0, 0, 1]]
    middle = {"2024-01-15": list("ab"), "2024-02-15": list("a")}
    with pytest.raises(ValueError, match="taken='end'"):
        crr.read_snapshots(middle)
    assert account(crr.read_snapshots(middle, taken="end"))[0][0] == "2024-02"
    assert account(crr.read_snapshots(middle, taken="start"))[0][0] == "2024-01"
    assert account(crr.read_snapshots(WORLD, taken="start")) == [
        [f"2024-0{k}", *row[1:]] for k, row in enumerate(COUNTED, 1)
    ]


@pytest.mark.slow
def test_other_rhythms() -> None:
    """Weekly, quarterly and daily lists are counted by their own period; quarters also from months."""
    people = [list("abcd"), list("abc"), list("ab"), list("abe")]
    weeks = {f"2024-01-{day:02d}": ids for day, ids in zip((1, 8, 15, 22), people, strict=True)}
    assert account(crr.read_snapshots(weeks), every="week")[0] == ["2024-W01", 4, 3, 1, 0, 0, 3]
    quarters = dict(zip(["2023Q4", "2024Q1", "2024Q2", "2024Q3"], people, strict=True))
    assert account(crr.read_snapshots(quarters), every="quarter")[0] == ["2024Q1", 4, 3, 1, 0, 0, 3]
    assert crr.suggest_period(crr.read_snapshots(quarters)) == "quarter"
    days = {f"2024-01-{day:02d}": ids for day, ids in zip((10, 11, 12, 13), people, strict=True)}
    assert account(crr.read_snapshots(days), every="day")[0] == ["2024-01-11", 4, 3, 1, 0, 0, 3]
    monthly = {f"2024-{k:02d}": list("ab") if k < 6 else list("a") for k in range(3, 10)}
    table = crr.retention_by_period(crr.read_snapshots(monthly), every="quarter").to_pandas().set_index("period")
    assert table.loc["2024Q2", ["start", "kept", "end", "status"]].tolist() == [2, 1, 1, "complete"]


def test_marks_and_states() -> None:
    """A word that could mean either is asked; a register kept each month says who is still there."""
    table = wide(WORLD, there="пауза", gone="-")
    with pytest.raises(ValueError, match="пауза"):
        crr.read_snapshots(table)
    assert account(crr.read_snapshots(table, counts="пауза")) == COUNTED
    rows = [(name, who, "active" if who in ids else "churned") for name, ids in WORLD.items() for who in "abcde"]
    register = pd.DataFrame(rows, columns=["report_date", "customer_id", "state"])
    base = crr.read_snapshots(register, status="state")
    assert account(base) == COUNTED
    assert base.quality.rows_set_aside == 4 * 5 - sum(map(len, WORLD.values()))


def test_amounts_are_followed() -> None:
    """a pays 10, then 15; b pays 20 and leaves: opening 30, expansion 5, churned 20."""
    table = pd.DataFrame({"client": ["a", "b"], "2024-01": [10, 20], "2024-02": [15, 0]})
    money = crr.revenue_retention(crr.read_snapshots(table), every="month").to_pandas().iloc[0]
    assert money[["opening", "expansion", "churned", "closing"]].tolist() == [30, 5, 20, 15]


def test_amounts_in_several_currencies_are_no_sum() -> None:
    rows = [
        ("a", "2024-01", 10, "EUR"),
        ("b", "2024-01", 900, "RUB"),
        ("a", "2024-02", 10, "EUR"),
        ("b", "2024-02", 9, "EUR"),
    ]
    table = pd.DataFrame(rows, columns=["client", "month", "mrr", "currency"])
    parts = {month: part.drop(columns="month") for month, part in table.groupby("month")}
    for source in (table, parts):
        with pytest.raises(ValueError, match="currenc"):
            crr.read_snapshots(source, amount="mrr")


def test_a_customer_twice_on_a_list_counts_once_and_is_said() -> None:
    base = crr.read_snapshots({"2024-01": ["a", "b", "a"], "2024-02": ["a"]})
    assert account(base) == [["2024-02", 2, 1, 1, 0, 0, 1]]
    assert any("on the same list" in note for note in base.quality.notes)


def test_ids_of_several_files_are_one(tmp_path: Path) -> None:
    """17850 in one file is 17850.0 in another; 007 is not 7, and is asked about."""
    (tmp_path / "c_2024-01.csv").write_text("client\n17850.0\n12.0\n")
    (tmp_path / "c_2024-02.csv").write_text("client\n17850\n13\n")
    assert account(crr.read_snapshots(tmp_path / "c_*.csv")) == [["2024-02", 2, 1, 1, 1, 0, 2]]


def test_refusals_say_what_to_try(tmp_path: Path) -> None:
    for name in ("2024-01", "2024-02"):
        (tmp_path / f"{name}.csv").write_text(f"client,snapshot_date\na,{name}-28\n")
    (tmp_path / "odd_2024-01.csv").write_text("client\na\n")
    (tmp_path / "odd_2024-02.csv").write_text("who\na\n")
    cases = [
        (lambda: crr.read_snapshots(tmp_path / "2024-*.csv"), "at=''"),
        (lambda: crr.read_snapshots(tmp_path / "odd_*.csv"), "odd_2024-02.csv"),
        (lambda: crr.read_snapshots({"2024-01": ["a"]}), "two dates"),
        (lambda: crr.read_snapshots(pd.DataFrame({"client": ["a"], "city": ["x"]})), "at="),
        (lambda: crr.read_snapshots({"2024-01": ["a"], "2024-02-15": ["a"]}), "two forms"),
        (
            lambda: crr.read_snapshots({f"2024-{day}": ["a"] for day in ("01-30", "02-01", "03-01", "04-01")}),
            "same moment",
        ),
        (lambda: crr.read_snapshots({"01-02-2024": ["a"], "01-03-2024": ["a"]}), "day-month-year"),
        (lambda: crr.renewals(crr.read_snapshots(WORLD)), "Renewals"),
    ]
    for call, said in cases:
        with pytest.raises(ValueError, match=said):
            call()
    assert account(crr.read_snapshots(str(tmp_path / "2024-*.csv"), at=""))[0][:3] == ["2024-02", 1, 1]


def test_a_log_of_purchases_is_not_taken_for_lists_quietly() -> None:
    days = pd.date_range("2024-01-01", periods=40)
    log = pd.DataFrame({"client": [f"c{k}" for k in range(40)], "date": days})
    assert any("read_orders" in doubt for doubt in crr.read_snapshots(log).quality.doubts)


lists_of = st.lists(st.sets(st.sampled_from("abcdefg"), min_size=1), min_size=2, max_size=7)


@pytest.mark.slow
@given(lists=lists_of, gaps=st.data())
@settings(max_examples=12)
def test_brute_force(lists: list[set[str]], gaps: st.DataObject) -> None:
    """Against sets counted in Python, with any list but the first and last left out."""
    out = gaps.draw(st.sets(st.integers(1, max(len(lists) - 2, 1)), max_size=2)) if len(lists) > 2 else set()
    kept_lists = {k: ids for k, ids in enumerate(lists) if k not in out}
    world = {f"{2024 + k // 12}-{k % 12 + 1:02d}": sorted(ids) for k, ids in kept_lists.items()}
    table = crr.retention_by_period(crr.read_snapshots(world), every="month").to_pandas()
    assert len(table) == len(lists) - 1
    for row, (k, now) in zip(table.itertuples(), pairwise(range(len(lists))), strict=True):
        if k in out or now in out:
            assert row.status == "unseen"
            assert math.isnan(row.crr)
            continue
        one, two = lists[k], lists[now]
        before = set().union(*(ids for j, ids in kept_lists.items() if j < now))
        assert (row.start, row.kept, row.lost, row.end) == (len(one), len(one & two), len(one - two), len(two))
        assert (row.new, row.returned) == (len(two - before), len((two & before) - one))


def test_names_tell_their_periods() -> None:
    told = {
        "clients_2024-01.csv": "2024-01", "База на 31.01.2024": "2024-01-31", "1 кв. 2024": "2024Q1", "H1": None,
        "мая 2024 г.": "2024-05", "export 20240229 v2": "2024-02-29", "2024 Январь": "2024-01", "market 24": None,
        "id_12345678": None,
    }  # fmt: skip
    found = {name: next((str(label) for label in labels_in(name)), None) for name in told}
    assert found == told
    assert labels_in(date(2024, 1, 31) + timedelta(days=1))[0].day == date(2024, 2, 1)


def test_a_total_below_the_customers_is_no_customer_and_a_dash_is_no_amount():
    wide = pd.DataFrame({
        "customer": ["a", "b", "c", "Итого"], "2024-01": [5, 5, None, 10], "2024-02": [5, None, 7, 12],
        "2024-03": [5, None, 7, 12],
    })  # fmt: skip
    for source in (wide, wide.astype(object).where(wide.notna(), "-")):
        base = crr.read_snapshots(source, customer="customer")
        reasons = base.quality.table.set_index("reason")["rows"]
        assert reasons.to_dict() == {"heading, total or group line": 3}
        assert crr.retention_by_period(base, every="month").table[["start", "kept", "end"]].to_numpy().tolist() == [
            [2, 1, 2],
            [2, 2, 2],
        ]


def test_ids_that_change_their_form_from_one_list_to_the_next_are_said():
    ids = [*map(str, range(30)), *map(str, range(2, 32)), *(f"K-{i * 7}x9" for i in range(30))]
    days = [*["2024-01-31"] * 30, *["2024-02-29"] * 30, *["2024-03-31"] * 30]
    base = crr.read_snapshots(pd.DataFrame({"day": days, "customer": ids}), customer="customer", at="day")
    assert any("The ids change their form: digits until Feb 29, 2024" in doubt for doubt in base.quality.doubts)


def kept_as_rows(lists: int = 4) -> pd.DataFrame:
    """Lists that keep those who have left, with a status."""
    rows = [
        (f"2024-{month:02d}-28", f"c{i}", "active" if i % 7 >= month else "inactive")
        for month in range(1, lists + 1)
        for i in range(14)
    ]
    return pd.DataFrame(rows, columns=["snapshot_date", "client", "status"])


def test_a_status_that_nobody_named_is_looked_at(tmp_path: Path) -> None:
    table = kept_as_rows()
    base = crr.read_snapshots(table, customer="client")
    gone, said = base.quality.doubts
    assert gone.startswith("Whoever stands on a list stands on every later one, so every rate is 100%.")
    assert said.startswith("20 rows say 'inactive' in column 'status', which was not read")
    right = crr.read_snapshots(table, customer="client", status="status")
    assert right.quality.doubts == ()
    assert account(right)[0][:3] == ["2024-02", 12, 10]  # of 14, two had left by the first list and two by the second
    for month, rows in table.groupby("snapshot_date"):
        rows[["status", "client"]].to_csv(tmp_path / f"clients {month[:7]}.csv", index=False)
    files = crr.read_snapshots(str(tmp_path / "*.csv"), customer="client")
    assert files.quality.doubts == (gone, said)
    (tmp_path / "clients 2024-05.csv").write_text("client\nc1\n")  # a list without the column is no refusal
    assert crr.read_snapshots(str(tmp_path / "*.csv"), customer="client").quality.doubts[0].startswith("The list of")


def test_lists_from_which_nobody_is_ever_missing_say_so() -> None:
    everybody = kept_as_rows()[["snapshot_date", "client"]]
    (doubt,) = crr.read_snapshots(everybody, customer="client").quality.doubts
    assert doubt.startswith("Whoever stands on a list stands on every later one")
    for fine in (
        everybody[(everybody["client"] != "c3") | (everybody["snapshot_date"] < "2024-04")],  # one has left
        everybody[everybody["snapshot_date"] < "2024-03"],  # within so short a time all may have stayed
        everybody[everybody["client"].isin([f"c{i}" for i in range(9)])],  # so few, too
    ):
        assert crr.read_snapshots(fine, customer="client").quality.doubts == ()
