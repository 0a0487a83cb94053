"""Before and after a day: the same number of whole periods on either side, and the limits of that comparison."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.counts import wilson_share
from crrkit.ground import (
    YEARS_PER_PERIOD,
    InputError,
    check_moment,
    format_percent,
    gettext as _,
)
from crrkit.judge import control_chart
from crrkit.measure import COMPLETE
from crrkit.report.account import reference_row
from crrkit.report.finding import Finding, difference_words, share_words
from crrkit.report.period_names import day_name, periods_counted
from crrkit.report.section import Cell, Section, Subject
from crrkit.report.withhold import WITHHELD

if TYPE_CHECKING:
    from datetime import date

    from crrkit.measure import RetentionTable


def mark_section(subject: Subject) -> Section | None:
    """The rate before and after each given day; None without days or without a rate."""
    marks = {str(day): name for day, name in (subject.marks or {}).items()}
    if not marks or reference_row(subject.kept) is None:
        return None
    found = tuple(mark_finding(subject.kept, on=day, name=name) for day, name in sorted(marks.items()))
    cells = [f"report.mark_finding(kept, on={day!r}, name={name!r})" for day, name in sorted(marks.items())]
    return Section(
        "marks",
        _("Before and after"),
        found,
        cells=tuple(map(Cell, cells)),
        tables=tuple(one.evidence for one in found),
        names=tuple(marks.values()),
        brief=found[-1].claim,
        is_short=True,
        terms=("interval",),
    )


@dataclass(frozen=True)
class _Side:
    """Several whole periods pooled."""

    rows: pd.DataFrame

    @property
    def start(self) -> float:
        return float(self.rows["start"].sum())

    @property
    def kept(self) -> float:
        return float(self.rows["kept"].sum())

    @property
    def rate(self) -> float:
        return self.kept / self.start

    def share_text(self) -> str:
        return share_words(self.kept, self.start)


def mark_finding(kept: RetentionTable, *, on: str | date, name: str) -> Finding:
    """Whether the rate after a day differs from the rate before it, and why that does not prove a cause.

    As many whole periods after the day as before it, at most a year; the period containing the day is in neither.
    ``rate = sum(kept) / sum(start)`` on each side; the interval is Newcombe's, with each side's customers divided by
    the square of the dispersion that `control_chart` finds, since periods vary by more than chance.

    Args:
        kept: The account.
        on: The day: the first one after the change.
        name: What happened.

    Raises:
        InputError: If the day is outside the account.

    Examples:
        >>> import crrkit as crr
        >>> kept = crr.retention_by_period(crr.read_contracts(crr.sample_path("contracts")), every="month")
        >>> print(mark_finding(kept, on="2024-06-01", name="new prices").claim)  # doctest: +NORMALIZE_WHITESPACE
        Around “new prices” (June 1, 2024): 96.0% (1,754 of 1,828) in the 7 months before, 95.9% (2,271 of 2,369) in the
        7 months after, no further apart than chance alone would explain.
    """
    day = pd.Timestamp(check_moment(on, name="on")).normalize()
    table = kept.table
    if not table["from_"].iloc[0] <= day < table["until"].iloc[-1]:
        message = _("on={day} lies outside of the periods that are counted. Name a day inside of them.")
        raise InputError(message.format(day=day.date()), argument="on", given=on)
    what = {"name": name, "day": day_name(day)}
    sides = _sides(kept, day)
    if sides is None:
        claim = _("It is too early to compare the rate before and after “{name}” ({day}).").format(**what)
        caveat = _("It takes a whole period with a rate on either side of the day, and none suppressed between them.")
        return Finding(claim, table[:0], caveat, is_informative=False)
    before, after = sides
    n = periods_counted(len(before.rows), kept.every)
    low, high = _difference(before, after, kept)
    text = _("Around “{name}” ({day}): {was} in the {n} before, {now} in the {n} after, {verdict}.")
    if len(before.rows) == 1:
        text = _("Around “{name}” ({day}): {was} in the period before, {now} in the one after, {verdict}.")
    words = {"was": before.share_text(), "now": after.share_text(), "n": n, "verdict": _verdict(low, high)}
    spread = difference_words(after.rate - before.rate, low, high)
    not_why = _(
        "This does not prove a cause: whatever else happened then counts, too, there is no control "
        "group, and a better period often follows a bad one by chance alone. Only a randomized holdout "
        "can tell."
    )
    caveats = [spread, *_year_before(kept, day, len(before.rows)), not_why]
    evidence = pd.concat([before.rows, after.rows])
    return Finding(text.format(**what, **words), evidence, " ".join(caveats))


def _in_a_year(kept: RetentionTable) -> int:
    return round(1 / YEARS_PER_PERIOD[kept.every])


def _verdict(low: float, high: float) -> str:
    if low > 0:
        return _("up by more than chance alone would explain")
    return (
        _("down by more than chance alone would explain")
        if high < 0
        else _("no further apart than chance alone would explain")
    )


def _sides(kept: RetentionTable, day: pd.Timestamp, *, most: int | None = None) -> tuple[_Side, _Side] | None:
    """As many whole periods before a day as after it; None if there are none, or one in between is suppressed."""
    told = kept.table[kept.table["status"].isin([COMPLETE, WITHHELD])]
    before, after = told[told["until"] <= day], told[told["from_"] >= day]
    n = min(len(before), len(after), _in_a_year(kept), most or len(told))
    chosen = before.tail(n), after.head(n)
    if not n or any(WITHHELD in set(rows["status"]) or not rows["start"].sum() for rows in chosen):
        return None
    return _Side(chosen[0]), _Side(chosen[1])


def _difference(before: _Side, after: _Side, kept: RetentionTable) -> tuple[float, float]:
    spread = control_chart(kept).dispersion ** 2
    was, now = (wilson_share(side.rate, side.start / spread) for side in (before, after))
    change = after.rate - before.rate
    return (
        change - hypot(after.rate - now[0], was[1] - before.rate),
        change + hypot(now[1] - after.rate, before.rate - was[0]),
    )


def _year_before(kept: RetentionTable, day: pd.Timestamp, n: int) -> list[str]:
    """The change over the same periods a year earlier: a recurring season is not an effect."""
    if n >= _in_a_year(kept):
        return []
    sides = _sides(kept, day - pd.DateOffset(years=1), most=n)
    if sides is None or len(sides[0].rows) < n:
        return [_("The season may play a part: there is no year before to compare with.")]
    text = _("A year earlier the same periods went from {was} to {now}.")
    return [text.format(was=format_percent(sides[0].rate), now=format_percent(sides[1].rate))]
