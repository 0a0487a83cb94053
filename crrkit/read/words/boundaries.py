"""Assignment of dated customer lists to boundaries between periods, where their content is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from crrkit.ground import DAYS_PER_PERIOD, PERIODS, InputError, check_choice, mark, told as _, told_date
from crrkit.rules import Calendar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from crrkit.read.words.labels import Label

SIDES = (mark("start"), mark("end"))
# The most days between a list and its boundary, since lists are exported on working days.
NEAR_BOUND = {"day": 1, "week": 2, "month": 4, "quarter": 10, "half-year": 15, "year": 31}
LISTS_NAMED = 6  # the most lists to name in a message


@dataclass(frozen=True)
class Boundaries:
    """The days at whose start the customers are known.

    Attributes:
        days: The boundary of each list: the start of that day.
        every: The interval between lists.
        taken: Whether lists are as of the ``start`` or the ``end`` of their period.
        calendar: The periods of that length.
        notes: Notes on the assignment.
    """

    days: dict[Label, date]
    every: str
    taken: str
    calendar: Calendar
    notes: tuple[str, ...] = ()

    def missing(self, seen: Iterable[date]) -> list[str]:
        """Return the names of the lists that are missing between the first and the last of those given."""
        there = {self.calendar.index(day) for day in seen}
        shift = 1 if self.taken == "end" else 0
        wanting = sorted(set(range(min(there), max(there) + 1)) - there)
        return [self.calendar.label(number - shift) for number in wanting]


def boundaries_of(labels: Iterable[Label], *, taken: str | None, week_starts: str, year_starts: str) -> Boundaries:
    """Return the boundary of each list.

    A list named by a day belongs to the nearest boundary of the periods that match the interval between lists; one
    named by a month (or a quarter, …) to its end, unless ``taken`` is ``"start"``.

    Raises:
        InputError: If there are fewer than two lists, their names have several formats, two belong to the same
            boundary, or one is in mid-period and ``taken`` is not given.
    """
    if taken is not None:
        check_choice(taken, name="taken", choices=SIDES)
    lists = sorted(set(labels))
    if len(lists) < 2:  # noqa: PLR2004 - retention needs two
        message = _("Lists of two dates or more are needed to see who was kept; found: {lists}.")
        raise InputError(message.format(lists=", ".join(map(str, lists)) or "0"), argument="source")
    forms = sorted({label.every for label in lists}, key=PERIODS.index)
    if len(forms) > 1:
        one, other = (next(str(label) for label in lists if label.every == form) for form in forms[:2])
        message = _(
            "The lists are named in two forms, such as {one} and {other}. Name all by a day, or all by a month."
        )
        raise InputError(message.format(one=one, other=other), argument="source")
    every = forms[0] if forms[0] != "day" else _rhythm([label.day for label in lists])
    calendar = Calendar(every, week_starts=week_starts, year_starts=year_starts)
    by_period = forms[0] != "day" or taken or every == "day"
    found = _by_period(lists, calendar, taken or "end") if by_period else _by_nearness(lists, calendar)
    return _distinct(found, named=taken is not None or forms[0] == "day")


def _rhythm(days: list[date]) -> str:
    """Return the period with the length nearest to the usual interval between lists."""
    gap = median((later - earlier).days for earlier, later in pairwise(days))
    return min(DAYS_PER_PERIOD, key=lambda every: abs(DAYS_PER_PERIOD[every] - gap))


def _by_period(lists: list[Label], calendar: Calendar, taken: str) -> Boundaries:
    shift = 1 if taken == "end" else 0
    days = {label: calendar.start(calendar.index(label.day) + shift) for label in lists}
    return Boundaries(days, calendar.every, taken, calendar)


def _by_nearness(lists: list[Label], calendar: Calendar) -> Boundaries:
    """Assign each list to the nearest boundary; the last day of a month has the distance 0 from its end."""
    days, before = {}, 0
    for label in lists:
        number = calendar.index(label.day)
        since, until = (label.day - calendar.start(number)).days, (calendar.start(number + 1) - label.day).days - 1
        if min(since, until) > NEAR_BOUND[calendar.every]:
            raise _mid_period(label, calendar)
        days[label] = calendar.start(number + (until < since))
        before += until < since
    return Boundaries(days, calendar.every, "end" if before * 2 > len(lists) else "start", calendar, _moved(days))


def _mid_period(label: Label, calendar: Calendar) -> InputError:
    message = _(
        "The list of {day} lies in the middle of its period ({every}). Use taken='end' if each list stands for the end"
        " of its period, or taken='start' for the start."
    )
    return InputError(message.format(day=told_date(label.day), every=_(calendar.every)), argument="taken")


def _moved(days: dict[Label, date]) -> tuple[str, ...]:
    """Return a note if lists are not exactly on the boundary to which they are assigned."""
    off = max((min(abs((day - label.day).days), abs((day - label.day).days - 1)) for label, day in days.items()))
    note = _("Lists are dated up to {n} {n:day|days} away from the boundary of the period for which they are taken.")
    return (note.format(n=off),) if off else ()


def _distinct(found: Boundaries, *, named: bool) -> Boundaries:
    """Raise an error if two lists have the same boundary; note the default taken for lists named by a period."""
    first: dict[date, Label] = {}
    for label, day in found.days.items():
        other = first.setdefault(day, label)
        if other is not label:
            message = _("The lists of {one} and {other} stand for the same moment. Leave one of them out.")
            raise InputError(message.format(one=other, other=label), argument="source")
    if named:
        return found
    labels = list(found.days)
    note = _(
        "Lists named by a period are taken as its end: the row {row} holds who stood on the lists {one} and {other}. If"
        " they show its start, use taken='start'; rates stay as they are, and stand one row earlier."
    )
    return replace(found, notes=(note.format(row=labels[1], one=labels[0], other=labels[1]),))
