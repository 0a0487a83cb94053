"""The bridge of an explorer as static SVG, for places without JavaScript: untrusted notebooks, code hosting, e-mail.

The layout repeats that of ``index.js`` in Python; a browser test compares the two bar by bar. Drawing it with
``crrkit.figures`` would load matplotlib (a second) for every explorer shown, and the picture would differ from the live
explorer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crrkit.ground import format_cell, format_number
from crrkit.widgets import svg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crrkit.counts import Counts

WIDTH, HEIGHT = 640, 264
BASE, ROOM = 232, 200  # the base line of the bars, and their maximal height
ROOM_FOR_WORDS = 40
CENTRES = (80, 240, 400, 560)  # start, lost, new, end
HALF = 64  # of a bar's width
KEPT_LINE = f'stroke="{svg.KEPT}" stroke-width="1.5"'  # of the customers kept
BRIDGE_COLUMNS = ("start", "lost", "new", "end")
KEPT_LOOK, CAME_LOOK = f'fill="{svg.KEPT}"', f'fill="{svg.NEW}" stroke="{svg.KEPT}"'
LOOK = {
    "kept-before": KEPT_LOOK,
    "gone": f'fill="{svg.QUIET}"',
    "lost": f'fill="url(#crrkit-hatch)" stroke="{svg.LOST}"',
    "new": CAME_LOOK,
    "kept-after": KEPT_LOOK,
    "came": CAME_LOOK,
}
HATCH = (
    '<pattern id="crrkit-hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="4.5" height="7" fill="{svg.LOST}"/></pattern>'
)


@dataclass(frozen=True)
class Bar:
    """A bar of the bridge in pixels: column, distance from the top, height."""

    column: int
    y: float
    height: float


def bars(counts: Counts) -> dict[str, Bar]:
    """The six bars: the customers kept are in the first and the last column, so that CRR can be read as a height."""
    top = svg.round_up(max(counts.start, counts.end, 1))

    def bar(column: int, *, low: float, high: float) -> Bar:
        return Bar(column, y=BASE - ROOM * high / top, height=ROOM * (high - low) / top)

    return {
        "kept-before": bar(0, low=0, high=counts.kept),
        "gone": bar(0, low=counts.kept, high=counts.start),
        "lost": bar(1, low=counts.kept, high=counts.start),
        "new": bar(2, low=counts.kept, high=counts.end),
        "kept-after": bar(3, low=0, high=counts.kept),
        "came": bar(3, low=counts.kept, high=counts.end),
    }


def bridge_svg(counts: Counts, words: Mapping[str, Any]) -> str:
    """The bridge as an SVG document on white, in the current language."""
    shape = bars(counts)
    parts = [HATCH, *_rects(shape), *_lines(shape), *_counts(counts, shape), *_kept(counts, shape, words)]
    for name, centre in zip(BRIDGE_COLUMNS, CENTRES, strict=True):
        parts.append(svg.text(centre, BASE + 21, words["columns"][name]))
    return svg.document(*parts, width=WIDTH, height=HEIGHT)


def describe(counts: Counts, sentence: str) -> str:
    """A sentence with the account's numbers, in the current language."""
    names = ("start", "lost", "kept", "new", "end")
    return sentence.format(**{name: format_number(getattr(counts, name)) for name in names})


def formula_line(counts: Counts, words: Mapping[str, Any]) -> str:
    """The formula with the numbers inserted: ``CRR = (90 − 30) / 70 = 85.7%``."""
    end, new, start = (format_number(n) for n in (counts.end, counts.new, counts.start))
    return f"{words['short']} = ({end} \N{MINUS SIGN} {new}) / {start} = {format_cell(counts.crr, 'rate')}"


def _rects(shape: Mapping[str, Bar]) -> Iterator[str]:
    for name, bar in shape.items():
        if bar.height:
            yield svg.rect(CENTRES[bar.column] - HALF, bar.y, 2 * HALF, bar.height, LOOK[name])


def _lines(shape: Mapping[str, Bar]) -> Iterator[str]:
    dashed = f'stroke="{svg.INK}" stroke-dasharray="3 3"'
    yield svg.line(0, BASE, WIDTH, BASE, f'stroke="{svg.QUIET}"')
    yield svg.line(CENTRES[2] + HALF, shape["came"].y, CENTRES[3] - HALF, shape["came"].y, dashed)
    if shape["gone"].y < BASE:  # with nobody at the start there is no level line
        yield svg.line(CENTRES[0] + HALF, shape["gone"].y, CENTRES[1] - HALF, shape["gone"].y, dashed)
        yield svg.line(CENTRES[0] + HALF, shape["kept-before"].y, CENTRES[3] - HALF, shape["kept-before"].y, KEPT_LINE)


def _counts(counts: Counts, shape: Mapping[str, Bar]) -> Iterator[str]:
    at_start, at_end = shape["gone"].y - 8, shape["came"].y - 8
    lost = "\N{MINUS SIGN}" * (counts.lost > 0) + format_number(counts.lost)
    new = "+" * (counts.new > 0) + format_number(counts.new)
    for centre, y, label in zip(
        CENTRES,
        (at_start, at_start, at_end, at_end),
        (format_number(counts.start), lost, new, format_number(counts.end)),
        strict=True,
    ):
        yield svg.text(centre, y, label, 'font-weight="bold"')


def _kept(counts: Counts, shape: Mapping[str, Bar], words: Mapping[str, Any]) -> Iterator[str]:
    tall = shape["kept-before"].height
    if tall < ROOM_FOR_WORDS:
        return
    middle = BASE - tall / 2
    for centre in (CENTRES[0], CENTRES[3]):
        yield svg.text(centre, middle - 3, format_number(counts.kept), 'fill="#fff"')
        yield svg.text(centre, middle + 13, words["kept"], 'fill="#fff"')
    x = WIDTH // 2
    yield svg.line(x, BASE - tall, x, middle - 12, KEPT_LINE)
    yield svg.line(x, middle + 12, x, BASE, KEPT_LINE)
    yield svg.text(x, middle + 5, f"{words['short']} {format_cell(counts.crr, 'rate')}", 'font-weight="bold"')
