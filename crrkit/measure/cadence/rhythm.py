"""Whether a period and an activity rule suit the purchase rhythm of a base, for results, verdicts and reports."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, Self

from crrkit.ground import DAYS_PER_PERIOD, format_number, format_percent, gettext as _, ngettext
from crrkit.measure.cadence.advice import BY, FEW_PURCHASES, MEDIAN, SLACK_DAYS, WINDOW, Advice, advise, window_of
from crrkit.measure.cadence.gaps import ANNIVERSARY, characteristic_interval, days_text, term_of
from crrkit.rules import LONGEST_MONTHS, Calendar, Trailing

if TYPE_CHECKING:
    from crrkit.read import Base

FITS, TOO_SHORT, NOT_SEEN, ANNUAL = "fits", "too_short", "not_seen", "annual"
BY_CONSTRUCTION, WITHIN_TERM, UNTOLD = "by_construction", "within_term", "unknown"
ENOUGH_TO_WARN = 20  # purchases from which to warn that hardly any was followed by another; fewer may be an example


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """The judgement whether a period suits the purchase rhythm of a base.

    Attributes:
        status: ``fits``; ``too_short`` (most of those who return take longer than the period or the window);
            ``not_seen`` (hardly anybody bought twice); ``annual`` (some pay once a year); ``by_construction`` (the
            window is longer than the period); ``within_term`` (contracts run for longer than the period); ``unknown``
            (too little data).
        every: The period.
        window: The days within which a customer must have bought; None for contracts.
        covered: Of the purchases followed by another, the share followed within the period or the window, whichever is
            shorter.
        median: The days within which half of them are followed.
        closed: The number of purchases followed by another.
        seen: The number of purchases, at most one per customer and day.
        advice: The recommended period and rule.
        shorter: Whether the window is shorter than the longest such period.
        months_meant: The number of calendar months, at least those of the period, that the window slightly falls short
            of; else 0.
        is_by_rule: Whether an activity rule of the base sets the window, which then stays with another period.
    """

    status: str
    every: str
    window: float | None
    advice: Advice
    covered: float = float("nan")
    median: float = float("nan")
    closed: int = 0
    seen: int = 0
    shorter: bool = False
    months_meant: int = 0
    is_by_rule: bool = False

    @property
    def is_doubtful(self) -> bool:
        """Whether a rate by this period is no measure of retention."""
        return self.status in (TOO_SHORT, NOT_SEEN, BY_CONSTRUCTION, ANNUAL)

    @property
    def warning(self) -> str:
        """A warning to read before the rate; empty if there is none."""
        if not self.is_doubtful:
            return ""
        return " ".join(filter(None, [self._doubt(), "" if self.status == ANNUAL else self._remedy()]))

    @property
    def mark(self) -> str:
        """A short form of the warning, for charts."""
        if not self.is_doubtful:
            return ""
        if self.status == BY_CONSTRUCTION:
            return _("kept by construction: the window is longer than the period")
        return _("no measure of who stays: the period is too short")

    @property
    def note(self) -> str:
        """A note to read with the rate; empty if there is none."""
        if self.status == WITHIN_TERM:
            text = _(
                "Most contracts run for whole terms longer than a {every}: only those whose renewal is due can leave,"
                " so the rate is high by construction. What would suit: {what}."
            )
            return text.format(every=_(self.every), what=self.advice.what)
        return self._short()

    def _short(self) -> str:
        """Return a note if a window in days is shorter than the months or the period it seems meant to cover."""
        window = days_text(float(self.window or 0))
        if self.months_meant:
            text = ngettext(
                "A calendar month can be {longest} {longest:day|days} long: with a window of {window}"
                " {window:day|days}, whoever bought on its first days and not again counts as lost."
                " Trailing(months={n}) looks back over the whole month.",
                "{n} calendar months can be {longest} {longest:day|days} long: with a window of {window}"
                " {window:day|days}, whoever bought on the first of them and not again counts as lost."
                " Trailing(months={n}) looks back over whole months.",
                self.months_meant,
            )
            longest = days_text(float(LONGEST_MONTHS[self.months_meant]))
            return text.format(window=window, n=self.months_meant, longest=longest)
        if self.shorter:
            text = _(
                "The window of {window} {window:day|days} is shorter than the {every}: whoever bought at the beginning"
                " of it and not again counts as lost."
            )
            return text.format(window=window, every=_(self.every))
        return ""

    def _doubt(self) -> str:
        texts = {
            TOO_SHORT: _(
                "{by} the rate does not measure who stays: {covered} of repeat purchases come within {window} "
                "{window:day|days} of the one before; half of them take {median} {median:day|days} or more."
            ),
            NOT_SEEN: _(
                "{by} the rate does not measure who stays: of {seen} {seen:purchase|purchases} fewer than {few} were"
                " followed by another."
            ),
            BY_CONSTRUCTION: _(
                "The window of {window} {window:day|days} is longer than the {every}: whoever bought in the older part"
                " of it is kept by construction, so the rate reports purchases of long ago and is close to 100%."
            ),
            ANNUAL: _(
                "{by} whoever pays once a year counts as lost in between: some purchases come exactly a year after the"
                " one before, as payments of annual plans do. Count by year, or read the plans as contracts with a"
                " start and an end."
            ),
        }
        return texts[self.status].format(
            by=_(BY[self.every]), every=_(self.every), covered=format_percent(self.covered),
            window=days_text(float(self.window or 0)), median=days_text(self.median),
            few=format_number(FEW_PURCHASES), seen=format_number(self.seen),
        )  # fmt: skip

    def _remedy(self) -> str:
        """Return what would suit, applied as written: under the base's own window the period alone may not."""
        advice, rule = self.advice, self.advice.activity
        if not advice.fits:
            return advice.why
        if rule is None and self.is_by_rule and advice.ground != WINDOW:  # most take longer than the window
            rule = Trailing(days=ceil(DAYS_PER_PERIOD[advice.every]))
        period = "" if advice.every == self.every and advice.activity is None else f"every={advice.every!r}"
        what = ", ".join(filter(None, [period, "" if rule is None else f"activity={rule!r}"]))
        if not what:
            return _("No calendar period is as long; cohort_grid shows who comes back after years.")
        return _("What would suit: {what}.").format(what=what)

    def to_dict(self) -> dict[str, Any]:
        """Return the judgement as plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, facts: dict[str, Any]) -> Self:
        """Create the judgement from the output of `to_dict`."""
        return cls(**facts | {"advice": Advice(**facts["advice"])})


def judge_rhythm(base: Base, *, every: str) -> Rhythm:
    """Judge whether customers can be expected to buy again within a period.

    Uses the share, among the purchases that are followed by another, of those followed within the period (or within the
    window of the activity rule, if shorter), estimated with open gaps censored. Below one half the rate reflects the
    calendar, not the customers. With a window longer than the period, customers are kept by construction.

    Args:
        base: A base from one of the readers.
        every: The period.

    Returns:
        The judgement, with the recommended period and rule.
    """
    if not base.has_purchases:
        status = WITHIN_TERM if term_of(base) > Calendar(every).months else FITS
        return Rhythm(status=status, every=every, window=None, advice=advise(base))
    gaps, window = characteristic_interval(base), window_of(base) or DAYS_PER_PERIOD[every]
    shortest = min(window, DAYS_PER_PERIOD[every])
    covered = gaps.covered(shortest)
    status = _status(window, every, covered, closed=gaps.closed, seen=gaps.seen)
    return Rhythm(
        status=ANNUAL if status == FITS and shortest < ANNIVERSARY[0] and gaps.has_annual else status,
        every=every, window=window, advice=advise(base), covered=covered, median=gaps.quantile_of_returns(MEDIAN),
        closed=gaps.closed, seen=gaps.seen, is_by_rule=base.rule is not None,
        **_beside(base.rule, Calendar(every)),
    )  # fmt: skip


def _beside(rule: object, calendar: Calendar) -> dict[str, Any]:
    """Return how a window in days compares with the longest period and with whole calendar months."""
    if not isinstance(rule, Trailing) or rule.days is None:
        return {}
    longest = LONGEST_MONTHS[calendar.months] if calendar.months else DAYS_PER_PERIOD[calendar.every]
    meant = rule.months_meant if calendar.months else 0
    return {"shorter": rule.days < longest, "months_meant": meant if meant >= calendar.months else 0}


def _status(window: float, every: str, covered: float, *, closed: int, seen: int) -> str:
    if window > DAYS_PER_PERIOD[every] + SLACK_DAYS:
        return BY_CONSTRUCTION
    if closed < FEW_PURCHASES:
        return NOT_SEEN if seen >= ENOUGH_TO_WARN else UNTOLD
    return TOO_SHORT if covered < MEDIAN else FITS
