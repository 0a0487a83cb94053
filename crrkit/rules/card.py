"""The definition card: what was counted and under which rules. Every result carries one."""

from __future__ import annotations

import html
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from crrkit.ground import (
    PLAIN_TEXT,
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

# The displayed text of each value of a rule.
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


def reading_in_words(read_as: str) -> str:
    """Return how the rows were read, given as ``"orders: customer = who"``, in the current language."""
    kind, _colon, pairs = read_as.partition(": ")
    return _("Read as {kind}: {pairs}").format(kind=_(kind), pairs=pairs)


@dataclass(frozen=True, kw_only=True, repr=False)
class DefinitionCard:
    """The definition behind a result: its rules as comparable values and as readable lines.

    Attributes:
        source: What was read.
        unit: What one customer is: ``contract person_any person_all``, ``buyer`` (orders), ``listed`` (snapshots).
        activity: The activity rule: what makes somebody a customer at a point in time.
        every: The period; None until a measure has been computed.
        zone: The time zone of the business; None if times are local as written.
        week_starts: The first day of the week.
        year_starts: The first month of the (fiscal) year.
        as_of: The cut-off date: nothing at or after it was observed.
        end_is: What the end date of a contract means; None for orders.
        burn_in_days: Days from the first event in which new customers cannot be told from earlier ones.
        merge_gap: A contract that starts up to so many days after the end of another continues the same relationship.
        read_as: How the columns were read, such as ``"orders: customer = who, at = when"``.
        taken: Whether snapshots stand for the start or the end of their period.
        counts: The values of the status column whose rows count; None if none were specified.
        refunds: The treatment of amounts of 0 or below; None if there are no amounts.
        contacts: The treatment of people who never bought; None if the list holds customers only.
        new, returned: The definitions of new and returned customers.
        segment: The segment that was counted; None for all customers.
        currency: The currency code of the amounts; None if unknown.
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
        """Whether one id in a log of purchases or events is one customer."""
        return self.unit == "buyer"

    @property
    def is_by_period(self) -> bool:
        """Whether customers are those who bought in the previous period (start) and in this one (end)."""
        return self.activity == "period"

    def calendar(self, every: str) -> Calendar:
        """Return the calendar of periods of one length, with the card's first day of the week and month of the year."""
        return Calendar(every, week_starts=self.week_starts, year_starts=self.year_starts)

    def with_(self, **changes: Any) -> DefinitionCard:
        """Return a copy with some values replaced."""
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Return the card as plain values, with ``as_of`` in ISO format."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return values | {"as_of": self.as_of.isoformat()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DefinitionCard:
        """Create a card from the output of `to_dict`, also after a round trip through JSON."""
        counts = values["counts"]
        plain = {"as_of": datetime.fromisoformat(values["as_of"]), "counts": None if counts is None else tuple(counts)}
        return cls(**{**values, **plain})

    def lines(self) -> list[tuple[str, str]]:
        """Return (heading, text) pairs in the current language; rules that do not apply are omitted."""
        return [(heading, text) for _rule, heading, text in self.rules()]

    def rules(self) -> list[tuple[str, str, str]]:
        """Return (rule, heading, text) triples: `lines` with the name of each rule."""
        hidden = {"week_starts"} if self.every != "week" else set()
        hidden |= {"year_starts"} if self.year_starts == "january" else set()
        said = self._said().items()
        return [(rule, name, text) for rule, (name, text) in said if text is not None and rule not in hidden]

    def _said(self) -> dict[str, tuple[str, str | None]]:
        """Return the heading and the text of every rule, in display order; the text is None if it does not apply."""
        return {
            "source": (_("Source"), self.source),
            "segment": (_("Segment"), self.segment),
            "read_as": (_("Reading"), reading_in_words(self.read_as) if self.read_as else None),
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
            "as_of": (_("Data cut-off"), _("{day}, that day not included").format(day=format_date(self.as_of))),
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
        """Return the card as lines of text."""
        return "\n".join(f"{name}: {text or UNDEFINED}" for name, text in self.lines())

    __repr__ = __str__

    def to_html(self) -> str:
        """Return the card as an HTML definition list."""
        whole = "float: none; width: auto"  # Jupyter floats dt and dd, so a long name would shift the texts by a row
        items = "".join(
            f'<dt style="{whole}">{html.escape(name)}</dt><dd style="{whole}">{html.escape(text)}</dd>'
            for name, text in self.lines()
        )
        return f'<dl class="crrkit-card {PLAIN_TEXT}">{items}</dl>'

    _repr_html_ = to_html


@dataclass(frozen=True, eq=False, repr=False)
class DefinitionDifference(Shown):
    """The rules in which two definitions differ.

    Attributes:
        card_a: The first definition.
        card_b: The second definition.
    """

    card_a: DefinitionCard
    card_b: DefinitionCard

    kinds: ClassVar[Mapping[str, str]] = {"rule": "text", "one": "text", "other": "text"}

    @property
    def table(self) -> pd.DataFrame:  # type: ignore[override]  # computed from the cards
        """One row per rule that differs, ``rule one other``, with the plain values of ``to_dict``; missing is None."""
        import pandas as pd

        one, other = self.card_a.to_dict(), self.card_b.to_dict()
        rows = [(rule, one[rule], other[rule]) for rule in self.card_a._said() if one[rule] != other[rule]]  # noqa: SLF001 - a card of this module
        return pd.DataFrame(rows, columns=list(self.kinds), dtype=object)

    def titles(self) -> dict[str, str]:
        """Return the headings of the displayed columns."""
        return {"rule": _("rule"), "one": _("one"), "other": _("other")}

    def caption(self) -> str:
        """Return a sentence with the number of rules that differ."""
        n = len(self.table)
        if not n:
            return _("The two definitions are the same in every rule.")
        text = ngettext("The definitions differ in {n} rule", "The definitions differ in {n} rules", n)
        return text.format(n=format_number(n))

    def to_html(self) -> str:
        """Return the rules that differ as an HTML table, or a sentence if there are none."""
        return super().to_html() if len(self.table) else f"<p>{html.escape(self.caption())}</p>"

    def __str__(self) -> str:
        """Return the rules that differ as a text table, or a sentence if there are none."""
        return super().__str__() if len(self.table) else self.caption()

    __repr__ = __str__

    def _shown_rows(self) -> list[list[str]]:
        said = self.card_a._said(), self.card_b._said()  # noqa: SLF001 - cards of this module
        return [_row(values, said[0][str(rule)], said[1][str(rule)]) for rule, *values in self.table.to_numpy()]


def _row(values: list[Any], one: tuple[str, str | None], other: tuple[str, str | None]) -> list[str]:
    if one[1] == other[1]:  # two times on one day look the same as dates
        return [one[0], *map(str, values)]
    return [one[0], one[1] or UNDEFINED, other[1] or UNDEFINED]


def diff(card_a: DefinitionCard, card_b: DefinitionCard) -> DefinitionDifference:
    """Compare two definitions rule by rule; rates under different rules are not comparable.

    Args:
        card_a: The card of one result, such as ``kept.card``.
        card_b: The card of another.

    Returns:
        One row per rule that differs, printed in words, with plain values in ``to_pandas()``; no rows if none differs.

    Raises:
        InputError: If one of them is not a card.

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
