"""The bridge draws the account it is given, to the customer, and stays readable whatever the numbers are."""

import math

import pytest
from figure_worlds import QUICK, account, collisions, outside, row, words
from hypothesis import given, settings, strategies as st
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from screens import DRAWN_IN

from crrkit import figures
from crrkit.counts.solving import (
    solve_counts,
)
from crrkit.figures.theme import THEMES
from crrkit.ground.errors import InputError, InputTypeError
from crrkit.ground.languages import LANGUAGES, use_language

LIGHT = THEMES["light"]
EXTREMES = {
    "example of the source": (70, 10, 30, 0),
    "with returned": (1000, 100, 200, 40),
    "nobody at the start": (0, 0, 5, 0),
    "nobody at all": (0, 0, 0, 0),
    "nothing happens": (70, 0, 0, 0),
    "all leave": (70, 70, 0, 0),
    "all leave, others come": (70, 70, 30, 0),
    "only one stays": (100, 99, 1, 3),
    "a burst of new": (5, 1, 10_000, 0),
    "one of a billion": (1_000_000_000, 1, 2, 1),
    "all is huge": (999_999_999, 123_456_789, 987_654_321, 1_234_567),
    "only returned": (3, 0, 0, 2),
}


def blocks(ax: Axes) -> list[tuple[float, float, float, str, str | None]]:
    """Each piece of a bar: its step, foot, height, colour and hatch."""
    pieces = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    return [
        (round(p.get_x() + p.get_width() / 2), p.get_y(), p.get_height(), to_hex(p.get_facecolor()), p.get_hatch())
        for p in pieces
    ]


def filled(ax: Axes, color: str) -> list[tuple[float, float, float]]:
    return [block[:3] for block in blocks(ax) if block[3] == color.lower() and block[4] is None]


def hatched(ax: Axes, hatch: str) -> list[tuple[float, float, float]]:
    return [block[:3] for block in blocks(ax) if block[4] == hatch]


def level_lines(ax: Axes) -> list[Line2D]:
    return [line for line in ax.lines if to_hex(line.get_color()) == LIGHT.kept.lower()]


