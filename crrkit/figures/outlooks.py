"""The steps ahead: the customers of a projection with their band, and the rank of each lever at every horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.ticker import MaxNLocator

from crrkit.figures.canvas import Canvas, canvas, write_above
from crrkit.figures.export import describe
from crrkit.figures.lever_bars import lever_name, refuse_unknown
from crrkit.figures.theme import legible
from crrkit.ground import check_given, format_cell, gettext as _
from crrkit.judge.whatif import LEVERS, LeverTable, Projection, effect_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Distinguishable without colour; a lever has the same line style in every chart.
STYLES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)), (0, (3, 1)), (0, (1, 3)),
                           (0, (9, 2, 3, 2)))  # fmt: skip


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
        _draw_customers(board, future.table)
        write_above(board, [future.caption(), *_band_words(future.table)])
    describe(board.ax, _outlook_in_words(future))
    return board.ax


def _draw_customers(board: Canvas, table: pd.DataFrame) -> None:
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


def _outlook_in_words(result: Projection) -> str:
    parts = [_("Line chart of the customers"), result.caption().rstrip("."), *_band_words(result.table)]
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts)


def flip(
    result: LeverTable,
    *,
    measure: str = "customers",
    ax: Axes | None = None,
    theme: str = "light",
    narrow: bool = False,
) -> Axes:
    """Draw the rank of each lever at each horizon, and a labelled ring where one overtakes another.

    If the ranking changes, the best lever depends on the horizon.

    Args:
        result: The result of ``StageModel.levers``; its ``horizon=`` sets the last horizon drawn.
        measure: ``"customers"``, ``"margin"`` or ``"margin_per_cost"``.
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
        >>> figures.alt_text(figures.flip(table)).split(". ")[-1]
        'From step 2 retention long is ahead of retention middle.'
    """
    table = check_given(result, LeverTable, name="result")
    ranks, flips = table.ranks(measure), table.flips(measure)
    if ranks.isna().all(axis=None):
        raise refuse_unknown(measure)
    with canvas(ax, theme=theme, narrow=narrow) as board:
        _draw_lines(board, ranks)
        _mark(board, ranks, flips)
        _write(board, ranks, result, measure)
    describe(board.ax, _in_words(ranks, flips, result, measure))
    return board.ax


def _styles(board: Canvas) -> dict[str, tuple[str, Any]]:
    """The colour and line style of each lever."""
    theme = board.theme
    hues = (theme.new_edge, theme.lost_edge, theme.muted, theme.long, theme.returned_edge, theme.ink, theme.kept)
    colors = [legible(hue, theme) for hue in hues]
    return dict(zip(LEVERS, zip(colors, STYLES, strict=True), strict=True))


def _draw_lines(board: Canvas, ranks: pd.DataFrame) -> None:
    ax = board.ax
    for lever in map(str, ranks):
        color, style = _styles(board)[lever]
        ax.plot(ranks.index, ranks[lever], color=color, ls=style, lw=2, solid_capstyle="round", zorder=2)
    last, levers = ranks.index[-1], ranks.shape[1]
    ax.set(xlim=(0.5, last + 0.5), ylim=(levers + 0.5, 0.5))
    places = MaxNLocator(nbins=5 if board.narrow else 10, integer=True, steps=[1, 2, 5, 10]).tick_values(1, last)
    ax.set_xticks(sorted({1, *(int(place) for place in places if 1 < place <= last)}))
    ax.set_yticks(range(1, levers + 1))
    ax.set_xlabel(_("steps ahead"), color=board.theme.muted, fontsize=9)


def _mark(board: Canvas, ranks: pd.DataFrame, flips: pd.DataFrame) -> None:
    """Draw a ring just before the horizon at which the other lever is ahead, labelled with that horizon."""
    theme = board.theme
    for step, one, other in flips.to_numpy().tolist():
        x, y = step - 0.5, float(ranks.loc[step - 1 : step, [one, other]].to_numpy().mean())
        board.ax.plot(x, y, "o", ms=10, mfc="none", mec=theme.ink, mew=1.2, zorder=4)
        place: dict[str, Any] = {"xytext": (8, 0), "textcoords": "offset points", "ha": "left", "va": "center"}
        board.ax.annotate(str(step), (x, y), fontsize=8, weight="bold", color=theme.ink, **place)


def _write(board: Canvas, ranks: pd.DataFrame, result: LeverTable, measure: str) -> None:
    values = result.by_horizon[result.by_horizon["step"] == ranks.index[-1]].set_index("lever")[measure]
    for lever in map(str, ranks):
        color, _style = _styles(board)[lever]
        known = ranks[lever].dropna()
        if len(known):
            name = lever_name(lever, width=17)
            place: dict[str, Any] = {"xytext": (6, 0), "textcoords": "offset points", "va": "center"}
            beside, size = board.ax.get_yaxis_transform(), 7.5 if board.narrow else 8.0
            look: dict[str, Any] = {"color": color, "fontsize": size, "annotation_clip": False}
            text = f"{name}\n{effect_text(float(values[lever]), measure)}"
            board.ax.annotate(text, (1, known.iloc[-1]), xycoords=beside, **place, **look)
    write_above(board, _notes(result, measure))


def _notes(result: LeverTable, measure: str) -> list[str]:
    notes = [
        _("rank by {measure}, 1 brings most").format(measure=result.titles()[measure]),
        _("ring: from which step one is ahead of another"),
    ]
    return [*notes, *_backtest_notes(result)]


def _backtest_notes(result: LeverTable) -> list[str]:
    """The backtest error; empty for a model without a list."""
    return [result.basis.sentence(int(result.by_horizon["step"].max()))] if result.basis else []


def _in_words(ranks: pd.DataFrame, flips: pd.DataFrame, result: LeverTable, measure: str) -> str:
    last = int(ranks.index[-1])
    text = _("Ranking of the levers by {measure} over {n} {n:step|steps}. After 1: {first}. After {n}: {last}.")
    head = text.format(measure=result.titles()[measure], n=last, first=_order(ranks, 1), last=_order(ranks, last))
    change = _("From step {step} {one} is ahead of {other}.")
    turns = [
        change.format(step=step, one=lever_name(one), other=lever_name(other))
        for step, one, other in flips.to_numpy().tolist()
    ]
    return " ".join([head, *(turns or [_("No lever overtakes another.")]), *_backtest_notes(result)])


def _order(ranks: pd.DataFrame, step: int) -> str:
    row = ranks.loc[step].to_dict()
    return ", ".join(lever_name(str(lever)) for lever in sorted(row, key=row.__getitem__) if row[lever] == row[lever])
