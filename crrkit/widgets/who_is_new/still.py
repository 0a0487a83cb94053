"""The results of WhoIsNewExplorer as static SVG; the layout is that of ``index.js``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from crrkit.ground import UNDEFINED, format_percent
from crrkit.widgets import svg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WIDTH, HEIGHT = 640, 352
LEFT, RIGHT, TOP, ROW = 32, 545, 48, 38
BOLD = 'font-weight="bold"'
BEYOND = (-1.0, 2.0)  # values beyond are at the edge with an arrow


def span(answers: Sequence[float]) -> tuple[float, float]:
    """The scale of the chart: 0 to 100%, and as many halves beyond as needed and allowed."""
    known = [answer for answer in answers if not math.isnan(answer)]
    low, high = min([0.0, *known]), max([1.0, *known])
    return max(BEYOND[0], math.floor(2 * low) / 2), min(BEYOND[1], math.ceil(2 * high) / 2)


def meanings_svg(
    named: Sequence[tuple[str, float]], every: Sequence[float], truth: float, words: Mapping[str, Any]
) -> str:
    """One row per named meaning and one for all sixteen, with a line at the truth."""
    low, high = span(every)

    def across(share: float) -> float:
        return LEFT + (RIGHT - LEFT) * (min(max(share, low), high) - low) / (high - low)

    floor = TOP + ROW * (len(named) + 1)
    parts = [*_frame(low, high, across, floor)]
    if not math.isnan(truth):
        look = f'stroke="{svg.KEPT}" stroke-width="2.5"'
        parts.append(svg.line(across(truth), TOP - 12, across(truth), floor, look))
        parts.append(svg.text(across(truth), TOP - 20, f"{words['truth']}: {format_percent(truth)}", BOLD))
    for i, (name, answer) in enumerate(named):
        parts += _row(TOP + ROW * i, name, answer, across, (low, high, truth), chosen=not i)
    parts += _all(TOP + ROW * len(named), words["every"], every, across)
    return svg.document(*parts, width=WIDTH, height=HEIGHT)


def _frame(low: float, high: float, across: Any, floor: float) -> Iterator[str]:
    for half in range(round(2 * low), round(2 * high) + 1):
        x = across(half / 2)
        yield svg.line(x, TOP - 6, x, floor, f'stroke="{svg.QUIET if half in (0, 2) else svg.FAINT}"')
        yield svg.text(x, floor + 18, format_percent(half / 2, digits=0), f'fill="{svg.QUIET}"')


def _row(
    y: float, name: str, answer: float, across: Any, ends: tuple[float, float, float], *, chosen: bool
) -> list[str]:
    weight = BOLD if chosen else ""
    label = svg.text(LEFT + 8, y + 10, name, f'text-anchor="start" {weight}')
    if math.isnan(answer):
        return [label, svg.text(LEFT + 8, y + 28, UNDEFINED, 'text-anchor="start"')]
    x = across(answer)
    number = format_percent(answer)
    number = f"← {number}" if answer < ends[0] else f"{number} →" if answer > ends[1] else number
    right = answer >= ends[2] or x < LEFT + 100  # away from the line at the truth, if there is room
    place = 'text-anchor="start"' if right else 'text-anchor="end"'
    dot = f'<circle cx="{x:.2f}" cy="{y + 23:.2f}" r="{7 if chosen else 5}" fill="{svg.LOST}"/>'
    return [label, dot, svg.text(x + (12 if right else -12), y + 28, number, f"{place} {weight}")]


def _all(y: float, name: str, every: Sequence[float], across: Any) -> Iterator[str]:
    yield svg.text(LEFT + 8, y + 10, name, 'text-anchor="start"')
    for answer in every:
        if not math.isnan(answer):
            yield f'<circle cx="{across(answer):.2f}" cy="{y + 23:.2f}" r="5" fill="{svg.LOST}" fill-opacity=".35"/>'
