"""Judging a retention rate by the lines of the source articles, a business's own norms and its targets.

A rate has a period, but most published lines do not state theirs. Every verdict therefore names what it was compared
with, as stated or as an annual equivalent, and is "cannot tell" if the interval crosses a line.
"""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, ClassVar

from crrkit.counts import Rate, convert_rate, period_text
from crrkit.ground import PLAIN_TEXT, Shown, check_choice, check_named, gettext as _
from crrkit.judge.verdicts.lines import BAND, BASE_CHANGE, PROFILES, Scale, norm_scales, target_scale
from crrkit.judge.verdicts.subject import (
    Subject,
    first_day,
    moved_counts,
    of_account,
    rate_given,
    retention_of,
    targets_given,
)
from crrkit.judge.verdicts.verdict import Verdict, alarm_verdict, hold, profile_verdict, same_length
from crrkit.measure import RetentionTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from typing import Never

    import pandas as pd

    from crrkit.judge.verdicts.targets import Target, TargetHistory
    from crrkit.measure.cadence import Rhythm


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Assessment(Shown):
    """All verdicts on one rate.

    Attributes:
        rate: The retention rate as stated.
        annual: Its annual equivalent, if every period were alike; for an account of who bought in a period, the rate
            measured over a year. None if neither is known.
        scales: The reference lines that it was compared with.
        moved: Customers gained and lost in the period; None if not given.
        profile: The kind of business, or None.
        running: Whether the period had not ended when the data end.
        none_in_force: Whether targets were given but none was in force.
        rhythm: Whether the account's period suits its customers' purchase rhythm; None if unknown.
        is_alike: Whether the rate may be converted to other periods.
        seen_alike: Whether the account has several periods like this one.
    """

    made_by: ClassVar[tuple[str, ...]] = ("crr.assess(crr.retention_by_period(base, every='month'))",)

    rate: Rate
    annual: Rate | None
    scales: tuple[Scale, ...]
    moved: tuple[int, int] | None = None
    profile: str | None = None
    running: bool = False
    none_in_force: bool = False
    rhythm: Rhythm | None = None
    is_alike: bool = True
    seen_alike: bool = True

    kinds: ClassVar[Mapping[str, str]] = {
        "source": "word", "against": "text", "basis": "word", "period": "text", "value": "rate", "low": "rate",
        "high": "rate", "verdict": "word",
    }  # fmt: skip

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts in the current language."""
        held = [
            verdict
            for scale in self.scales
            for verdict in hold(
                scale, self.rate, annual=self.annual, is_alike=self.is_alike, is_doubtful=self.is_doubtful
            )
        ]
        if self.profile and not any(scale.source == "norms" for scale in self.scales):
            held.append(profile_verdict(self.profile, self.rate))
        if self.moved and not self.is_doubtful:
            held.append(alarm_verdict(*self.moved, period=self.rate.period))
        return tuple(held)

    @property
    def is_doubtful(self) -> bool:
        """Whether the rate reveals too little about retention to be judged."""
        return self.rhythm is not None and self.rhythm.is_doubtful

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes on all verdicts, in the current language."""
        return tuple(_notes(self))

    @property
    def table(self) -> pd.DataFrame:  # type: ignore[override]  # made from the verdicts
        """One row per verdict."""
        import pandas as pd

        names = [field.name for field in fields(Verdict)]
        return pd.DataFrame([asdict(verdict) for verdict in self.verdicts], columns=names)

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {
            "source": _("source"), "against": _("compared with"), "basis": _("basis"), "period": _("period"),
            "value": _("value"), "low": _("from"), "high": _("to"), "verdict": _("verdict"),
        }  # fmt: skip

    def caption(self) -> str:
        """Warnings to read first, then the rate as stated and per year."""
        warning = self.rhythm.warning if self.rhythm else ""
        return " ".join(filter(None, [warning, self._rate_and_year()]))

    def _rate_and_year(self) -> str:
        if same_length(self.rate.period, "year"):
            return str(self.rate)
        if self.annual is None and not self.seen_alike:
            text = _("{rate}. There is no annual figure: the account shows too few periods like this one.")
            return text.format(rate=self.rate)
        if self.annual is None:
            text = _("{rate}. There is no annual figure: the data hold no two whole years to measure it.")
            return text.format(rate=self.rate)
        text = _("{rate} is equivalent to {annual} a year if every period were alike.")
        if not self.is_alike:
            text = _("{rate}. Measured over the year {year}: {annual}.")
        return text.format(rate=self.rate, annual=self.annual.percent(), year=self.annual.reason)

    def _shown_rows(self) -> list[list[str]]:
        rows = zip(self.verdicts, super()._shown_rows(), strict=True)
        return [[verdict.name, *cells] for verdict, (_source, *cells) in rows]

    def __str__(self) -> str:
        """The table, then each verdict in words, then the notes."""
        return "\n".join([super().__str__(), *self._sentences()])

    __repr__ = __str__

    def to_html(self) -> str:
        """The table, then each verdict in words and the notes as a list."""
        items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in self._sentences())
        return f'{super().to_html()}<ul class="crrkit-notes {PLAIN_TEXT}">{items}</ul>'

    def _sentences(self) -> list[str]:
        said = [f"{verdict.name}: {verdict.claim} {verdict.caveat}" for verdict in self.verdicts]
        return [*said, *self.notes]


