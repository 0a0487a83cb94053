"""Beside reports already published: no count that one of them withholds, and no difference of two, tells of few."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from report_worlds import account

import crrkit as crr
from crrkit import report
from crrkit.ground import InputError, InputTypeError, use_language
from crrkit.report.beside_published import left_out, suppressed_beside
from crrkit.report.outsider import Cut, Unknowns, cell_name, cut_of, unknowns_of
from crrkit.report.published import Published, account_island, pages_in
from crrkit.report.section import Section, Subject

if TYPE_CHECKING:
    from pathlib import Path

    from crrkit.measure import RetentionTable

# Three months of a list of contracts: of 100 leave 20, 5 and 30, as many come, nobody returns.
MONTHS = account((20, 20, 0), (5, 25, 0), (30, 10, 0), unit="contract")
MONTHS = replace(MONTHS, card=MONTHS.card.with_(activity="contract runs"))
QUARTER = account((45, 45, 0), first="2024Q1", every="quarter", unit="contract")
QUARTER = replace(QUARTER, card=QUARTER.card.with_(activity="contract runs"))


def published(kept: RetentionTable, sections: dict | None = None) -> Published:
    return Published(report.shared(kept), sections or {})


def beside(kept: RetentionTable, *earlier: Published) -> RetentionTable:
    return suppressed_beside(report.shared(kept), kept, earlier, least=10)


def hidden(kept: RetentionTable) -> list[str]:
    return list(kept.table["period"][kept.table["status"] == "suppressed"])


def test_of_nothing_published_nothing_changes() -> None:
    assert beside(MONTHS) is not None
    assert hidden(beside(MONTHS)) == ["2024-02"] == hidden(beside(MONTHS, published(MONTHS)))
    assert beside(MONTHS, published(MONTHS)).notes == ()


def test_two_lists_that_differ_by_few_tell_who_they_are() -> None:
    """Without a segment of 4, of whom 1 left in January: each count is large, and the differences are not."""
    rest = account((19, 20, 0), (30, 25, 0), (30, 10, 0), start=96, unit="contract")
    whole = account((20, 20, 0), (30, 25, 0), (30, 10, 0), unit="contract")
    with pytest.raises(InputError, match=r"no rate of this one can be shown .* \(every='month'\)"):
        beside(rest, published(whole))
    far = account((40, 20, 0), (30, 25, 0), (30, 10, 0), start=140, unit="contract")
    assert hidden(beside(far, published(whole))) == []


def test_only_the_periods_that_differ_by_few_are_withheld_and_it_is_said() -> None:
    late = account((20, 20, 0), (30, 25, 0), (33, 33, 0), unit="contract")  # three more left in March
    before = account((20, 20, 0), (30, 25, 0), (30, 30, 0), unit="contract")
    found = beside(late, published(before))
    assert hidden(found) == ["2024-03"]
    (note,) = found.notes
    assert note.startswith("1 more period is suppressed, because together with the reports published before")
    assert note.endswith("it would disclose small groups.")
    with use_language("ru"):
        assert beside(late, published(before)).notes[0].startswith("Скрыт ещё 1 период")


def test_what_was_withheld_stays_withheld_though_it_has_grown() -> None:
    grown = account((20, 20, 0), (35, 25, 0), (30, 10, 0), unit="contract")
    assert hidden(report.shared(grown)) == []
    assert hidden(beside(grown, published(MONTHS)))[0] == "2024-02"


def test_a_running_period_that_was_told_may_end() -> None:
    """10 more left until its end: that is told; three more: it is not."""
    running = account((20, 20, 0), (12, 12, 0), unit="contract", running=True)
    assert hidden(beside(account((20, 20, 0), (30, 30, 0), unit="contract"), published(running))) == []
    assert hidden(beside(account((20, 20, 0), (15, 15, 0), unit="contract"), published(running))) == ["2024-02"]


def test_the_new_of_two_months_and_of_their_quarter_tell_the_third() -> None:
    """Buyers: in February 7 are new, so that no month tells new from returned; the quarter tells its 77 new."""
    months = account((20, 30, 10), (20, 7, 10), (20, 40, 10), first="2024-01", start=100)
    quarter = account((110, 77, 10), (60, 40, 10), first="2024Q1", every="quarter", start=200)
    quarter = replace(quarter, card=quarter.card.with_(as_of=months.card.as_of.replace(month=7)))
    shown = months.table.assign(new=[30.0, np.nan, 40.0])  # as a report without this guard could print it
    earlier = Published(replace(report.shared(months), table=report.shared(months).table.assign(new=shown["new"])), {})
    system = unknowns_of([cut_of(earlier.account), cut_of(quarter)], is_by_period=True)
    (february,) = [row for row in cut_of(earlier.account).rows if np.isnan(row["new"])]
    assert system.room(cell_name(february, "new", is_by_period=True)) == pytest.approx(0)
    found = beside(quarter, earlier)
    assert found.table["new"].isna().all()
    assert found.table["crr"].notna().all()


def test_the_customers_of_a_moment_are_the_same_by_month_and_by_quarter() -> None:
    """A report by month withheld the 6 of the end of March; by quarter they would stand beside it."""
    months = account((20, 20, 0), (30, 20, 0), (84, 0, 0), unit="contract")
    quarter = account((94, 0, 0), (0, 44, 0), first="2024Q1", every="quarter", unit="contract")
    quarter.table.loc[1, ["start", "kept", "end"]] = [26, 26, 70]  # as if twenty more had been found since
    quarter.table.loc[0, "end"] = 26
    cards = [replace(one, card=one.card.with_(activity="contract runs")) for one in (months, quarter)]
    found = suppressed_beside(report.shared(cards[1]), cards[1], [published(cards[0])], least=10)
    assert found.table["crr"].notna().any()


class TestSystem:
    def test_it_says_nothing_false_of_any_list(self) -> None:
        """Of many random lists: the true counts by month, quarter, half-year and until an earlier day fit together."""
        rng = np.random.default_rng(7)
        for made in range(2):
            days = pd.Timestamp("2022-01-03") + pd.to_timedelta(rng.integers(0, 900, 400), "D")
            who = rng.integers(0, 60, 400).astype(str)
            bought = pd.DataFrame({"who": "c" + pd.Series(who), "day": days})
            lasts = pd.to_timedelta(rng.integers(1, 200, 400), "D")
            held = bought.assign(end=np.where(rng.random(400) < 0.7, bought["day"] + lasts, pd.NaT)).astype(
                {"end": "datetime64[s]"}
            )
            for base in (
                crr.read_orders(bought, customer="who", at="day"),
                crr.read_orders(bought, customer="who", at="day", activity=crr.Trailing(days=100)),
                crr.read_contracts(held, customer="who", start="day", end="end", as_of="2024-07-01"),
            ):
                cuts = [
                    cut_of(crr.retention_by_period(base, every=every)) for every in ("quarter", "half-year", "year")
                ]
                assert unknowns_of(cuts, is_by_period=base.card.is_by_period).is_possible(), (made, base.kind)

    def test_ranges_by_brute_force(self) -> None:
        """Two months and their half: every whole solution lies in the range, and its ends are reached."""
        months = account((2, 1, 0), (1, 2, 0), start=3)
        half = account((2, 3, 0), first="2024Q1", every="quarter", start=3)
        fine = Cut(cut_of(months).table.assign(**dict.fromkeys(["kept", "lost", "new", "returned"], np.nan)))
        coarse = Cut(cut_of(half).table.assign(until=pd.Timestamp("2024-03-01")))
        system = unknowns_of([fine, coarse], is_by_period=True)
        rows = fine.rows
        found = {
            (a, b): (one, other)
            for a in range(4) for b in range(4) if a + b == 3
            for one in range(3 - a, 4) for other in range(3 - b, 4)
        }  # fmt: skip
        reached = {a for a, _b in found}
        assert system.room(cell_name(rows[0], "new", is_by_period=True)) >= max(reached) - min(reached) - 1
        assert system.room(cell_name(rows[0], "start", is_by_period=True)) == 0

    def test_what_nothing_bounds_has_room_without_end(self) -> None:
        system = Unknowns()
        system.is_({("a",): 1, ("b",): -1}, 2.0)
        assert (system.room(("a",)), system.room(("c",))) == (float("inf"), float("inf"))
        system = Unknowns()
        system.is_({("a",): 1, ("b",): -1}, 2.0)
        system.at_most({("a",): 1}, 12.0)
        assert (system.room(("b",)), system.room(("b",), 10)) == (10, 10)


class TestSections:
    @pytest.mark.parametrize(
        ("then", "is_out"),
        [
            ({"bounded month": {"2024-01": {"0": 40, "1": 30}}}, False),  # the same
            ({"bounded month": {"2024-01": {"0": 40, "1": 27}}}, True),  # three fewer
            ({"bounded month": {"2024-01": {"0": 40, "1": None}}}, True),  # was withheld
            ({"bounded month": {"2023-12": {"0": 40, "1": None}}}, False),  # another cohort
            ({"bounded quarter": {"2024Q1": {"0": 90}}}, False),  # cut otherwise, nothing withheld
            ({"bounded quarter": {"2024Q1": {"0": 90, "1": None}}}, True),
            ({}, False),
        ],
    )
    def test_cohorts_beside_those_of_earlier(self, then: dict, is_out: bool) -> None:
        own = Section("cohorts", "Cohorts", carried={"bounded month": {"2024-01": {"0": 40, "1": 30}}})
        found = left_out(Subject(MONTHS), [own], [published(MONTHS, {"cohorts": then})])
        assert found == ({"cohorts"} if is_out else set())

    def test_of_another_list_what_is_cut_otherwise_is_left_out(self) -> None:
        own = Section("stages", "Stages", carried={"stood month": {"2024-01": {"long": 40}}})
        other = replace(MONTHS, card=MONTHS.card.with_(source="rest.csv"))
        earlier = published(other, {"stages": {"stood quarter": {"2024Q1": {"long": 80}}}})
        assert left_out(Subject(MONTHS), [own], [earlier]) == {"stages", "advice"}


class TestPages:
    @pytest.mark.slow
    def test_a_page_carries_what_it_tells_and_withholds_what_it_withholds(self, tmp_path: Path) -> None:
        base = crr.read_contracts(crr.sample_path("contracts"), by="region")
        first = crr.write_report(base, every="quarter", out=tmp_path / "quarter.html")
        (page,) = pages_in(first)
        assert set(page.sections) == {"cohorts", "segments"}
        told = set(numbers_in(page.sections))
        assert None in told
        assert not told & set(range(1, 10))
        files = {"out": tmp_path / "second.html", "notebook": tmp_path / "second.ipynb"}
        second = crr.write_report(base, every="quarter", published=[first], **files)
        said = "Left out, because together with the reports published before they would disclose small groups: "
        assert said not in second.findings[0].caveat  # the same list by the same period: nothing new is told
        code = json.loads((tmp_path / "second.ipynb").read_text(encoding="utf-8"))["cells"]
        source = "\n".join(cell["source"] for cell in code)
        assert "published = ['" in source
        assert "kept = report.shared(counted, min_cell=min_cell, published=published)" in source
        names: dict[str, object] = {}
        exec("\n".join([cell["source"] for cell in code if cell["cell_type"] == "code"][:3]), names)  # noqa: S102 - its own
        columns = ["start", "kept", "lost", "new", "returned", "end"]
        page = report.account_in(second.out).table[columns]
        pd.testing.assert_frame_equal(names["kept"].table[columns], page, check_dtype=False)

    def test_what_is_no_report_or_of_an_earlier_version_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "old.html"
        path.write_text(str(account_island(MONTHS)).replace('"sections":', '"other":'), encoding="utf-8")
        assert report.account_in(path) is not None
        with pytest.raises(InputError, match=r"or leave published= out"):
            pages_in([path])
        with pytest.raises(InputTypeError, match="published has a int"):
            pages_in([7])
        assert pages_in(None) == ()


def numbers_in(value: object) -> list[int | None]:
    if isinstance(value, dict):
        return [number for one in value.values() for number in numbers_in(one)]
    return [value]  # type: ignore[list-item]  # a count or None
