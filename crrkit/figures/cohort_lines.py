"""Cohorts as curves over age: every cohort with the weighted average, and revenue retention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from crrkit.figures.canvas import Canvas, canvas
from crrkit.figures.export import describe
from crrkit.figures.labels import percent_axis, spread
from crrkit.figures.theme import legible, mix
from crrkit.figures.triangle import age_name, first_column, one_segment
from crrkit.ground import InputError, check_choice, format_cell, gettext as _, ngettext

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from crrkit.measure.cohorts import CohortGrid

DASHED = (0, (2, 2))


def cohort_curves(
    grid: CohortGrid,
    *,
    cohort: str | None = None,
    ax: Axes | None = None,
    theme: str = "light",
    narrow: bool = False,
) -> Axes:
    """Draw the curve of every cohort over age, thin, and the weighted average of fully observed cells, bold.

    A running cell is appended to its curve, dashed and hollow. The vertical axis starts at 0.

    Args:
        grid: The result of ``cohort_grid``, bounded or unbounded, for one segment.
        cohort: The name of a cohort to highlight.
        ax: Axes to draw on; None creates new ones, which a notebook displays by itself.
        theme: ``"light"``, ``"dark"`` or ``"print"``.
        narrow: Draw for a screen 360 pixels wide.

    Returns:
        The axes. ``figures.alt_text(ax)`` describes them in words.

    Raises:
        InputError: If the grid has bracket ages or several segments, or a name is not known.
        InputTypeError: If the result is of another kind.

    Examples:
        >>> from crrkit import cohort_grid, figures, read_orders, sample
        >>> orders = read_orders(sample("orders"), customer="client_id", at="ordered_at", amount="total")
        >>> ax = figures.cohort_curves(cohort_grid(orders, every="quarter"))
        >>> figures.alt_text(ax)[:38]
        'Curves of 8 cohorts by age in quarters'
        >>> figures.cohort_curves(cohort_grid(orders, kind="bracket"))
        Traceback (most recent call last):
        crrkit.InputError: Brackets are no curve. Draw cohort_heatmap, or ask for kind='bounded' or
            'unbounded'.
    """
    rate, status = _curves_of(grid)
    if cohort is not None:
        check_choice(cohort, name="cohort", choices=list(rate.index))
    with canvas(ax, theme=theme, narrow=narrow) as board:
        _axes(board, grid, rate)
        for name in rate.index:
            _draw_cohort(board, rate.T[name], status.T[name], chosen=name == cohort)
        average = grid.average().set_index("age")["rate"].iloc[first_column(grid) :]
        board.ax.plot(average.index, average, color=board.theme.ink, lw=2.2, zorder=4)
        labels = [_Label(average, _("all, weighted"), board.theme.ink)]
        if cohort is not None:
            labels.append(_Label(_observed(rate, status, cohort), cohort, legible(board.theme.lost, board.theme)))
        _write(board, labels)
    describe(board.ax, _curves_in_words(grid, rate, status, average, cohort))
    return board.ax


def revenue_cohorts(grid: CohortGrid, *, ax: Axes | None = None, theme: str = "light", narrow: bool = False) -> Axes:
    """Draw revenue retention of the cohorts by age, net and gross, with customer retention for comparison.

    All three are relative to age 0 and weighted over fully observed cohorts. Gross above customer retention means that
    small customers leave; below, that large ones leave or pay less. Net above gross shows how much others increased
    their spending.

    Args:
        grid: The result of ``cohort_grid(…, value="revenue")``, of one segment.
        ax: Axes to draw on; None creates new ones, which a notebook displays by itself.
        theme: ``"light"``, ``"dark"`` or ``"print"``.
        narrow: Draw for a screen 360 pixels wide.

    Returns:
        The axes. ``figures.alt_text(ax)`` describes them in words.

    Raises:
        InputError: If the grid has no revenue or several segments, or the theme is not known.
        InputTypeError: If the result is of another kind.

    Examples:
        >>> from crrkit import cohort_grid, figures, read_orders, sample
        >>> orders = read_orders(sample("orders"), customer="client_id", at="ordered_at", amount="total")
        >>> figures.revenue_cohorts(cohort_grid(orders))
        Traceback (most recent call last):
        crrkit.InputError: The grid counts customers. Ask for money with cohort_grid(…, value='revenue').
    """
    if one_segment(grid).value != "revenue":
        message = _("The grid counts customers. Ask for money with cohort_grid(…, value='revenue').")
        raise InputError(message, argument="grid", given=grid.value)
    curves = _money_of(grid)
    with canvas(ax, theme=theme, narrow=narrow) as board:
        _axes(board, grid, curves)
        labels = []
        for name, (words, color, style) in _money_styles(board).items():
            board.ax.plot(curves.index, curves[name], color=color, lw=2, ls=style, zorder=3)
            labels.append(_Label(curves[name], words, legible(color, board.theme)))
        _write(board, labels)
    describe(board.ax, _money_in_words(grid, curves))
    return board.ax


def _curves_of(grid: CohortGrid) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The triangles of rates and statuses, without empty cohorts."""
    if one_segment(grid).kind == "bracket":
        message = _("Brackets are no curve. Draw cohort_heatmap, or ask for kind='bounded' or 'unbounded'.")
        raise InputError(message, argument="grid", given=grid.kind)
    rate, status = grid.matrix("rate"), grid.matrix("status")
    somebody = (status != "empty").any(axis=1)
    return rate.loc[somebody].iloc[:, first_column(grid) :], status.loc[somebody].iloc[:, first_column(grid) :]


