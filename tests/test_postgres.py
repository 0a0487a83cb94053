"""PostgreSQL, run for real: the numbers of the file, counted where the rows are, and nothing told or changed."""

from __future__ import annotations

import io
import os
import signal
import threading
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from conformance import READERS, WORLDS, as_files, assert_the_same, rows_of
from postgres_server import PASSWORD, postgres, programs

import crrkit as crr
from crrkit import cli, reduce
from crrkit.measure.cube import list_cube
from crrkit.report.parameters import ReportArguments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.engines
psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'crrkit[postgres]'")

TYPES = {"total": "numeric(12, 2)", "monthly_fee": "numeric(12, 2)", "ordered_at": "timestamp", "at": "timestamp",
         "joined": "date", "left": "date"}  # fmt: skip


def filled(address: str) -> None:
    """The sample lists as tables with types, and the orders again in a schema of their own with text alone."""
    with psycopg.connect(address, autocommit=True) as con:
        con.execute("CREATE SCHEMA raw")
        for table in ("orders", "contracts", "events", "raw.orders_as_text"):
            names, rows = rows_of(table.removeprefix("raw.").removesuffix("_as_text"))
            columns = ", ".join(f'"{name}" {"text" if "." in table else TYPES.get(name, "text")}' for name in names)
            con.execute(f"CREATE TABLE {table} ({columns})")
            with con.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    where = programs()
    if where is None:
        pytest.skip("initdb is not on this machine: what PostgreSQL counts was not compared")
    with postgres(where) as address:
        with psycopg.connect(address.format(database="postgres"), autocommit=True) as con:
            con.execute("CREATE DATABASE shop")
        filled(address.format(database="shop"))
        yield address


