"""A verdict: the class of a rate on a scale, if its interval allows one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crrkit.counts import FEW, NO_INTERVAL, Rate, convert_rate, period_text, wilson, years_in
from crrkit.ground import format_number, format_percent, gettext as _, mark
from crrkit.judge.verdicts.lines import BOTH, PROFILES, Scale
from crrkit.judge.verdicts.targets import target_text

if TYPE_CHECKING:
    from crrkit.counts import Interval, Period

STATED, EQUIVALENT, GAINED = mark("as stated"), mark("equivalent"), mark("share gained")
MEASURED = mark("measured")
CANNOT_TELL, NO_NUMBER = mark("cannot tell"), mark("no number")
COMPARABLE, GROWING, SHRINKING = mark("comparable"), mark("growing"), mark("shrinking")
ALIKE = 0.8  # ratio of smaller to larger from which a reader would call two numbers comparable
SOURCES = (mark("norms"), mark("target"), mark("profile"))  # those that are words, not statement numbers
# What a reader sees instead of a statement's number.
SOURCE_NAMES = {
    "A16": mark("usual range"), "B18": mark("base change"), "B20": "profile", "B21": "profile",
    "B24": mark("lost and gained"),
}  # fmt: skip

OWN_LINES = ("norms", "target")  # the user's own, for this rate
SAME_LENGTH = 0.003  # 365 and 366 days are both a year

# The articles' own examples: 60 of 70 kept in a month (A12); 30 % lost in half a year (B6, B8).
EXAMPLE_A = Rate(60 / 70, numerator=60, denominator=70, period="month")
EXAMPLE_B = Rate(0.30, numerator=300, denominator=1000, period="half-year", measure="churn")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One judgement, in the language that was current when it was made.

    Attributes:
        source: The source of the line: a statement of the articles (``A16``, ``B18``, …), ``norms`` or ``target``.
        against: The line.
        basis: ``as stated``, ``equivalent`` (if every period were alike), ``measured`` (over a year) or
            ``share gained``.
        period: The period in which the value was compared with the line.
        value: The value compared with the line, a fraction.
        low: Lower end of its interval; NaN without one.
        high: Upper end.
        stands: The class of the value itself.
        verdict: The class of the whole interval, ``cannot tell`` if it crosses a line.
        claim: The judgement as a sentence.
        evidence: The numbers that it is based on.
        caveat: A warning.
    """

    source: str
    against: str
    basis: str
    period: str
    value: float
    low: float
    high: float
    stands: str
    verdict: str
    claim: str
    evidence: str
    caveat: str

    @property
    def name(self) -> str:
        """The source in words of the current language."""
        return _(SOURCE_NAMES.get(self.source, self.source))


def hold(
    scale: Scale, rate: Rate, *, annual: Rate | None = None, is_alike: bool = True, is_doubtful: bool = False
) -> list[Verdict]:
    """Judge a retention rate on a scale: in the scale's period, or as stated and per year if the scale has none.

    Only a rate that ``is_alike`` may be converted as if every period were alike; otherwise the measured ``annual`` one
    is used. One that ``is_doubtful`` reveals too little about retention to be compared with external lines.
    """
    periods = [scale.period] if scale.period else [rate.period, "year"]
    others = [period for period in periods if not same_length(rate.period, period)]
    speaks = not is_doubtful or scale.source in OWN_LINES
    stated = [_held(scale, rate, STATED)] if len(others) < len(periods) and speaks else []
    if is_alike:
        return [*stated, *(_held(scale, convert_rate(rate, to=period), EQUIVALENT) for period in others)]
    yearly = [_held(scale, annual, MEASURED) for period in others if annual and same_length(period, "year")]
    return [*stated, *yearly]


def same_length(one: Period, other: Period) -> bool:
    """Whether two periods are equally long, ignoring leap days."""
    return math.isclose(years_in(one), years_in(other), rel_tol=SAME_LENGTH)


def _held(scale: Scale, rate: Rate, basis: str) -> Verdict:
    ends = rate.ci if rate.ci and not math.isnan(rate.ci[0]) else None
    stands = scale.classify(rate)
    alike = ends is None or scale.classify(ends[0]) == scale.classify(ends[1])
    verdict = stands if alike else CANNOT_TELL
    low, high = ends or NO_INTERVAL
    words = {"value": rate.percent(), "period": period_text(rate.period), "basis": _(basis), "stands": _(stands)}
    lines = ", ".join(filter(None, [scale.text(), scale.unstated and _(scale.unstated)]))
    return Verdict(
        source=scale.source, against=scale.text(), basis=basis, period=period_text(rate.period), value=float(rate),
        low=low, high=high, stands=stands, verdict=verdict,
        claim=_claim(ends if verdict == CANNOT_TELL else None, words | {"against": lines}),
        evidence=_evidence(scale, rate), caveat=_caveat(scale, rate, basis),
    )  # fmt: skip