def assess(
    value_or_kept: float | RetentionTable,
    *_unnamed: Never,
    period: str | tuple[date, date] | None = None,
    profile: str | None = None,
    norms: Mapping[str, tuple[float, float]] | None = None,
    target: Target | TargetHistory | Sequence[Target] | None = None,
    gained: int | None = None,
    lost: int | None = None,
) -> Assessment:
    """Judge a retention rate by published bands and your own norms and targets, as stated and as an annual equivalent.

    * the band of the first source article, 85 to 90 % (A16), which states no period: the rate as stated *and* per year;
    * the base change of the second, ``c = 1 - annual retention`` (B18): below 10 % rare, up to 30 % usual, above 30 and
      up to 35 % both usual and critical, above 35 % critical and out of range; exactly 30 % is not above 30 %;
    * your own norms and targets, for the period that they state;
    * an account is converted to other periods only if at least two other whole periods, up to a year before, have rates
      inside its interval: a single month is never extrapolated to a year;
    * for an account of who bought in each period, the annual rate is measured, not converted: a customer who bought
      nothing in a month has not left. If the period is too short for the customers' rhythm (`RetentionTable.rhythm`), a
      warning comes first, and the rate is compared with your own lines only;
    * customers lost compared with customers gained (B24): comparable if the Wilson interval of ``gained / (gained +
      lost)`` contains one half.

    Args:
        value_or_kept: An account, whose latest complete period is judged; or a rate; or a fraction with ``period=``. A
            churn rate is judged by its complement.
        period: The period of a plain fraction, or the name of the account's period to judge.
        profile: The kind of business: coffee, supermarket, fashion, subscription, telecom, bank, b2b, car_dealer. It
            adds the usual period and what the articles say about the business; they give no numbers, so there are none
            here.
        norms: Your own normal retention by period, such as ``{"year": (0.75, 0.85)}``.
        target: A target, several, or a history, of which those in force on the period's first day apply.
        gained: Customers new or returned in the period; an account has its own.
        lost: Customers lost in the period.

    Returns:
        The verdicts, each with its source, claim, evidence and caveat. If the rate has an interval, a class is given
        only if the whole interval lies in it, otherwise ``cannot tell``; a plain fraction is judged as it is.

    Raises:
        InputError: If the rate is undefined, not a fraction or without a period, the account is given by segments, or a
            norm, profile or target is invalid.

    Examples:
        >>> from crrkit.counts.formula import crr_from_counts
        >>> found = assess(crr_from_counts(start=70, end=90, new=30, period="month"), gained=30, lost=10)
        >>> print(found.to_pandas()[["source", "basis", "period", "stands", "verdict"]].to_string(index=False))
        source        basis period                    stands                   verdict
           A16    as stated  month                    inside               cannot tell
           A16   equivalent   year                     below                     below
           B18   equivalent   year critical and out of range critical and out of range
           B24 share gained  month                   growing                   growing
        >>> assess(0.85)
        Traceback (most recent call last):
        ...
        crrkit.InputError: period is missing, and a rate without a period says nothing. Give period="month" or
        two dates.
    """
    check_named(_unnamed, "crr.assess(rate, {})", "period")
    if profile is not None:
        check_choice(profile, name="profile", choices=PROFILES)
    subject = of_account(value_or_kept, period) if isinstance(value_or_kept, RetentionTable) else None
    subject = subject or Subject(rate_given(value_or_kept, period))
    rate, on = retention_of(subject.rate), subject.on or first_day(subject.rate)
    is_doubtful = subject.rhythm is not None and subject.rhythm.is_doubtful
    is_alike = subject.seen_alike and not subject.buyers and not is_doubtful
    targets = targets_given(target, on)
    return Assessment(
        rate=rate,
        annual=convert_rate(rate, to="year") if is_alike or rate.period == "year" else subject.year,
        scales=(BAND, BASE_CHANGE, *(norm_scales(norms) if norms is not None else ()), *map(target_scale, targets)),
        moved=moved_counts(gained, lost) or subject.moved,
        profile=profile,
        running=subject.running,
        none_in_force=target is not None and not targets,
        rhythm=subject.rhythm,
        is_alike=is_alike,
        seen_alike=subject.seen_alike,
    )


