"""What an analyst asks a report for: a target, a day that was marked, the swing of an unchanged rate on the line."""

from __future__ import annotations

import pytest
from matplotlib.colors import to_hex
from report_worlds import account

import crrkit as crr
from crrkit import figures, report
from crrkit.cli.reading import marks_of, target_of
from crrkit.counts import newcombe
from crrkit.figures.theme import THEMES, legible
from crrkit.ground import InputError
from crrkit.judge import Target, TargetHistory
from crrkit.report.section import Subject
from crrkit.report.sections import sections
from crrkit.report.trend_section import LATEST_DRAWN, line

YEARLY = Target(value=0.75, period="year", basis_period="2023", author="Board", date="2024-01-01")
# Of 1,000 customers 60 leave in each of the first four months, 20 in each of the next three; as many come as leave.
FLOWS = [(60, 60, 0)] * 4 + [(20, 20, 0)] * 3
KEPT = account(*FLOWS, start=1000)


def judged(kept: crr.RetentionTable, target: float | Target | TargetHistory) -> str:
    return report.verdict_finding(report.verdict_of(kept, target=target)).claim


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (0.90, "98.0% reaches your target, at least 90%."),
        (0.999, "98.0% misses your target, at least 99.9%."),
        (0.985, "Your target, at least 98.5%: 98.0% is so close that chance may decide"),
    ],
)
def test_a_plain_target_is_one_of_the_reports_own_period(target: float, says: str) -> None:
    assert judged(KEPT, target).startswith(says)
    assert "85% to 90%" in judged(KEPT, target)  # the band stands beside it


def test_a_yearly_target_is_held_against_a_year() -> None:
    contracts = account(*[(40, 40, 0)] * 3, start=1000, unit="contract")  # 0.96 ** 12 = 0.613
    contracts = crr.RetentionTable(
        contracts.table, "month", contracts.card.with_(activity="contract runs"), contracts.quality
    )
    assert "61.3% for one year, if all periods were alike, misses your target, at least 75%." in judged(
        contracts, YEARLY
    )
    yearly = "If all periods of a year were like this one, 61.3% would be kept over a year: below that range."
    assert yearly in judged(contracts, YEARLY)
    verdict = report.verdict_of(contracts, target=YEARLY)  # your target per year, the usual band both ways, no more
    found = [("target", "equivalent"), ("A16", "as stated"), ("A16", "equivalent")]
    assert list(verdict[["source", "basis"]].itertuples(index=False, name=None)) == found
    assert "is of another period, for which the list gives no rate yet" in judged(KEPT, YEARLY)  # buyers: one month


def test_of_a_history_the_target_of_the_own_period_counts_though_another_is_newer() -> None:
    monthly = [
        Target(value=value, period="month", basis_period="2023", author="Board", date=day)
        for value, day in ((0.9, "2024-01-01"), (0.985, "2024-07-02"))
    ]  # July began before the second
    yearly = Target(value=0.75, period="year", basis_period="2023", author="Board", date="2024-06-01")
    history = TargetHistory((monthly[0], yearly, monthly[1]))
    assert judged(KEPT, history).startswith("98.0% reaches your target, at least 90%.")
    assert "is of another period" in judged(KEPT, TargetHistory((yearly,)))
    assert "your target" not in judged(KEPT, TargetHistory())


def test_only_a_target_of_the_own_period_is_drawn() -> None:
    cells = {
        value: next(
            cell.source
            for part in sections(Subject(KEPT, target=value))
            for cell in part.cells
            if "_line" in cell.source
        )
        for value in (0.9, YEARLY)
    }
    assert "target=0.9" in cells[0.9]
    assert "target" not in cells[YEARLY]


def test_the_caption_of_the_line_explains_what_is_drawn_and_nothing_else() -> None:
    hollow, cross, dashed = "The hollow point is", "Where the line breaks at a cross", "The dashed lines enclose"
    withheld = report.shared(account((50, 100, 0), (5, 0, 0), (20, 0, 0)), min_cell=10)
    long = account(*[(60, 60, 0)] * (LATEST_DRAWN + 1), start=1000, first="2019-01")
    for kept, has_limits, said in (
        (KEPT, False, set()),
        (KEPT, True, {dashed}),
        (account((20, 20, 0), (20, 20, 0), running=True), False, {hollow}),
        (withheld, False, {cross}),
        (long, False, {f"The last {LATEST_DRAWN} of {LATEST_DRAWN + 1} months are drawn;"}),
    ):
        text = str(line(kept, has_limits=has_limits))
        assert {one for one in {hollow, cross, dashed, *said} if one in text} == said
        assert ("are drawn;" in text) == (kept is long)


