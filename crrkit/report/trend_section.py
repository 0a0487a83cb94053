"""Whether the rate changed, whether that is a signal, and the rate of every period as a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from crrkit.counts import newcombe
from crrkit.ground import format_number, format_percent, gettext as _
from crrkit.judge import control_chart
from crrkit.measure import COMPLETE, RUNNING
from crrkit.report.account import earlier_periods, reference_row, shows_when_lost, whole_rows
from crrkit.report.finding import Finding, difference_words, nothing_to_claim, rows_of
from crrkit.report.html import Html, element, picture
from crrkit.report.period_names import period_name, periods_counted
from crrkit.report.section import Cell, Section, Subject
from crrkit.report.verdict_section import target_of
from crrkit.report.withhold import WITHHELD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from crrkit.measure import RetentionTable

LATEST_DRAWN = 60  # periods: five years of months; with more, the points of a line run together
LONG_ENOUGH = 8  # periods needed for a signal
WIDER = 1.05  # a smaller factor would be printed as "1.0 times as much"


def change_finding(kept: RetentionTable, *, since: str) -> Finding:
    """Whether the headline period differs from an earlier one by more than chance.

    Args:
        kept: The account.
        since: The name of the earlier period, such as ``"2024-02"``; both must have a rate.
    """
    now, then = reference_row(kept), kept.row(since)
    if now is None or pd.isna(then["crr"]):
        return nothing_to_claim(kept)
    change = change_between(then, now)
    words = {
        "then": period_name(then, kept.every),
        "was": format_percent(then["crr"]),
        "is": format_percent(now["crr"]),
    }
    caveat = " ".join(filter(None, [difference_words(*change), _usual_scatter(kept)]))
    if then["until"] == now["from_"] and kept.every != "year":
        caveat += " " + _("Neighbouring periods may differ by season alone.")
    _difference, low, high = change
    return Finding(
        change_claim(*change).format(**words), rows_of(kept, then, now), caveat, is_informative=low > 0 or high < 0
    )


def change_between(then: pd.Series, now: pd.Series) -> tuple[float, float, float]:
    """The difference of two periods' rates, and its interval."""
    counts = [int(row[name]) for row in (now, then) for name in ("kept", "start")]
    return now["crr"] - then["crr"], *newcombe(*counts)


def _usual_scatter(kept: RetentionTable) -> str:
    """A note that the interval covers only chance, if the periods vary by more."""
    if len(whole_rows(kept)) < LONG_ENOUGH or WITHHELD in set(kept.table["status"]):
        return ""
    times = control_chart(kept).dispersion
    if times < WIDER:
        return ""
    text = _(
        "That is the interval of chance alone; neighbouring periods of this list usually differ {times}"
        " {times:time|times} as much."
    )
    return text.format(times=format_number(times, digits=1))


def change_claim(change: float, low: float, high: float) -> str:
    """Up, down or undecided, by the interval of the difference."""
    if low > 0:
        return _("Up from {was} ({then}) to {is}: more than chance alone would explain.")
    if high < 0:
        return _("Down from {was} ({then}) to {is}: more than chance alone would explain.")
    if not change:
        return _("The same as before: {was} ({then}) and {is}.")
    return _("{was} ({then}) and {is} are no further apart than chance alone would explain.")


def trend_section(subject: Subject) -> Section | None:
    """Whether the latest rate is a signal, how it changed, and the rate of every period as a line."""
    kept = subject.kept
    if reference_row(kept) is None or not shows_when_lost(kept):
        return None
    since = earlier_periods(kept)
    news, changes = control_chart_finding(kept), [change_finding(kept, since=period) for period in since]
    cells = [
        *(["report.control_chart_finding(kept)"] if news else []),
        *(f'report.change_finding(kept, since="{period}")' for period in since),
        "report.trend_finding(kept)", _line_code(subject, has_limits=news is not None),
    ]  # fmt: skip
    return Section(
        "trend",
        _("Is it changing?"),
        tuple(filter(None, [news, *changes, trend_finding(kept)])),
        lambda: line(kept, target=_drawn_target(subject), marks=subject.marks, has_limits=news is not None),
        cells=tuple(map(Cell, cells)),
        brief=news.claim if news else " ".join(_in_brief(kept, found) for found in changes[:1]),
        terms=("crr", "limits", "interval"),
    )


def _in_brief(kept: RetentionTable, change: Finding) -> str:
    """A change as worded on the first screen: starting with "no" if explainable by chance."""
    if change.is_informative:
        return change.claim
    then, now = (change.evidence.iloc[i] for i in (0, -1))
    text = _("Not by more than chance: {was} in {then}, {is_} now.")
    words = {"was": format_percent(then["crr"]), "is_": format_percent(now["crr"])}
    return text.format(then=period_name(then, kept.every), **words)


def _drawn_target(subject: Subject) -> float | None:
    """The target if it is for the report's own period; one for another period cannot be compared with the points."""
    row = reference_row(subject.kept)
    target = None if row is None else target_of(subject.kept, subject.target, row)
    return target.value if target and target.period == subject.kept.every else None


