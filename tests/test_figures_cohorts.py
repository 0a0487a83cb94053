"""Pictures of cohorts draw the cells they are given: what was not seen has no colour, no number and no zero."""

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest
from figure_worlds import collisions, outside
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from screens import DRAWN_IN

import crrkit as crr
from crrkit import figures
from crrkit.figures.theme import THEMES, contrast
from crrkit.ground.errors import InputError, InputTypeError
from crrkit.ground.languages import use_language

RUNNING = (0, (2, 1.5))


def nested(cohorts: dict[str, list[int]], as_of: str, amount: float = 10.0, **options):
    """A grid of purchases such that the first so many members of each cohort buy in each age."""
    rows = [
        (f"{cohort}/{i}", pd.Period(cohort, "M").start_time + pd.DateOffset(months=age), amount / (1 + age))
        for cohort, counts in cohorts.items()
        for age, count in enumerate(counts)
        for i in range(count)
    ]
    log = pd.DataFrame(rows, columns=["client_id", "ordered_at", "paid"])
    base = crr.read_orders(log, customer="client_id", at="ordered_at", amount="paid", as_of=as_of)
    return crr.cohort_grid(base, **options)


# In March nobody of January came back; nobody is new in April; May is running.
COHORTS = {"2024-01": [40, 20, 0, 10, 4], "2024-02": [30, 12, 6, 3], "2024-03": [20, 5, 2], "2024-05": [8]}
AS_OF = "2024-05-20"


@cache
def grid(**options):
    return nested(COHORTS, AS_OF, **options)


def boxes(ax: Axes) -> dict[tuple[int, int], Rectangle]:
    """The box of each cell by its column and row."""
    return {(round(box.get_x()), round(box.get_y())): box for box in ax.patches if isinstance(box, Rectangle)}


def numbers(ax: Axes) -> dict[tuple[float, float], str]:
    """What stands in each cell."""
    return {text.get_position(): text.get_text() for text in ax.texts if type(text).__name__ == "Text"}


def test_each_cell_is_drawn_for_what_it_is() -> None:
    ax = figures.cohort_heatmap(grid())
    cells, written = boxes(ax), numbers(ax)
    assert len(cells) == 5 * 4  # age 0 is left out
    assert [written.get((x, 0)) for x in range(4)] == ["50", "0", "25", "10"]
    for place, box in cells.items():
        status = grid().matrix("status").iloc[place[1], place[0] + 1]
        seen = status in ("observed", "in_progress")
        assert (box.get_facecolor()[3] > 0) == seen
        assert (box.get_hatch() is not None) == (status == "unobserved")
        assert (box.get_linestyle() == RUNNING) == (status == "in_progress")
        assert written.get(place, "") == {"unobserved": "", "empty": "–"}.get(status, written.get(place))
    italics = {text.get_position() for text in ax.texts if text.get_style() == "italic"}
    assert italics == {(3, 0), (2, 1), (1, 2)}


def test_nobody_came_back_is_a_zero_and_not_yet_observed_is_nothing() -> None:
    written = numbers(figures.cohort_heatmap(grid()))
    assert written[(1, 0)] == "0"
    assert (3, 1) not in written
    assert {written[(x, 3)] for x in range(4)} == {"–"}  # April has no cohort


def test_the_last_row_is_the_weighted_average_of_whole_cells() -> None:
    ax = figures.cohort_heatmap(grid())
    bold = {x: text for (x, y), text in numbers(ax).items() if y > 4.5}
    # age 1: 20 + 12 + 5 of 90; age 2: 0 + 6 of 70 (March's 2 are still running); age 3: 10 of 40; age 4: nobody yet
    assert [bold[x] for x in range(4)] == ["41", "9", "25", "–"]
    assert ax.get_yticklabels()[-1].get_text() == "all cohorts, weighted"


def test_colour_grows_with_the_rate_from_zero() -> None:
    ax = figures.cohort_heatmap(grid())
    cells = boxes(ax)
    shades = [to_hex(cells[place].get_facecolor()) for place in [(1, 0), (3, 0), (2, 0), (0, 0)]]  # 0, 10, 25, 50 %
    against_paper = [contrast(shade, "#FFFFFF") for shade in shades]
    assert against_paper == sorted(against_paper)
    assert against_paper[0] < 1.15
    assert against_paper[-1] > 5


