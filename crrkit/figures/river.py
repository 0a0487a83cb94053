"""The stages as a Sankey diagram: the number in each at the start of each period, and the transitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from crrkit.figures.canvas import Canvas, canvas, write_above
from crrkit.figures.export import describe
from crrkit.figures.labels import count
from crrkit.figures.theme import Theme, ink_on
from crrkit.ground import InputError, check_given, format_cell, gettext as _
from crrkit.measure.stages import CUSTOMERS, StageFlow

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from matplotlib.axes import Axes

RIVER_STAGES = ("long", "middle", "short", "lapsed")  # from the top; contacts that went cold are not drawn
USUAL_PERIODS, RIVER_PERIODS = {False: 4, True: 2}, 8  # periods drawn by default, and at most
# Node width as a share of the distance between boundaries: for counts of up to three digits, and for longer ones.
NODE = {False: (0.2, 0.34), True: (0.36, 0.55)}
PALE = {False: 0.24, True: 0.42}  # on a light and on a dark background
GAP = {False: 0.05, True: 0.08}  # between two nodes, as a share of the tallest boundary
FOUR_DIGITS = 1000
LOWEST = 9.0  # points that a node needs to hold its count


def stage_river(
    flow: StageFlow,
    *,
    first: str | None = None,
    last: str | None = None,
    ax: Axes | None = None,
    theme: str = "light",
    narrow: bool = False,
) -> Axes:
    """Draw the number in each stage at the start of each period and the transitions, with lapsing highlighted.

    First entries and contacts that go cold have no stream, so a node may be taller than the flows into or out of it. If
    there are more lapsed people or contacts than customers at any time, their nodes are cut to that height, shown by a
    gap; their numbers are given in full.

    Args:
        flow: The result of ``stage_flow``.
        first: The name of the first period; by default the last four whole ones are drawn, two if narrow.
        last: The last period; by default the last whole one. At most eight are drawn.
        ax: Axes to draw on; None creates new ones, which a notebook displays by itself.
        theme: ``"light"``, ``"dark"`` or ``"print"``.
        narrow: Draw for a screen 360 pixels wide.

    Returns:
        The axes. ``figures.alt_text(ax)`` describes them in words.

    Raises:
        InputError: If the flow has no such period, no whole one, or more than eight are asked for.
        InputTypeError: If the result is of another kind.

    Examples:
        >>> from crrkit import figures, read_orders, sample
        >>> from crrkit.measure.stages import stage_flow
        >>> orders = read_orders(sample("orders"), customer="client_id", at="ordered_at")
        >>> flow = stage_flow(orders, every="quarter")
        >>> figures.alt_text(figures.stage_river(flow, last="2024Q2"))[:37]
        'River of the stages from 2023Q3 to 20'
        >>> figures.stage_river(flow, first="2019Q1")
        Traceback (most recent call last):
        crrkit.InputError: first='2019Q1' is no whole period of the flow; ...
    """
    river = _river_of(flow, first, last, narrow=narrow)
    with canvas(ax, theme=theme, narrow=narrow) as board:
        _draw(board, river)
        _write(board, river)
    describe(board.ax, _in_words(river))
    return board.ax


def stage_hue(theme: Theme, stage: str) -> str:
    """The colour of a stage."""
    return {"long": theme.long, "middle": theme.kept, "short": theme.new, "lapsed": theme.lost_edge}[stage]


@dataclass(frozen=True)
class _River:
    """The boundaries drawn, and the transitions between them."""

    counts: pd.DataFrame
    moves: dict[tuple[int, str, str], int]
    gap: float
    node: float

    @property
    def stages(self) -> list[str]:
        """The stages that ever have anybody."""
        return [stage for stage in RIVER_STAGES if self.counts[stage].any()]

    @property
    def cap(self) -> float:
        """The maximal height of non-customer nodes: the most customers at any boundary."""
        return float(self.counts[list(CUSTOMERS)].sum(axis=1).max()) or float("inf")

    def is_cut(self, column: int, stage: str) -> bool:
        """Whether a node is drawn smaller than its count."""
        return self.height(column, stage) < float(self.counts[stage].iloc[column])

    def height(self, column: int, stage: str) -> float:
        """The height of a node: its count, capped; transitions to and from other stages always fit."""
        number = float(self.counts[stage].iloc[column])
        if stage in CUSTOMERS:
            return number
        return min(number, max(self.cap, self.leaving(column, stage), self.coming(column, stage)))

    def leaving(self, column: int, stage: str) -> int:
        """The number moving from a node to other stages in the chart."""
        return sum(self.moves.get((column, stage, other), 0) for other in RIVER_STAGES if other != stage)

    def coming(self, column: int, stage: str) -> int:
        """The number moving to a node from other stages in the chart."""
        return sum(self.moves.get((column - 1, other, stage), 0) for other in RIVER_STAGES if other != stage)

    def nodes(self, column: int) -> dict[str, tuple[float, float]]:
        """The top and the height of each node of a boundary, downwards from 0."""
        gap, y, nodes = self.gap * self.tallest, 0.0, {}
        for stage in self.stages:
            nodes[stage] = (y, self.height(column, stage))
            y += nodes[stage][1] + gap
        return nodes

    @property
    def tallest(self) -> float:
        """The height of the tallest boundary without its gaps."""
        columns = range(len(self.counts))
        return max(sum(self.height(column, stage) for stage in self.stages) for column in columns) or 1.0

    def streams(self, column: int) -> Iterator[tuple[str, str, float, float, float, float]]:
        """The transitions from one boundary to the next: origin, destination, tops and heights at both ends."""
        here, there = self.nodes(column), self.nodes(column + 1)
        out = {stage: top for stage, (top, _height) in here.items()}
        into = {stage: top for stage, (top, _height) in there.items()}
        for a in self.stages:
            for b in self.stages:
                number = float(self.moves.get((column, a, b), 0))
                left = right = number
                if a == b and a not in CUSTOMERS:  # of those who stay, as many as a cut node has room for
                    left = min(number, here[a][1] - self.leaving(column, a))
                    right = min(number, there[a][1] - self.coming(column + 1, a))
                if number:
                    yield a, b, out[a], into[b], left, right
                out[a], into[b] = out[a] + left, into[b] + right


def _river_of(flow: StageFlow, first: str | None, last: str | None, *, narrow: bool) -> _River:
    counts = check_given(flow, StageFlow, name="flow").counts
    flow.matrix(first=first, last=last)  # refuses unknown names
    names, moves = list(counts.index), flow.transitions
    if len(names) - 1 < 1:
        raise InputError(_("A river needs one whole period, and the flow has none."), argument="flow")
    end = names.index(last) + 1 if last else len(names) - 1
    begin = names.index(first) if first else max(end - USUAL_PERIODS[narrow], 0)
    if not 0 < end - begin <= RIVER_PERIODS:
        message = _(
            "From {first} to {last} {n:is|are} {n} {n:period|periods}; a river shows 1 to {most}. Choose others by"
            " first= and last=."
        )
        words = {"first": names[begin], "last": names[end - 1], "n": max(end - begin, 0), "most": RIVER_PERIODS}
        raise InputError(message.format(**words), argument="first", given=first)
    at = {name: column for column, name in enumerate(names[begin:end])}
    chosen = moves[moves["from_period"].isin(list(at))]
    numbers = zip(chosen["from_period"], chosen["from_stage"], chosen["to_stage"], chosen["customers"], strict=True)
    shown, moved = counts.iloc[begin : end + 1], {(at[period], a, b): int(n) for period, a, b, n in numbers}
    longest = int(shown[list(RIVER_STAGES)].to_numpy().max())
    return _River(shown, moved, GAP[narrow], NODE[narrow][longest >= FOUR_DIGITS])


def _draw(board: Canvas, river: _River) -> None:
    ax, columns, half = board.ax, len(river.counts), river.node / 2
    for column in range(columns - 1):
        for stream in sorted(river.streams(column), key=lambda stream: stream[1] == "lapsed" != stream[0]):
            _draw_stream(board, river, column, stream)
    for column in range(columns):
        for stage, (top, height) in river.nodes(column).items():
            _draw_node(board, river, column, stage, top=top, height=height)
    tall = river.tallest * (1 + river.gap * (len(river.stages) - 1))
    ax.set(xlim=(-half, columns - 1 + half), ylim=(1.01 * tall, -0.01 * tall))
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks(range(columns), list(river.counts.index))
    ax.set_xlabel(_("as of the start of the period"), color=board.theme.muted, fontsize=9)
    starts = river.nodes(0)
    names = [format_cell(stage, "word") for stage in starts]
    ax.set_yticks([top + height / 2 for top, height in starts.values()], names)
    ax.tick_params(axis="y", labelcolor=board.theme.ink)


def _draw_stream(
    board: Canvas, river: _River, column: int, stream: tuple[str, str, float, float, float, float]
) -> None:
    a, b, out, into, left, right = stream
    node = river.node
    x0, x1 = column + node / 2, column + 1 - node / 2
    middle = (x0 + x1) / 2
    upper = [(x0, out), (middle, out), (middle, into), (x1, into)]
    lower = [(x1, into + right), (middle, into + right), (middle, out + left), (x0, out + left)]
    curve = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    lapses = b == "lapsed" != a
    pale = PALE[ink_on(board.theme.paper) == "#FFFFFF"]
    hue, strength = (board.theme.lost_edge, 0.62) if lapses else (stage_hue(board.theme, a), pale)
    hatch = "////" if lapses and board.theme.lost == board.theme.paper else None  # without colour
    shape = Path([*upper, *lower, (x0, out)], curve)
    look: dict[str, Any] = {"linewidth": 0, "hatch": hatch, "zorder": 2 if lapses else 1}
    edge = board.theme.paper if hatch else "none"
    board.ax.add_patch(PathPatch(shape, facecolor=hue, edgecolor=edge, alpha=strength, **look))


def _draw_node(board: Canvas, river: _River, column: int, stage: str, *, top: float, height: float) -> None:
    hue, node = stage_hue(board.theme, stage), river.node
    x = column - node / 2
    board.ax.add_patch(Rectangle((x, top), node, height, facecolor=hue, edgecolor="none", zorder=3))
    if river.is_cut(column, stage):
        gap = Rectangle((x, top + 0.8 * height), node, 0.04 * height, facecolor=board.theme.paper, zorder=4)
        board.ax.add_patch(gap)


def _write(board: Canvas, river: _River) -> None:
    """Write the counts, in the nodes if they fit, otherwise next to them."""
    board.settle()
    write_above(board, _notes(river))
    for column in range(len(river.counts)):
        for stage, (top, height) in river.nodes(column).items():
            _write_count(board, river, column, stage, at=top + height / 2, height=height)


def _write_count(board: Canvas, river: _River, column: int, stage: str, *, at: float, height: float) -> None:
    node, last = river.node, len(river.counts) - 1
    look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 8, "weight": "bold", "zorder": 5}
    ink = ink_on(stage_hue(board.theme, stage))
    text = board.ax.text(column, at, count(float(river.counts[stage].iloc[column])), color=ink, **look)
    points = abs(board.height_of(at + height) - board.height_of(at))
    room = node / (last + node) * board.width()
    if points < LOWEST or board.size_of(text)[0] > 0.96 * room:
        left = column == last
        beside = column + (-1 if left else 1) * (node / 2 + 0.02)
        text.set(x=beside, ha="right" if left else "left", color=board.theme.ink)


def _notes(river: _River) -> list[str]:
    cut = any(river.is_cut(column, stage) for column in range(len(river.counts)) for stage in river.stages)
    return [
        _("customers and contacts by stage; strong: who lapses"),
        *([_("a node with a gap is cut, its number is whole")] if cut else []),
    ]


def _in_words(river: _River) -> str:
    names = list(river.counts.index)
    text = _("River of the stages from {first} to {last}, as of the start of each period.")
    parts = [text.format(first=names[0], last=names[-1])]
    for stage in river.stages:
        numbers = ", ".join(count(float(number)) for number in river.counts[stage])
        parts.append(f"{format_cell(stage, 'word').capitalize()}: {numbers}.")
    lapse = [sum(n for (at, a, b), n in river.moves.items() if at == column and b == "lapsed" != a)
             for column in range(len(names) - 1)]  # fmt: skip
    parts.append(_("Who lapses in each period: {numbers}.").format(numbers=", ".join(count(n) for n in lapse)))
    return " ".join(parts)
