"""The definition card: what was counted, under which rules. A rate without its card is not a measurement."""

from __future__ import annotations

import html
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from crrkit.ground import (
    UNDEFINED,
    InputTypeError,
    Shown,
    format_date,
    format_number,
    gettext as _,
    mark,
    month_name,
    ngettext,
    weekday_name,
)
from crrkit.rules.periods import MONTHS, WEEKDAYS, Calendar

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

# What a reader sees for each rule, in one language here and in the other in the catalogue.
_WORDS = {
    "contract": mark("one contract counts as one customer"),
    "person_any": mark("a person is a customer while any contract runs"),
    "person_all": mark("a person is a customer while any contract runs, and kept when all held at the start were kept"),
    "on the list": mark("stands on the list of that day; what happens between two lists is not seen"),
    "first end": mark("a contract runs just before the moment, until the first of those held together ends"),
    "buyer": mark("one customer id counts as one customer"),
    "listed": mark("one customer id counts as one customer"),
    "counted": mark("one customer as whoever kept the table counted them"),
    "as counted": mark("as whoever kept the table counted; the rule is not known"),
    "period": mark("bought in the period before (start) and in this one (end)"),
    "start": mark("each list stands for the start of the period that names it"),
    "end": mark("each list stands for the end of the period that names it"),
    "contract runs": mark("a contract runs just before the moment"),
    "contract pays": mark(
        "a contract runs just before the moment; revenue is the sum of the recurring prices of those that run, which"
        " the list names in one unit and for one length of time"
    ),
    "first_day_after": mark("the first day on which the contract no longer runs"),
    "last_active_day": mark("the last day on which the contract runs"),
    "set aside": mark("rows with an amount of 0 or below are set aside"),
    "keep": mark("amounts below 0 lower revenue and are no visit; amounts of 0 are purchases"),
    "removed": mark("a purchase that was given back in full counts as never made"),
    "outside": mark("people who never bought are no customers and in no rate"),
}


def said_reading(read_as: str) -> str:
    """What rows were read as, ``"orders: customer = who"``, in the words of the current language."""
    kind, _colon, pairs = read_as.partition(": ")
    return _("Read as {kind}: {pairs}").format(kind=_(kind), pairs=pairs)


