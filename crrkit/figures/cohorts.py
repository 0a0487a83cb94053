"""The cohort heat map: how much of each cohort is active, by age, and what has not been observed yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.patches import Patch, Rectangle

from crrkit.figures.canvas import NARROW, WIDE, Canvas, Picture, canvas
from crrkit.figures.export import describe
from crrkit.figures.theme import THEMES, contrast, mix
from crrkit.figures.triangle import Triangle, age_name, in_words, one_segment
from crrkit.ground import UNDEFINED, format_cell, format_number, format_percent, gettext as _

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.text import Annotation

    from crrkit.measure.cohorts import CohortGrid

LEAST_TYPE = 4.5  # points: below this, numbers are only in the alt text and the table
GAP = 0.05  # as a share of a cell, on each side


def cohort_heatmap(grid: CohortGrid, *, ax: Axes | None = None, theme: str = "light", narrow: bool = False) -> Axes:
    """Draw the triangle of a cohort grid: one row per cohort, one column per age, darker for higher rates.

    The colour scale starts at 0 and has one hue (cividis in the dark theme); the numbers are percentages. Age 0, where
    everybody is active by definition, is left out. Cells not yet observed are hatched, running ones dashed and in
    italics; the last row is the weighted average over fully observed cells.

    Args:
        grid: The result of ``cohort_grid``, for one segment.
        ax: Axes to draw on; None creates new ones, as high as the cohorts need. Given axes keep their figure.
        theme: ``"light"``, ``"dark"`` or ``"print"`` (greys and patterns, for a printer without colour).
        narrow: Draw for a screen 360 pixels wide.

    Returns:
        The axes. ``figures.alt_text(ax)`` describes them in words.

    Raises:
        InputError: If the grid has several segments or more than 60 cohorts or ages, or the theme is not known.
        InputTypeError: If the result is of another kind.

    Examples:
        >>> from crrkit import figures
        >>> figures.cohort_heatmap([0.9, 0.8])
        Traceback (most recent call last):
        crrkit.InputTypeError: grid is a list; a CohortGrid is needed. Make it with crr.cohort_grid(base, every=...
    """
    triangle = Triangle(one_segment(grid))
    triangle.refuse_too_many()
    with canvas(ax, theme=theme, narrow=narrow) as board:
        _size(board, triangle)
        _draw_axes(board, triangle)
        _legend(board, triangle)
        sizes = _write_sizes(board, triangle)
        board.settle()  # before the cells, which need no layout and are slow to measure by the hundred
        _make_room(board, triangle, sizes)
        colors = _Colors(board, triangle, theme)
        for cell in triangle.cells.itertuples():
            colors.draw(cell)
        _write(board, triangle, colors)
    describe(board.ax, in_words(triangle))
    return board.ax


def _size(board: Canvas, triangle: Triangle) -> None:
    """As high as the rows need: phones scroll vertically."""
    if isinstance(board.ax, Picture):
        row = 0.2 if len(triangle.cohorts) > 24 else 0.25  # noqa: PLR2004 - two years of months
        height = 1.15 + row * (len(triangle.cohorts) + 1)
        board.ax.figure.figure.set_size_inches((NARROW if board.narrow else WIDE)[0], height)


def _draw_axes(board: Canvas, triangle: Triangle) -> None:
    ax, rows = board.ax, len(triangle.cohorts)
    ax.set(xlim=(-0.5, len(triangle.ages) - 0.5), ylim=(rows + 0.55, -0.5))
    ax.spines[:].set_visible(False)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xticks(range(len(triangle.ages)), [*map(str, triangle.ages)])
    average = _("weighted") if board.narrow else _("all cohorts, weighted")
    ax.set_yticks([*range(rows), rows + 0.05], [*triangle.cohorts.index, average])
    ax.tick_params(labelsize=8 if board.narrow else 9, pad=3)
    ax.get_yticklabels()[-1].set(weight="bold", color=board.theme.ink)
    ax.set_xlabel(age_name(triangle.grid.every), color=board.theme.muted, fontsize=9, labelpad=6)


class _Colors:
    """The fill of each kind of cell, and a legible text colour."""

    def __init__(self, board: Canvas, triangle: Triangle, theme: str) -> None:
        self.board, self.top, self.scale = board, triangle.top, _scale(theme)

    def fill(self, rate: float) -> str:
        return to_hex(self.scale(rate / self.top))

    def draw(self, cell: Any) -> None:
        """Draw the box of one cell; an unobserved one has a pattern and no colour."""
        theme = self.board.theme
        box: dict[str, Any] = {"xy": (cell.x - 0.5 + GAP, cell.y - 0.5 + GAP), "width": 1 - 2 * GAP}
        look: dict[str, Any] = {"facecolor": "none", "linewidth": 0.6, "edgecolor": theme.rule}
        if cell.status == "unobserved":
            look |= {"hatch": "////", "edgecolor": _faint_color(self.board), "linewidth": 0}
        elif cell.rate == cell.rate:
            look |= {"facecolor": self.fill(cell.rate)}
        if cell.status == "in_progress":
            look |= {"edgecolor": theme.ink, "linewidth": 0.9, "linestyle": (0, (2, 1.5))}
        self.board.ax.add_patch(Rectangle(height=1 - 2 * GAP, **box, **look))

    def text(self, cell: Any) -> dict[str, Any]:
        """Write the text of a cell."""
        known = cell.rate == cell.rate
        signs = {"unobserved": "", "suppressed": "\N{MULTIPLICATION SIGN}"}
        words = format_number(100 * cell.rate) if known else signs.get(cell.status, UNDEFINED)
        color = _text_color(self.fill(cell.rate)) if known else self.board.theme.muted
        return {"s": words, "color": color, "style": "italic" if cell.status == "in_progress" else "normal"}


def _text_color(fill: str) -> str:
    """Black or white: one of them is legible even in the middle of the scale, where a softer black is not."""
    return max("#FFFFFF", "#000000", key=lambda ink: contrast(ink, fill))


def _scale(theme: str) -> Colormap:
    """From the background to the full colour, one hue; in the dark theme cividis, which gets lighter."""
    if theme == "dark":
        return mpl.colormaps["cividis"]
    colors = THEMES[theme]
    full = mix(colors.kept, "#000000", 0.35)
    steps = [(0, mix(colors.kept, colors.paper, 0.96)), (0.7, colors.kept), (1, full)]
    return LinearSegmentedColormap.from_list("kept", steps)


def _faint_color(board: Canvas) -> str:
    return mix(board.theme.gone_edge, board.theme.paper, 0.5)


def _legend(board: Canvas, triangle: Triangle) -> None:
    theme, seen = board.theme, set(triangle.cells["status"])
    marks: dict[str, tuple[str, dict[str, Any]]] = {
        "unobserved": (_("not yet observed"), {"hatch": "////", "edgecolor": _faint_color(board), "linewidth": 0.5}),
        "in_progress": (_("still running"), {"edgecolor": theme.ink, "linestyle": (0, (2, 1.5)), "linewidth": 0.9}),
    }
    handles = [Patch(facecolor="none", label=name, **look) for key, (name, look) in marks.items() if key in seen]
    legend = board.ax.legend(
        handles=handles, title=_legend_title(triangle), ncols=1 if board.narrow else 2, alignment="left", frameon=False,
        loc="upper left", bbox_to_anchor=(0, 0), borderaxespad=0.2, borderpad=0, handlelength=1.6, columnspacing=1.2,
        fontsize=8, title_fontsize=8, labelcolor=theme.muted,
    )  # fmt: skip
    legend.get_title().set_color(theme.muted)


def _legend_title(triangle: Triangle) -> str:
    money = triangle.grid.value == "revenue"
    text = _("% of the revenue of age 0") if money else _("% of the cohort")
    full = _("full colour = {share}").format(share=format_percent(triangle.top, digits=0))
    return f"{text}; {full}"


def _write(board: Canvas, triangle: Triangle, colors: _Colors) -> None:
    """Write the numbers as large as the cells allow; if they would be too small, leave only the colour."""
    cells: list[tuple[Any, Any, dict[str, Any]]] = [
        (cell.x, cell.y, colors.text(cell)) for cell in triangle.cells.itertuples()
    ]
    average = [format_number(100 * rate) if rate == rate else UNDEFINED for rate in triangle.average["rate"]]  # noqa: PLR0124 - NaN is not itself
    longest = max([2, *(len(look["s"]) for _x, _y, look in cells), *map(len, average)])
    type_size = _type_size(board, triangle, longest)
    place: dict[str, Any] = {"ha": "center", "va": "center", "clip_on": False}
    if type_size >= LEAST_TYPE:
        for x, y, look in cells:
            if look["s"]:
                board.ax.text(x, y, fontsize=type_size, **place, **look)
        for x, words in enumerate(average):
            ink: dict[str, Any] = {"color": board.theme.ink, "weight": "bold"}
            board.ax.text(x, len(triangle.cohorts) + 0.05, words, fontsize=type_size, **place, **ink)
    _thin_out(board)


def _type_size(board: Canvas, triangle: Triangle, longest: int) -> float:
    left, right = board.ax.get_xlim()
    across = board.width() / (right - left)
    down = board.ax.get_window_extent().height * 72 / board.ax.figure.figure.dpi / (len(triangle.cohorts) + 1)
    return min(8.5, across / (0.72 * longest + 0.35), 0.62 * down)


def _write_sizes(board: Canvas, triangle: Triangle) -> list[Annotation]:
    """Write the cohort sizes left of the cells, with a heading in line with the ages."""
    place: dict[str, Any] = {"xytext": (-4, 0), "textcoords": "offset points", "ha": "right", "annotation_clip": False}
    look: dict[str, Any] = {"fontsize": 8, "color": board.theme.muted}
    sizes = [
        board.ax.annotate(format_cell(float(size), "count"), (-0.5, y), va="center", **place, **look)
        for y, size in enumerate(triangle.cohorts)
    ]
    head = board.ax.annotate(_("size"), (-0.5, 1.0), xycoords=board.ax.get_xaxis_transform(), **place, **look)
    head.set(va="bottom")
    head.xyann = (-4, 4)
    return [*sizes, head]


def _make_room(board: Canvas, triangle: Triangle, sizes: list[Annotation]) -> None:
    """Move the cells right by the width of the sizes, which is known only in points."""
    needed = max(board.size_of(text)[0] for text in sizes) + 10
    ages = len(triangle.ages)
    cell = (board.width() - needed) / ages
    board.ax.set_xlim(-0.5 - needed / cell, ages - 0.5)


def _thin_out(board: Canvas) -> None:
    """Label fewer ages if neighbours would touch."""
    board.shrink_ticks()
    labels = board.ax.get_xticklabels()
    left, right = board.ax.get_xlim()
    widest = max(board.size_of(label)[0] for label in labels)
    step = int(-(-(widest + 3) // (board.width() / (right - left))))
    for i, label in enumerate(labels):
        label.set_visible(i % step == 0)
