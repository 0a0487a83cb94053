"""`Base`: the rows that were read in canonical form with their rules, and the interface that measures use."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from crrkit import reduce
from crrkit.ground import InputError, check_choice, check_names, gettext as _
from crrkit.rules import Activity, DefinitionCard, OwnGap, Trailing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import ibis.expr.types as ir
    import pandas as pd

    from crrkit.read.bases.askable import Moves
    from crrkit.read.bases.explaining import Explanation
    from crrkit.read.quality import QualityReport
    from crrkit.read.sources import Opened
    from crrkit.rules import Calendar

UNITS = ("contract", "person_any", "person_all")
TICK = timedelta(microseconds=1)  # the observed time ends just before the cut-off


@dataclass(frozen=True, eq=False, repr=False)
class Base:
    """A table in canonical form, with an account of every row and the rules for counting.

    Measures use `movement`, `stretches` and `units`, and do not depend on the kind of base.

    Attributes:
        table: The rows to count, in the engine.
        quality: Rows read, used and set aside.
        card: The definition card.
        first: The time of the first event.
        as_of: The cut-off: nothing at or after it is observed.
        by: Segment columns.
        activity: The activity rule.
        reread: A function that reads the same source with changed arguments; None if impossible.
        arguments: The arguments of the reader; None if unknown.
        opened: The source's columns in the engine, unparsed; None if they are not kept.
        path: The path, pattern or URL given to the reader; None if it was a table or a connection.
        kind: ``contracts``, ``orders``, ``events`` or ``snapshots``.
        listed_every: For customer lists, the interval between them; else None.
        time: The column with the start time of a row.
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
    reread: Callable[..., Base] | None = field(default=None, repr=False)
    listed_every: str | None = None
    arguments: Mapping[str, Any] | None = field(default=None, repr=False)
    opened: Opened | None = field(default=None, repr=False)
    path: str | None = field(default=None, repr=False)

    kind: ClassVar[str]
    time: ClassVar[str]

    @property
    def has_purchases(self) -> bool:
        """Whether the customers are buyers, as opposed to contract holders or people on lists."""
        return self.kind in ("orders", "events")

    @property
    def has_terms(self) -> bool:
        """Whether the ends of contracts are known."""
        return not self.has_purchases

    @property
    def has_contacts(self) -> bool:
        """Whether it includes contacts, people who never bought."""
        return self.kind == "events"

    @property
    def has_amounts(self) -> bool:
        """Whether amounts are known."""
        return "amount" in self.table.columns

    @property
    def is_by_period(self) -> bool:
        """Whether the activity rule is ``"period"``: customers are the buyers of a calendar period."""
        return self.activity == "period"

    @property
    def rule(self) -> Trailing | OwnGap | None:
        """The activity rule with a time limit; None for activity by period and for contracts."""
        return self.activity if isinstance(self.activity, Trailing | OwnGap) else None

    @property
    def last_seen(self) -> datetime:
        """The last moment before the cut-off."""
        return self.as_of - TICK

    @property
    def money(self) -> ir.Table:
        """The payments, for revenue: the table itself, or purchases and refunds if these were kept."""
        return self.table

    @property
    def everything(self) -> ir.Table:
        """All rows, including those of people who are not customers."""
        return self.table

    @property
    def people_notes(self) -> tuple[str, ...]:
        """The notes that contain a number of people over all rows."""
        return ()

    @property
    def customers(self) -> int:
        """The number of people who were ever customers; computed on access."""
        return int(reduce.collect(reduce.customer_count(self.table))["customers"].iloc[0])

    def saw(self, day: date) -> bool:  # noqa: ARG002 - of lists of single days alone
        """Return whether the customers as of the start of a day are known."""
        return True

    @property
    def decided(self) -> datetime:
        """The time up to which losses are final: after it, contracts may still be renewed within ``merge_gap``."""
        return self.as_of - timedelta(days=self.card.merge_gap)

    def calendar(self, every: str) -> Calendar:
        """Return the calendar of periods of one length under the rules of the base."""
        return self.card.calendar(every)

    def card_of(self, *, every: str, unit: str) -> DefinitionCard:  # noqa: ARG002 - of contracts alone
        """Return the definition card of a measure by period, with ``unit`` as one customer."""
        return self.card.with_(every=every)

    def units(self, unit: str) -> ir.Table:
        """Return the intervals of being a customer, ``customer, start, end``."""
        raise NotImplementedError

    def segments(self, unit: str, *, by: tuple[str, ...]) -> ir.Table | None:  # noqa: ARG002 - of contracts alone
        """Return the segments of each customer, ``customer`` and the columns ``by``; None without columns."""
        return reduce.customer_segments(self.table, time=self.time, by=by) if by else None

    def moves(self, calendar: Calendar, *, unit: str, by: tuple[str, ...]) -> Moves:
        """Return the form of the movement, ``spells``, ``holders`` or ``purchases``, and its reductions."""
        units, segments = self.units(unit), self.segments(unit, by=by)
        return "spells", (reduce.spell_histogram(units, calendar=calendar, as_of=self.as_of, segments=segments),)

    def movement(self, calendar: Calendar, *, unit: str, by: tuple[str, ...]) -> tuple[str, pd.DataFrame]:
        """Return the form of the movement and its histogram as a data frame."""
        import pandas as pd

        form, asked = self.moves(calendar, unit=unit, by=by)
        found = [reduce.collect(one) for one in asked]
        return form, found[0] if len(found) == 1 else pd.concat(found, ignore_index=True)

    def stretches(
        self, calendar: Calendar, *, unit: str, by: tuple[str, ...], step: int | None, moment: bool
    ) -> ir.Table:
        """Return the ages in which each customer is active, as an expression."""
        until = "first" if unit == "person_all" else "last"
        return reduce.spell_stretches(
            self.units(unit), calendar=calendar, step=step, as_of=self.as_of, until=until, moment=moment,
            segments=self.segments(unit, by=by),
        )  # fmt: skip

    def explain(self, *, every: str = "month") -> Explanation:
        """Return the queries of each measure of this base, where they run and their scans of the rows, without running.

        Args:
            every: ``day week month quarter half-year`` or ``year``.

        Returns:
            One row per measure with its queries, its passes over the rows and the columns it reads; ``.sql(measure)``
            returns the SQL of the queries.

        Examples:
            >>> import pandas as pd
            >>> log = pd.DataFrame({"who": ["a", "b"], "when": ["2024-01-05", "2024-02-01"], "shop": ["x", "y"]})
            >>> from crrkit.read.bases.readers import read_orders
            >>> told = read_orders(log, customer="who", at="when").explain(every="month")
            >>> told.to_pandas().set_index("measure").loc["retention_by_period", "columns"]
            'at, customer'
        """
        from crrkit.read.bases.explaining import explain  # imports every kind of base

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
        """Return the people behind a count of `retention_by_period` or a cell of `cohort_grid`.

        Args:
            what: ``start kept lost new returned`` or ``end``, a column of the table.
            period: The label of the period; for the running one, the people so far.
            every: ``day week month quarter half-year`` or ``year``.
            cohort: Only people who first came in this period; with ``"end"``, the cell of that cohort and period.
            where: Values of segment columns that the base was read with, ``{"region": "North"}``.

        Returns:
            ``customer`` and ``first``, the time each first came. Personal data: never part of a report.

        Raises:
            ValueError: If a name is unknown, or the period is after the end of the data.

        Examples:
            >>> from crrkit.read.bases.readers import read_orders
            >>> import pandas as pd
            >>> log = pd.DataFrame({"who": ["a", "b", "a"], "when": ["2024-01-05", "2024-01-09", "2024-02-01"]})
            >>> read_orders(log, customer="who", at="when").who("lost", period="2024-02")["customer"].tolist()
            ['b']
        """
        from crrkit.read.bases.who import who

        return who(self, what, period=period, every=every, cohort=cohort, where=where)

    def save(self, path: str | Path) -> Path:
        """Save the rows of purchases or events and their rules to a folder, to which `crr.update` can add later rows.

        **The folder contains personal data**: customer ids, purchase times and amounts. Only its owner has access
        (0700, files 0600); treat copies like the list itself. Columns that were not read, such as names and addresses,
        are not in it. Rows of a database are copied out of the database.

        Args:
            path: A folder, created if missing; a saved base in it is replaced. The replacement is atomic: if anything
                fails, the previous one remains as it was.

        Returns:
            The folder, with ``rows-….parquet``, in which the lines of one receipt are one row, and ``base.json``, the
            card, the account of the rows, and checksums.

        Raises:
            ValueError: If the rows are contracts or lists, which change when somebody leaves; if rows were set aside
                because of the cut-off; or if the folder cannot be written.

        Examples:
            >>> import tempfile
            >>> from crrkit.read.bases.readers import read_orders
            >>> import pandas as pd
            >>> log = pd.DataFrame({"who": ["a", "b"], "when": ["2024-01-05", "2024-02-01"]})
            >>> folder = read_orders(log, customer="who", at="when").save(tempfile.mkdtemp() + "/shop")
            >>> sorted(path.name.partition("-")[0] for path in folder.iterdir())
            ['base.json', 'rows']
        """
        from crrkit.read.bases.keeping import save  # imports Parquet only when needed

        return save(self, path)

    def with_activity(self, activity: Activity) -> Self:
        """Return the base with the same rows under another activity rule.

        Args:
            activity: As for `read_orders`.

        Raises:
            ValueError: If it is not an activity rule, or the rows are contracts, whose ends are given.
        """
        raise NotImplementedError

    def with_merge_gap(self, days: int) -> Self:
        """Return the base with another ``merge_gap``; an error for purchases."""
        message = _("merge_gap= is a rule for contracts; for purchases use activity=.")
        raise InputError(message, argument="days", given=days)

    def check_unit(self, unit: str) -> str:
        """Return the unit, checked."""
        return check_choice(unit, name="unit", choices=UNITS)

    def check_segments(self, by: str | Sequence[str]) -> tuple[str, ...]:
        """Return the names of segment columns, checked against those that the base was read with."""
        return tuple(check_choice(name, name="by", choices=self.by) for name in check_names(by, name="by"))

    def seen_before(self, moment: datetime) -> Self:
        """Return the base as of an earlier cut-off."""
        return replace(self, as_of=moment)

    def __str__(self) -> str:
        """The account of the rows, and the definition card."""
        return f"{self.quality}\n{self.card}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.quality.to_html() + self.card.to_html()