@dataclass(frozen=True, kw_only=True, repr=False)
class DefinitionCard:
    """The rules behind a result, as values that a program can compare and as lines that a person can read.

    Attributes:
        source: What was read.
        unit: ``contract person_any person_all`` for contracts, ``buyer`` for orders, ``listed`` for snapshots.
        activity: What makes somebody a customer at a moment.
        every: The period, once a measure has been taken.
        zone: The business's time zone; None when times are local as written.
        week_starts: The first day of the week.
        year_starts: The first month of the year.
        as_of: The cut-off: nothing at or after it was seen.
        end_is: What the end date of a contract means; None for orders.
        burn_in_days: For so many days after the first event nobody knows who is new.
        merge_gap: A renewal up to so many days after the end is the same relationship.
        read_as: What the rows were read as, such as ``"orders: customer = who, at = when"``.
        taken: Whether lists were said to stand for the start or the end of their period.
        counts: The words of the column of states that count; None when nobody named them.
        refunds: What happens to amounts of 0 or below; None when there are no amounts.
        contacts: Where people stand who never bought; None when the list holds customers alone.
        new, returned: Who is new, and who has returned.
        segment: The segment of the base that was counted alone; None for all customers.
        currency: The code of the currency of the amounts; None when it is not known.
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
    taken: str | None = None
    merge_gap: int = 0
    refunds: str | None = None
    contacts: str | None = None
    burn_in_days: int = 0
    read_as: str | None = None
    counts: tuple[str, ...] | None = None
    new: str = mark("a customer for the first time ever inside the period, and still there at its end")
    returned: str = mark("a former customer, not there at the start, there again at the end")
    segment: str | None = None
    currency: str | None = None

    @property
    def counts_buyers(self) -> bool:
        """Whether one id of a log of purchases or events is one customer."""
        return self.unit == "buyer"

    @property
    def is_by_period(self) -> bool:
        """Whether customers are who bought in the period before, and in this one."""
        return self.activity == "period"

    def calendar(self, every: str) -> Calendar:
        """The periods of one length, with the first days of the week and the year that are agreed."""
        return Calendar(every, week_starts=self.week_starts, year_starts=self.year_starts)

    def with_(self, **changes: Any) -> DefinitionCard:
        """A copy with other values."""
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """The card as plain values, dates in ISO form."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return values | {"as_of": self.as_of.isoformat()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DefinitionCard:
        """The card that `to_dict` wrote, also after it has been through JSON."""
        counts = values["counts"]
        plain = {"as_of": datetime.fromisoformat(values["as_of"]), "counts": None if counts is None else tuple(counts)}
        return cls(**{**values, **plain})

    def lines(self) -> list[tuple[str, str]]:
        """Pairs of heading and text in the current language; rules that do not apply are left out."""
        return [(heading, text) for _rule, heading, text in self.rules()]

    def rules(self) -> list[tuple[str, str, str]]:
        """The same lines, each with the name of its rule in front."""
        hidden = {"week_starts"} if self.every != "week" else set()
        hidden |= {"year_starts"} if self.year_starts == "january" else set()
        said = self._said().items()
        return [(rule, name, text) for rule, (name, text) in said if text is not None and rule not in hidden]

    def _said(self) -> dict[str, tuple[str, str | None]]:
        """Heading and text of every rule, in the order in which they are read."""
        return {
            "source": (_("Source"), self.source),
            "segment": (_("Segment"), self.segment),
            "read_as": (_("Reading"), said_reading(self.read_as) if self.read_as else None),
            "every": (_("Period"), _(self.every) if self.every else None),
            "unit": (_("Unit"), _(_WORDS.get(self.unit, self.unit))),
            "activity": (_("Customer at a moment"), _(_WORDS.get(self.activity, self.activity))),
            "new": (_("New"), _(self.new)),
            "returned": (_("Returned"), _(self.returned)),
            "end_is": (_("End date of a contract"), _(_WORDS[self.end_is]) if self.end_is else None),
            "taken": (_("Dates of the lists"), _(_WORDS[self.taken]) if self.taken else None),
            "merge_gap": (_("Late renewals"), self._late()),
            "refunds": (_("Refunds"), _(_WORDS[self.refunds]) if self.refunds else None),
            "currency": (_("Currency"), self.currency),
            "counts": (_("States that count"), ", ".join(self.counts) if self.counts else None),
            "contacts": (_("Contacts"), _(_WORDS[self.contacts]) if self.contacts else None),
            "as_of": (_("Data seen until"), _("before {day}").format(day=format_date(self.as_of))),
            "burn_in_days": (_("Who is new is unknown"), self._burn_in()),
            "zone": (_("Clock"), self.zone or _("local times as written")),
            "week_starts": (_("Week starts on"), weekday_name(WEEKDAYS.index(self.week_starts))),
            "year_starts": (_("Year starts in"), month_name(MONTHS.index(self.year_starts) + 1)),
        }

    def _late(self) -> str | None:
        if not self.merge_gap:
            return None
        text = ngettext(
            "up to {n} day after the end the relationship is the same",
            "up to {n} days after the end the relationship is the same",
            self.merge_gap,
        )
        return text.format(n=format_number(self.merge_gap))

    def _burn_in(self) -> str | None:
        if not self.burn_in_days:
            return None
        text = ngettext("in the first {n} day of the data", "in the first {n} days of the data", self.burn_in_days)
        return text.format(n=format_number(self.burn_in_days))

    def __str__(self) -> str:
        """The card as lines of text."""
        return "\n".join(f"{name}: {text or UNDEFINED}" for name, text in self.lines())

    __repr__ = __str__

    def to_html(self) -> str:
        """The card as a definition list."""
        whole = "float: none; width: auto"  # Jupyter floats both, and a long name pushes the text beside another one
        items = "".join(
            f'<dt style="{whole}">{html.escape(name)}</dt><dd style="{whole}">{html.escape(text)}</dd>'
            for name, text in self.lines()
        )
        return f'<dl class="crrkit-card">{items}</dl>'

    def _repr_html_(self) -> str:
        return self.to_html()