def _observed(rate: pd.DataFrame, status: pd.DataFrame, cohort: str) -> pd.Series:
    """The fully observed cells of a cohort."""
    return rate.T[cohort].where(status.T[cohort] == "observed")


def _money_of(grid: CohortGrid) -> pd.DataFrame:
    average = grid.average().set_index("age")
    heads = (average["active"] / average["size"].where(average["size"] > 0)).where(average["rate"].notna())
    gross = grid.average(of="gross").set_index("age")["rate"]
    frame: pd.DataFrame = average[["rate"]].assign(gross=gross, heads=heads)
    return frame.iloc[first_column(grid) :]


def _money_styles(board: Canvas) -> dict[str, tuple[str, str, Any]]:
    """The words, the colour and the line of each curve."""
    theme = board.theme
    return {
        "rate": (_("net revenue"), legible(theme.kept, theme), "-"),
        "gross": (_("gross revenue"), legible(theme.kept, theme), (0, (5, 2))),
        "heads": (_("customers"), theme.muted, (0, (1, 1.5))),
    }


def _axes(board: Canvas, grid: CohortGrid, drawn: pd.DataFrame) -> None:
    """Set the axes: ages from the first one drawn, shares from 0."""
    ax, first, last = board.ax, first_column(grid), int(grid.table["age"].max())
    values = drawn.to_numpy(dtype=float)
    top = float(values[np.isfinite(values)].max(initial=0.0))
    ax.set(xlim=(first - 0.3, last + 0.3), ylim=(0, 1.08 * top or 1.0))
    step = -(-(last - first + 1) // (6 if board.narrow else 12))
    ax.set_xticks(range(first, last + 1, step))
    levels = MaxNLocator(nbins=6, steps=[1, 2, 5, 10]).tick_values(0, ax.get_ylim()[1])
    ax.set_yticks([level for level in levels if 0 <= level <= ax.get_ylim()[1]])
    percent_axis(ax.yaxis)
    ax.grid(visible=True, axis="y", color=board.theme.rule, linewidth=0.8)
    ax.set_xlabel(age_name(grid.every), color=board.theme.muted, fontsize=9)


def _draw_cohort(board: Canvas, rate: pd.Series, status: pd.Series, *, chosen: bool) -> None:
    theme = board.theme
    color = legible(theme.lost, theme) if chosen else mix(legible(theme.kept, theme), theme.paper, 0.45)
    look: dict[str, Any] = {"color": color, "lw": 1.8 if chosen else 0.9, "zorder": 3 if chosen else 2}
    whole = rate.where(status == "observed")
    board.ax.plot(whole.index, whole, marker="o", markersize=2.2 if chosen else 1.6, **look)
    for age in rate.index[(status == "in_progress") & rate.notna()]:
        tail = rate.loc[max(age - 1, 0) : age]
        board.ax.plot(
            tail.index,
            tail,
            ls=DASHED,
            marker="o",
            markersize=3,
            mfc=theme.paper,
            markevery=[-1],
            **{**look, "lw": 0.8},
        )


@dataclass(frozen=True)
class _Label:
    """The label at the end of a curve."""

    curve: pd.Series
    words: str
    color: str

    @property
    def level(self) -> float:
        known = self.curve.dropna()
        return float(known.iloc[-1]) if len(known) else float("nan")


def _write(board: Canvas, labels: list[_Label]) -> None:
    """Write the last value of each curve right of the axes, moved apart if they would touch."""
    shown = [label for label in labels if label.level == label.level]
    place: dict[str, Any] = {"xytext": (6, 0), "textcoords": "offset points", "va": "center", "annotation_clip": False}
    texts = [
        board.ax.annotate(
            f"{format_cell(label.level, 'rate')}\n{label.words}", (1, label.level),
            xycoords=board.ax.get_yaxis_transform(), color=label.color, fontsize=8, **place,
        )
        for label in shown
    ]  # fmt: skip
    board.settle()
    if not texts:
        return
    tall = 1.05 * max(board.size_of(text)[1] for text in texts)
    heights = [board.height_of(label.level) for label in shown]
    ceiling = board.height_of(board.ax.get_ylim()[1])
    moved = spread(heights, gap=tall, floor=tall / 2, ceiling=max(ceiling - tall / 2, tall / 2))
    for text, old, new in zip(texts, heights, moved, strict=True):
        text.xyann = (6, new - old)


def _curves_in_words(
    grid: CohortGrid, rate: pd.DataFrame, status: pd.DataFrame, average: pd.Series, cohort: str | None
) -> str:
    n = len(rate)
    head = ngettext("Curve of {n} cohort by {age}.", "Curves of {n} cohorts by {age}.", n)
    parts = [head.format(n=n, age=age_name(grid.every)), *_points(_("Weighted average"), average)]
    if cohort is not None:
        parts += _points(_("Cohort {name}").format(name=cohort), _observed(rate, status, cohort))
    return " ".join(parts)


def _points(name: str, curve: pd.Series) -> list[str]:
    """The first, middle and last age of a curve."""
    known = curve.dropna()
    if known.empty:
        return []
    places = sorted({0, len(known) // 2, len(known) - 1})
    values = "; ".join(f"{known.index[i]}: {format_cell(float(known.iloc[i]), 'rate')}" for i in places)
    return [_("{name} by age: {values}.").format(name=name, values=values)]


def _money_in_words(grid: CohortGrid, curves: pd.DataFrame) -> str:
    head = _("Share of the revenue of age 0 that is paid at each age, by {age}.").format(age=age_name(grid.every))
    names = {"rate": _("Net revenue"), "gross": _("Gross revenue"), "heads": _("Customers")}
    return " ".join([head, *(part for key, name in names.items() for part in _points(name, curves[key]))])
