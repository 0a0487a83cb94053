"""The retention line draws the column it is given: gaps stay gaps, what is running is marked, the scale is honest."""

import math

import numpy as np
import pytest
import report_worlds
from figure_worlds import QUICK, account, collisions, history, outside, row
from hypothesis import given, settings, strategies as st
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from screens import DRAWN_IN

from crrkit import control_chart, figures
from crrkit.figures.theme import THEMES
from crrkit.ground.errors import InputError, InputTypeError
from crrkit.ground.languages import LANGUAGES, use_language

# January nobody, February 3 of 4, March all leave, April nobody again, May 9 of 10, June running: 4 of 8 so far.
GAPS = account(
    row(0, 0, 4, period="2024-01"),
    row(4, 1, 0, period="2024-02"),
    row(3, 3, 0, period="2024-03"),
    row(0, 0, 10, period="2024-04"),
    row(10, 1, 0, 0, period="2024-05"),
    row(8, 4, 0, 0, period="2024-06", status="running"),
)
EXTREMES = {
    "one period": history(1),
    "one running period": history(1, running=True),
    "sixty periods": history(60, running=True),
    "gaps": GAPS,
    "no rate at all": account(row(0, 0, 3, period="2024-01"), row(0, 0, 3, period="2024-02")),
    "all stay": account(*(row(5000, 0, 0, period=f"2024-0{i}") for i in range(1, 9))),
    "all leave": account(*(row(50, 50, 50, period=f"2024-0{i}") for i in range(1, 9))),
    "huge": account(*(row(10**9, i * 10**7, 0, period=f"2024-0{i}") for i in range(1, 9))),
    "equal values": account(row(100, 10, 10, period="2024-01"), row(100, 10, 10, period="2024-02", status="running")),
    "days": history(45, every="day"),
    "weeks": history(60, every="week"),
}


def points(ax: Axes) -> Line2D:
    """The line of the complete periods."""
    return next(line for line in ax.lines if line.get_marker() == "o" and not line.is_dashed())


def running(ax: Axes) -> Line2D:
    (line,) = (line for line in ax.lines if line.is_dashed() and line.get_marker() == "o")
    return line


def marked(ax: Axes, marker: str) -> Line2D:
    """What stands at the foot of the gaps."""
    return next(line for line in ax.lines if line.get_marker() == marker)


def intervals(ax: Axes) -> dict[float, tuple[float, float]]:
    """The foot and the top of the interval of each period."""
    return {
        path.vertices[0, 0]: (path.vertices[0, 1], path.vertices[1, 1])
        for lines in ax.collections
        for path in lines.get_paths()
    }


def beside(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if text.xy[0] == 1]


def heading(ax: Axes) -> str:
    return ax.texts[[text.xy for text in ax.texts].index((0, 1))].get_text()


def test_one_point_a_period_at_exactly_the_rate() -> None:
    kept = history(14)
    line = points(figures.retention_line(kept))
    assert list(line.get_xdata()) == list(range(14))
    assert list(line.get_ydata()) == list(kept.table["crr"])


def test_each_point_has_its_interval() -> None:
    kept = history(14, running=True)
    drawn = intervals(figures.retention_line(kept))
    low, high = kept.table["crr_low"], kept.table["crr_high"]
    assert drawn == {i: (low[i], high[i]) for i in range(14)}


def test_nobody_to_keep_is_a_gap_with_a_dash_and_never_a_zero() -> None:
    ax = figures.retention_line(GAPS)
    y = np.asarray(points(ax).get_ydata(), dtype=float)
    assert np.isnan(y).tolist() == [True, False, False, True, False, True]  # the last one is running
    assert y[[1, 2, 4]].tolist() == [0.75, 0, 0.9]  # all who leave are a true zero
    assert list(marked(ax, "_").get_xdata()) == [0, 3]
    assert list(marked(ax, "x").get_xdata()) == []
    assert set(intervals(ax)) == {1, 2, 4, 5}
    assert "– = nobody to keep" in heading(ax)


