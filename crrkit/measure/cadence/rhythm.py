"""Whether a period and a rule suit the rhythm of a base: one judgement for accounts, verdicts and reports."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, Self

from crrkit.ground import DAYS_PER_PERIOD, format_number, format_percent, gettext as _, ngettext
from crrkit.measure.cadence.advice import BY, FEW_PURCHASES, MEDIAN, SLACK_DAYS, Advice, advise, window_of
from crrkit.measure.cadence.gaps import characteristic_interval, days_text
from crrkit.measure.cadence.terms import term_of
from crrkit.rules import LONGEST_MONTHS, Calendar, Trailing

if TYPE_CHECKING:
    from crrkit.read import Base

FITS, TOO_SHORT, NOT_SEEN = "fits", "too_short", "not_seen"
BY_CONSTRUCTION, WITHIN_TERM, UNTOLD = "by_construction", "within_term", "unknown"
ENOUGH_TO_WARN = 20  # purchases of which hardly one was followed by another: fewer may be an example


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """How the rhythm of a base goes with a period.

    Attributes:
        status: ``fits``; ``too_short`` (most of those who come back take longer than the period, or than the window);
            ``not_seen`` (hardly anybody bought twice); ``by_construction`` (the window is longer than the period);
            ``within_term`` (contracts run for longer than the period); ``unknown`` (too little data to tell).
        every: The period.
        window: The days in which somebody must have bought to be a customer; None for contracts.
        covered: Of the purchases that are followed by another, the share that has it within the window.
        median: The days within which half of them have it.
        closed: The purchases that were followed by another.
        seen: All purchases, each day of a customer once.
        advice: What suits the base.
        shorter: Whether the window is shorter than the period can be.
        months_meant: The calendar months, of the period's length or more, that the window just falls short of, or 0.
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

    @property
    def is_doubtful(self) -> bool:
        """Whether a rate by this period says little about who stays."""
        return self.status in (TOO_SHORT, NOT_SEEN, BY_CONSTRUCTION)

    @property
    def warning(self) -> str:
        """What must be read before the rate; empty where nothing must."""
        if not self.is_doubtful:
            return ""
        return " ".join(filter(None, [self._doubt(), self._remedy()]))

    @property
    def mark(self) -> str:
        """The warning in the few words that a picture has room for."""
        if not self.is_doubtful:
            return ""
        if self.status == BY_CONSTRUCTION:
            return _("kept by construction: the window is longer than the period")
        return _("no measure of who stays: the period is too short")

    @property
    def note(self) -> str:
        """What should be known beside the rate; empty where nothing should."""
        if self.status == WITHIN_TERM:
            text = _(
                "Most contracts run for whole terms longer than a {every}: only those whose renewal is due can leave,"
                " so the rate is high by construction. What would suit: {what}."
            )
            return text.format(every=_(self.every), what=self.advice.what)
        return self._short()

    def _short(self) -> str:
        """That a window in days leaves out the beginning of what it is held for."""
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
        }
        return texts[self.status].format(
            by=_(BY[self.every]), every=_(self.every), covered=format_percent(self.covered),
            window=days_text(float(self.window or 0)), median=days_text(self.median),
            few=format_number(FEW_PURCHASES), seen=format_number(self.seen),
        )  # fmt: skip

    def _remedy(self) -> str:
        if not self.advice.fits:
            return self.advice.why
        if self.advice.every == self.every and self.advice.activity is None:
            if self.status == TOO_SHORT and self.window and self.window < DAYS_PER_PERIOD[self.every]:
                rule = Trailing(days=ceil(DAYS_PER_PERIOD[self.every]))  # the period does, the window is too short
                return _("What would suit: {what}.").format(what=f"activity={rule!r}")
            return _("No calendar period is as long; cohort_grid shows who comes back after years.")
        return _("What would suit: {what}.").format(what=self.advice.what)

    def to_dict(self) -> dict[str, Any]:
        """The judgement as plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, facts: dict[str, Any]) -> Self:
        """The judgement from what `to_dict` gave."""
        return cls(**facts | {"advice": Advice(**facts["advice"])})


def judge_rhythm(base: Base, *, every: str) -> Rhythm:
    """Whether customers can be expected to have bought again within a period.

    Of the purchases that are followed by another, as far as was seen and with open gaps counted, the share that has it
    within the period (or within the window of the rule, where that is shorter). Below one half the rate is that of the
    calendar, not of the customers. A window longer than the period keeps by construction.

    Args:
        base: What one of the readers gave.
        every: The period.

    Returns:
        The judgement, with what would suit.
    """
    if not base.has_purchases:
        status = WITHIN_TERM if term_of(base) > Calendar(every).months else FITS
        return Rhythm(status=status, every=every, window=None, advice=advise(base))
    gaps, window = characteristic_interval(base), window_of(base) or DAYS_PER_PERIOD[every]
    covered = gaps.covered(min(window, DAYS_PER_PERIOD[every]))
    return Rhythm(
        status=_status(window, every, covered, closed=gaps.closed, seen=gaps.seen),
        every=every, window=window, advice=advise(base), covered=covered, median=gaps.quantile_of_returns(MEDIAN),
        closed=gaps.closed, seen=gaps.seen, **_beside(base.rule, Calendar(every)),
    )  # fmt: skip


def _beside(rule: object, calendar: Calendar) -> dict[str, Any]:
    """What the window of a rule, where it is one of days, leaves out of calendar months."""
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
