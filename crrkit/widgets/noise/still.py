"""The interval and the control chart of NoiseExplorer as static SVG; the layout is that of ``index.js``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crrkit.ground import format_percent
from crrkit.widgets import svg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from crrkit.counts import Interval
    from crrkit.judge import ControlChart

WIDTH, HEIGHT = 640, 330
LEFT, RIGHT = 70, 620
BAR = 44  # the line of the interval
TOP, BOTTOM = 110, 290  # of the chart
DASHED = f'stroke="{svg.INK}" stroke-dasharray="5 4"'


def wandering_svg(rate: float, interval: Interval, chart: ControlChart, words: Mapping[str, Any]) -> str:
    """The interval at the top, the periods with their limits below."""
    low, high = scale(chart)

    def down(share: float) -> float:
        return TOP + (BOTTOM - TOP) * (high - share) / (high - low)

    parts = [*_interval(rate, interval), *_limits(chart, down), *_points(chart, down)]
    parts.append(svg.text((LEFT + RIGHT) / 2, BOTTOM + 26, words["axis"]))
    return svg.document(*parts, width=WIDTH, height=HEIGHT)


def scale(chart: ControlChart) -> tuple[float, float]:
    """The lowest and the highest share of the chart: its points, its limits, and a margin."""
    table = chart.table
    low, high = min(*table["crr"], table["low"][0]), max(*table["crr"], table["high"][0])
    room = max(0.05 * (high - low), 0.005)
    return low - room, high + room


def _interval(rate: float, interval: Interval) -> Iterator[str]:
    def across(share: float) -> float:
        return LEFT + (RIGHT - LEFT) * share

    yield svg.line(LEFT, BAR, RIGHT, BAR, f'stroke="{svg.FAINT}"')
    for share in (0.0, 0.5, 1.0):
        yield svg.line(across(share), BAR - 4, across(share), BAR + 4, f'stroke="{svg.QUIET}"')
        yield svg.text(across(share), BAR + 24, format_percent(share, digits=0), f'fill="{svg.QUIET}"')
    first, last = (across(end) for end in interval)
    yield svg.rect(first, BAR - 6, last - first, 12, f'fill="{svg.NEW}" stroke="{svg.KEPT}"')
    yield f'<circle cx="{across(rate):.2f}" cy="{BAR}" r="6" fill="{svg.KEPT}"/>'
    yield svg.text(across(rate), BAR - 16, format_percent(rate), 'font-weight="bold"')


def _limits(chart: ControlChart, down: Callable[[float], float]) -> Iterator[str]:
    table = chart.table
    lines = {table["low"][0]: DASHED, table["high"][0]: DASHED, chart.centre: f'stroke="{svg.QUIET}"'}
    for share, look in lines.items():
        yield svg.line(LEFT, down(share), RIGHT, down(share), look)
        yield svg.text(LEFT - 8, down(share) + 5, format_percent(share, digits=0), 'text-anchor="end"')


def _points(chart: ControlChart, down: Callable[[float], float]) -> Iterator[str]:
    step = (RIGHT - LEFT) / len(chart.table)
    places = [(LEFT + step * (i + 0.5), down(share)) for i, share in enumerate(chart.table["crr"])]
    yield svg.path(places, f'fill="none" stroke="{svg.KEPT}"')
    for (x, y), signal in zip(places, chart.table["signal"], strict=True):
        if signal:
            yield svg.rect(x - 6, y - 6, 12, 12, f'fill="{svg.LOST}" transform="rotate(45 {x:.2f} {y:.2f})"')
        else:
            yield f'<circle cx="{x:.2f}" cy="{y:.2f}" r="4" fill="{svg.KEPT}"/>'
