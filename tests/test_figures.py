"""What all pictures share: colours, alt text, files, and good manners towards the user's matplotlib."""

import re
import subprocess
import sys
from itertools import pairwise
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from figure_worlds import account, collisions, history, outside, row, words
from hypothesis import given, strategies as st
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from screens import DRAWN_IN

from crrkit import figures
from crrkit.figures.labels import COUNT_FORMS, percent_axis, spread, stride
from crrkit.figures.theme import READABLE, THEMES, contrast, ink_on, legible, mix
from crrkit.ground.errors import InputError
from crrkit.ground.languages import use_language

FEBRUARY = account(row(70, 10, 30, 4))
DRAWINGS = [
    pytest.param(lambda **how: figures.bridge(FEBRUARY, **how), id="bridge"),
    pytest.param(lambda **how: figures.retention_line(history(14, running=True), target=0.9, **how), id="line"),
]


def foreign_axes(width: float = 8, height: float = 4) -> Axes:
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure.add_subplot()


# Colours


# Worked examples of WCAG contrast: black on white is 21; #767676 on white is the lightest grey that passes AA, 4.54
# (WebAIM, "Contrast and Color Accessibility").
@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#FFFFFF", 21), ("#767676", "#FFFFFF", 4.54), ("#777777", "#FFFFFF", 4.48)]
)
def test_contrast_is_the_published_ratio(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(one, other) == contrast(other, one)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_ink_can_be_read_on_any_colour(rgb: tuple[int, int, int]) -> None:
    color = "#{:02x}{:02x}{:02x}".format(*rgb)
    # The worst grey for black and white ink alike has 4.58; with crrkit's near-black it is a little less.
    assert contrast(ink_on(color), color) > 4.2
    for theme in THEMES.values():
        assert contrast(legible(color, theme), theme.paper) >= READABLE


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_a_colour_that_can_be_read_stays_itself(theme: object) -> None:
    assert legible(theme.muted, theme) == to_hex(theme.muted)
    assert mix("#000000", "#FFFFFF", 0.5) == "#808080"


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("piece", ["kept", "lost", "new", "returned", "gone"])
def test_every_piece_of_a_bar_stands_out_from_the_paper(theme: object, piece: str) -> None:
    # WCAG 2.2, 1.4.11: 3 to 1 for a graphic, by its fill or by its outline.
    shown = [getattr(theme, piece), getattr(theme, f"{piece}_edge", theme.paper)]
    assert max(contrast(color, theme.paper) for color in shown) >= 3


@pytest.mark.parametrize("draw", DRAWINGS)
@pytest.mark.parametrize("theme", THEMES)
def test_every_word_can_be_read_in_every_theme(draw: object, theme: str) -> None:
    ax = draw(theme=theme)
    paper, kept = THEMES[theme].paper, THEMES[theme].kept
    for text in words(ax):
        ground = kept if text.get_text().startswith("60\n") else paper
        assert contrast(to_hex(text.get_color()), ground) >= READABLE, text.get_text()
    assert to_hex(ax.figure.get_facecolor()) == paper.lower()


# Words and numbers


def test_labels_move_no_further_than_they_must() -> None:
    assert spread([], gap=4, floor=0, ceiling=9) == []
    assert spread([1], gap=4, floor=2, ceiling=9) == [2]
    assert spread([5, 5, 5], gap=2, floor=0, ceiling=9) == [3, 5, 7]


@given(st.lists(st.floats(0, 100), max_size=4))
def test_labels_keep_their_order_their_distance_and_their_bounds(heights: list[float]) -> None:
    moved = spread(heights, gap=10, floor=5, ceiling=95)
    ranked = [moved[i] for i in sorted(range(len(heights)), key=lambda i: heights[i])]
    assert all(b - a >= 10 - 1e-9 for a, b in pairwise(ranked))
    assert all(5 - 1e-9 <= y <= 95 + 1e-9 for y in moved)


@given(st.sampled_from(["day", "week", "month", "quarter", "half-year", "year"]), st.integers(1, 400), st.floats(1, 40))
def test_labelled_periods_always_fit(every: str, periods: int, room: float) -> None:
    assert periods / stride(every, periods=periods, room=room) <= room + 1e-9


def test_labelled_periods_keep_step_with_the_calendar() -> None:
    assert stride("month", periods=60, room=9) == 12
    assert stride("week", periods=60, room=20) == 4
    assert stride("quarter", periods=8, room=8) == 1
    assert stride("month", periods=500, room=10) == 72


def test_counts_are_written_from_the_longest_to_the_shortest() -> None:
    assert [form(1_234_567) for form in COUNT_FORMS] == ["1,234,567", "1.23M", "1.2M", "1M", "1M"]
    with use_language("ru"):
        texts = [form(1_234_567) for form in COUNT_FORMS]
    assert texts == ["1\xa0234\xa0567", "1,23\xa0млн", "1,2\xa0млн", "1\xa0млн", "1\nмлн"]
    assert COUNT_FORMS[0](70.5) == "70.5"


def test_percent_keeps_the_language_it_was_drawn_in() -> None:
    with use_language("ru"):
        ax = foreign_axes()
        percent_axis(ax.yaxis)
    write = ax.yaxis.get_major_formatter()
    assert (write(0.5), write(0.0), write(1.0)) == ("50\xa0%", "0\xa0%", "100\xa0%")
    percent_axis(ax.yaxis)
    assert ax.yaxis.get_major_formatter()(0.5) == "50%"


# Alt text


@pytest.mark.parametrize("draw", DRAWINGS)
def test_alt_text_is_said_in_the_language_of_the_drawing(draw: object) -> None:
    with use_language("ru"):
        russian = draw()
    english = draw()
    assert re.search("[а-я]", figures.alt_text(russian))
    assert not re.search("[а-яА-Я]", figures.alt_text(english))
    assert not re.search(r"[a-zA-Z]", figures.alt_text(russian))
    assert re.findall(r"\d{2,}", figures.alt_text(russian)) == re.findall(r"\d{2,}", figures.alt_text(english))


def test_a_figure_says_what_all_its_pictures_show() -> None:
    figure = Figure()
    left, right = figure.subplots(1, 2)
    figures.bridge(FEBRUARY, ax=left)
    figures.retention_line(history(3), ax=right)
    assert figures.alt_text(figure) == f"{figures.alt_text(left)} {figures.alt_text(right)}"


@pytest.mark.parametrize("nothing", [Figure(), foreign_axes()], ids=["figure", "axes"])
@pytest.mark.parametrize("leave", [figures.alt_text, figures.to_svg, figures.to_png])
def test_what_crrkit_did_not_draw_is_refused(nothing: object, leave: object) -> None:
    with pytest.raises(InputError, match="no picture of crrkit"):
        leave(nothing)


# Files


@pytest.mark.parametrize("draw", DRAWINGS)
@pytest.mark.parametrize("how", [{}, {"narrow": True}, {"theme": "dark"}, {"theme": "print"}])
def test_svg_is_the_same_to_the_byte(draw: object, how: dict[str, object]) -> None:
    ax = draw(**how)
    assert figures.to_svg(ax) == figures.to_svg(ax) == figures.to_svg(draw(**how)) == figures.to_svg(ax.figure)


@pytest.mark.parametrize("draw", DRAWINGS)
def test_svg_is_one_image_with_its_alt_text(draw: object) -> None:
    svg = figures.to_svg(draw())
    root = ET.fromstring(svg)  # noqa: S314 - our own text
    assert root.tag.endswith("svg")
    assert root.get("role") == "img"
    assert root.get("aria-label") == figures.alt_text(draw())
    assert root.get("width") == "720"
    assert "CRR" in "".join(root.itertext())  # text stays text


@pytest.mark.parametrize("draw", DRAWINGS)
def test_svg_says_nothing_of_when_and_with_what_it_was_made(draw: object) -> None:
    svg = figures.to_svg(draw())
    assert not re.search(r"matplotlib|<metadata|<\?xml|<!DOCTYPE|<style", svg, flags=re.IGNORECASE)
    assert re.findall(r'https?://[^"]+', svg) == ["http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg"]


def test_svgs_can_share_a_page() -> None:
    pages = [figures.to_svg(figures.bridge(account(row(70, lost, 30, 4)))) for lost in (10, 20)]
    names = [set(re.findall(r' id="([^"]+)"', page)) for page in pages]
    assert names[0]
    assert names[0].isdisjoint(names[1])
    for page, own in zip(pages, names, strict=True):
        assert set(re.findall(r"url\(#([^)]+)\)", page)) | set(re.findall(r'href="#([^"]+)"', page)) == own


def test_svg_escapes_what_the_table_says() -> None:
    mean = '2024"><script>alert(1)</script>&'
    ax = figures.bridge(account(row(70, 10, 30, period=mean)))
    assert "<script" not in figures.to_svg(ax)
    assert ET.fromstring(figures.to_svg(ax)).get("aria-label") == figures.alt_text(ax)  # noqa: S314 - a picture that we drew
    assert mean in figures.alt_text(ax)
    assert "<script" not in ax._repr_html_()


def test_a_page_can_show_through() -> None:
    ax = figures.bridge(FEBRUARY, theme="dark")
    paper = THEMES["dark"].paper.lower()
    first = re.compile(r'<path d="M 0 280.8[^"]*" style="fill: ([^"]+)"')
    assert first.search(figures.to_svg(ax))[1] == paper
    assert first.search(figures.to_svg(ax, background=False))[1] == "none"
    assert to_hex(ax.figure.get_facecolor()) == paper  # the picture itself is unchanged


def test_png_is_sharp_and_carries_its_words() -> None:
    ax = figures.bridge(FEBRUARY)
    png = figures.to_png(ax)
    width, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    assert (width, height) == (1080, 561)  # 7.5 by 3.9 inches at 144 dots
    assert figures.alt_text(ax).encode() in png
    assert b"Software" not in png
    assert int.from_bytes(figures.to_png(ax, dpi=288)[16:20], "big") == 2160


def test_a_png_that_would_blur_is_refused() -> None:
    with pytest.raises(InputError, match=r"dpi=72 blurs small text\. Give 144 or more"):
        figures.to_png(figures.bridge(FEBRUARY), dpi=72)


# Manners


@pytest.mark.parametrize("draw", DRAWINGS)
def test_a_notebook_shows_the_picture_once_with_its_alt_text(draw: object) -> None:
    from IPython.core.formatters import DisplayFormatter

    ax = draw()
    shown, _metadata = DisplayFormatter().format(ax)
    assert set(shown) == {"text/html", "text/plain"}
    assert shown["text/plain"] == figures.alt_text(ax)
    assert shown["text/html"].startswith('<img alt="')
    assert shown["text/html"].count("<img") == 1
    assert "data:image/svg+xml;base64," in shown["text/html"]


def test_drawing_neither_loads_pyplot_nor_touches_settings_or_backend() -> None:
    code = """
import sys, matplotlib
matplotlib.rcParams.update({"axes.grid": True, "font.size": 30, "axes.facecolor": "red"})
before = {name: dict.__getitem__(matplotlib.rcParams, name) for name in matplotlib.rcParams}
from figure_worlds import account, history, row
from crrkit import figures
ax = figures.bridge(account(row(70, 10, 30)))
figures.to_png(ax), figures.to_svg(figures.retention_line(history(5))), ax._repr_html_()
after = {name: dict.__getitem__(matplotlib.rcParams, name) for name in matplotlib.rcParams}
assert {name for name in before if repr(before[name]) != repr(after[name])} == set()
assert "matplotlib.pyplot" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": "tests:."}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("draw", DRAWINGS)
def test_the_users_settings_change_nothing(draw: object) -> None:
    plain = figures.to_svg(draw())
    with mpl.rc_context({"axes.grid": True, "font.size": 30, "lines.marker": "x", "svg.fonttype": "path"}):
        assert figures.to_svg(draw()) == plain


@pytest.mark.parametrize("draw", DRAWINGS)
def test_given_axes_are_drawn_on_and_their_figure_left_alone(draw: object) -> None:
    ax = foreign_axes()
    before = ax.figure.get_facecolor(), ax.get_position().bounds, ax.figure.get_layout_engine()
    assert draw(ax=ax, theme="dark") is ax
    assert (ax.figure.get_facecolor(), ax.get_position().bounds, ax.figure.get_layout_engine()) == before
    assert to_hex(ax.get_facecolor()) == THEMES["dark"].paper.lower()
    assert figures.alt_text(ax)


@pytest.mark.parametrize("draw", DRAWINGS)
@pytest.mark.parametrize("lang", DRAWN_IN)
@pytest.mark.parametrize("narrow", [False, True])
def test_nothing_collides_and_nothing_is_cut(draw: object, lang: str, narrow: bool) -> None:
    with use_language(lang):
        ax = draw(narrow=narrow)
    assert collisions(ax) == []
    assert outside(ax) == []
    assert ax.get_title() == ""


@pytest.mark.parametrize("draw", DRAWINGS)
def test_a_theme_that_is_not_known_is_named(draw: object) -> None:
    with pytest.raises(InputError, match=r"theme='drak' is not known.*Did you mean 'dark'\?"):
        draw(theme="drak")