def _claim(crossing: Interval | None, words: dict[str, str]) -> str:
    text = "{value} ({period}), {basis}: {stands} ({against})."
    if crossing is not None:
        text = _(
            "{value} ({period}), {basis}: {stands} ({against}), but the interval {low} to {high} crosses a line:"
            " cannot tell."
        )
        words |= {"low": format_percent(crossing[0]), "high": format_percent(crossing[1])}
    return text.format(**words)


def _evidence(scale: Scale, rate: Rate) -> str:
    if scale.source != "B18":
        return str(rate)
    return _("{rate}; base change {change} a year").format(rate=rate, change=format_percent(1 - rate))


def _caveat(scale: Scale, rate: Rate, basis: str) -> str:
    parts = [_source_caveat(scale)]
    if scale.source == "B18" and scale.classify(rate) == BOTH:
        parts.append(_("Up to 35% is published as usual, above 30% as critical: here both apply."))
    if basis == EQUIVALENT:
        parts.append(_("The equivalent holds only if every period were alike; measure the whole period when you can."))
    return " ".join(parts)


def _source_caveat(scale: Scale) -> str:
    if scale.target is not None:
        return _("The target was {set}.").format(set=target_text(scale.target))
    if scale.source == "norms":
        return _("The norm is your own.")
    if scale.source == "A16":
        text = _(
            "The usual range states no period; the example published with it, {share} a month, is {yearly} a year."
        )
        return text.format(share=EXAMPLE_A.percent(), yearly=convert_rate(EXAMPLE_A, to="year").percent())
    text = _(
        "Averages do not fit every business. The example published with these lines, {lost} lost in half a year, is a"
        " base change of {yearly} a year."
    )
    return text.format(lost=EXAMPLE_B.percent(digits=0), yearly=convert_rate(EXAMPLE_B, to="year").percent())


def profile_verdict(profile: str, rate: Rate) -> Verdict:
    """What the articles say about a kind of business: in words, without a number to compare with."""
    known = PROFILES[profile]
    low, high = rate.ci or NO_INTERVAL
    return Verdict(
        source=known.source or "profile", against=_(NO_NUMBER), basis=STATED, period=period_text(rate.period),
        value=float(rate), low=low, high=high, stands=NO_NUMBER, verdict=CANNOT_TELL, claim=_(known.says),
        evidence=str(rate), caveat=_("No number is given and none is made up: give norms= from your own past."),
    )  # fmt: skip


def alarm_verdict(gained: int, lost: int, *, period: Period) -> Verdict:
    """Whether about as many were lost as gained (B24): the Wilson interval of the share gained contains one half."""
    moved = gained + lost
    low, high = wilson(gained, moved)
    share = gained / moved if moved else math.nan
    verdict = _direction(low, high)
    text = _("{gained} of {moved} {moved:customer|customers} who came or left came: 95% interval {low} to {high}")
    counts = {"gained": format_number(gained), "moved": format_number(moved)}
    ends = {"low": format_percent(low), "high": format_percent(high)} if moved else {"low": "–", "high": "–"}
    return Verdict(
        source="B24", against=_("one half"), basis=GAINED, period=period_text(period), value=share, low=low, high=high,
        stands=verdict, verdict=verdict,
        claim=_alarm_claim(verdict, gained, lost).format(lost=format_number(lost), **counts),
        evidence=text.format(**counts, **ends), caveat=_alarm_caveat(moved),
    )  # fmt: skip


def _direction(low: float, high: float) -> str:
    if math.isnan(low):
        return CANNOT_TELL
    if low <= 1 / 2 <= high:
        return COMPARABLE
    return GROWING if low > 1 / 2 else SHRINKING


def _alarm_claim(verdict: str, gained: int, lost: int) -> str:
    if verdict == COMPARABLE and min(gained, lost) < ALIKE * max(gained, lost):
        return _("Lost {lost}, gained {gained}: too few to tell whether more come than leave.")
    claims = {
        CANNOT_TELL: _("Nobody came and nobody left: there is nothing to compare."),
        COMPARABLE: _("Lost {lost}, gained {gained}: comparable. The base does not grow by more than chance."),
        GROWING: _("Lost {lost}, gained {gained}: more came than left."),
        SHRINKING: _("Lost {lost}, gained {gained}: more left than came. The base shrinks."),
    }
    return claims[verdict]


def _alarm_caveat(moved: int) -> str:
    text = _("It speaks of growth: that the retention rate falls does not follow from it.")
    few = _("Fewer than {n} came or left: too few for a conclusion.").format(n=FEW)
    return f"{text} {few}" if moved < FEW else text
