"""Contracts from a log of start and end events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

START_EVENT, END_EVENT = "start", "end"


def contracts_from_events(events: ir.Table, *, by: Sequence[str]) -> ir.Table:
    """Return one row for each interval from a start event to the next end event, open if none follows.

    A start event during a contract and an end event outside of one are ignored. So is a moment with both: an active
    customer stays one, and the contract of any other has zero length.

    Args:
        events: ``customer, at, kind`` (``start`` or ``end``), optionally ``contract`` and ``amount``, and segments.
        by: The segment columns.
    """
    unit = [name for name in ("customer", "contract") if name in events.columns]
    others = [name for name in ("amount", *by) if name in events.columns]
    moments = events.group_by([*unit, "at"]).agg(
        starts=(events["kind"] == START_EVENT).any(),
        ends=(events["kind"] == END_EVENT).any(),
        **{name: events[name].max(where=events["kind"] == START_EVENT) for name in others},
    )
    clear = moments.filter(~(moments["starts"] & moments["ends"])).drop("ends")
    in_order = ibis.window(group_by=unit, order_by="at")
    seen = clear.mutate(before=clear["starts"].lag().over(in_order).fill_null(ibis.literal(value=False)))
    changes = seen.filter(seen["starts"] != seen["before"])
    spans = changes.mutate(end=changes["at"].lead().over(in_order))
    rows = spans.filter(spans["starts"]).rename(start="at")
    return rows.select(*unit, "start", "end", *others)
