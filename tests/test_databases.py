"""Databases without a server: files of SQLite and DuckDB, and connections of the libraries that people have."""

from __future__ import annotations

import datetime as dt
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pandas as pd
import pytest

import crrkit as crr
from crrkit.read.engines.fetching import from_rows

CSV = Path(__file__).parent.parent / "sample_data" / "orders.csv"
pytestmark = pytest.mark.engines
sqlalchemy = pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample orders in a file of each kind: alone, and beside another table."""
    folder = tmp_path_factory.mktemp("databases")
    orders = pd.read_csv(CSV)
    for name, others in (("one", ()), ("two", ("visits",))):
        with sqlite3.connect(folder / f"{name}.db") as con:
            for table in ("orders", *others):
                orders.to_sql(table, con, index=False)
        con.close()
        with duckdb.connect(str(folder / f"{name}.duckdb")) as engine:
            for table in ("orders", *others):
                engine.execute(f"CREATE TABLE {table} AS SELECT * FROM read_csv('{CSV}', all_varchar = true)")  # noqa: S608 - a name of our own
            engine.execute("CREATE SCHEMA archive; CREATE VIEW archive.old AS SELECT * FROM orders" if others else "")
    return folder


@pytest.fixture(scope="module")
def wanted() -> crr.RetentionTable:
    return crr.retention_by_period(crr.read_orders(CSV), every="month")


def sources(folder: Path) -> dict[str, tuple[Any, dict[str, str]]]:
    """Every way to name the sample orders in a database."""
    lite, duck = folder / "two.db", folder / "two.duckdb"
    orders, query = {"table": "orders"}, {"query": "SELECT client_id, ordered_at, total, receipt FROM orders;"}
    con, engine = sqlite3.connect(lite), sqlalchemy.create_engine(f"sqlite:///{lite}")
    return {
        "sqlite address": (f"sqlite:///{lite}", orders), "sqlite path": (lite, orders), "sqlite query": (lite, query),
        "duckdb address": (f"duckdb:///{duck}", orders), "duckdb path": (duck, orders), "duckdb query": (duck, query),
        "from the root": (f"duckdb:///{str(duck).removeprefix('/')}", orders),
        "another schema": (duck, {"table": "archive.old"}),
        "one table": (folder / "one.db", {}), "one table of DuckDB": (folder / "one.duckdb", {}),
        "sqlite3": (con, orders), "sqlite3 query": (con, query),
        "duckdb": (duckdb.connect(str(duck), read_only=True), orders),
        "SQLAlchemy": (engine, orders), "SQLAlchemy query": (engine.connect(), query),
        "Ibis of SQLite": (ibis.sqlite.connect(lite), orders),
        "its table": (ibis.sqlite.connect(lite).table("orders"), {}),
        "Ibis of DuckDB": (ibis.duckdb.connect(duck, read_only=True), orders),
    }  # fmt: skip


def test_every_way_to_name_a_table_gives_the_numbers_of_the_file(folder: Path, wanted: crr.RetentionTable) -> None:
    pytest.importorskip("regex", reason="Ibis needs it for SQLite")
    wrong = {}
    ways = sources(folder)
    for name, (source, more) in ways.items():
        base = crr.read_orders(source, **more)
        found = crr.retention_by_period(base, every="month").to_pandas()
        if not found.equals(wanted.to_pandas()) or base.quality.caption().partition(": 7,490")[2] == "":
            wrong[name] = base.quality.caption()
    for source, _more in ways.values():
        _close(source)
    assert wrong == {}


def _close(source: Any) -> None:
    backend = source.get_backend() if hasattr(source, "get_backend") else source
    for one in (backend, getattr(backend, "engine", None)):
        for end in ("disconnect", "close", "dispose"):
            if hasattr(one, end):
                getattr(one, end)()
                break


def test_a_single_table_is_taken_and_said_and_of_several_one_is_asked_for(folder: Path) -> None:
    assert crr.read_orders(folder / "one.db").quality.notes[0] == "orders is the only table of one.db."
    for name, tables in (("two.db", "orders, visits"), ("two.duckdb", "archive.old, orders, visits")):
        with pytest.raises(crr.InputError, match=f"{name} has several tables. Say .* table=: {tables}."):
            crr.read_orders(folder / name)
        with pytest.raises(crr.InputError, match=r"is not a table of .*Did you mean 'orders'"):
            crr.read_orders(folder / name, table="order")
    said = crr.guess(folder / "two.db", table="visits")
    assert said.call.startswith("crr.read_orders(")
    assert "table='visits', customer='client_id'" in said.call


def test_what_is_no_database_takes_no_table(folder: Path) -> None:
    with pytest.raises(crr.InputError, match="table= is for sources of another kind"):
        crr.read_orders(CSV, table="orders")
    with pytest.raises(crr.InputError, match="query= is for sources of another kind"):
        crr.read_orders(pd.DataFrame({"client": ["a"], "at": ["2024-01-05"]}), query="SELECT 1")
    with pytest.raises(crr.InputError, match="sheet= is for sources of another kind"):
        crr.read_orders(folder / "one.db", sheet="orders")
    with pytest.raises(crr.SourceError, match="is not a valid SQLite file"):
        crr.read_orders(f"sqlite:///{CSV}")
    with pytest.raises(crr.SourceError, match="was not found"):
        crr.read_orders(f"duckdb:///{folder}/none.duckdb")


@pytest.mark.parametrize("query", ["DELETE FROM orders", "SELECT 1; SELECT 2", "PRAGMA journal_mode", "no SQL", " "])
def test_a_query_that_does_more_than_read_is_refused(query: str, folder: Path) -> None:
    for name in ("two.db", "two.duckdb"):
        with pytest.raises(crr.InputError, match="must be a single SELECT"):
            crr.read_orders(folder / name, query=query)
    assert crr.read_orders(folder / "two.db", table="orders").quality.rows_read == 7490


def test_a_connection_that_is_closed_is_one_sentence(folder: Path) -> None:
    lite, duck = sqlite3.connect(folder / "two.db"), duckdb.connect(str(folder / "two.duckdb"), read_only=True)
    alchemy = sqlalchemy.create_engine(f"sqlite:///{folder / 'two.db'}")
    con = alchemy.connect()
    for source in (lite, duck, con):
        source.close()
        with pytest.raises(crr.SourceError, match="cannot be read: the database says"):
            crr.read_orders(source, table="orders")
    alchemy.dispose()


def test_a_users_transaction_stays_as_it_was(folder: Path) -> None:
    engine = sqlalchemy.create_engine(f"sqlite:///{folder / 'two.db'}")
    with engine.connect() as con:
        crr.read_orders(con, table="orders")
        assert not con.in_transaction()
        with con.begin():
            crr.read_orders(con, table="orders")
            assert con.in_transaction()
    engine.dispose()


def test_a_column_of_sqlite_may_hold_anything(tmp_path: Path) -> None:
    """Ids as number, text and float are one customer, as in a file; a long whole number keeps its digits."""
    with sqlite3.connect(tmp_path / "any.db") as con:
        con.execute("CREATE TABLE log (customer, at DATE, amount)")
        rows = [
            (7, "2024-01-05", 1),
            ("7", "2024-02-05", 2.5),
            (7.0, "2024-03-05", "3"),
            (9007199254740993, "2024-03-06", None),
        ]
        con.executemany("INSERT INTO log VALUES (?, ?, ?)", [*rows, (None, "2024-03-07", 1), ("x", None, 1)])
    con.close()
    base = crr.read_orders(tmp_path / "any.db")
    assert base.quality.to_pandas().set_index("reason")["rows"].to_dict() == {"no customer id": 1, "no date": 1}
    assert set(base.table.to_pandas()["customer"]) == {"7", "9007199254740993"}


def test_values_of_python_become_columns_of_one_type_each() -> None:
    moment = dt.datetime(2024, 1, 5, 12)  # noqa: DTZ001 - the business's own clock
    rows = [(1, Decimal("2.50"), moment, "a", None, 1), (2, 3, None, "b", None, "x")] * 2
    found = from_rows(iter(rows), ["id", "paid", "at", "word", "none", "both"]).to_pydict()
    assert found["paid"] == [2.5, 3.0] * 2
    assert found["at"] == [moment, None] * 2
    assert found["both"] == ["1", "x"] * 2
    assert from_rows([], ["a"]).num_rows == 0
    many = [(k,) for k in range(50_000)] + [("k",)]
    assert from_rows(many, ["id"])["id"][-2:].to_pylist() == ["49999", "k"]
