"""Spark, run for real in this process: the numbers of the file, counted where the rows are."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any

import ibis
import pandas as pd
import pytest
from conformance import DAYS, MOMENTS, MONEY, READERS, WORLDS, as_files, assert_the_same, rows_of

import crrkit as crr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.engines,
    # PySpark speaks of its own use of pandas, and leaves sockets to the interpreter's end.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning"),
]

TYPES = {**dict.fromkeys(MOMENTS, "timestamp_ntz"), **dict.fromkeys(DAYS, "date"), **dict.fromkeys(MONEY, "double")}
QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.sql.session.timeZone": "UTC",
         "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.sql.shuffle.partitions": "2",
         "spark.driver.memory": "1g", "spark.pyspark.python": sys.executable}  # fmt: skip


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql", reason="PySpark is not installed: pip install 'crrkit[spark]'")
    if not shutil.which("java"):
        pytest.skip("Java is not on this machine: what Spark counts was not compared")
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in {**QUIET, "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse"))}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return as_files(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def shop(session: Any, files: dict[str, Path]) -> Any:
    """The sample lists as tables with types, and the orders again as text alone."""
    for kind, path in files.items():
        rows = session.read.csv(str(path), header=True)
        rows.createOrReplaceTempView(f"{kind}_as_text")
        typed = [rows[name].cast(TYPES[name]).alias(name) if name in TYPES else rows[name] for name in rows_of(kind)[0]]
        rows.select(*typed).createOrReplaceTempView(kind)
    return ibis.pyspark.connect(session)


@pytest.mark.parametrize("world", WORLDS)
def test_it_gives_the_same_numbers_as_the_file(world: str, shop: Any, files: dict[str, Path]) -> None:
    kind, agreed = WORLDS[world]
    there, here = READERS[kind](shop.table(kind), **agreed), READERS[kind](files[kind], **agreed)
    assert there.table.get_backend().name == "pyspark"
    assert assert_the_same(there, here) >= 5


def test_no_row_leaves_what_is_plain(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched = []
    whole = type(shop).execute

    def watched(self: Any, *arguments: Any, **named: Any) -> Any:
        found = whole(self, *arguments, **named)
        fetched.append(found)
        return found

    monkeypatch.setattr(type(shop), "execute", watched)
    base = crr.read_orders(shop.table("orders"))
    kept = crr.retention_by_period(base, every="month")
    assert base.quality.rows_read == 7490
    # What comes home are sums and histograms: months × the month before, and no id among them.
    frames = [frame for frame in fetched if isinstance(frame, pd.DataFrame)]
    assert 0 < sum(len(frame) for frame in frames) < 500
    assert not any(
        frame.astype(str).apply(lambda column: column.str.startswith("C0")).to_numpy().any() for frame in frames
    )
    assert len(kept.table) == 24


def test_what_must_be_tidied_is_fetched_and_said(shop: Any, files: dict[str, Path]) -> None:
    base = crr.read_orders(shop.table("orders_as_text"))
    assert base.table.get_backend().name == "duckdb"
    assert "'ordered_at' has to be tidied here first" in base.quality.notes[0]
    wanted = crr.retention_by_period(crr.read_orders(files["orders"]), every="month").to_pandas()
    pd.testing.assert_frame_equal(crr.retention_by_period(base, every="month").to_pandas(), wanted)


def test_a_table_that_is_gone_is_said_in_a_sentence(session: Any, shop: Any) -> None:
    session.table("orders").createOrReplaceTempView("passing")
    base = crr.read_orders(shop.table("passing"))
    session.catalog.dropTempView("passing")
    with pytest.raises(crr.SourceError, match="can no longer be counted"):
        crr.retention_by_period(base, every="month")
