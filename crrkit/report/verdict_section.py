"""Is that good? The rate compared with the band often called usual, as it is and per year."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import check_fraction, format_percent, gettext as _
from crrkit.judge import Target, TargetHistory, assess
from crrkit.measure import COMPLETE
from crrkit.report.account import reference_row, shows_when_lost
from crrkit.report.finding import Finding
from crrkit.report.section import Section, Subject, counting
from crrkit.rules import small_share

if TYPE_CHECKING:
    from crrkit.judge import Assessment
    from crrkit.measure import RetentionTable

USUAL_BAND = "A16"  # the statement of the articles with this band
OWN_TARGET = "target"
HELD = ["source", "basis", "period", "value", "low", "high", "verdict", "against"]


def verdict_section(subject: Subject) -> Section | None:
    """The rate compared with the usual band; None if there is no result yet, or none that can be judged."""
    name, judged = ("kept", subject.kept) if subject.recent is None else ("recent", subject.recent)
    verdict = verdict_of(judged, target=subject.target, min_cell=subject.min_cell)
    if verdict.empty or not shows_when_lost(subject.kept):
        return None
    found, given = verdict_finding(verdict), "" if subject.target is None else "target=target, "
    call = f"verdict_of({name}, {given}min_cell=min_cell)"
    return Section(
        "verdict",
        _("Is that good?"),
        (found,),
        cells=(counting("verdict", call, verdict, then="report.verdict_finding(verdict)"),),
        tables=(verdict,),
        brief=found.claim,
        is_appendix=True,
        terms=("crr",),
    )


def verdict_of(
    kept: RetentionTable, *, target: float | Target | TargetHistory | None = None, min_cell: int | None = 10
) -> pd.DataFrame:
    """The rate as it is and per year, each with its verdict by target and band; empty if none can be judged.

    Args:
        kept: The account.
        target: The target, as for `write_report`.
        min_cell: The smallest group that may be shown; None suppresses nothing.
    """
    row = reference_row(kept)
    if row is None or row["status"] != COMPLETE:
        return pd.DataFrame(columns=HELD)
    target = target_of(kept, target, row)
    held = assess(kept, period=str(row["period"]), target=target)
    rows = [asdict(one) for one in held.verdicts if one.source in (OWN_TARGET, USUAL_BAND)]
    table = pd.DataFrame(rows, columns=HELD).sort_values("source", ascending=False, kind="stable", ignore_index=True)
    if not _may_show_the_year(held, min_cell or 0):
        table = table[table["basis"] == "as stated"]
    if target is not None and OWN_TARGET not in set(table["source"]):
        table = pd.concat([pd.DataFrame([_not_judged(target)], columns=HELD), table], ignore_index=True)
    return table


def target_of(kept: RetentionTable, given: float | Target | TargetHistory | None, row: pd.Series) -> Target | None:
    """The target for a period: a plain rate is for the report's own period."""
    if isinstance(given, TargetHistory):
        day = row["from_"].date()
        return given.in_force(day, period=kept.every) or given.in_force(day)
    if given is None or isinstance(given, Target):
        return given
    value, day = check_fraction(given, name="target"), row["from_"].date()
    return Target(value=value, period=kept.every, basis_period="–", author="–", date=day)


def _not_judged(target: Target) -> dict[str, object]:
    """The row of a target whose period is neither that of the rate nor a known year."""
    line = _("at least {low}").format(low=format_percent(target.value))
    return {"source": OWN_TARGET, "basis": "unknown", "period": target.period, "against": line}


def _may_show_the_year(held: Assessment, least: int) -> bool:
    """Whether the counts behind the annual rate are large; a converted rate has none of its own."""
    if held.annual is None or held.is_alike:
        return True
    counts = (pd.Series([getattr(held.annual, name)]) for name in ("denominator", "numerator"))
    return not small_share(*counts, least=least).any()


def verdict_finding(verdict: pd.DataFrame) -> Finding:
    """The verdict on the rate by the target and the usual band, as it is and per year."""
    own, usual = (verdict[verdict["source"] == source] for source in (OWN_TARGET, USUAL_BAND))
    claims = [*(_of_target(row) for _i, row in own.iterrows()), *([_of_band(usual)] if len(usual) else [])]
    caveat = _(
        "The sources do not say for which period the band is meant, so the rate is compared with it both "
        "ways. Averages do not fit every business: a target of your own is better."
    )
    if len(own):
        caveat = _(
            "The target is yours. The sources do not say for which period the usual band is meant, so the "
            "rate is compared with it both ways."
        )
    return Finding(" ".join(claims), verdict, caveat)


def _of_target(row: pd.Series) -> str:
    """Whether the target is reached, missed, or within the range of chance."""
    text = {
        "reached": _("{value} reaches your target, {against}."),
        "missed": _("{value} misses your target, {against}."),
        "cannot tell": _("Your target, {against}: {value} is so close that chance may decide whether it is reached."),
    }.get(row["verdict"])
    if text is None:
        text = _("Your target, {against}, is of another period, for which the list gives no rate yet.")
        return text.format(against=row["against"])
    basis = {
        "as stated": "{value}",
        "measured": _("{value} measured over a year"),
        "equivalent": _("{value} for one {period}, if all periods were alike,"),
    }[row["basis"]]
    value = basis.format(value=format_percent(row["value"]), period=row["period"])
    return text.format(against=row["against"], value=value)


def _of_band(verdict: pd.DataFrame) -> str:
    """The verdict on the rate as it is, and in the same sentence on the annual rate and its assumption."""
    first, *others = (row for _i, row in verdict.iterrows())
    parts = [_first_of_band(first), *map(_year_of_band, others)]
    return " ".join(parts)


def _first_of_band(row: pd.Series) -> str:
    """The class of the rate, and in the same sentence that the band may be about something else."""
    text = {
        "below": _("{value} ({period}) is below the {band} often called usual"),
        "inside": _("{value} ({period}) is within the {band} often called usual"),
        "above": _("{value} ({period}) is above the {band} often called usual"),
    }.get(row["verdict"])
    if text is None:
        text = _(
            "{value} ({period}) is so close to the edge of the {band} often called usual that the difference may be"
            " chance"
        )
    found = text.format(value=format_percent(row["value"]), period=row["period"], band=row["against"])
    text = _("{found}; that range states no period and no kind of business, so it may not fit yours.")
    return text.format(found=found)


def _year_of_band(row: pd.Series) -> str:
    text = _("Measured over a whole year it is {value}: {verdict}.")
    if row["basis"] == "equivalent":
        text = _("If all periods of a year were like this one, {value} would be kept over a year: {verdict}.")
    words = {
        "below": _("below that range"), "inside": _("within that range"), "above": _("above that range"),
        "cannot tell": _("too close to the edge to tell"),
    }  # fmt: skip
    return text.format(value=format_percent(row["value"]), verdict=words[row["verdict"]])
