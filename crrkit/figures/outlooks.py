"""The customers of a projection step by step, with their band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.ticker import MaxNLocator

from crrkit.figures.canvas import Canvas, canvas, write_above
from crrkit.figures.export import describe
from crrkit.figures.theme import legible
from crrkit.ground import check_given, format_cell, gettext as _
from crrkit.judge.whatif import Projection

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def outlook(result: Projection, *, ax: Axes | None = None, theme: str = "light", narrow: bool = False) -> Axes:
    """Draw the customers of a projection and, if known, the band around them; the axis starts at 0.

    Args:
        result: The result of ``StageModel.project``.
        ax: Axes to draw on; None creates new ones, which a notebook displays by itself.
        theme: ``"light"``, ``"dark"`` or ``"print"``.
        narrow: Draw for a screen 360 pixels wide.

    Returns:
        The axes. ``figures.alt_text(ax)`` describes them in words.

    Raises:
        InputError: If the theme is not one of the three.
        InputTypeError: If the result is of another kind.

    Examples:
        >>> import pandas as pd
        >>> from crrkit import StageModel, figures
        >>> names = ["middle", "long"]
        >>> matrix = pd.DataFrame([[.30, .25], [.025, .90]], index=names, columns=names)
        >>> model = StageModel(matrix, {"middle": 600, "long": 400})
        >>> figures.alt_text(figures.outlook(model.project(2)))
        'Line chart of the customers. Customers 1,000 → 576, steps: 2; CRR of the last step 82.3%.'
    """
    future = check_given(result, Projection, name="result")
    with canvas(ax, theme=theme, narrow=narrow) as board:
        _draw(board, future.table)
        write_above(board, [future.caption(), *_band_words(future.table)])
    describe(board.ax, _in_words(future))
    return board.ax


def _draw(board: Canvas, table: pd.DataFrame) -> None:
    ax, color = board.ax, legible(board.theme.kept, board.theme)
    if "customers_low" in table:
        low, high = table["customers_low"], table["customers_high"]
        ax.fill_between(table["step"], low, high, color=board.theme.kept, alpha=0.2, lw=0, zorder=1)
    ax.plot(table["step"], table["customers"], color=color, lw=2, marker="o", ms=4, zorder=2)
    top = float(table.filter(regex="^customers").to_numpy().max())
    ax.set(xlim=(-0.2, len(table) - 0.8), ylim=(0, 1.12 * top or 1.0))
    ax.xaxis.set_major_locator(MaxNLocator(nbins=5 if board.narrow else 10, integer=True))
    ax.set_xlabel(_("steps ahead"), color=board.theme.muted, fontsize=9)
    for place in (0, len(table) - 1):
        row = table.iloc[place]
        look: dict[str, Any] = {"xytext": (0, 7), "textcoords": "offset points", "ha": "center", "weight": "bold"}
        text = format_cell(float(row["customers"]), "count")
        ax.annotate(text, (float(row["step"]), float(row["customers"])), color=color, fontsize=9, **look)


def _band_words(table: pd.DataFrame) -> list[str]:
    if "customers_low" not in table:
        return []
    low, high = (format_cell(float(table[f"customers_{end}"].iloc[-1]), "count") for end in ("low", "high"))
    return [_("band at the end: {low} to {high}").format(low=low, high=high)]


def _in_words(result: Projection) -> str:
    said = [_("Line chart of the customers"), result.caption().rstrip("."), *_band_words(result.table)]
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in said)
