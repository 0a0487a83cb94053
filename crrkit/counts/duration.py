"""The length of a period, given by its name or by two dates."""

from __future__ import annotations

from datetime import date

from crrkit.ground import (
    DAYS_PER_YEAR,
    SECONDS_PER_DAY,
    YEARS_PER_PERIOD,
    InputError,
    check_choice,
    check_moment,
    format_date,
    gettext as _,
)

Period = str | tuple[date, date]


def check_period(period: object, *, name: str = "period") -> Period:
    """Return the period if it is a known name or two dates ``(from, until)`` with ``until`` later; else raise."""
    if period is None:
        message = _('{name} is missing, and a rate without a period says nothing. Give {name}="month" or two dates.')
        raise InputError(message.format(name=name), argument=name)
    if not isinstance(period, tuple | list):
        return check_choice(period, name=name, choices=YEARS_PER_PERIOD)
    if len(period) != 2:  # noqa: PLR2004 - from and until
        message = _("{name} needs two dates (from, until), {n} {n:was|were} given.").format(name=name, n=len(period))
        raise InputError(message, argument=name, given=period)
    first, until = (check_moment(value, name=name) for value in period)
    if (first.tzinfo is None) != (until.tzinfo is None) or until <= first:
        message = _("{name} ends at {until}, which is not after its start {first}. Until is the first day outside.")
        raise InputError(message.format(name=name, until=until, first=first), argument=name, given=period)
    return first, until


def years_in(period: Period) -> float:
    """Return the length of a period in years; for a pair of dates, its days divided by 365.25."""
    checked = check_period(period, name="period")
    if isinstance(checked, str):
        return YEARS_PER_PERIOD[checked]
    seconds = (checked[1] - checked[0]).total_seconds()
    return seconds / SECONDS_PER_DAY / DAYS_PER_YEAR


def period_text(period: Period) -> str:
    """Return the period as text in the current language."""
    if isinstance(period, str):
        return _(period)
    first, until = (format_date(day) for day in period)
    return _("from {first} until {until}").format(first=first, until=until)
