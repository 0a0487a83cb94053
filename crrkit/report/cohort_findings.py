"""Findings about cohorts: whether one stands out from the others, and the outlook.

Each cohort is compared with all others at one age, chosen by the calendar and not by the result, with a correction for
multiple comparisons. A difference explainable by chance is not reported as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit.counts import difference_p_value, holm, newcombe
from crrkit.ground import format_number, format_percent, gettext as _
from crrkit.measure.cohorts import OBSERVED, SUPPRESSED
from crrkit.report.finding import PAIR, Finding, difference_words
from crrkit.report.period_names import capital, later, period_name, periods_counted

if TYPE_CHECKING:
    from crrkit.measure.cohorts import CohortGrid
    from crrkit.report.cohort_counts import SharedCohorts

ALPHA = 0.05


def has_shown_ages(cohorts: SharedCohorts) -> bool:
    """Whether any cohort has a fully observed age that may be disclosed."""
    table = cohorts.grid.table
    return bool(((table["age"] > 0) & (table["status"] == OBSERVED)).any())


def cohort_finding(cohorts: SharedCohorts) -> Finding:
    """Which cohort stands out from all others, and whether that is more than chance.

    Each cohort is compared with all others together at the highest age that half of them have fully reached: Newcombe's
    interval of the difference, the pooled test of two proportions, p values with Holm's correction.

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_contracts(crr.sample_path("contracts"))
        >>> print(cohort_finding(crr.report.cohorts_of(base, every="year")).claim)
        No cohort clearly stands out: 1 year later from 44.3% (2022) to 47.0% (2023) of a cohort were ...
    """
    if not has_shown_ages(cohorts):
        return _nothing_to_follow(cohorts)
    grid = cohorts.grid
    age = comparable_age(grid.table[grid.table["status"] == OBSERVED], grid)
    if age is None:
        claim = _("Cohorts cannot be compared yet: no two of them were observed whole at the same age.")
        return Finding(
            claim, grid.table, _("A longer list, or shorter periods, would show more of them."), is_informative=False
        )
    held = against_the_others(grid, age)
    first = held.sort_values("p_value", kind="stable").iloc[0]
    return _outstanding(cohorts, held, first, age) if first["p_holm"] < ALPHA else _alike(grid, held, age)


def comparable_age(cells: pd.DataFrame, grid: CohortGrid, *, least: int = PAIR) -> int | None:
    """The highest age at which at least half of the cohorts, and at least ``least``, can be shown."""
    counts = cells.loc[cells["age"] > 0, "age"].value_counts().sort_index()
    counts = counts[counts >= least]
    members = int((grid.matrix("status").iloc[:, 0] != "empty").sum())
    half = counts[counts >= members / 2]
    if counts.empty:
        return None
    return int(max(counts[counts == counts.max()].index if half.empty else half.index))


def against_the_others(grid: CohortGrid, age: int) -> pd.DataFrame:
    """Each cohort at an age compared with all others together: ``rate others difference low high p_value p_holm``."""
    cells = grid.table[(grid.table["age"] == age) & (grid.table["status"] == OBSERVED)]
    own = cells[["active", "size"]].astype("float64").to_numpy()
    others = own.sum(axis=0) - own
    counts = np.hstack([own, others]).tolist()
    low, high = np.array([newcombe(*four) for four in counts]).T
    p_values = [difference_p_value(*four) for four in counts]
    frame = cells[["cohort", "from_"]].assign(rate=own[:, 0] / own[:, 1], others=others[:, 0] / others[:, 1])
    frame["difference"] = frame["rate"] - frame["others"]
    return frame.assign(low=low, high=high, p_value=p_values, p_holm=holm(p_values)).reset_index(drop=True)


def _outstanding(cohorts: SharedCohorts, held: pd.DataFrame, first: pd.Series, age: int) -> Finding:
    grid = cohorts.grid
    text = _("The cohort of {cohort} stands out: {later} {rate} of it were there, against {others} of the others.")
    if grid.presence == "window":
        text = _("The cohort of {cohort} stands out: {later} {rate} of it bought, against {others} of the others.")
    words = {"cohort": _name(first, grid), "later": later(age, grid.every)}
    words |= {name: format_percent(first[name]) for name in ("rate", "others")}
    caveats = [difference_words(*first[["difference", "low", "high"]]), _held(held)]
    are_all_shown = cohorts.number == grid.table["cohort"].nunique()
    differ = held[(held["p_holm"] < ALPHA) & (held["cohort"] != first["cohort"])]
    if len(differ):
        names = ", ".join(_name(row, grid) for _i, row in differ.iterrows())
        caveats.append(_("Also different from the others: {names}.").format(names=names))
    if grid.card.counts_buyers and first["cohort"] == grid.table["cohort"].iloc[0] and are_all_shown:
        caveats.append(
            _("It is the first in the list and holds buyers who came before the list begins: that alone can do it.")
        )
    caveats.append(_("What happened in one calendar period can look like a cohort: the two cannot be told apart."))
    return Finding(text.format(**words), held, " ".join(caveats))


def _alike(grid: CohortGrid, held: pd.DataFrame, age: int) -> Finding:
    text = _(
        "No cohort clearly stands out: {later} from {low} ({lowest}) to {high} ({highest}) of a cohort"
        " were there, which chance alone can explain."
    )
    if grid.presence == "window":
        text = _(
            "No cohort clearly stands out: {later} from {low} ({lowest}) to {high} ({highest}) of a"
            " cohort bought, which chance alone can explain."
        )
    if held["rate"].min() == held["rate"].max():
        text = _("No cohort stands out: {later} {low} of each.")
    ordered = held.sort_values("rate", kind="stable")
    low, high = ordered.iloc[0], ordered.iloc[-1]
    words = {
        "later": later(age, grid.every), "low": format_percent(low["rate"]), "lowest": _name(low, grid),
        "high": format_percent(high["rate"]), "highest": _name(high, grid),
    }  # fmt: skip
    return Finding(text.format(**words), held, _held(held), is_informative=False)


def _held(held: pd.DataFrame) -> str:
    text = _("Each of {n} {n:cohort|cohorts} was compared with all others, allowing for the number of comparisons.")
    return text.format(n=len(held))


def _name(row: pd.Series, grid: CohortGrid) -> str:
    return period_name(pd.Series({"period": row["cohort"], "from_": row["from_"]}), grid.every)


def _nothing_to_follow(cohorts: SharedCohorts) -> Finding:
    if (cohorts.grid.table["status"] == SUPPRESSED).any():
        claim = _("No cohort is shown: each has too few customers.")
        caveat = _(
            "Longer periods make larger cohorts; a private report, which suppresses nothing, shows those of today."
        )
    else:
        claim = _("No cohort can be followed yet: none was seen through a whole period after its first.")
        caveat = _("A longer list, or shorter periods, would show more of them.")
    return Finding(claim, cohorts.grid.table, caveat, is_informative=False)


def outlook_finding(cohorts: SharedCohorts) -> Finding:
    """The outlook: a projection if the data support one, otherwise why there is none.

    Contracts are projected with the shifted beta-geometric distribution, one year ahead and never beyond twice the
    observed time. Purchases are not: activity in an age is compared with activity in that age or later.

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
        return Finding(
            _("There is no projection of who will stay."), curve, " ".join(cohorts.doubts), is_informative=False
        )
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
        caveats.append(_purchase_model(cohorts.outlook.iloc[0]))
    both = _both_readings(cohorts)
    age = comparable_age(both, cohorts.grid, least=1)
    if age is None:
        return Finding(
            _("It is too early to say how many still buy later."),
            cohorts.outlook,
            " ".join(caveats),
            is_informative=False,
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


def _purchase_model(row: pd.Series) -> str:
    text = _(
        "A purchase model expects these {customers} {customers:customer|customers} to buy "
        "{purchases} {purchases:time|times} in the next year, and {alive} of the {again} who bought "
        "again to be {alive:a customer|customers} still; these are expectations, not counts."
    )
    return text.format(**{name: format_number(row[name]) for name in ("customers", "purchases", "again", "alive")})
