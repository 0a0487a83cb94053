"""The tornado draws the effects it is given, the ranking its ranks, and both say them in words."""

from __future__ import annotations

import math
import re
from itertools import product
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from figure_worlds import collisions, outside, words
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from screens import DRAWN_IN
from stage_worlds import COSTS, MARGINS, STAGES, WORKED, worked

import crrkit as crr
from crrkit import figures
from crrkit.figures.lever_bars import BAR_MEASURES
from crrkit.figures.theme import READABLE, THEMES, contrast
from crrkit.ground.errors import InputError, InputTypeError
from crrkit.ground.languages import use_language
from crrkit.judge.whatif.levers import effect_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLAIN = worked().levers(2, margins=MARGINS, costs=COSTS, horizon=40)
HOW = [{}, {"narrow": True}, {"theme": "dark"}, {"theme": "print"}]


def counted() -> crr.StageModel:
    """The worked example as if it had been counted on 2,500 contacts, 600 and 400 customers and 300 lapsed ones."""
    sizes = dict(zip(STAGES, (2500, 600, 400, 300), strict=True))
    moves = [(a, b, WORKED.loc[a, b] * n) for (a, n), b in product(sizes.items(), STAGES)]
    moves += [("short", "exit", 1750), ("lapsed", "exit", 60)]
    frame = pd.DataFrame(moves, columns=["from_stage", "to_stage", "customers"])
    return crr.StageModel.from_counts(frame, {"short": 2500, "middle": 600, "long": 400}, {"short": 2250})


BANDED = counted().levers(2, margins=MARGINS, draws=60, seed=1)


def names(ax: Axes) -> list[str]:
    return [tick.get_text().split("\nnow")[0] for tick in ax.get_yticklabels()]


def drawn(ax: Axes) -> dict[str, float]:
    """The width of the bar of each lever."""
    bars = [bar for each in ax.containers if isinstance(each, BarContainer) for bar in each]
    return {names(ax)[round(bar.get_y() + bar.get_height() / 2)]: bar.get_width() for bar in bars}


