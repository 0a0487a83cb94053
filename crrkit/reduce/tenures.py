"""Uninterrupted tenure of contract holders, for every limit up to which pauses are bridged.

A customer is a regular after a number of months without a break. The date depends on which pauses are bridged: the
longer the limit, the earlier the relationship began. So for every limit, each spell has the start of its relationship,
from which follows the smallest limit under which its holder is a regular at a boundary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from crrkit.reduce.periods import period_index

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from crrkit.rules import Calendar


def with_beginnings(pauses: ir.Table, *, limits: Sequence[int]) -> ir.Table:
    """Add ``begun``, an array with the start of the relationship for every limit up to which pauses are bridged.

    Args:
        pauses: The result of `crrkit.reduce.pauses`.
        limits: The limits that define its bins.
    """
    so_far = ibis.window(group_by="customer", order_by="start", preceding=(None, 0))
    begun = [
        ibis.ifelse(pauses["before"].isnull() | (pauses["before"] > place), pauses["start"], None).max().over(so_far)
        for place in range(len(limits))
    ]
    return pauses.mutate(begun=ibis.array(begun))


def _ripening(periods: ir.Table, calendar: Calendar, months: Sequence[int], limits: Sequence[int]) -> ir.Table:
    """Repeat the spells for each number of months and each limit, with ``ripe``, the first boundary as a regular.

    A boundary is named by the period that it opens; a stage is as of the moment just before it.
    """
    rows = periods.mutate(number=ibis.array(list(months)).unnest())
    rows = rows.mutate(within=ibis.array(list(range(len(limits)))).unnest())
    renewed = rows["begun"][rows["within"]] + rows["number"].as_interval("M")
    return rows.mutate(ripe=period_index(renewed, calendar) + 1)


def renewed_arrivals(
    periods: ir.Table, calendar: Calendar, *, months: Sequence[int], limits: Sequence[int], by: tuple[str, ...] = ()
) -> ir.Table:
    """Count customers whose contract began, as ``by number since left gap before regular_before regular customers``.

    ``regular`` is the bin of the smallest limit under which ``number`` months make somebody a regular at the end of
    period ``since``, provided they are a customer; ``regular_before`` the same at its start. It is the number of limits
    if no limit does.

    Args:
        periods: The result of `crrkit.reduce.pauses_by_period`, with beginnings.
        calendar: The periods.
        months: Numbers of months without a break that make a regular.
        limits: The limits of the pauses.
        by: Segment columns.
    """
    rows = _ripening(periods, calendar, months, limits)
    per_customer = rows.group_by(*by, "customer", "number", "since", "left", "gap", "before").agg(
        regular=rows["within"].min(where=rows["ripe"] <= rows["since"] + 1),
        end=rows["within"].min(where=rows["ripe"] <= rows["following"]),
    )
    earlier = per_customer["end"].lag().over(group_by=["customer", "number"], order_by="since")
    never = len(limits)
    known = per_customer.mutate(
        regular=per_customer["regular"].fill_null(never), regular_before=earlier.fill_null(never)
    )
    keys = (*by, "number", "since", "left", "gap", "before", "regular_before", "regular")
    return known.group_by(*keys).agg(customers=known.count())


def renewed_pauses(
    periods: ir.Table, calendar: Calendar, *, months: Sequence[int], limits: Sequence[int], by: tuple[str, ...] = ()
) -> ir.Table:
    """Count regulars by boundaries, as ``by number since left gap following within first last customers``.

    From boundary ``first`` to ``last`` (null: without end), the limit of bin ``within`` is the smallest under which
    they are regulars. Boundaries range from the end of period ``since`` to the start of period ``following``.

    Args:
        periods: The result of `crrkit.reduce.pauses_by_period`, with beginnings.
        calendar: The periods.
        months: Numbers of months without a break that make a regular.
        limits: The limits of the pauses.
        by: Segment columns.
    """
    rows = _ripening(periods, calendar, months, limits)
    shorter = rows["ripe"].lag().over(group_by=["customer", "number", "since"], order_by="within")
    known = rows.mutate(
        first=ibis.greatest(rows["ripe"], rows["since"] + 1),
        last=ibis.least(shorter - 1, rows["following"]),
    )
    some = known.filter(known["last"].isnull() | (known["first"] <= known["last"]))
    keys = (*by, "number", "since", "left", "gap", "following", "within", "first", "last")
    return some.group_by(*keys).agg(customers=some.count())
