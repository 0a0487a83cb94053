"""The bridge (waterfall chart): from the customers at the start to those at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crrkit.counts import Counts
from crrkit.figures.canvas import Canvas, canvas, write_above
from crrkit.figures.export import describe
from crrkit.figures.labels import COUNT_FORMS, Form, count
from crrkit.figures.series import account_row, named
from crrkit.figures.theme import ink_on, legible
from crrkit.ground import InputError, format_cell, gettext as _

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

    from crrkit.measure import RetentionTable
    from crrkit.measure.cadence import Rhythm

BAR = 0.62  # as a share of the width of one step
LIFT = 4  # points between a bar and its count


def bridge(
    result: RetentionTable | Counts,
    *,
    period: str | None = None,
    ax: Axes | None = None,
    theme: str = "light",
    narrow: bool = False,
) -> Axes:
    """Draw one period of an account as a bridge: start, lost, new, returned (if any), end.

    The customers kept form the lower part of both end bars, joined by a horizontal line, so that the retention rate is
    the height of that line relative to the first bar. Lost customers are hatched, new ones outlined, returned ones
    striped.

    Args:
        result: The result of ``retention_by_period`` or ``solve_counts``.
        period: The label of the period to draw, such as ``"2024-02"``; None draws the latest complete one.
        ax: Axes to draw on; None creates new ones, which a notebook displays by itself. The figure around given axes
            stays as it is.
        theme: ``"light"``, ``"dark"`` or ``"print"`` (greys and patterns, for a printer without colour).
        narrow: Draw for a screen 360 pixels wide.

    Returns:
        The axes. ``figures.alt_text(ax)`` describes them in words. Counts that do not fit are abbreviated (``1.2M``) in
        the chart and given in full in the description. A period that starts with nobody has no horizontal line and an
        en dash for its rate.

    Raises:
        InputError: If the period is not in the table or its counts are suppressed, the account is given by segments
            (choose one, ``kept.segment(...)``, or ``kept.whole``), or the theme is not one of the three.
        InputTypeError: If the result is of another kind.

    Examples:
        >>> from crrkit import figures, solve_counts
        >>> counts = solve_counts(start=1000, lost=300, new=500)
        >>> [label.get_text() for label in figures.bridge(counts).get_xticklabels()]
        ['Start', 'Lost', 'New', 'End']
        >>> figures.bridge(counts, theme="neon")
        Traceback (most recent call last):
        crrkit.InputError: theme='neon' is not known. Choose one of light, dark, print.
    """
    account = _account_of(result, period)
    with canvas(ax, theme=theme, narrow=narrow) as board:
        _draw_steps(board, account)
        _draw_level(board, account)
        _write(board, account)
    words = _in_words(account)
    describe(board.ax, words if isinstance(result, Counts) else named(result, words))
    return board.ax


@dataclass(frozen=True)
class _Account:
    start: float
    kept: float
    lost: float
    new: float
    returned: float
    end: float
    crr: float
    period: str
    running: bool
    rhythm: Rhythm | None = None
    is_together: bool = False  # new and returned are drawn as one number

    @property
    def doubt(self) -> str:
        """A short warning to read before the rate."""
        return self.rhythm.mark if self.rhythm else ""

    def steps(self) -> list[tuple[str, float, str]]:
        """The name, the top and the field of each step drawn."""
        grown = self.kept + self.new
        back = [(_("Returned"), grown + self.returned, "returned")] if self.returned else []
        end = _("So far") if self.running else _("End")
        return [
            (_("Start"), self.start, "start"),
            (_("Lost"), self.start, "lost"),
            (_("New or\nreturned") if self.is_together else _("New"), grown, "new"),
            *back,
            (end, self.end, "end"),
        ]


_COUNTS = ["start", "kept", "lost", "new", "returned", "end"]


def _account_of(result: RetentionTable | Counts, period: str | None) -> _Account:
    counts: dict[str, Any]
    if not isinstance(result, Counts):
        row = account_row(result, period=period)
        together = bool(row[["new", "returned"]].isna().all())
        if together:
            row = row.copy()
            row["new"], row["returned"] = row["end"] - row["kept"], 0
        if row[_COUNTS].isna().any():
            message = _("The counts of {period} are suppressed, and a bridge needs all of them. Choose another period.")
            raise InputError(message.format(period=row["period"]), argument="period", given=period)
        counts = {name: float(row[name]) for name in [*_COUNTS, "crr"]}
        is_running = row["status"] == "running"
        named = {"period": str(row["period"]), "running": is_running, "rhythm": result.rhythm, "is_together": together}
        return _Account(**counts, **named)
    if period is None:
        counts = {name: float(getattr(result, name)) for name in [*_COUNTS, "crr"]}
        return _Account(**counts, period="", running=False)
    message = _("period={period!r} cannot be chosen: counts are one period already. Leave period out.")
    raise InputError(message.format(period=period), argument="period", given=period)


def _draw_steps(board: Canvas, account: _Account) -> None:
    ax, a, last = board.ax, account, len(account.steps()) - 1
    grown = a.kept + a.new
    for x in (0, last):
        _block(board, x, 0, a.kept, "kept")
    _block(board, 0, a.kept, a.lost, "gone")
    _block(board, 1, a.kept, a.lost, "lost")
    for x in (2, last):
        _block(board, x, a.kept, a.new, "new")
    for x in (3, last):
        _block(board, x, grown, a.returned, "returned")
    tops = [top for _name, top, _field in a.steps()]
    joints = [(0, tops[0]), *((x, tops[x]) for x in range(2, last))]
    for x, level in joints:
        if level == a.kept:
            continue  # the horizontal line is already there
        ax.plot([x + BAR / 2, x + 1 - BAR / 2], [level, level], color=board.theme.muted, lw=0.9, ls=(0, (3, 2)))
    ax.set(xlim=(-0.5, last + 0.5), ylim=(0, (1.15 if a.doubt else 1.02) * max(a.start, a.end) or 1))
    ax.set_xticks(range(last + 1), [name for name, _top, _field in a.steps()])


def _block(board: Canvas, x: int, bottom: float, height: float, kind: str) -> None:
    """One segment of a bar; an empty one is not drawn, the smallest other one still shows its edge."""
    if not height:
        return
    fill = getattr(board.theme, kind)
    edge = getattr(board.theme, f"{kind}_edge", fill)
    board.ax.bar(x, height, BAR, bottom, facecolor=fill, edgecolor=edge, linewidth=1, zorder=2)
    pattern = {"lost": ("////", board.theme.lost_hatch), "returned": ("||", edge)}.get(kind)
    if pattern:
        hatch, ink = pattern
        board.ax.bar(x, height, BAR, bottom, facecolor="none", edgecolor=ink, hatch=hatch, linewidth=0, zorder=2)


def _draw_level(board: Canvas, account: _Account) -> None:
    if account.start:
        ends, color = [BAR / 2, len(account.steps()) - 0.5], legible(board.theme.kept, board.theme)
        board.ax.plot(ends, [account.kept] * 2, color=color, lw=1.3, zorder=1)


def _write(board: Canvas, account: _Account) -> None:
    """Write the numbers, last, because what fits depends on everything else."""
    if account.doubt:
        write_above(board, [account.doubt])
    labels = [_above(board, x, top) for x, (_name, top, _field) in enumerate(account.steps())]
    rate = _beside(board, account, at=len(labels) - 0.5)
    form = _arrange(board, labels, account)
    if account.start and not _kept_inside(board, account, form=form):
        rate.set_text("\n".join([rate.get_text(), form(account.kept), _("kept")]))
        _arrange(board, labels, account)


def _arrange(board: Canvas, labels: list[Text], account: _Account) -> Form:
    """Lay out all texts, and write each count in the longest form that fits its step."""
    board.settle()
    board.shrink_ticks()
    form = _fit(board, labels, account)
    board.settle()
    return form


def _above(board: Canvas, x: float, top: float) -> Text:
    place: dict[str, Any] = {"xytext": (0, LIFT), "textcoords": "offset points", "ha": "center", "va": "bottom"}
    look: dict[str, Any] = {"color": board.theme.ink, "weight": "bold", "fontsize": 10}
    return board.ax.annotate("0", (x, top), annotation_clip=False, **place, **look)


def _beside(board: Canvas, account: _Account, *, at: float) -> Text:
    low = account.kept <= 0.1 * max(account.start, account.end)
    place: dict[str, Any] = {"xytext": (LIFT, 0), "textcoords": "offset points", "va": "bottom" if low else "center"}
    color = legible(board.theme.kept, board.theme) if account.start else board.theme.muted
    text = _("CRR") + "\n" + format_cell(account.crr, "rate")
    return board.ax.annotate(text, (at, account.kept), color=color, weight="bold", annotation_clip=False, **place)


def _fit(board: Canvas, labels: list[Text], account: _Account) -> Form:
    signs = {"lost": "\N{MINUS SIGN}", "new": "+", "returned": "+"}
    room = 0.94 * board.width() / len(labels)
    for form in COUNT_FORMS:
        for label, (_name, _top, field) in zip(labels, account.steps(), strict=True):
            value = getattr(account, field)
            label.set_text((signs.get(field, "") if value else "") + form(value))
        if max(board.size_of(label)[0] for label in labels) <= room:
            break
    return form


def _kept_inside(board: Canvas, account: _Account, *, form: Form) -> bool:
    """Write the customers kept into the lower part of both end bars, if one of the forms fits."""
    last = len(account.steps()) - 1
    room = BAR * board.width() / (last + 1)
    for way in _ways_to_say_kept(account, form):
        feet = [_inside(board, x, account.kept, way) for x in (0, last)]
        width, height = board.size_of(feet[0])
        if width < 0.92 * room and height < 0.8 * board.height_of(account.kept):
            return True
        for foot in feet:
            foot.remove()
    return False


def _ways_to_say_kept(account: _Account, form: Form) -> list[str]:
    numbers = [shorter(account.kept) for shorter in COUNT_FORMS[COUNT_FORMS.index(form) :]]
    return [numbers[0] + "\n" + _("kept"), *numbers]


def _inside(board: Canvas, x: float, kept: float, text: str) -> Text:
    color = ink_on(board.theme.kept)
    return board.ax.text(x, kept / 2, text, color=color, ha="center", va="center", linespacing=1.3, zorder=3)


def _in_words(account: _Account) -> str:
    """The alt text: every count in full, worded without nouns that must agree with it."""
    a = account
    head = _("Bridge chart for {period}.").format(period=a.period) if a.period else _("Bridge chart.")
    head = " ".join(filter(None, [head, a.rhythm.warning if a.rhythm else ""]))
    back = " " + _("returned: {n};").format(n=count(a.returned)) if a.returned else ""
    text = _("Customers at the start: {start}; lost: {lost}; new: {new};{back} at the end: {end}.")
    if a.is_together:
        text = _("Customers at the start: {start}; lost: {lost}; new or returned: {new};{back} at the end: {end}.")
    flows = text.format(start=count(a.start), lost=count(a.lost), new=count(a.new), back=back, end=count(a.end))
    running = " " + _("The period was still running when the data ended.") if a.running else ""
    return f"{head} {flows} {_rate_in_words(a)}{running}"


def _rate_in_words(account: _Account) -> str:
    if not account.start:
        return _("There was nobody to keep, so there is no rate.")
    return _("Kept: {kept} of {start}, CRR {crr}.").format(
        kept=count(account.kept), start=count(account.start), crr=format_cell(account.crr, "rate")
    )