def _notes(found: Assessment) -> Iterator[str]:
    """Contradictions in the articles and caveats of this rate, one sentence each."""
    if not found.seen_alike:
        yield _(
            "The rate is not raised to a power to make a year of it: that takes several periods like it, and the"
            " account shows too few of them."
        )
    elif not found.is_alike and found.rate.period != "year":
        yield _(
            "The rate is not raised to a power to make a year of it: that needs the same chance to stay in"
            " every period, and customers who bought nothing in a period have not left for good. Measure the"
            " year itself."
        )
    yield from _band_notes(found)
    if found.rate.ci is None:
        yield _("No counts were given, so there is no interval: the verdicts are of the value alone.")
    else:
        yield _("The value is what was counted; its interval says how far the same process could have landed.")
    if found.rate.rule.startswith("(end - new"):
        yield _("The rate is from counts alone: right only if new are those who came and are still there (crr_bounds).")
    if found.running:
        yield _("The period is still running: its rate can only be judged when it has ended.")
    if found.none_in_force:
        yield _("No target was in force when the period began.")
    yield from _profile_notes(found)


def _band_notes(found: Assessment) -> Iterator[str]:
    if found.annual is None or not found.is_alike:
        return
    stated, yearly = BAND.classify(found.rate), BAND.classify(found.annual)
    if stated != yearly:
        text = _(
            "The usual range: {rate} ({period}) as stated is {stated}, the yearly equivalent {annual} is {yearly}. It"
            " agrees with the usual base change, in which 65 to 90% are kept a year, only if it is meant by the year."
        )
        words = {"rate": found.rate.percent(), "annual": found.annual.percent(), "stated": _(stated)}
        yield text.format(period=period_text(found.rate.period), yearly=_(yearly), **words)


def _profile_notes(found: Assessment) -> Iterator[str]:
    if found.profile is None:
        return
    usual = PROFILES[found.profile].periods
    if not any(same_length(found.rate.period, period) for period in usual):
        text = _("This business is usually measured by the {usual}, the rate is of a {period}.")
        yield text.format(usual=", ".join(_(period) for period in usual), period=period_text(found.rate.period))
