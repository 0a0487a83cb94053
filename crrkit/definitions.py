"""The definition card: what was counted, under which rules. A rate without its card is not a measurement."""

from __future__ import annotations

import html
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from crrkit._display import UNDEFINED
from crrkit._language import format_date, format_number, mark, ngettext
from crrkit._language import gettext as _

if TYPE_CHECKING:
    from datetime import datetime

# What a reader sees for each rule, in one language here and in the other in the catalogue.
_WORDS = {
    "contract": mark("one contract counts as one customer"),
    "person_any": mark("a person is a customer while any contract runs"),
    "person_all": mark("a person is a customer until the first of the contracts held together ends"),
    "buyer": mark("one customer id counts as one customer"),
    "period": mark("bought in the period before (start) and in this one (end)"),
    "contract runs": mark("a contract runs just before the moment"),
    "first_day_after": mark("the first day on which the contract no longer runs"),
    "last_active_day": mark("the last day on which the contract runs"),
    "set aside": mark("rows with an amount of 0 or below are set aside"),
    "keep": mark("rows with an amount of 0 or below are kept"),
}


@dataclass(frozen=True, kw_only=True)
class DefinitionCard:
    """The rules behind a result, as values that a program can compare and as lines that a person can read.

    Attributes:
        source: What was read.
        unit: ``contract person_any person_all`` for contracts, ``buyer`` for orders.
        activity: What makes somebody a customer at a moment.
        every: The period, once a measure has been taken.
        zone: The business's time zone; None when times are local as written.
        week_starts: The first day of the week.
        year_starts: The first month of the year.
        as_of: The cut-off: nothing at or after it was seen.
        end_is: What the end date of a contract means; None for orders.
        burn_in_days: For so many days after the first event nobody knows who is new.
        refunds: What happens to amounts of 0 or below; None when there are no amounts.
        new: Who is new.
        returned: Who has returned.
    """

    source: str
    unit: str
    activity: str
    as_of: datetime
    every: str | None = None
    zone: str | None = None
    week_starts: str = "monday"
    year_starts: str = "january"
    end_is: str | None = None
    refunds: str | None = None
    burn_in_days: int = 0
    new: str = mark("a customer for the first time ever inside the period, and still there at its end")
    returned: str = mark("a former customer, not there at the start, there again at the end")

    def with_(self, **changes: Any) -> DefinitionCard:
        """A copy with other values."""
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """The card as plain values, dates in ISO form."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return values | {"as_of": self.as_of.isoformat()}

    def lines(self) -> list[tuple[str, str]]:
        """Pairs of heading and text in the current language; rules that do not apply are left out."""
        pairs = [
            (_("Source"), self.source),
            (_("Period"), _(self.every) if self.every else None),
            (_("Unit"), _(_WORDS.get(self.unit, self.unit))),
            (_("Customer at a moment"), _(_WORDS.get(self.activity, self.activity))),
            (_("New"), _(self.new)),
            (_("Returned"), _(self.returned)),
            (_("End date of a contract"), _(_WORDS[self.end_is]) if self.end_is else None),
            (_("Refunds"), _(_WORDS[self.refunds]) if self.refunds else None),
            (_("Data seen until"), _("before {day}").format(day=format_date(self.as_of))),
            (_("Who is new is unknown"), self._burn_in()),
            (_("Clock"), self.zone or _("local times as written")),
            (_("Week starts on"), _(self.week_starts) if self.every == "week" else None),
            (_("Year starts in"), _(self.year_starts) if self.year_starts != "january" else None),
        ]
        return [(name, text) for name, text in pairs if text is not None]

    def _burn_in(self) -> str | None:
        if not self.burn_in_days:
            return None
        text = ngettext("in the first {n} day of the data", "in the first {n} days of the data", self.burn_in_days)
        return text.format(n=format_number(self.burn_in_days))

    def __str__(self) -> str:
        """The card as lines of text."""
        return "\n".join(f"{name}: {text or UNDEFINED}" for name, text in self.lines())

    def to_html(self) -> str:
        """The card as a definition list."""
        items = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd>" for name, text in self.lines())
        return f'<dl class="crrkit-card">{items}</dl>'

    def _repr_html_(self) -> str:
        return self.to_html()
