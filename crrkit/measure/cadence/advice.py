"""The recommended period and activity rule for a base, shared by `suggest_period`, ``crrkit check`` and the report."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from crrkit.ground import (
    DAYS_PER_PERIOD,
    PERIODS,
    SECONDS_PER_DAY,
    InputError,
    check_fraction,
    check_given,
    format_number,
    format_percent,
    gettext as _,
    mark,
    ngettext,
)
from crrkit.measure.cadence.gaps import characteristic_interval, days_text, term_of
from crrkit.read import Base
from crrkit.rules import Calendar, Trailing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crrkit.measure.cadence.gaps import Gaps

RHYTHM_PERIODS = PERIODS[1:]  # all but the day
SLACK_DAYS = 1.0  # days: a window of 31 days counts as no longer than a month
ENOUGH_CYCLES = 2  # a shorter history, in cycles or in whole periods, shows no rhythm
FEW_PURCHASES = 5  # with fewer purchases followed by another, no rhythm can be estimated
SHARE_INSIDE, MEDIAN = 0.8, 0.5
MOST_AT_A_GLANCE = 120  # periods: ten years of months; more are unreadable
LATE = 0.1  # of a period: if the data begin this late in it, it still counts as whole

BY = {
    "day": mark("By day"), "week": mark("By week"), "month": mark("By month"), "quarter": mark("By quarter"),
    "half-year": mark("By half-year"), "year": mark("By year"),
}  # fmt: skip

COVERS, RETURNS, HISTORY, WINDOW = "covers", "returns", "history", "window"
BY_RENEWALS, BY_STATUS, BY_SPAN, BY_LISTS, BY_RULE = "renewals", "status", "span", "lists", "rule"
SHORT_HISTORY, TOO_FEW, NEVER_COVERED = "short history", "too few", "never"
_REFUSED = (SHORT_HISTORY, TOO_FEW, NEVER_COVERED)


@dataclass(frozen=True, kw_only=True)
class Advice:
    """The recommended period and, if needed, activity rule for a base.

    Attributes:
        every: The period; if none suits, the longest up to a quarter that fits twice into the history.
        ground: The reason: ``covers`` (the 80 % quantile of the gaps), ``returns`` (the same for those who return),
            ``history`` (the longest period that fits twice into the data), ``window`` (of the activity rule),
            ``renewals`` and ``status`` (contracts), ``span`` (the data run over decades), ``lists`` (the interval of
            the snapshots), ``rule`` (no period is long enough); or why none does: ``short history, too few, never``.
        days: The window in days of the activity rule needed with the period; None if the base's own rule suits.
        needed, share: The days within which that share of the gaps closes; for contracts, the term in months.
        covered: Of the purchases followed by another, the share followed within the period.
        closed, history_days: The number of purchases followed by another; the length of the history in days.
    """

    every: str
    ground: str
    days: int | None = None
    needed: float = math.nan
    share: float = SHARE_INSIDE
    covered: float = math.nan
    closed: int = 0
    history_days: int = 0

    @property
    def fits(self) -> bool:
        """Whether the period suits the base; if not, ``every`` is only a fallback that can be computed."""
        return self.ground not in _REFUSED

    @property
    def activity(self) -> Trailing | None:
        """The activity rule needed with the period; None if the base's own rule suits."""
        return None if self.days is None else Trailing(days=self.days)

    @property
    def why(self) -> str:
        """A sentence with the period and the reason, or why none suits, in the current language."""
        return _why(self).format(**self._words())

    @property
    def sentence(self) -> str:
        """The sentence for a report, which uses the fallback period even if none suits."""
        if self.fits:
            return self.why
        return _("{by}, as nothing better can be named: {why}").format(by=_(BY[self.every]), why=self.why)

    @property
    def what(self) -> str:
        """The arguments to type."""
        rule = "" if self.activity is None else f", activity={self.activity!r}"
        return f"every={self.every!r}{rule}"

    def applied(self, base: Base) -> Base:
        """Return the base under the activity rule that is needed."""
        return base if self.activity is None else base.with_activity(self.activity)

    def _words(self) -> dict[str, str]:
        return {
            "by": _(BY[self.every]), "every": _(self.every), "share": format_percent(self.share, digits=0),
            "needed": days_text(self.needed), "history": format_number(self.history_days), "days": str(self.days),
            "covered": format_percent(self.covered, digits=0),
            "least": format_number(FEW_PURCHASES), "years": str(round(self.history_days / DAYS_PER_PERIOD["year"])),
        }  # fmt: skip


