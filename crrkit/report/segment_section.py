"""The section of segments: findings, the table of the page, and the cells of the notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.ground import gettext as _
from crrkit.report.blocks import row_block, table_block
from crrkit.report.elements import Html, element, join
from crrkit.report.section import Cell, Facts, Section, holding
from crrkit.report.segments import dump_segments, mix_finding, past_finding, segment_finding, segment_rows

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable


def segment_section(facts: Facts) -> Section | None:
    """Two periods by segment; None where the base has no segments."""
    segments = facts.segments
    if segments is None:
        return None
    found = {find.__name__: find(segments) for find in (segment_finding, past_finding, mix_finding)}
    cells = [Cell(f"report.{name}(segments)") for name, finding in found.items() if finding]
    return Section(
        "segments",
        _("Segments"),
        tuple(finding for finding in found.values() if finding),
        lambda: segments_block(segments),
        cells=(holding("segments", "load_segments", dump_segments(segments)), *cells),
    )


def segments_block(segments: RetentionTable) -> Html:
    """Each segment as a row: its rate with the interval, its counts, and its rate in the earlier period."""
    rows = segment_rows(segments)
    if len(rows) < 2:  # noqa: PLR2004 - a segment alone is nothing to compare
        return join()
    titles = segments.titles()
    heads = [_("segment"), titles["crr"], _("95% interval"), titles["kept"], titles["start"], _("CRR before")]
    table = table_block(heads, [row_block(*row) for row in rows], label=_("Segments"))
    others = _("Segments of too few customers are taken together.")
    return element(
        "figure", table, element("figcaption", others) if _("All others") in {row[0] for row in rows} else None
    )
