"""The mix of customers: the shares in the middle and the long stage, by period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crrkit.figures.canvas import Canvas, canvas, write_above
from crrkit.figures.export import describe
from crrkit.figures.labels import count, percent_axis, stride
from crrkit.figures.river import stage_hue
from crrkit.figures.theme import legible
from crrkit.ground import UNDEFINED, InputError, check_given, format_cell, gettext as _
from crrkit.measure.stages import CUSTOMERS, StageFlow

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


BAR = 0.8  # as a share of the width of one period


def stage_mix(flow: StageFlow, *, ax: Axes | None = None, theme: str = "light", narrow: bool = False) -> Axes:
    """Draw the share of customers in each stage at the start of each period.

    The retention rate is the mean of the stages' rates weighted by these shares: a change of the mix changes the rate
    even if no stage's own rate changes.

    Args:
        flow: The result of ``stage_flow``.
        ax: Axes to draw on; None creates new ones, which a notebook displays by itself.
        theme: ``"light"``, ``"dark"`` or ``"print"``.
        narrow: Draw for a screen 360 pixels wide.

    Returns:
        The axes. ``figures.alt_text(ax)`` describes them in words.

    Raises:
        InputError: If nobody ever was a customer, or the theme is not one of the three.
        InputTypeError: If the result is of another kind.

    Examples:
        >>> from crrkit import figures, read_orders, sample
        >>> from crrkit.measure.stages import stage_flow
        >>> orders = read_orders(sample("orders"), customer="client_id", at="ordered_at")
        >>> figures.alt_text(figures.stage_mix(stage_flow(orders, every="quarter")))[:30]
        'Mix of the customers by stage,'
    """
    counts = check_given(flow, StageFlow, name="flow").counts[list(CUSTOMERS)]
    total = counts.sum(axis=1)
    if not total.any():
        raise InputError(_("Nobody ever was a customer at the start of a period: there is no mix."), argument="flow")
    shares = counts.div(total.where(total > 0), axis=0)
    with canvas(ax, theme=theme, narrow=narrow) as board:
        _draw(board, shares)
        _write(board, shares, total, flow.every)
    describe(board.ax, _in_words(shares, total))
    return board.ax


def _draw(board: Canvas, shares: pd.DataFrame) -> None:
    ax, theme, places = board.ax, board.theme, np.arange(len(shares))
    foot = np.zeros(len(shares))
    for stage in reversed(CUSTOMERS):  # the long stage is at the bottom
        share = shares[stage].fillna(0.0).to_numpy()
        ax.bar(
            places, share, BAR, foot, facecolor=stage_hue(theme, stage), edgecolor=theme.paper, linewidth=0.6, zorder=2
        )
        foot = foot + share
    gaps = places[shares.isna().any(axis=1)]
    ax.plot(gaps, [0.03] * len(gaps), ls="none", marker="_", ms=6, color=theme.muted, zorder=3)
    ax.set(xlim=(-0.6, len(shares) - 0.4), ylim=(0, 1))
    ax.set_yticks(np.arange(0, 1.01, 0.25))
    percent_axis(ax.yaxis)


def _write(board: Canvas, shares: pd.DataFrame, total: pd.Series, every: str) -> None:
    names = [f"{name}\nn={count(float(n))}" for name, n in total.items()]
    board.ax.set_xticks([len(names) - 1], [max(names, key=lambda name: max(map(len, name.split("\n"))))])
    board.ax.set_xlabel(_("as of the start of the period"), color=board.theme.muted, fontsize=9)
    _name_stages(board, shares)
    board.settle()
    room = board.width() / (1.25 * board.size_of(board.ax.get_xticklabels()[0])[0])
    step = stride(every, periods=len(names), room=room)
    board.ax.set_xticks(range(len(names))[::-step], names[::-step])
    empty = shares.isna().any(axis=None)
    notes = [_("share of the customers in each stage"), _("n = customers at the start")]
    write_above(board, [*notes, *([_("{dash} = nobody to keep").format(dash=UNDEFINED)] if empty else [])])


def _name_stages(board: Canvas, shares: pd.DataFrame) -> None:
    """Write the names of the stages with their last shares, right of the last bar."""
    last = shares.dropna().iloc[-1]
    levels = {"long": min(max(last["long"] / 2, 0.06), 0.8), "middle": max(min(1 - last["middle"] / 2, 0.94), 0.2)}
    place: dict[str, Any] = {"xytext": (6, 0), "textcoords": "offset points", "va": "center", "fontsize": 8}
    for stage, level in levels.items():
        text = f"{format_cell(stage, 'word')}\n{format_cell(last[stage], 'rate')}"
        color = legible(stage_hue(board.theme, stage), board.theme)
        board.ax.annotate(text, (1, level), xycoords=board.ax.get_yaxis_transform(), color=color,
                          annotation_clip=False, **place)  # fmt: skip


def _in_words(shares: pd.DataFrame, total: pd.Series) -> str:
    known = shares.dropna()
    places = sorted({0, len(known) // 2, len(known) - 1})
    rows = [(known.index[i], known["long"].iloc[i]) for i in places]
    listed = "; ".join(
        _("{period}: {share} of {n}").format(period=period, share=format_cell(share, "rate"), n=count(total[period]))
        for period, share in rows
    )
    text = _(
        "Mix of the customers by stage, as of the start of each period. In the long stage: {said}; the rest: middle."
    )
    return text.format(said=listed)