def test_the_dash_of_a_gap_stands_at_the_foot_wherever_the_scale_starts() -> None:
    ax = figures.retention_line(account(row(0, 0, 4, period="2024-01"), row(1000, 50, 0, period="2024-02")))
    assert ax.get_ylim()[0] > 0.5
    dash = marked(ax, "_")
    ((_x, y),) = dash.get_transform().transform(dash.get_xydata())
    foot = ax.get_window_extent()
    assert foot.y0 < y < foot.y0 + 0.1 * foot.height


def test_no_gap_no_word_about_gaps() -> None:
    assert "nobody" not in heading(figures.retention_line(history(3)))


def test_what_is_withheld_is_not_called_empty() -> None:
    kept = history(4)
    hidden = ["start", "kept", "lost", "crr", "crr_low", "crr_high"]
    kept.table[hidden] = kept.table[hidden].astype(float)
    kept.table.loc[1, hidden] = math.nan
    kept.table.loc[1, "status"] = "suppressed"
    ax = figures.retention_line(kept)
    assert list(marked(ax, "x").get_xdata()) == [1]
    assert list(marked(ax, "_").get_xdata()) == []
    assert "× = suppressed" in heading(ax)
    assert "nobody" not in heading(ax) + figures.alt_text(ax)
    assert "Rate suppressed: 2021-02." in figures.alt_text(ax)
    assert "2021-02\nn=–" in [tick.get_text() for tick in ax.get_xticklabels()]
    assert collisions(ax) == []


def test_the_running_period_is_hollow_dashed_and_called_so() -> None:
    ax = figures.retention_line(GAPS)
    line = running(ax)
    assert list(line.get_xdata()) == [4, 5]
    assert list(line.get_ydata()) == [0.9, 0.5]
    assert line.get_markevery() == [-1]
    assert to_hex(line.get_markerfacecolor()) == THEMES["light"].paper.lower()
    assert to_hex(points(ax).get_markerfacecolor()) != THEMES["light"].paper.lower()
    assert beside(ax) == ["90.0%\n2024-05", "50.0%\nrunning"]
    assert "2024-06 is still running: 50.0% so far." in figures.alt_text(ax)


def test_a_running_period_after_a_gap_hangs_on_nothing() -> None:
    ax = figures.retention_line(account(row(0, 0, 4), row(4, 1, 0, period="2024-03", status="running")))
    assert np.isnan(running(ax).get_ydata()).tolist() == [True, False]
    assert beside(ax) == ["75.0%\nrunning"]
    assert "Latest complete" not in figures.alt_text(ax)


def test_the_last_complete_value_is_written_at_its_height() -> None:
    ax = figures.retention_line(history(14))
    last = next(text for text in ax.texts if text.get_weight() == "bold")
    assert last.get_text() == "79.0%\n2022-02"  # 42 of 200 leave: 10 + 13 * 7 % 20 = 21 %
    assert last.xy == (1, history(14).table["crr"].iloc[-1])


def test_the_axis_writes_percent_in_the_language_of_the_drawing() -> None:
    with use_language("ru"):
        russian = figures.retention_line(history(5))
    assert russian.yaxis.get_major_formatter()(0.5) == "50\xa0%"
    assert figures.retention_line(history(5)).yaxis.get_major_formatter()(0.5) == "50%"


# The scale


@pytest.mark.parametrize("kept", EXTREMES.values(), ids=EXTREMES)
def test_the_scale_holds_all_that_is_drawn_and_says_where_it_starts(kept: object) -> None:
    ax = figures.retention_line(kept)
    floor, top = ax.get_ylim()
    assert 0 <= floor < top <= 1
    shown = kept.table[["crr", "crr_low", "crr_high"]].to_numpy().ravel()
    assert all(floor <= value <= top for value in shown if not math.isnan(value))
    assert ("the axis starts at" in heading(ax)) == (floor > 0)
    assert ax.spines["bottom"].get_visible() == (floor == 0)
    written = ax.yaxis.get_major_formatter()
    assert figures.alt_text(ax).endswith(f"The vertical axis runs from {written(floor)} to {written(top)}.")
    ticks = [tick for tick in ax.get_yticks() if floor - 1e-9 <= tick <= top + 1e-9]
    assert 3 <= len(ticks) <= 9
    assert all(math.isclose(round(100 * tick), 100 * tick, abs_tol=1e-9) for tick in ticks)  # no tick that rounds


