"""The two mosaic plots of DecompositionExplorer as static SVG; the layout is that of ``index.js``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crrkit.ground import format_percent, format_points
from crrkit.widgets import svg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crrkit.judge import Decomposition

WIDTH, HEIGHT = 640, 352
PANELS = ((60, 315), (365, 620))
TOP, BOTTOM, EFFECTS, ROW = 36, 206, 282, 24
HUES = (svg.KEPT, svg.NEW, svg.LONG, "#e69f00", "#cc79a7", svg.QUIET)
FEW_COLUMNS = 2  # columns whose middles are never close, so that names fit below them; more have a legend
LONGEST_NAME = 12  # letters of a segment's name in the picture
BOLD = 'font-weight="bold"'


def mosaic_svg(
    before: Mapping[str, tuple[float, float]],
    after: Mapping[str, tuple[float, float]],
    split: Decomposition,
    words: Mapping[str, Any],
) -> str:
    """Each period as columns, shares wide and rates high, so that the area is the overall rate; the effects below."""
    parts = [*_levels(), *_legend(before)]
    for panel, mix, name, crr in zip(
        PANELS, (before, after), ("before", "after"), (split.crr_before, split.crr_after), strict=True
    ):
        parts += _columns(panel, mix)
        parts.append(svg.line(panel[0], down(crr), panel[1], down(crr), f'stroke="{svg.INK}" stroke-width="2.5"'))
        title = f"{words[name]}: {format_percent(crr)}"
        parts.append(svg.text((panel[0] + panel[1]) / 2, TOP - 14, title, BOLD))
    effects = {"byRate": split.rate_effect, "byMix": split.mix_effect, "change": split.change}
    parts += _effects(effects, words)
    return svg.document(*parts, width=WIDTH, height=HEIGHT)


def down(rate: float) -> float:
    """The y position of a rate."""
    return BOTTOM - (BOTTOM - TOP) * rate


def short(name: str) -> str:
    """A name, shortened to the available space."""
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def _levels() -> Iterator[str]:
    for rate in (0.0, 0.5, 1.0):
        yield svg.text(PANELS[0][0] - 8, down(rate) + 5, format_percent(rate, digits=0), 'text-anchor="end"')
        for left, right in PANELS:
            yield svg.line(left, down(rate), right, down(rate), f'stroke="{svg.FAINT if rate else svg.QUIET}"')


def _columns(panel: tuple[int, int], mix: Mapping[str, tuple[float, float]]) -> Iterator[str]:
    x, wide = float(panel[0]), panel[1] - panel[0]
    for (name, (share, rate)), hue in zip(mix.items(), HUES, strict=False):
        yield svg.rect(x, down(rate), wide * share, BOTTOM - down(rate), f'fill="{hue}" stroke="#fff"')
        if share and len(mix) == FEW_COLUMNS:
            yield svg.text(x + wide * share / 2, BOTTOM + 17, short(name))
            yield svg.text(x + wide * share / 2, BOTTOM + 33, format_percent(rate), BOLD)
        x += wide * share


def _legend(mix: Mapping[str, object]) -> Iterator[str]:
    for i, (name, hue) in enumerate(zip(mix, HUES, strict=False)):
        if len(mix) > FEW_COLUMNS:
            x = PANELS[0][0] + i * (WIDTH - 80) / len(mix)
            yield svg.rect(x, BOTTOM + 16, 12, 12, f'fill="{hue}"')
            yield svg.text(x + 18, BOTTOM + 27, short(name), 'text-anchor="start" font-size="12"')


def _effects(effects: Mapping[str, float], words: Mapping[str, Any]) -> Iterator[str]:
    largest = max(map(abs, effects.values())) or 1.0
    middle, room = WIDTH * 0.58, WIDTH * 0.17
    for i, (name, effect) in enumerate(effects.items()):
        y = EFFECTS + ROW * i
        length = room * abs(effect) / largest
        hue = svg.KEPT if effect > 0 else svg.LOST
        yield svg.text(60, y + 5, words[name], 'text-anchor="start"')
        yield svg.rect(middle - (length if effect < 0 else 0), y - 7, length, 14, f'fill="{hue}"')
        yield svg.text(WIDTH - 20, y + 5, format_points(effect), f'text-anchor="end" {BOLD}')
    yield svg.line(middle, EFFECTS - 12, middle, EFFECTS + ROW * len(effects) - 12, f'stroke="{svg.QUIET}"')
