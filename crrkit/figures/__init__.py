"""Charts of results, one function per chart; each draws a result and returns the matplotlib axes.

    from crrkit import figures
    ax = figures.bridge(kept)         # shows itself in a notebook
    figures.alt_text(ax)              # what it shows, in words
    figures.to_svg(ax)                # for a page; figures.to_png(ax) for everything else

A picture has no title: its finding is the heading in the text above it.
"""

from __future__ import annotations

from crrkit.figures.bridges import bridge
from crrkit.figures.cohort_lines import cohort_curves, revenue_cohorts
from crrkit.figures.cohorts import cohort_heatmap
from crrkit.figures.export import alt_text, to_png, to_svg
from crrkit.figures.flips import flip
from crrkit.figures.lever_bars import levers
from crrkit.figures.line import retention_line
from crrkit.figures.mix import stage_mix
from crrkit.figures.outlooks import outlook
from crrkit.figures.river import stage_river

__all__ = [
    "alt_text",
    "bridge",
    "cohort_curves",
    "cohort_heatmap",
    "flip",
    "levers",
    "outlook",
    "retention_line",
    "revenue_cohorts",
    "stage_mix",
    "stage_river",
    "to_png",
    "to_svg",
]


def __dir__() -> list[str]:
    """What the room is for, without what Python and its modules add."""
    return list(__all__)
