"""Of which period a report speaks first: one that ends in silence, several that are quiet, or none yet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from report_worlds import account

import crrkit as crr
from crrkit import report
from crrkit.report.finding import plainly
from crrkit.report.outsider import cut_of, unknowns_of
from crrkit.report.parameters import ReportArguments
from crrkit.report.period_names import of_life
from crrkit.report.published import account_island, pages_in
from crrkit.report.recent import recent_of
from crrkit.report.section import Subject
from crrkit.report.sections import sections
from crrkit.report.whole_period import end_of_last, quiet_end, until_end

if TYPE_CHECKING:
    from pathlib import Path

NEW_YEAR = pd.Timestamp("2025-01-01")


pytestmark = pytest.mark.usefixtures("without_pictures")


def orders(days: pd.DatetimeIndex, **said: object) -> crr.Base:
    rows = pd.DataFrame({"who": [f"c{i % 40}" for i in range(len(days))], "day": days})
    return crr.read_orders(rows, customer="who", at="day", **said)


def to_the_end(base: crr.Base, every: str):
    until = end_of_last(base, every)
    return (base, None) if until is None else until_end(base, until)


def thrice_a_week(until: str) -> pd.DatetimeIndex:
    days = pd.date_range("2023-01-02", until)
    return days[days.day_of_week.isin([0, 2, 4])]


class TestSilence:
    def test_a_list_that_is_often_silent_for_a_day_is_whole_on_the_day_before_the_last(self) -> None:
        base, end = to_the_end(orders(thrice_a_week("2024-12-30")), "year")
        assert base.as_of == NEW_YEAR
        assert end is not None
        assert (str(end.last_row), end.missing) == ("2024-12-30", 1)
        # of seven days Tuesday, Thursday, Saturday and Sunday have no row: 4 of 7
        assert end.share == pytest.approx(4 / 7, abs=0.01)

    @pytest.mark.parametrize(
        ("days", "said"),
        [
            (pd.date_range("2023-01-02", "2024-12-30"), {}),  # every day has a row: the last one is missing
            (thrice_a_week("2024-12-25"), {}),  # never silent for six days
            (thrice_a_week("2024-12-30"), {"as_of": "2024-12-31"}),  # said by the reader of the list
        ],
    )
    def test_else_the_period_is_not_whole(self, days: pd.DatetimeIndex, said: dict[str, str]) -> None:
        base = orders(days, **said)
        assert to_the_end(base, "year") == (base, None)

    def test_silences_of_long_ago_are_no_habit(self) -> None:
        sparse, daily = pd.date_range("2021-01-01", "2023-06-01", freq="9D"), pd.date_range("2023-06-02", "2024-12-30")
        assert quiet_end(pd.Series(sparse.append(daily)), NEW_YEAR) is None
        assert quiet_end(pd.Series(pd.date_range("2024-01-01", "2024-12-20", freq="30D")), NEW_YEAR) is None  # too few

    @pytest.mark.slow
    def test_the_page_says_it_in_front_of_the_rate_and_the_notebook_reads_so(self, tmp_path: Path) -> None:
        page = tmp_path / "report.html"
        base = crr.read_contracts(crr.sample_path("ru_clients"))
        found = crr.write_report(base, out=page, detail="short").findings[0]
        assert found.claim.startswith("In 2024 (rows until December 30, 2024) we kept 24 of 39 customers: 61.5%")
        assert "2024 is counted as complete, though the last row is from December 30, 2024" in found.caveat
        assert "the rate would move by about 0.1\N{NO-BREAK SPACE}points" in found.caveat  # 15 / 365 / 39 = 0.1 %
        text = page.read_text(encoding="utf-8")
        assert text.count("Data until December 30, 2024, counted up to December 31, 2024.") == 2  # above and below
        assert "as_of='2025-01-01'" in ReportArguments(to_the_end(base, "year")[0], "year").reading()
        assert (
            crr.retention_by_period(base, every="year").table["status"].iloc[-1] == "running"
        )  # nobody chose it there


class TestQuietPeriods:
    QUIET = account((12, 12, 0), (5, 5, 0), (9, 9, 0), (8, 8, 0), every="year", first="2020")

    def test_the_latest_are_told_together(self) -> None:
        recent = recent_of(self.QUIET, report.shared(self.QUIET))
        assert recent is not None
        row = recent.table.iloc[0]
        assert (row["period"], row["start"], row["kept"], row["lost"]) == ("2021–2023", 300, 278, 22)
        found = report.recent_finding(report.shared(self.QUIET), recent)
        assert found.claim.startswith("From 2021 to 2023 we kept 92.7% of the customers each year: 278 of 300")
        assert "The last that can be shown by itself is 2020." in found.caveat

    @pytest.mark.parametrize(
        "lost",
        [
            (12, 9, 9),  # of two that are small, 18 are 9 and 9
            (12, 1, 1),  # 2 are few
            (12, 8, 12),  # the last can be told by itself
            (12, 9, 12, 9),  # of 9, 12 and 9 one is told: the others would be what is left
        ],
    )
    def test_not_where_that_tells_of_one(self, lost: tuple[int, ...]) -> None:
        kept = account(*((n, n, 0) for n in lost), every="year", first="2020")
        assert recent_of(kept, report.shared(kept)) is None

    def test_nor_where_the_stocks_tell_the_rest(self) -> None:
        # 9, 9 and 4 left; but of the first two years 8 and 8 are seen to be missing, and 22 - 16 = 6 are few
        kept = account((12, 12, 0), (9, 1, 0), (9, 1, 0), (4, 4, 0), every="year", first="2020")
        assert recent_of(kept, report.shared(kept, min_cell=10)) is None

    def test_the_first_screen_speaks_of_them_and_the_page_carries_what_they_tell(self, tmp_path: Path) -> None:
        shown = report.shared(self.QUIET)
        parts = sections(Subject(shown, counted=self.QUIET, recent=recent_of(self.QUIET, shown)))
        by_name = {part.anchor: part for part in parts}
        assert by_name["verdict"].brief.startswith("92.7% (year) is")
        assert not by_name["movement"].brief
        assert by_name["movement"].findings[0].claim.startswith("2020, the last that can be shown by itself: of 100")
        page = tmp_path / "page.html"
        page.write_text(f"<html>{account_island(shown, parts)}</html>", encoding="utf-8")
        told = pages_in(page)[0].sections["headline"]["together"]
        assert told == {"2021-01-01 2024-01-01": {"start": 300, "kept": 278, "lost": 22}}

    def test_reports_after_it_know_the_sum(self) -> None:
        shown = report.shared(self.QUIET)
        told = {"headline": {"together": {"2021-01-01 2024-01-01": {"start": 300, "kept": 278, "lost": 22}}}}
        lost = ("lost", pd.Timestamp("2021-01-01"), pd.Timestamp("2022-01-01"), "year")
        rooms = [
            unknowns_of([cut_of(shown, sections)], is_by_period=True).room(lost) for sections in ({}, told)
        ]  # of 100 at most, and of the 22
        assert rooms == pytest.approx([100, 22])


class TestTooEarly:
    def test_a_history_of_less_than_two_rhythms_tells_no_rate(self, tmp_path: Path) -> None:
        gaps = [
            (f"c{i}", pd.Timestamp("2024-01-20") + pd.Timedelta(days=d)) for i in range(60) for d in (0, 61 + i % 9)
        ]
        rows = [*gaps, *((f"d{i}", pd.Timestamp("2024-01-20") + pd.Timedelta(days=i)) for i in range(100))]
        base = crr.read_orders(pd.DataFrame(rows, columns=["who", "day"]), customer="who", at="day")
        written = crr.write_report(base, out=tmp_path / "report.html")
        assert written.findings[0].claim == "It is too early to say how many customers stay."
        assert re.search(r"By quarter it can be said from \w+ 1, 2024 on", written.findings[0].caveat)
        page = (tmp_path / "report.html").read_text(encoding="utf-8")
        assert 'id="trend"' not in page
        assert 'id="account"' in page
        told = report.retention_finding(crr.retention_by_period(base, every=written.every))  # who asks for it gets it
        assert "we kept" in told.claim


def test_what_to_type_is_for_whoever_reads_the_list() -> None:
    assert plainly("All end on one day. Use open_ends=(). It is so.") == "All end on one day. It is so."
    assert plainly("weigh_doubts(base) says it.") == "weigh_doubts(base) says it."  # nothing else would be left


def test_a_period_of_life_is_named_by_its_place() -> None:
    assert [of_life(n, "month") for n in (1, 10, 11, 21, 22, 113)] == [
        f"in their {place} month" for place in ("first", "tenth", "11th", "21st", "22nd", "113th")
    ]
