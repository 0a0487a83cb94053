"""The customers behind a count: those of a flow, of a stock or of a cohort."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from crrkit import reduce
from crrkit.ground import InputError, check_choice, told as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from crrkit.read.bases.askable import Askable
    from crrkit.rules import Calendar

ASKED_OF = ("start", "kept", "lost", "new", "returned", "end")


def who(
    base: Askable, what: str, *, period: str, every: str, cohort: str | None, where: Mapping[str, str] | None
) -> pd.DataFrame:
    """Implement `Base.who`."""
    check_choice(what, name="what", choices=ASKED_OF)
    calendar = base.calendar(every)
    number = calendar.parse(period)
    begin, until = (_moment(calendar, each) for each in (number, number + 1))
    if begin >= base.as_of:
        message = _("period={period!r} lies after the end of the data.")
        raise InputError(message.format(period=period), argument="period", given=period)
    if base.is_by_period:
        bounds = {"before": _moment(calendar, number - 1), "begin": begin, "until": until}
        people = reduce.who_bought(base.table, as_of=base.as_of, **bounds)
    else:
        people = reduce.who_was_there(base.units("person_any"), begin=begin, until=min(until, base.as_of))
    chosen = dict(where or {})
    segments = base.segments("person_any", by=base.check_segments(tuple(chosen)))
    if segments is not None:
        people = people.join(segments, "customer")
    first = None
    if cohort is not None:
        own = calendar.parse(cohort, name="cohort")
        first = (_moment(calendar, own), _moment(calendar, own + 1))
    found = reduce.collect(reduce.people_of(people, what, begin=begin, first=first, where=chosen))
    return found.sort_values("customer", ignore_index=True)


def _moment(calendar: Calendar, number: int) -> datetime:
    return datetime.combine(calendar.start(number), time.min)