@pytest.mark.parametrize("theme", THEMES)
def test_every_number_can_be_read_on_its_cell(theme) -> None:
    ax = figures.cohort_heatmap(grid(), theme=theme)
    cells = boxes(ax)
    for text in ax.texts:
        box = cells.get(text.get_position()) if type(text).__name__ == "Text" else None
        if box is not None and box.get_facecolor()[3] > 0:
            assert contrast(to_hex(text.get_color()), to_hex(box.get_facecolor())) >= 4.5


def test_dark_paper_has_a_scale_that_grows_lighter() -> None:
    cells = boxes(figures.cohort_heatmap(grid(), theme="dark"))
    low, high = (to_hex(cells[place].get_facecolor()) for place in [(1, 0), (0, 0)])
    assert contrast(high, THEMES["dark"].paper) > contrast(low, THEMES["dark"].paper)


def test_contracts_keep_their_first_month_because_some_leave_in_it() -> None:
    rows = pd.DataFrame({"who": ["a", "b"], "from": ["2024-01-02", "2024-01-03"], "to": ["2024-01-20", None]})
    base = crr.read_contracts(rows, customer="who", start="from", end="to", as_of="2024-03-01")
    written = numbers(figures.cohort_heatmap(crr.cohort_grid(base)))
    assert written[(0, 0)] == "50"


def test_what_is_hidden_is_marked_and_not_drawn() -> None:
    written = numbers(figures.cohort_heatmap(grid().suppressed(10)))
    assert written[(1, 1)] == "×"  # 6 of 30
    assert written[(0, 0)] == "50"


def test_the_words_tell_the_numbers_and_the_holes() -> None:
    assert figures.alt_text(figures.cohort_heatmap(grid())) == (
        "Heat map of 5 cohorts, 2024-01 to 2024-05, by age in months. "
        "Lowest 0.0% (cohort 2024-01, age 2), highest 50.0% (cohort 2024-01, age 1). "
        "Weighted average by age: 1: 41.1%; 3: 25.0%. "
        "Cells not yet observed: 7. Cells still running: 3. Cells of cohorts without members: 4."
    ).replace("observed: 7", f"observed: {(grid().table.query('age > 0')['status'] == 'unobserved').sum()}")


def test_russian_says_the_same() -> None:
    with use_language("ru"):
        text = figures.alt_text(figures.cohort_heatmap(grid()))
    assert text.startswith("Тепловая карта 5 когорт, с 2024-01 по 2024-05")
    assert "Ячеек, где период ещё идёт: 3." in text


EXTREMES = {
    "one cohort": lambda: nested({"2024-01": [40, 20]}, "2024-03-01"),
    "one age": lambda: nested({"2024-01": [40]}, "2024-02-01"),
    "three years": lambda: nested(
        {f"{2021 + i // 12}-{i % 12 + 1:02d}": [9] * (36 - i) for i in range(36)}, "2024-01-01"
    ),
    "large": lambda: nested({"2024-01": [1500, 700, 3]}, "2024-03-20"),
    "holes": grid,
    "brackets": lambda: grid(kind="bracket"),
    "by age": lambda: grid(align="age"),
    "money": lambda: grid(value="revenue"),
}


@cache
def extreme(name: str):
    return EXTREMES[name]()


@pytest.mark.daily(6)
@pytest.mark.parametrize("lang", DRAWN_IN)
@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", EXTREMES)
def test_the_heat_map_stays_readable(name, narrow, lang) -> None:
    with use_language(lang):
        ax = figures.cohort_heatmap(extreme(name), narrow=narrow)
    assert outside(ax) == []
    assert visible_collisions(ax) == []
    paper = ax.figure.bbox
    legend = ax.get_legend().get_window_extent()
    assert paper.x0 - 0.5 <= legend.x0
    assert legend.x1 <= paper.x1 + 0.5


def visible_collisions(ax: Axes) -> list[tuple[str, str]]:
    hidden = {label.get_text() for label in ax.get_xticklabels() if not label.get_visible()}
    return [pair for pair in collisions(ax) if not hidden & set(pair)]


@pytest.mark.parametrize("lang", DRAWN_IN)
@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", ["one cohort", "one age", "three years", "large", "holes", "by age"])
def test_the_curves_stay_readable(name, narrow, lang) -> None:
    with use_language(lang):
        ax = figures.cohort_curves(extreme(name), narrow=narrow, cohort=extreme(name).matrix().index[0])
    assert outside(ax) == []
    assert collisions(ax) == []
    assert ax.get_ylim()[0] == 0


