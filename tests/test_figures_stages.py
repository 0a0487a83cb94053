"""The river and the mix draw the counts they are given: what moves has its width, what is cut says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from figure_worlds import QUICK, collisions, outside, words
from hypothesis import given, settings, strategies as st
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from screens import DRAWN_IN

import crrkit as crr
from crrkit import figures
from crrkit.figures.river import RIVER_STAGES, _river_of
from crrkit.figures.theme import READABLE, THEMES, contrast
from crrkit.ground.errors import InputError, InputTypeError
from crrkit.ground.languages import use_language
from crrkit.measure.stages.flow import StageFlow, stage_flow
from crrkit.measure.stages.moves import STAGES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Moves = list[dict[tuple[str, str], int]]


REAL = stage_flow(crr.read_orders(crr.sample("orders"), customer="client_id", at="ordered_at"), every="quarter")


def flow_of_moves(moves: Moves, labels: list[str] | None = None) -> StageFlow:
    """A flow whose moves are given, period by period; who stands where follows from where they came and went."""
    names = labels or [f"2024-{month:02}" for month in range(1, len(moves) + 2)]
    counts = [dict.fromkeys(STAGES, 0) for _name in names]
    for column, period in enumerate(moves):
        counts[column + 1] = dict.fromkeys(STAGES, 0)
        for (before, stage), n in period.items():
            counts[column + 1][stage] += n
            if column == 0 and before != "unknown":
                counts[0][before] += n
    rows = [(names[i], a, b, n) for i, period in enumerate(moves) for (a, b), n in period.items()]
    transitions = pd.DataFrame(rows, columns=["from_period", "from_stage", "to_stage", "customers"])
    until = pd.to_datetime(["2024-01-01"] * len(moves))
    table = pd.DataFrame({"period": names[:-1], "until": until})
    index = pd.Index(names, name="period")
    return StageFlow(table, pd.DataFrame(counts, index=index), transitions, REAL.rates, "month", REAL.rule, REAL.card,
                     REAL.quality, REAL.moves)  # fmt: skip


# Two months by hand: 10 long and 20 middle; then 12 and 15 with 8 lapsed and 5 who are new.
SMALL: Moves = [
    {("long", "long"): 8, ("long", "lapsed"): 2, ("middle", "long"): 4, ("middle", "middle"): 10,
     ("middle", "lapsed"): 6, ("unknown", "middle"): 5},
    {("long", "long"): 12, ("middle", "middle"): 15, ("lapsed", "middle"): 1, ("lapsed", "lapsed"): 7},
]  # fmt: skip
FLOW = flow_of_moves(SMALL)
# A thousand lapsed beside thirty customers.
LAPSED = flow_of_moves([{**SMALL[0], ("lapsed", "lapsed"): 990, ("lapsed", "middle"): 10}, {("lapsed", "lapsed"): 998}])


def nodes(ax: Axes) -> list[tuple[int, float, float]]:
    """Column, top and height of each node."""
    boxes = [box for box in ax.patches if isinstance(box, Rectangle) and box.get_zorder() == 3]
    return [(round(box.get_x() + box.get_width() / 2), box.get_y(), box.get_height()) for box in boxes]


def streams(ax: Axes) -> list[tuple[float, float]]:
    """The width at the left and at the right end of each stream."""
    shapes = [patch.get_path().vertices for patch in ax.patches if isinstance(patch, PathPatch)]
    return sorted((shape[7, 1] - shape[0, 1], shape[4, 1] - shape[3, 1]) for shape in shapes)


class TestRiver:
    def test_a_node_is_as_high_as_its_count(self) -> None:
        assert [(column, height) for column, _top, height in nodes(figures.stage_river(FLOW))] == [
            (0, 10), (0, 20), (0, 0), (1, 12), (1, 15), (1, 8), (2, 12), (2, 16), (2, 7),
        ]  # fmt: skip

    def test_a_stream_is_as_wide_as_who_moves(self) -> None:
        drawn = streams(figures.stage_river(FLOW))
        expected = sorted(n for period in SMALL for (a, _b), n in period.items() if a != "unknown")
        assert [left for left, _right in drawn] == pytest.approx(expected)
        assert [right for _left, right in drawn] == pytest.approx(expected)

    def test_the_counts_stand_in_the_nodes(self) -> None:
        ax = figures.stage_river(FLOW)
        written = [text.get_text() for text in ax.texts if text.get_text().isdigit()]
        assert written == ["10", "20", "0", "12", "15", "8", "12", "16", "7"]

    def test_only_who_lapses_is_strong(self) -> None:
        ax = figures.stage_river(FLOW)
        strong = [patch for patch in ax.patches if isinstance(patch, PathPatch) and patch.get_alpha() > 0.5]
        assert {to_hex(patch.get_facecolor()) for patch in strong} == {THEMES["light"].lost_edge.lower()}
        widths = sorted(p.get_path().vertices[7, 1] - p.get_path().vertices[0, 1] for p in strong)
        assert widths == pytest.approx([2, 6])  # in the second month nobody lapses; who stays away is not strong

    def test_it_is_said_in_words(self) -> None:
        assert figures.alt_text(figures.stage_river(FLOW)) == (
            "River of the stages from 2024-01 to 2024-03, as of the start of each period. Long: 10, 12, 12. "
            "Middle: 20, 15, 16. Lapsed: 0, 8, 7. Who lapses in each period: 8, 0."
        )

    def test_nodes_taller_than_all_customers_are_cut_and_say_so(self) -> None:
        ax = figures.stage_river(LAPSED)
        heights = [height for column, _top, height in nodes(ax) if column < 2]
        assert heights == [10, 20, 37, 12, 25, 37]  # there are 37 customers at most, in the middle of the picture
        gaps = [box for box in ax.patches if isinstance(box, Rectangle) and box.get_zorder() == 4]
        assert len(gaps) == 3  # 1,000, 998 and 998 lapsed
        assert "1,000" in [text.get_text() for text in ax.texts]
        assert any("a node with a gap is cut" in text.get_text() for text in ax.texts)
        assert not any("gap" in text.get_text() for text in figures.stage_river(FLOW).texts)

    def test_the_last_whole_periods_are_shown_unless_others_are_asked_for(self) -> None:
        def labels(ax: Axes) -> list[str]:
            return [tick.get_text() for tick in ax.get_xticklabels()]

        assert labels(figures.stage_river(REAL)) == ["2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1"]
        assert labels(figures.stage_river(REAL, narrow=True)) == ["2024Q3", "2024Q4", "2025Q1"]
        some = figures.stage_river(REAL, first="2023Q2", last="2023Q3")
        assert labels(some) == ["2023Q2", "2023Q3", "2023Q4"]
        assert [tick.get_text() for tick in some.get_yticklabels()] == ["long", "middle", "lapsed"]

    def test_refusals(self) -> None:
        with pytest.raises(InputError, match="no whole period"):
            figures.stage_river(REAL, last="2030Q1")
        with pytest.raises(InputError, match="a river shows 1 to 8"):
            figures.stage_river(flow_of_moves([SMALL[1]] * 10), first="2024-01")
        with pytest.raises(InputError, match="first='2024Q2' is after last='2024Q1'"):
            figures.stage_river(REAL, first="2024Q2", last="2024Q1")
        with pytest.raises(InputError, match="needs one whole period"):
            figures.stage_river(flow_of_moves([]))
        for draw in (figures.stage_river, figures.stage_mix):
            with pytest.raises(InputTypeError, match="flow is a list"):
                draw([])
            with pytest.raises(InputError, match="theme='neon'"):
                draw(REAL, theme="neon")

    @pytest.mark.slow
    @settings(max_examples=15, deadline=None, phases=QUICK)
    @given(st.data())
    def test_streams_stay_inside_their_nodes_and_do_not_cross_at_their_ends(self, data: Any) -> None:
        move = st.tuples(st.sampled_from(RIVER_STAGES), st.sampled_from([*RIVER_STAGES, "cold"]))
        moves = data.draw(st.lists(st.dictionaries(move, st.integers(1, 500), min_size=1), min_size=1, max_size=3))
        first = {stage: sum(n for (a, _b), n in moves[0].items() if a == stage) for stage in RIVER_STAGES}
        follow: Moves = [moves[0]]
        standing = {b: sum(n for (_a, c), n in moves[0].items() if c == b) for b in RIVER_STAGES}
        for wanted in moves[1:]:  # nobody moves who is not there
            left, period = dict(standing), {}
            for (a, b), n in wanted.items():
                if min(n, left[a]):
                    period[a, b] = min(n, left[a])
                    left[a] -= period[a, b]
            follow.append(period)
            standing = {b: sum(n for (_a, c), n in period.items() if c == b) for b in RIVER_STAGES}
        river = _river_of(flow_of_moves(follow), None, None, narrow=False)
        assert {stage: int(river.counts[stage].iloc[0]) for stage in RIVER_STAGES} == first
        for column in range(len(river.counts) - 1):
            for side, boundary, end in ((2, column, 0), (3, column + 1, 1)):
                at = {stage: top for stage, (top, _height) in river.nodes(boundary).items()}
                for stream in river.streams(column):
                    stage, width = stream[end], stream[side + 2]
                    assert stream[side] == pytest.approx(at[stage])
                    assert width >= 0
                    at[stage] = stream[side] + width
                for stage, (top, height) in river.nodes(boundary).items():
                    assert at[stage] <= top + height + 1e-6


class TestMix:
    def test_bars_are_the_shares_of_the_customers(self) -> None:
        ax = figures.stage_mix(FLOW)
        longs, middles = ax.containers
        assert [bar.get_height() for bar in longs] == pytest.approx([10 / 30, 12 / 27, 12 / 28])
        assert [bar.get_y() for bar in middles] == pytest.approx([10 / 30, 12 / 27, 12 / 28])
        assert [bar.get_y() + bar.get_height() for bar in middles] == pytest.approx([1, 1, 1])
        assert figures.alt_text(ax) == (
            "Mix of the customers by stage, as of the start of each period. In the long stage: "
            "2024-01: 33.3% of 30; 2024-02: 44.4% of 27; 2024-03: 42.9% of 28; the rest: middle."
        )

    def test_nobody_is_a_gap_with_a_dash_and_no_share(self) -> None:
        ax = figures.stage_mix(flow_of_moves([{("middle", "lapsed"): 3}, {("lapsed", "lapsed"): 3}]))
        (dashes,) = (line for line in ax.lines if line.get_marker() == "_")
        assert list(dashes.get_xdata()) == [1, 2]
        assert [bar.get_height() for bar in ax.containers[1]] == [1, 0, 0]
        assert any("nobody to keep" in text.get_text() for text in ax.texts)

    def test_no_customer_at_all_is_refused(self) -> None:
        with pytest.raises(InputError, match="there is no mix"):
            figures.stage_mix(flow_of_moves([{("lapsed", "lapsed"): 3}]))


DRAWINGS = [
    pytest.param(lambda **how: figures.stage_river(REAL, **how), id="river"),
    pytest.param(lambda **how: figures.stage_river(LAPSED, **how), id="cut"),
    pytest.param(lambda **how: figures.stage_mix(REAL, **how), id="mix"),
]


@pytest.mark.parametrize("draw", DRAWINGS)
class TestShared:
    @pytest.mark.parametrize("lang", DRAWN_IN)
    @pytest.mark.parametrize("narrow", [False, True])
    def test_no_text_stands_on_another_or_leaves_the_picture(self, draw, lang: str, *, narrow: bool) -> None:
        with use_language(lang):
            ax = draw(narrow=narrow)
        assert collisions(ax) == []
        assert outside(ax) == []

    @pytest.mark.parametrize("theme", THEMES)
    def test_every_word_can_be_read(self, draw, theme: str) -> None:
        ax = draw(theme=theme)
        hues = [to_hex(box.get_facecolor()) for box in ax.patches if isinstance(box, Rectangle)]
        for text in words(ax):
            ink = to_hex(text.get_color())
            inside = text.get_zorder() == 5 and text.get_ha() == "center"
            ground = max(hues, key=lambda hue: contrast(hue, ink)) if inside else THEMES[theme].paper
            assert contrast(ink, ground) >= READABLE, text.get_text()

    @pytest.mark.daily(3)
    @pytest.mark.parametrize("how", [{}, {"narrow": True}, {"theme": "dark"}, {"theme": "print"}])
    def test_svg_is_the_same_to_the_byte_and_one_image(self, draw, how: dict[str, object]) -> None:
        svg = figures.to_svg(draw(**how))
        assert svg == figures.to_svg(draw(**how))
        root = ET.fromstring(svg)  # noqa: S314 - our own text
        assert (root.get("role"), root.get("aria-label")) == ("img", figures.alt_text(draw(**how)))

    def test_in_russian_everything_is(self, draw) -> None:
        with use_language("ru"):
            ax = draw()
        said = figures.alt_text(ax) + " ".join(text.get_text() for text in words(ax))
        assert not re.search("[a-zA-Z]", re.sub(r"\d{4}Q\d|n\b", "", said))
        assert re.findall(r"\d{3,}", figures.alt_text(ax).replace("\xa0", "")) == re.findall(
            r"\d{3,}", figures.alt_text(draw()).replace(",", "")
        )

    def test_it_draws_on_given_axes(self, draw) -> None:
        given_axes = Figure(figsize=(8, 4)).add_subplot()
        assert draw(ax=given_axes) is given_axes
