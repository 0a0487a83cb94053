"""The levers as a tornado chart: the effect of one step on each."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from crrkit.figures.canvas import Canvas, canvas, write_above
from crrkit.figures.export import describe
from crrkit.figures.theme import legible
from crrkit.ground import InputError, check_choice, check_given, format_cell, format_percent, gettext as _
from crrkit.judge.whatif import LeverTable, effect_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.text import Text

BAR_MEASURES = ("customers", "crr", "crr_endpoint", "margin", "margin_per_cost", "equilibrium_customers",
            "equilibrium_margin")  # fmt: skip
BAR = 0.56  # as a share of the height of one lever
LIFT = 5  # points between a bar and its number


def levers(
    result: LeverTable,
    *,
    measure: str = "customers",
    ax: Axes | None = None,
    theme: str = "light",
    narrow: bool = False,
) -> Axes:
    """Draw the effect of one step on each lever as a tornado chart, the largest on top.

    Negative effects are hatched and point left. If the table has bands (for customers and margin), a line through the
    end of the bar shows them: where a band includes another bar's end, the ranking is uncertain.

    Args:
        result: The result of ``StageModel.levers``.
        measure: ``"customers"``, ``"crr"`` (of the last step), ``"crr_endpoint"`` (of the customers of step 0),
            ``"margin"``, ``"margin_per_cost"``, ``"equilibrium_customers"`` or ``"equilibrium_margin"``.
        ax: Axes to draw on; None creates new ones, which a notebook displays by itself.
        theme: ``"light"``, ``"dark"`` or ``"print"``.
        narrow: Draw for a screen 360 pixels wide.

    Returns:
        The axes. ``figures.alt_text(ax)`` describes them in words.

    Raises:
        InputError: If the measure is not known for any lever, or the theme is not one of the three.
        InputTypeError: If the result is of another kind.

    Examples:
        >>> import pandas as pd
        >>> from crrkit import StageModel, figures
        >>> names = ["middle", "long"]
        >>> matrix = pd.DataFrame([[.30, .25], [.025, .90]], index=names, columns=names)
        >>> table = StageModel(matrix, {"middle": 600, "long": 400}).levers(2)
        >>> figures.alt_text(figures.levers(table)).split(". ")[1]
        'Customers: retention long +8.8; retention middle +6.3; promotion +1.2.'
        >>> figures.levers(table, measure="margin")
        Traceback (most recent call last):
        crrkit.InputError: margin is not known for any lever: ...
    """
    rows = _rows_of(result, measure)
    with canvas(ax, theme=theme, narrow=narrow) as board:
        _draw_bars(board, rows)
        _write(board, rows, result, measure)
    describe(board.ax, _in_words(rows, result, measure))
    return board.ax


def refuse_unknown(measure: str) -> InputError:
    """Refuse a measure without values, and say what the table would need."""
    message = _(
        "{measure} is not known for any lever: margins need margins= of StageModel.levers, margins per cost need costs="
        " too, and what lies in the long run needs an equilibrium."
    )
    return InputError(message.format(measure=measure), argument="measure", given=measure)


def lever_name(lever: str, *, width: int = 40) -> str:
    """A lever's name in the current language, wrapped to a number of letters."""
    return textwrap.fill(format_cell(lever, "word"), width)


def _rows_of(result: LeverTable, measure: str) -> pd.DataFrame:
    """The levers, the largest change first, unknown ones last."""
    check_choice(measure, name="measure", choices=BAR_MEASURES)
    table = check_given(result, LeverTable, name="result").table
    if measure not in table or table[measure].isna().all():
        raise refuse_unknown(measure)
    banded = f"{measure}_low" in table
    ends = {end: table[f"{measure}_{end}"] if banded else np.nan for end in ("low", "high")}
    rows = table[["lever", "level"]].assign(value=table[measure], **ends)
    return rows.sort_values("value", key=np.abs, ascending=False, kind="stable", ignore_index=True)


