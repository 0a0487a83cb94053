"""The segments of a report: counted by hand, exact in their sum, and never telling of few."""

import re

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import crrkit as crr
from crrkit import report
from crrkit.ground.languages import LANGUAGES
from crrkit.report.section import Subject
from crrkit.report.sections import sections
from crrkit.report.segment_section import latest_rows, segment_rows, segments_block
from crrkit.report.withhold import MOST_SEGMENTS, SEGMENT_COUNTS

JANUARY, FEBRUARY = ("2024-01-15", "2024-02-15")


def members(groups: dict[str, tuple[int, int, int]]) -> crr.Base:
    """By segment: how many are there, how many of them leave in January, and how many more in February."""
    rows = [
        (f"{name}/{i}", name, "2023-12-05", JANUARY if i < first else FEBRUARY if i < first + second else None)
        for name, (there, first, second) in groups.items()
        for i in range(there)
    ]
    frame = pd.DataFrame(rows, columns=["who", "region", "from", "to"])
    return crr.read_contracts(frame, customer="who", start="from", end="to", by="region", as_of="2024-03-01")


def segments(base: crr.Base, *, min_cell: int | None = 10) -> crr.RetentionTable:
    kept = report.shared(crr.retention_by_period(base), min_cell=min_cell)
    found = report.segments_of(base, kept, min_cell=min_cell)
    assert found is not None
    return found


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


# North keeps 80 of 100, then 72 of 80; south 60 of 100, then 30 of 60.
APART = {"north": (100, 20, 8), "south": (100, 40, 30)}


def test_a_segment_that_keeps_more_is_named_with_the_difference() -> None:
    found = report.segment_finding(segments(members(APART), min_cell=5))
    assert found.claim == (
        "More customers were kept in February 2024 in “north” than in “south”: 90.0% against 50.0%, more than chance."
    )
    low, high = crr.newcombe(72, 80, 30, 60)
    expected = f"Difference +40.0 points, 95% interval +{100 * low:.1f} points to +{100 * high:.1f} points."
    assert plain(found.caveat).startswith(expected)
    assert "by more than chance: 1 of 1." in found.caveat


def test_segments_within_chance_of_each_other_cannot_be_told_apart() -> None:
    found = report.segment_finding(segments(members({"north": (100, 20, 20), "south": (100, 20, 24)})))
    assert found.claim == "The segments do not clearly differ: in February 2024 from 70.0% (south) to 75.0% (north)."
    assert "chance: 0 of 1." in found.caveat


def test_segments_that_keep_alike_are_not_ranked() -> None:
    found = report.segment_finding(segments(members({"north": (100, 20, 20), "south": (100, 20, 20)})))
    assert found.claim == "No segment keeps more than another: 75.0% of each in February 2024."


def test_a_segment_that_fell_against_its_own_past_is_a_finding() -> None:
    # the south keeps 80 of 100 in January and 40 of those 80 in February; the north 80 of 100, then 64 of 80
    found = report.past_finding(segments(members({"north": (100, 20, 16), "south": (100, 20, 40)})))
    assert found is not None
    assert found.claim == (
        "south kept a smaller share of its customers than in January 2024: 50.0% (40 of 80) against 80.0% (80 of 100),"
        " more than chance."
    )
    low, high = crr.newcombe(40, 80, 80, 100)
    minus = "\N{MINUS SIGN}"
    assert plain(found.caveat) == (
        f"Difference {minus}30.0 points, 95% interval {minus}{-100 * low:.1f} points to"
        f" {minus}{-100 * high:.1f} points."
        " Segments that moved by more than chance against their own past: 1 of 2."
    )
    rose = report.past_finding(segments(members({"north": (100, 20, 16), "south": (100, 60, 12)})))
    assert rose is not None
    assert rose.claim.startswith("south kept a larger share of its customers than in January 2024: 70.0% (28 of 40)")


def test_segments_that_keep_as_they_did_are_said_to() -> None:
    found = report.past_finding(segments(members({"north": (100, 20, 16), "south": (100, 20, 18)})))
    assert found is not None
    assert found.claim == "No segment kept its customers better or worse than in January 2024 by more than chance."
    assert found.caveat.endswith("past: 0 of 2.")
    alone = segments(members(dict.fromkeys(("a", "b", "c"), (20, 4, 3))))
    assert report.past_finding(alone) is None


def test_a_change_is_split_into_rates_and_shares() -> None:
    shown = segments(members(APART), min_cell=5)
    found = report.mix_finding(shown)
    assert found is not None
    # Kitagawa by hand: w .5 .5 -> 4/7 3/7; r .8 .6 -> .9 .5; rate (.5+4/7)/2*.1 - (.5+3/7)/2*.1, mix (.85-.55)*(4/7-.5)
    rate, mix = (0.5 + 4 / 7) / 2 * 0.1 - (0.5 + 3 / 7) / 2 * 0.1, 0.3 * (4 / 7 - 0.5)
    assert plain(found.claim) == (
        f"The rate moved by +{100 * (rate + mix):.2f} points since January 2024: +{100 * rate:.2f} points because"
        f" segments keep more or fewer of their customers, +{100 * mix:.2f} points because their shares changed."
    )
    assert rate + mix == pytest.approx(102 / 140 - 140 / 200)


