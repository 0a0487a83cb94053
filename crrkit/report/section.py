"""A section of a report: the value from which page, notebook, contents and the final check are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from crrkit.report.cohort_guard import Accounts, beside

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    import pandas as pd

    from crrkit.judge import Target, TargetHistory
    from crrkit.measure import RetentionTable
    from crrkit.read import Base
    from crrkit.report.finding import Finding
    from crrkit.report.html import Html
    from crrkit.widgets import Explorer

AS_ONE_SPAN = "together"  # pooled periods
T = TypeVar("T")
Carried = dict[str, dict[str, dict[str, "int | None"]]]  # what is counted → row → column → customers, None: suppressed


@dataclass(frozen=True)
class Subject:
    """The subject of a report, from which each section computes what it needs.

    Attributes:
        kept: The account, as it may be shown.
        base: The base; None if there is only the account: then no section computes anything else.
        min_cell: The smallest group that may be shown; None suppresses nothing.
        first: The first period asked for.
        last: The last one.
        target: A target rate for the report's own period, or a target with its own period.
        marks: Days of events with their names.
        previous: The account of an earlier report.
        counted: The account as counted, unsuppressed; it is never written.
        published: What earlier reports disclosed.
        last_row: The day of the list's last row, where the account is counted up to the end of a period after it.
        recent: The latest periods pooled, if each alone is suppressed; the first screen is about them.
        is_early: Whether the history is too short for any period, so that no rate is stated.
    """

    kept: RetentionTable
    base: Base | None = None
    min_cell: int | None = 10
    first: str | None = None
    last: str | None = None
    target: float | Target | TargetHistory | None = None
    marks: Mapping[str, str] | Mapping[date, str] | None = None
    previous: RetentionTable | None = None
    counted: RetentionTable | None = None
    published: Sequence[object] = ()
    last_row: date | None = None
    recent: RetentionTable | None = None
    is_early: bool = False
    _cache: dict[Callable[[Subject], Any], Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def accounts(self) -> Accounts | None:
        """The account as counted and as shown; None if nothing is suppressed."""
        return None if self.counted is None else beside(self.counted, self.kept, min_cell=self.min_cell)

    def once(self, count: Callable[[Subject], T]) -> T:
        """Results shared by several sections, computed on first use."""
        if count not in self._cache:
            self._cache[count] = count(self)
        found: T = self._cache[count]
        return found


@dataclass(frozen=True)
class Cell:
    """A code cell of the notebook.

    Attributes:
        source: The code.
        tag: Its purpose, if relevant, such as a check.
        gives: The variables that it defines: already computed, so that only the last line is run for the report.
    """

    source: str
    tag: str = ""
    gives: Mapping[str, object] | None = None


def counting(name: str, call: str, value: object, *, then: str) -> Cell:
    """The cell that computes a section's result and displays it: ``cohorts = report.cohorts_of(…)``, then a line."""
    return Cell(f"{name} = report.{call}\n{then}", gives={name: value})


@dataclass(frozen=True)
class Section:
    """A part of a report.

    Attributes:
        anchor: Its anchor in the page.
        label: Its name in the contents, and its heading in the notebook.
        findings: Its claims, the first as its heading.
        block: Renders the content below the findings.
        explorer: Creates the live explorer below that.
        cells: Its code in the notebook; a section without any is only in the page.
        tables: The numbers it shows besides its text; they do not count as customers' ids.
        names: The strings in it from the data or the caller, each of which is checked for ids.
        brief: Its line on the first screen, a finding or a part of one; empty if it has nothing to report there.
        is_short: Whether the one-page report includes it.
        is_appendix: Whether it belongs to the appendix.
        terms: The glossary terms that it uses.
        carried: The counts of customers it discloses, for later reports; None if suppressed.
        amounts: The amounts it discloses, for later reports, in hundredths or as shares.
    """

    anchor: str
    label: str
    findings: tuple[Finding, ...] = ()
    block: Callable[[], Html] | None = None
    explorer: Callable[[], Explorer] | None = None
    cells: tuple[Cell, ...] = ()
    tables: tuple[pd.DataFrame, ...] = ()
    names: tuple[str, ...] = ()
    brief: str = ""
    is_short: bool = False
    is_appendix: bool = False
    terms: tuple[str, ...] = ()
    carried: Carried = field(default_factory=dict)
    amounts: Carried = field(default_factory=dict)


def published_argument(subject: Subject) -> str:
    """The argument that passes published reports to a notebook cell; empty without any."""
    return ", published=published" if subject.published else ""


def counts_carried(table: pd.DataFrame) -> dict[str, dict[str, int | None]]:
    """A table of counts as embedded in a page: missing values are suppressed."""
    return {
        str(row): {str(name): None if value != value else int(value) for name, value in cells.items()}  # noqa: PLR0124 - NaN
        for row, cells in table.to_dict("index").items()
    }
