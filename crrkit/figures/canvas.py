"""The axes of a chart: clean, of a readable size, in crrkit's own style.

The user's matplotlib settings are neither read nor changed, and pyplot is not used: a chart belongs to its axes only. A
notebook displays it once, as the last expression of a cell or through ``display``.
"""

from __future__ import annotations

import textwrap
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import NullLocator

from crrkit.figures.export import EXPORT_STYLE, PNG_DPI, alt_text_of, to_img
from crrkit.figures.theme import THEMES, Theme
from crrkit.ground import InputTypeError, check_choice, described, gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.text import Annotation, Text

# Inches: the wide size suits the column of a page 1280 pixels wide, the narrow one a phone's 360.
WIDE = (7.5, 3.9)
NARROW = (3.4, 3.3)

_STYLE: dict[str, Any] = {
    **EXPORT_STYLE,
    "font.size": 9.0,
    "text.parse_math": False,  # a name may contain two dollar signs
    "figure.dpi": PNG_DPI,
    "figure.autolayout": False,
    "figure.constrained_layout.use": False,
    "axes.axisbelow": True,
}


class Picture(Axes):
    """Axes that a notebook displays as an image with alt text."""

    def _repr_html_(self) -> str:
        return to_img(self)

    def __repr__(self) -> str:
        return alt_text_of(self) or super().__repr__()


@dataclass(frozen=True)
class Canvas:
    """Axes to draw on, the colours, and whether the chart is for a phone."""

    ax: Axes
    theme: Theme
    narrow: bool

    def settle(self) -> None:
        """Lay out the labels once; afterwards nothing moves, and every file has the same layout.

        Axes passed by the user are not moved.
        """
        if isinstance(self.ax, Picture):
            figure = self.ax.figure.figure
            layout = ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06)
            layout.execute(figure)

    def width(self) -> float:
        """The width of the axes in points."""
        return self._points(self.ax.get_window_extent().width)

    def height_of(self, value: float) -> float:
        """The height in points of a y value above the bottom of the axes."""
        floor, level = self.ax.transData.transform([(0, self.ax.get_ylim()[0]), (0, value)])[:, 1]
        return self._points(level - floor)

    def size_of(self, text: Text) -> tuple[float, float]:
        """The width and height of a text in points."""
        box = text.get_window_extent()
        return self._points(box.width), self._points(box.height)

    def shrink_ticks(self) -> None:
        """Shrink the labels of the x axis if neighbours would touch."""
        labels = self.ax.get_xticklabels()
        for size in (9.0, 8.5, 8.0, 7.5):
            self.ax.tick_params(axis="x", labelsize=size)
            if not any(_touch(one, other) for one, other in pairwise(labels)):
                return

    def _points(self, dots: float) -> float:
        return float(dots) * 72 / self.ax.figure.figure.dpi


def _touch(one: Text, other: Text) -> bool:
    left, right = one.get_window_extent(), other.get_window_extent()
    return bool(right.x0 - left.x1 < left.height / 4)


@contextmanager
def canvas(ax: Axes | None, *, theme: str, narrow: bool) -> Iterator[Canvas]:
    """Axes to draw on, given or new, cleared, with crrkit's style while drawing."""
    colors = THEMES[check_choice(theme, name="theme", choices=THEMES)]
    _check_axes(ax)
    with matplotlib.style.context(["default", _STYLE]):
        board = Canvas(ax=_new_axes(colors, narrow=narrow) if ax is None else ax, theme=colors, narrow=narrow)
        _clean(board)
        yield board


def _check_axes(given: object) -> None:
    if not (given is None or isinstance(given, Axes)):
        message = _("ax is {given}; the axes of matplotlib are needed, such as plt.subplots()[1].")
        raise InputTypeError(message.format(given=described(given)), argument="ax", given=given)


def _new_axes(theme: Theme, *, narrow: bool) -> Axes:
    figure = Figure(figsize=NARROW if narrow else WIDE, facecolor=theme.paper)
    return figure.add_subplot(axes_class=Picture)


def _clean(board: Canvas) -> None:
    ax, theme = board.ax, board.theme
    ax.set_facecolor("none" if isinstance(ax, Picture) else theme.paper)
    ax.spines[["left", "right", "top"]].set_visible(False)
    ax.spines["bottom"].set(visible=True, color=theme.gone_edge, linewidth=0.8)
    ax.grid(visible=False)
    ax.tick_params(length=0, pad=6, labelsize=9.0, labelcolor=theme.muted, which="both")
    ax.yaxis.set_major_locator(NullLocator())


def heading(board: Canvas) -> Annotation:
    """Reserve space above the axes for notes; `fill` writes them."""
    place: dict[str, Any] = {"xytext": (0, 10), "xycoords": "axes fraction", "textcoords": "offset points"}
    return board.ax.annotate("", (0, 1), color=board.theme.muted, annotation_clip=False, **place)


def fill(board: Canvas, above: Annotation, notes: Sequence[str]) -> None:
    """Write the notes in as few lines as the width allows."""
    for per_line in (5, 3, 2, 1):
        lines = [notes[i : i + per_line] for i in range(0, len(notes), per_line)]
        above.set_text("\n".join(" · ".join(some) for some in lines))
        if board.size_of(above)[0] <= board.width():
            break


def write_above(board: Canvas, notes: Sequence[str]) -> None:
    """Write notes over the whole width of a chart whose names are left of the axes, and lay it out."""
    above, figure, own = heading(board), board.ax.figure.figure, isinstance(board.ax, Picture)
    width = 0.97 * 72 * figure.get_size_inches()[0] if own else board.width()
    text = _wrapped(board, above, notes, width)
    above.set_text("\n".join("." for _line in text.split("\n")))  # reserves the lines, but no width
    board.settle()
    above.set_text(text)
    if own:
        above.xy, above.xycoords = (0.015, 1), ("figure fraction", "axes fraction")


def _wrapped(board: Canvas, above: Annotation, notes: Sequence[str], width: float) -> str:
    for per_line in (120, 100, 80, 60, 50, 40, 30, 20):
        lines = "\n".join(textwrap.fill(note, per_line) for note in notes)
        text = textwrap.fill(" · ".join(notes), per_line) if board.narrow else lines
        above.set_text(text)
        if board.size_of(above)[0] <= width:
            break
    return text
