"""Colours: one palette in three themes, and legible text colours.

The hues are those of Okabe and Ito (2008), distinguishable with any colour vision; red is never contrasted with green.
Nothing is encoded by colour alone: lost is hatched, new is outlined, returned is striped.
"""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.colors import to_hex, to_rgb

READABLE = 4.5
"""The contrast ratio that text needs (WCAG 2.2, success criterion 1.4.3)."""


@dataclass(frozen=True)
class Theme:
    """The colours of one theme, each named by its meaning."""

    paper: str
    ink: str
    muted: str
    rule: str
    kept: str
    lost: str
    lost_edge: str
    lost_hatch: str
    new: str
    new_edge: str
    returned: str
    returned_edge: str
    gone: str
    gone_edge: str
    long: str


THEMES = {
    "light": Theme(
        paper="#FFFFFF",
        ink="#111827",
        muted="#4B5563",
        rule="#E5E7EB",
        kept="#0072B2",
        lost="#D55E00",
        lost_edge="#D55E00",
        lost_hatch="#FFFFFF",
        new="#56B4E9",
        new_edge="#0072B2",
        returned="#CC79A7",
        returned_edge="#8F3F6B",
        gone="#E5E7EB",
        gone_edge="#6B7280",
        long="#009E73",
    ),
    "dark": Theme(
        paper="#111827",
        ink="#F3F4F6",
        muted="#B6BCC8",
        rule="#2B3443",
        kept="#0072B2",
        lost="#E5751F",
        lost_edge="#E5751F",
        lost_hatch="#111827",
        new="#7CC7F2",
        new_edge="#D3ECFB",
        returned="#D68DB6",
        returned_edge="#F3D3E5",
        gone="#303A4A",
        gone_edge="#8C95A3",
        long="#009E73",
    ),
    # For a printer without colour: greys and patterns only.
    "print": Theme(
        paper="#FFFFFF",
        ink="#000000",
        muted="#333333",
        rule="#D9D9D9",
        kept="#404040",
        lost="#FFFFFF",
        lost_edge="#000000",
        lost_hatch="#000000",
        new="#C8C8C8",
        new_edge="#000000",
        returned="#F2F2F2",
        returned_edge="#000000",
        gone="#FFFFFF",
        gone_edge="#7A7A7A",
        long="#1A1A1A",
    ),
}


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 (the same) to 21 (black on white), as WCAG 2.2 defines it.

    Examples:
        >>> contrast("black", "white"), round(contrast("#0072B2", "white"), 2)
        (21.0, 5.19)
    """
    darker, lighter = sorted([_luminance(one), _luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color))  # noqa: PLR2004 - sRGB
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mix(color: str, other: str, share: float) -> str:
    """A colour mixed with ``share`` of another."""
    red, green, blue = ((1 - share) * a + share * b for a, b in zip(to_rgb(color), to_rgb(other), strict=True))
    return to_hex((red, green, blue))


def ink_on(color: str) -> str:
    """Black or white, whichever has the higher contrast on the colour."""
    return max("#FFFFFF", "#111827", key=lambda ink: contrast(ink, color))


def legible(color: str, theme: Theme) -> str:
    """The colour if legible as text on the theme's background, otherwise mixed with the text colour until it is."""
    steps = (mix(color, theme.ink, share / 20) for share in range(21))
    return next(step for step in steps if contrast(step, theme.paper) >= READABLE)
