"""The account of the rows of a source: rows read = rows used + rows set aside, with reasons."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from crrkit.ground import (
    Shown,
    check_choice,
    mark,
    ntold as ngettext,
    paragraphs,
    retold,
    told as _,
    told_number as format_number,
    write_csv,
)
from crrkit.read.quality.notes import Note
from crrkit.rules import reading_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pandas as pd

# The reasons for which rows are set aside, in order of precedence; a row has the first that applies.
REASONS = (
    mark("heading, total or group line"),
    mark("no customer id"),
    mark("id of nobody in particular"),
    mark("id rounded by a spreadsheet"),
    mark("unreadable date"),
    mark("no date"),
    mark("date that stands for none"),
    mark("no kind"),
    mark("kind not used"),
    mark("unreadable number"),
    mark("ends before it starts"),
    mark("end without a start"),
    mark("status does not count"),
    mark("refund or return"),
    mark("zero amount"),
    mark("on or after the cut-off"),
    mark("cut-off line"),
)

# Those that are due to the data, not to the arguments.
ERRORS = (
    "unreadable date", "no date", "date that stands for none", "no kind", "unreadable number", "ends before it starts",
    "cut-off line",
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class QualityReport(Shown):
    """The account of the rows of a source: read, used, and set aside with reasons.

    Attributes:
        table: One row per reason that occurred, with ``reason``, ``rows`` and ``share`` of the rows read.
        source: The file name or the kind of table.
        rows_read: The number of rows of the source.
        rows_used: The number of rows that the measures count.
        columns: The column of each role.
        notes: Notes for the user.
        doubts: Those of the notes that may affect every rate and are shown before it.
        kind: The kind of list: ``orders contracts events``.
        money: The revenue in the rows of each reason, and under ``""`` in those used; empty without amounts.
        unknown: The number of rows without a known customer on each ``day``; None if there are none.
        currency: The code of the only currency in the source; empty if it has none.
    """

    table: pd.DataFrame
    source: str
    rows_read: int
    rows_used: int
    columns: Mapping[str, str]
    notes: tuple[str, ...] = ()
    fetch: Callable[[str, int], pd.DataFrame] | None = field(default=None, repr=False)
    doubts: tuple[str, ...] = ()
    kind: str = ""
    money: Mapping[str, float] = field(default_factory=dict, repr=False)
    unknown: pd.DataFrame | None = field(default=None, repr=False)
    currency: str = ""

    kinds: ClassVar[Mapping[str, str]] = {"reason": "word", "rows": "count", "share": "rate"}

    @classmethod
    def from_counts(cls, counts: Mapping[str, int], *, rows_used: int, **facts: Any) -> QualityReport:
        """Create the report from the number of rows of each reason; ``facts`` are its other attributes."""
        import pandas as pd

        met = {reason: int(counts[reason]) for reason in REASONS if counts.get(reason)}
        read = rows_used + sum(met.values())
        table = pd.DataFrame({"reason": list(met), "rows": pd.Series(list(met.values()), dtype="int64")})
        table["share"] = table["rows"] / read if read else float("nan")
        return cls(table, rows_read=read, rows_used=rows_used, **facts)

    def with_doubts(self, *doubts: str) -> QualityReport:
        """Return the report with more doubts."""
        return replace(self, doubts=(*self.doubts, *doubts), notes=(*doubts, *self.notes))

    @property
    def rows_set_aside(self) -> int:
        """The number of rows that are not counted, each for one reason."""
        return self.rows_read - self.rows_used

    def rows(self, reason: str, *, limit: int = 20) -> pd.DataFrame:
        """Return rows that were set aside. Personal data: never part of a report.

        Args:
            reason: A reason of the table.
            limit: The maximum number of rows.

        Raises:
            ValueError: If no row was set aside for this reason.
        """
        import pandas as pd

        check_choice(reason, name="reason", choices=list(self.table["reason"]))
        return self.fetch(reason, limit) if self.fetch else pd.DataFrame()

    def to_csv(self, path: str | Path) -> Path:
        """Write all rows that were set aside, with their reasons, to a CSV file. Personal data: never part of a report.

        Args:
            path: The file to write, such as ``set_aside.csv``.

        Returns:
            The file. Lines that could not be split into fields are counted in the table but not written.
        """
        import pandas as pd

        reasons = self.table[self.table["reason"] != "cut-off line"]
        pairs = zip(reasons["reason"], reasons["rows"], strict=True)
        found = [self.rows(reason, limit=int(rows)).assign(reason=_(reason)) for reason, rows in pairs]
        return write_csv(path, pd.concat(found, ignore_index=True) if found else pd.DataFrame({"reason": []}))

    def revenue_of(self, *reasons: str) -> float:
        """Return the share of revenue (0 to 1) in the rows set aside for these reasons; NaN without amounts."""
        total = sum(self.money.values())
        return sum(self.money.get(reason, 0.0) for reason in reasons) / total if total > 0 else float("nan")

    def all_notes(self) -> tuple[str, ...]:
        """Return all notes, including doubts, in the current language."""
        return tuple(retold(note) for note in self.notes)

    def instead(self) -> list[Mapping[str, Any]]:
        """Return the alternative arguments of the reader from the notes that have them."""
        return [note.instead for note in self.notes if isinstance(note, Note) and note.instead]

    def facts(self) -> list[Mapping[str, Any]]:
        """Return the facts of doubts about used rows, for `weigh_doubts`."""
        return [note.facts for note in self.notes if isinstance(note, Note) and note.facts]

    def doubt(self, name: str) -> tuple[str, Mapping[str, Any]]:
        """Return the text and the facts of a doubt by its name; empty if the list does not have it."""
        met = (one for one in self.doubts if isinstance(one, Note) and one.facts.get("doubt") == name)
        return next(((retold(one), one.facts) for one in met), ("", {}))

    def caption(self) -> str:
        """Return the numbers of rows read, used and set aside, as a sentence."""
        read = ngettext("{n} row read", "{n} rows read", self.rows_read).format(n=format_number(self.rows_read))
        used = ngettext("{n} used", "{n} used", self.rows_used).format(n=format_number(self.rows_used))
        aside = _("{n} set aside").format(n=format_number(self.rows_set_aside))
        return f"{self.source}: {read} = {used} + {aside}"

    def titles(self) -> dict[str, str]:
        """Return the headings of the displayed columns."""
        return {"reason": _("why set aside"), "rows": _("rows"), "share": _("share of all rows")}

    def read_as(self) -> str:
        """Return the kind of list and the column of each role, independent of the language."""
        told = {role: column for role, column in self.columns.items() if column}
        if {"quantity", "price"} <= set(told):
            told["amount"] = f"{told.pop('quantity')} × {told.pop('price')}"
        return (
            f"{self.kind}: {', '.join(f'{role} = {column}' for role, column in told.items())}"
            if told and self.kind
            else ""
        )

    def reading(self) -> str:
        """Return the kind of list and the column of each role, in the current language."""
        return reading_in_words(self.read_as()) if self.read_as() else ""

    def above(self) -> tuple[str, ...]:
        """Return the doubts."""
        return tuple(retold(doubt) for doubt in self.doubts)

    def below(self) -> list[str]:
        """Return how the source was read, and the notes that are not doubts."""
        calm = [retold(note) for note in self.notes if note not in self.doubts]
        return [line for line in (self.reading(), *calm) if line]

    def __str__(self) -> str:
        """The doubts, the numbers of rows, the reasons, how it was read, and the other notes."""
        return super().__str__() if len(self.table) else "\n".join([*self.above(), self.caption(), *self.below()])

    __repr__ = __str__

    def to_html(self) -> str:
        """Return the report as HTML."""
        if len(self.table):
            return super().to_html()
        return paragraphs([*self.above(), self.caption(), *self.below()])
