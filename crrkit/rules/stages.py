"""Stage rules, which assign each customer to a stage, and ready-made rules for some industries."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from crrkit.ground import (
    MONTHS_PER_PERIOD,
    InputError,
    check_choice,
    check_count,
    format_number,
    gettext as _,
    mark,
    ngettext,
)
from crrkit.rules.activity import OwnGap

STAGES = ("short", "cold", "middle", "long", "lapsed")  # contact, cold contact, customer, regular, former customer
PERIOD_BEFORE = "period"  # lapsed without a purchase in the previous period, as with the activity rule "period"
NO_SILENCE = 36_525.0  # days: a century, longer than any gap between purchases


@dataclass(frozen=True)
class StageRule:
    """Rule that assigns buyers to stages as of a day ``D``, from the events before it.

    * ``short``: never bought, last contact (a visit, an offer, a lesson) at most ``contact_days`` ago; ``cold``: longer
      ago.
    * ``lapsed``: bought, but silent for more than ``lapse_days``. Such a silence ends a *spell*; the next purchase
      starts a new one. With ``lapse_days="period"``: did not buy in the previous period, as in `retention_by_period`
      with the activity rule ``"period"``; silence then does not end a spell.
    * ``long``: regular. The current spell has at least ``k_long`` purchase days less than ``window_days`` ago, the
      first and the last of them at least ``span_days`` apart: three purchases in three days are not regular.
    * ``middle``: every other customer. *Customers* are middle and long.

    Args:
        lapse_days: Silence in whole days after which a buyer lapses, `OwnGap` for a limit from each customer's own
            purchase gaps, or ``"period"``.
        window_days: Length in whole days of the window in which purchase days count.
        k_long: Purchase days required for ``long``.
        span_days: Minimum distance in whole days between the first and the last of them.
        contact_days: Whole days after the last contact until a contact is ``cold``.

    Raises:
        ValueError: If a number is not a whole number above 0 (``span_days`` and ``contact_days`` may be 0), or if
            nobody could ever be ``long`` under the rule.

    Examples:
        >>> print(StageRule(lapse_days=45, window_days=90, k_long=6, span_days=45, contact_days=14))
        lapsed after 45 days of silence; long with 6 purchase days in less than 90 days, over 45 days at least;
        cold 14 days after the last touch
        >>> StageRule(window_days=20, span_days=30)
        Traceback (most recent call last):
        crrkit.InputError: window_days=20 leaves no room for purchases 30 days apart (span_days=30): nobody
            could ever be long. Give a window of at least 32 days, or a shorter span.
    """

    lapse_days: float | OwnGap | str = 90
    window_days: int = 180
    k_long: int = 3
    span_days: int = 30
    contact_days: int = 30

    def __post_init__(self) -> None:
        if isinstance(self.lapse_days, str):
            check_choice(self.lapse_days, name="lapse_days", choices=(PERIOD_BEFORE,))
        elif not isinstance(self.lapse_days, OwnGap):
            _check_days(self.lapse_days, name="lapse_days")
        _check_days(self.window_days, name="window_days")
        _check_days(self.k_long, name="k_long")
        check_count(self.span_days, name="span_days")
        check_count(self.contact_days, name="contact_days")
        self._refuse_nobody_long()

    def _refuse_nobody_long(self) -> None:
        """Refuse a window that is too short: purchases in it, before ``D``, are at most ``window_days - 2`` apart."""
        needed = max(self.span_days, self.k_long - 1) + 2
        if self.window_days >= needed:
            return
        if self.span_days >= self.k_long - 1:
            text = _(
                "window_days={window:g} leaves no room for purchases {span:g} {span:day|days} apart"
                " (span_days={span:g}): nobody could ever be long. Give a window of at least {needed:g}"
                " {needed:day|days}, or a shorter span."
            )
        else:
            text = _(
                "window_days={window:g} leaves no room for {k:g} {k:purchase day|purchase days} (k_long={k:g}): nobody"
                " could ever be long. Give a window of at least {needed:g} {needed:day|days}, or fewer purchase days."
            )
        words = {"window": self.window_days, "span": self.span_days, "k": self.k_long, "needed": needed}
        raise InputError(text.format(**words), argument="window_days", given=self.window_days)

    @property
    def is_by_period(self) -> bool:
        """Whether customers are those who bought in the previous period, regardless of the days since."""
        return self.lapse_days == PERIOD_BEFORE

    def limits(self) -> list[tuple[float, float]]:
        """Return the limit of silence by the number of completed gaps, in the form of `OwnGap.limits`."""
        if isinstance(self.lapse_days, OwnGap):
            return self.lapse_days.limits()
        if self.is_by_period:
            return [(NO_SILENCE, 0.0)]
        return [(float(self.lapse_days), 0.0)]

    @property
    def memory_days(self) -> int:
        """How many days the rule looks back; earlier events do not affect the stage.

        With `OwnGap` the limit differs by customer; the one for customers without a completed gap is used.
        """
        lapse = 0 if self.is_by_period else self.limits()[0][0]
        return max(math.ceil(lapse), int(self.window_days), int(self.contact_days))

    def __str__(self) -> str:
        """Return the rule in words, in the current language."""
        return f"{self._lapse()}; {self._long()}; {self._cold()}"

    def _lapse(self) -> str:
        if isinstance(self.lapse_days, OwnGap):
            return _("lapsed unless {rule}").format(rule=self.lapse_days)
        if isinstance(self.lapse_days, str):
            return _("lapsed after a period without a purchase")
        text = ngettext("lapsed after {n} day of silence", "lapsed after {n} days of silence", int(self.lapse_days))
        return text.format(n=format_number(self.lapse_days))

    def _long(self) -> str:
        text = _(
            "long with {k} {k:purchase day|purchase days} in less than {window} {window:day|days}, over {span}"
            " {span:day|days} at least"
        )
        words = {"k": self.k_long, "window": self.window_days, "span": self.span_days}
        return text.format(**{name: format_number(value) for name, value in words.items()})

    def _cold(self) -> str:
        text = ngettext(
            "cold {n} day after the last touch", "cold {n} days after the last touch", int(self.contact_days)
        )
        return text.format(n=format_number(self.contact_days))


@dataclass(frozen=True)
class ContractRule:
    """Rule that assigns contract holders to stages: ``middle`` at first, ``long`` once renewed, ``lapsed`` when ended.

    Contracts that overlap or touch form one spell; a renewal does not interrupt it. Nobody is ``short``: a list of
    contracts has no contacts.

    Args:
        renewals: The number of renewed terms required for ``long``: a whole number above 0.
        term: The length of a term: ``"month" "quarter" "half-year"`` or ``"year"``.

    Raises:
        ValueError: If ``renewals`` is not a whole number above 0 or ``term`` is unknown.

    Examples:
        >>> print(ContractRule(renewals=3, term="month"))
        long after 3 renewals of a term of one month; lapsed when no contract runs
    """

    renewals: int = 1
    term: str = "year"
    memory_days: ClassVar[int] = 0  # a contract states its own start, so no look-back is needed

    def __post_init__(self) -> None:
        _check_days(self.renewals, name="renewals")
        check_choice(self.term, name="term", choices=MONTHS_PER_PERIOD)

    @classmethod
    def of_months(cls, months: int) -> ContractRule:
        """Create the rule for ``long`` after so many uninterrupted months, in the longest term that divides them.

        Args:
            months: A whole number above 0.

        Raises:
            ValueError: If it is not.

        Examples:
            >>> print(ContractRule.of_months(24))
            long after 2 renewals of a term of one year; lapsed when no contract runs
        """
        _check_days(months, name="months")
        term = max((one for one, n in MONTHS_PER_PERIOD.items() if not months % n), key=MONTHS_PER_PERIOD.__getitem__)
        return cls(months // MONTHS_PER_PERIOD[term], term)

    @property
    def months(self) -> int:
        """The length of a term in months."""
        return MONTHS_PER_PERIOD[self.term]

    def __str__(self) -> str:
        """Return the rule in words, in the current language."""
        text = ngettext(
            "long after {n} renewal of a term of one {term}; lapsed when no contract runs",
            "long after {n} renewals of a term of one {term}; lapsed when no contract runs",
            self.renewals,
        )
        return text.format(n=format_number(self.renewals), term=_(self.term))


def _check_days(value: Any, *, name: str) -> None:
    if check_count(value, name=name) < 1:
        message = _("{name}={value:g} is too small; give a whole number above 0.")
        raise InputError(message.format(name=name, value=value), argument=name, given=value)


@dataclass(frozen=True)
class StageProfile:
    """A default stage rule for an industry; prefer limits estimated from the data (`characteristic_interval`).

    Attributes:
        name: The industry.
        every: The recommended period.
        rule: The stage rule.
        note: What to watch out for.
    """

    name: str
    every: str
    rule: StageRule | ContractRule
    note: str

    def __str__(self) -> str:
        """Return the profile in words, in the current language."""
        text = _("{name}, by {every}: {rule}. {note}")
        return text.format(name=_(self.name), every=_(self.every), rule=self.rule, note=_(self.note)).strip()


def stage_profiles() -> tuple[StageProfile, ...]:
    """Return all stage profiles: coffee, supermarket, fashion, subscription, telecom, bank, b2b, car dealer.

    Returns:
        The profiles, each with its name, period, rule and note.

    Examples:
        >>> [profile.name for profile in stage_profiles()][:3]
        ['coffee', 'supermarket', 'fashion']
    """
    by_years = StageRule(lapse_days=1826, window_days=3652, k_long=2, span_days=365, contact_days=180)
    rows: list[tuple[str, str, StageRule | ContractRule, str]] = [
        (mark("coffee"), "month", StageRule(30, 60, 6, 28, 7), mark("Needs an id at every purchase, such as an app.")),
        (mark("supermarket"), "month", StageRule(45, 90, 6, 45, 14), mark("Look at the check and the turnover first.")),
        (mark("fashion"), "quarter", StageRule(270, 540, 3, 90, 30), mark("Seasonal: compare with the year before.")),
        (mark("subscription"), "month", ContractRule(3, "month"), mark("Keep failed payments apart.")),
        (mark("telecom"), "month", StageRule(90, 456, 2, 365, 30), mark("Long after twelve months without a gap.")),
        (mark("bank"), "quarter", StageRule(180, 365, 9, 240, 60), mark("Long: nine active days in eight months.")),
        (mark("b2b"), "year", ContractRule(1, "year"), mark("Count by contract and by client.")),
        (mark("car dealer"), "year", by_years, mark("Take service visits as purchases, too.")),
    ]  # fmt: skip
    return tuple(StageProfile(*row) for row in rows)


def stage_profile(name: str) -> StageProfile:
    """Return the default stage rule of an industry.

    Args:
        name: One of the names that `stage_profiles` lists.

    Returns:
        The profile; pass its ``rule`` to `stage_flow`.

    Raises:
        ValueError: If there is no such profile.

    Examples:
        >>> stage_profile("supermarket").rule.lapse_days
        45
    """
    known = {profile.name: profile for profile in stage_profiles()}
    return known[check_choice(name, name="name", choices=known)]