def _why(advice: Advice) -> str:
    """Return the sentence template for the ground."""
    texts = {
        COVERS: _("{by}, because {share} of the gaps between purchases close within {needed} {needed:day|days}."),
        RETURNS: _(
            "{by}, because {share} of repeat purchases come within {needed} {needed:day|days} of the one before."
        ),
        HISTORY: _(
            "{by}, because {covered} of repeat purchases come within that time. A longer"
            " period would cover more, but the data hold fewer than two whole ones."
        ),
        WINDOW: _("{by}, because the rule looks back over {needed} {needed:day|days}."),
        BY_RENEWALS: ngettext(
            "{by}, because most contracts that ended had run for whole terms of {needed} month.",
            "{by}, because most contracts that ended had run for whole terms of {needed} months.",
            0 if math.isnan(advice.needed) else int(advice.needed),
        ),
        BY_STATUS: _("{by}, because contracts say day by day who is a customer."),
        BY_SPAN: _("{by}, because the list runs over {years} {years:year|years}: shorter periods would be too many."),
        BY_LISTS: _("{by}, because the lists were kept in that rhythm; between two of them nothing is seen."),
        BY_RULE: _(
            "{by} with activity=Trailing(days={days}), because {share} of the gaps between purchases close within"
            " {needed} {needed:day|days}, longer than a year."
        ),
        SHORT_HISTORY: _(
            "{share} of the gaps between purchases close within {needed} {needed:day|days}, but the history is"
            " {history} {history:day|days}: less than two cycles. Collect a longer history, or count contracts or"
            " service visits instead."
        ),
        TOO_FEW: _(
            "Fewer than {least} {least:purchase was|purchases were} followed by another, so no rhythm can be seen and"
            " no period can be named. Collect a longer history, or use every= yourself."
        ),
        NEVER_COVERED: _(
            "No purchase was followed by another within the {history} {history:day|days} of history, so no period can"
            " be named. Collect a longer history, or use every= yourself."
        ),
    }
    return texts[advice.ground]


def advise(base: Base, *, share: float = SHARE_INSIDE) -> Advice:
    """Recommend the period and, if needed, the activity rule for a base.

    For purchases under the rule ``"period"``, it is the shortest of week, month, quarter, half-year and year within
    which ``share`` of the gaps close (`characteristic_interval`). If so few customers return that this share is not
    reached within half of the history, the share refers to the gaps of those who do return. The data must cover two
    whole periods; otherwise it is the longest period that they cover twice, provided that most of those who return do
    so within it. If a year is too short, it is a year with a window as long as the gaps. Under `Trailing` or `OwnGap`,
    if most of those who return do so within the window, it is the shortest period at least as long. For contracts it is
    their term of renewal, else the longest period up to a month that fits twice into the history, or a longer one if
    there would be over 120 periods.

    Args:
        base: A base from one of the readers.
        share: The share of the gaps that the period should cover.

    Returns:
        The advice; if nothing suits, ``fits`` is False and ``why`` says what is needed.
    """
    check_fraction(share, name="share")
    if not base.has_purchases:
        return _of_contracts(base)
    gaps = characteristic_interval(base)
    return _of_window(base, gaps) or _of_gaps(base, gaps, share)


def window_of(base: Base) -> float | None:
    """Return how many days the activity rule of a base looks back; None under ``"period"`` and for contracts."""
    return None if base.rule is None else base.rule.length


def _of_contracts(base: Base) -> Advice:
    if base.listed_every is not None:
        return Advice(every=base.listed_every, ground=BY_LISTS)
    term = term_of(base)
    if term:
        long = next((every for every in RHYTHM_PERIODS if Calendar(every).months >= term), "year")
        if holds(base, long) >= ENOUGH_CYCLES:
            return Advice(every=long, ground=BY_RENEWALS, needed=term)
    usual = _longest_seen_twice(base, at_most="month")
    every = next((one for one in PERIODS[PERIODS.index(usual) :] if holds(base, one) <= MOST_AT_A_GLANCE), "year")
    ground, days = BY_STATUS if every == usual else BY_SPAN, (base.as_of - base.first).days
    return Advice(every=every, ground=ground, history_days=days)


def _of_window(base: Base, gaps: Gaps) -> Advice | None:
    """Return the shortest period as long as the window, if most of those who return do so within the window."""
    window = window_of(base)
    if window is None or gaps.covered(window) < MEDIAN:
        return None
    every = next((every for every in RHYTHM_PERIODS if DAYS_PER_PERIOD[every] + SLACK_DAYS >= window), "year")
    return Advice(every=every, ground=WINDOW, needed=window, closed=gaps.closed, history_days=gaps.history_days)