@dataclass(frozen=True, eq=False, repr=False)
class DefinitionDifference(Shown):
    """The rules in which two definitions differ.

    Attributes:
        card_a: The one definition.
        card_b: The other.
    """

    card_a: DefinitionCard
    card_b: DefinitionCard

    kinds: ClassVar[Mapping[str, str]] = {"rule": "text", "one": "text", "other": "text"}

    @property
    def table(self) -> pd.DataFrame:  # type: ignore[override]  # made from the cards
        """One row a rule that differs, ``rule one other``, as the plain values of ``to_dict``; missing is None."""
        import pandas as pd

        one, other = self.card_a.to_dict(), self.card_b.to_dict()
        rows = [(rule, one[rule], other[rule]) for rule in self.card_a._said() if one[rule] != other[rule]]  # noqa: SLF001 - a card of this module
        return pd.DataFrame(rows, columns=list(self.kinds), dtype=object)

    def titles(self) -> dict[str, str]:
        """Headings of the shown columns."""
        return {"rule": _("rule"), "one": _("one"), "other": _("other")}

    def caption(self) -> str:
        """In how many rules the two differ."""
        n = len(self.table)
        if not n:
            return _("The two definitions are the same in every rule.")
        text = ngettext("The definitions differ in {n} rule", "The definitions differ in {n} rules", n)
        return text.format(n=format_number(n))

    def to_html(self) -> str:
        """The rules that differ as a table, or the sentence that there are none."""
        return super().to_html() if len(self.table) else f"<p>{html.escape(self.caption())}</p>"

    def __str__(self) -> str:
        """The rules that differ in words, or the sentence that there are none."""
        return super().__str__() if len(self.table) else self.caption()

    __repr__ = __str__

    def _shown_rows(self) -> list[list[str]]:
        said = self.card_a._said(), self.card_b._said()  # noqa: SLF001 - cards of this module
        return [_row(values, said[0][str(rule)], said[1][str(rule)]) for rule, *values in self.table.to_numpy()]


def _row(values: list[Any], one: tuple[str, str | None], other: tuple[str, str | None]) -> list[str]:
    if one[1] == other[1]:  # two moments of one day
        return [one[0], *map(str, values)]
    return [one[0], one[1] or UNDEFINED, other[1] or UNDEFINED]


def diff(card_a: DefinitionCard, card_b: DefinitionCard) -> DefinitionDifference:
    """Name each rule in which two definitions differ: rates under different rules are different measures.

    Args:
        card_a: The card of one result, such as ``kept.card``.
        card_b: The card of another.

    Returns:
        One row a rule, in words when printed, as values in ``to_pandas()``. No rows when the cards are the same.

    Raises:
        InputError: If one of them is no card.

    Examples:
        >>> from datetime import datetime
        >>> card = DefinitionCard(source="orders", unit="buyer", activity="period", as_of=datetime(2024, 7, 1))
        >>> print(diff(card, card.with_(every="month", year_starts="april")))
        The definitions differ in 2 rules
        rule            one      other
        Period          –        month
        Year starts in  January  April
        >>> diff(card, card)
        The two definitions are the same in every rule.
        >>> diff(card, "month")
        Traceback (most recent call last):
        ...
        crrkit.InputTypeError: card_b is a str, a definition card is needed; a result has one as .card.
    """
    given: dict[str, object] = {"card_a": card_a, "card_b": card_b}
    for name, card in given.items():
        if not isinstance(card, DefinitionCard):
            message = _("{name} is a {kind}, a definition card is needed; a result has one as .card.")
            raise InputTypeError(message.format(name=name, kind=type(card).__name__), argument=name, given=card)
    return DefinitionDifference(card_a, card_b)
