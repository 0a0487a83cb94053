"""Files for spreadsheets: what a customer is called never runs, and comes back as it was."""

from __future__ import annotations

import csv
import errno
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import crrkit as crr
from crrkit.ground import beside, write_csv
from crrkit.ground.saving import write_beside

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ['=HYPERLINK("http://a.b","x")', "+7 900 123-45-67", "-1+1|cmd", "@SUM(A1)", "\tx", "＝1", "plain", "a=b"]


def test_no_cell_and_no_heading_begins_a_formula(tmp_path: Path) -> None:
    table = pd.DataFrame({"=name": NAMES, "paid": [-1.5, 2, 3, 4, 5, None, 7, 8]})
    with write_csv(tmp_path / "t.csv", table).open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["'=name", "paid"]
    assert [row[0] for row in rows] == [f"'{name}" for name in NAMES[:6]] + NAMES[6:]
    assert [row[1] for row in rows][:1] == ["-1.5"]  # a number below 0 stays a number
    assert rows[5][1] == ""
    torn = write_csv(tmp_path / "t.csv", pd.DataFrame({"name": ["a\r=1", "b\r\n+1"]}))
    assert torn.read_bytes().decode("utf-8-sig") == 'name\n"a\n=1"\n"b\n+1"\n', "no row begins within a cell"


def test_a_list_of_customers_comes_back_under_its_own_names(tmp_path: Path) -> None:
    log = pd.DataFrame({"customer": ["+79001234567", "=A1", "＝A1", "plain"], "at": "2024-01-05"})
    back = crr.read_orders(write_csv(tmp_path / "t.csv", log), customer="customer", at="at")
    assert sorted(back.table["customer"].execute()) == ["+79001234567", "=A1", "plain", "＝A1"]


POINTS = 20
KILLED = """
import os, signal, sys
from pathlib import Path
from crrkit.ground import beside
target, points = Path(sys.argv[1]), int(sys.argv[2])
def here(point, stop):
    if point == stop:
        os.kill(os.getpid(), signal.SIGKILL)
for stop in range(points):
    child = os.fork()
    if not child:
        with beside({"out": target}) as files:
            for point in range(points - 1):
                here(point, stop)
                with files["out"].open("a") as file:
                    file.write("new")
        here(points - 1, stop)
    os.waitpid(child, 0)
    hidden = [path.name for path in target.parent.iterdir() if path != target]
    print(target.read_text() == "old", len(hidden))
    target.write_text("old")
with beside({"out": target}) as files:
    files["out"].write_text("whole")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process that kills itself is forked")
def test_a_run_that_is_killed_leaves_the_old_file_and_the_next_one_sweeps(tmp_path: Path) -> None:
    """Killed at 20 points, 19 of them before the file is moved: each run removes what the one before left."""
    target = tmp_path / "report.html"
    target.write_text("old")
    said = subprocess.run(
        [sys.executable, "-c", KILLED, str(target), str(POINTS)], check=True, capture_output=True, text=True
    )
    assert said.stdout.split("\n")[:-1] == [*["True 1"] * (POINTS - 1), "False 0"]
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert target.read_text() == "whole"


def test_who_still_writes_is_not_swept(tmp_path: Path) -> None:
    target = tmp_path / "r.html"
    with beside({"out": target}) as first:
        write_beside(target, b"second")
        assert first["out"].exists()
        first["out"].write_text("first")
    assert target.read_text() == "first"


def test_rights_of_a_file_that_is_overwritten_stay_and_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "deep" / "real.html", tmp_path / "r.html"
    real.parent.mkdir()
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_beside(link, b"new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert real.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["deep", "r.html", "real.html"]


def test_a_full_disk_is_one_sentence_and_the_old_file_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "r.html"
    target.write_text("old")
    with (
        pytest.raises(ValueError, match=r"cannot be written \(No space left on device\)"),
        beside({"out": target}),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("r.html", "old")]


def test_what_is_no_file_is_not_written_to(tmp_path: Path) -> None:
    link = tmp_path / "r.html"
    link.symlink_to(os.devnull)
    with pytest.raises(ValueError, match="cannot be written"):
        write_beside(link, b"new")
    assert link.is_symlink()
