"""Building blocks of reductions: segments of customers, clock shifts, and running a reduction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from crrkit.ground import SourceError, gettext as _
from crrkit.reduce.engine_errors import (
    changed_file,
    first_line_of,
    is_of_an_engine,
    is_out_of_space,
    lift_memory_limit,
    out_of_space_error,
    refuse_changed_rows,
)
from crrkit.reduce.queries import run
from crrkit.reduce.sharing import plan_of
from crrkit.reduce.slices import in_slices

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd


NO_SEGMENT = "–"  # the segment of customers whose earliest row has none


def customer_segments(rows: ir.Table, *, time: str, by: tuple[str, ...]) -> ir.Table:
    """Return one row per customer with its segments: those of the earliest row, the smallest of a tie.

    All segment columns are taken from the same row, so no combination arises that is in no row.
    """
    first = rows[time].min().over(group_by=rows["customer"])
    earliest = rows.mutate(earliest=rows[time] == first).filter(lambda t: t["earliest"])
    segments = earliest.select("customer", **{name: earliest[name].cast("string") for name in by}).distinct()
    rank = ibis.row_number().over(group_by="customer", order_by=[ibis.asc(name, nulls_first=False) for name in by])
    one = segments.mutate(rank=rank).filter(lambda t: t["rank"] == 0)
    return one.select("customer", **{name: one[name].fill_null(NO_SEGMENT) for name in by})


def with_segments(rows: ir.Table, source: ir.Table, time: str, by: tuple[str, ...]) -> ir.Table:
    """Join the segments of the customers to the rows; without ``by``, return the rows unchanged."""
    return rows.join(customer_segments(source, time=time, by=by), "customer") if by else rows


def with_clock_moved(rows: ir.Table, *, hours: float) -> ir.Table:
    """Shift all times of the rows by some hours, as the clock of another time zone would have recorded them."""
    moved = ibis.interval(seconds=round(hours * 3600))
    times = {name: rows[name] + moved for name in ("at", "start", "end", "due") if name in rows.columns}
    return rows.mutate(**times)


def clocked(rows: ir.Table) -> ir.Table:
    """Return ``n``: the number of times that are not at midnight; 0 for a list of dates."""
    times = [rows[name] for name in ("at", "start", "end") if name in rows.columns]
    later = [(time != time.truncate("D")).fill_null(False).cast("int64").sum() for time in times]  # noqa: FBT003 - Ibis takes a value
    return rows.agg(n=sum(later[1:], start=later[0]))


def collect(reduction: ir.Table) -> pd.DataFrame:
    """Run a reduction in the engine of its table and return the result as a data frame.

    Raises:
        SourceError: If the source has changed since it was read, or the engine fails or runs out of memory.
    """
    other = changed_file(reduction.get_backend())
    if other is not None:
        message = _("{name} has changed since it was read, and can no longer be counted. Read it again.")
        raise SourceError(message.format(name=other.name), argument="source")
    try:
        refuse_changed_rows(reduction)
        plan = plan_of(reduction)
        return run(in_slices(plan), first=plan.missing)
    except Exception as broken:
        if not is_of_an_engine(broken):
            raise
        if is_out_of_space(broken):
            if lift_memory_limit(reduction.get_backend()):
                return collect(reduction)
            raise out_of_space_error(broken) from broken
        message = _(
            "The rows can no longer be counted: the engine says “{why}”. If the file or the database has changed, read"
            " it again."
        )
        raise SourceError(message.format(why=first_line_of(broken)), argument="source") from broken
