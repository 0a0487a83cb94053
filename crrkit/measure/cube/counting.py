"""Counts of a list for each period length: the reductions that purchases and contracts need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit import reduce
from crrkit.measure.cube.choices import QUICK_PERIODS
from crrkit.measure.cube.stages import stages_of_contracts, stages_of_purchases
from crrkit.measure.cube.tally import COHORTS, COHORTS_THERE, account_of_contracts, account_of_purchases
from crrkit.rules import StageRule

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import numpy as np

    from crrkit.measure.cube.tally import Layout
    from crrkit.read import Base
    from crrkit.rules import ContractRule


def rows_of_list(
    base: Base, limits: tuple[int, ...], rule: StageRule | ContractRule, regulars: tuple[int, ...]
) -> ir.Table:
    """Return the expression for the silences of a list: purchase days, or contract spells with the pauses between."""
    if isinstance(rule, StageRule):
        return reduce.silent_days(
            base.table, as_of=base.as_of, limits=limits, regulars=regulars, span_days=rule.span_days, by=base.by
        )
    units = reduce.contract_units(reduce.as_due(base.table), as_of=base.as_of, unit="person_any")
    segments = base.segments("person_any", by=base.by)
    spells = reduce.spells(units, until="last")
    return reduce.with_beginnings(
        reduce.pauses(spells, as_of=base.as_of, limits=limits, segments=segments), limits=limits
    )


def counts_of_contracts(
    rows: ir.Table, layout: Layout, by: tuple[str, ...], months: tuple[int, ...]
) -> dict[str, np.ndarray]:
    """Count contracts: account, cohorts and stages; the account only if ``months`` is empty (missing snapshots)."""
    periods = reduce.cached(reduce.pauses_by_period(rows, layout.calendar))
    kinds = (reduce.contract_arrivals, reduce.spell_pauses)
    arrivals, pauses = (reduce.collect(kind(periods, by=by)) for kind in kinds)
    if not months:
        return account_of_contracts(arrivals, pauses, layout)
    began, going = (
        reduce.collect(part(periods, layout.calendar, months=months, limits=layout.limits, by=by))
        for part in (reduce.renewed_arrivals, reduce.renewed_pauses)
    )
    return {
        **account_of_contracts(arrivals, pauses, layout),
        **_cohorts_there(periods, layout, by),
        **stages_of_contracts(began, going, layout, months),
    }


def _cohorts_there(periods: ir.Table, layout: Layout, by: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Count the latest cohorts by bin; nothing for days and weeks."""
    if layout.calendar.every in QUICK_PERIODS:
        return {}
    calendar, earliest = layout.calendar, layout.latest_cohorts.start
    through = calendar.index(layout.as_of) - 1
    cells = reduce.cohort_customers(periods, calendar, limits=layout.limits, earliest=earliest, through=through, by=by)
    return {COHORTS_THERE: layout.by_cohort_and_bin(reduce.collect(cells))}


def counts_of_purchases(
    days: ir.Table, layout: Layout, by: tuple[str, ...], window_days: int, regulars: tuple[int, ...]
) -> dict[str, np.ndarray]:
    """Count purchases: account, cohorts, stages, and buyers by period."""
    calendar = layout.calendar
    periods = reduce.cached(reduce.by_period(days, calendar, layout.limits, regulars))
    arrivals, silences = (reduce.collect(part(periods, by=by)) for part in (reduce.arrivals, reduce.silence_counts))
    bought = reduce.regular_arrivals(
        periods, calendar, regulars=regulars, window_days=window_days, never=len(layout.limits), by=by
    )
    silent = reduce.regular_silences(periods, calendar, regulars=regulars, window_days=window_days, by=by)
    cohorts = (
        {}
        if calendar.every in QUICK_PERIODS
        else {COHORTS: layout.by_cohort(reduce.collect(reduce.cohort_cells(periods, by=by)))}
    )
    return {
        **account_of_purchases(arrivals, silences, layout),
        **cohorts,
        **_cohorts_there(periods, layout, by),
        **stages_of_purchases(reduce.collect(bought), reduce.collect(silent), layout, regulars),
    }
