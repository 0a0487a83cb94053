"""A section is one value: what is added to the list stands in contents, page and notebook, and nowhere else by name."""

from __future__ import annotations

import re

import pytest
from report_worlds import account

from crrkit.measure import retention_by_period
from crrkit.read.bases.readers import read_orders
from crrkit.read.samples import sample
from crrkit.report import sections as listed, shared
from crrkit.report.headline_section import headline_section
from crrkit.report.html import element
from crrkit.report.notebook import notebook_cells, with_outputs
from crrkit.report.page import PageHeader, build_page
from crrkit.report.parameters import ReportArguments
from crrkit.report.section import Cell, Section, Subject, counting
from crrkit.widgets import FormulaExplorer


def moon(subject: Subject) -> Section:
    """A section that nobody has heard of."""
    return Section(
        "moon",
        "The moon",
        block=lambda: element("p", f"{subject.kept.every} of the moon"),
        explorer=lambda: FormulaExplorer(start=40, lost=4, new=1),
        cells=(counting("moon", "moon_of(base)", [1, 2], then="max(moon)"), Cell("print(moon)")),
    )


@pytest.fixture
def subject() -> Subject:
    return Subject(account((20, 20, 0), (30, 20, 0), (25, 10, 0)))


def test_a_section_is_one_line_of_the_list(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed, "SECTIONS", (*listed.SECTIONS[:1], moon))
    parts = listed.sections(subject)
    page = build_page(parts, subject.kept, PageHeader("Night"))
    assert '<li><a href="#moon">The moon</a></li>' in page
    body = re.search(r'<section id="moon">(.*?)</section>', page, re.DOTALL)
    assert body
    assert body[1].startswith("<h2>The moon</h2><p>month of the moon</p><figure data-moved=")
    assert '"start": 40' in body[1]
    base = read_orders(sample("orders"), customer="client_id", at="ordered_at")
    cells = with_outputs(notebook_cells(parts, subject.kept, ReportArguments(base, "month"), title="Night"))
    head, counted, printed = [cell for cell in cells if "moon" in cell["source"]]
    assert (head["source"], counted["source"]) == ("## The moon", "moon = report.moon_of(base)\nmax(moon)")
    assert counted["outputs"][0]["data"] == {"text/plain": "2"}, "what was counted is not counted again"
    assert printed["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "[1, 2]\n"}]


def test_the_headline_is_first_and_no_address_stands_twice(subject: Subject) -> None:
    anchors = [part.anchor for part in listed.sections(subject)]
    assert anchors[0] == "headline"
    assert len(set(anchors)) == len(anchors)


def test_without_a_rate_there_is_no_movement_and_no_trend_and_the_rest_stands() -> None:
    parts = listed.sections(Subject(account((0, 5, 0), start=0)))
    assert [part.anchor for part in parts] == [
        "headline",
        "account",
        "explorer",
        "definition",
        "rows",
        "method",
        "glossary",
    ]
    assert not parts[-2].cells, "there is no textbook's formula without a rate"


def test_the_counts_behind_the_rhythm_are_taken_for_no_customers() -> None:
    base = read_orders(sample("orders"), customer="client_id", at="ordered_at")
    kept = shared(retention_by_period(base, every="quarter"))
    assert kept.rhythm is not None
    told = {
        value
        for table in headline_section(Subject(kept, base)).tables
        for value in table.astype(str).to_numpy().ravel()
    }
    assert str(kept.rhythm.closed) in told
