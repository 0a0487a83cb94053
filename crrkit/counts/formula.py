"""The customer retention rate from counts alone: ``(end - new - returned) / start``, and related rates.

Every rate is based on one account, ``start - lost + new + returned = end``. Counts that no group of customers can have
produced are refused, not clipped: they mean that ``new`` or ``lost`` was counted under another rule (`accounts`).
"""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING

from crrkit.counts.accounts import (
    Counts,
    contradiction,
    too_many_kept,
    too_many_lost,
)
from crrkit.counts.duration import (
    Period,
    check_period,
)
from crrkit.counts.intervals import NO_INTERVAL, Interval, wilson_share
from crrkit.counts.rates import (
    Rate,
)
from crrkit.counts.solving import (
    solve_counts,
)
from crrkit.ground import (
    MISSING,
    InputError,
    InputTypeError,
    UndefinedRateWarning,
    check_choice,
    check_count,
    check_named,
    gettext as _,
    is_missing,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Never

__all__ = ["Counts", "churn_from_counts", "crr_bounds", "crr_from_counts", "crr_from_sets", "solve_counts"]

ON_INCONSISTENT = ("raise", "nan", "raw")


def crr_from_counts(
    *_unnamed: Never,
    start: float = MISSING,
    end: float = MISSING,
    new: float = MISSING,
    lost: float | None = None,
    returned: float = 0,
    period: Period | None = None,
    on_inconsistent: str = "raise",
    allow_fractional: bool = False,
    level: float = 0.95,
) -> Rate:
    """Compute the customer retention rate from three counts: ``(end - new - returned) / start``.

    It is the share of the starting customers who are still there, provided that ``new`` (with ``returned``) counts
    exactly those who are there at the end and were not at the start. If ``new`` counts everyone who joined, also those
    who left again, use `crr_bounds`.

    Args:
        start: Customers at the start of the period.
        end: Customers at its end.
        new: Customers at the end who had never been customers before the period.
        lost: Customers of the start who are gone at the end, if known; the balance is then checked.
        returned: Former customers who are there at the end and were not at the start.
        period: ``"day"``, ``"week"``, ``"month"``, ``"quarter"``, ``"half-year"``, ``"year"``, or two dates
            ``(from, until)``, the second exclusive. Required.
        on_inconsistent: What to do with counts that contradict each other: ``"raise"`` an error, return ``"nan"``, or
            return the ``"raw"`` value of the formula, for teaching. The last two have the status ``"inconsistent"``.
        allow_fractional: Accept averages and weighted counts.
        level: Coverage of the Wilson interval, a fraction.

    Returns:
        The rate. If ``start`` is 0 it is NaN with the reason ``"empty_base"``, and ``UndefinedRateWarning`` is
        issued; if nobody was kept it is 0.

    Raises:
        InputError: If a count is negative, not finite, missing or not whole, or the period is missing or ends before
            it starts.
        InputTypeError: If a count is text or a Boolean.
        InconsistentCounts: If no group of customers can have produced the counts.
        AccountingMismatch: If ``start - lost + new + returned`` is not ``end``; ``.residual`` is the difference.

    Examples:
        >>> crr_from_counts(start=70, end=90, new=30, period="month")
        85.7% (60 of 70, month; 95% interval 75.7% to 92.1%)
        >>> round(crr_from_counts(start=1000, end=1200, new=500, period="half-year"), 10)
        0.7
        >>> crr_from_counts(start=10, end=15, new=100, period="month")
        Traceback (most recent call last):
        ...
        crrkit.InconsistentCounts: new=100 is more than end=15: it counts people who are no longer here, and at
        least 85 of them left. Count only those who are still there, or ask crr_bounds what is certain.
    """
    check_named(_unnamed, "crr.crr_from_counts({}, period='month')", "start", "end", "new")
    period = check_period(period)
    check_choice(on_inconsistent, name="on_inconsistent", choices=ON_INCONSISTENT)
    given = {"start": start, "end": end, "new": new, "returned": returned} | ({} if lost is None else {"lost": lost})
    counts = {name: check_count(value, name=name, allow_fractional=allow_fractional) for name, value in given.items()}
    problem = contradiction(counts)
    if problem and on_inconsistent == "raise":
        raise problem[1]
    kept, base = counts["end"] - counts["new"] - counts["returned"], counts["start"]
    rule = "(end - new - returned) / start"
    if not problem or not base:
        return _counted(kept, base, period=period, rule=rule, level=level)
    value = kept / base if on_inconsistent == "raw" else math.nan
    reason = problem[0]
    return Rate(value, numerator=kept, denominator=base, period=period, rule=rule, status="inconsistent", reason=reason)


def crr_bounds(*, start: float, end: float, new: float) -> Interval:
    """Compute bounds of the retention rate when ``new`` counts everyone who joined, whether still there or not.

    Between ``max(0, end - new)`` and ``min(start, end)`` of the starting customers are still there, provided that no
    former customer returned.

    Args:
        start: Customers at the start of the period.
        end: Customers at its end.
        new: Everyone who joined in the period; more than ``end`` is possible.

    Returns:
        The lowest and the highest possible rate; both NaN if ``start`` is 0.

    Raises:
        InputError: If a count is negative, not whole or missing.
        InconsistentCounts: If more than ``start`` would have been kept.

    Examples:
        >>> [round(end, 3) for end in crr_bounds(start=70, end=90, new=30)]
        [0.857, 1.0]
        >>> crr_bounds(start=1000, end=1200, new=500)
        (0.7, 1.0)
    """
    counts = {"start": start, "end": end, "new": new}
    start, end, new = (check_count(value, name=name) for name, value in counts.items())
    if not start:
        return NO_INTERVAL
    if end - new > start:
        raise too_many_kept("new", came=new, start=start, end=end)
    return max(0.0, end - new) / start, min(start, end) / start


def churn_from_counts(
    *_unnamed: Never,
    start: float = MISSING,
    lost: float = MISSING,
    period: Period | None = None,
    level: float = 0.95,
) -> Rate:
    """Compute the churn rate from counts: ``lost / start``.

    Churn and retention sum to 1 if ``lost`` counts customers of the start who are gone at the end, each once.

    Args:
        start: Customers at the start of the period.
        lost: Those of them who are gone at its end.
        period: As in `crr_from_counts`; required.
        level: Coverage of the Wilson interval.

    Returns:
        The rate, its measure ``"churn"``. If ``start`` is 0 it is NaN, and ``UndefinedRateWarning`` is issued.

    Raises:
        InputError: If a count is negative, not whole or missing, or the period is missing.
        InconsistentCounts: If ``lost`` is more than ``start``.

    Examples:
        >>> churn_from_counts(start=1000, lost=300, period="half-year")
        30.0% (300 of 1,000, half-year; 95% interval 27.2% to 32.9%)
    """
    check_named(_unnamed, "crr.churn_from_counts({}, period='month')", "start", "lost")
    period = check_period(period)
    start, lost = check_count(start, name="start"), check_count(lost, name="lost")
    if lost > start:
        raise too_many_lost(lost=lost, start=start)
    return _counted(lost, start, period=period, rule="lost / start", level=level, measure="churn")


def crr_from_sets(
    start: Iterable[object], end: Iterable[object], *, period: Period | None = None, level: float = 0.95
) -> Rate:
    """Compute the retention rate from two lists of customers: the share of ``start`` who are also in ``end``.

    Args:
        start: Ids of the customers just before the period; a repeated id counts once.
        end: Ids of the customers just before its end.
        period: As in `crr_from_counts`; required.
        level: Coverage of the Wilson interval.

    Returns:
        The rate. An empty ``start`` gives NaN, and ``UndefinedRateWarning`` is issued.

    Raises:
        InputError: If an id is missing (null) or the period is missing.
        InputTypeError: If an id is not hashable, such as a list, or a text is given in place of a list.

    Examples:
        >>> crr_from_sets("abchk", "acdfhi", period="half-year")
        Traceback (most recent call last):
        ...
        crrkit.InputTypeError: start is one text; give a list of customer ids.
        >>> crr_from_sets(list("abchk"), list("acdfhi"), period="half-year")
        60.0% (3 of 5, half-year; 95% interval 23.1% to 88.2%)
    """
    period = check_period(period)
    before, after = _id_set(start, name="start"), _id_set(end, name="end")
    rule = "customers in both lists / customers in start"
    return _counted(len(before & after), len(before), period=period, rule=rule, level=level)


def _counted(part: float, base: float, *, period: Period, rule: str, level: float, measure: str = "retention") -> Rate:
    if not base:
        message = _("Nobody was there at the start, so the rate is undefined (not 0 and not 100 percent).")
        warnings.warn(message, UndefinedRateWarning, stacklevel=3)
    part = min(max(part, 0.0), base)  # removes rounding error only: contradictions were refused before
    return Rate(
        part / base if base else math.nan,
        numerator=part,
        denominator=base,
        period=period,
        measure=measure,
        rule=rule,
        status="complete" if base else "empty_base",
        reason="" if base else "empty_base",
        ci=wilson_share(part / base, base, level=level) if base else NO_INTERVAL,
        level=level,
    )


def _id_set(ids: Iterable[object], *, name: str) -> set[object]:
    if isinstance(ids, str | bytes):
        message = _("{name} is one text; give a list of customer ids.").format(name=name)
        raise InputTypeError(message, argument=name)
    try:
        found = set(ids)
    except TypeError as error:
        message = _("{name} cannot be read as a list of customer ids: {error}.").format(name=name, error=error)
        raise InputTypeError(message, argument=name) from None
    if any(is_missing(value) for value in found):
        message = _("{name} holds an id that is missing, and a missing id is never a customer. Leave such rows out.")
        raise InputError(message.format(name=name), argument=name)
    return found
