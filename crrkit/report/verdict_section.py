"""Is that good? The rate against the band that is often called usual, as it stands and for a year."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import format_percent, gettext as _
from crrkit.judge import assess
from crrkit.measure import COMPLETE
from crrkit.report.account import reference_row
from crrkit.report.finding import Finding
from crrkit.report.section import Cell, Section, Subject, holding
from crrkit.rules import small_share

if TYPE_CHECKING:
    from crrkit.judge import Assessment

USUAL_BAND = "A16"  # the statement of the articles that names it
HELD = ["basis", "period", "value", "low", "high", "verdict", "against"]


def verdict_section(subject: Subject) -> Section | None:
    """The rate against the usual band; None where there is no result yet, or none that may be judged."""
    verdict = verdict_of(subject)
    if verdict.empty:
        return None
    found = verdict_finding(verdict)
    return Section(
        "verdict",
        _("Is that good?"),
        (found,),
        cells=(holding("verdict", verdict), Cell("report.verdict_finding(verdict)")),
        tables=(verdict,),
        brief=found.claim,
        is_appendix=True,
        terms=("crr",),
    )


def verdict_of(subject: Subject) -> pd.DataFrame:
    """The rate as it stands and for a year, each with its place against the band; empty where none may be judged."""
    row = reference_row(subject.kept)
    if row is None or row["status"] != COMPLETE:
        return pd.DataFrame(columns=HELD)
    held = assess(subject.kept, period=str(row["period"]))
    rows = [asdict(one) for one in held.verdicts if one.source == USUAL_BAND]
    table = pd.DataFrame(rows, columns=HELD)
    return table if _may_tell_the_year(held, subject.min_cell or 0) else table[table["basis"] == "as stated"]


def _may_tell_the_year(held: Assessment, least: int) -> bool:
    """Whether the counts behind the rate of the year are large; one that is converted has none of its own."""
    if held.annual is None or held.is_alike:
        return True
    counts = (pd.Series([getattr(held.annual, name)]) for name in ("denominator", "numerator"))
    return not small_share(*counts, least=least).any()


def verdict_finding(verdict: pd.DataFrame) -> Finding:
    """Where the rate stands against the band, as it is and for a year.

    Args:
        verdict: The verdicts of a report.
    """
    texts = {
        "as stated": _("{value} as it stands is {verdict}"),
        "measured": _("{value} measured over a year is {verdict}"),
        "equivalent": _("{value} for a year, if every period were alike, is {verdict}"),
    }
    words = {
        "below": _("below"), "inside": _("inside"), "above": _("above"),
        "cannot tell": _("so near to a line that chance decides"),
    }  # fmt: skip
    parts = [
        texts[row["basis"]].format(value=format_percent(row["value"]), verdict=words[row["verdict"]])
        for _i, row in verdict.iterrows()
    ]
    claim = _("Against the band of {band} that is often called usual: {parts}.")
    caveat = _(
        "Nobody says for which period the band is meant, so the rate is held against it both ways. Averages do not fit"
        " every business: better is a target of your own."
    )
    return Finding(claim.format(band=verdict["against"].iloc[0], parts="; ".join(parts)), verdict, caveat)
