"""What happens when an engine cannot go on: one sentence, at once, and nothing partial taken for whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import pytest

import crrkit as crr
from crrkit import cli, reduce
from crrkit.read.engines import engine as engines
from crrkit.read.engines.engine import new_engine
from crrkit.read.quality import twins

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text("customer,at\na,2024-01-05\nb,2024-02-01\na,2024-03-01\n")
    return path


def ended_by_ctrl_c(work: Callable[[], object]) -> None:
    """Press Ctrl-C half a second after the work has begun, which would take hours."""
    sent = []

    def interrupt() -> None:
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    timer = threading.Timer(0.5, interrupt)
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            work()
    finally:
        signal.signal(signal.SIGINT, before)
    assert time.monotonic() - sent[0] < 30
    timer.join()


ENDLESS = "SELECT (a.i + b.i) % 7 AS customer, DATE '2024-01-05' AS at FROM range(3000000) a(i), range(3000000) b(i)"


def test_an_interrupt_ends_a_query_at_once_and_the_engine_goes_on() -> None:
    engine = new_engine()
    engine.con.execute(f"CREATE VIEW endless AS {ENDLESS}").fetchall()
    ended_by_ctrl_c(lambda: reduce.collect(reduce.customer_count(engine.table("endless"))))
    engine.con.execute("CREATE TABLE rows AS SELECT 1 AS customer").fetchall()
    assert reduce.collect(reduce.customer_count(engine.table("rows")))["customers"].to_list() == [1]


def test_an_interrupt_ends_a_reading_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_end(engine: duckdb.DuckDBPyConnection, _paths: list[Path], *, name: str) -> None:
        engine.execute(f"CREATE VIEW {name} AS {ENDLESS}").fetchall()

    path = tmp_path / "orders.parquet"
    pd.DataFrame({"customer": [1], "at": pd.to_datetime(["2024-01-05"])}).to_parquet(path)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("crrkit.read.disk.files.load_parquet", without_end)
        meanwhile.setattr(twins, "with_row_hashes", lambda engine, name: {"table": engine.table(name)})
        ended_by_ctrl_c(lambda: crr.read_orders(path))
    assert signal.set_wakeup_fd(-1) == -1  # nobody listens any more
    assert crr.read_orders(path).quality.rows_used == 1


def test_memory_and_threads_are_settable_and_shown(orders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRRKIT_MEMORY", "300MB")
    monkeypatch.setenv("CRRKIT_THREADS", "1")
    told = crr.read_orders(orders).explain()
    assert told.settings.startswith("Memory at most 286.1 MiB, 1 thread; what does not fit goes to")
    monkeypatch.setenv("CRRKIT_MEMORY", "much")
    with pytest.raises(crr.InputError, match="CRRKIT_MEMORY=much is not a valid setting of the engine"):
        crr.read_orders(orders)


def test_our_engine_leaves_memory_to_others_unless_it_cannot_do_without(orders: Path) -> None:
    assert crr.read_orders(orders).explain().settings.startswith("Memory at most 572.2 MiB, ")
    engine = new_engine()
    engine.con.execute("SET memory_limit = '30MB'; SET max_temp_directory_size = '1MB'; SET threads = 1").fetchall()
    engine.con.execute("CREATE VIEW wide AS SELECT md5(i::VARCHAR) AS customer FROM range(400000) t(i)").fetchall()
    assert reduce.collect(reduce.customer_count(engine.table("wide")))["customers"].to_list() == [400_000]
    assert engine.con.execute("SELECT current_setting('memory_limit')").fetchall() == [(memory_of_the_machine(),)]


def memory_of_the_machine() -> str:
    return str(duckdb.connect().execute("SELECT current_setting('memory_limit')").fetchall()[0][0])


def test_a_full_disk_is_said_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRRKIT_MEMORY", "30MB")
    engine = new_engine()
    engine.con.execute("SET max_temp_directory_size = '1MB'").fetchall()
    engine.con.execute("CREATE VIEW wide AS SELECT md5(i::VARCHAR) AS customer FROM range(3000000) t(i)").fetchall()
    with pytest.raises(crr.SourceError, match="not enough memory, or room on the disk, to count"):
        reduce.collect(reduce.customer_count(engine.table("wide")))


@pytest.fixture
def small_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that holds next to nothing of what does not fit into little memory."""
    monkeypatch.setitem(engines.SETTINGS, "CRRKIT_SPILL", "max_temp_directory_size")
    for name, value in {"CRRKIT_SPILL": "100KB", "CRRKIT_MEMORY": "25MB", "CRRKIT_THREADS": "1"}.items():
        monkeypatch.setenv(name, value)


