"""Reference lines for a rate: the bands of the source articles, a business's own norms, targets.

A line is a fraction of customers *kept*. A scale has no period if its source states none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from crrkit.ground import (
    YEARS_PER_PERIOD,
    InputError,
    InputTypeError,
    check_choice,
    check_fraction,
    format_percent,
    gettext as _,
    mark,
)

if TYPE_CHECKING:
    from crrkit.judge.verdicts.targets import Target

BELOW, INSIDE, ABOVE = mark("below"), mark("inside"), mark("above")
RARE, USUAL, BOTH, CRITICAL = (
    mark("rare"), mark("usual"), mark("usual and critical"), mark("critical and out of range"),
)  # fmt: skip
REACHED, MISSED = mark("reached"), mark("missed")

LINE_DIGITS = 12  # 1 - 0.3 and 0.7 are the same line despite floating-point error


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Classes of a retention rate, separated by lines.

    Attributes:
        source: The statement it comes from, such as ``"A16"``, or ``"norms"`` or ``"target"``.
        steps: From the top: the lower line of a class, whether the line itself belongs to it, the class.
        otherwise: The class below the last line.
        period: The period of the lines; None if the source states none.
        says: The lines in words, with ``{high}`` and ``{low}`` for the first and the last.
        unstated: What the source does not state about its lines, to be said with each comparison; may be empty.
        target: The target, if the scale is one.
    """

    source: str
    steps: tuple[tuple[float, bool, str], ...]
    otherwise: str
    period: str | None
    says: str
    unstated: str = ""
    target: Target | None = None

    def classify(self, kept: float) -> str:
        """The class of a retention rate."""
        kept = round(kept, LINE_DIGITS)
        classes = (name for line, included, name in self.steps if kept > line or (included and kept == line))
        return next(classes, self.otherwise)

    def text(self) -> str:
        """The lines in the current language."""
        return _(self.says).format(high=_percent(self.steps[0][0]), low=_percent(self.steps[-1][0]))


_BETWEEN = mark("{low} to {high}")

BAND = Scale(
    source="A16", steps=((0.90, False, ABOVE), (0.85, True, INSIDE)), otherwise=BELOW, period=None, says=_BETWEEN,
    unstated=mark("period and kind of business not stated"),
)  # fmt: skip
# Base change c = 1 - annual retention: below 10 % rare, to 30 % usual, to 35 % both usual and critical, above it
# critical and out of range. Exactly 30 % is not above 30 %.
BASE_CHANGE = Scale(
    source="B18",
    steps=((0.90, False, RARE), (0.70, True, USUAL), (0.65, True, BOTH)),
    otherwise=CRITICAL,
    period="year",
    says=mark("base change: 10%, 30%, 35% a year"),
    unstated=mark("kind of business not stated"),
)


def norm_scales(norms: object) -> list[Scale]:
    """A business's own norms, one scale per period, from ``{"year": (0.75, 0.85)}``, the lowest and the highest."""
    if not isinstance(norms, Mapping) or not norms:
        message = _('norms={given!r} is not a norm with its period. Give for example norms={{"year": (0.75, 0.85)}}.')
        raise InputTypeError(message.format(given=norms), argument="norms", given=norms)
    return [_norm(period, band) for period, band in norms.items()]


def _norm(period: object, band: object) -> Scale:
    period = check_choice(period, name="norms", choices=YEARS_PER_PERIOD)
    if not isinstance(band, tuple | list) or len(band) != 2:  # noqa: PLR2004 - from and to
        message = _("norms of a {period} need two fractions, the lowest and the highest normal retention.")
        raise InputError(message.format(period=_(period)), argument="norms", given=band)
    low, high = (check_fraction(end, name="norms") for end in band)
    if low > high:
        message = _("norms of a {period} run from {low:g} to {high:g}; give the lower one first.")
        raise InputError(message.format(period=_(period), low=low, high=high), argument="norms", given=band)
    steps = ((high, False, ABOVE), (low, True, INSIDE))
    return Scale(source="norms", steps=steps, otherwise=BELOW, period=period, says=_BETWEEN)


def target_scale(target: Target) -> Scale:
    """A target as a scale with one line; a rate equal to it reaches the target."""
    return Scale(
        source="target", steps=((target.value, True, REACHED),), otherwise=MISSED, period=target.period,
        says=mark("at least {low}"), target=target,
    )  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """A kind of business: its usual periods, and what an article says about its retention.

    Attributes:
        periods: Names of periods; a judgement, which `suggest_period` replaces by one from data.
        source: The statement about this business; empty if there is none.
        says: Its text. None of them gives a number.
    """

    periods: tuple[str, ...]
    source: str = ""
    says: str = mark("The sources of these lines say nothing of this business.")


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "coffee": Profile(("month",)),
        "supermarket": Profile(("month",)),
        "fashion": Profile(("quarter",)),
        "subscription": Profile(("month",)),
        "telecom": Profile(("month", "year"), "B21", mark("Retention is said to be much lower in telecommunications.")),
        "bank": Profile(("quarter", "year"), "B20", mark("Retention is said to be traditionally high in finance.")),
        "b2b": Profile(("year",)),
        "car_dealer": Profile(("year",)),
    }
)


def _percent(line: float) -> str:
    whole = round(100 * line, 9)
    return format_percent(line, digits=0 if whole == int(whole) else 1)
