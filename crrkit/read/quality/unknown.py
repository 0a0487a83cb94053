"""Rows of which nobody knows whose they are: how many on which day, for bounds on the rate that they leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pandas as pd

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

    from crrkit.read.quality.rows import QualityReport

NOT_KNOWN = ("no customer id", "id of nobody in particular", "id rounded by a spreadsheet")


LONG_LIST = 100  # rows; of a shorter list the table of reasons says it all
MANY_UNKNOWN = 0.05  # of the rows or of the revenue: the rate of the others may be another one


def unknown_note(quality: QualityReport) -> list[str]:
    """A sentence when the customer of many rows is not known."""
    rows = quality.table.loc[quality.table["reason"].isin(NOT_KNOWN), "rows"].sum() / quality.rows_read
    revenue = quality.revenue_of(*NOT_KNOWN)
    if quality.rows_read < LONG_LIST or not (rows >= MANY_UNKNOWN or revenue >= MANY_UNKNOWN):
        return []
    with_money = _(
        "{rows} of the rows and {revenue} of the revenue are of customers who are not known: every rate is that of the"
        " others. weigh_doubts(base) says between which bounds the rate of all lies."
    )
    without = _(
        "{rows} of the rows are of customers who are not known: every rate is that of the others. weigh_doubts(base)"
        " says between which bounds the rate of all lies."
    )
    note = with_money if revenue == revenue else without  # noqa: PLR0124 - NaN where there are no amounts
    return [note.format(rows=format_percent(rows), revenue=format_percent(revenue))]


def lost_doubts(quality: QualityReport) -> list[str]:
    """A sentence when much of a list cannot be used for what stands in it: what is left is no sample of it."""
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
    """The notes, with the rows and the revenue of those ids that stand for nobody in particular."""
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
    """How many rows without a known customer fall on each day: ``day`` and ``rows``.

    Args:
        marked: All rows with the reason for which each was set aside.
        time: The column that says when.
        why: The column of reasons.
    """
    rows = marked.filter(marked[why].isin(NOT_KNOWN) & marked[time].notnull())
    days = rows.select(day=rows[time].date().delta(ibis.date(EPOCH.isoformat()), unit="day"))
    counted = days.group_by("day").agg(rows=days.count()).order_by("day").to_pyarrow().to_pydict()
    moments = pd.to_datetime(pd.Series(counted["day"], dtype="int64"), unit="D")
    return pd.DataFrame({"day": moments, "rows": pd.Series(counted["rows"], dtype="int64")})