def _draw_bars(board: Canvas, rows: pd.DataFrame) -> None:
    ax, theme = board.ax, board.theme
    for y, value in enumerate(rows["value"].fillna(0.0)):
        gains = value >= 0
        fill, edge = (theme.kept, theme.kept) if gains else (theme.lost, theme.lost_edge)
        ax.barh(y, value, BAR, facecolor=fill, edgecolor=edge, linewidth=1, zorder=2)
        if not gains:
            ax.barh(y, value, BAR, facecolor="none", edgecolor=theme.lost_hatch, hatch="////", linewidth=0, zorder=2)
    ax.hlines(rows.index, rows["low"], rows["high"], color=theme.ink, lw=1.4, zorder=3)
    ax.axvline(0, color=theme.gone_edge, lw=0.8, zorder=2.5)
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([])
    ax.set(xlim=_reach(rows), ylim=(len(rows) - 0.4, -0.6))
    width = 14 if board.narrow else 40
    levels = [_("now {level}").format(level=format_cell(level, "rate")) for level in rows["level"]]
    names = [f"{lever_name(lever, width=width)}\n{now}" for lever, now in zip(rows["lever"], levels, strict=True)]
    ax.set_yticks(range(len(rows)), names, fontsize=8 if board.narrow else 9)
    ax.tick_params(axis="y", labelcolor=theme.ink, length=0)


def _reach(rows: pd.DataFrame) -> tuple[float, float]:
    """The range of the values drawn, including 0."""
    drawn = rows[["value", "low", "high"]].to_numpy()
    low, high = (float(end(drawn, initial=0.0, where=~np.isnan(drawn))) for end in (np.min, np.max))
    return (low, high) if low < high else (0.0, 1.0)


def _write(board: Canvas, rows: pd.DataFrame, result: LeverTable, measure: str) -> None:
    """Write the numbers, and widen the axes to fit them next to the bars."""
    labels = [_label(board, y, row, measure) for y, row in rows.iterrows()]
    board.settle()
    low, high = _reach(rows)
    room = [0.0, 0.0]
    for label, value in zip(labels, rows["value"], strict=True):
        side = int(not value < 0)
        room[side] = max(room[side], (board.size_of(label)[0] + LIFT) / board.width())
    span = (high - low) / max(1 - sum(room), 0.2)
    board.ax.set_xlim(low - room[0] * span, high + room[1] * span)
    write_above(board, _notes(rows, result, measure))


def _label(board: Canvas, y: Any, row: pd.Series, measure: str) -> Text:
    falls = row["value"] < 0
    ends = [0.0, *(float(row[name]) for name in ("value", "low", "high") if not np.isnan(row[name]))]
    at = min(ends) if falls else max(ends)
    place: dict[str, Any] = {"xytext": (-LIFT if falls else LIFT, 0), "textcoords": "offset points", "va": "center"}
    color = legible(board.theme.lost_edge if falls else board.theme.kept, board.theme)
    look: dict[str, Any] = {"color": color, "weight": "bold", "ha": "right" if falls else "left"}
    text = effect_text(row["value"], measure)
    return board.ax.annotate(text, (at, y), annotation_clip=False, **place, **look)


def _notes(rows: pd.DataFrame, result: LeverTable, measure: str) -> list[str]:
    band = _("line: {level} of the redrawn matrices").format(level=format_percent(result.coverage, digits=0))
    notes = [_("change: {measure}").format(measure=result.titles()[measure]), result.caption()]
    return [*notes, band] if rows["low"].notna().any() else notes


def _in_words(rows: pd.DataFrame, result: LeverTable, measure: str) -> str:
    values = "; ".join(_value_with_range(row, measure) for _i, row in rows.iterrows())
    title = result.titles()[measure]
    text = _("Tornado chart: {caption}. {measure}: {values}.")
    return text.format(caption=result.caption().rstrip("."), measure=title[:1].upper() + title[1:], values=values)


def _value_with_range(row: pd.Series, measure: str) -> str:
    text = f"{lever_name(row['lever'])} {effect_text(row['value'], measure)}"
    if np.isnan(row["low"]):
        return text
    low, high = (effect_text(row[end], measure) for end in ("low", "high"))
    band = _("{low} to {high}").format(low=low, high=high)
    return f"{text} ({band})"
