"""Files for spreadsheets: what a customer is called never runs, and comes back as it was."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pandas as pd

import crrkit as crr
from crrkit.ground import write_csv

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ['=HYPERLINK("http://a.b","x")', "+7 900 123-45-67", "-1+1|cmd", "@SUM(A1)", "\tx", "plain", "a=b"]


def test_no_cell_and_no_heading_begins_a_formula(tmp_path: Path) -> None:
    table = pd.DataFrame({"=name": NAMES, "paid": [-1.5, 2, 3, 4, 5, None, 7]})
    with write_csv(tmp_path / "t.csv", table).open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["'=name", "paid"]
    assert [row[0] for row in rows] == [f"'{name}" for name in NAMES[:5]] + NAMES[5:]
    assert [row[1] for row in rows][:1] == ["-1.5"]  # a number below 0 stays a number
    assert rows[5][1] == ""


def test_a_list_of_customers_comes_back_under_its_own_names(tmp_path: Path) -> None:
    log = pd.DataFrame({"customer": ["+79001234567", "=A1", "plain"], "at": ["2024-01-05", "2024-01-06", "2024-01-07"]})
    back = crr.read_orders(write_csv(tmp_path / "t.csv", log), customer="customer", at="at")
    assert sorted(back.table["customer"].execute()) == ["+79001234567", "=A1", "plain"]
