"""A section of a report: one value that the page, the notebook, the contents and the last look are made from."""

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

AS_ONE_SPAN = "together"  # periods that are told as one
T = TypeVar("T")
Carried = dict[str, dict[str, dict[str, "int | None"]]]  # what is counted → row → column → customers, None: withheld


@dataclass(frozen=True)
class Subject:
    """What a report is about; each section counts from it what it needs.

    Attributes:
        kept: The account, as it may be shared.
        base: The list behind it; None where there is the account alone: no section then counts anything else.
        min_cell: The smallest group that may be shown; None withholds nothing.
        first: The first period asked for.
        last: The last one.
        target: What is aimed at: a rate of the report's own period, or a target that names its own.
        marks: Days on which something happened, each with its name.
        previous: The account of an earlier report.
        counted: The account as it was counted, nothing withheld; it is never written.
        published: What earlier reports have told.
        last_row: The day of the list's last row, where the account is counted up to the end of a period after it.
        recent: The latest periods taken together, where each alone is withheld; the first screen speaks of them.
        is_early: Whether no period suits yet, so that no rate is told.
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
        """The account as it was counted beside what is shown of it; None where nothing is withheld."""
        return None if self.counted is None else beside(self.counted, self.kept, min_cell=self.min_cell)

    def once(self, count: Callable[[Subject], T]) -> T:
        """What several sections speak of, counted when the first of them asks."""
        if count not in self._cache:
            self._cache[count] = count(self)
        found: T = self._cache[count]
        return found


@dataclass(frozen=True)
class Cell:
    """A cell of code of the notebook.

    Attributes:
        source: The code.
        tag: What it is for, where that matters: a check says so.
        gives: What it gives names to: counted already, so that of the cell the last line alone is run for the report.
    """

    source: str
    tag: str = ""
    gives: Mapping[str, object] | None = None


def counting(name: str, call: str, value: object, *, then: str) -> Cell:
    """The cell that counts what a section speaks of and says it: ``cohorts = report.cohorts_of(…)``, then a line."""
    return Cell(f"{name} = report.{call}\n{then}", gives={name: value})


@dataclass(frozen=True)
class Section:
    """A part of a report.

    Attributes:
        anchor: Its address in the page.
        label: Its name in the list of contents, and its heading in the notebook.
        findings: What it claims, the first as its heading.
        block: Draws what stands below the findings.
        explorer: Makes the live explorer below that.
        cells: Its code in the notebook; a section without any is in the page alone.
        tables: The numbers it tells beyond its words; none of them is taken for a customer's id.
        names: The strings in it that are the data's or the caller's, each asked whether it is one.
        brief: Its line on the first screen, a finding or a part of one; empty where it has no news.
        is_short: Whether a report of one page has it.
        is_appendix: Whether it stands behind what a reader needs to decide.
        terms: The words of the glossary that it takes for granted.
        carried: The counts of customers that it tells, for the reports after this one; None where one is withheld.
        amounts: The sums of money that it tells, for the same, in hundredths, or shares of such.
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


def told_beside(subject: Subject) -> str:
    """The argument by which a cell of the notebook looks at the reports already published; empty without any."""
    return ", published=published" if subject.published else ""


def counts_carried(table: pd.DataFrame) -> dict[str, dict[str, int | None]]:
    """A table of counts, a row each, as a page carries it: what is missing in it is withheld."""
    return {
        str(row): {str(name): None if value != value else int(value) for name, value in cells.items()}  # noqa: PLR0124 - NaN
        for row, cells in table.to_dict("index").items()
    }
