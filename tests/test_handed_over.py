"""Rows that are handed over as Python has them, what can be read only once, and files that hold more than they seem."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import signal
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import crrkit as crr
from crrkit.read.disk import packed as archives, scratch, spools
from crrkit.read.engines import engine

ROWS = [{"client": f"c{k % 7}", "at": f"2024-0{1 + k % 8}-05", "total": k + 1} for k in range(40)]
FRAME = pd.DataFrame(ROWS)
WANTED = crr.retention_by_period(crr.read_orders(FRAME), every="month").to_pandas()


def counted(source: Any) -> pd.DataFrame:
    base = crr.read_orders(source)
    assert base.quality.rows_read == len(ROWS)
    return crr.retention_by_period(base, every="month").to_pandas()


@pytest.mark.slow
def test_whatever_holds_the_rows_gives_the_same_numbers(tmp_path: Path) -> None:
    table = pa.Table.from_pandas(FRAME)
    pq.write_table(table, tmp_path / "a.parquet")
    text = FRAME.to_csv(index=False)
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    sources = {
        "records": ROWS, "a generator": (row for row in ROWS), "a tuple": tuple(ROWS),
        "a dict of lists": {name: FRAME[name].to_list() for name in FRAME},
        "a dict of arrays": {name: FRAME[name].to_numpy() for name in FRAME},
        "a reader": table.to_reader(max_chunksize=7), "a dataset": ds.dataset(tmp_path / "a.parquet"),
        "a scanner": ds.dataset(tmp_path / "a.parquet").scanner(), "lazy": pl.from_pandas(FRAME).lazy(),
        "text": io.StringIO(text), "bytes": io.BytesIO(text.encode()),
        "packed": io.BytesIO(gzip.compress(text.encode())),
        "Parquet in memory": io.BytesIO((tmp_path / "a.parquet").read_bytes()),
        "an open file": (tmp_path / "a.csv").open(encoding="utf-8"), "bytes of a file": (tmp_path / "a.csv").open("rb"),
    }  # fmt: skip
    assert [name for name, source in sources.items() if not counted(source).equals(WANTED)] == []
    for source in sources.values():
        if isinstance(source, io.IOBase):
            source.close()


def test_what_is_no_table_is_one_sentence() -> None:
    closed = io.StringIO("client,at\n")
    closed.close()
    refused = {
        "columns of other lengths": ({"client": ["a"], "at": []}, "all must be of one length"),
        "no column": ({"client": "a"}, "each value must be a list"),
        "tuples": ([("a", "2024-01-05")], "here is a tuple. Else give pandas.DataFrame"),
        "nothing": ([], "There are no records"),
        "a closed file": (closed, "closed file"),
        "a broken plan": (pl.from_pandas(FRAME).lazy().with_columns(pl.col("none")), "unable to find column"),
        "a file that is gone": (pl.scan_csv("gone.csv"), "No such file"),
        "complex numbers": (FRAME.assign(total=1j), "unreadable number"),
    }
    for name, (source, sentence) in refused.items():
        with pytest.raises(crr.SourceError) as said:
            crr.read_orders(source)
        assert sentence in str(said.value), name
    for once in (iter(ROWS), io.StringIO("client,at\n"), pa.Table.from_pandas(FRAME).to_reader()):
        with pytest.raises(crr.InputError, match="can be read only once"):
            crr.guess(once)
    with pytest.raises(crr.InputError, match="is the name of a column that crrkit makes itself"):
        crr.read_orders(FRAME.assign(at_given="N"), by="at_given")
    for name in ("kind", "Kind"):  # what tells kinds of events is not told apart from a segment of that name
        with pytest.raises(crr.InputError, match="is the name of a column that crrkit makes itself"):
            crr.read_events(FRAME.assign(what="purchase", **{name: "N"}), kind="what", by=name)


def test_odd_columns_of_a_frame_are_read_as_what_they_hold() -> None:
    halves = pd.Series(["c\ud800", "c\ud801"] * 20, dtype=object)
    frames = {
        "sparse": FRAME.assign(total=pd.arrays.SparseArray(FRAME["total"])),
        "long": FRAME.assign(total=[10**30, *FRAME["total"][1:]]),
        "half": FRAME.assign(total=FRAME["total"].to_numpy(np.float16)),
    }
    assert [name for name, frame in frames.items() if not counted(frame).equals(WANTED)] == []
    people = crr.read_orders(FRAME.assign(client=halves)).table.to_pandas()["customer"]
    assert people.nunique() == 2, "two people, of whose names half a letter is left"


def test_lists_by_date_may_be_records_and_columns_in_a_dict() -> None:
    rows = [{"customer": who, "snapshot_date": day} for day in ("2024-01-31", "2024-02-29") for who in "abc"]
    for source in (rows, {name: [row[name] for row in rows] for name in rows[0]}):
        assert crr.guess(source).kind == "snapshots"
        assert crr.read_snapshots(source).quality.rows_used == 6
    with pytest.raises(crr.InputError, match="can be read only once"):
        crr.read_snapshots(iter(rows))


def test_a_dict_may_leave_out_what_it_has_not_got() -> None:
    base = crr.read_orders([*ROWS, {"client": "x", "at": "2024-08-06", "region": "North"}], by="region")
    assert base.table.to_pandas()["region"].dropna().tolist() == ["North"]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_is_read_once_and_never_waited_for_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe, text = tmp_path / "pipe", FRAME.to_csv(index=False)
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(text, encoding="utf-8"))
    writer.start()
    assert crr.guess(pipe).kind == "orders"
    writer.join()
    pd.testing.assert_frame_equal(counted(pipe), WANTED)
    monkeypatch.setattr(spools, "WAIT", 0.1)
    os.mkfifo(tmp_path / "silent")
    with pytest.raises(crr.SourceError, match="silent is a pipe, and nothing came out of it"):
        crr.read_orders(tmp_path / "silent")
    with pytest.raises(crr.SourceError, match="zero is a device, not a file"):
        crr.read_orders("/dev/zero")
    command = [sys.executable, "-m", "crrkit", "check", "/dev/stdin", "--quiet"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, "40 rows read" in done.stdout) == (0, True), done.stderr


def packed(path: Path, length: int) -> Path:
    """A file that becomes so long when unpacked: zeros."""
    zeros = b"0" * length
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv", zeros)
        return path
    pack = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}.get(path.suffix, pa.compress)
    path.write_bytes(pack(zeros, codec="zstd", asbytes=True) if pack is pa.compress else pack(zeros))
    return path


def test_what_would_fill_the_disk_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "HARMLESS", 1 << 22)
    for ending in (".zip", ".csv.gz", ".csv.bz2", ".csv.xz", ".csv.zst"):
        with pytest.raises(crr.SourceError, match="would become more than 300 times as long"):
            crr.read_orders(packed(tmp_path / f"a{ending}", 1 << 23))
    harmless = tmp_path / "b.csv.gz"
    harmless.write_bytes(gzip.compress(FRAME.to_csv(index=False).encode()))
    pd.testing.assert_frame_equal(counted(harmless), WANTED)
    with (tmp_path / "holes.csv").open("wb") as holes:
        holes.write(b"client,at\n")
        holes.truncate(1 << 24)
    with pytest.raises(crr.SourceError, match="almost entirely empty"):
        crr.read_orders(tmp_path / "holes.csv")


def test_a_sheet_with_a_cell_in_its_last_corner_is_refused(tmp_path: Path) -> None:
    corner = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{corner}</sheetData></worksheet>")
    with pytest.raises(crr.SourceError, match="over 50 million cells, almost all empty"):
        crr.read_orders(tmp_path / "a.xlsx")


def test_a_file_that_changes_between_reading_and_counting_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    FRAME.to_parquet(path)
    base = crr.read_orders(path)
    FRAME[:20].to_parquet(path)
    with pytest.raises(crr.SourceError, match=r"a.parquet has changed since it was read"):
        crr.retention_by_period(base, every="month")
    assert crr.read_orders(path).quality.rows_read == 20


def test_a_long_text_is_counted_from_the_disk_with_the_same_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text(FRAME.to_csv(index=False), encoding="utf-8")
    monkeypatch.setattr(engine, "LONG_TEXT", 10)
    monkeypatch.chdir(tmp_path)
    before = set(scratch.root().iterdir())
    base = crr.read_orders(tmp_path / "a.csv")
    pd.testing.assert_frame_equal(crr.retention_by_period(base, every="month").to_pandas(), WANTED)
    (made,) = [path for path in scratch.root().iterdir() if path not in before]
    assert {path.stat().st_mode & 0o077 for path in (scratch.root(), made, made / "rows.duckdb")} == {0}
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"], "nothing beside the file, nor in the current folder"
    del base
    assert not made.exists()


COPIES = """
import sys, time
from crrkit.read.disk import scratch
folder = scratch.lasting()
with scratch.new_file(folder / "rows") as copy:
    copy.write(b"secret")
print(folder, oct((folder / "rows").stat().st_mode & 0o777), oct(scratch.root().stat().st_mode & 0o777), flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_copies_go_with_their_process_or_with_the_next_one(number: int) -> None:
    process = subprocess.Popen([sys.executable, "-c", COPIES], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    folder, file_mode, folder_mode = process.stdout.readline().split()
    assert (file_mode, folder_mode) == ("0o600", "0o700")
    scratch.sweep()
    assert Path(folder).exists(), "somebody uses it"
    process.send_signal(number)
    assert process.wait(timeout=300) == -number
    process.stdout.close()
    assert Path(folder).exists() == (number == signal.SIGKILL)
    scratch.sweep()
    assert not Path(folder).parent.exists()
