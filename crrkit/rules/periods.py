"""Calendars: the number of the period that contains a day, the first day of a period, and its label.

Every period is half-open, ``[start, next start)``, and has an integer index counted from a fixed origin, so that the
previous period is ``index - 1`` on every calendar. `crrkit.reduce` has the same arithmetic as an expression for the
engine, ``period_index``; a test checks that the two agree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from crrkit.ground import DAYS_PER_WEEK, MONTHS_PER_PERIOD, PERIODS, InputError, check_choice, gettext as _

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip

EPOCH = date(1970, 1, 1)
THURSDAY = 3  # counted from Monday; 1970-01-01 was a Thursday, and ISO 8601 names a week after its Thursday

_LABELS = {
    "day": r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
    "week": r"(?P<year>\d{4})-W(?P<part>\d{2})",
    "month": r"(?P<year>\d{4})-(?P<month>\d{2})",
    "quarter": r"(?P<year>\d{4})(?:/\d{2})?Q(?P<part>[1-4])",
    "half-year": r"(?P<year>\d{4})(?:/\d{2})?H(?P<part>[12])",
    "year": r"(?P<year>\d{4})(?:/\d{2})?",
}
_EXAMPLES = {
    "day": "2024-02-29",
    "week": "2024-W05",
    "month": "2024-02",
    "quarter": "2024Q2",
    "half-year": "2024H1",
    "year": "2024",
}


@dataclass(frozen=True)
class Calendar:
    """A calendar of consecutive periods of one length.

    Args:
        every: The length of a period: ``day week month quarter half-year`` or ``year``.
        week_starts: The weekday on which a week begins, ``monday`` to ``sunday``.
        year_starts: The month in which the (fiscal) year begins, ``january`` to ``december``.

    Raises:
        ValueError: If one of the names is unknown.

    Examples:
        >>> months = Calendar("month")
        >>> february = months.index(date(2024, 2, 29))
        >>> months.label(february), str(months.start(february)), str(months.start(february + 1))
        ('2024-02', '2024-02-01', '2024-03-01')
        >>> Calendar("year", year_starts="april").label_of(date(2024, 3, 31))
        '2023/24'
        >>> Calendar("fortnight")
        Traceback (most recent call last):
        crrkit.InputError: every='fortnight' is not known.
            Choose one of day, week, month, quarter, half-year, year.
    """

    every: str
    week_starts: str = "monday"
    year_starts: str = "january"

    def __post_init__(self) -> None:
        check_choice(self.every, name="every", choices=PERIODS)
        check_choice(self.week_starts, name="week_starts", choices=WEEKDAYS)
        check_choice(self.year_starts, name="year_starts", choices=MONTHS)

    @property
    def months(self) -> int:
        """The number of calendar months in a period; 0 for days and weeks."""
        return MONTHS_PER_PERIOD.get(self.every, 0)

    @property
    def month_shift(self) -> int:
        """Months from January to the start of the fiscal year; 0 for days, weeks and months, which do not use it."""
        return MONTHS.index(self.year_starts) if self.months > 1 else 0

    @property
    def week_shift(self) -> int:
        """Days from the start of the week that contains 1970-01-01 to that day."""
        return (THURSDAY - WEEKDAYS.index(self.week_starts)) % DAYS_PER_WEEK

    def index(self, day: date) -> int:
        """Return the index of the period that contains a day."""
        if self.months:
            return (day.year * 12 + day.month - 1 - self.month_shift) // self.months
        days = (date(day.year, day.month, day.day) - EPOCH).days
        return days if self.every == "day" else (days + self.week_shift) // DAYS_PER_WEEK

    def start(self, index: int) -> date:
        """Return the first day of a period."""
        if self.months:
            year, month = divmod(index * self.months + self.month_shift, 12)
            return date(year, month + 1, 1)
        days = index if self.every == "day" else index * DAYS_PER_WEEK - self.week_shift
        return EPOCH + timedelta(days=days)

    def label(self, index: int) -> str:
        """Return the label of a period: ``2024-02-29 2024-W05 2024-02 2024Q2 2024H1 2024``, fiscal ``2024/25``."""
        first = self.start(index)
        if self.every == "week":
            year, week, _weekday = (first + timedelta(days=self.week_shift)).isocalendar()  # of its Thursday
            return f"{year}-W{week:02d}"
        if self.months <= 1:
            return first.isoformat() if self.every == "day" else f"{first:%Y-%m}"
        year, month = divmod(index * self.months, 12)
        name = f"{year}/{(year + 1) % 100:02d}" if self.month_shift else f"{year}"
        return name + {"quarter": f"Q{month // 3 + 1}", "half-year": f"H{month // 6 + 1}", "year": ""}[self.every]

    def label_of(self, day: date) -> str:
        """Return the label of the period that contains a day."""
        return self.label(self.index(day))

    def parse(self, label: str, *, name: str = "period") -> int:
        """Return the index of the period with this label; ``name`` is the argument to mention in an error."""
        found = re.fullmatch(_LABELS[self.every], str(label).strip())
        index = self._index_of_match(found.groupdict()) if found else None
        if index is None or self.label(index).replace("/", "")[:4] != str(label).strip()[:4]:
            message = _("{name}={label!r} is not the name of a {every}. A {every} is written like {example!r}.")
            text = message.format(name=name, label=label, every=_(self.every), example=_EXAMPLES[self.every])
            raise InputError(text, argument=name, given=label)
        return index

    def _index_of_match(self, parts: dict[str, str | None]) -> int | None:
        year = int(parts["year"] or 0)
        try:
            if self.every == "week":
                thursday = date.fromisocalendar(year, int(parts["part"] or 0), THURSDAY + 1)
                return self.index(thursday)
            if self.months > 1:
                return (year * 12) // self.months + int(parts.get("part") or 1) - 1
            return self.index(date(year, int(parts["month"] or 0), int(parts.get("day") or 1)))
        except ValueError:
            return None