def test_an_interval_is_written_as_in_the_account() -> None:
    intervals = [row[2] for row in segment_rows(segments(members(APART), min_cell=5))]
    assert intervals
    assert all(re.fullmatch(r"[\d.]+–[\d.]+%", plain(interval)) for interval in intervals)


def test_a_rate_that_falls_although_every_segment_keeps_more_is_named() -> None:
    # large keeps 90 % then 92 %, small 40 % then 44 %; large shrinks to a minor part by losing in January
    rows = [(f"l{i}", "loyal", "2023-11-05", JANUARY if i < 20 else FEBRUARY if i < 34 else None) for i in range(200)]
    rows += [(f"n{i}", "new", "2023-11-05", JANUARY if i < 30 else None) for i in range(50)]
    rows += [(f"m{i}", "new", "2024-01-20", FEBRUARY if i < 168 else None) for i in range(300)]
    frame = pd.DataFrame(rows, columns=["who", "kind", "from", "to"])
    base = crr.read_contracts(frame, customer="who", start="from", end="to", by="kind", as_of="2024-03-01")
    found = report.mix_finding(segments(base))
    assert found is not None
    assert "Every segment kept more of its customers, yet the overall rate fell" in found.caveat


def test_small_segments_are_taken_together_and_the_sum_stays_that_of_all() -> None:
    # in February 3 leave in the east, which alone could be told from the total: the west goes with it
    groups = {"north": (100, 20, 18), "south": (100, 40, 30), "east": (30, 12, 3), "west": (40, 15, 12)}
    base = members(groups)
    shown = segments(base)
    assert set(latest_rows(shown)["segment"]) == {"All others", "north", "south"}
    total = crr.retention_by_period(base).row("2024-02")
    assert shown.table[shown.table["period"] == "2024-02"][SEGMENT_COUNTS].sum().tolist() == [
        total["start"], total["kept"], total["lost"],
    ]  # fmt: skip


def test_one_small_segment_takes_the_next_with_it_since_it_could_be_told_by_subtraction() -> None:
    shown = segments(members({"north": (100, 20, 18), "south": (100, 40, 30), "isle": (12, 3, 2)}))
    assert set(shown.table["segment"]) == {"All others", "north"}


def test_small_segments_with_and_without_customers_are_one_row() -> None:
    # nobody is left in the isle in February, and the tiny one loses two of twelve: one row for both
    groups = {"north": (100, 20, 18), "south": (100, 40, 30), "isle": (12, 12, 0), "tiny": (30, 12, 2)}
    shown = segments(members(groups))
    assert not shown.table.duplicated(["segment", "period"]).any()
    assert report.mix_finding(shown) is not None
    assert shown.table["period"].iloc[-1] == "2024-02"


def test_where_only_small_segments_are_there_a_sentence_stands() -> None:
    shown = segments(members(dict.fromkeys(("a", "b", "c"), (20, 4, 3))))
    assert report.segment_finding(shown).claim == "The segments are not shown: they have too few customers."
    assert report.mix_finding(shown) is None
    assert segments_block(shown) == ""


def test_no_more_than_a_dozen_segments_are_named() -> None:
    base = members({f"s{i:02}": (30 + i, 10, 10) for i in range(MOST_SEGMENTS + 3)})
    shown = latest_rows(segments(base, min_cell=None))
    assert len(shown) == MOST_SEGMENTS + 1
    assert {"s00", "s01", "s02"}.isdisjoint(shown["segment"])


@pytest.mark.slow
def test_a_base_without_segments_has_no_such_section() -> None:
    base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at")
    kept = crr.retention_by_period(base)
    assert report.segments_of(base, kept) is None
    anchors = [part.anchor for part in sections(Subject(kept, base))]
    assert "cohorts" in anchors
    assert "segments" not in anchors


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.tuples(st.integers(1, 60), st.floats(0, 1), st.floats(0, 1)),
        min_size=1,
    ),
    st.sampled_from([3, 10]),
)
def test_no_number_of_a_segment_speaks_of_few(groups: dict[str, tuple[int, float, float]], least: int) -> None:
    counted = {name: (n, round(n * one), round((n - round(n * one)) * two)) for name, (n, one, two) in groups.items()}
    base = members(counted)
    kept = report.shared(crr.retention_by_period(base), min_cell=least)
    found = report.segments_of(base, kept, min_cell=least)
    if found is None:
        return
    table = found.table
    if len(set(table["segment"])) > 1:
        assert not table[SEGMENT_COUNTS].apply(lambda column: column.between(1, least - 1)).any(axis=None)
    assert (table["start"] == table["kept"] + table["lost"]).all()


@pytest.mark.pages
@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_and_notebook_hold_the_section(lang: str, tmp_path) -> None:
    base = crr.read_contracts(crr.sample_path("contracts"), by="region")
    files = {"out": tmp_path / "r.html", "notebook": tmp_path / "r.ipynb"}
    written = crr.write_report(base, every="year", lang=lang, **files)
    page, book = (path.read_text(encoding="utf-8") for path in files.values())
    kept = report.shared(crr.retention_by_period(base, every="year"))
    shown = report.segments_of(base, kept)
    assert shown is not None
    assert all(str(name) in page for name in latest_rows(shown)["segment"] if name != "All others")
    assert 'id="segments"' in page
    assert "report.segment_finding(segments)" in book
    assert "report.past_finding(segments)" in book
    assert len(written.findings) > 5
