"""The stages of StageExplorer over the steps and its ranking as static SVG; the layout is that of its module."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from crrkit.ground import UNDEFINED, format_cell
from crrkit.widgets import svg
from crrkit.widgets.stages.state import layers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

WIDTH = 640
LEFT, RIGHT, TOP, BOTTOM = 70, 560, 40, 230
LIST = 300  # where the ranking begins
ROW = 26
NAMES, ZERO, ROOM = 270, 420, 130  # of the ranking: the names end, the bars begin, how long they may be
HUES = (svg.KEPT, svg.LONG, svg.NEW, svg.QUIET, svg.LOST)


def stages_svg(
    now: pd.DataFrame, plain: pd.DataFrame, ranking: list[tuple[str, float]], *, stages: Sequence[str],
    words: Mapping[str, Any], measure: str,
) -> str:  # fmt: skip
    """The customer stages stacked, the unchanged projection as a dashed line, and the ranking."""
    top = svg.round_up(max(now["customers"].max(), plain["customers"].max(), _ends(now)[1].max(), 1))
    parts = [*_scale(top, len(now) - 1, words), *_areas(now, plain, top, stages), *_legend(stages, words)]
    parts.append(_end(float(now["customers"].iloc[-1]), top))
    parts += _ranking(ranking, words, measure, len(now) - 1)
    return svg.document(*parts, width=WIDTH, height=LIST + ROW * (len(ranking) + 1))


def _place(step: float, steps: int, value: float, top: float) -> tuple[float, float]:
    return LEFT + (RIGHT - LEFT) * step / steps, BOTTOM - (BOTTOM - TOP) * value / top


def _scale(top: float, steps: int, words: Mapping[str, Any]) -> Iterator[str]:
    for share in (0.0, 0.5, 1.0):
        _x, y = _place(0, steps, share * top, top)
        yield svg.line(LEFT, y, RIGHT, y, f'stroke="{svg.FAINT if share else svg.QUIET}"')
        yield svg.text(LEFT - 8, y + 5, format_cell(share * top, "count"), 'text-anchor="end"')
    yield svg.text(LEFT, BOTTOM + 17, "0")
    yield svg.text(RIGHT, BOTTOM + 17, str(steps))
    yield svg.text((LEFT + RIGHT) / 2, BOTTOM + 17, words["axis"])


def _areas(now: pd.DataFrame, plain: pd.DataFrame, top: float, stages: Sequence[str]) -> Iterator[str]:
    steps = len(now) - 1
    for i, (feet, tops) in enumerate(layers(now, stages)):
        way = [*enumerate(tops), *reversed(list(enumerate(feet)))]
        points = [_place(step, steps, value, top) for step, value in way]
        yield svg.path(points, f'fill="{HUES[i % len(HUES)]}" stroke="#fff"', closed=True)
    low, high = (list(enumerate(end)) for end in _ends(now))
    points = [_place(step, steps, value, top) for step, value in [*high, *reversed(low)]]
    yield svg.path(points, f'fill="{svg.INK}" fill-opacity="0.18"', closed=True)
    points = [_place(step, steps, value, top) for step, value in enumerate(plain["customers"])]
    yield svg.path(points, f'fill="none" stroke="{svg.INK}" stroke-width="2" stroke-dasharray="6 4"')


def _ends(now: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The band of the customers; without a list both ends are the projected number."""
    names = ("customers_low", "customers_high") if "customers_low" in now else ("customers", "customers")
    return now[names[0]], now[names[1]]


def _legend(stages: Sequence[str], words: Mapping[str, Any]) -> Iterator[str]:
    x = float(LEFT)
    for i, stage in enumerate(stages):
        name = words["stages"][stage]
        yield svg.rect(x, 8, 12, 12, f'fill="{HUES[i % len(HUES)]}"')
        yield svg.text(x + 18, 19, name, 'text-anchor="start"')
        x += 40 + 8 * len(name)
    yield svg.line(x, 14, x + 24, 14, f'stroke="{svg.INK}" stroke-width="2" stroke-dasharray="6 4"')
    yield svg.text(x + 30, 19, words["plain"], 'text-anchor="start"')


def _end(customers: float, top: float) -> str:
    _x, y = _place(1, 1, customers, top)
    return svg.text(RIGHT + 8, y + 5, format_cell(customers, "count"), 'text-anchor="start" font-weight="bold"')


def _ranking(ranking: list[tuple[str, float]], words: Mapping[str, Any], measure: str, steps: int) -> Iterator[str]:
    from crrkit.judge.whatif import effect_text

    title = words["ranking"].format(measure=words["measures"][measure], n=steps)
    yield svg.text(WIDTH / 2, LIST - 14, title, f'fill="{svg.QUIET}"')
    largest = max((abs(value) for _name, value in ranking if not math.isnan(value)), default=0.0) or 1.0
    for row, (name, value) in enumerate(ranking):
        y = LIST + ROW * row
        yield svg.text(NAMES, y + 15, words["names"][name], 'text-anchor="end"')
        known = not math.isnan(value)
        width = ROOM * abs(value) / largest if known else 0.0
        look = f'fill="{svg.KEPT}"' if value >= 0 else f'fill="#fff" stroke="{svg.LOST}" stroke-dasharray="3 2"'
        if width:
            yield svg.rect(ZERO - width * (value < 0), y + 3, width, 16, look)
        text = effect_text(value, measure) if known else UNDEFINED
        yield svg.text(ZERO + ROOM + 8, y + 15, text, 'text-anchor="start"')
