"""Charts of results, one function each; it draws a computed result and returns the axes it drew on.

    from crrkit import figures
    ax = figures.bridge(kept)         # displayed by itself in a notebook
    figures.alt_text(ax)              # a description in words
    figures.to_svg(ax)                # for a web page; figures.to_png(ax) for everything else

Charts have no title: state the finding in a heading above the chart.
"""

from __future__ import annotations

from crrkit.figures.bridges import bridge
from crrkit.figures.cohort_lines import cohort_curves, revenue_cohorts
from crrkit.figures.cohorts import cohort_heatmap
from crrkit.figures.export import alt_text, to_png, to_svg
from crrkit.figures.lever_bars import levers
from crrkit.figures.line import retention_line
from crrkit.figures.mix import stage_mix
from crrkit.figures.outlooks import flip, outlook
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
    """The public names only."""
    return list(__all__)
