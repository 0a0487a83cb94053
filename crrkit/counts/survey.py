"""Retention estimated from a survey, when there is no customer list: sampling error and non-response.

A survey estimate has two errors: the sampling error, which can be computed, and the non-response bias, which cannot,
because customers who have left answer less often.
"""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from itertools import pairwise
from statistics import NormalDist
from typing import TYPE_CHECKING, ClassVar, Self

from crrkit.counts.intervals import FEW, NO_INTERVAL, Interval, check_inside, wilson_share, z_score
from crrkit.counts.tails import hypergeometric_heads
from crrkit.ground import (
    InconsistentCounts,
    InputError,
    Shown,
    check_count,
    check_fraction,
    check_number,
    format_number,
    format_percent,
    format_points,
    gettext as _,
    mark,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class SurveyRate(Shown):
    """A survey estimate of retention with its sampling error and its non-response bounds.

    Attributes:
        kept: Respondents who said that they still buy.
        answered: Respondents.
        asked: Customers who were asked, a simple random sample of the frame.
        frame: Customers in the sampling frame, everyone who could have been asked.
        level: Coverage of the intervals.
    """

    kept: int
    answered: int
    asked: int
    frame: int
    level: float = 0.95

    kinds: ClassVar[Mapping[str, str]] = {"what": "word", "estimate": "rate", "low": "rate", "high": "rate"}

    def __float__(self) -> float:
        return self.estimate

    @property
    def estimate(self) -> float:
        """The share ``kept / answered``, a fraction; NaN if nobody answered."""
        return self.kept / self.answered if self.answered else math.nan

    @property
    def se(self) -> float:
        """The standard error of the estimate: ``√(p(1-p)/n) √((N-n)/(N-1))``; NaN if nobody answered."""
        return math.sqrt(self.estimate * (1 - self.estimate) / self.effective_n) if self.answered else math.nan

    @property
    def effective_n(self) -> float:
        """The effective sample size, finite-population corrected: ``n (N-1) / (N-n)``; infinite if ``n`` is ``N``."""
        silent = self.frame - self.answered
        return self.answered * (self.frame - 1) / silent if silent else math.inf

    @property
    def interval(self) -> Interval:
        """Wilson's interval at the effective sample size: sampling error only."""
        return wilson_share(self.estimate, self.effective_n, level=self.level) if self.effective_n else NO_INTERVAL

    @cached_property
    def heads(self) -> tuple[int, int]:
        """The exact interval in customers of the frame: all numbers for which both tails exceed ``(1 - level)/2``."""
        return hypergeometric_heads(self.kept, self.answered, self.frame, (1 - self.level) / 2)

    @property
    def bounds(self) -> Interval:
        """The rate among those asked if all non-respondents have left, and if all of them stayed: no assumption."""
        return self.kept / self.asked, (self.kept + self.asked - self.answered) / self.asked

    def if_leavers_answer(self, share: float) -> float:
        """Correct the estimate for non-response, if leavers answer ``share`` times as often as those who stayed.

        ``p · share / (p · share + 1 - p)``.

        Args:
            share: Response rate of leavers relative to those who stayed: 1 if equal, 0.5 if half as high.

        Returns:
            The corrected retention rate, a fraction; NaN if nobody answered.

        Raises:
            InputError: If ``share`` is not above 0.

        Examples:
            >>> round(survey_rate(kept=150, asked=500, frame=1000, answered=200).if_leavers_answer(0.5), 3)
            0.6
        """
        share = check_number(share, name="share")
        if share <= 0:
            message = _("share={share:g} must be above 0: those who never answer cannot be seen.").format(share=share)
            raise InputError(message, argument="share", given=share)
        stayed = self.estimate * share
        return stayed / (stayed + 1 - self.estimate)

    @cached_property
    def table(self) -> pd.DataFrame:  # type: ignore[override]  # computed on access
        """One row per kind of interval, with columns ``what estimate low high``."""
        import pandas as pd

        exact = (self.heads[0] / self.frame, self.heads[1] / self.frame)
        rows = [(mark("sampling error, Wilson"), self.interval), (mark("sampling error, exact"), exact)]
        if self.answered < self.asked:
            rows.append((mark("non-response, no assumption"), self.bounds))
        return pd.DataFrame([(what, self.estimate, *ends) for what, ends in rows], columns=list(self.kinds))

    def titles(self) -> dict[str, str]:
        """Return the heading of each column in the current language."""
        words = (_("survey, not a full count"), _("estimate"), _("from"), _("to"))
        return dict(zip(self.kinds, words, strict=True))

    def caption(self) -> str:
        """Return a caption with the numbers asked and answered and how to read the table."""
        text = _(
            "Survey estimate: {kept} of {answered} who answered still {kept:buys|buy} ({asked} of a list of {frame}"
            " {asked:was|were} asked). In heads of the list: {low} to {high} ({level:g}% interval)."
        )
        counts = {name: getattr(self, name) for name in ("kept", "answered", "asked", "frame")}
        counts |= {"low": self.heads[0], "high": self.heads[1]}
        text = text.format(level=100 * self.level, **{name: format_number(count) for name, count in counts.items()})
        few = _("Fewer than {n} {n:answer|answers}: read the exact interval.").format(n=FEW)
        return f"{text} {few}" if self.answered < FEW else text


def survey_rate(*, kept: int, asked: int, frame: int, answered: int | None = None, level: float = 0.95) -> SurveyRate:
    """Estimate retention from a survey of a simple random sample.

    Computes the share of respondents who still buy; Wilson's interval at the effective sample size ``n (N-1) / (N-n)``,
    which has zero width if the whole frame answered; the exact interval in customers, by inverting the hypergeometric
    test, for shares near 0 or 1 or few answers; and bounds that hold whatever the non-respondents would have said.

    Args:
        kept: Respondents who said that they still buy.
        asked: Customers who were asked.
        frame: Customers on the list that the sample was drawn from.
        answered: Respondents; defaults to all who were asked. With 0 the estimate is NaN.
        level: Coverage, a fraction between 0 and 1.

    Returns:
        The estimate with ``.interval``, ``.heads``, ``.bounds`` and ``.if_leavers_answer(share)``.

    Raises:
        InputError: If a count is negative or not whole, nobody was asked, or the level is not between 0 and 1.
        InconsistentCounts: If ``kept <= answered <= asked <= frame`` does not hold.

    References:
        Cochran 1977, Sampling Techniques; Manski 1989 for bounds without assumptions.

    Examples:
        >>> survey = survey_rate(kept=150, asked=500, frame=1000, answered=200)
        >>> survey.estimate, [round(end, 3) for end in survey.interval], survey.heads, survey.bounds
        (0.75, [0.693, 0.8], (691, 802), (0.3, 0.9))
        >>> survey_rate(kept=150, asked=100, frame=1000)
        Traceback (most recent call last):
        ...
        crrkit.InconsistentCounts: kept=150 is more than asked=100. Those who stayed are some of those who
        answered, these of those who were asked, and these of the frame.
    """
    given = {"kept": kept, "answered": answered, "asked": asked, "frame": frame}
    counts = {
        name: int(check_count(value, name=name))
        for name, value in given.items()
        if name != "answered" or value is not None
    }
    for part, whole in pairwise(counts):
        if counts[part] > counts[whole]:
            raise _not_nested(part, whole, counts)
    if not counts["asked"]:
        raise InputError(_("asked=0: nobody was asked, so there is no survey."), argument="asked", given=asked)
    return SurveyRate(**{"answered": counts["asked"], **counts}, level=check_inside(level))


@dataclass(frozen=True, eq=False, repr=False)
class SampleSize(int):
    """A required sample size, returned by `sample_size`; a subclass of int.

    Attributes:
        n: The number of customers to ask.
        margin: The desired half-width, a fraction.
        frame: Customers who could be asked.
        p: The expected share.
        level: Coverage.
    """

    n: int
    _: KW_ONLY
    margin: float
    frame: int
    p: float
    level: float

    def __new__(cls, n: int, **_facts: object) -> Self:  # noqa: D102 - int takes its value here
        return super().__new__(cls, n)

    def __str__(self) -> str:
        text = _(
            "Ask {n} of {frame}: if all answer, the {level:g}% interval around {p} reaches about {margin} to each side."
        )
        n, frame = format_number(self.n), format_number(self.frame)
        p, margin = format_percent(self.p), format_points(self.margin).removeprefix("+")
        return text.format(n=n, frame=frame, level=100 * self.level, p=p, margin=margin)

    __repr__ = __str__


def sample_size(*, margin: float, frame: int, p: float = 0.5, level: float = 0.95) -> SampleSize:
    """Compute how many customers to ask for an interval with half-width ``margin``.

    ``n0 = z² p(1-p) / margin²``, and ``n = n0 / (1 + (n0-1)/frame)`` rounded up. This is the number of answers needed:
    add the expected non-response. No sample size narrows the non-response bounds.

    Args:
        margin: The desired half-width, a fraction: 0.05 is five percentage points.
        frame: Customers who could be asked.
        p: The expected share; 0.5 is the worst case.
        level: Coverage, a fraction between 0 and 1.

    Returns:
        A whole number, at most ``frame``, that prints as a sentence.

    Raises:
        InputError: If ``margin``, ``p`` or ``level`` is not between 0 and 1, or ``frame`` is not a whole
            number above 0.

    References:
        Cochran 1977, Sampling Techniques, section 4.6.

    Examples:
        >>> sample_size(margin=0.05, frame=1000)
        Ask 278 of 1,000: if all answer, the 95% interval around 50.0% reaches about 5.0...pp to each side.
        >>> int(sample_size(margin=0.05, frame=500, p=0.2))
        166
    """
    margin, p = check_inside(margin, name="margin"), check_inside(p, name="p")
    people = int(check_count(frame, name="frame"))
    if not people:
        raise InputError(_("frame=0: there is nobody to ask."), argument="frame", given=frame)
    endless = z_score(level) ** 2 * p * (1 - p) / margin**2
    wanted = endless / (1 + (endless - 1) / people)
    return SampleSize(min(people, math.ceil(wanted)), margin=margin, frame=people, p=p, level=level)


def n_to_tell_apart(p1: float, p2: float, *, power: float = 0.8, level: float = 0.95) -> int:
    """Compute the sample size per group needed to detect the difference of two proportions.

    ``(z_level + z_power)² (p1(1-p1) + p2(1-p2)) / (p1 - p2)²``, rounded up.

    Args:
        p1: The one proportion, a fraction.
        p2: The other proportion, a fraction.
        power: The probability of detecting the difference if it exists, a fraction between 0 and 1.
        level: One minus the false-positive rate (two-sided), a fraction between 0 and 1.

    Returns:
        Customers in each group.

    Raises:
        InputError: If the proportions are equal, or an argument is not a fraction.

    Examples:
        >>> n_to_tell_apart(0.85, 0.88)
        2033
    """
    p1, p2 = check_fraction(p1, name="p1"), check_fraction(p2, name="p2")
    if p1 == p2:
        raise InputError(
            _("p1 and p2 are both {p1:g}; equal shares cannot be told apart.").format(p1=p1), argument="p2", given=p2
        )
    z = z_score(level) + NormalDist().inv_cdf(check_inside(power, name="power"))
    return math.ceil(z**2 * (p1 * (1 - p1) + p2 * (1 - p2)) / (p1 - p2) ** 2)


def _not_nested(part: str, whole: str, counts: Mapping[str, int]) -> InconsistentCounts:
    message = _(
        "{part}={few} is more than {whole}={many}. Those who stayed are some of those who answered, these of those who "
        "were asked, and these of the frame."
    )
    text = message.format(part=part, few=counts[part], whole=whole, many=counts[whole])
    return InconsistentCounts(text, argument=part, given=counts[part])
