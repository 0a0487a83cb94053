"""Exporting a chart: its alt text, SVG for web pages, PNG for everything else."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from crrkit.ground import InputError, InputTypeError, check_number, described, gettext as _

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PNG_DPI = 144
PIXELS_PER_POINT = 4 / 3  # a point is 1/72 inch, a CSS pixel 1/96

# Settings that matplotlib uses when it writes a file, not when it draws. Text stays text, so that it can be searched,
# selected, read aloud and printed sharply without a font file; the fonts named have the widths used for the layout.
EXPORT_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "crrkit",
    "text.hinting": "none",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "hatch.linewidth": 0.8,
    "path.simplify": False,
    "savefig.bbox": None,
    "savefig.transparent": False,
}

_alt_texts: WeakKeyDictionary[Axes, str] = WeakKeyDictionary()


def describe(ax: Axes, text: str) -> None:
    """Store the alt text of a chart for as long as the chart exists."""
    _alt_texts[ax] = text


def alt_text_of(ax: Axes) -> str:
    """The alt text of axes; empty if there is none."""
    return _alt_texts.get(ax, "")


def alt_text(picture: Axes | Figure) -> str:
    """Describe a chart in words and numbers, in the language in which it was drawn.

    Args:
        picture: The axes that a function of ``crrkit.figures`` returned, or a figure that holds some.

    Returns:
        One paragraph; for a figure with several charts, their texts one after the other.

    Raises:
        InputError: If nothing there was drawn by crrkit.

    Examples:
        >>> from crrkit import figures, solve_counts
        >>> figures.alt_text(figures.bridge(solve_counts(start=70, lost=10, new=30)))
        'Bridge chart. Customers at the start: 70; lost: 10; new: 30; at the end: 90. Kept: 60 of 70, CRR 85.7%.'
        >>> import matplotlib.figure
        >>> figures.alt_text(matplotlib.figure.Figure())
        Traceback (most recent call last):
        crrkit.InputError: There is no picture of crrkit here. Draw one first, for example figures.bridge(kept).
    """
    _refuse_other(picture)
    panels = [picture] if isinstance(picture, Axes) else picture.axes
    texts = [text for panel in panels if (text := alt_text_of(panel))]
    if not texts:
        raise InputError(_("There is no picture of crrkit here. Draw one first, for example figures.bridge(kept)."))
    return " ".join(texts)


def to_svg(picture: Axes | Figure, *, background: bool = True) -> str:
    """Export a chart as one ``<svg>`` element, for an HTML page or a file.

    The same chart gives the same bytes: no date, no version, no random ids. The ids are derived from the content, so
    that many charts can be on one page. For screen readers it is one image with the alt text as its label.

    Args:
        picture: The axes that a function of ``crrkit.figures`` returned, or their figure. The whole figure is written.
        background: Whether to paint the theme's background; otherwise it is transparent.

    Returns:
        The SVG text; it shrinks with its column and is never wider than designed.

    Raises:
        InputError: If nothing there was drawn by crrkit.

    Examples:
        >>> from crrkit import figures, solve_counts
        >>> figures.to_svg(figures.bridge(solve_counts(start=70, lost=10, new=30)))[:40]
        '<svg xmlns:xlink="http://www.w3.org/1999'
    """
    label = alt_text(picture)
    figure = _figure_of(picture)
    with matplotlib.style.context(EXPORT_STYLE), io.StringIO() as file:
        empty = dict.fromkeys(["Creator", "Date", "Format", "Type"])
        figure.savefig(file, format="svg", metadata=empty, **_paper(figure, background=background))
        drawn = file.getvalue()
    width, height = (round(72 * PIXELS_PER_POINT * inches) for inches in figure.get_size_inches())
    return _labelled(_with_own_names(drawn[drawn.index("<svg") :]), label, width=width, height=height)


def to_png(picture: Axes | Figure, *, dpi: float = PNG_DPI, background: bool = True) -> bytes:
    """Export a chart as a PNG file.

    Args:
        picture: The axes that a function of ``crrkit.figures`` returned, or their figure. The whole figure is written.
        dpi: Dots per inch, at least 144: below that, small text is blurred on current screens.
        background: Whether to paint the theme's background.

    Returns:
        The bytes of the file, with the alt text as its description.

    Raises:
        InputError: If ``dpi`` is below 144 or nothing there was drawn by crrkit.

    Examples:
        >>> from crrkit import figures, solve_counts
        >>> figures.to_png(figures.bridge(solve_counts(start=70, lost=10, new=30)))[1:4]
        b'PNG'
    """
    if check_number(dpi, name="dpi") < PNG_DPI:
        message = _("dpi={dpi:g} blurs small text. Give {least} or more.").format(dpi=dpi, least=PNG_DPI)
        raise InputError(message, argument="dpi", given=dpi)
    figure = _figure_of(picture)
    facts = {"Software": None, "Description": alt_text(picture)}
    with matplotlib.style.context(EXPORT_STYLE), io.BytesIO() as file:
        figure.savefig(file, format="png", dpi=dpi, metadata=facts, **_paper(figure, background=background))
        return file.getvalue()


def to_img(picture: Axes | Figure) -> str:
    """A chart as an ``<img>`` with embedded SVG, which untrusted notebooks display, too."""
    width, height = (round(72 * PIXELS_PER_POINT * inches) for inches in _figure_of(picture).get_size_inches())
    svg = base64.b64encode(to_svg(picture).encode()).decode("ascii")
    return (
        f'<img alt="{html.escape(alt_text(picture))}" width="{width}" height="{height}" '
        f'style="max-width:100%;height:auto" src="data:image/svg+xml;base64,{svg}">'
    )


def _refuse_other(picture: object) -> None:
    if not isinstance(picture, Axes | FigureBase):
        message = _("picture is {given}; what a function of figures drew is needed, for example figures.bridge(kept).")
        raise InputTypeError(message.format(given=described(picture)), argument="picture", given=picture)


def _figure_of(picture: Axes | Figure) -> Figure:
    _refuse_other(picture)
    return picture.figure.figure if isinstance(picture, Axes) else picture  # a subfigure's figure is the whole figure


def _paper(figure: Figure, *, background: bool) -> dict[str, Any]:
    return {"facecolor": figure.get_facecolor() if background else "none", "edgecolor": "none"}


def _with_own_names(svg: str) -> str:
    """Drop unused ids and the style sheet; make the other ids unique to this chart.

    A style sheet inside an inline SVG applies to the whole page, and its ids share the page's namespace.
    """
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)
    used = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', svg))
    kept = {name for pair in used for name in pair if name}
    svg = re.sub(r' id="([^"]+)"', lambda match: match[0] if match[1] in kept else "", svg)
    own = hashlib.sha256(svg.encode()).hexdigest()[:8]
    return re.sub(r'( id="|url\(#|href="#)', rf"\g<1>c{own}-", svg)


def _labelled(svg: str, label: str, *, width: int, height: int) -> str:
    size = f'width="{width}" height="{height}" style="max-width:100%;height:auto;stroke-linejoin:round"'
    head, body = svg.split(">", 1)
    head = re.sub(r'(?<= )width="[^"]*" height="[^"]*"', size, head)
    return f'{head} role="img" aria-label="{html.escape(label)}">{body}'.strip()
