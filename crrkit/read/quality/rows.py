"""What was read, what was used, and what was set aside and why: rows read = rows used + rows set aside."""

from __future__ import annotations

import html
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from crrkit.ground import (
    Shown,
    check_choice,
    mark,
    ntold as ngettext,
    retold,
    told as _,
    told_number as format_number,
    write_csv,
)
from crrkit.read.quality.notes import Note
from crrkit.rules import said_reading

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

# Every reason for which a row can be set aside, in the order in which they are tried; a row has the first that fits.
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

# Those for which the list is to blame, and not what was asked.
ERRORS = (
    "unreadable date", "no date", "date that stands for none", "no kind", "unreadable number", "ends before it starts",
    "cut-off line",
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class QualityReport(Shown):
    """An account of the rows of one source: read, used, set aside and why.

    Attributes:
        table: One row for each reason that occurred, with ``reason``, ``rows`` and ``share`` of the rows read.
        source: What was read: a file's name or the kind of table.
        rows_read: Every row of the source.
        rows_used: Rows that the measures count.
        columns: Which column was taken for what.
        notes: Sentences on what a reader should know besides.
        doubts: Those of the notes that stand in front of every rate: it may be another number than it seems.
        kind: What the rows were read as: ``orders contracts events``.
        money: What was paid in the rows of each reason, and under ``""`` in those used; empty without amounts.
        unknown: How many rows without a known customer fall on each ``day``; None when there are none.
        currency: The code of the one currency that the source names; empty where it names none.
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
    def from_counts(
        cls,
        counts: Mapping[str, int],
        *,
        source: str,
        rows_used: int,
        columns: Mapping[str, str],
        notes: tuple[str, ...] = (),
        fetch: Callable[[str, int], pd.DataFrame] | None = None,
        doubts: tuple[str, ...] = (),
        kind: str = "",
        money: Mapping[str, float] | None = None,
        unknown: pd.DataFrame | None = None,
    ) -> QualityReport:
        """Build the report from the number of rows for each reason."""
        met = {reason: int(counts[reason]) for reason in REASONS if counts.get(reason)}
        read = rows_used + sum(met.values())
        table = pd.DataFrame({"reason": list(met), "rows": pd.Series(list(met.values()), dtype="int64")})
        table["share"] = table["rows"] / read if read else float("nan")
        return cls(table, source, read, rows_used, dict(columns), notes, fetch, doubts, kind, money or {}, unknown)

    def with_doubts(self, *doubts: str) -> QualityReport:
        """The same report with more in doubt."""
        return replace(self, doubts=(*self.doubts, *doubts), notes=(*doubts, *self.notes))

    @property
    def rows_set_aside(self) -> int:
        """Rows that are not counted, each for one of the reasons in the table."""
        return self.rows_read - self.rows_used

    def rows(self, reason: str, *, limit: int = 20) -> pd.DataFrame:
        """The offending rows themselves, for the eyes of whoever holds the data; never part of a report.

        Args:
            reason: One of the reasons of the table.
            limit: How many rows at most.

        Raises:
            ValueError: If no row was set aside for this reason.
        """
        check_choice(reason, name="reason", choices=list(self.table["reason"]))
        return self.fetch(reason, limit) if self.fetch else pd.DataFrame()

    def to_csv(self, path: str | Path) -> Path:
        """Write all rows that were set aside, each with its reason, for the eyes of whoever holds the data.

        Args:
            path: The file to be; ``set_aside.csv``, say.

        Returns:
            The file. Lines that could not be split into fields are counted in the table and not in it.
        """
        reasons = self.table[self.table["reason"] != "cut-off line"]
        pairs = zip(reasons["reason"], reasons["rows"], strict=True)
        found = [self.rows(reason, limit=int(rows)).assign(reason=_(reason)) for reason, rows in pairs]
        return write_csv(path, pd.concat(found, ignore_index=True) if found else pd.DataFrame({"reason": []}))

    def revenue_of(self, *reasons: str) -> float:
        """The share of revenue, between 0 and 1, in the rows set aside for these reasons; NaN without amounts."""
        total = sum(self.money.values())
        return sum(self.money.get(reason, 0.0) for reason in reasons) / total if total > 0 else float("nan")

    def said(self) -> tuple[str, ...]:
        """The notes, doubts among them, in the current language, whichever the list was read in."""
        return tuple(retold(note) for note in self.notes)

    def instead(self) -> list[Mapping[str, Any]]:
        """What to tell the reader where the notes say that the list can be read otherwise."""
        return [note.instead for note in self.notes if isinstance(note, Note) and note.instead]

    def facts(self) -> list[Mapping[str, Any]]:
        """What stands out in the rows that were used, for `weigh_doubts`."""
        return [note.facts for note in self.notes if isinstance(note, Note) and note.facts]

    def doubt(self, name: str) -> tuple[str, Mapping[str, Any]]:
        """A doubt by its name: its sentence and its facts; empty where the list gives no cause for it."""
        met = (one for one in self.doubts if isinstance(one, Note) and one.facts.get("doubt") == name)
        return next(((retold(one), one.facts) for one in met), ("", {}))

    def caption(self) -> str:
        """The balance in one sentence."""
        read = ngettext("{n} row read", "{n} rows read", self.rows_read).format(n=format_number(self.rows_read))
        used = ngettext("{n} used", "{n} used", self.rows_used).format(n=format_number(self.rows_used))
        aside = _("{n} set aside").format(n=format_number(self.rows_set_aside))
        return f"{self.source}: {read} = {used} + {aside}"

    def titles(self) -> dict[str, str]:
        """Headings of the table of reasons."""
        return {"reason": _("why set aside"), "rows": _("rows"), "share": _("share of all rows")}

    def read_as(self) -> str:
        """What the rows were read as and which column was taken for what, the same in every language."""
        told = {role: column for role, column in self.columns.items() if column}
        if {"quantity", "price"} <= set(told):
            told["amount"] = f"{told.pop('quantity')} × {told.pop('price')}"
        return (
            f"{self.kind}: {', '.join(f'{role} = {column}' for role, column in told.items())}"
            if told and self.kind
            else ""
        )

    def reading(self) -> str:
        """The same in the words of the current language."""
        return said_reading(self.read_as()) if self.read_as() else ""

    def above(self) -> tuple[str, ...]:
        """What is in doubt."""
        return tuple(retold(doubt) for doubt in self.doubts)

    def below(self) -> list[str]:
        """How the source was read, and the notes that are no doubts."""
        return [line for line in (self.reading(), *self._calm()) if line]

    def __str__(self) -> str:
        """What is in doubt, the balance, the reasons, how it was read, and the other notes."""
        return super().__str__() if len(self.table) else "\n".join([*self.above(), self.caption(), *self.below()])

    __repr__ = __str__

    def to_html(self) -> str:
        """The same as HTML."""
        if len(self.table):
            return super().to_html()
        return "".join(f"<p>{html.escape(line)}</p>" for line in (*self.above(), self.caption(), *self.below()))

    def _calm(self) -> list[str]:
        """The notes that are no doubts."""
        return [retold(note) for note in self.notes if note not in self.doubts]