def test_the_scale_starts_at_zero_unless_more_than_half_would_be_empty() -> None:
    low = account(row(1000, 700, 0, period="2024-01"), row(1000, 350, 0, period="2024-02"))  # 30 % and 65 %
    high = account(row(1000, 300, 0, period="2024-01"), row(1000, 350, 0, period="2024-02"))  # 70 % and 65 %
    assert figures.retention_line(low).get_ylim()[0] == 0
    assert figures.retention_line(high).get_ylim()[0] == pytest.approx(0.60)
    assert "the axis starts at 60%" in heading(figures.retention_line(high))


@pytest.mark.parametrize("lost", [0, 1_500_000, 50_000_000, 98_500_000, 10**8])
def test_small_changes_are_not_blown_up(lost: int) -> None:
    calm = account(*(row(10**8, lost, 0, period=f"2024-0{i}") for i in range(1, 9)))
    floor, top = figures.retention_line(calm).get_ylim()
    assert top - floor >= 0.1 - 1e-9


def test_a_target_is_drawn_named_and_inside_the_scale() -> None:
    ax = figures.retention_line(history(5), target=0.95)
    (line,) = (line for line in ax.lines if set(line.get_ydata()) == {0.95})
    assert line.is_dashed()
    assert ax.get_ylim()[1] >= 0.95
    assert "95.0%\ntarget" in beside(ax)
    assert "Target: 95.0%." in figures.alt_text(ax)
    assert "arget" not in figures.alt_text(figures.retention_line(history(5)))


def test_a_target_in_percent_is_told_what_was_meant() -> None:
    with pytest.raises(InputError, match=r"target=85 must be a fraction between 0 and 1. Did you mean 0.85\?"):
        figures.retention_line(history(5), target=85)


@pytest.mark.parametrize("result", [None, [0.9, 0.8], history(2).table])
def test_what_is_no_table_of_periods_is_refused(result: object) -> None:
    with pytest.raises(InputTypeError, match=r"a RetentionTable is needed\. Make it with crr\.retention_by_period"):
        figures.retention_line(result)


# Words


def test_labelled_periods_count_back_from_the_last_with_their_customers() -> None:
    ax = figures.retention_line(history(60))
    assert [tick.get_text() for tick in ax.get_xticklabels()][:2] == ["2025-12\nn=200", "2024-12\nn=200"]
    assert {a - b for a, b in zip(ax.get_xticks(), ax.get_xticks()[1:], strict=False)} == {12}
    few = figures.retention_line(history(3))
    assert [tick.get_text() for tick in few.get_xticklabels()] == ["2021-03\nn=200", "2021-02\nn=200", "2021-01\nn=200"]
    assert "n = customers at the start" in heading(few)


# February 3 of 4; March 0 of 3; May 9 of 10: Wilson 95 % of 9 of 10 is 59.6 % to 98.2 % (statsmodels 0.15,
# proportion_confint(9, 10, method="wilson")).
def test_the_alt_text_says_what_the_picture_shows() -> None:
    assert figures.alt_text(figures.retention_line(GAPS, target=0.8)) == (
        "Line chart of the retention rate (CRR) from 2024-01 to 2024-06, 6 periods. "
        "Latest complete period 2024-05: 90.0% (95% interval 59.6% to 98.2%), 9 of 10 kept. "
        "Lowest 0.0% in 2024-03, highest 90.0% in 2024-05. "
        "Fewest customers at the start: 3 in 2024-03. "
        "2024-06 is still running: 50.0% so far. "
        "No rate, because there was nobody to keep: 2024-01, 2024-04. "
        "Target: 80.0%. "
        "The vertical axis runs from 0% to 100%."
    )


