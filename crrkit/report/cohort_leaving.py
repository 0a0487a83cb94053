"""At what age customers leave, pooled over the cohorts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.counts import newcombe
from crrkit.ground import format_number, format_percent, gettext as _
from crrkit.report.finding import Finding
from crrkit.report.period_names import of_life, periods_counted

if TYPE_CHECKING:
    import pandas as pd

    from crrkit.measure.cadence import Rhythm
    from crrkit.report.cohort_counts import SharedCohorts


def leaving_finding(cohorts: SharedCohorts) -> Finding:
    """The age with the highest share of customers lost, among those still there.

    ``hazard = lost / at_risk`` of each age, pooled over the cohorts, with Wilson's interval; it is compared with the
    second largest, so that a tie is not reported as a finding.

    A purchase log shows silence, not leaving. Everybody buys in their first period and only some in each later one, so
    silence seems to start after the first even if nobody ever leaves. If the period is too short for the customers'
    rhythm, or the lower end of the interval is not above the share of pauses longer than the waiting time, no age is
    named. Rare buyers among frequent ones are not detected: their silence looks like an early loss.

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_contracts(crr.sample_path("contracts"))
        >>> print(leaving_finding(crr.report.cohorts_of(base, every="year")).claim)
        Customers leave most often in their first year: 178 of 424 (42.0%; 95% interval 37.4% to 46.7%).
    """
    rows, grid = cohorts.leaving, cohorts.grid
    if cohorts.rhythm and cohorts.rhythm.is_doubtful:
        return _rare_purchases(rows, cohorts.rhythm)
    seen = rows[rows["hazard"] > 0].sort_values("hazard", ascending=False, kind="stable")
    if seen.empty:
        claim = _("It is too early to say when in their lifetime customers leave.")
        return Finding(
            claim, rows, _("No cohort was seen long enough, or too few of its customers left."), is_informative=False
        )
    first = seen.iloc[0]
    if first["low"] <= cohorts.silence:
        return _silence_alone(cohorts, first)
    text = _("Customers leave most often {when}: {lost} of {n} ({rate}; 95% interval {low} to {high}).")
    if grid.presence == "window":
        text = _(
            "Customers are lost most often {when}: {lost} of {n} bought then for the last time ({rate}; 95% interval"
            " {low} to {high})."
        )
    words = {"when": of_life(int(first["age"]), grid.every), "rate": format_percent(first["hazard"])}
    words |= {"lost": format_number(first["lost"]), "n": format_number(first["at_risk"])}
    words |= {name: format_percent(first[name]) for name in ("low", "high")}
    return Finding(text.format(**words), rows, " ".join(_leaving_caveats(cohorts, seen)))


def rows_shown(cohorts: SharedCohorts) -> pd.DataFrame:
    """The ages whose counts `leaving_finding` states; a page contains no others."""
    told = cohorts.leaving.dropna(subset="lost")
    if cohorts.rhythm and cohorts.rhythm.is_doubtful:
        return told[told["age"] == 1].head(1)
    return told[told["hazard"] > 0].sort_values("hazard", ascending=False, kind="stable").head(1)


def _rare_purchases(rows: pd.DataFrame, rhythm: Rhythm) -> Finding:
    claim = _("Purchases as rare as these do not show when customers leave.")
    first = rows.dropna(subset="lost").head(1)
    silent = _(
        "Everybody bought in their first period and only some in each later one, so silence falls upon the first even"
        " if nobody leaves."
    )
    caveats = [silent, rhythm.warning]
    if len(first) and first["age"].iloc[0] == 1 and first["lost"].iloc[0]:
        text = _(
            "Of {n} {n:customer|customers} {lost} {lost:has|have} not bought again after their first period so far: a"
            " pause or the end."
        )
        counts = {name: format_number(first[column].iloc[0]) for name, column in (("n", "at_risk"), ("lost", "lost"))}
        caveats.insert(0, text.format(**counts))
    return Finding(claim, rows, " ".join(caveats), is_informative=False)


def _silence_alone(cohorts: SharedCohorts, first: pd.Series) -> Finding:
    claim = _("No moment of life can be named in which customers leave: pauses alone bring what was seen.")
    text = _(
        "Most often {when} {lost} of {n} ({rate}) bought for the last time so far; but of the pauses that ended {share}"
        " were longer than what was waited for."
    )
    words = {"when": of_life(int(first["age"]), cohorts.grid.every), "rate": format_percent(first["hazard"])}
    words |= {"lost": format_number(first["lost"]), "n": format_number(first["at_risk"])}
    caveat = text.format(**words, share=format_percent(cohorts.silence))
    return Finding(claim, cohorts.leaving, caveat, is_informative=False)


def _leaving_caveats(cohorts: SharedCohorts, seen: pd.DataFrame) -> list[str]:
    grid, caveats = cohorts.grid, [_("Counted from each customer's own first day, over all cohorts shown.")]
    if len(seen) > 1:
        first, second = seen.iloc[0], seen.iloc[1]
        low, _high = newcombe(first["lost"], first["at_risk"], second["lost"], second["at_risk"])
        text = _("Next comes the loss {when} ({rate}).")
        if low <= 0:
            text = _("This does not clearly differ from the loss {when} ({rate}).")
        caveats.append(text.format(when=of_life(int(second["age"]), grid.every), rate=format_percent(second["hazard"])))
    if hidden := int(cohorts.leaving["hazard"].isna().sum()):
        text = _("Suppressed, because few customers left or stayed: {periods}.")
        caveats.append(text.format(periods=periods_counted(hidden, grid.every)))
    if grid.presence == "window":
        caveats.append(_("Who comes back later was not lost; ages in which a return is still likely are left out."))
    return caveats
