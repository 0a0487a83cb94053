"""Build a cohort grid from a base: which cells could have been observed, and the table."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit import reduce
from crrkit.counts import wilson_columns
from crrkit.ground import check_given, check_named, format_number, gettext as _
from crrkit.measure import seen_of, span_of
from crrkit.measure.cohorts import count as _count
from crrkit.measure.cohorts.grid import EMPTY_CELL, IN_PROGRESS, OBSERVED, UNOBSERVED, CohortGrid
from crrkit.measure.cohorts.plan import Bracket, Plan, checked_brackets, checked_presence
from crrkit.read import Base

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Never

    from crrkit.measure.cohorts.count import Counts


def cohort_grid(
    base: Base,
    *_unnamed: Never,
    every: str = "month",
    kind: str = "bounded",
    value: str = "customers",
    align: str = "calendar",
    by: str | Sequence[str] = (),
    brackets: Sequence[Bracket] | None = None,
    presence: str | None = None,
    unit: str = "person_any",
    first: str | None = None,
    last: str | None = None,
    ages: int | None = None,
) -> CohortGrid:
    """Compute retention by cohort and age, with customers grouped by the period of their first activity.

    With ``n`` customers in a cohort and ``A_i`` the ages in which customer ``i`` is active, the rate of age ``k`` is
    ``#{i: k in A_i} / n`` (bounded), ``#{i: max A_i >= k} / n`` (unbounded) or ``#{i: A_i meets a..b} / n`` (bracket).

    A cell is ``observed`` if every member could have been seen through the whole of it: on the calendar, once its
    period has ended; by age, once the cohort's period plus ``k + 1`` steps has ended (plus ``k`` for a status at exact
    age ``k``). On the calendar a cell whose period is running is ``in_progress`` and has its number so far; by age the
    members of such a cell were seen for different lengths of time, so it has no number. A cell that has not begun is
    ``unobserved``, and a cohort without members ``empty``. None of these is shown as 0 or enters an average.

    Args:
        base: A base from `read_contracts`, `read_orders` or another reader.
        every: The length of a cohort's period and of an age: ``day week month quarter half-year year``.
        kind: ``bounded`` (active in age ``k``; the curve may rise), ``unbounded`` (active in ``k`` or later; the curve
            never rises, but its last ages are too low, as future returns are missing: ages closer to the last one than
            the gap within which nine of ten returned are ``provisional``) or ``bracket`` (active at any time in ages
            ``a`` to ``b``).
        value: ``customers`` or ``revenue``. For revenue, ``rate`` is net, the revenue of the cohort in age ``k``
            divided by that in age 0, and ``gross`` the same with each customer capped at their revenue in age 0.
        align: ``calendar`` (age 0 is the rest of the cohort's period, shorter for customers who came late in it) or
            ``age`` (equal steps from each customer's own start; a month is 30.4375 days).
        by: Segment columns that the base was read with.
        brackets: First and last age of each bracket; by default 1, 2 to 3, 4 to 7, doubling.
        presence: ``window`` (active at any time in the age) or ``moment`` (active at the end of the age on the
            calendar, or exactly ``k`` steps after the start). The default is ``window`` for purchases by period, and
            ``moment`` for contracts and for the activity rules `Trailing` and `OwnGap`.
        unit: For contracts, what one customer is: ``person_any``, ``contract`` or ``person_all``, here a person until
            the first of the contracts held together ends (for period to period see `retention_by_period`).
        first: The label of the first cohort.
        last: The label of the last cohort.
        ages: The highest age.

    Returns:
        The grid: rates are fractions, with Wilson intervals (95 %) in observed cells; elsewhere NaN with a status.

    Raises:
        ValueError: If a name is unknown, the options contradict each other, amounts are missing, or the data are
            shorter than one period.

    Examples:
        >>> from crrkit.read.bases.readers import read_orders
        >>> log = pd.DataFrame({
        ...     "who": ["a", "b", "a", "c"], "when": ["2024-01-05", "2024-01-09", "2024-03-01", "2024-03-31"]})
        >>> grid = cohort_grid(read_orders(log, customer="who", at="when"))
        >>> print(grid.matrix("rate").to_string(na_rep="-"))
        age        0   1    2
        cohort
        2024-01  1.0 0.0  0.5
        2024-02    -   -    -
        2024-03  1.0   -    -
        >>> grid.matrix("status").loc["2024-02"].tolist()
        ['empty', 'empty', 'empty']
        >>> cohort_grid(read_orders(log, customer="who", at="when"), value="revenue")
        Traceback (most recent call last):
        crrkit.InputError: This needs purchases with an amount. Read them with read_orders(…, amount=…).
    """
    check_named(_unnamed, "crr.cohort_grid(base, {})", "every", "kind")
    check_given(base, Base, name="base")
    asked = {"every": every, "kind": kind, "value": value, "align": align, "unit": unit}
    presence = checked_presence(base, asked, presence)
    calendar = base.calendar(every)
    segments = base.check_segments(by)
    plan = Plan(
        base, calendar, kind, value, align, presence, unit, segments,
        span_of(base, calendar, first=first, last=last), ages, checked_brackets(brackets, kind),
    )  # fmt: skip
    plan.refuse_too_many()
    return _grid_of(plan)


def _grid_of(plan: Plan) -> CohortGrid:
    tables, notes = (_money if plan.value == "revenue" else _heads)(plan)
    table = pd.concat(tables, ignore_index=True)
    card = plan.base.card_of(every=plan.calendar.every, unit=plan.unit)
    if plan.unit == "person_all":
        card = card.with_(activity="first end")
    grid = CohortGrid(
        table, plan.calendar.every, plan.kind, plan.value, plan.align, plan.presence, card, plan.base.quality, plan.by,
        pairs=partial(_pairs, plan) if plan.value == "customers" and plan.kind == "bounded" else None,
    )  # fmt: skip
    return grid.with_notes(*notes, *_notes(plan, grid))


def _heads(plan: Plan) -> tuple[list[pd.DataFrame], list[str]]:
    """Return the table of each segment for ``value="customers"``, and no notes."""
    stretches = plan.stretches()
    finish: Callable[[pd.DataFrame, _count.Shape], Counts]
    if plan.kind == "bounded":
        histogram = (reduce.age_histogram if plan.purchases else reduce.stretch_histogram)(stretches, by=plan.by)
        finish = _count.bounded
    elif plan.kind == "unbounded":
        histogram, finish = reduce.last_histogram(stretches, by=plan.by), _count.unbounded
    else:
        histogram = reduce.bracket_counts(stretches, brackets=plan.brackets, by=plan.by)
        finish = _count.in_brackets
    gap = _count.usual_gap(reduce.collect(reduce.gap_counts(stretches))) if plan.kind == "unbounded" else 0
    tables = []
    for names, part in plan.parts(reduce.collect(histogram)):
        size, active = finish(part, plan.shape)
        cells = _cells(plan, names, size, {"active": active})
        cells["rate"] = cells["active"] / cells["size"].where(cells["size"] > 0)
        observed = cells["status"] == OBSERVED
        cells["low"], cells["high"] = wilson_columns(cells["active"], cells["size"].where(observed))
        tables.append(_marked(cells, plan, gap))
    return tables, []


def _money(plan: Plan) -> tuple[list[pd.DataFrame], list[str]]:
    """Return the table of each segment for ``value="revenue"``, and notes on amounts."""
    base, shape, tables = plan.base, plan.shape, []
    histogram = reduce.collect(
        reduce.revenue_histogram(base.money, calendar=plan.calendar, step=plan.step, as_of=base.as_of, by=plan.by)
    )
    for names, part in plan.parts(histogram):
        counts = {
            name: shape.at_age(part, column)
            for name, column in (("active", "customers"), ("revenue", "revenue"), ("capped", "capped"))
        }
        opening = np.repeat(counts["revenue"][:, :1], shape.last_age + 1, axis=1)
        cells = _cells(plan, names, counts["active"][:, 0], counts | {"opening": opening})
        sound = np.repeat(shape.sizes(part, "negative") == 0, shape.last_age + 1)
        base_sum = cells["opening"].where((cells["opening"] > 0) & sound)
        cells["rate"], cells["gross"] = cells["revenue"] / base_sum, cells["capped"] / base_sum
        cells["low"] = cells["high"] = np.nan
        tables.append(_marked(cells, plan, 0))
    unpriced = reduce.collect(reduce.unpriced_count(base.table, as_of=base.as_of))["unpriced"]
    return tables, _money_notes(histogram, int(unpriced.iloc[0]))


def _cells(plan: Plan, names: dict[str, object], size: np.ndarray, counts: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return one row per cell with its status; counts are NaN unless the cell is observed or in progress."""
    columns = plan.brackets
    cohorts = np.repeat([plan.calendar.label(c) for c in plan.span], len(columns))
    starts = np.repeat(pd.to_datetime([plan.calendar.start(c) for c in plan.span]).to_numpy(), len(columns))
    ages = np.tile(np.array(columns), (len(plan.span), 1))
    cells = pd.DataFrame({**names, "cohort": cohorts, "from_": starts, "age": ages[:, 0]})
    if plan.kind == "bracket":
        cells["age_to"] = ages[:, 1]
    begun, over = _observable(plan)
    cells["size"] = np.repeat(size.astype("int64"), len(columns))
    status = np.select([cells["size"] == 0, over, begun], [EMPTY_CELL, OBSERVED, IN_PROGRESS], UNOBSERVED)
    if plan.base.listed_every is not None:
        status = np.where(_listed(plan), status, UNOBSERVED)
        came = seen_of(plan.base, plan.calendar, plan.span)  # without a snapshot at both bounds, size is unknown
        known = np.repeat([c in came for c in plan.span], len(columns))
        cells["size"] = cells["size"] if known.all() else cells["size"].where(known)
    so_far = (status == IN_PROGRESS) & (plan.align == "calendar") & (counts["active"] > 0).ravel()
    seen = (status == OBSERVED) | so_far
    told = {name: np.where(seen, count.ravel(), np.nan) for name, count in counts.items()}
    return cells.assign(**told, status=status)


def _listed(plan: Plan) -> np.ndarray:
    """Return, for each cell, whether there are snapshots at both bounds of the cohort's period and at the age's end."""
    seen = {
        k: plan.base.saw(plan.calendar.start(k)) for k in range(plan.span.start, plan.span.stop + plan.last_age + 2)
    }
    ages = [last for _first, last in plan.brackets]
    return np.array([seen[c] and seen[c + 1] and seen.get(c + age + 1, False) for c in plan.span for age in ages])


def _observable(plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each cell, whether it has begun for any member, and whether it has ended for all."""
    a, b = np.array(plan.brackets, dtype="int64").T
    if plan.step is None:
        cohorts = np.array(plan.span)[:, None]
        latest, ended = plan.calendar.index(plan.base.last_seen), plan.calendar.index(plan.base.decided)
        return (cohorts + a <= latest).ravel(), (cohorts + b + 1 <= ended).ravel()
    since_start, since_end = (
        np.array([(seen - plan.starts(c + shift)).total_seconds() for c in plan.span])[:, None]
        for seen, shift in ((plan.base.as_of, 0), (plan.base.decided, 1))
    )
    if plan.presence == "moment":
        return (a * plan.step <= since_start).ravel(), (b * plan.step <= since_end).ravel()
    return (a * plan.step < since_start).ravel(), ((b + 1) * plan.step <= since_end).ravel()


def _marked(cells: pd.DataFrame, plan: Plan, gap: int) -> pd.DataFrame:
    """Order the columns and mark the ages of an unbounded curve that may still rise as provisional."""
    provisional = np.zeros(len(cells), dtype=bool)
    if gap:
        observed = cells["status"] == OBSERVED
        latest = cells["age"].where(observed).groupby(cells["cohort"]).transform("max")
        provisional = (observed & (cells["age"] + gap > latest) & (cells["age"] > 0)).to_numpy()
    front = [*plan.by, "cohort", "from_", "age", "age_to", "size", "active", "opening", "revenue", "capped"]
    order = [name for name in (*front, "rate", "gross", "low", "high", "status") if name in cells.columns]
    return cells[order].assign(provisional=provisional)


def _pairs(plan: Plan) -> pd.DataFrame:
    """Return the number of customers active in each age and in the one before, as ``cohort, age, stayed``."""
    tables = []
    for names, part in plan.parts(reduce.collect(reduce.pair_histogram(plan.stretches(), by=plan.by))):
        counted = _count.stayed(part, plan.shape)
        cohorts = np.repeat([plan.calendar.label(c) for c in plan.span], counted.shape[1])
        ages = np.tile(np.arange(counted.shape[1]), len(plan.span))
        tables.append(pd.DataFrame({**names, "cohort": cohorts, "age": ages, "stayed": counted.ravel()}))
    return pd.concat(tables, ignore_index=True)


def _money_notes(histogram: pd.DataFrame, unpriced: int) -> list[str]:
    notes = []
    if unpriced:
        text = _("Purchases without an amount: {n}. They are visits, but add no revenue.")
        notes.append(text.format(n=format_number(unpriced)))
    if histogram["negative"].sum():
        text = _(
            "Customers with more refunds than sales in their first age: {n}. Shares of a negative sum have no meaning,"
            " so their cohorts have no rate."
        )
        notes.append(text.format(n=format_number(int(histogram["negative"].sum()))))
    return notes


def _notes(plan: Plan, grid: CohortGrid) -> list[str]:
    """Return the notes to show with the grid."""
    notes = []
    if plan.step is not None:
        text = _("Ages are counted from each customer's own first moment in steps of {days} {days:day|days}.")
        notes.append(text.format(days=format_number(plan.step / 86_400, digits=0 if plan.step % 86_400 == 0 else 4)))
    if grid.table["provisional"].any():
        notes.append(_("The last ages of an unbounded curve are provisional: returns still to come will raise them."))
    if plan.base.card.burn_in_days:
        text = _(
            "Cohorts that begin in the first {n} {n:day|days} of the data hold old customers too: who is new is"
            " unknown."
        )
        notes.append(text.format(n=format_number(plan.base.card.burn_in_days)))
    if plan.kind != "bracket" and not plan.by and (rises := grid.rises()):
        text = _(
            "The weighted average rises at age {ages}: each age rests on other cohorts, and single curves may rise too,"
            " so the average of an age is not the past of the next."
        )
        if plan.kind == "unbounded":
            text = _(
                "The weighted average rises at age {ages}, although no cohort does: each age rests on other cohorts, so"
                " the average of an age is not the past of the next."
            )
        notes.append(text.format(ages=", ".join(map(str, rises))))
    return notes
