"""The triangle of an explorer as static SVG, for places without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crrkit.ground import UNDEFINED, format_number, format_percent
from crrkit.widgets import svg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crrkit.widgets.cohorts.state import Grid

CELL, ROW, NAMES, SIZES = 54, 24, 84, 70
STRONGEST = 0.8  # of the hue: dark ink can still be read on it
HATCH = (
    '<pattern id="crrkit-unseen" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="1" height="6" fill="#9ca3af"/></pattern>'
)


def triangle_svg(grid: Grid, *, average: str, words: Mapping[str, Any]) -> str:
    """The triangle as an SVG document on white, in the current language."""
    columns = grid["columns"][grid["first"] :]
    width, height = NAMES + SIZES + CELL * len(columns) + 8, ROW * (len(grid["cohorts"]) + 2) + 8
    body = [*_head(columns, words), *_rows(grid), *_average(grid, average, words)]
    return svg.document(HATCH, *body, width=width, height=height, letters=12, anchor="end")


def top_of(grid: Grid) -> float:
    """The rate with the strongest colour: the highest of the triangle."""
    shown = [rate for row in grid["rates"] for rate in row[grid["first"] :] if rate is not None]
    return max(shown, default=0.0) or 1.0


def cell_text(rate: float | None, state: str) -> str:
    """The text of a cell: a running one has an asterisk, one not yet observed is blank, an undefined one a dash."""
    if state in "us":
        return "" if state == "u" else "\N{MULTIPLICATION SIGN}"
    text = UNDEFINED if rate is None else short_percent(rate)
    return f"{text}*" if state == "p" else text


def short_percent(rate: float) -> str:
    """A percentage short enough for a cell: only values that would round to 0 get a decimal."""
    return format_percent(rate, digits=1 if 0 < rate < 0.01 else 0)  # noqa: PLR2004 - one percent


def _head(columns: list[str], words: Mapping[str, Any]) -> Iterator[str]:
    yield _text(NAMES - 6, 0, words["cohort"])
    yield _text(NAMES + SIZES - 8, 0, words["size"])
    for i, name in enumerate(columns):
        yield _text(_right(i), 0, name)


def _rows(grid: Grid) -> Iterator[str]:
    top = top_of(grid)
    for line, (cohort, size, rates, states) in enumerate(
        zip(grid["cohorts"], grid["sizes"], grid["rates"], grid["states"], strict=True), start=1
    ):
        yield _text(NAMES - 6, line, cohort)
        yield _text(NAMES + SIZES - 8, line, "\N{MULTIPLICATION SIGN}" if size is None else format_number(size))
        for i, (rate, state) in enumerate(zip(rates[grid["first"] :], states[grid["first"] :], strict=True)):
            yield _cell(i, line, rate, state, top)


def _cell(column: int, line: int, rate: float | None, state: str, top: float) -> str:
    fill = 'fill="url(#crrkit-unseen)"' if state == "u" else 'fill="none"'
    if rate is not None:
        fill = f'fill="{svg.KEPT}" fill-opacity="{STRONGEST * max(rate, 0) / top:.3f}"'
    dashed = f' stroke="{svg.INK}" stroke-dasharray="3 2"' if state == "p" else ""
    box = svg.rect(NAMES + SIZES + CELL * column + 1, ROW * line + 5, CELL - 2, ROW - 2, fill + dashed)
    slant = 'font-style="italic"' if state == "p" else ""
    return box + _text(_right(column), line, cell_text(rate, state), slant)


def _average(grid: Grid, average: str, words: Mapping[str, Any]) -> Iterator[str]:
    line = len(grid["cohorts"]) + 1
    yield _text(NAMES + SIZES - 8, line, words["averages"][average], 'font-weight="bold"')
    for i, rate in enumerate(grid["averages"][average][grid["first"] :]):
        if rate is not None:
            yield _text(_right(i), line, short_percent(rate), 'font-weight="bold"')


def _right(column: int) -> int:
    return NAMES + SIZES + CELL * (column + 1) - 8


def _text(x: int, line: int, content: str, look: str = "") -> str:
    return svg.text(x, ROW * line + 20, content, look)
