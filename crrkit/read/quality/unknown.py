"""Rows without a known customer, counted by day, for bounds of the rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from crrkit.ground import (
    ntold as ngettext,
    told as _,
    told_list,
    told_number as format_number,
    told_percent as format_percent,
)
from crrkit.read.quality.notes import Note
from crrkit.read.quality.rows import ERRORS
from crrkit.rules import EPOCH

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from crrkit.read.quality.rows import QualityReport

NOT_KNOWN = ("no customer id", "id of nobody in particular", "id rounded by a spreadsheet")


LONG_LIST = 100  # rows; for a shorter list the table of reasons suffices
MANY_UNKNOWN = 0.05  # share of the rows or of the revenue from which the rate of the rest may be biased


def unknown_note(quality: QualityReport) -> list[str]:
    """Return a doubt if the customer of many rows is unknown."""
    rows = quality.table.loc[quality.table["reason"].isin(NOT_KNOWN), "rows"].sum() / quality.rows_read
    revenue = quality.revenue_of(*NOT_KNOWN)
    if quality.rows_read < LONG_LIST or not (rows >= MANY_UNKNOWN or revenue >= MANY_UNKNOWN):
        return []
    with_money = _(
        "{rows} of the rows and {revenue} of the revenue are of customers who are not known: every rate is that of the"
        " others. The rate of all lies between the bounds that weigh_doubts(base) gives."
    )
    without = _(
        "{rows} of the rows are of customers who are not known: every rate is that of the others. The rate of"
        " all lies between the bounds that weigh_doubts(base) gives."
    )
    note = with_money if revenue == revenue else without  # noqa: PLR0124 - NaN where there are no amounts
    return [note.format(rows=format_percent(rows), revenue=format_percent(revenue))]


def lost_doubts(quality: QualityReport) -> list[str]:
    """Return a doubt if much of a list is unusable because of its content, so that the rest may be biased."""
    found = quality.table[quality.table["reason"].isin(ERRORS)]
    rows, revenue = found["rows"].sum() / quality.rows_read, quality.revenue_of(*ERRORS)
    if quality.rows_read < LONG_LIST or not (rows >= MANY_UNKNOWN or revenue >= MANY_UNKNOWN):
        return []
    with_money = _(
        "{rows} of the rows and {revenue} of the revenue cannot be used ({reasons}): every rate is that of the others."
    )
    without = _("{rows} of the rows cannot be used ({reasons}): every rate is that of the others.")
    note = with_money if revenue == revenue else without  # noqa: PLR0124 - NaN where there are no amounts
    reasons = told_list(_(reason) for reason in found["reason"])
    return [note.format(rows=format_percent(rows), revenue=format_percent(revenue), reasons=reasons)]


def with_weight(quality: QualityReport) -> tuple[str, ...]:
    """Return the notes with the numbers of rows and the revenue of placeholder ids."""
    rows = int(quality.table.loc[quality.table["reason"] == NOT_KNOWN[1], "rows"].sum())
    revenue = quality.revenue_of(NOT_KNOWN[1])
    if not rows:
        return quality.notes
    told = ngettext("They stand in {n} row, {share} of all", "They stand in {n} rows, {share} of all", rows)
    told = told.format(n=format_number(rows), share=format_percent(rows / quality.rows_read))
    if revenue == revenue:  # noqa: PLR0124 - NaN where there are no amounts
        told += _(", with {revenue} of the revenue").format(revenue=format_percent(revenue))
    return tuple(
        Note(note + " " + told + ".", **note.instead) if isinstance(note, Note) and "nobody" in note.instead else note
        for note in quality.notes
    )


def unknown_by_day(marked: ir.Table, *, time: str, why: str) -> pd.DataFrame:
    """Return ``day, rows``: the number of rows without a known customer on each day.

    Args:
        marked: All rows with the reasons for which they were set aside.
        time: The time column.
        why: The column of reasons.
    """
    import pandas as pd

    rows = marked.filter(marked[why].isin(NOT_KNOWN) & marked[time].notnull())
    days = rows.select(day=rows[time].date().delta(ibis.date(EPOCH.isoformat()), unit="day"))
    counted = days.group_by("day").agg(rows=days.count()).order_by("day").to_pyarrow().to_pydict()
    moments = pd.to_datetime(pd.Series(counted["day"], dtype="int64"), unit="D")
    return pd.DataFrame({"day": moments, "rows": pd.Series(counted["rows"], dtype="int64")})
