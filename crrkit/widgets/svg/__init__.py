"""Building blocks of static pictures: SVG on white, for places without JavaScript."""

from __future__ import annotations

from html import escape

__all__ = [
    "FAINT",
    "INK",
    "KEPT",
    "LONG",
    "LOST",
    "NEW",
    "QUIET",
    "document",
    "line",
    "path",
    "rect",
    "round_up",
    "text",
]

INK, QUIET, FAINT = "#1f2937", "#6b7280", "#d1d5db"
STEPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
KEPT, NEW, LOST, LONG = "#0072b2", "#56b4e9", "#d55e00", "#009e73"


def document(*parts: str, width: int, height: int, letters: int = 14, anchor: str = "middle") -> str:
    """An SVG document; ``letters`` and ``anchor`` are the default size and alignment of text."""
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    font = f'font-family="system-ui, sans-serif" font-size="{letters}" text-anchor="{anchor}" fill="{INK}"'
    paper = f'<rect width="{width}" height="{height}" fill="#fff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>{paper}{"".join(parts)}</svg>'


def text(x: float, y: float, content: str, look: str = "") -> str:
    """A text with its baseline at ``y``."""
    return f'<text x="{x:.2f}" y="{y:.2f}" {look}>{escape(content)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, look: str = f'stroke="{INK}"') -> str:
    """A straight line."""
    return f'<line x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}" {look}/>'


def rect(x: float, y: float, width: float, height: float, look: str) -> str:
    """A rectangle."""
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" {look}/>'


def path(points: list[tuple[float, float]], look: str, *, closed: bool = False) -> str:
    """A line through points, or the area inside them."""
    way = "L".join(f"{x:.2f} {y:.2f}" for x, y in points)
    return f'<path d="M{way}{"Z" if closed else ""}" {look}/>'


def round_up(value: float) -> float:
    """A round number not below ``value`` (1 or more), so that small changes do not change the scale."""
    power = 1
    while power * 10 <= value:
        power *= 10
    return next(step * power for step in STEPS if step * power >= value)
