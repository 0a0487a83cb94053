"""How long people have had contracts without a break, counted once for every pause that may be bridged.

Whoever has been renewed for so many months is a regular. When that was hangs on which pauses are bridged: the longer
they may be, the earlier the relationship began. So each spell knows, for every limit, when its relationship began, and
from which limit on its holder is a regular at a boundary.
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
    """Spells with ``begun``: for every limit, when the relationship began if pauses up to it are bridged.

    Args:
        pauses: As `crrkit.reduce.pauses` gives them.
        limits: The limits that its bins were made with.
    """
    so_far = ibis.window(group_by="customer", order_by="start", preceding=(None, 0))
    begun = [
        ibis.ifelse(pauses["before"].isnull() | (pauses["before"] > place), pauses["start"], None).max().over(so_far)
        for place in range(len(limits))
    ]
    return pauses.mutate(begun=ibis.array(begun))


def _ripening(periods: ir.Table, calendar: Calendar, months: Sequence[int], limits: Sequence[int]) -> ir.Table:
    """The spells once for each number of months and each limit, with ``ripe``: from which boundary on it makes long.

    A boundary is named by the period that it opens; a stage is as of the moment just before it.
    """
    rows = periods.mutate(number=ibis.array(list(months)).unnest())
    rows = rows.mutate(within=ibis.array(list(range(len(limits)))).unnest())
    renewed = rows["begun"][rows["within"]] + rows["number"].as_interval("M")
    return rows.mutate(ripe=period_index(renewed, calendar) + 1)


def renewed_arrivals(
    periods: ir.Table, calendar: Calendar, *, months: Sequence[int], limits: Sequence[int], by: tuple[str, ...] = ()
) -> ir.Table:
    """Whose contract began in a period, as ``by number since left gap before regular_before regular customers``.

    ``regular`` is the bin of the shortest pause that has to be bridged for somebody renewed for ``number`` months to be
    a regular at the end of the period, as long as they are a customer; ``regular_before`` the same at its start. It is
    the number of limits where none does.

    Args:
        periods: As `crrkit.reduce.pauses_by_period` gives them, with beginnings.
        calendar: The periods.
        months: How many months without a break make a regular, each number in turn.
        limits: The limits of the pauses.
        by: Segments of the customers.
    """
    rows = _ripening(periods, calendar, months, limits)
    own = rows.group_by(*by, "customer", "number", "since", "left", "gap", "before").agg(
        regular=rows["within"].min(where=rows["ripe"] <= rows["since"] + 1),
        end=rows["within"].min(where=rows["ripe"] <= rows["following"]),
    )
    earlier = own["end"].lag().over(group_by=["customer", "number"], order_by="since")
    never = len(limits)
    known = own.mutate(regular=own["regular"].fill_null(never), regular_before=earlier.fill_null(never))
    keys = (*by, "number", "since", "left", "gap", "before", "regular_before", "regular")
    return known.group_by(*keys).agg(customers=known.count())


def renewed_rests(
    periods: ir.Table, calendar: Calendar, *, months: Sequence[int], limits: Sequence[int], by: tuple[str, ...] = ()
) -> ir.Table:
    """Spells as ``by number since left gap following within first last customers``: regulars at which boundaries.

    From boundary ``first`` to ``last`` (null: as far as anybody looks) the pause in bin ``within`` has to be bridged
    for them to be regulars. Boundaries go from the end of period ``since`` to the start of period ``following``.

    Args:
        periods: As `crrkit.reduce.pauses_by_period` gives them, with beginnings.
        calendar: The periods.
        months: How many months without a break make a regular, each number in turn.
        limits: The limits of the pauses.
        by: Segments of the customers.
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
