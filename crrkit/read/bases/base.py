"""The bases: who was a customer when, as a table with its rules, and what a measure may ask of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pandas as pd

from crrkit import reduce
from crrkit.ground import InputError, check_choice, check_names, gettext as _
from crrkit.rules import Activity, DefinitionCard, OwnGap, Trailing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import ibis.expr.types as ir

    from crrkit.read.bases.askable import Moves
    from crrkit.read.bases.explaining import Explanation
    from crrkit.read.quality import QualityReport
    from crrkit.read.sources import Opened
    from crrkit.rules import Calendar

UNITS = ("contract", "person_any", "person_all")
TICK = timedelta(microseconds=1)  # what is seen ends just before the cut-off


@dataclass(frozen=True, eq=False, repr=False)
class Base:
    """A table in canonical form, with an account of every row and the rules for counting.

    A measure asks the base for what it needs, `movement`, `stretches`, `units`, and does not look which one it has.

    Attributes:
        table: The rows that are counted, in the engine.
        quality: Rows read, used and set aside.
        card: The rules.
        first: The first moment at which anything happened.
        as_of: The cut-off: nothing at or after it has been seen.
        by: Columns that segment the customers.
        activity: Until when somebody is a customer.
        again: Reads the same source with something else said; None where it cannot be.
        said: What the reader was told; None where nobody knows.
        opened: The columns of the source in the engine, as they stand there; None where they are not kept.
        path: The path, pattern or address as the reader got it; None where it got a table or a connection.
        kind: ``contracts``, ``orders``, ``events`` or ``snapshots``.
        listed_every: For lists of single days, the rhythm in which they were kept; else None.
        time: The column with the moment at which a row begins.
    """

    made_by: ClassVar[tuple[str, ...]] = ("crr.read_orders(source)", "crr.read_contracts(source)")

    table: ir.Table = field(repr=False)
    quality: QualityReport
    card: DefinitionCard
    first: datetime
    as_of: datetime
    by: tuple[str, ...] = ()
    activity: Activity = "contract"
    engine: object = field(default=None, repr=False)
    again: Callable[..., Base] | None = field(default=None, repr=False)
    listed_every: str | None = None
    said: Mapping[str, Any] | None = field(default=None, repr=False)
    opened: Opened | None = field(default=None, repr=False)
    path: str | None = field(default=None, repr=False)

    kind: ClassVar[str]
    time: ClassVar[str]

    @property
    def has_purchases(self) -> bool:
        """Whether the customers are buyers; those of contracts and of lists are not."""
        return self.kind in ("orders", "events")

    @property
    def has_terms(self) -> bool:
        """Whether it is known when what somebody signed runs out."""
        return not self.has_purchases

    @property
    def has_contacts(self) -> bool:
        """Whether it knows people who only looked or were offered something."""
        return self.kind == "events"

    @property
    def has_amounts(self) -> bool:
        """Whether it is known what was paid."""
        return "amount" in self.table.columns

    @property
    def is_by_period(self) -> bool:
        """Whether customers are who bought in the period before, and in this one."""
        return self.activity == "period"

    @property
    def rule(self) -> Trailing | OwnGap | None:
        """The rule that says until when a buyer is a customer; None by period, and for contracts."""
        return self.activity if isinstance(self.activity, Trailing | OwnGap) else None

    @property
    def last_seen(self) -> datetime:
        """The last moment before the cut-off."""
        return self.as_of - TICK

    @property
    def money(self) -> ir.Table:
        """What was paid, for revenue; the table itself unless refunds are kept beside it."""
        return self.table

    @property
    def everything(self) -> ir.Table:
        """All rows, also of people who are no customers."""
        return self.table

    @property
    def people_notes(self) -> tuple[str, ...]:
        """Those of the notes that count people over all rows."""
        return ()

    @property
    def customers(self) -> int:
        """How many there ever were; counted when it is asked."""
        return int(reduce.collect(reduce.customer_count(self.table))["customers"].iloc[0])

    def saw(self, day: date) -> bool:  # noqa: ARG002 - of lists of single days alone
        """Whether it is known who was there when a day began."""
        return True

    @property
    def decided(self) -> datetime:
        """Until when it is known who has left: who is late by no more than ``merge_gap`` may still renew."""
        return self.as_of - timedelta(days=self.card.merge_gap)

    def calendar(self, every: str) -> Calendar:
        """The periods of one length under the rules of the base."""
        return self.card.calendar(every)

    def card_of(self, *, every: str, unit: str) -> DefinitionCard:  # noqa: ARG002 - of contracts alone
        """The rules of a measure by a period, one customer being a ``unit``."""
        return self.card.with_(every=every)

    def units(self, unit: str) -> ir.Table:
        """The intervals of being a customer, ``customer, start, end``."""
        raise NotImplementedError

    def segments(self, unit: str, *, by: tuple[str, ...]) -> ir.Table | None:  # noqa: ARG002 - of contracts alone
        """The segments of each customer, ``customer`` and those named; None when none is."""
        return reduce.customer_segments(self.table, time=self.time, by=by) if by else None

    def moves(self, calendar: Calendar, *, unit: str, by: tuple[str, ...]) -> Moves:
        """The reductions of who came and went when, and their form: ``spells``, ``holders`` or ``purchases``."""
        units, segments = self.units(unit), self.segments(unit, by=by)
        return "spells", (reduce.spell_histogram(units, calendar=calendar, as_of=self.as_of, segments=segments),)

    def movement(self, calendar: Calendar, *, unit: str, by: tuple[str, ...]) -> tuple[str, pd.DataFrame]:
        """Who came and went when, as a small frame, and its form."""
        form, asked = self.moves(calendar, unit=unit, by=by)
        found = [reduce.collect(one) for one in asked]
        return form, found[0] if len(found) == 1 else pd.concat(found, ignore_index=True)

    def stretches(
        self, calendar: Calendar, *, unit: str, by: tuple[str, ...], step: int | None, moment: bool
    ) -> ir.Table:
        """The ages in which each customer is there, in the engine."""
        until = "first" if unit == "person_all" else "last"
        return reduce.spell_stretches(
            self.units(unit), calendar=calendar, step=step, as_of=self.as_of, until=until, moment=moment,
            segments=self.segments(unit, by=by),
        )  # fmt: skip

    def explain(self, *, every: str = "month") -> Explanation:
        """What each measure of this base would run, where, and how often the rows would be read; nothing is counted.

        Args:
            every: ``day week month quarter half-year`` or ``year``.

        Returns:
            One row a measure with its queries, its passes over the rows and the columns it reads; ``.sql(measure)``
            gives the queries as the engine gets them.

        Examples:
            >>> log = pd.DataFrame({"who": ["a", "b"], "when": ["2024-01-05", "2024-02-01"], "shop": ["x", "y"]})
            >>> from crrkit.read.bases.readers import read_orders
            >>> told = read_orders(log, customer="who", at="when").explain(every="month")
            >>> told.to_pandas().set_index("measure").loc["retention_by_period", "columns"]
            'at, customer'
        """
        from crrkit.read.bases.explaining import explain  # what explains knows every kind of base

        return explain(self, every=every)

    def who(
        self,
        what: str,
        *,
        period: str,
        every: str = "month",
        cohort: str | None = None,
        where: Mapping[str, str] | None = None,
    ) -> pd.DataFrame:
        """The people behind a count of `retention_by_period` or a cell of `cohort_grid`: for whoever holds the list.

        Args:
            what: ``start kept lost new returned`` or ``end``, as in the account.
            period: The period by its name; of one that runs what is known so far.
            every: ``day week month quarter half-year`` or ``year``.
            cohort: Only who first came in this period; with ``"end"`` they are the cell of the cohort and the period.
            where: The value of segments that the base was read with, ``{"region": "North"}``.

        Returns:
            ``customer`` and ``first``, when each first came. It names customers: no part of a report.

        Raises:
            ValueError: If a name is not known, or the period lies after the end of the data.

        Examples:
            >>> from crrkit.read.bases.readers import read_orders
            >>> log = pd.DataFrame({"who": ["a", "b", "a"], "when": ["2024-01-05", "2024-01-09", "2024-02-01"]})
            >>> read_orders(log, customer="who", at="when").who("lost", period="2024-02")["customer"].tolist()
            ['b']
        """
        from crrkit.read.bases.who import who

        return who(self, what, period=period, every=every, cohort=cohort, where=where)

    def save(self, path: str | Path) -> Path:
        """Keep the rows of purchases or events and their rules, so that a month can be added: `crr.update`.

        **The folder holds customers**: their ids, and when they bought what. Only its owner can look in (0700, files
        0600); copy it nowhere where the list itself would not go. Names, addresses and columns that were not read are
        not in it, and a table of a database leaves the database by this.

        Args:
            path: A folder, made where it is not there; one that holds a kept base is written anew. Until all of the
                new is there the old one counts, and it is left as it was where anything fails.

        Returns:
            The folder: ``rows-….parquet``, the lines of one receipt as one row, and ``base.json``, the card, what
            became of the rows, and sums by which damage is seen.

        Raises:
            ValueError: If the rows are contracts or lists, which change when somebody leaves; if rows were set aside
                for a cut-off; or the folder cannot be written.

        Examples:
            >>> import tempfile
            >>> from crrkit.read.bases.readers import read_orders
            >>> log = pd.DataFrame({"who": ["a", "b"], "when": ["2024-01-05", "2024-02-01"]})
            >>> folder = read_orders(log, customer="who", at="when").save(tempfile.mkdtemp() + "/shop")
            >>> sorted(path.name.partition("-")[0] for path in folder.iterdir())
            ['base.json', 'rows']
        """
        from crrkit.read.bases.keeping import save  # Parquet is only loaded where it is written

        return save(self, path)

    def with_activity(self, activity: Activity) -> Self:
        """The same rows under another rule for who is a customer when.

        Args:
            activity: As for `read_orders`.

        Raises:
            ValueError: If it is no activity rule, or the rows are contracts, which say themselves when they end.
        """
        raise NotImplementedError

    def with_merge_gap(self, days: int) -> Self:
        """The same contracts with another pause that still is the same relationship; refused of purchases."""
        message = _("A pause that still is the same relationship is a rule for contracts; purchases take activity=.")
        raise InputError(message, argument="days", given=days)

    def check_unit(self, unit: str) -> str:
        """What one customer is, checked."""
        return check_choice(unit, name="unit", choices=UNITS)

    def check_segments(self, by: str | Sequence[str]) -> tuple[str, ...]:
        """Segment columns that the base was read with, checked."""
        return tuple(check_choice(name, name="by", choices=self.by) for name in check_names(by, name="by"))

    def seen_before(self, moment: datetime) -> Self:
        """The same base as it stood just before a moment not after its cut-off."""
        return replace(self, as_of=moment)

    def __str__(self) -> str:
        """What became of the rows, and the definition card."""
        return f"{self.quality}\n{self.card}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.quality.to_html() + self.card.to_html()
