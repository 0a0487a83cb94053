"""Of every section: no table of it holds a count of few, in a list of which each of them has some."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import crrkit as crr
from crrkit.report import rows_section, sections as listed
from crrkit.report.html import Html
from crrkit.report.section import Section, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

FEW = range(1, 10)
# Columns of whole numbers that count no customers: what a new section tells beyond these is taken for customers.
NOT_CUSTOMERS = {"age", "opening", "staying", "gone", "revenue", "capped", "n", "rows", "fact", "purchases", "period"}
RATES = {
    "rate",
    "gross",
    "low",
    "high",
    "crr",
    "crr_low",
    "crr_high",
    "hazard",
    "share",
    "nrr",
    "grr",
    "value",
    "rate_low",
    "rate_high",
}
OF_ROWS = {"rows"}  # sections that tell of rows of the file, of words, or of an example
TELL = {
    "orders": {"headline", "account", "cohorts", "segments", "stages"},
    "contracts": {"headline", "account", "cohorts", "segments", "renewals"},
}  # by list the sections that would tell of few if nothing were withheld


pytestmark = pytest.mark.usefixtures("without_pictures")


def orders() -> crr.Base:
    """90 buyers in three regions, the third of 5, every seventh a rare one; in August 7 more come."""
    rows = [
        {"who": f"c{i}", "day": f"2023-{m:02d}-{1 + i % 27:02d}", "paid": 10 + i % 7,
         "region": "East" if i < 5 else "North" if i % 2 else "South"}
        for i in range(97) for m in range(8 if i >= 90 else 1 + i % 5, 13) if (i + m) % (2 if i % 7 else 5)
    ]  # fmt: skip
    return crr.read_orders(pd.DataFrame(rows), customer="who", at="day", amount="paid", by="region")


def contracts() -> crr.Base:
    """120 contracts of a quarter each, most renewed on time, some late, some not; a region of 6."""
    rows = []
    for i in range(120):
        begin = pd.Timestamp("2022-01-03") + pd.Timedelta(days=(i * 7) % 270)
        for k in range(6):
            if (i * 5 + k) % 7 == 0 and k:
                break
            end = begin + pd.Timedelta(days=91)
            region = "East" if i < 6 else "North" if i % 2 else "South"
            rows.append({"who": f"c{i}", "start": begin, "end": end, "fee": 10 + i % 3, "region": region})
            begin = end + pd.Timedelta(days=12 if (i + k) % 9 == 0 else 0)
    return crr.read_contracts(
        pd.DataFrame(rows), customer="who", start="start", end="end", amount="fee", by="region", as_of="2023-09-01"
    )


def parts_of(base: crr.Base, min_cell: int | None) -> list[Section]:
    counted = crr.retention_by_period(base, every="quarter")
    kept = crr.report.shared(counted, min_cell=min_cell)
    return listed.sections(Subject(kept, base, min_cell, counted=counted))


def few_in(part: Section) -> Iterator[tuple[str, object]]:
    """Where a section tells of few: a column of what it tells, a row of what it carries, a cell of what it draws."""
    for table in part.tables if part.anchor not in OF_ROWS else ():
        for name in set(table.select_dtypes("number")) - NOT_CUSTOMERS - RATES:
            values = table[name].dropna()
            if (values % 1 == 0).all() and values.isin(FEW).any():
                yield "table", name
    for what, rows in part.carried.items():
        for row, cells in rows.items():
            if any(n in FEW for n in cells.values()):
                yield "carried", (what, row)
    block = str(part.block()) if part.block and part.anchor not in OF_ROWS else ""
    for row in re.findall(
        r"<tr[^>]*>(.*?)</tr>", "".join(re.findall(r"<table.*?</table>", block, re.DOTALL)), re.DOTALL
    ):
        cells = [unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        if any(re.fullmatch("[1-9]", cell.strip()) for cell in cells):
            yield "drawn", cells


@pytest.mark.daily(1)
@pytest.mark.parametrize("make", [orders, contracts])
def test_no_section_holds_a_count_of_few(make: object) -> None:
    base = make()  # type: ignore[operator]  # one of the two lists
    shown = parts_of(base, 10)
    assert {part.anchor: found for part in shown if (found := list(few_in(part)))} == {}
    private = {part.anchor for part in parts_of(base, None) if list(few_in(part))}
    assert private >= TELL[base.kind], "the list has nothing to withhold there"


@pytest.mark.slow
def test_each_section_of_the_list_is_looked_at() -> None:
    """A new one has to be met by one of the two lists, or said here to tell of no customers."""
    met = {part.anchor for make in (orders, contracts) for part in parts_of(make(), None)}
    only_when_asked = {"since", "marks"}
    assert len(listed.SECTIONS) == len(met | only_when_asked)


def test_a_section_that_tells_of_few_is_found() -> None:
    own = Section("moon", "The moon", tables=(pd.DataFrame({"lost": [40, 3]}),), carried={"moon": {"a": {"b": 4}}})
    drawn = Section("moon", "The moon", block=lambda: Html("<table><tr><th>a</th><td>7</td></tr></table>"))
    assert [kind for kind, _where in few_in(own)] == ["table", "carried"]
    assert list(few_in(drawn)) == [("drawn", ["7"])]


def test_doubtful_rows_tell_no_rate_that_the_account_withholds() -> None:
    """30 buyers of March, 27 of whom also bought in February: 3 came, so March has no rate; 20 rows are of nobody."""
    bought = {1: range(30), 2: range(30), 3: range(3, 33)}
    rows = [(f"c{i}", f"2024-{month:02d}-10") for month, buyers in bought.items() for i in buyers]
    rows += [("", f"2024-03-{day:02d}") for day in range(1, 21)]
    log = pd.DataFrame(rows, columns=["who", "day"])
    base = crr.read_orders(log, customer="who", at="day", as_of="2024-04-01")
    subject = Subject(crr.report.shared(crr.retention_by_period(base, every="month")), base)
    assert crr.measure.weigh_doubts(base).period == "2024-03"
    assert subject.kept.table.set_index("period")["crr"].isna()["2024-03"], "suppressed"
    assert all("doubt" not in table for table in rows_section.rows_section(subject).tables)
    private = replace(subject, kept=crr.retention_by_period(base, every="month"), min_cell=None)
    assert any("doubt" in table for table in rows_section.rows_section(private).tables)


def test_another_reading_is_told_in_words() -> None:
    rows = [(who, f"2024-{month:02d}-10") for month in range(1, 5) for who in [*(f"c{i}" for i in range(40)), "guest"]]
    base = crr.read_orders(pd.DataFrame(rows, columns=["who", "day"]), customer="who", at="day", as_of="2024-05-01")
    weighed = crr.measure.weigh_doubts(base)
    assert "nobody=()" in set(weighed.table["doubt"]), "for whoever types"
    block = str(rows_section.doubts_block(weighed))
    assert "ids of nobody are customers" in block
    assert "nobody=" not in block
