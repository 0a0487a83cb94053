"""What measures share is counted once, gives the numbers of rows that nobody shares, and goes with its rows."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from conformance import WORLDS, as_files, measures

import crrkit as crr
from crrkit import reduce
from crrkit.read import OrderBase, steps_of
from crrkit.reduce import customer_windows
from crrkit.reduce.sharing import TABLE_PREFIX, TABLES_PER_PART
from crrkit.rules import Calendar

if TYPE_CHECKING:
    from pathlib import Path

OF_BUYERS = {name: world for name, world in WORLDS.items() if world[0] != "contracts"}
FIRST = datetime(2024, 1, 30)  # noqa: DTZ001 - the business's own clock


def shared_tables_in(base: crr.Base) -> list[str]:
    """The tables that are kept in the engine of a base."""
    found = base.table.get_backend().con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    return [name for (name,) in found if name.startswith(TABLE_PREFIX)]


def alone(base: Any) -> Any:
    """The same rows, which nobody has said are shared: every measure counts them by itself."""
    return replace(base, table=base.table.limit(10**9))


def assert_alike(base: Any) -> None:
    for (name, found), (_same, wanted) in zip(measures(base), measures(alone(base)), strict=True):
        pd.testing.assert_frame_equal(found, wanted, obj=name)


@pytest.mark.daily(1)
@pytest.mark.parametrize("world", OF_BUYERS)
def test_measures_of_shared_rows_equal_those_of_unshared_rows(world: str, tmp_path: Path) -> None:
    kind, rules = OF_BUYERS[world]
    base = getattr(crr, f"read_{kind}")(as_files(tmp_path)[kind], **rules)
    assert_alike(base)
    is_log = kind == "events" and reduce.is_shared(base.everything)  # who is in it was looked at with the ids
    assert len(shared_tables_in(base)) == 2 + is_log  # each customer's months, and the purchases in order


@pytest.mark.daily(1)
@pytest.mark.parametrize("seed", range(12))
def test_reductions_of_random_purchases_are_the_same_shared_and_unshared(seed: int) -> None:
    dice = np.random.default_rng(seed)
    hours, n = dice.integers(0, 24 * 90, 150).tolist(), 150
    frame = pd.DataFrame({
        "customer": dice.integers(1, 12, n),
        "at": [FIRST + timedelta(hours=hour) for hour in hours],
        "amount": dice.choice([-5.0, 0.0, 7.5, np.nan, 3.25], n),
    })  # fmt: skip
    base = crr.read_orders(frame, amount="amount", refunds="keep" if seed % 2 else "set aside")
    for cut in (base.as_of, FIRST.replace(hour=0) + timedelta(days=40), FIRST + timedelta(hours=hours[0], days=20)):
        seen = base.seen_before(cut)
        for found, wanted in zip(reductions(seen), reductions(alone(seen)), strict=True):
            pd.testing.assert_frame_equal(in_order(found), in_order(wanted))


def test_rows_of_customers_with_equal_hashes_are_not_mixed() -> None:
    days = pd.date_range("2024-01-05", periods=40)
    frame = pd.DataFrame({"customer": ["a", "b", "c", "d"] * 10, "at": days, "amount": 5.0})
    base = crr.read_orders(frame)
    engine = base.table.get_backend().con
    engine.execute("CREATE MACRO hash(text) AS 7")  # for all
    found = reduce.collect(reduce.gap_histogram(base.table, as_of=base.as_of))
    assert found.loc[found["closed"], "days"].tolist() == [4]


@pytest.mark.daily(1)
@pytest.mark.parametrize("ids", ["numbers", "text"])
def test_reductions_over_slices_equal_those_over_the_whole_table(ids: str, monkeypatch: pytest.MonkeyPatch) -> None:
    dice, n = np.random.default_rng(7), 3000
    customers = dice.integers(1, 90, n) ** 2  # some have many rows
    frame = pd.DataFrame({
        "customer": customers if ids == "numbers" else [f"c{one}" for one in customers],
        "at": [FIRST + timedelta(hours=hour) for hour in dice.integers(0, 24 * 400, n).tolist()],
        "amount": dice.choice([0.01, 7.5, 12.34, 3e9], n),
    })  # fmt: skip
    whole, base = (crr.read_orders(frame, amount="amount") for _side in range(2))
    wanted, unsliced = reductions(alone(whole)), reductions(whole)
    monkeypatch.setattr("crrkit.reduce.slices.WORTH_SLICES", 1)
    base.table.get_backend().con.execute("SET threads = 3")
    for frames in (unsliced, reductions(base)):
        for found, one in zip(frames, wanted, strict=True):
            pd.testing.assert_frame_equal(in_order(found), in_order(one), rtol=1e-12)
    asked = reduce.gap_histogram(base.table, as_of=base.as_of)
    assert reduce.sql_of(reduce.in_slices(reduce.plan_of(asked))).count("UNION ALL") == 2


def test_a_table_that_failed_to_fill_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"customer": [1, 2, 1], "at": pd.to_datetime(["2024-01-05", "2024-01-06", "2024-02-03"])})
    base = crr.read_orders(frame)
    asked, before = reduce.gap_histogram(base.table, as_of=base.as_of), shared_tables_in(base)
    with monkeypatch.context() as broken:
        broken.setattr("crrkit.reduce.sharing._after_creation", {customer_windows.in_order: lambda *_given: 1 / 0})
        with pytest.raises(ZeroDivisionError):
            reduce.collect(asked)
    assert shared_tables_in(base) == before
    assert reduce.collect(asked)["gaps"].tolist() == [1, 1, 1]  # of 29 days, and two open ones


def test_an_engine_is_freed_although_a_query_compiled_ahead_was_never_run() -> None:
    frame = pd.DataFrame({"customer": [1, 2, 1], "at": pd.to_datetime(["2024-01-05", "2024-01-06", "2024-02-03"])})
    base = crr.read_orders(frame)
    asked = reduce.gap_histogram(base.table, as_of=base.as_of)
    base.table.get_backend().compile_ahead(asked)
    freed = weakref.ref(base.table.get_backend())
    gc.collect()
    gc.disable()  # freed at once, not when the collector happens to run
    try:
        del base, asked
        assert freed() is None
    finally:
        gc.enable()


def test_clean_text_ids_are_counted_without_normalising_them(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"customer": ["c-1", "c-2", "c-1"], "at": pd.to_datetime(["2024-01-05", "2024-01-06", "2024-02-03"])}
    )
    frame.to_parquet(tmp_path / "orders.parquet")
    base = crr.read_orders(tmp_path / "orders.parquet")
    assert "lower" not in base.explain().sql("retention_by_period").lower()
    crr.retention_by_period(base, every="month")
    assert len(shared_tables_in(base)) == 1  # what was found while the ids were looked at
    other = frame.assign(customer=["c-1", "NaN", "c-1"])
    other.to_parquet(tmp_path / "other.parquet")
    assert crr.read_orders(tmp_path / "other.parquet").quality.rows_set_aside == 1


def test_queries_of_ordered_rows_contain_no_sort() -> None:
    """Stages, money and silences look at the row before: the engine streams, and has no window to sort for."""
    days = pd.date_range("2024-01-05", periods=40)
    base = crr.read_orders(pd.DataFrame({"customer": [1, 2] * 20, "at": days, "amount": 5.0}))
    month, cut = base.calendar("month"), base.as_of
    engine = base.table.get_backend()
    for asked in (
        reduce.step_histogram(*steps_of(base, crr.StageRule(), month), last=month.index(cut)),
        reduce.revenue_by_period(base.money, calendar=month, as_of=cut),
        reduce.gap_histogram(base.table, as_of=cut),
        reduce.order_histogram(base.table, calendar=base.calendar("week"), as_of=cut),
    ):
        plan = engine.con.execute(f"EXPLAIN {engine.compile(reduce.from_kept(asked))}").fetchall()[0][1].lower()
        plan = plan.replace("_", " ")
        assert "streaming window" in plan
        assert "window" not in plan.replace("streaming window", "")
        assert "order by" not in plan


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(list(frame.columns), ignore_index=True)


def reductions(base: OrderBase) -> list[pd.DataFrame]:
    """The small frames that are counted from neighbours."""
    month, week = base.calendar("month"), base.calendar("week")
    rule, cut = crr.StageRule(lapse_days=10, window_days=20, k_long=2, span_days=5), base.as_of
    asked = [
        reduce.order_histogram(base.table, calendar=week, as_of=cut),
        reduce.order_histogram(base.table, calendar=month, as_of=cut),
        reduce.age_histogram(reduce.order_stretches(base.table, calendar=month, step=None, as_of=cut)),
        reduce.step_histogram(*steps_of(base, rule, week), last=week.index(cut)),
        reduce.gap_histogram(base.table, as_of=cut),
        reduce.population_gap(base.table, as_of=cut),
        reduce.repeat_histogram(base.table, as_of=cut),
        reduce.own_gaps(base.table, as_of=cut, share=0.5),
        reduce.revenue_by_period(base.money, calendar=month, as_of=cut),
        reduce.revenue_ranks(base.money, as_of=cut),
    ]
    return [reduce.collect(one) for one in asked]


@pytest.mark.daily(1)
@pytest.mark.parametrize("years", [1, 4, 7])
def test_reductions_from_month_bits_equal_those_from_days(years: int) -> None:
    dice, n = np.random.default_rng(years), 400
    begun = datetime(2018, 11, 1)  # noqa: DTZ001 - the business's own clock
    hours = np.append(0, dice.integers(0, 24 * 365 * years, n - 1)).tolist()
    frame = pd.DataFrame({
        "customer": dice.integers(1, 60, n), "at": [begun + timedelta(hours=hour) for hour in hours],
        "shop": dice.choice(["x", "y"], n),
    })  # fmt: skip
    base = crr.read_orders(frame, by="shop")
    cuts = [base.as_of, datetime(2019, 4, 1), datetime(2019, 4, 17), datetime(2019, 4, 1, 1), begun]  # noqa: DTZ001 - as above
    lengths = [("month", "january"), ("quarter", "march"), ("half-year", "january"), ("year", "april"), ("week", "may")]
    used = set()
    for cut, (every, year_starts) in product(cuts, lengths):
        by = ("shop",) if every == "quarter" else ()
        when = {"calendar": Calendar(every, year_starts=year_starts), "as_of": cut, "by": by}
        found, wanted = ([
            reduce.order_histogram(table, **when),
            reduce.age_histogram(reduce.order_stretches(table, step=None, **when), by=by),
        ] for table in (base.table, alone(base).table))  # fmt: skip
        used |= {(cut, every) for one in found if "months_of" in reduce.shared_parts(one)}
        for one, other in zip(found, wanted, strict=True):
            pd.testing.assert_frame_equal(in_order(reduce.collect(one)), in_order(reduce.collect(other)))
    by_bits = {(cut, every) for cut in cuts[:2] for every, _starts in lengths[:-1]}
    assert used == (by_bits if years < 5 else set())  # a longer list meets each bit of the ring twice


def test_shared_tables_are_limited_in_number_and_freed_with_their_rows() -> None:
    frame = pd.DataFrame({"customer": ["a", "b", "a"], "at": ["2024-01-05", "2024-01-06", "2024-02-03"]})
    base = crr.read_orders(frame)
    others = [base.reread(fold=(), nobody=[name]) for name in ("x", "y", "z")]  # in the same engine
    for one in (base, *others, base):
        crr.retention_by_period(one, every="month")
    assert len(shared_tables_in(base)) == TABLES_PER_PART
    engine = weakref.ref(base.table.get_backend())
    del base, others, one
    gc.collect()
    assert engine() is None


def test_rows_of_the_users_own_connection_are_not_shared() -> None:
    import ibis

    con = ibis.duckdb.connect()
    rows = pd.DataFrame({"customer": ["a", "b"], "at": pd.to_datetime(["2024-01-05", "2024-02-06"])})
    base = crr.read_orders(con.create_table("log", rows))
    crr.retention_by_period(base, every="month")
    assert shared_tables_in(base) == []
