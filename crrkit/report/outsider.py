"""What an outsider can infer from several accounts of the same customers: a linear system, and the range of a count.

Accounts by month, by quarter, or with different cut-off days are views of one list. One may disclose what another
suppresses: the new customers of a quarter are new in one of its months, and the customers at one moment are the same
in both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from itertools import pairwise, permutations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crrkit.ground import MissingDependencyError, gettext as _
from crrkit.report.published import CARRIED_COUNTS
from crrkit.report.section import AS_ONE_SPAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from crrkit.measure import RetentionTable
    from crrkit.report.section import Carried
    from crrkit.rules import Calendar

ALMOST = 1e-6

Name = tuple[object, ...]
Row = dict[Any, Any]  # of a cut: two days and the counts
Sum = tuple["Mapping[Name, float]", float]


@dataclass
class Unknowns:
    """Unknown counts (0 or more), and constraints on their sums."""

    places: dict[Name, int] = field(default_factory=dict)
    equal: list[Sum] = field(default_factory=list)
    most: list[Sum] = field(default_factory=list)
    worlds: list[np.ndarray] = field(default_factory=list)

    def is_(self, parts: Mapping[Name, float], value: float = 0.0) -> None:
        """Add the constraint: the sum of the parts equals the value."""
        self._take(parts)
        self.equal.append((parts, value))

    def at_most(self, parts: Mapping[Name, float], value: float = 0.0) -> None:
        """Add the constraint: the sum of the parts is at most the value."""
        self._take(parts)
        self.most.append((parts, value))

    def _take(self, parts: Mapping[Name, float]) -> None:
        for name in parts:
            self.places.setdefault(name, len(self.places))

    def room(self, name: Name, enough: float = float("inf")) -> float:
        """The range between the least and the greatest possible value of a count, capped at ``enough``.

        A solution found for one count is feasible for all others, so that most need no further solver call.
        """
        if name not in self.places:
            return float("inf")
        place = self.places[name]
        if self.worlds and np.ptp([world[place] for world in self.worlds]) >= enough:
            return enough
        low, high = (self._end(place, sign) for sign in (1.0, -1.0))
        return high - low

    def is_possible(self) -> bool:
        """Whether the constraints have a solution."""
        return bool(self._solved(np.zeros(len(self.places))).status == 0)

    def _end(self, place: int, sign: float) -> float:
        cost = np.zeros(len(self.places))
        cost[place] = sign
        solved = self._solved(cost)
        if solved.status:
            return -sign * float("inf")
        self.worlds.append(solved.x)
        return float(sign * solved.fun)

    def _solved(self, cost: np.ndarray) -> Any:
        (a_eq, b_eq), (a_ub, b_ub) = self._matrices
        return _linprog()(cost, A_ub=a_ub, b_ub=b_ub, A_eq=a_eq, b_eq=b_eq, bounds=(0, None), method="highs")

    @cached_property
    def _matrices(self) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
        """Both kinds of sums, once no more are added."""
        return self._matrix(self.equal), self._matrix(self.most)

    def _matrix(self, rows: list[Sum]) -> tuple[Any, Any]:
        if not rows:
            return None, None
        cells = [(i, self.places[name], value) for i, (parts, _b) in enumerate(rows) for name, value in parts.items()]
        i, j, values = zip(*cells, strict=True)
        shape = (len(rows), len(self.places))
        return import_module("scipy.sparse").csr_matrix((values, (i, j)), shape=shape), [b for _parts, b in rows]


def _linprog() -> Any:
    try:
        return import_module("scipy.optimize").linprog
    except ImportError as missing:
        text = _("Looking at what was published before needs scipy. Install it with: pip install 'crrkit[survival]'")
        raise MissingDependencyError(text) from missing


@dataclass(frozen=True, eq=False)
class Cut:
    """What a report discloses about customers by period.

    Attributes:
        table: One row per period, ``from_ until every`` and the counts, NaN if suppressed; a running one ends at the
            cut-off.
        first: How many joined for the first time between two days, as disclosed by cohort sizes and stages.
        lost: How many were lost in the periods between two days, taken together.
    """

    table: pd.DataFrame
    first: tuple[tuple[pd.Timestamp, pd.Timestamp, int], ...] = ()
    lost: tuple[tuple[pd.Timestamp, pd.Timestamp, int], ...] = ()

    @property
    def rows(self) -> list[Row]:
        """The periods, one after the other."""
        return self.table.to_dict("records")

    @property
    def days(self) -> set[pd.Timestamp]:
        """Where its periods begin and end."""
        return {*self.table["from_"], *self.table["until"], *(day for *pair, _n in self.first for day in pair)}


def cut_of(account: RetentionTable, sections: Mapping[str, Carried] | None = None) -> Cut:
    """An account, with what the other sections embedded in its page disclose about first-time customers."""
    seen = pd.Timestamp(account.card.as_of)
    table: pd.DataFrame = account.table[["from_", "until", *CARRIED_COUNTS]].reset_index(drop=True)
    numbers = {name: pd.to_numeric(table[name], errors="coerce").astype(float) for name in CARRIED_COUNTS}
    every = account.every if account.card.is_by_period else ""  # bought in the previous period: a month, or a quarter
    table = table.assign(until=table["until"].where(table["until"] <= seen, seen), every=every, **numbers)
    spans = (sections or {}).get("headline", {}).get(AS_ONE_SPAN, {})
    return Cut(table, tuple(_first_of(account, sections or {}, seen)), tuple(_lost_between(spans)))


def _lost_between(spans: Mapping[str, Mapping[str, int | None]]) -> Iterator[tuple[pd.Timestamp, pd.Timestamp, int]]:
    """How many were lost in pooled periods."""
    for days, cells in spans.items():
        begin, end = days.split(" ")
        yield pd.Timestamp(begin), pd.Timestamp(end), int(cells["lost"] or 0)


def _first_of(
    account: RetentionTable, sections: Mapping[str, Carried], seen: pd.Timestamp
) -> Iterator[tuple[pd.Timestamp, pd.Timestamp, int]]:
    """First-time customers: the size of a cohort, or the increase in people who ever bought between two boundaries."""
    for what, rows in sections.get("cohorts", {}).items():
        kind, every = what.split(" ")
        calendar = account.card.calendar(every)
        for label, cells in rows.items() if kind == "bounded" else ():
            number, size = calendar.parse(label), cells.get("size")
            if size is not None:
                yield pd.Timestamp(calendar.start(number)), min(pd.Timestamp(calendar.start(number + 1)), seen), size
    for what, rows in sections.get("stages", {}).items():
        if what.startswith("stood"):
            yield from _come_between(rows, account.card.calendar(account.every))


def _come_between(
    rows: Mapping[str, Mapping[str, int | None]], calendar: Calendar
) -> Iterator[tuple[pd.Timestamp, pd.Timestamp, int]]:
    """Everyone who ever bought is in some stage: the increase between two consecutive disclosed boundaries."""
    told = [
        (pd.Timestamp(calendar.start(calendar.parse(label))), sum(n for n in cells.values() if n is not None))
        for label, cells in rows.items() if "lapsed" in cells and None not in cells.values()
    ]  # fmt: skip
    for (begin, before), (end, after) in pairwise(told):
        yield begin, end, after - before


def unknowns_of(cuts: Iterable[Cut], *, is_by_period: bool) -> Unknowns:
    """The linear system of several accounts of the same customers, by the same rules.

    ``is_by_period``: customers are those who bought in a period; otherwise those present at a moment.
    """
    given, system = list(cuts), Unknowns()
    days = sorted({day for cut in given for day in cut.days})
    for cut in given:
        rows = cut.rows
        for begin, end, n in cut.first:
            system.is_(_first_between(begin, end, days), n)
        for row in rows:
            _account_row(system, row, days, is_by_period=is_by_period)
        for begin, end, n in cut.lost:
            parts = [row for row in rows if begin <= row["from_"] and row["until"] <= end]
            system.is_({cell_name(row, "lost", is_by_period=is_by_period): 1 for row in parts}, n)
        if is_by_period:
            for one, other in pairwise(rows):
                system.is_({_cell("end", one): 1, _cell("start", other): -1})
    for coarse, fine in permutations([cut.rows for cut in given], 2):
        _nest(system, coarse, fine, is_by_period=is_by_period)
    return system


def cell_name(row: Row, name: str, *, is_by_period: bool) -> Name:
    """The name of a count in the system: the customers at a moment are one count in all accounts."""
    if name in ("start", "end") and not is_by_period:
        return ("there", row["from_"] if name == "start" else row["until"])
    return _cell(name, row)


def _cell(name: str, row: Row) -> Name:
    return (name, row["from_"], row["until"], "" if name in ("new", "end") else row["every"])


def _account_row(system: Unknowns, row: Row, days: list[pd.Timestamp], *, is_by_period: bool) -> None:
    own = {name: cell_name(row, name, is_by_period=is_by_period) for name in CARRIED_COUNTS}
    for name in CARRIED_COUNTS:
        if not np.isnan(row[name]):
            system.is_({own[name]: 1}, float(row[name]))
    system.is_({own["start"]: 1, own["kept"]: -1, own["lost"]: -1})
    system.is_({own["kept"]: 1, own["new"]: 1, own["returned"]: 1, own["end"]: -1})
    first = {name: -value for name, value in _first_between(row["from_"], row["until"], days).items()}
    if is_by_period:
        system.is_({own["new"]: 1, **first})
    else:  # some of them have left again
        system.at_most({own["new"]: 1, **first})


def _first_between(begin: pd.Timestamp, end: pd.Timestamp, days: list[pd.Timestamp]) -> dict[Name, float]:
    """First-time customers between two days, as the sum over the intervals in between."""
    cuts = [day for day in days if begin <= day <= end]
    return {("first", *pair): 1.0 for pair in pairwise(cuts)}


def _nest(system: Unknowns, coarse: list[Row], fine: list[Row], *, is_by_period: bool) -> None:
    """Constraints between a period and the shorter ones that it consists of."""
    for i, row in enumerate(coarse):
        parts = [part for part in fine if row["from_"] <= part["from_"] and part["until"] <= row["until"]]
        is_tiled = (
            len(parts) > 1
            and parts[0]["from_"] == row["from_"]
            and parts[-1]["until"] == row["until"]
            and all(one["until"] == other["from_"] for one, other in pairwise(parts))
        )
        if is_tiled and is_by_period:
            before = coarse[i - 1] if i else None
            _nest_buyers(system, row, parts, before, fine)
        elif is_tiled:
            _nest_holders(system, row, parts)


def _nest_buyers(system: Unknowns, row: Row, parts: list[Row], before: Row | None, fine: list[Row]) -> None:
    """Buyers of a month are buyers of its quarter; those kept by the quarter need not be kept by the month."""
    whole = _cell("end", row)
    system.at_most({whole: 1, **{_cell("end", part): -1.0 for part in parts}})
    for part in parts:
        system.at_most({_cell("end", part): 1, whole: -1})
    system.at_most({_cell("returned", row): 1, **{_cell("returned", part): -1.0 for part in parts}})
    system.at_most({_cell("kept", parts[0]): 1, _cell("kept", row): -1})
    if before is not None:
        since = [part for part in fine if before["from_"] < part["from_"] <= row["from_"]]
        if any(part["from_"] == before["from_"] for part in fine):
            system.at_most({_cell("lost", row): 1, **{_cell("lost", part): -1.0 for part in since}})


def _nest_holders(system: Unknowns, row: Row, parts: list[Row]) -> None:
    """Those lost in the quarter are lost in one of its months; those lost in a month were there, or joined before."""
    lost, came = _cell("lost", row), ("new", "returned")
    system.at_most({lost: 1, **{_cell("lost", part): -1.0 for part in parts}})
    system.at_most({_cell("returned", row): 1, **{_cell("returned", part): -1.0 for part in parts}})
    system.at_most({_cell("new", row): 1, **{_cell(name, part): -1.0 for part in parts for name in came}})
    for i, part in enumerate(parts):
        earlier = {_cell(name, one): -1.0 for one in parts[:i] for name in came}
        later = {_cell("returned", one): -1.0 for one in parts[i + 1 :]}
        system.at_most({_cell("lost", part): 1, lost: -1, **earlier, **later})
