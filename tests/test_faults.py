"""What happens when an engine cannot go on: one sentence, at once, and nothing partial taken for whole."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import crrkit as crr
from crrkit import cli, reduce
from crrkit.read.engines.engine import new_engine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import duckdb


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
        meanwhile.setattr("crrkit.read.quality.twins.told_apart", lambda engine, name: {"table": engine.table(name)})
        ended_by_ctrl_c(lambda: crr.read_orders(path))
    assert signal.set_wakeup_fd(-1) == -1  # nobody listens any more
    assert crr.read_orders(path).quality.rows_used == 1


def test_memory_and_threads_are_settable_and_shown(orders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRRKIT_MEMORY", "300MB")
    monkeypatch.setenv("CRRKIT_THREADS", "1")
    told = crr.read_orders(orders).explain()
    assert told.settings.startswith("Memory at most 286.1 MiB, 1 thread; what does not fit goes to")
    monkeypatch.setenv("CRRKIT_MEMORY", "much")
    with pytest.raises(crr.InputError, match="CRRKIT_MEMORY=much is nothing that the engine takes"):
        crr.read_orders(orders)


def test_a_full_disk_is_said_as_such() -> None:
    engine = new_engine()
    engine.con.execute("SET memory_limit = '30MB'; SET max_temp_directory_size = '1MB'").fetchall()
    engine.con.execute("CREATE VIEW wide AS SELECT md5(i::VARCHAR) AS customer FROM range(3000000) t(i)").fetchall()
    with pytest.raises(crr.SourceError, match="not enough memory, or room on the disk, to count"):
        reduce.collect(reduce.customer_count(engine.table("wide")))


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
    assert "CRRKIT_THREADS=many is nothing that the engine takes" in said.out + said.err
    assert "Traceback" not in said.out + said.err
