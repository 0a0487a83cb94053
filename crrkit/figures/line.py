"""The retention line: the rate of each period with its interval."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from crrkit.figures.canvas import Canvas, canvas, fill, heading
from crrkit.figures.export import describe
from crrkit.figures.labels import percent_axis, spread, stride
from crrkit.figures.series import MARK_LETTERS, Line, account_rows, in_words, limits_of, marks_of, named, segment_of
from crrkit.figures.theme import legible, mix
from crrkit.ground import UNDEFINED, check_count, check_fraction, format_cell, format_percent, gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

    from crrkit.judge import ControlChart
    from crrkit.measure import RetentionTable

ABOVE_LETTERS = 13  # points above the axes, where the letters of marks stand
BEFORE_FIRST = -0.5  # periods: the axis starts half a period before the first point


def retention_line(
    result: RetentionTable,
    *,
    ax: Axes | None = None,
    theme: str = "light",
    narrow: bool = False,
    target: float | None = None,
    limits: ControlChart | None = None,
    marks: Mapping[str, str] | Mapping[date, str] | None = None,
    latest: int | None = None,
) -> Axes:
    """Draw the retention rate of each period with its interval.

    A running period is hollow and dashed, because it is not over yet. A period that started with nobody is a gap with a
    dash at the bottom, one whose rate is suppressed a gap with a cross; neither is drawn as zero. The vertical axis
    starts at 0 unless that would leave more than half of it empty; if it starts higher, the chart and its alt text say
    so.

    Args:
        result: The result of ``retention_by_period``.
        ax: Axes to draw on; None creates new ones, which a notebook displays by itself. The figure around given axes
            stays as it is.
        theme: ``"light"``, ``"dark"`` or ``"print"`` (greys and patterns, for a printer without colour).
        narrow: Draw for a screen 360 pixels wide.
        target: The target rate, a fraction between 0 and 1.
        limits: The result of ``crr.control_chart`` for this account: its centre and control limits are drawn, and a
            ring around each period that is a signal.
        marks: Days of events with their names, such as ``{"2024-06-01": "new prices"}``; each is marked on the line by
            a letter, explained above the chart.
        latest: The number of latest periods to draw, with the marks in them; None draws all.

    Returns:
        The axes. ``figures.alt_text(ax)`` describes them in words.

    Raises:
        InputError: If the target is not a fraction, a mark is outside the periods, the account is given by segments
            (choose one, ``kept.segment(...)``, or ``kept.whole``), or the theme is not one of the three.
        InputTypeError: If the result is of another kind.

    Examples:
        >>> from crrkit import figures
        >>> figures.retention_line([0.9, 0.8])
        Traceback (most recent call last):
        crrkit.InputTypeError: result is a list; a RetentionTable is needed. Make it with crr.retention_by_period(...
    """
    rows = account_rows(result, picture="retention_line").reset_index(drop=True)
    early = 0 if latest is None else max(len(rows) - max(int(check_count(latest, name="latest")), 1), 0)
    drawn = [replace(mark, at=mark.at - early) for mark in marks_of(marks, rows)]
    rows = rows[early:].reset_index(drop=True)
    line = Line(
        rows, every=result.every, target=_checked(target), segment=segment_of(result), rhythm=result.rhythm,
        limits=limits_of(limits, rows), centre=None if limits is None else limits.centre,
        marks=tuple(mark for mark in drawn if mark.at >= BEFORE_FIRST),
    )  # fmt: skip
    with canvas(ax, theme=theme, narrow=narrow) as board:
        _draw_scale(board, line)
        _draw_limits(board, line)
        _draw_marks(board, line)
        _draw_intervals(board, line)
        _draw_rates(board, line)
        _write(board, line)
    describe(board.ax, named(result, in_words(line)))
    return board.ax


def _checked(target: float | None) -> float | None:
    return None if target is None else check_fraction(target, name="target")


def _draw_scale(board: Canvas, line: Line) -> None:
    ax, (floor, top, step) = board.ax, line.scale()
    ax.set(xlim=(BEFORE_FIRST, len(line.rows) - 0.5), ylim=(floor, top))
    ax.set_yticks(np.arange(floor, top + step / 2, step))
    percent_axis(ax.yaxis)
    ax.grid(visible=True, axis="y", color=board.theme.rule, linewidth=0.8)
    ax.spines["bottom"].set_visible(not floor)  # a solid bottom line means zero
    if line.target is not None:
        ax.axhline(line.target, color=board.theme.muted, lw=1.1, ls=(0, (5, 3)), zorder=1.5)


def _draw_limits(board: Canvas, line: Line) -> None:
    """Draw the limits as two dashed step lines around the centre; a ring around points outside or ending a long run."""
    if line.limits is None or line.centre is None:
        return
    ax, color = board.ax, board.theme.muted
    for name in ("low", "high"):
        ax.plot(
            line.limits.index, line.limits[name], color=color, lw=1, ls=(0, (4, 3)), drawstyle="steps-mid", zorder=1.6
        )
    ax.plot(line.limits.index[[0, -1]], [line.centre] * 2, color=color, lw=0.8, zorder=1.6)
    signals = line.limits[line.limits["signal"] != ""]
    if signals.empty:  # the layout would make room for a line of no points, which lies in the corner of the figure
        return
    size = min(6.0, 2.0 + 0.3 * _room(board, line)) + 5
    ring: dict[str, Any] = {"marker": "o", "ms": size, "mfc": "none", "mew": 1.5, "clip_on": False, "zorder": 3.5}
    ax.plot(signals.index, signals["crr"], ls="none", mec=legible(board.theme.lost, board.theme), **ring)


def _draw_marks(board: Canvas, line: Line) -> None:
    """Draw a dotted line at each day, its letter above it."""
    for letter, mark in zip(MARK_LETTERS, line.marks, strict=False):
        board.ax.axvline(mark.at, color=board.theme.ink, lw=1, ls=(0, (1, 2)), zorder=1.7)
        place: dict[str, Any] = {"xytext": (0, 1), "textcoords": "offset points", "ha": "center", "va": "bottom"}
        transform = board.ax.get_xaxis_transform()
        board.ax.annotate(
            letter, (mark.at, 1), xycoords=transform, color=board.theme.ink, weight="bold", size=8, **place
        )


def _draw_intervals(board: Canvas, line: Line) -> None:
    """Draw intervals broad and pale, so that the points stand out; thin and dashed for a running period."""
    for rows, fade, style in (
        (line.complete, 0.65, {"lw": min(6.0, 0.5 * _room(board, line))}),
        (line.running, 0.4, {"lw": 1.2, "ls": (0, (2, 2))}),
    ):
        color = mix(_color(board), board.theme.paper, fade)
        board.ax.vlines(rows.index, rows["crr_low"], rows["crr_high"], color=color, zorder=2, **style)


def _draw_rates(board: Canvas, line: Line) -> None:
    ax, color = board.ax, _color(board)
    size = min(6.0, 2.0 + 0.3 * _room(board, line))
    dots: dict[str, Any] = {"marker": "o", "markersize": size, "color": color, "clip_on": False, "zorder": 3}
    ax.plot(line.rows.index, line.rows["crr"].where(line.rows["status"] != "running"), lw=1.6, **dots)
    for i in line.running.index:
        steps = line.rows["crr"].loc[max(i - 1, 0) : i]
        ax.plot(steps.index, steps, lw=1.3, ls=(0, (2, 2)), mfc=board.theme.paper, markevery=[-1], **dots)
    at_foot: dict[str, Any] = {"color": board.theme.muted, "ms": size, "transform": ax.get_xaxis_transform()}
    for gaps, sign in ((line.empty, "_"), (line.withheld, "x")):
        ax.plot(gaps.index, [0.03] * len(gaps), ls="none", marker=sign, **at_foot)


def _color(board: Canvas) -> str:
    return legible(board.theme.kept, board.theme)


def _room(board: Canvas, line: Line) -> float:
    """The width of one period on the x axis in points."""
    return board.width() / len(line.rows)


def _write(board: Canvas, line: Line) -> None:
    """Write the texts, last, because the number of labels that fit depends on everything else."""
    labels, above, names = _labels_beside(board, line), heading(board), line.names()
    board.ax.set_xticks([len(names) - 1], [max(names, key=lambda name: max(map(len, name.split("\n"))))])
    board.settle()
    if line.marks:
        above.xyann = (0, ABOVE_LETTERS)
    fill(board, above, _notes(line))
    room = board.width() / (1.25 * board.size_of(board.ax.get_xticklabels()[0])[0])
    step = stride(line.every, periods=len(names), room=room)
    board.ax.set_xticks(range(len(names))[::-step], names[::-step])
    board.settle()
    _move_apart(board, labels)


def _notes(line: Line) -> list[str]:
    floor = line.scale()[0]
    return [
        *([line.rhythm.mark] if line.rhythm and line.rhythm.mark else []),
        *([line.segment] if line.segment else []),
        _("CRR with its 95% interval"),
        _("n = customers at the start"),
        *([_("dashed = the usual range"), _("ring = signal")] if line.limits is not None else []),
        *(f"{letter} = {mark.name}" for letter, mark in zip(MARK_LETTERS, line.marks, strict=False)),
        *([_("the axis starts at {floor}").format(floor=format_percent(floor, digits=0))] if floor else []),
        *([_("{dash} = nobody to keep").format(dash=UNDEFINED)] if len(line.empty) else []),
        *([_("{cross} = suppressed").format(cross="\N{MULTIPLICATION SIGN}")] if len(line.withheld) else []),
    ]


def _labels_beside(board: Canvas, line: Line) -> list[Annotation]:
    """Write the most important values right of the axes, at their height."""
    blue = _color(board)
    facts = [(row["crr"], row["period"], blue, "bold") for _i, row in line.complete.tail(1).iterrows()]
    facts += [(row["crr"], _("running"), blue, "normal") for _i, row in line.running.iterrows()]
    if line.target is not None:
        facts.append((line.target, _("target"), board.theme.muted, "normal"))
    return [_beside(board, y, note, color=color, weight=weight) for y, note, color, weight in facts]


def _beside(board: Canvas, y: float, note: str, *, color: str, weight: str) -> Annotation:
    place: dict[str, Any] = {"xytext": (8, 0), "textcoords": "offset points", "ha": "left", "va": "center"}
    text = f"{format_cell(y, 'rate')}\n{note}"
    transform = board.ax.get_yaxis_transform()
    return board.ax.annotate(
        text, (1, y), xycoords=transform, color=color, weight=weight, annotation_clip=False, **place
    )


def _move_apart(board: Canvas, labels: list[Annotation]) -> None:
    if not labels:
        return
    tall = max(board.size_of(label)[1] for label in labels)
    heights = [board.height_of(label.xy[1]) for label in labels]
    top = board.height_of(board.ax.get_ylim()[1])
    moved = spread(heights, gap=1.05 * tall, floor=tall / 2, ceiling=top - tall / 2)
    for label, old, new in zip(labels, heights, moved, strict=True):
        label.xyann = (8, new - old)
