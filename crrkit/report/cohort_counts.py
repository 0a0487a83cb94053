"""The cohorts of a report with small cells suppressed: grids, the age at which customers leave, and an outlook.

Only one period length and one alignment are shown: two different tables of the same customers would disclose by
subtraction what either suppresses.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from crrkit import reduce
from crrkit.counts import wilson_columns, years_in
from crrkit.ground import DAYS_PER_YEAR, PERIODS, CrrkitError, longer
from crrkit.measure import span_of
from crrkit.measure.cadence import Rhythm, characteristic_interval, judge_rhythm
from crrkit.measure.cohorts import OBSERVED, SUPPRESSED, CohortGrid, cohort_grid
from crrkit.measure.lifetime import FARTHEST, LifeTable, fit_bgnbd, fit_sbg, life_table
from crrkit.report.cohort_guard import Accounts, cells_to_hide, ends_of, without_cells
from crrkit.report.dominance import is_dominated
from crrkit.report.published import pages_in
from crrkit.report.published_amounts import cells_disclosed, is_disclosed_otherwise
from crrkit.report.withhold import blank_ages, discloses_rest
from crrkit.rules import small

if TYPE_CHECKING:
    from crrkit.read import Base
    from crrkit.report.published import Published
    from crrkit.rules import Calendar

MOST_COHORTS = 24  # cohorts: two years of months, and still legible
CELLS_TOLD = 0.5  # of the cells: if fewer can be shown, a longer period is used
FEWEST_PERIODS_TOLD = 3  # periods of a triangle
MANY_CUSTOMERS = 20_000  # customers: for more, fitting the purchase model would take longer than the rest of the report
WHICH_GRID = ("kind", "value", "align", "presence")
PROJECTED_DIGITS = 4  # of a projected share: more would disclose counts


@dataclass(frozen=True, eq=False)
class SharedCohorts:
    """What a report may disclose about its cohorts; every count is large enough.

    Attributes:
        grids: Cohort grids without small cells, first the one of activity in each age.
        number: The number of cohorts, shown or not.
        leaving: One row per age, pooled over the cohorts: ``age at_risk lost hazard low high``; NaN if few left or
            stayed.
        outlook: For contracts the projected curve, ``age observed survival low high geometric``, observed at its last
            age only; for purchases one row ``customers again alive purchases``; empty if nothing can be projected.
        doubts: Why not, or caveats of the projection.
        rhythm: For purchases, whether the period suits the customers' rhythm; None for contracts.
        silence: For purchases followed by another, the share whose pause is longer than the waiting time after which a
            customer counts as lost.
    """

    grids: tuple[CohortGrid, ...]
    number: int
    leaving: pd.DataFrame
    outlook: pd.DataFrame
    doubts: tuple[str, ...] = ()
    rhythm: Rhythm | None = None
    silence: float = 0.0

    @property
    def grid(self) -> CohortGrid:
        """The grid of activity in each age."""
        return self.grids[0]

    @property
    def tables(self) -> tuple[pd.DataFrame, ...]:
        """All disclosed numbers as tables, and the kinds of the grids."""
        kinds = pd.DataFrame([{name: getattr(grid, name) for name in WHICH_GRID} for grid in self.grids])
        return (*(grid.table for grid in self.grids), self.leaving, self.outlook, kinds)


def cohorts_of(
    base: Base,
    *,
    every: str,
    min_cell: int | None = 10,
    first: str | None = None,
    last: str | None = None,
    beside: Accounts | None = None,
    published: object = None,
) -> SharedCohorts:
    """The cohorts of a base as a report may show them, the last 24 of the given periods.

    Leaving is counted at exact ages, from each customer's own start: by contract status or, for purchases, by the last
    purchase; ages in which a return is still likely are left out.

    If most of the cells would have too few customers, a longer period is used.

    Args:
        base: The result of `read_contracts` or `read_orders`.
        every: The period length of cohorts and ages.
        min_cell: The smallest group that may be shown; None suppresses nothing.
        first: The first period of the report.
        last: The last one.
        beside: The account in the same report, whose sums must not disclose what is suppressed here.
        published: The HTML files of reports already published about these customers or some of them: the revenue of
            cohorts is left out if they show different values.

    Raises:
        ValueError: If a name is not known, or the data are shorter than one period.

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", amount="total")
        >>> cohorts = cohorts_of(base, every="quarter")
        >>> [(grid.kind, grid.value) for grid in cohorts.grids]
        [('bounded', 'customers'), ('unbounded', 'customers'), ('bounded', 'revenue')]
    """
    span, grid, rows = _legible(base, _span(base, every, first=first, last=last), min_cell, beside)
    hidden = (grid.matrix("status") == SUPPRESSED).to_numpy(), rows
    others = []
    if grid.presence == "window" or beside is None or not beside.merges_arrivals:
        others.append(without_cells(_shared(span.grid(base, kind="unbounded"), min_cell), ends_of(grid, hidden)))
    if base.has_amounts and base.is_by_period:
        revenue = without_cells(_shared(_in_hundredths(span.grid(base, value="revenue")), min_cell), hidden)
        if min_cell is None or _may_be_disclosed(revenue, base, min_cell, pages_in(published)):
            others.append(revenue)
    table = life_table(ages := _ages(base, span))
    outlook, doubts = _outlook(base, table, span.every)
    if min_cell is not None and "customers" in outlook and _discloses(outlook.iloc[0], grid, span, beside, min_cell):
        outlook = outlook[:0]
    cohorts = SharedCohorts((grid, *others), len(span.numbers), _leaving(table, grid, min_cell or 0), outlook, doubts)
    if grid.presence != "window":
        return cohorts
    return replace(cohorts, rhythm=judge_rhythm(base, every=span.every), silence=_silence(base, ages))


def _may_be_disclosed(revenue: CohortGrid, base: Base, least: int, published: tuple[Published, ...]) -> bool:
    """Whether no amount of the cohorts discloses few customers, alone or with published reports."""
    if is_disclosed_otherwise(revenue, published):
        return False
    told = cells_disclosed(base.calendar(revenue.every), published)
    return not is_dominated(revenue, base, least=least, told=told)


@dataclass(frozen=True)
class _Span:
    """Cohorts by the numbers of their periods."""

    calendar: Calendar
    numbers: range

    @property
    def every(self) -> str:
        return self.calendar.every

    def grid(self, base: Base, **options: Any) -> CohortGrid:
        """A grid of the latest cohorts."""
        shown = self.numbers[-MOST_COHORTS:]
        first, last = self.calendar.label(shown[0]), self.calendar.label(shown[-1])
        return cohort_grid(base, every=self.every, first=first, last=last, **options)

    def longer(self) -> _Span | None:
        """The same days in longer periods; None if they are too few for a triangle."""
        following = longer(self.every)
        if not following:
            return None
        days = [self.calendar.start(self.numbers[0]), self.calendar.start(self.numbers[-1])]
        calendar = replace(self.calendar, every=following[0])
        first, last = (calendar.index(day) for day in days)
        return _Span(calendar, range(first, last + 1)) if last - first + 1 >= FEWEST_PERIODS_TOLD else None


def _span(base: Base, every: str, *, first: str | None, last: str | None) -> _Span:
    calendar = base.calendar(every)
    return _Span(calendar, span_of(base, calendar, first=first, last=last))


def _legible(
    base: Base, span: _Span, min_cell: int | None, beside: Accounts | None
) -> tuple[_Span, CohortGrid, list[int]]:
    """The shortest period, from the requested one, in which most cells may be shown; otherwise the requested one."""

    def grid_of(tried: _Span) -> tuple[_Span, CohortGrid, list[int]]:
        grid = tried.grid(base)
        if min_cell is None or beside is None:
            return tried, _shared(grid, min_cell), []
        hidden = cells_to_hide(grid, tried.calendar, beside, min_cell)
        return tried, without_cells(grid.suppressed(min_cell), hidden), hidden[1]

    found, tried = grid_of(span), span.longer()
    begin = found
    while _shown_share(found[1]) < CELLS_TOLD and tried is not None:
        found = grid_of(tried)
        tried = tried.longer()
    return found if _shown_share(found[1]) >= CELLS_TOLD else begin


def _discloses(outlook: pd.Series, grid: CohortGrid, span: _Span, beside: Accounts | None, least: int) -> bool:
    """Whether it discloses few: repeat or single buyers, or, through the total, a suppressed cohort or count of new."""
    customers = outlook["customers"]
    if small(pd.Series([outlook["again"], customers - outlook["again"]]), least).any():
        return True
    sizes = grid.table.groupby("cohort")["size"].first()
    parts = [sizes] if len(sizes) == len(span.numbers) else []
    if beside is not None and beside.shown["start"].iloc[0] == 0:
        parts.append(beside.shown["new"])
    return any(discloses_rest(customers, one, least) for one in parts)


def _shared(grid: CohortGrid, min_cell: int | None) -> CohortGrid:
    return grid if min_cell is None else grid.suppressed(min_cell)


def _in_hundredths(grid: CohortGrid) -> CohortGrid:
    """Round amounts to the hundredth: engines add in any order, but the report must be reproducible byte for byte."""
    table = grid.table.round(dict.fromkeys(["opening", "revenue", "capped"], 2))
    for name, above in (("rate", "revenue"), ("gross", "capped")):
        table[name] = (table[above] / table["opening"]).where(table[name].notna())
    return replace(grid, table=table)


def _shown_share(grid: CohortGrid) -> float:
    """The share of fully observed cells from age 1 that may be shown; 1 if there are none."""
    states = grid.table.loc[grid.table["age"] > 0, "status"].value_counts()
    told, hidden = states.get(OBSERVED, 0), states.get(SUPPRESSED, 0)
    return float(told / (told + hidden)) if told + hidden else 1.0


def _ages(base: Base, span: _Span) -> CohortGrid:
    """The cohorts from which the ages of leaving are computed."""
    align = "age" if base.listed_every is None else "calendar"  # between two lists nothing is observed
    if not base.has_purchases:
        grid = span.grid(base, align=align)
        if not (grid.matrix("active").diff(axis=1) > 0).any(axis=None):  # nobody returned
            return grid
    return span.grid(base, align=align, kind="unbounded")


def _silence(base: Base, ages: CohortGrid) -> float:
    """The share of pauses longer than the waiting time: the age in question and the provisional ones after it."""
    cells = ages.table
    waited = 1 + int(cells.groupby("cohort")["provisional"].sum().max())
    covered = characteristic_interval(base).covered(waited * years_in(ages.every) * DAYS_PER_YEAR)
    return 1.0 if math.isnan(covered) else round(1 - covered, PROJECTED_DIGITS)


def _leaving(table: LifeTable, grid: CohortGrid, least: int) -> pd.DataFrame:
    """The ages at which somebody was at risk, without those that disclose few.

    Those at risk in age 1 are everybody in the first cohorts: if the size of one is suppressed, they would disclose it.
    """
    rows = table.table.loc[(table.table["age"] > 0) & (table.table["at_risk"] > 0), ["age", "at_risk", "lost"]]
    counts = blank_ages(rows[["at_risk", "lost"]], least)
    if grid.table["size"].isna().any():
        counts = counts.mask(rows["age"] == 1)
    told = counts.assign(age=rows["age"].astype("int64")).reset_index(drop=True)
    low, high = wilson_columns(told["lost"], told["at_risk"])
    return told.assign(hazard=told["lost"] / told["at_risk"], low=low, high=high)[
        ["age", "at_risk", "lost", "hazard", "low", "high"]
    ]


def _outlook(base: Base, table: LifeTable, every: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The outlook and its caveats; an empty frame if the fit is not meaningful."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            if not base.has_purchases:
                return _projected(table, every), tuple(str(one.message) for one in caught)
            return _expected(base), ()
        except CrrkitError as refused:
            return pd.DataFrame(), (str(refused),)


def _projected(table: LifeTable, every: str) -> pd.DataFrame:
    model = fit_sbg(table)
    year = round(1 / years_in(every)) if every in PERIODS else 1
    curve = model.project(min(model.ages + year, FARTHEST * model.ages)).round(PROJECTED_DIGITS)
    return curve.assign(observed=curve["observed"].where(curve["age"] == model.ages))  # single steps would disclose few


def _expected(base: Base) -> pd.DataFrame:
    """The expectation of the purchase model; empty if its fit is doubtful or would take too long."""
    if reduce.collect(reduce.customer_count(base.table))["customers"].iloc[0] > MANY_CUSTOMERS:
        return pd.DataFrame()
    model = fit_bgnbd(base)
    if model.notes:
        return pd.DataFrame()
    rows = model.histogram
    weights, again = rows["customers"], rows["frequency"] > 0
    seen = rows["frequency"], rows["recency"], rows["age"]
    numbers = {
        "customers": weights.sum(),
        "again": weights[again].sum(),
        "alive": (weights * model.probability_alive(*seen))[again].sum(),
        "purchases": (weights * model.expected_purchases(DAYS_PER_YEAR / model.unit_days, *seen)).sum(),
    }
    return pd.DataFrame([numbers]).round().astype("int64")