def labels(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


# 1000 start, 100 leave, 200 come, 40 come back: 900 stay, 1140 at the end.
def test_each_block_has_the_height_of_its_count() -> None:
    ax = figures.bridge(account(row(1000, 100, 200, 40)))
    assert filled(ax, LIGHT.kept) == [(0, 0, 900), (4, 0, 900)]
    assert filled(ax, LIGHT.gone) == [(0, 900, 100)]
    assert filled(ax, LIGHT.lost) == hatched(ax, "////") == [(1, 900, 100)]
    assert filled(ax, LIGHT.new) == [(2, 900, 200), (4, 900, 200)]
    assert filled(ax, LIGHT.returned) == hatched(ax, "||") == [(3, 1100, 40), (4, 1100, 40)]


def test_each_step_names_its_count_and_both_feet_the_kept() -> None:
    ax = figures.bridge(account(row(1000, 100, 200, 40)))
    assert labels(ax) == ["1,000", "−100", "+200", "+40", "1,140", "CRR\n90.0%", "900\nkept", "900\nkept"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["Start", "Lost", "New", "Returned", "End"]


def test_the_level_line_stands_at_the_kept_from_bar_to_rate() -> None:
    ax = figures.bridge(account(row(1000, 100, 200, 40)))
    (level,) = level_lines(ax)
    assert list(level.get_ydata()) == [900, 900]
    assert level.get_xdata()[0] < 0.5
    assert level.get_xdata()[1] == ax.get_xlim()[1]
    rate = next(text for text in ax.texts if "CRR" in text.get_text())
    assert rate.xy == (ax.get_xlim()[1], 900)


def test_new_and_returned_are_outlined() -> None:
    ax = figures.bridge(account(row(1000, 100, 200, 40)))
    edges = {to_hex(p.get_facecolor()): to_hex(p.get_edgecolor()) for p in ax.patches if p.get_hatch() is None}
    assert edges[LIGHT.new.lower()] == LIGHT.new_edge.lower()
    assert edges[LIGHT.returned.lower()] == LIGHT.returned_edge.lower()
    assert all(patch.get_linewidth() > 0 for patch in ax.patches if patch.get_hatch() is None)


def test_the_floor_is_zero_and_no_scale_is_written() -> None:
    ax = figures.bridge(account(row(1000, 100, 200, 40)))
    assert ax.get_ylim()[0] == 0
    assert ax.get_ylim()[1] >= 1140
    assert ax.get_yticklabels() == []


def test_dashes_join_the_steps_except_where_the_level_line_does() -> None:
    dashes = [
        line.get_ydata()[0] for line in figures.bridge(account(row(1000, 100, 200, 40))).lines if line.is_dashed()
    ]
    assert dashes == [1000, 1100, 1140]
    without_new = [line.get_ydata()[0] for line in figures.bridge(account(row(10, 2, 0, 1))).lines if line.is_dashed()]
    assert without_new == [10, 9]


def test_a_step_that_nobody_took_is_a_zero_and_not_a_block() -> None:
    ax = figures.bridge(account(row(70, 0, 0)))
    assert [block[0] for block in blocks(ax)] == [0, 3]
    assert labels(ax)[:4] == ["70", "0", "0", "70"]
    assert len(ax.get_xticklabels()) == 4  # no returned, no step for them


def test_nobody_to_keep_is_a_dash_and_never_a_level() -> None:
    ax = figures.bridge(account(row(0, 0, 5)))
    assert "CRR\n–" in labels(ax)
    assert level_lines(ax) == []
    assert figures.alt_text(ax).endswith("There was nobody to keep, so there is no rate.")


def test_the_kept_are_named_beside_the_bars_where_they_find_no_room_inside() -> None:
    ax = figures.bridge(account(row(5, 1, 10_000)))
    assert "CRR\n80.0%\n4\nkept" in labels(ax)
    assert "4\nkept" not in labels(ax)


def test_counts_are_written_short_only_where_they_find_no_room() -> None:
    huge = account(row(999_999_999, 123_456_789, 987_654_321, 1_234_567))
    assert "−123,456,789" in labels(figures.bridge(huge))
    assert "−123M" in labels(figures.bridge(huge, narrow=True))
    assert "lost: 123,456,789;" in figures.alt_text(figures.bridge(huge, narrow=True))


# The account of a list, the counts of the formula, and which period


def test_a_table_gives_its_latest_complete_period_or_the_named_one() -> None:
    table = account(
        row(10, 1, 5, period="2024-01"),
        row(14, 4, 2, period="2024-02"),
        row(12, 6, 0, period="2024-03", status="running"),
    )
    assert figures.alt_text(figures.bridge(table)).startswith("Bridge chart for 2024-02. Customers at the start: 14;")
    assert filled(figures.bridge(table, period="2024-01"), LIGHT.kept) == [(0, 0, 9), (3, 0, 9)]


def test_a_running_period_is_called_so() -> None:
    table = account(row(12, 6, 0, period="2024-03", status="running"))
    ax = figures.bridge(table, period="2024-03")
    assert ax.get_xticklabels()[-1].get_text() == "So far"
    assert figures.alt_text(ax).endswith("The period was still running when the data ended.")


# Both source documents: 70 - 10 + 30 = 90 keeps 60 of 70; 1000 - 300 + 500 = 1200 keeps 700.
@pytest.mark.parametrize(
    ("counts", "kept", "rate"),
    [({"start": 70, "end": 90, "new": 30}, 60, "85.7%"), ({"start": 1000, "lost": 300, "new": 500}, 700, "70.0%")],
)
def test_counts_alone_are_a_bridge(counts: dict[str, float], kept: float, rate: str) -> None:
    ax = figures.bridge(solve_counts(**counts))
    assert filled(ax, LIGHT.kept) == [(0, 0, kept), (3, 0, kept)]
    assert f"CRR\n{rate}" in labels(ax)
    assert figures.alt_text(ax).startswith("Bridge chart. Customers at the start:")


def test_counts_with_returned_have_their_step() -> None:
    ax = figures.bridge(solve_counts(start=10, lost=2, new=1, returned=3))
    assert filled(ax, LIGHT.returned) == [(3, 9, 3), (4, 9, 3)]


def test_averages_keep_their_decimal() -> None:
    ax = figures.bridge(solve_counts(start=70.5, lost=10, new=30, allow_fractional=True))
    assert labels(ax)[:4] == ["70.5", "−10", "+30", "90.5"]


def test_a_period_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(InputError, match=r"period='2024-20'.*Did you mean '2024-02'\?") as refused:
        figures.bridge(account(row(70, 10, 30)), period="2024-20")
    assert refused.value.available == ["2024-02"]


def test_counts_that_are_withheld_are_not_drawn() -> None:
    hidden = row(70, 10, 30, status="suppressed") | {"lost": math.nan, "kept": math.nan}
    with pytest.raises(InputError, match="The counts of 2024-02 are suppressed"):
        figures.bridge(account(hidden), period="2024-02")


def test_a_period_of_bare_counts_is_refused() -> None:
    with pytest.raises(InputError, match="Leave period out") as refused:
        figures.bridge(solve_counts(start=70, lost=10, new=30), period="2024-02")
    assert refused.value.argument == "period"


@pytest.mark.parametrize("result", [None, 0.85, account(row(70, 10, 30)).table])
def test_what_is_no_account_is_refused(result: object) -> None:
    with pytest.raises(InputTypeError, match=r"a RetentionTable is needed\. Make it with crr\.retention_by_period"):
        figures.bridge(result)


# Words


def test_the_alt_text_says_the_whole_account() -> None:
    account_ = account(row(1000, 100, 200, 40))
    assert figures.alt_text(figures.bridge(account_)) == (
        "Bridge chart for 2024-02. Customers at the start: 1,000; lost: 100; new: 200; returned: 40; "
        "at the end: 1,140. Kept: 900 of 1,000, CRR 90.0%."
    )
    with use_language("ru"):
        russian = figures.alt_text(figures.bridge(account_))
    assert russian.replace("\xa0", " ") == (
        "Диаграмма-мост за период 2024-02. Клиентов на начало: 1 000; потеряно: 100; новых: 200; вернулось: 40; "
        "на конец: 1 140. Удержано: 900 из 1 000, КУК 90,0 %."
    )


def test_russian_words_stand_in_a_russian_picture() -> None:
    with use_language("ru"):
        ax = figures.bridge(account(row(1000, 100, 200, 40)))
    ticks = [tick.get_text() for tick in ax.get_xticklabels()]
    assert ticks == ["Начало", "Потеряно", "Новые", "Вернулись", "Конец"]
    assert "КУК\n90,0\xa0%" in labels(ax)
    assert "900\nудержано" in labels(ax)
    assert "1\xa0140" in labels(ax)


# Room


def _is_readable(ax: Axes) -> None:
    assert collisions(ax) == []
    assert outside(ax) == []
    _kept_stands_inside_its_bar(ax)


def _kept_stands_inside_its_bar(ax: Axes) -> None:
    bars = [p.get_window_extent() for p in ax.patches if to_hex(p.get_facecolor()) == LIGHT.kept.lower()]
    inside = [text.get_window_extent() for text in ax.texts if to_hex(text.get_color()) == "#ffffff"]
    for text in inside:
        assert any(b.x0 <= text.x0 and text.x1 <= b.x1 and b.y0 <= text.y0 and text.y1 <= b.y1 for b in bars)


def _counts_stand_clear_of_the_bars(ax: Axes) -> None:
    bars = [p.get_window_extent() for p in ax.patches]
    for text in ax.texts:
        if to_hex(text.get_color()) == LIGHT.ink.lower():
            assert not any(text.get_window_extent().overlaps(bar.padded(-1)) for bar in bars if bar.height > 2)


@pytest.mark.daily(8)
@pytest.mark.parametrize("lang", DRAWN_IN)
@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("counts", EXTREMES.values(), ids=EXTREMES)
def test_extremes_stay_readable(counts: tuple[float, ...], narrow: bool, lang: str) -> None:
    with use_language(lang):
        ax = figures.bridge(account(row(*counts)), narrow=narrow)
    _is_readable(ax)
    _counts_stand_clear_of_the_bars(ax)


counted = st.one_of(st.integers(0, 5), st.floats(0, 9).map(lambda exponent: int(10**exponent)))

flows = st.tuples(counted, st.floats(0, 1), counted, counted)


@settings(max_examples=10, phases=QUICK)
@given(flows, st.booleans(), st.sampled_from(LANGUAGES))
def test_any_account_is_drawn_true_and_readable(flows: tuple[int, float, int, int], narrow: bool, lang: str) -> None:
    start, share, new, returned = flows
    drawn = row(start, round(start * share), new, returned)
    with use_language(lang):
        ax = figures.bridge(account(drawn), narrow=narrow)
    tops = {block[0]: block[1] + block[2] for block in blocks(ax)}  # the last block of a step is its highest
    last = len(ax.get_xticks()) - 1
    assert tops.get(0, 0) == drawn["start"]
    assert tops.get(last, 0) == drawn["end"]
    assert math.isclose(sum(block[2] for block in blocks(ax) if block[:1] == (1,) and block[4]), drawn["lost"])
    assert all(text.get_text() for text in words(ax))
    _is_readable(ax)