def rings(ax: Axes) -> list[tuple[float, float]]:
    return sorted((line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines if line.get_marker() == "o")


def dashes(ax: Axes) -> list[object]:
    return [line._unscaled_dash_pattern for line in ax.lines if line.get_marker() == "None"]


class TestTornado:
    @pytest.mark.parametrize("measure", BAR_MEASURES)
    def test_each_bar_is_the_effect_and_the_greatest_stands_on_top(self, measure: str) -> None:
        ax = figures.levers(PLAIN, measure=measure)
        effects = PLAIN.table.set_index("lever")[measure].rename(lambda name: name.replace("_", " "))
        assert drawn(ax) == pytest.approx(effects.to_dict())
        sizes = [abs(effects[name]) for name in names(ax)]
        assert sizes == sorted(sizes, reverse=True)
        top, bottom = ax.get_ylim()[::-1]
        assert top < 0 < bottom  # the first lever is the upper one

    def test_the_worked_example_in_words(self) -> None:
        # the printed effects of one point within two half-years
        assert figures.alt_text(figures.levers(PLAIN)) == (
            "Tornado chart: Each lever alone by +1.0\xa0pp; steps: 2. Customers: conversion +38.8; "
            "retention middle +11.0; retention long +8.6; winback +3.0; promotion +1.2."
        )
        text = figures.alt_text(figures.levers(PLAIN, measure="crr"))
        assert "retention middle +0.58\xa0pp; retention long +0.50\xa0pp; conversion −0.33\xa0pp" in text

    def test_what_a_lever_takes_away_is_hatched_and_goes_left(self) -> None:
        ax = figures.levers(PLAIN, measure="crr")
        hatched = [bar for each in ax.containers for bar in each if bar.get_hatch()]
        assert [round(bar.get_width(), 6) for bar in hatched] == [-0.003253]
        (label,) = (text for text in ax.texts if "−" in text.get_text())
        assert label.get_ha() == "right"
        assert not [bar for each in figures.levers(PLAIN).containers for bar in each if bar.get_hatch()]

    @pytest.mark.parametrize("measure", ["customers", "margin"])
    def test_bands_are_lines_from_low_to_high(self, measure: str) -> None:
        ax = figures.levers(BANDED, measure=measure)
        table = BANDED.table.set_index("lever").rename(lambda name: name.replace("_", " "))
        (lines,) = ax.collections
        for name, path in zip(names(ax), lines.get_paths(), strict=True):
            assert tuple(path.vertices[:, 0]) == tuple(table.loc[name, [f"{measure}_low", f"{measure}_high"]])
        assert "95% of the redrawn matrices" in words(ax)[0].get_text() + ax.texts[-1].get_text()
        assert figures.alt_text(ax).count(" to +") == 5

    def test_without_bands_nothing_speaks_of_them(self) -> None:
        ax = figures.levers(BANDED, measure="crr")
        assert "redrawn" not in " ".join(text.get_text() for text in ax.texts)
        assert " to " not in figures.alt_text(ax)

    def test_a_lever_of_which_nothing_is_known_has_a_dash(self) -> None:
        table = worked().levers(1, margins=MARGINS, costs={"conversion": 1})
        ax = figures.levers(table, measure="margin_per_cost")
        assert names(ax)[0] == "conversion"
        assert [text.get_text() for text in ax.texts].count("–") == 4
        # the step brings 25 middle customers at 20 and costs 1 for each of 2,500 contacts
        assert sorted(drawn(ax).values()) == [0, 0, 0, 0, pytest.approx(0.2)]

    def test_nothing_moves(self) -> None:
        still = crr.StageModel(WORKED, {"short": 0}).levers(1)
        assert set(drawn(figures.levers(still)).values()) == {0}

    def test_refusals(self) -> None:
        with pytest.raises(InputError, match="Choose one of customers, crr"):
            figures.levers(PLAIN, measure="elasticity")
        with pytest.raises(InputError, match="need margins="):
            figures.levers(worked().levers(2), measure="margin")
        stuck = WORKED.copy()
        stuck.loc["lapsed", "lapsed"] = 0.95
        endless = crr.StageModel(stuck, {"middle": 600, "long": 400}, {"short": 5}).levers(2, only=["promotion"])
        with pytest.raises(InputError, match="an equilibrium"):
            figures.levers(endless, measure="equilibrium_customers")
        for draw in (figures.levers, figures.flip):
            with pytest.raises(InputTypeError, match="result is a list"):
                draw([1])
            with pytest.raises(InputError, match="theme='neon'"):
                draw(PLAIN, theme="neon")


class TestFlip:
    def test_each_line_is_the_rank_of_its_lever(self) -> None:
        ax, ranks = figures.flip(PLAIN), PLAIN.ranks()
        lines = [line for line in ax.lines if line.get_marker() == "None"]
        for lever, line in zip(ranks, lines, strict=True):
            assert list(line.get_xdata()) == list(range(1, 41))
            assert list(line.get_ydata()) == list(ranks[lever])
        assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first rank is on top
        beside = {text.xy[1]: text.get_text() for text in ax.texts if text.xy[0] == 1 and text.xy[1] >= 1}
        assert beside[1] == "retention long\n+251.4"  # 400 customers more in 40 steps come from the long ones

    def test_rings_stand_where_one_overtakes_another(self) -> None:
        # by hand from ranks(): retL passes retM (3rd and 2nd) at 4, winback retM (4th and 3rd) at 8, retL conv at 19
        assert rings(figures.flip(PLAIN)) == [(3.5, 2.5), (7.5, 3.5), (18.5, 1.5)]
        ax = figures.flip(PLAIN)
        assert [text.get_text() for text in ax.texts if text.get_text().isdigit()] == ["4", "8", "19"]
        assert figures.alt_text(ax).endswith(
            "From step 4 retention long is ahead of retention middle. "
            "From step 8 winback is ahead of retention middle. "
            "From step 19 retention long is ahead of conversion."
        )

    def test_no_flip_is_said_too(self) -> None:
        table = worked().levers(2, horizon=2)
        ax = figures.flip(table)
        assert rings(ax) == []
        assert figures.alt_text(ax).endswith("No lever overtakes another.")

    def test_what_has_no_rank_yet_is_not_drawn(self) -> None:
        ax = figures.flip(PLAIN, measure="margin_per_cost")
        winback = [line for line in ax.lines if line.get_marker() == "None"][4]
        assert math.isnan(winback.get_ydata()[0])
        assert "After 1: conversion, retention middle, promotion, retention long." in figures.alt_text(ax)

    def test_lines_are_told_apart_without_colour(self) -> None:
        assert len(set(map(str, dashes(figures.flip(PLAIN))))) == 5

    def test_a_lever_keeps_its_line_whatever_others_there_are(self) -> None:
        alone = figures.flip(worked().levers(2, only=["retention_long"]))
        assert dashes(alone) == [dashes(figures.flip(PLAIN))[3]]

    def test_refusals(self) -> None:
        with pytest.raises(InputError, match="need margins="):
            figures.flip(worked().levers(2), measure="margin")
        with pytest.raises(InputError, match="Choose one of customers, margin"):
            figures.flip(PLAIN, measure="crr")


DRAWINGS = [
    pytest.param(lambda **how: figures.levers(BANDED, **how), id="bands"),
    pytest.param(lambda **how: figures.levers(PLAIN, measure="crr", **how), id="rates"),
    pytest.param(lambda **how: figures.levers(PLAIN, measure="equilibrium_margin", **how), id="money"),
    pytest.param(lambda **how: figures.flip(PLAIN, **how), id="flip"),
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
        for text in words(ax):
            assert contrast(to_hex(text.get_color()), THEMES[theme].paper) >= READABLE, text.get_text()

    @pytest.mark.daily(4)
    @pytest.mark.parametrize("how", HOW)
    def test_svg_is_the_same_to_the_byte_and_one_image(self, draw, how: dict[str, object]) -> None:
        svg = figures.to_svg(draw(**how))
        assert svg == figures.to_svg(draw(**how))
        root = ET.fromstring(svg)  # noqa: S314 - our own text
        assert (root.get("role"), root.get("aria-label")) == ("img", figures.alt_text(draw(**how)))

    def test_in_russian_everything_is(self, draw) -> None:
        with use_language("ru"):
            ax = draw()
        said = figures.alt_text(ax) + " ".join(text.get_text() for text in words(ax))
        assert not re.search("[a-zA-Z]", said)
        assert re.findall(r"\d{2,}", figures.alt_text(ax).replace("\xa0", "")) == re.findall(
            r"\d{2,}", figures.alt_text(draw()).replace(",", "")
        )

    def test_it_draws_on_given_axes(self, draw) -> None:
        given = Figure(figsize=(8, 4)).add_subplot()
        assert draw(ax=given) is given
        assert given.figure.axes == [given]


def test_numbers_are_as_short_as_they_are_read() -> None:
    shown = [effect_text(value, "customers") for value in (38.75, 0.0, -1.25, 18019.09, math.nan)]
    assert shown == ["+38.8", "0.0", "−1.2", "+18,019", "–"]
    assert effect_text(0.381, "margin_per_cost") == "+0.38"