def test_the_russian_alt_text_says_the_same() -> None:
    with use_language("ru"):
        text = figures.alt_text(figures.retention_line(GAPS, target=0.8))
    assert text.replace("\xa0", " ") == (
        "График удержания клиентов (КУК) с 2024-01 по 2024-06, 6 периодов. "
        "Последний завершённый период 2024-05: 90,0 % (95-процентный интервал от 59,6 % до 98,2 %), "
        "удержано 9 из 10. "
        "Наименьшее значение 0,0 % (2024-03), наибольшее 90,0 % (2024-05). "
        "Меньше всего клиентов на начало: 3 (2024-03). "
        "Период 2024-06 ещё идёт: пока 50,0 %. "
        "КУК не определён, удерживать было некого: 2024-01, 2024-04. "
        "Цель: 80,0 %. "
        "Вертикальная ось идёт от 0 % до 100 %."
    )


@pytest.mark.parametrize(("n", "word"), [(1, "1 период."), (3, "3 периода."), (5, "5 периодов."), (21, "21 период.")])
def test_russian_periods_are_counted_in_three_forms(n: int, word: str) -> None:
    with use_language("ru"):
        assert word in figures.alt_text(figures.retention_line(history(n)))


def test_many_gaps_are_named_by_their_first_last_and_number() -> None:
    ax = figures.retention_line(account(*(row(0, 0, 0, period=f"2024-{i:02d}") for i in range(1, 13))))
    assert "nobody to keep: 2024-01, 2024-02, 2024-03, … 2024-12 (12)." in figures.alt_text(ax)


def test_a_thousand_days_can_be_drawn() -> None:
    ax = figures.retention_line(history(1000, every="day"), narrow=True)
    assert 2 <= len(ax.get_xticks()) <= 5
    assert collisions(ax) == []
    assert outside(ax) == []


def test_one_period_has_no_highest_and_lowest() -> None:
    assert "highest" not in figures.alt_text(figures.retention_line(history(1)))


# Room


@pytest.mark.daily(8)
@pytest.mark.parametrize("lang", DRAWN_IN)
@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("kept", EXTREMES.values(), ids=EXTREMES)
def test_extremes_stay_readable(kept: object, narrow: bool, lang: str) -> None:
    with use_language(lang):
        ax = figures.retention_line(kept, narrow=narrow, target=0.9)
    assert collisions(ax) == []
    assert outside(ax) == []
    assert len(ax.get_xticks()) >= 1


periods = st.lists(
    st.tuples(st.one_of(st.integers(0, 5), st.integers(0, 10**7)), st.floats(0, 1)), min_size=1, max_size=50
)


@settings(max_examples=10, phases=QUICK)
@given(periods, st.booleans(), st.sampled_from(LANGUAGES), st.none() | st.floats(0, 1))
def test_any_history_is_drawn_true_and_readable(
    drawn: list[tuple[int, float]], narrow: bool, lang: str, target: float | None
) -> None:
    rows = [row(n, round(n * share), 0, period=f"2024-{i:02d}") for i, (n, share) in enumerate(drawn)]
    kept = account(*rows)
    with use_language(lang):
        ax = figures.retention_line(kept, narrow=narrow, target=target)
    np.testing.assert_array_equal(np.asarray(points(ax).get_ydata(), dtype=float), kept.table["crr"])
    assert len(intervals(ax)) == (kept.table["start"] > 0).sum()
    assert collisions(ax) == []
    assert outside(ax) == []


@pytest.mark.parametrize("narrow", [False, True])
def test_limits_without_a_signal_take_no_room_and_marks_stand_below_the_notes(narrow: bool) -> None:
    kept = report_worlds.account(*[(50, 50, 0)] * 9, start=500)
    chart = control_chart(kept)
    assert (chart.table["signal"] == "").all()
    plain = figures.retention_line(kept, narrow=narrow).get_position()
    drawn = figures.retention_line(
        kept, narrow=narrow, limits=chart, marks={str(kept.table["from_"].iloc[4].date()): "new prices"}
    )
    assert drawn.get_position().y0 == pytest.approx(plain.y0)
    assert drawn.get_position().width == pytest.approx(plain.width, rel=0.05)
    assert collisions(drawn) == []
