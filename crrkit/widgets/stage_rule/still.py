"""The rule explorer without JavaScript: the people by stage as a static picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crrkit.ground import format_cell
from crrkit.rules import STAGES
from crrkit.widgets import svg

if TYPE_CHECKING:
    from collections.abc import Mapping

HUES = {"short": svg.NEW, "cold": svg.FAINT, "middle": svg.KEPT, "long": svg.LONG, "lapsed": svg.LOST}
WIDTH, ROW, TOP, NAMES, ROOM = 640, 34, 34, 140, 380  # of the still picture


def people_svg(counted: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    """Two bars per stage: filled for the current rule, outlined for the initial one."""
    now, first = counted["now"], counted["first"]
    shown = [stage for stage in STAGES if now[stage] or first[stage]]
    most = max([*now.values(), *first.values(), 1])
    parts = [svg.text(WIDTH / 2, 18, words["columns"], f'fill="{svg.QUIET}"')]
    for row, stage in enumerate(shown):
        y = TOP + ROW * row
        parts.append(svg.text(NAMES - 10, y + 17, words["stages"][stage], 'text-anchor="end"'))
        parts.append(svg.rect(NAMES, y + 2, ROOM * now[stage] / most, 14, f'fill="{HUES[stage]}"'))
        outline = f'fill="none" stroke="{svg.INK}" stroke-dasharray="3 2"'
        parts.append(svg.rect(NAMES, y + 17, ROOM * first[stage] / most, 8, outline))
        number = f"{format_cell(now[stage], 'count')} ({format_cell(first[stage], 'count')})"
        parts.append(svg.text(NAMES + ROOM + 10, y + 17, number, 'text-anchor="start"'))
    return svg.document(*parts, width=WIDTH, height=TOP + ROW * len(shown) + 6)
