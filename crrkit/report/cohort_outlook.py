"""The outlook: a projection if the data support one, otherwise why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.ground import format_number, format_percent, gettext as _
from crrkit.measure.cohorts import OBSERVED
from crrkit.report.cohort_findings import comparable_age
from crrkit.report.finding import Finding
from crrkit.report.period_names import capital, later, periods_counted

if TYPE_CHECKING:
    import pandas as pd

    from crrkit.report.cohort_counts import SharedCohorts


def outlook_finding(cohorts: SharedCohorts) -> Finding:
    """The outlook: a projection if the data support one, otherwise why there is none.

    Contracts are projected with the shifted beta-geometric distribution, one year ahead and never beyond twice the
    observed time. Purchases are not: activity in an age is compared with activity in that age or later.

    Args:
        cohorts: The cohorts of a report.

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_contracts(crr.sample_path("contracts"))
        >>> print(outlook_finding(crr.report.cohorts_of(base, every="year")))
        There is no projection of who will stay.
        A curve needs at least 3 renewals and somebody who left; this one has 2 renewals.
    """
    return _of_purchases(cohorts) if cohorts.grid.card.counts_buyers else _of_contracts(cohorts)


def _of_contracts(cohorts: SharedCohorts) -> Finding:
    curve, every = cohorts.outlook, cohorts.grid.every
    if curve.empty:
        return Finding(_("There is no projection of who will stay."), curve, " ".join(cohorts.doubts), is_news=False)
    seen, last = curve.dropna(subset="observed").iloc[-1], curve.iloc[-1]
    claim = _(
        "Of new customers {now} were still there {seen}, and {share} are expected to be {then} (95% band {low} to"
        " {high})."
    ).format(
        now=format_percent(seen["observed"]), seen=later(int(seen["age"]), every),
        share=format_percent(last["survival"]), then=later(int(last["age"]), every),
        low=format_percent(last["low"]), high=format_percent(last["high"]),
    )  # fmt: skip
    caveat = _(
        "With a constant rate it would be {constant}. This is a model fitted to {n}, not a count: it "
        "holds if customers go on as before."
    ).format(constant=format_percent(last["geometric"]), n=periods_counted(int(seen["age"]), every))
    return Finding(claim, curve, " ".join([caveat, *cohorts.doubts]))


def _of_purchases(cohorts: SharedCohorts) -> Finding:
    caveats = [_("A purchase log does not show who has left, so there is no projection of who will stay.")]
    if len(cohorts.outlook):
        caveats.append(_law_of_purchases(cohorts.outlook.iloc[0]))
    both = _both_readings(cohorts)
    age = comparable_age(both, cohorts.grid, least=1)
    if age is None:
        return Finding(
            _("It is too early to say how many still buy later."), cohorts.outlook, " ".join(caveats), is_news=False
        )
    cells = both[both["age"] == age]
    claim = _("{later} {then} of the customers bought in that very period, and {ever} then or afterwards.")
    counts = {"then": cells["active"].sum(), "ever": cells["active_ever"].sum()}
    shares = {name: format_percent(count / cells["size"].sum()) for name, count in counts.items()}
    claim = capital(claim.format(later=later(age, cohorts.grid.every), **shares))
    reading = _("The first counts a pause as leaving; returns still to come would raise the second.")
    return Finding(claim, cells, " ".join([*_which(cells, cohorts), reading, *caveats]))


def _which(cells: pd.DataFrame, cohorts: SharedCohorts) -> list[str]:
    """The cohorts that the sentence is about, where it leaves out later ones that the table below shows."""
    last, table = cells["cohort"].max(), cohorts.grid.table
    if last == table.loc[table["size"] > 0, "cohort"].max():
        return []
    return [_("These are the cohorts up to {last}; customers of later ones may still return.").format(last=last)]


def _both_readings(cohorts: SharedCohorts) -> pd.DataFrame:
    """The cells that may be disclosed in both grids, where a return is no longer likely."""
    ever = next(grid.table for grid in cohorts.grids if grid.kind == "unbounded")
    ever = ever[(ever["status"] == OBSERVED) & ~ever["provisional"]]
    then = cohorts.grid.table[cohorts.grid.table["status"] == OBSERVED]
    columns = ["cohort", "age", "active"]
    return then[[*columns, "size"]].merge(ever[columns], on=["cohort", "age"], suffixes=("", "_ever"))


def _law_of_purchases(row: pd.Series) -> str:
    text = _(
        "A purchase model expects these {customers} {customers:customer|customers} to buy "
        "{purchases} {purchases:time|times} in the next year, and {alive} of the {again} who bought "
        "again to be {alive:a customer|customers} still; these are expectations, not counts."
    )
    return text.format(**{name: format_number(row[name]) for name in ("customers", "purchases", "again", "alive")})
