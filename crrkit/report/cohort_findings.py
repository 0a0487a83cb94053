"""Findings about cohorts: whether one stands out, where in their life customers leave, and what may be expected.

A cohort is held against all others at one age, which the calendar chooses and not the result; many comparisons are
corrected for their number. A difference that chance alone can bring is not called one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit.counts import difference_p_value, holm, newcombe
from crrkit.ground import format_number, format_percent, format_points, gettext as _
from crrkit.measure.cohorts import OBSERVED, SUPPRESSED
from crrkit.report.findings import Finding
from crrkit.report.segments import PAIR
from crrkit.report.words import capital, later, of_life, period_name, periods_counted

if TYPE_CHECKING:
    from crrkit.measure.cadence import Rhythm
    from crrkit.measure.cohorts import CohortGrid
    from crrkit.report.lives import Lives

ALPHA = 0.05


def told(lives: Lives) -> bool:
    """Whether any cohort was seen through an age of its own, and may be told of."""
    table = lives.grid.table
    return bool(((table["age"] > 0) & (table["status"] == OBSERVED)).any())


def cohort_finding(lives: Lives) -> Finding:
    """Which cohort stands out from all others, and whether chance alone would bring that.

    Each cohort is held against all others together at the highest age at which half of them were seen whole: Newcombe's
    interval of the difference, the pooled test of two shares, p values corrected after Holm.

    Args:
        lives: The cohorts of a report.

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_contracts(crr.sample_path("contracts"))
        >>> print(cohort_finding(crr.report.lives_of(base, every="year")).claim)
        Whether a cohort stands out cannot be told: 1 year later from 44.3% (2022) to 47.0% (2023) of a cohort were ...
    """
    if not told(lives):
        return _nothing_to_follow(lives)
    grid = lives.grid
    age = comparable_age(grid.table[grid.table["status"] == OBSERVED], grid)
    if age is None:
        claim = _("Cohorts cannot be held against each other yet: no two of them were seen whole at the same age.")
        return Finding(claim, grid.table, _("A longer list, or shorter periods, would show more of them."))
    held = against_the_others(grid, age)
    first = held.sort_values("p_value", kind="stable").iloc[0]
    return _outstanding(lives, held, first, age) if first["p_holm"] < ALPHA else _alike(grid, held, age)


def comparable_age(cells: pd.DataFrame, grid: CohortGrid, *, least: int = PAIR) -> int | None:
    """The highest age at which half of the cohorts can be told of, and never fewer than ``least``."""
    counts = cells.loc[cells["age"] > 0, "age"].value_counts().sort_index()
    counts = counts[counts >= least]
    members = int((grid.matrix("status").iloc[:, 0] != "empty").sum())
    half = counts[counts >= members / 2]
    if counts.empty:
        return None
    return int(max(counts[counts == counts.max()].index if half.empty else half.index))


def against_the_others(grid: CohortGrid, age: int) -> pd.DataFrame:
    """Each cohort at an age against all others together: ``rate others difference low high p_value p_holm``."""
    cells = grid.table[(grid.table["age"] == age) & (grid.table["status"] == OBSERVED)]
    own = cells[["active", "size"]].astype("float64").to_numpy()
    others = own.sum(axis=0) - own
    counts = np.hstack([own, others]).tolist()
    low, high = np.array([newcombe(*four) for four in counts]).T
    p_values = [difference_p_value(*four) for four in counts]
    frame = cells[["cohort", "from_"]].assign(rate=own[:, 0] / own[:, 1], others=others[:, 0] / others[:, 1])
    frame["difference"] = frame["rate"] - frame["others"]
    return frame.assign(low=low, high=high, p_value=p_values, p_holm=holm(p_values)).reset_index(drop=True)


def _outstanding(lives: Lives, held: pd.DataFrame, first: pd.Series, age: int) -> Finding:
    grid = lives.grid
    text = _("The cohort of {cohort} stands out: {later} {rate} of it were there, against {others} of the others.")
    if grid.presence == "window":
        text = _("The cohort of {cohort} stands out: {later} {rate} of it bought, against {others} of the others.")
    words = {"cohort": _name(first, grid), "later": later(age, grid.every)}
    words |= {name: format_percent(first[name]) for name in ("rate", "others")}
    change = _("Difference {change}, 95% interval {low} to {high}.")
    ends = {"change": first["difference"], "low": first["low"], "high": first["high"]}
    caveats = [change.format(**{name: format_points(value) for name, value in ends.items()}), _held(held)]
    differ = held[(held["p_holm"] < ALPHA) & (held["cohort"] != first["cohort"])]
    if len(differ):
        names = ", ".join(_name(row, grid) for _i, row in differ.iterrows())
        caveats.append(_("Told apart from the others too: {names}.").format(names=names))
    if grid.card.counts_buyers and first["cohort"] == grid.table["cohort"].iloc[0] and _all_shown(lives):
        caveats.append(
            _("It is the first in the list and holds buyers who came before the list begins: that alone can do it.")
        )
    caveats.append(_("What happened in one calendar period can look like a cohort: the two cannot be told apart."))
    return Finding(text.format(**words), held, " ".join(caveats))


def _alike(grid: CohortGrid, held: pd.DataFrame, age: int) -> Finding:
    text = _(
        "Whether a cohort stands out cannot be told: {later} from {low} ({lowest}) to {high} ({highest}) of a cohort"
        " were there, which chance alone can bring."
    )
    if grid.presence == "window":
        text = _(
            "Whether a cohort stands out cannot be told: {later} from {low} ({lowest}) to {high} ({highest}) of a"
            " cohort bought, which chance alone can bring."
        )
    if held["rate"].min() == held["rate"].max():
        text = _("No cohort stands out: {later} {low} of each.")
    ordered = held.sort_values("rate", kind="stable")
    low, high = ordered.iloc[0], ordered.iloc[-1]
    words = {
        "later": later(age, grid.every), "low": format_percent(low["rate"]), "lowest": _name(low, grid),
        "high": format_percent(high["rate"]), "highest": _name(high, grid),
    }  # fmt: skip
    return Finding(text.format(**words), held, _held(held))


def _held(held: pd.DataFrame) -> str:
    text = _("Each of {n} cohorts was held against all others, corrected for their number (Holm).")
    return text.format(n=len(held))


def _name(row: pd.Series, grid: CohortGrid) -> str:
    return period_name(pd.Series({"period": row["cohort"], "from_": row["from_"]}), grid.every)


def _all_shown(lives: Lives) -> bool:
    return lives.cohorts == lives.grid.table["cohort"].nunique()


def leaving_finding(lives: Lives) -> Finding:
    """In which period of their life most customers are lost, among those who were there so far.

    ``hazard = lost / at_risk`` of each age, pooled over the cohorts, with Wilson's interval; the second largest is held
    against it, so that a tie is not taken for a finding.

    A log of purchases shows silence and not leaving. Everybody buys in their first period and only some in each later
    one, so silence falls upon the first even if nobody ever leaves. Where the period is too short for the customers'
    rhythm, or the interval begins no higher than the share of pauses that outlast the wait, no moment is named. Left
    unseen are rare buyers among frequent ones: their silence looks like an early loss.

    Args:
        lives: The cohorts of a report.

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_contracts(crr.sample_path("contracts"))
        >>> print(leaving_finding(crr.report.lives_of(base, every="year")).claim)
        Customers leave most often in year 1 of their life: 178 of 424 (42.0%; 95% interval 37.4% to 46.7%).
    """
    rows, grid = lives.leaving, lives.grid
    if lives.rhythm and lives.rhythm.is_doubtful:
        return _rare_purchases(rows, lives.rhythm)
    seen = rows[rows["hazard"] > 0].sort_values("hazard", ascending=False, kind="stable")
    if seen.empty:
        claim = _("Where in their life customers leave cannot be told yet.")
        return Finding(claim, rows, _("No cohort was seen long enough, or too few of its customers left."))
    first = seen.iloc[0]
    if first["low"] <= lives.silence:
        return _silence_alone(lives, first)
    text = _("Customers leave most often {when}: {lost} of {n} ({rate}; 95% interval {low} to {high}).")
    if grid.presence == "window":
        text = _(
            "Customers are lost most often {when}: {lost} of {n} bought then for the last time ({rate}; 95% interval"
            " {low} to {high})."
        )
    words = {"when": of_life(int(first["age"]), grid.every), "rate": format_percent(first["hazard"])}
    words |= {"lost": format_number(first["lost"]), "n": format_number(first["at_risk"])}
    words |= {name: format_percent(first[name]) for name in ("low", "high")}
    return Finding(text.format(**words), rows, " ".join(_leaving_caveats(lives, seen)))


def _rare_purchases(rows: pd.DataFrame, rhythm: Rhythm) -> Finding:
    claim = _("When in their life customers leave cannot be told from purchases as rare as these.")
    first = rows.dropna(subset="lost").head(1)
    silent = _(
        "Everybody bought in their first period and only some in each later one, so silence falls upon the first even"
        " if nobody leaves."
    )
    caveats = [silent, rhythm.warning]
    if len(first) and first["age"].iloc[0] == 1 and first["lost"].iloc[0]:
        text = _("Of {n} customers {lost} have not bought again after their first period so far: a pause or the end.")
        counts = {name: format_number(first[column].iloc[0]) for name, column in (("n", "at_risk"), ("lost", "lost"))}
        caveats.insert(0, text.format(**counts))
    return Finding(claim, rows, " ".join(caveats))


def _silence_alone(lives: Lives, first: pd.Series) -> Finding:
    claim = _("No moment of life can be named in which customers leave: pauses alone bring what was seen.")
    text = _(
        "Most often {when} {lost} of {n} ({rate}) bought for the last time so far; but of the pauses that ended {share}"
        " were longer than what was waited for."
    )
    words = {"when": of_life(int(first["age"]), lives.grid.every), "rate": format_percent(first["hazard"])}
    words |= {"lost": format_number(first["lost"]), "n": format_number(first["at_risk"])}
    return Finding(claim, lives.leaving, text.format(**words, share=format_percent(lives.silence)))


def _leaving_caveats(lives: Lives, seen: pd.DataFrame) -> list[str]:
    grid, caveats = lives.grid, [_("Counted from each customer's own first day, over all cohorts shown.")]
    if len(seen) > 1:
        first, second = seen.iloc[0], seen.iloc[1]
        low, _high = newcombe(first["lost"], first["at_risk"], second["lost"], second["at_risk"])
        text = _("Next comes the loss {when} ({rate}).")
        if low <= 0:
            text = _("It cannot be told from the loss {when} ({rate}).")
        caveats.append(text.format(when=of_life(int(second["age"]), grid.every), rate=format_percent(second["hazard"])))
    if hidden := int(lives.leaving["hazard"].isna().sum()):
        text = _("Withheld, because few left or stayed in them: {periods}.")
        caveats.append(text.format(periods=periods_counted(hidden, grid.every)))
    if grid.presence == "window":
        caveats.append(_("Who comes back later was not lost; ages in which a return is still likely are left out."))
    return caveats


def outlook_finding(lives: Lives) -> Finding:
    """What may be expected of the periods to come: a projection where the data carry one, else why there is none.

    Contracts are projected by the shifted beta-geometric law, a year beyond what was seen and never further than twice
    as far. Purchases are not: what was seen in an age stands beside what was seen in it or later.

    Args:
        lives: The cohorts of a report.

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_contracts(crr.sample_path("contracts"))
        >>> print(outlook_finding(crr.report.lives_of(base, every="year")))
        There is no projection of who will stay.
        A curve needs at least 3 renewals and somebody who left; this one has 2 renewals.
    """
    return _of_purchases(lives) if lives.grid.card.counts_buyers else _of_contracts(lives)


def _of_contracts(lives: Lives) -> Finding:
    curve, every = lives.outlook, lives.grid.every
    if curve.empty:
        return Finding(_("There is no projection of who will stay."), curve, " ".join(lives.doubts))
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
        "With a constant rate it would be {constant}. A law fitted to {n} (shifted beta-geometric) and no count: it"
        " holds if customers go on as they did."
    ).format(constant=format_percent(last["geometric"]), n=periods_counted(int(seen["age"]), every))
    return Finding(claim, curve, " ".join([caveat, *lives.doubts]))


def _of_purchases(lives: Lives) -> Finding:
    caveats = [_("Nobody says goodbye in a log of purchases, so there is no projection of who will stay.")]
    if len(lives.outlook):
        caveats.append(_law_of_purchases(lives.outlook.iloc[0]))
    both = _both_readings(lives)
    age = comparable_age(both, lives.grid, least=1)
    if age is None:
        return Finding(_("How many still buy later cannot be told yet."), lives.outlook, " ".join(caveats))
    cells = both[both["age"] == age]
    claim = _("{later} {then} of the customers bought in that very period, and {ever} then or afterwards.")
    counts = {"then": cells["active"].sum(), "ever": cells["active_ever"].sum()}
    shares = {name: format_percent(count / cells["size"].sum()) for name, count in counts.items()}
    claim = capital(claim.format(later=later(age, lives.grid.every), **shares))
    reading = _("The first takes a pause for leaving; returns still to come would raise the second.")
    return Finding(claim, cells, " ".join([reading, *caveats]))


def _both_readings(lives: Lives) -> pd.DataFrame:
    """The cells that may be told of in that age and in that age or later, where no return is likely any more."""
    ever = next(grid.table for grid in lives.grids if grid.kind == "unbounded")
    ever = ever[(ever["status"] == OBSERVED) & ~ever["provisional"]]
    then = lives.grid.table[lives.grid.table["status"] == OBSERVED]
    columns = ["cohort", "age", "active"]
    return then[[*columns, "size"]].merge(ever[columns], on=["cohort", "age"], suffixes=("", "_ever"))


def _law_of_purchases(row: pd.Series) -> str:
    text = _(
        "By the law of purchases (BG/NBD) these {customers} customers will buy {purchases} times in the next year, and"
        " of the {again} who bought again {alive} are customers still; that is an expectation and no count."
    )
    return text.format(**{name: format_number(row[name]) for name in ("customers", "purchases", "again", "alive")})


def _nothing_to_follow(lives: Lives) -> Finding:
    if (lives.grid.table["status"] == SUPPRESSED).any():
        claim = _("No cohort is shown: each would speak of too few customers.")
        caveat = _("Take longer periods, or make a private report without a smallest group (min_cell=None).")
    else:
        claim = _("No cohort can be followed yet: none was seen through a whole period after its first.")
        caveat = _("A longer list, or shorter periods, would show more of them.")
    return Finding(claim, lives.grid.table, caveat)