def test_before_and_after_a_day_counted_by_hand() -> None:
    # April ends before May 1: of four months before and three after three each are taken, at 94 % and at 98 %.
    found = report.mark_finding(KEPT, on="2024-05-01", name="new prices")
    assert found.claim == (
        "Around “new prices” (May 1, 2024): 94.0% (2,820 of 3,000) in the 3 months before, 98.0% (2,940 of 3,000) in"
        " the 3 months after, up by more than chance alone would explain."
    )
    assert list(found.evidence["period"]) == [f"2024-0{month}" for month in range(2, 8)]
    assert "does not prove a cause" in found.caveat
    assert "no year before" in found.caveat


def test_the_interval_is_newcombes_where_chance_is_all() -> None:
    steady = account(*[(60, 60, 0)] * 6, start=1000)  # no month differs: the dispersion is 1
    low, high = newcombe(2820, 3000, 2820, 3000)
    text = report.mark_finding(steady, on="2024-04-01", name="nothing").caveat
    assert f"−{-100 * low:.1f}\xa0points to +{100 * high:.1f}\xa0points" in text


def test_the_period_in_which_the_day_lies_is_on_no_side() -> None:
    found = report.mark_finding(KEPT, on="2024-05-15", name="new prices")
    assert list(found.evidence["period"]) == ["2024-03", "2024-04", "2024-06", "2024-07"]


def test_a_season_that_comes_back_is_said() -> None:
    flows = [(60, 60, 0)] * 6 + [(20, 20, 0)] * 3 + [(60, 60, 0)] * 9 + [(20, 20, 0)] * 3
    found = report.mark_finding(account(*flows, start=1000), on="2025-07-01", name="campaign")
    assert "A year earlier the same periods went from 94.0% to 98.0%." in found.caveat


def test_what_cannot_be_told_is_no_heading_and_a_day_outside_is_refused() -> None:
    assert not report.mark_finding(KEPT, on="2024-07-20", name="late").is_informative
    with pytest.raises(InputError, match="outside of the periods"):
        report.mark_finding(KEPT, on="2030-01-01", name="late")
    hidden = KEPT.table.assign(status=["complete"] * 4 + ["suppressed"] + ["complete"] * 2)
    some = crr.RetentionTable(hidden, "month", KEPT.card, KEPT.quality)
    assert not report.mark_finding(some, on="2024-05-01", name="prices").is_informative


def test_marks_stand_on_the_first_screen_and_their_names_are_asked_whether_they_are_ids() -> None:
    (marks,) = (part for part in sections(Subject(KEPT, marks={"2024-05-01": "C00433"})) if part.anchor == "marks")
    assert "C00433" in marks.names
    assert marks.brief.startswith("Around “C00433”")


def test_the_line_shows_the_limits_of_the_chart_and_rings_what_is_news() -> None:
    chart = crr.control_chart(KEPT)
    ax = figures.retention_line(KEPT, limits=chart)
    steps = [line for line in ax.lines if line.get_drawstyle() == "steps-mid"]
    assert [list(line.get_ydata()) for line in steps] == [list(chart.table["low"]), list(chart.table["high"])]
    ring = next(line for line in ax.lines if line.get_markerfacecolor() == "none")
    assert to_hex(ring.get_markeredgecolor()) == legible(THEMES["light"].lost, THEMES["light"])
    assert len(ring.get_xdata()) == len(chart.signals)
    assert "The usual range around" in figures.alt_text(ax)


def test_a_mark_lies_where_its_day_lies() -> None:
    ax = figures.retention_line(KEPT, marks={"2024-05-01": "$a$ prices", "2024-01-16": "start"})
    places = [float(line.get_xdata()[0]) for line in ax.lines if list(line.get_ydata()) == [0, 1]]
    assert places == pytest.approx([-0.5 + 15 / 31, 3.5])
    assert "start (Jan 16, 2024), $a$ prices (May 1, 2024)" in figures.alt_text(ax)
    assert any("B = $a$ prices" in text.get_text() and not text.get_parse_math() for text in ax.texts)
    for wrong in ({"2030-01-01": "late"}, {"2024-05-01": " "}, {"soon": "x"}):
        with pytest.raises(InputError, match="marks"):
            figures.retention_line(KEPT, marks=wrong)


def test_the_command_line_reads_targets_and_marks() -> None:
    assert target_of("70%") == target_of("0,7") == 0.7
    yearly = target_of("0.7=year")
    assert isinstance(yearly, Target)
    assert (yearly.value, yearly.period) == (0.7, "year")
    assert marks_of(["2024-06-01=a=b"]) == {"2024-06-01": "a=b"}
    for typed in ("much", "0.7=moon"):
        with pytest.raises(InputError):
            target_of(typed)
    with pytest.raises(InputError, match="mark="):
        marks_of(["2024-06-01"])
