"""The subject of an assessment: a rate, a fraction or an account, with its context."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.counts import Rate, check_period, period_text
from crrkit.ground import InputError, InputTypeError, check_count, check_fraction, check_given, gettext as _
from crrkit.judge.verdicts.targets import Target, TargetHistory
from crrkit.measure import BURN_IN, COMPLETE, RUNNING, RetentionTable, check_one_account

if TYPE_CHECKING:
    from datetime import date

    from crrkit.measure.cadence import Rhythm

OTHERS_NEEDED = 2  # other periods needed to show that the judged one is like the others


@dataclass(frozen=True)
class Subject:
    """The subject of an assessment: a rate, and its context from the account."""

    rate: Rate
    moved: tuple[int, int] | None = None
    on: date | None = None
    running: bool = False
    rhythm: Rhythm | None = None
    buyers: bool = False  # whether the account is of who bought in each period
    seen_alike: bool = True  # whether neighbouring periods have similar rates
    year: Rate | None = None


def of_account(kept: RetentionTable, label: object) -> Subject:
    """The rate of a period of an account, with gains and losses, and the measured annual rate if needed."""
    check_one_account(kept, "assess({kept})")
    row = kept.latest if label is None else kept.row(str(label))
    ends = (float(row["crr_low"]), float(row["crr_high"]))
    rate = Rate(
        float(row["crr"]), numerator=float(row["kept"]), denominator=float(row["start"]), period=kept.every, ci=ends
    )
    known = row["status"] != BURN_IN and bool(pd.notna(row["end"]))  # during the burn-in nobody knows who is new
    moved = (int(row["end"] - row["kept"]), int(row["lost"])) if known else None
    buyers, rhythm = kept.card.is_by_period, kept.rhythm
    alike = buyers or kept.every == "year" or _seen_alike(kept, row)
    needs_year = buyers or (rhythm is not None and rhythm.is_doubtful)
    return Subject(
        rate,
        moved,
        row["from_"].date(),
        row["status"] == RUNNING,
        rhythm,
        buyers,
        alike,
        kept.year if needs_year else None,
    )


def _seen_alike(kept: RetentionTable, row: pd.Series) -> bool:
    """Whether there are enough whole periods up to a year before, and their range of rates meets this one's interval.

    Converting a rate by a power assumes that all periods are like this one, which a single month cannot show.
    """
    rated = kept.table[(kept.table["status"] == COMPLETE) & kept.table["crr"].notna()]
    others = rated["crr"][rated["from_"].between(row["from_"] - pd.DateOffset(years=1), row["from_"], inclusive="left")]
    return len(others) >= OTHERS_NEEDED and bool(row["crr_low"] <= others.max() and others.min() <= row["crr_high"])


def rate_given(value: object, period: str | tuple[date, date] | None) -> Rate:
    """A rate as given; a plain fraction needs its period."""
    if isinstance(value, Rate):
        if period is not None and check_period(period) != value.period:
            message = _("The rate is of another period ({period}) than period={given!r}. Leave period out.")
            message = message.format(period=period_text(value.period), given=period)
            raise InputError(message, argument="period", given=period)
        return value
    meant_as_number = isinstance(value, numbers.Real) or (isinstance(value, str) and value[:1].isdigit())  # "85 %" was
    if not meant_as_number:
        check_given(value, RetentionTable, name="value_or_kept")
    return Rate(check_fraction(value, name="value_or_kept"), period=check_period(period))


def retention_of(rate: Rate) -> Rate:
    """The rate as retention; a churn rate becomes its complement."""
    if math.isnan(rate):
        message = _("The rate is undefined: there was nobody to keep, so there is nothing to judge.")
        raise InputError(message, argument="value_or_kept", given=rate)
    check_fraction(float(rate), name="value_or_kept")
    if rate.measure == "retention":
        return rate
    ends = rate.ci and (1 - rate.ci[1], 1 - rate.ci[0])
    counted = rate.denominator - rate.numerator
    return replace(rate, value=1 - rate.value, numerator=counted, measure="retention", ci=ends)


def first_day(rate: Rate) -> date | None:
    """The first day of a rate whose period is given by two dates."""
    return rate.period[0] if isinstance(rate.period, tuple) else None


def targets_given(given: object, on: date | None) -> list[Target]:
    """The targets for a rate; of a history, those in force on the day."""
    if given is None:
        return []
    history = given if isinstance(given, TargetHistory) else None
    targets = history.targets if history else (given,) if isinstance(given, Target) else given
    if not isinstance(targets, tuple | list) or not all(isinstance(target, Target) for target in targets):
        message = _("target is a {kind}; give a Target.").format(kind=type(given).__name__)
        raise InputTypeError(message, argument="target", given=given)
    if history is None or not targets:
        return list(targets)
    day = on or targets[-1].date
    found = [history.in_force(day, period=period) for period in dict.fromkeys(target.period for target in targets)]
    return [target for target in found if target]


def moved_counts(gained: int | None, lost: int | None) -> tuple[int, int] | None:
    """The numbers gained and lost, if both are known."""
    if gained is None and lost is None:
        return None
    return int(check_count(gained, name="gained")), int(check_count(lost, name="lost"))
