"""The source: rows used, rows set aside and why, and the role of each column."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import format_cell, format_number, format_percent, gettext as _, mark, ngettext
from crrkit.measure import weigh_doubts
from crrkit.read import CROWD_OF_ONE, LARGEST
from crrkit.report.finding import Finding, plainly
from crrkit.report.html import Html, element, join, row_block, table_block
from crrkit.report.section import Cell, Section, Subject

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable, WeighedDoubts
    from crrkit.read import QualityReport

# What another value of an argument means to a reader who types nothing.
OTHER_READINGS = {
    "fold": mark("spellings of an id are one customer"),
    "nobody": mark("ids of nobody are customers"),
    "fill_down": mark("rows without an id are of nobody"),
    "end_is": mark("the end date means the other day"),
    "merge_gap": mark("late renewals continue a contract"),
    "as_of": mark("another cut-off day"),
}


def rows_section(subject: Subject) -> Section:
    """The account of the rows."""
    kept, weighed = subject.kept, _weighed(subject)
    cells = Cell("report.quality_finding(kept.quality)"), Cell("kept.quality")
    found = (quality_finding(kept.quality),)
    return Section(
        "rows",
        _("What was read"),
        found,
        lambda: join(rows_block(kept), None if weighed is None else doubts_block(weighed)),
        cells=cells,
        tables=(kept.quality.table, _facts(kept), *([] if weighed is None else [weighed.table])),
        names=(kept.quality.source, *filter(None, kept.quality.columns.values())),
        is_appendix=True,
    )


def _weighed(subject: Subject) -> WeighedDoubts | None:
    """The effect of doubtful rows on the latest rate; None if there are none, or the account suppresses that rate.

    A report does not show what a single customer bought or paid.
    """
    if subject.base is None:
        return None
    weighed = weigh_doubts(subject.base, every=subject.kept.every)
    of_many = ~weighed.table["doubt"].isin([CROWD_OF_ONE, LARGEST])
    weighed = replace(weighed, table=weighed.table[of_many].reset_index(drop=True))
    last = subject.kept.table.loc[subject.kept.table["period"] == weighed.period, "crr"]
    is_shown = not weighed.period or bool(last.notna().any())  # the table would tell a rate that the account withholds
    return weighed if len(weighed.table) and (is_shown or subject.min_cell is None) else None


def doubts_block(weighed: WeighedDoubts) -> Html:
    """Doubtful rows and their effect on the latest rate."""
    told = replace(weighed, table=weighed.table.assign(doubt=weighed.table["doubt"].map(_in_words)))
    return join(element("p", weighed.caption()), _table_of(told, label=weighed.caption()))


def _table_of(result: WeighedDoubts | QualityReport, *, label: str) -> Html:
    heads = [result.titles()[name] for name in result.kinds]
    cells = result.table[list(result.kinds)].to_numpy(dtype=object).tolist()
    rows = [
        row_block(*(format_cell(cell, kind) for cell, kind in zip(row, result.kinds.values(), strict=True)))
        for row in cells
    ]
    return element("figure", table_block(heads, rows, label=label))


def _in_words(doubt: str) -> str:
    """A doubt for a reader: of another reading, such as ``nobody=()``, its meaning instead of what to type."""
    name, sign, _value = doubt.partition("=")
    return OTHER_READINGS.get(name, doubt) if sign else doubt


def _facts(kept: RetentionTable) -> pd.DataFrame:
    """Further facts about the rows: counts, roles, and definition."""
    quality, card = kept.quality, kept.card
    counts = [quality.rows_read, quality.rows_used, quality.rows_set_aside]
    return pd.DataFrame({"fact": [*map(str, counts), *quality.columns, quality.kind, card.unit, card.activity]})


def quality_finding(quality: QualityReport) -> Finding:
    """The number of rows read, used and set aside."""
    words = {
        "read": format_number(quality.rows_read),
        "used": format_number(quality.rows_used),
        "aside": format_number(quality.rows_set_aside),
    }
    if not quality.rows_set_aside:
        claim = ngettext("The one row was used.", "All {read} rows were used.", quality.rows_read)
        return Finding(claim.format(**words), quality.to_pandas(), _("No row was set aside."))
    share = format_percent(quality.rows_set_aside / quality.rows_read)
    claim = _("Of {read} {read:row|rows} {used} {used:was|were} used and {aside} set aside ({share}).").format(
        share=share, **words
    )
    largest = quality.table.sort_values("rows", ascending=False, kind="stable").iloc[0]
    caveat = _("The most frequent reason: {reason} ({rows}).")
    caveat = caveat.format(reason=format_cell(largest["reason"], "word"), rows=format_number(largest["rows"]))
    return Finding(claim, quality.to_pandas(), caveat)


def rows_block(kept: RetentionTable) -> Html:
    """Why rows were set aside, and the role of each column."""
    quality = kept.quality
    lines = [quality.reading(), *map(plainly, quality.all_notes())]
    table = _table_of(quality, label=_("Rows set aside")) if len(quality.table) else None
    return join(table, *(element("p", line, class_="caveat") for line in lines))
