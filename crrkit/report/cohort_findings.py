"""Findings about cohorts: whether one stands out from the others.

Each cohort is compared with all others at one age, chosen by the calendar and not by the result, with a correction for
multiple comparisons. A difference explainable by chance is not reported as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit.counts import difference_p_value, holm, newcombe
from crrkit.ground import format_in_points, format_percent, gettext as _
from crrkit.measure.cohorts import OBSERVED, SUPPRESSED
from crrkit.report.finding import PAIR, Finding
from crrkit.report.period_names import later, period_name

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

    Args:
        cohorts: The cohorts of a report.

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
            claim, grid.table, _("A longer list, or shorter periods, would show more of them."), is_news=False
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
    change = _("Difference {change}, 95% interval {low} to {high}.")
    ends = {"change": first["difference"], "low": first["low"], "high": first["high"]}
    caveats = [change.format(**{name: format_in_points(value) for name, value in ends.items()}), _held(held)]
    differ = held[(held["p_holm"] < ALPHA) & (held["cohort"] != first["cohort"])]
    if len(differ):
        names = ", ".join(_name(row, grid) for _i, row in differ.iterrows())
        caveats.append(_("Also different from the others: {names}.").format(names=names))
    if grid.card.counts_buyers and first["cohort"] == grid.table["cohort"].iloc[0] and _all_shown(cohorts):
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
    return Finding(text.format(**words), held, _held(held), is_news=False)


def _held(held: pd.DataFrame) -> str:
    text = _("Each of {n} {n:cohort|cohorts} was compared with all others, allowing for the number of comparisons.")
    return text.format(n=len(held))


def _name(row: pd.Series, grid: CohortGrid) -> str:
    return period_name(pd.Series({"period": row["cohort"], "from_": row["from_"]}), grid.every)


def _all_shown(cohorts: SharedCohorts) -> bool:
    return cohorts.number == cohorts.grid.table["cohort"].nunique()


def _nothing_to_follow(cohorts: SharedCohorts) -> Finding:
    if (cohorts.grid.table["status"] == SUPPRESSED).any():
        claim = _("No cohort is shown: each has too few customers.")
        caveat = _(
            "Longer periods make larger cohorts; a private report, which suppresses nothing, shows those of today."
        )
    else:
        claim = _("No cohort can be followed yet: none was seen through a whole period after its first.")
        caveat = _("A longer list, or shorter periods, would show more of them.")
    return Finding(claim, cohorts.grid.table, caveat, is_news=False)
