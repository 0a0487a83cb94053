"""A section of a report: one value that the page, the notebook and the list of contents are all made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from crrkit.measure import RetentionTable
    from crrkit.report.elements import Html
    from crrkit.report.findings import Finding
    from crrkit.report.lives import Lives
    from crrkit.report.stage_facts import Staged
    from crrkit.widgets import Explorer


@dataclass(frozen=True)
class Facts:
    """All that a report speaks of, counted and fit to be shared."""

    kept: RetentionTable
    lives: Lives | None = None
    segments: RetentionTable | None = None
    staged: Staged | None = None
    min_cell: int | None = 10

    @property
    def tables(self) -> list[pd.DataFrame]:
        """Every number that is told, as tables; the names of segments are the data's and stand in none."""
        tables = [self.kept.table, self.kept.quality.table]
        tables += [table for told in (self.lives, self.staged) if told is not None for table in told.tables]
        return tables if self.segments is None else [*tables, self.segments.table.select_dtypes("number")]


@dataclass(frozen=True)
class Cell:
    """A cell of code of the notebook; one that holds numbers is folded, and one that checks says so."""

    source: str
    tag: str = ""


def holding(name: str, loader: str, text: str) -> Cell:
    """The cell that gives a name to what a ``dump`` wrote: ``lives = report.load_lives(…, kept=kept)``."""
    beside = "" if name == "kept" else ", kept=kept"
    return Cell(f"{name} = report.{loader}({literal(text)}{beside})", "account")


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
    """

    anchor: str
    label: str
    findings: tuple[Finding, ...] = ()
    block: Callable[[], Html] | None = None
    explorer: Callable[[], Explorer] | None = None
    cells: tuple[Cell, ...] = ()


def literal(text: str) -> str:
    """A text as an expression of Python that gives it back, a line a line: whatever it holds, nothing of it runs."""
    lines = "".join(f"    {line!r},\n" for line in text.split("\n"))
    return f'"\\n".join([\n{lines}])'
