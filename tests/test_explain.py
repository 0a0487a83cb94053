"""What a base says that it will run is what its measures run, and how often they read the rows is counted."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

import ibis
import pandas as pd
import pytest

import crrkit as crr
from crrkit import reduce
from crrkit.ground.languages import use_language

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KINDS = ("orders", "trailing", "refunds", "contracts", "events", "lists")


@cache
def base_of(kind: str) -> crr.Base:
    if kind == "trailing":
        return base_of("orders").with_activity(crr.Trailing(days=90))
    if kind == "refunds":
        days = ["2024-01-05", "2024-02-05", "2024-02-06"]
        frame = pd.DataFrame({"customer": ["a", "a", "b"], "at": days, "paid": [5.0, -2.0, 4.0]})
        return crr.read_orders(frame, amount="paid", refunds="keep")
    if kind == "lists":
        return crr.read_snapshots({"2024-01": ["a", "b"], "2024-02": ["a", "c"], "2024-03": ["a"]})
    return getattr(crr, f"read_{kind}")(crr.sample(kind))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SQL of all that is run from here on."""
    seen: list[str] = []

    def watching(run: Callable[[object], pd.DataFrame]) -> Callable[[object], pd.DataFrame]:
        def watched(reduction: object) -> pd.DataFrame:
            seen.append(reduce.sql_of(reduction))
            return run(reduction)

        return watched

    for place in ("crrkit.reduce.collect", "crrkit.measure.recurring.collect"):
        monkeypatch.setattr(place, watching(reduce.rows.collect))
    return seen


@pytest.mark.daily(1)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_said_is_what_is_run(kind: str, asked: list[str]) -> None:
    base = base_of(kind)
    told = base.explain(every="month")
    assert "retention_by_period" in told.reductions
    for name in told.reductions:
        asked.clear()
        with suppress(crr.InputError):  # three purchases let nobody say which period fits; it is asked all the same
            getattr(crr, name)(base, **({} if name in ("concentration", "suggest_period") else {"every": "month"}))
        assert told.sql(name).split(";\n\n") == asked, name


def test_passes_and_columns_are_those_of_the_engine(tmp_path: Path) -> None:
    days = pd.to_datetime(["2024-01-05", "2024-02-01", "2024-03-01"])
    frame = pd.DataFrame({"who": [1, 2, 1], "day": days, "paid": [1.0, 2.0, 3.0], "shop": ["x", "y", "z"]})
    frame.to_parquet(tmp_path / "orders.parquet")
    told = crr.read_orders(tmp_path / "orders.parquet", customer="who", at="day", amount="paid", by="shop").explain()
    assert "Parquet" in told.rows
    rows = told.to_pandas().set_index("measure")
    assert rows["passes"].to_list() == [1] * 7  # each measure of purchases reads the file once, however it is joined
    assert rows.loc["retention_by_period", "columns"] == "day, who"
    assert rows.loc["concentration", "columns"] == "day, paid, who"  # as all that is counted from what is kept in order


def test_what_measures_share_is_read_once_by_all_of_them(tmp_path: Path) -> None:
    days = pd.to_datetime(["2024-01-05", "2024-02-01", "2024-03-01"])
    frame = pd.DataFrame({"customer": [1, 2, 1], "at": days, "amount": [1.0, 2.0, 3.0]})
    frame.to_parquet(tmp_path / "orders.parquet")
    base = crr.read_orders(tmp_path / "orders.parquet")
    told = base.explain()
    assert told.shared["months_of"] == ("retention_by_period", "cohort_grid")
    assert told.shared["in_order"] == ("stage_flow", "revenue_retention", "concentration", "suggest_period")
    assert told.together == 3  # and receipts, which need the rows
    assert "together read the rows in 3 passes" in str(told)
    crr.retention_by_period(base, every="month")  # what is kept now changes nothing of what is said
    assert base.explain().together == 3
    assert base.explain(every="week").shared.keys() == {"in_order"}
    assert base_of("contracts").explain().shared == {}


def test_a_join_of_the_rows_with_themselves_is_two_passes() -> None:
    con = ibis.duckdb.connect()
    rows = con.create_table("rows", pd.DataFrame({"customer": ["a", "b", "a"], "n": [1, 2, 3]}))
    once = rows.group_by("customer").agg(n=rows["n"].sum())
    other = rows.view()
    twice = rows.join(other, rows["n"] < other["n"]).agg(n=rows["n"].sum())
    assert [len(reduce.scans_of(one)) for one in (once, twice)] == [1, 2]
    assert set(reduce.scans_of(once)[0].columns) == {"customer", "n"}


def test_it_is_said_in_both_languages_and_asks_for_a_measure_by_name() -> None:
    told = base_of("lists").explain()
    assert str(told).splitlines()[0].startswith("Counted by DuckDB")
    assert "base.explain().sql('retention_by_period')" in str(told)
    with use_language("ru"):
        assert "проход" in str(told)
        assert "<th" in told.to_html()
    with pytest.raises(crr.InputError, match="measure='accounts'"):
        told.sql("accounts")


def test_nothing_is_counted(asked: list[str]) -> None:
    base = base_of("orders")
    asked.clear()
    base.explain()
    assert asked == []
