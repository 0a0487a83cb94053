"""No sentence of a report tells a number that its tables withhold: with marks, an earlier report, renewals too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from audit import read_page
from audit_sentences import marks_are_shown, sentences, unexplained
from test_report_audit import five, public, sample

import crrkit as crr

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("without_pictures")


def written(base: crr.Base, folder: Path, every: str | None = None) -> tuple[str, Path]:
    """A report with everything that can be asked for: a mark in the middle, and itself as the earlier one."""
    first = crr.write_report(base, every=every, out=folder / "first.html")
    days = crr.report.account_in(first.out).table["from_"]
    marks = {f"{days.iloc[len(days) // 2]:%Y-%m-%d}": "new prices"}
    second = crr.write_report(base, every=every, out=folder / "second.html", previous=first, marks=marks)
    return second.out.read_text(encoding="utf-8"), second.out


def assert_explained(page: str, path: Path) -> None:
    printed = read_page(page)
    assert unexplained(page, printed, path) == []
    assert marks_are_shown(page, printed)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["events", "contracts", "orders", "ru_clients"])
def test_sample_lists(name: str, tmp_path: Path) -> None:
    page, path = written(sample(name), tmp_path)
    assert {"since", "marks"} <= set(sentences(page))
    assert_explained(page, path)


def test_a_number_that_no_table_tells_is_found(tmp_path: Path) -> None:
    page, path = written(five(), tmp_path)
    assert_explained(page, path)
    told = page.replace("<p", "<p>Of them 4 returned.</p><p", 1)
    assert [number for _name, _words, number in unexplained(told, read_page(told), path)] == [4.0]


@pytest.mark.slow
def test_renewals(tmp_path: Path) -> None:
    """Yearly contracts of 600, some renewed on time, some late, some not: no term of few is told."""
    begin = pd.Timestamp("2021-01-01") + pd.to_timedelta([7 * (i % 52) for i in range(600)], "D")
    rows = [
        {"who": f"c{i}", "start": day + pd.Timedelta(days=365 * k + (10 if (i + k) % 9 == 0 else 0)),
         "end": day + pd.Timedelta(days=365 * (k + 1))}
        for i, day in enumerate(begin) for k in range(4) if (i * 7 + k) % 5 or k == 0
    ]  # fmt: skip
    base = crr.read_contracts(pd.DataFrame(rows), customer="who", start="start", end="end", as_of="2024-07-01")
    page, path = written(base, tmp_path)
    assert_explained(page, path)


@pytest.mark.slow
@pytest.mark.engines
@pytest.mark.timeout(600)
def test_public_lists(data_dir: Path, tmp_path: Path) -> None:
    for name, base in public(data_dir):
        (tmp_path / name).mkdir()
        page, path = written(base, tmp_path / name, "year" if name == "senators" else None)
        assert_explained(page, path)