def said_by(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """The last line of a command that cannot go on: status 2, a sentence, nothing of our own insides."""
    with pytest.raises(SystemExit) as ended:
        cli.run([str(word) for word in words])
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert "Traceback" not in said.err
    return said.err.strip().splitlines()[-1]


@pytest.mark.slow
@pytest.mark.usefixtures("small_room")
@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_a_full_disk_is_no_broken_file(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, page = tmp_path / f"wide.{form}", tmp_path / "report.html"
    frame = pd.DataFrame({"customer": [f"{i % 90000:064}" for i in range(180_000)], "at": pd.Timestamp("2024-01-05")})
    frame.to_parquet(path) if form == "parquet" else frame.to_csv(path, index=False)
    with pytest.raises(crr.SourceError, match="not enough memory, or room on the disk, to count") as refused:
        crr.retention_by_period(crr.read_orders(path), every="month")
    assert "line of column names is needed" not in str(refused.value)
    page.write_text("the report of last month")
    for words in (["check", path], ["report", path, "--every", "month", "--out", page]):
        assert said_by(capsys, *words).startswith("There is not enough memory, or room on the disk, to count")
    assert page.read_text() == "the report of last month"
    assert [one.name for one in tmp_path.iterdir() if one.suffix == ".html"] == ["report.html"]


def test_a_file_that_changes_while_a_command_counts_is_said(
    orders: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, page = orders.with_suffix(".parquet"), orders.with_name("report.html")
    pd.read_csv(orders, parse_dates=["at"]).to_parquet(path)
    whole = reduce.rows.run

    def meanwhile(reduction: object, **given: object) -> pd.DataFrame:
        found = whole(reduction, **given)  # the first count is done, and before the next the file is another
        pd.read_csv(orders, parse_dates=["at"]).head(2).to_parquet(path)
        return found

    monkeypatch.setattr(reduce.rows, "run", meanwhile)
    said = said_by(capsys, "report", path, "--kind", "orders", "--every", "month", "--out", page)
    assert said.startswith(f"{path.name} has changed since it was read")
    assert not page.exists()


@pytest.mark.slow
def test_a_command_that_is_killed_leaves_no_half_report(tmp_path: Path) -> None:
    path, page = tmp_path / "orders.csv", tmp_path / "report.html"
    crr.sample("orders").to_csv(path, index=False)
    page.write_text("the report of last month")
    killing = (
        "import os, signal, sys; from crrkit import cli, reduce; run, times = reduce.rows.run, []\n"
        "def third(reduction, **given):\n"
        "    times.append(1)\n"
        "    return run(reduction, **given) if len(times) < 3 else os.kill(os.getpid(), signal.SIGKILL)\n"
        "reduce.rows.run = third\n"
        "cli.run(['report', *sys.argv[1:]])\n"
    )
    words = [str(path), "--kind", "orders", "--every", "month", "--out", str(page)]
    ended = subprocess.run([sys.executable, "-c", killing, *words], capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert page.read_text() == "the report of last month"
    begun = [one for one in tmp_path.iterdir() if one not in (path, page)]
    assert [one.name[:8] for one in begun] == [".report-"] * len(begun)  # hidden, and the next one sweeps it away


def test_a_database_that_is_not_there_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'crrkit[postgres]'")
    nowhere = f"postgresql://ann:s3cret@/shop?host={tmp_path}"
    with pytest.raises(crr.SourceError, match=r"cannot be read: the database says .*No such file"):
        crr.read_orders(nowhere, table="orders")
    for command in ("check", "report"):
        said = said_by(capsys, command, nowhere, "--table", "orders")
        assert "cannot be read: the database says" in said
        assert "s3cret" not in said


def test_a_file_that_changes_or_goes_between_two_reads_is_said(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    frame = pd.DataFrame({"customer": [1, 2, 1], "at": pd.to_datetime(["2024-01-05", "2024-02-01", "2024-03-01"])})
    frame.to_parquet(path)
    base = crr.read_orders(path)
    frame.head(2).to_parquet(path)
    with pytest.raises(crr.SourceError, match=r"orders\.parquet has changed since it was read"):
        crr.retention_by_period(base, every="month")
    path.unlink()
    with pytest.raises(crr.SourceError, match=r"orders\.parquet has changed since it was read"):
        crr.retention_by_period(base, every="month")


def test_what_is_refused_by_an_engine_ends_a_command_with_a_sentence(
    orders: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRRKIT_THREADS", "many")
    with pytest.raises(SystemExit) as ended:
        cli.run(["check", str(orders)])
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert "CRRKIT_THREADS=many is not a valid setting of the engine" in said.out + said.err
    assert "Traceback" not in said.out + said.err