def _line_code(subject: Subject, *, has_limits: bool) -> str:
    target = _drawn_target(subject)
    given = [
        *(["limits=crr.control_chart(kept)"] if has_limits else []),
        *([f"target={target!r}"] if target is not None else []),
        *(["marks=marks"] if subject.marks else []),
        *([f"latest={LATEST_DRAWN}"] if len(subject.kept.table) > LATEST_DRAWN else []),
    ]
    return f"figures.retention_line({', '.join(['kept', *given])})"


def control_chart_finding(kept: RetentionTable) -> Finding | None:
    """Whether the headline rate is outside the limits of an unchanged process.

    Returns:
        The finding; None if fewer than eight whole periods are shown, if some are suppressed, so that those shown are
        not a fair sample, or if the headline period had not ended.
    """
    main = reference_row(kept)
    hidden = WITHHELD in set(kept.table["status"])
    if main is None or main["status"] != COMPLETE or hidden or len(whole_rows(kept)) < LONG_ENOUGH:
        return None
    chart = control_chart(kept)
    row = chart.table[chart.table["period"] == main["period"]].iloc[0]
    text = {
        "": _("No signal: {crr} is within what is usual here, {swing} (on average {centre})."),
        "run": _("This is a signal: with {crr} eight periods in a row lie on the same side of the average, {centre}."),
    }.get(row["signal"], _("This is a signal: {crr} is outside what is usual here, {swing} (on average {centre})."))
    words = {"crr": format_percent(row["crr"]), "centre": format_percent(chart.centre), "swing": swing_words(row)}
    caveat = _(
        "Chance alone moves a rate from period to period. The limits are as wide as neighbouring periods"
        " usually differ: two of them may lie further apart than chance alone explains without being a signal."
    )
    return Finding(text.format(**words), rows_of(kept, main), caveat)


def swing_words(row: pd.Series) -> str:
    """The limits as ``80.1% to 94.1%``; a limit below 0 or above 1, which no rate can cross, is left out."""
    low, high = (format_percent(row[name]) for name in ("low", "high"))
    if row["low"] < 0 and row["high"] > 1:
        return _("any rate")
    if row["high"] > 1:
        return _("{low} or more").format(low=low)
    if row["low"] < 0:
        return _("{high} or less").format(high=high)
    return _("{low} to {high}").format(low=low, high=high)


def trend_finding(kept: RetentionTable) -> Finding:
    """The range of rates over the complete periods, and the average."""
    rows = whole_rows(kept)
    if len(rows) < 2:  # noqa: PLR2004 - one point is no line
        claim = _("There is no second complete period yet, so no trend can be seen.")
        return Finding(
            claim, rows, _("Two points are a difference, and three are hardly a trend."), is_informative=False
        )
    low, high = rows.iloc[rows["crr"].argmin()], rows.iloc[rows["crr"].argmax()]
    words = {
        "n": periods_counted(len(rows), kept.every),
        "low": format_percent(low["crr"]), "when": period_name(low, kept.every),
        "high": format_percent(high["crr"]), "then": period_name(high, kept.every),
        "mean": format_percent(rows["kept"].sum() / rows["start"].sum()),
    }  # fmt: skip
    claim = _("The rate lay between {low} ({when}) and {high} ({then}), {mean} on average ({n}).")
    caveat = _(
        "The average weighs each period by its customers at the start. It is not the rate of a longer period: measure"
        " that one on its own dates."
    )
    if WITHHELD in set(kept.table["status"]):
        claim = _("In the periods shown the rate lay between {low} ({when}) and {high} ({then}) ({n}).")
        caveat = _(
            "Periods in which few customers left or stayed are suppressed, so those shown are not a fair"
            " sample and have no average here."
        )
    return Finding(claim.format(**words), rows, caveat)


def line(
    kept: RetentionTable,
    *,
    target: float | None = None,
    marks: Mapping[str, str] | Mapping[date, str] | None = None,
    has_limits: bool = False,
) -> Html:
    """The line of rates with its caption: control limits, target, and marked events."""
    from crrkit import figures

    limits = control_chart(kept) if has_limits else None
    latest = LATEST_DRAWN if len(kept.table) > LATEST_DRAWN else None
    drawn = picture(figures.retention_line, kept, target=target, marks=marks, limits=limits, latest=latest)
    return element("figure", drawn, element("figcaption", " ".join(_caption(kept, has_limits=has_limits))))


def _caption(kept: RetentionTable, *, has_limits: bool) -> list[str]:
    caption = [
        *filter(None, [kept.warning]),
        _("The rate of each period and how far the same process could have landed (95% interval)."),
    ]
    if len(kept.table) > LATEST_DRAWN:
        text = _("The last {n} of {all} are drawn; all of them stand in the account, in the appendix and the tables.")
        words = {"n": format_number(LATEST_DRAWN), "all": periods_counted(len(kept.table), kept.every)}
        caption.append(text.format(**words))
    if has_limits:
        caption.append(_("The dashed lines enclose the usual variation of an unchanged rate; a ring marks a signal."))
    if (kept.table["status"] == RUNNING).any():
        caption.append(_("The hollow point is the period that had not ended when the data ended."))
    if (kept.table["status"] == WITHHELD).any():
        caption.append(_("Where the line breaks at a cross, the rate is suppressed."))
    return caption