@pytest.fixture
def shop(server: str) -> str:
    return server.format(database="shop")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return as_files(tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize("world", WORLDS)
def test_it_gives_the_same_numbers_as_the_file(world: str, shop: str, files: dict[str, Path]) -> None:
    kind, agreed = WORLDS[world]
    there, here = READERS[kind](shop, table=kind, **agreed), READERS[kind](files[kind], **agreed)
    assert there.table.get_backend().name == "postgres"
    assert there.quality.caption().partition(": ")[2].partition(": ")[2] == here.quality.caption().partition(": ")[2]
    assert assert_the_same(there, here) >= 5


def test_no_row_leaves_what_is_plain(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched = []
    for kind in (psycopg.Cursor, psycopg.ServerCursor):
        for name in ("fetchmany", "fetchall"):
            monkeypatch.setattr(kind, name, _counting(getattr(kind, name), fetched))
    base = crr.read_orders(shop, table="orders")
    kept = crr.retention_by_period(base, every="month")
    assert base.quality.rows_read == 7490
    # What comes home are sums and histograms: months × the month before, and no id among them.
    assert 0 < sum(len(rows) for rows in fetched) < 500
    assert not [row for rows in fetched for row in rows if any(str(cell).startswith("C0") for cell in row)]
    assert len(kept.table) == 24


def test_a_database_that_stops_in_the_middle_is_said_in_a_sentence(server: str) -> None:
    shop = server.format(database="shop")
    with psycopg.connect(shop, autocommit=True) as con:
        con.execute("CREATE TABLE passing AS SELECT * FROM orders WHERE ordered_at IS NOT NULL")
        base = crr.read_orders(shop, table="passing")
        base.table.get_backend().con.execute("SET statement_timeout = 1")
        with pytest.raises(crr.SourceError, match="canceling statement due to statement timeout"):
            crr.cohort_grid(base, every="week", align="age")
        base.table.get_backend().con.execute("SET statement_timeout = 0")
        con.execute("ALTER TABLE passing RENAME TO gone")
        with pytest.raises(crr.SourceError, match=r'can no longer be counted.*relation ".*passing" does not exist'):
            crr.retention_by_period(base, every="month")
        con.execute("ALTER TABLE gone RENAME TO passing")
        told = base.explain()
        assert told.engine.startswith("Counted by PostgreSQL")
        assert set(told.table["passes"]) == {1}
        con.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'crrkit'")
        with pytest.raises(crr.SourceError, match="can no longer be counted"):
            crr.retention_by_period(base, every="month")
        con.execute("DROP TABLE passing")
    with pytest.raises(crr.SourceError, match="password authentication failed"):
        crr.read_orders(shop.replace("s3cret", "wrong"), table="orders")


def test_rows_that_others_wrote_since_are_not_taken_for_those_that_were_read(server: str) -> None:
    shop = server.format(database="shop")
    with psycopg.connect(shop, autocommit=True) as con:
        con.execute("CREATE TABLE living AS SELECT * FROM orders WHERE ordered_at IS NOT NULL")
        base = crr.read_orders(shop, table="living")
        before = crr.retention_by_period(base, every="month").to_pandas()
        later = "INSERT INTO living (client_id, ordered_at) VALUES ('C0001', %s::timestamp)"
        con.execute(later, [base.as_of])  # a shop goes on selling: what came after the last day is not asked for
        pd.testing.assert_frame_equal(crr.retention_by_period(base, every="month").to_pandas(), before)
        con.execute(later, ["2024-03-05"])
        late = crr.read_orders(shop, table="living").quality.rows_used - 1
        with pytest.raises(crr.SourceError, match=f"living.* had {late - 1:,} rows to count, now {late:,}. Read it"):
            crr.retention_by_period(base, every="month")
        con.execute("DELETE FROM living WHERE ordered_at < '2023-06-01'")
        for measure in (crr.cohort_grid, crr.stage_flow, crr.revenue_retention):
            with pytest.raises(crr.SourceError, match="has changed since it was read"):
                measure(base, every="month")
        assert len(crr.retention_by_period(crr.read_orders(shop, table="living"), every="month").table)
        con.execute("DROP TABLE living")


def _counting(fetch, fetched):
    def counted(*arguments):
        rows = fetch(*arguments)
        fetched.append(rows)
        return rows

    return counted


def test_what_must_be_tidied_is_fetched_and_said(shop: str, files: dict[str, Path]) -> None:
    base = crr.read_orders(shop, table="raw.orders_as_text")
    assert base.table.get_backend().name == "duckdb"
    assert "'ordered_at' has to be tidied here first" in base.quality.notes[0]
    wanted = crr.retention_by_period(crr.read_orders(files["orders"]), every="month").to_pandas()
    pd.testing.assert_frame_equal(crr.retention_by_period(base, every="month").to_pandas(), wanted)


def test_ids_are_one_customer_as_they_would_be_from_a_file(server: str) -> None:
    untidy = {
        "a space": ["7 ", "7"], "a number": ["17.0", "17"], "capitals": ["Anna", "anna"], "zeros": ["007", "7"],
        "nobody": ["guest", "7"], "minus one": [-1, 7], "zero": [0, 7], "none": [None, "7"], "plain": ["a", "b"],
    }  # fmt: skip
    wrong = {}
    with psycopg.connect(server.format(database="shop"), autocommit=True) as con:
        for name, (one, other) in untidy.items():
            days = pd.date_range("2024-01-05", periods=12, freq="25D")
            frame = pd.DataFrame({"client": [one, other] * 6, "at": days, "total": 1.0})
            con.execute("DROP TABLE IF EXISTS untidy")
            kind = "bigint" if isinstance(one, int) else "text"
            con.execute(f"CREATE TABLE untidy (client {kind}, at timestamp, total float)")
            with con.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO untidy VALUES (%s, %s, %s)", [tuple(row) for row in frame.astype(object).to_numpy()]
                )
            there, here = _said(server.format(database="shop"), table="untidy"), _said(frame)
            if there != here:
                wrong[name] = (there, here)
    assert wrong == {}


def _said(source: object, **more: str) -> str:
    try:
        base = crr.read_orders(source, **more)
    except ValueError as refused:
        return str(refused)
    return f"{base.quality.to_pandas().to_dict('list')} {crr.retention_by_period(base, every='month')}"


def test_times_with_an_offset_are_moved_to_the_zone_there(server: str) -> None:
    moments = pd.to_datetime(["2024-01-31 21:30", "2024-02-29 20:30", "2024-02-29 21:30", "2024-03-31 20:59"], utc=True)
    frame = pd.DataFrame({"client": ["k1", "k1", "k2", "k2"], "at": moments})
    shop = server.format(database="shop")
    with psycopg.connect(shop, autocommit=True) as con, con.cursor() as cursor:
        cursor.execute("CREATE TABLE moments (client text, at timestamptz)")
        cursor.executemany("INSERT INTO moments VALUES (%s, %s)", list(zip(frame["client"], moments, strict=True)))
    there = crr.read_orders(shop, table="moments", zone="Europe/Moscow")
    here = crr.read_orders(frame, zone="Europe/Moscow")
    assert there.table.get_backend().name == "postgres"
    assert there.first == here.first == pd.Timestamp("2024-02-01 00:30")
    found, wanted = (crr.retention_by_period(base, every="month").to_pandas() for base in (there, here))
    pd.testing.assert_frame_equal(found, wanted)


def test_it_is_only_read(shop: str) -> None:
    with psycopg.connect(shop, autocommit=True) as con:
        con.execute("CREATE SEQUENCE IF NOT EXISTS counter")
        before = con.execute("SELECT count(*), (SELECT last_value FROM counter) FROM orders").fetchone()
        for query in (
            "DELETE FROM orders", "SELECT 1; DROP TABLE orders", "SELECT * INTO copied FROM orders", "",
            "WITH d AS (DELETE FROM orders RETURNING *) SELECT * FROM d",
        ):  # fmt: skip
            with pytest.raises(crr.InputError, match="a single SELECT"):
                crr.read_orders(shop, query=query)
        with pytest.raises(crr.SourceError, match=r"cannot execute nextval.. in a read-only transaction"):
            crr.read_orders(shop, query="SELECT client_id, ordered_at, nextval('counter') AS total FROM orders")
        assert con.execute("SELECT count(*), (SELECT last_value FROM counter) FROM orders").fetchone() == before


def test_only_the_columns_that_are_needed_are_asked_for(server: str) -> None:
    shop = server.format(database="shop")
    with psycopg.connect(shop, autocommit=True) as con:
        con.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
        con.execute("GRANT SELECT (client_id, ordered_at, total, receipt) ON orders TO guest")
    address = "postgresql+psycopg://guest:guest@" + shop.partition("@")[2]
    base = crr.read_orders(address)
    assert base.quality.notes[0] == "orders is the only table of shop."
    assert base.quality.notes[1].startswith("shop: orders: columns without a role were judged by their names only")
    assert len(base.quality.notes) == 2
    assert crr.retention_by_period(base, every="month").table["start"].sum() > 0
    with pytest.raises(crr.SourceError, match="permission denied for table orders"):
        crr.read_orders(address, by="region")


def test_a_table_is_asked_for_by_name(shop: str) -> None:
    with pytest.raises(
        crr.InputError, match=r"shop has several tables. .* contracts, events, .*orders, .*raw.orders_as_text"
    ):
        crr.read_orders(shop)
    with pytest.raises(crr.InputError, match=r"table='ordres' is not a table of shop.*Did you mean 'orders'"):
        crr.read_orders(shop, table="ordres")
    with pytest.raises(crr.InputError, match="Give the one or the other"):
        crr.read_orders(shop, table="orders", query="SELECT 1")
    asked = crr.read_orders(shop, query="SELECT client_id, ordered_at, total FROM orders WHERE region = 'North';")
    assert asked.quality.source == "shop: a query"
    assert asked.quality.rows_read == 2117
    assert crr.guess(shop, table="events").kind == "events"


def said_by(*words: str) -> str:
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err, pytest.raises(SystemExit):
        cli.run(words)
    return out.getvalue() + err.getvalue()


def test_the_password_is_in_nothing_that_is_printed_or_written(shop: str, tmp_path: Path) -> None:
    base = crr.read_orders(shop, table="orders")
    page, told = tmp_path / "report.html", ReportArguments(base, "month")
    said = [repr(base), base._repr_html_(), repr(base.quality), str(crr.guess(shop, table="orders"))]
    said += [
        said_by("check", shop, "--table", "orders"),
        said_by("check", shop),
        said_by("check", shop, "--table", "none"),
    ]
    said += [said_by("report", shop, "--table", "orders", "--out", str(page))]
    said += [page.read_text(encoding="utf-8"), told.parameters(), told.reading(), str(base.card)]
    for broken in (shop.replace("ann:", "bob:"), shop.replace("?host=", "?hosst="), shop.replace("/shop?", "/none?")):
        for lang in ("en", "ru"):
            with crr.use_language(lang), pytest.raises(crr.SourceError) as refused:
                crr.read_events(broken, table="events")
            said.append(f"{refused.value} {refused.value.given}")
    assert "7,411 used" in said[4]
    assert "--table orders" in said[4]
    pieces = ("s3cret", "home@", PASSWORD, "s3cret%2Fof")
    assert [text[:80] for text in said if any(piece in text for piece in pieces)] == []


def test_a_list_is_counted_at_once_for_sliders_though_nothing_may_be_kept_there(
    shop: str, files: dict[str, Path]
) -> None:
    there, here = list_cube(crr.read_orders(shop, table="orders")), list_cube(crr.read_orders(files["orders"]))
    for every, tally in there.tallies.items():
        for name, counts in tally.items():
            assert (counts == here.tallies[every][name]).all(), (every, name)


def test_a_database_that_went_away_is_one_sentence(shop: str) -> None:
    base = crr.read_orders(shop, table="orders")
    with psycopg.connect(shop, autocommit=True) as con:
        con.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'crrkit'")
    with pytest.raises(crr.SourceError, match="can no longer be counted: the engine says"):
        crr.retention_by_period(base, every="month")


# Each purchase takes its time, as much as the table says, so that something can happen in the middle of a count.
SLOWLY = """
CREATE TABLE pace AS SELECT 0.0::float AS seconds;
CREATE FUNCTION slowly(value timestamp) RETURNS timestamp LANGUAGE plpgsql VOLATILE AS
$$ BEGIN PERFORM pg_sleep(seconds) FROM pace WHERE seconds > 0; RETURN value; END $$;
CREATE VIEW slow AS SELECT client_id, slowly(ordered_at) AS ordered_at, total FROM orders WHERE ordered_at IS NOT NULL
"""


def refused(*words: str) -> str:
    """The last line of a command that cannot go on."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        cli.run(words)
    assert (ended.value.code, out.getvalue()) == (2, "")
    assert "Traceback" not in err.getvalue()
    return err.getvalue().strip().splitlines()[-1]


def paced(address: str, seconds: float) -> None:
    with psycopg.connect(address, autocommit=True) as con:
        con.execute("UPDATE pace SET seconds = %s", [seconds])


def end_connections(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as con:
        con.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'crrkit'")


def kill(address: str) -> None:
    """The server itself, at once and without a word."""
    folder = address.partition("host=")[2]
    os.kill(int(Path(folder, "data", "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)


@pytest.mark.parametrize("end", [end_connections, kill])
def test_an_engine_that_ends_in_the_middle_of_a_query_is_a_sentence_and_no_report(
    end: Callable[[str], None], tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    where = programs()
    assert where is not None or pytest.skip("initdb is not on this machine: nothing was ended")
    with postgres(where) as address:
        shop = address.format(database="postgres")
        filled(shop)
        with psycopg.connect(shop, autocommit=True) as con:
            con.execute(SLOWLY)
        base = crr.read_orders(shop, table="slow")
        paced(shop, 0.01)  # 75 seconds a pass
        if end is end_connections:
            after(1, end, shop)
            with pytest.raises(crr.SourceError, match="can no longer be counted: the engine says"):
                crr.retention_by_period(base, every="month")
        ending = after(1, end, shop)
        assert "the database says" in refused("report", shop, "--table", "slow", "--out", str(page))
        ending.join()
        if end is kill:
            with pytest.raises(crr.SourceError, match="can no longer be counted: the engine says"):
                crr.retention_by_period(base, every="month")
            assert "cannot be read: the database says" in refused("check", shop, "--table", "orders")
    assert list(tmp_path.iterdir()) == []


def after(seconds: float, work: Callable[[str], None], address: str) -> threading.Timer:
    timer = threading.Timer(seconds, work, [address])
    timer.start()
    return timer


def test_a_command_says_in_a_sentence_what_a_database_refuses(shop: str, tmp_path: Path) -> None:
    page = str(tmp_path / "report.html")
    with psycopg.connect(shop, autocommit=True) as con:
        con.execute("CREATE TABLE passing AS SELECT * FROM orders WHERE ordered_at IS NOT NULL")
    hurried = f"{shop}&options=-c%20statement_timeout%3D1"
    wanted = {
        "password authentication failed": [shop.replace("s3cret", "wrong"), "--table", "orders"],
        "canceling statement due to statement timeout": [hurried, "--table", "passing"],
        "--table gone is not a table of shop": [shop, "--table", "gone"],
    }
    for why, words in wanted.items():
        said = refused("report", *words, "--out", page)
        assert why in said
        assert "s3cret" not in said
        assert "wrong" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_is_dropped_while_a_command_counts_is_said(
    shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(shop, autocommit=True) as con:
        con.execute("CREATE TABLE leaving AS SELECT * FROM orders WHERE ordered_at IS NOT NULL")
        whole = reduce.rows.run

        def meanwhile(reduction: object, **given: object) -> pd.DataFrame:
            found = whole(reduction, **given)
            con.execute("DROP TABLE IF EXISTS leaving")
            return found

        monkeypatch.setattr(reduce.rows, "run", meanwhile)
        said = refused("report", shop, "--table", "leaving", "--out", str(tmp_path / "report.html"))
    assert "can no longer be counted" in said
    assert 'leaving" does not exist' in said
    assert list(tmp_path.iterdir()) == []