def _of_gaps(base: Base, gaps: Gaps, share: float) -> Advice:
    all_of_them, returns = gaps.quantile(share), gaps.quantile_of_returns(share)
    usable = ENOUGH_CYCLES * all_of_them <= gaps.history_days
    needed, ground = (all_of_them, COVERS) if usable else (returns, RETURNS)
    facts = Advice(
        every="year", ground=ground, needed=needed, share=share, closed=gaps.closed, history_days=gaps.history_days
    )
    if not gaps.closed or ENOUGH_CYCLES * needed > gaps.history_days:
        return _refused(base, SHORT_HISTORY if gaps.closed else NEVER_COVERED, facts)
    if gaps.closed < FEW_PURCHASES:
        return _refused(base, TOO_FEW, facts)
    if needed > DAYS_PER_PERIOD["year"]:
        return replace(facts, ground=BY_RULE, days=math.ceil(needed), covered=gaps.covered(needed))
    every = next(every for every in RHYTHM_PERIODS if DAYS_PER_PERIOD[every] >= needed)
    if holds(base, every) >= ENOUGH_CYCLES:
        return replace(facts, every=every, covered=gaps.covered(DAYS_PER_PERIOD[every]))
    shorter = _held_twice(base, gaps, reversed(RHYTHM_PERIODS[: RHYTHM_PERIODS.index(every)]))
    if shorter is None:
        return _refused(base, SHORT_HISTORY, facts)
    return replace(facts, every=shorter, ground=HISTORY, covered=gaps.covered(DAYS_PER_PERIOD[shorter]))


def _held_twice(base: Base, gaps: Gaps, names: Iterable[str]) -> str | None:
    fitting = (name for name in names if holds(base, name) >= ENOUGH_CYCLES)
    return next((name for name in fitting if gaps.covered(DAYS_PER_PERIOD[name]) >= MEDIAN), None)


def _refused(base: Base, ground: str, facts: Advice) -> Advice:
    return replace(facts, every=_longest_seen_twice(base, at_most="quarter"), ground=ground)


def holds(base: Base, every: str) -> int:
    """Return the number of whole periods in the data; one that the data miss by up to a tenth at its start counts."""
    calendar = base.calendar(every)
    first = calendar.index(base.first)
    begun_late = base.first.date() > calendar.start(first) + timedelta(days=LATE * DAYS_PER_PERIOD[every])
    return calendar.index(base.as_of) - first - begun_late


def _longest_seen_twice(base: Base, *, at_most: str) -> str:
    """Return the longest period up to ``at_most`` that fits twice into the history, else a day."""
    usual = RHYTHM_PERIODS[: RHYTHM_PERIODS.index(at_most) + 1]
    days = (base.as_of - base.first).total_seconds() / SECONDS_PER_DAY
    return next((every for every in reversed(usual) if ENOUGH_CYCLES * DAYS_PER_PERIOD[every] <= days), "day")


def suggest_period(base: Base, *, share: float = SHARE_INSIDE) -> str:
    """Suggest the shortest period in which most customers who keep buying would have bought again.

    The smallest of week, month, quarter, half-year and year that is at least as long as the ``share`` quantile of the
    gaps between purchases and fits twice into the data; for contracts, their term of renewal, else usually a month.
    ``crrkit check`` and a report without ``every=`` use the same period and state the reason.

    Args:
        base: A base from one of the readers.
        share: The share of the gaps that the period should cover, a fraction.

    Returns:
        ``week month quarter half-year`` or ``year``; ``day`` only for contracts of a short history or daily snapshots.

    Raises:
        ValueError: If hardly any purchase was followed by another, if the history is shorter than two such gaps, or if
            the gaps are longer than a year: a rate by period would then reflect the calendar, not the customers.

    Examples:
        >>> import pandas as pd
        >>> from crrkit.read.bases.readers import read_orders
        >>> coffee = pd.DataFrame({"who": "a", "when": pd.date_range("2024-01-01", periods=60, freq="3D")})
        >>> suggest_period(read_orders(coffee, customer="who", at="when"))
        'week'
        >>> cars = pd.DataFrame({"who": ["a", "a", "b"], "when": ["2020-01-01", "2023-06-01", "2022-01-01"]})
        >>> suggest_period(read_orders(cars, customer="who", at="when"))
        Traceback (most recent call last):
        crrkit.InputError: 80% of the gaps between purchases close within 1,247 days, but the history is
            1,248 days: less than two cycles. Collect a longer history, or count contracts or service visits instead.
    """
    check_given(base, Base, name="base")
    advice = advise(base, share=share)
    if advice.ground == BY_RULE:
        text = _(
            "{share} of the gaps between purchases close within {needed} {needed:day|days}, longer than a year. Use"
            " activity=Trailing(days={days}) instead of a calendar period."
        )
        words = {"share": format_percent(share, digits=0), "needed": days_text(advice.needed), "days": advice.days}
        raise InputError(text.format(**words), argument="base")
    if not advice.fits:
        raise InputError(advice.why, argument="base")
    return advice.every
