"""The cohort grid: matrix, averages, conditional rates, suppression of small cells, display."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from crrkit.counts import wilson_columns
from crrkit.ground import (
    UNDEFINED,
    InputError,
    Shown,
    check_choice,
    check_count,
    format_cell,
    gettext as _,
    mark,
    write_csv,
)
from crrkit.rules import small, small_share

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from crrkit.read import QualityReport
    from crrkit.rules import DefinitionCard

OBSERVED, IN_PROGRESS, UNOBSERVED = mark("observed"), mark("in_progress"), mark("unobserved")
EMPTY_CELL, SUPPRESSED = mark("empty"), mark("suppressed")

GRID_KINDS = ("bounded", "unbounded", "bracket")
VALUES = ("customers", "revenue")
ALIGNMENTS = ("calendar", "age")
PRESENCES = ("window", "moment")

# The numerator and the denominator of each averaged rate.
_SHARES = {"rate": ("active", "size"), "net": ("revenue", "opening"), "gross": ("capped", "opening")}


@dataclass(frozen=True, eq=False, repr=False)
class CohortGrid(Shown):
    """Retention by cohort and age, with customers grouped by the period of their first activity.

    Attributes:
        table: One row per cell: the segments, ``cohort``, ``from_`` (its first day), ``age`` (and ``age_to`` for
            brackets), ``size``, ``active``, ``rate low high``, ``status`` (``observed in_progress unobserved empty
            suppressed``) and ``provisional``. For revenue also ``opening revenue capped gross``. Counts and rates are
            NaN in cells that were not observed; a running cell of the calendar has its number so far, if above 0.
        every: The period.
        kind: ``bounded unbounded bracket``.
        value: ``customers`` or ``revenue``.
        align: ``calendar`` or ``age``.
        presence: ``window`` or ``moment``.
        card: The definition of a customer.
        quality: The account of the rows that were read and set aside.
        by: The segment columns.
        notes: Notes that must be shown with the result.
    """

    made_by: ClassVar[tuple[str, ...]] = ("crr.cohort_grid(base, every='month')",)

    table: pd.DataFrame
    every: str
    kind: str
    value: str
    align: str
    presence: str
    card: DefinitionCard
    quality: QualityReport
    by: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    pairs: Callable[[], pd.DataFrame] | None = field(default=None, repr=False)
    min_cell: int = 0

    kinds: ClassVar[Mapping[str, str]] = {
        "size": "count", "active": "count", "opening": "money", "revenue": "money", "capped": "money", "rate": "rate",
        "gross": "rate", "low": "rate", "high": "rate", "status": "word",
    }  # fmt: skip

    @property
    def columns(self) -> list[int] | list[str]:
        """The column labels of the grid: the ages, or the brackets as text."""
        cells = self.table.drop_duplicates(self._ages())
        if "age_to" not in cells.columns:
            return [int(age) for age in cells["age"]]
        pairs = zip(cells["age"], cells["age_to"], strict=True)
        return [str(a) if a == b else f"{a}\N{EN DASH}{b}" for a, b in pairs]

    def matrix(self, value: str = "rate") -> pd.DataFrame:
        """Return one column of the table as a matrix, with a row per cohort (and segment) and a column per age.

        Args:
            value: ``rate``, ``active``, ``size``, ``low``, ``high``, ``status``, for revenue also ``gross``,
                ``revenue``, ``opening``, ``capped``.

        Raises:
            ValueError: If the grid has no such column.
        """
        known = [name for name in (*self.kinds, "provisional") if name in self.table.columns]
        check_choice(value, name="value", choices=known)
        columns = pd.Index(self.columns, name="age")
        lines = self.table[[*self.by, "cohort"]].iloc[:: len(columns)]
        index = pd.MultiIndex.from_frame(lines) if self.by else pd.Index(lines["cohort"], name="cohort")
        return pd.DataFrame(self.table[value].to_numpy().reshape(-1, len(columns)), index, columns)

    def average(self, kind: str = "pooled", *, of: str = "rate") -> pd.DataFrame:
        """Average the rates of each age over cohorts; only ``observed`` cells are used.

        Args:
            kind: ``pooled``, weighted by size, ``sum(active) / sum(size)`` (for revenue, sums of money); or ``simple``,
                the unweighted mean of the cohorts' rates, in which a cohort of 5 weighs as much as one of 5000.
            of: ``rate``, or ``gross`` for revenue.

        Returns:
            One row per age: the segments, ``age`` (and ``age_to``), the number of ``cohorts`` in the average, their
            ``size`` and ``active`` members, ``rate``. The rate is NaN if there are no cohorts.

        Raises:
            ValueError: If a name is unknown.
        """
        check_choice(kind, name="kind", choices=("pooled", "simple"))
        check_choice(of, name="of", choices=("rate", "gross") if self.value == "revenue" else ("rate",))
        above, below = _SHARES["net" if of == "rate" and self.value == "revenue" else of]
        whole = (self.table["status"] == OBSERVED) & self.table[of].notna()
        taken = {"size": "size", "active": "active", "above": above, "below": below, "share": of}
        cells = self.table[[*self.by, *self._ages()]].assign(
            cohorts=whole.astype("int64"), **{name: self.table[column].where(whole) for name, column in taken.items()}
        )
        groups = cells.groupby([*self.by, *self._ages()], sort=False)
        sums = groups[["cohorts", "size", "active", "above", "below"]].sum()
        rate = groups["share"].mean() if kind == "simple" else sums["above"] / sums["below"].where(sums["below"] > 0)
        counts = sums[["cohorts", "size", "active"]].astype("int64")
        return counts.assign(rate=rate.where(counts["cohorts"] > 0)).reset_index()

    def conditional(self) -> pd.DataFrame:
        """Compute the rate of age ``k`` among those active at ``k - 1``, which shows at which age customers are lost.

        Returns:
            One row per cell from age 1 on: ``cohort age before stayed rate low high status``; ``before`` were active at
            ``k - 1``, ``stayed`` also at ``k``. Customers not active at ``k - 1`` are in neither. A bounded grid needs
            another query on the rows for it.

        Raises:
            ValueError: If the grid is of brackets or of revenue.
        """
        before = self._before()
        after = self.table[self.table["age"] > 0].reset_index(drop=True)
        there = after["active"].notna() & (after["status"] == OBSERVED)
        stayed = self._stayed(after).where(there)
        table = after[[*self.by, "cohort", "from_", "age"]].assign(before=before["active"].where(there), stayed=stayed)
        table["rate"] = table["stayed"] / table["before"].where(table["before"] > 0)
        status = after["status"].mask(there & (table["before"] == 0), EMPTY_CELL)
        if self.min_cell:
            small = there & _is_small(table["before"], table["stayed"], self.min_cell)
            status = status.mask(small, SUPPRESSED)
            table[["before", "stayed", "rate"]] = table[["before", "stayed", "rate"]].mask(small)
        table["low"], table["high"] = wilson_columns(table["stayed"], table["before"])
        return table.assign(status=status)

    def _before(self) -> pd.DataFrame:
        if self.kind == "bracket" or self.value == "revenue":
            message = _("conditional() follows customers from age to age: kind='bounded' or 'unbounded' is needed.")
            raise InputError(message, argument="kind", given=self.kind)
        earlier: pd.DataFrame = self.table[self.table["age"] < self.table["age"].max()].reset_index(drop=True)
        return earlier

    def _stayed(self, after: pd.DataFrame) -> pd.Series:
        if self.kind == "unbounded" or self.pairs is None:  # active at k or later implies active at k - 1 or later
            return after["active"]
        keys = [*self.by, "cohort", "age"]
        return after[keys].merge(self.pairs(), on=keys, how="left")["stayed"].fillna(0.0)

    def suppressed(self, min_cell: int = 10) -> CohortGrid:
        """Return the grid with small cells suppressed, for sharing: their values are blank, their status is kept.

        A cell is ``suppressed`` if its cohort has fewer than ``min_cell`` members, or if at least one but fewer than
        ``min_cell`` of them are active, or are not active: the few could be derived from the rest. Averages leave such
        cells out.

        Args:
            min_cell: The smallest number of customers that may be disclosed.

        Raises:
            ValueError: If ``min_cell`` is not a whole number of customers.
        """
        least = int(check_count(min_cell, name="min_cell"))
        table = self.table.copy()
        tiny = small(table["size"], least)
        hidden = table["active"].notna() & _is_small(table["size"], table["active"], least)
        numbers = [name for name in self.kinds if name in table and name not in ("size", "status")]
        table[numbers] = table[numbers].mask(hidden)
        table["size"] = table["size"].astype("float64").mask(tiny)
        table["status"] = table["status"].mask(hidden, SUPPRESSED)
        return replace(self, table=table, min_cell=max(least, self.min_cell))

    def segment(self, **chosen: str) -> CohortGrid:
        """Return the grid of one segment, ``grid.segment(region="north")``.

        Raises:
            ValueError: If not exactly the segment columns are given, or there is no such value.
        """
        if set(chosen) != set(self.by):
            message = _("The segments of this grid are {names}; say one value for each.")
            raise InputError(message.format(names=", ".join(self.by) or UNDEFINED), argument="segment", given=chosen)
        table = self.table
        for name, value in chosen.items():
            check_choice(value, name=name, choices=sorted(set(table[name])))
            table = table[table[name] == value]
        table = table.drop(columns=list(self.by)).reset_index(drop=True)
        return replace(self, table=table, by=(), pairs=self._pairs_of(chosen))

    def _pairs_of(self, chosen: Mapping[str, str]) -> Callable[[], pd.DataFrame] | None:
        ask = self.pairs
        if ask is None:
            return None

        def of_segment() -> pd.DataFrame:
            found = ask()
            chosen_rows: pd.DataFrame = found[(found[list(chosen)] == list(chosen.values())).all(axis=1)]
            return chosen_rows

        return of_segment

    def rises(self) -> list[int]:
        """Return the ages at which the pooled average is above that of the previous age."""
        curve = self.average()
        step = curve["rate"].diff()
        return [int(age) for age in curve["age"][step > 1e-12]]  # noqa: PLR2004 - more than rounding

    def with_notes(self, *notes: str) -> CohortGrid:
        """Return a copy with further notes."""
        return replace(self, notes=(*self.notes, *notes))

    def to_csv(self, path: str | Path) -> Path:
        """Write the long table to a CSV file; cells that were not observed are blank with their status, zeros are 0.

        The file is written to a temporary file and then moved into place, so an existing file stays intact until then.

        Raises:
            ValueError: If the path cannot be written to.
        """
        return write_csv(path, self.table)

    def titles(self) -> dict[str, str]:
        """Return the headings of the columns of the long table."""
        return {
            "size": _("size"), "active": _("there"), "opening": _("opening revenue"), "revenue": _("revenue"),
            "capped": _("kept"), "rate": _("share"), "gross": _("GRR"), "low": _("from"), "high": _("to"),
            "status": _("status"),
        }  # fmt: skip

    def caption(self) -> str:
        """Return the legend of the cells and the notes."""
        what = _("Share of the revenue of age 0") if self.value == "revenue" else _("Share of the cohort")
        legend = _("{what} by age ({every}). * = still running, blank = not yet observed, {dash} = undefined.")
        text = legend.format(what=what, every=_(self.every), dash=UNDEFINED)
        hidden = " " + _("× = too few customers to show.") if (self.table["status"] == SUPPRESSED).any() else ""
        return " ".join([text + hidden, *self.notes])

    def _ages(self) -> list[str]:
        return [name for name in ("age", "age_to") if name in self.table.columns]

    def _shown_titles(self) -> list[str]:
        return [*self.by, _("cohort"), _("size"), *map(str, self.columns)]

    def _shown_kinds(self) -> list[str]:
        return ["text"] * (len(self.by) + 1) + ["count"] + ["rate"] * len(self.columns)

    def _shown_rows(self) -> list[list[str]]:
        width = len(self.columns)
        cells = [cell_text(rate, status) for rate, status in zip(self.table["rate"], self.table["status"], strict=True)]
        lines = self.table.iloc[::width]
        sizes = [format_cell(size, "count") for size in lines["size"]]
        names = lines[[*self.by, "cohort"]].astype(str).to_numpy().tolist()
        return [[*names[i], sizes[i], *cells[i * width : (i + 1) * width]] for i in range(len(names))]


def cell_text(rate: float, status: str) -> str:
    """Format a cell: in progress with an asterisk, unobserved blank, suppressed a ×, undefined an en dash."""
    from crrkit.ground import format_percent

    if status == UNOBSERVED:
        return ""
    if status == SUPPRESSED:
        return "\N{MULTIPLICATION SIGN}"
    text = UNDEFINED if math.isnan(rate) else format_percent(rate)
    return f"{text}*" if status == IN_PROGRESS else text


def _is_small(size: pd.Series, active: pd.Series, least: int) -> pd.Series:
    """Return a mask of the cells to suppress; a cohort of size 0 is included, though it discloses nothing."""
    return (size < least) | small_share(size, active, least=least)
