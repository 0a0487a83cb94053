"""The two lines of PeriodExplorer as static SVG; the layout is that of ``index.js``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from crrkit.ground import format_percent
from crrkit.widgets import svg

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTH, HEIGHT = 640, 264
LEFT, RIGHT, TOP, BOTTOM = 70, 530, 20, 224
DEEPEST = -1.0  # lower values leave the chart, and a number states them
APART = 16  # pixels between two lines of text


def lowest(multiplied: float) -> float:
    """The lower end of the chart: 0, or the next multiple of one half below the values."""
    return max(DEEPEST, min(0.0, math.floor(2 * multiplied) / 2))


def compounding_svg(rate: float, horizon: int, words: Mapping[str, Any]) -> str:
    """Both lines from 100% to the horizon, the gap between them filled."""
    ways = [math.pow(rate, n) for n in range(horizon + 1)], [1 - n * (1 - rate) for n in range(horizon + 1)]
    low = lowest(ways[1][-1])

    def down(share: float) -> float:
        return TOP + (BOTTOM - TOP) * (1 - share) / (1 - low)

    true, wrong = ([(LEFT + (RIGHT - LEFT) * n / horizon, down(r)) for n, r in enumerate(way)] for way in ways)
    clip = f'<clipPath id="plot"><path d="M{LEFT} {TOP - 2}H{RIGHT}V{BOTTOM}H{LEFT}Z"/></clipPath>'
    field = (
        svg.path([*true, *wrong[::-1]], f'fill="{svg.LOST}" fill-opacity=".18"', closed=True)
        + svg.path(wrong, f'fill="none" stroke="{svg.LOST}" stroke-width="2" stroke-dasharray="6 4"')
        + svg.path(true, f'fill="none" stroke="{svg.KEPT}" stroke-width="2.5"')
    )
    parts = [clip, *_levels(low, down, words), f'<g clip-path="url(#plot)">{field}</g>', *_ends(ways, low, down)]
    parts += [svg.text(LEFT, BOTTOM + 17, "0"), svg.text(RIGHT, BOTTOM + 17, str(horizon))]
    parts.append(svg.text((LEFT + RIGHT) / 2, BOTTOM + 33, words["axis"]))
    return svg.document(*parts, width=WIDTH, height=HEIGHT)


def _levels(low: float, down: Any, words: Mapping[str, Any]) -> list[str]:
    parts = []
    for half in range(2, int(2 * low) - 1, -1):
        look = f'stroke="{svg.FAINT if half else svg.QUIET}"'
        parts.append(svg.line(LEFT, down(half / 2), RIGHT, down(half / 2), look))
        parts.append(svg.text(LEFT - 8, down(half / 2) + 5, format_percent(half / 2, digits=0), 'text-anchor="end"'))
    if low < 0:
        parts.append(svg.text(LEFT + 8, BOTTOM - 8, words["nobody"], f'text-anchor="start" fill="{svg.QUIET}"'))
    return parts


def _ends(ways: tuple[list[float], list[float]], low: float, down: Any) -> list[str]:
    true, wrong = ways[0][-1], ways[1][-1]
    y = down(max(wrong, low))
    above = min(down(true), y - APART)
    number = f"↓ {format_percent(wrong, digits=0)}" if wrong < low else format_percent(wrong)
    look = 'text-anchor="start" font-weight="bold"'
    return [
        svg.text(RIGHT + 8, above + 5, format_percent(true), f'{look} fill="{svg.KEPT}"'),
        svg.text(RIGHT + 8, y + 5, number, f'{look} fill="{svg.LOST}"'),
    ]