def test_curves_draw_every_cohort_and_the_average_and_hang_what_is_running() -> None:
    ax = figures.cohort_curves(grid(), cohort="2024-02")
    lines = {tuple(line.get_xdata()): line for line in ax.lines}
    whole = [list(np.asarray(line.get_ydata(), dtype=float)) for line in ax.lines if not line.is_dashed()]
    january = next(y for y in whole if y[0] == 0.5)
    assert january[:3] == [0.5, 0, 0.25]
    assert math.isnan(january[3])  # the running month is not on the curve
    tails = [list(line.get_ydata()) for line in ax.lines if line.is_dashed()]
    assert [0.25, 0.1] in tails
    assert len(lines) >= 3
    bold = max(ax.lines, key=lambda line: line.get_linewidth())
    np.testing.assert_allclose(np.asarray(bold.get_ydata(), dtype=float), [37 / 90, 6 / 70, 0.25, math.nan])
    assert [text.get_text() for text in ax.texts] == ["25.0%\nall, weighted", "20.0%\n2024-02"]
    assert "Cohort 2024-02 by age: 1: 40.0%; 2: 20.0%." in figures.alt_text(ax)


def test_money_is_drawn_net_gross_and_beside_the_customers() -> None:
    money = grid(value="revenue")
    ax = figures.revenue_cohorts(money)
    drawn = [np.asarray(line.get_ydata(), dtype=float) for line in ax.lines]
    # half the money of each customer at age 1, a third at age 2: nobody pays more, so net is gross
    heads = np.array([37 / 90, 6 / 70, 0.25, math.nan])
    share = np.array([1 / 2, 1 / 3, 1 / 4, math.nan])
    np.testing.assert_allclose(drawn[0], heads * share)
    np.testing.assert_allclose(drawn[1], heads * share)
    np.testing.assert_allclose(drawn[2], heads)
    assert "Customers by age: 1: 41.1%; 2: 8.6%; 3: 25.0%." in figures.alt_text(ax)
    assert len({str(line.get_linestyle()) + str(line._dash_pattern) for line in ax.lines}) == 3


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("lang", DRAWN_IN)
def test_money_stays_readable(narrow, lang) -> None:
    with use_language(lang):
        ax = figures.revenue_cohorts(grid(value="revenue"), narrow=narrow)
    assert outside(ax) == []
    assert collisions(ax) == []


DRAWN = {"heat map": figures.cohort_heatmap, "curves": figures.cohort_curves, "money": figures.revenue_cohorts}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", DRAWN)
def test_every_picture_leaves_as_svg_with_its_words_and_the_same_bytes(name, theme) -> None:
    draw, drawn = DRAWN[name], grid(value="revenue") if name == "money" else grid()
    first, second = (figures.to_svg(draw(drawn, theme=theme)) for _ in range(2))
    assert first == second
    assert 'role="img" aria-label="' in first


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(draw) -> None:
    with pytest.raises(InputTypeError, match=r"grid is a list; a CohortGrid is needed\. Make it with crr\.cohort_grid"):
        draw([0.9, 0.8])
    with pytest.raises(InputError, match="theme='neon' is not known"):
        draw(grid(value="revenue"), theme="neon")


def test_what_one_picture_cannot_hold_is_refused_in_a_sentence() -> None:
    with pytest.raises(InputError, match=r"cohorts of .* ages cannot be read in one picture"):
        figures.cohort_heatmap(grid(every="day"))
    with pytest.raises(InputError, match="cohort='2031-01' is not known"):
        figures.cohort_curves(grid(), cohort="2031-01")
    with pytest.raises(InputError, match="Brackets are no curve"):
        figures.cohort_curves(grid(kind="bracket"))
    with pytest.raises(InputError, match="The grid counts customers"):
        figures.revenue_cohorts(grid())
    log = pd.DataFrame({"who": ["a", "b"], "when": ["2024-01-05", "2024-02-05"], "city": ["x", "y"]})
    parts = crr.cohort_grid(crr.read_orders(log, customer="who", at="when", by="city", as_of="2024-03-01"), by="city")
    with pytest.raises(InputError, match=r"The grid has segments \(city\); draw one of them, grid.segment\(city=…\)"):
        figures.cohort_heatmap(parts)
