"""Which periods of a list can be disclosed to people who may not see it, and at what level of detail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from crrkit.measure import span_of
from crrkit.measure.cube.stages import moves_under_limit
from crrkit.measure.cube.tally import EPOCH_DAY, THERE, flows_under_limit
from crrkit.rules import small

if TYPE_CHECKING:
    from crrkit.measure.cube.choices import ListSettings
    from crrkit.measure.cube.counted import ListCube

Flows = Mapping[str, np.ndarray]
ENOUGH_TOLD = 0.75  # of the periods: from this share on, prefer more detail to more periods
# The levels of detail, the highest first: stages and all flows; all flows; flows between the two ends only, without
# those who came and left within the period; and the same with new and returned merged.
STAGES_TOO, ALL_FLOWS, BETWEEN_ENDS, CAME_AS_ONE = "all", "account", "net", "together"
CAME_AND_WENT = ("new_lost", "returned_lost")
TOLD = {
    STAGES_TOO: ("kept", "lost", "new", "returned", *CAME_AND_WENT),
    ALL_FLOWS: ("kept", "lost", "new", "returned", *CAME_AND_WENT),
    BETWEEN_ENDS: ("kept", "lost", "new", "returned"),
    CAME_AS_ONE: ("kept", "lost", "came"),
}
STANDING = {  # stocks at the end of a period; lapsed can be computed wherever new and returned are disclosed
    STAGES_TOO: ("end", "middle", "long", "lapsed"),
    ALL_FLOWS: ("end", "lapsed"),
    BETWEEN_ENDS: ("end", "lapsed"),
    CAME_AS_ONE: ("end",),
}
NOT_TOLD = {  # columns of an account that are not disclosed
    STAGES_TOO: ("crr_continuous",),
    ALL_FLOWS: ("crr_continuous",),
    BETWEEN_ENDS: ("crr_continuous", *CAME_AND_WENT),
    CAME_AS_ONE: ("crr_continuous", *CAME_AND_WENT, "new", "returned"),
}


@dataclass(frozen=True)
class Stretch:
    """A run of periods that can be disclosed: indices from ``first`` up to but excluding ``last``, out of ``all``."""

    every: str
    told: str
    first: int
    last: int
    all: int

    @property
    def share(self) -> float:
        """The share of all periods that it covers."""
        return (self.last - self.first) / self.all


def stretch_of(cube: ListCube, settings: ListSettings, place: int, least: int) -> Stretch | None:
    """Return the stretch with the highest level of detail that is long enough, else the longest, else None."""
    flows, beside = _flows(cube, settings, 0, place), _neighbours(cube, settings.every, place, least)
    found = []
    for told in TOLD:
        if told != STAGES_TOO or cube.regulars:
            first, last = _longest(~_hidden([flows], told, least), flows["start"])
            whole = Stretch(settings.every, told, first, last, len(flows["start"]))
            found.append(_drawn_in(whole, flows, beside))
    some = [one for one in found if one.last > one.first]
    enough = next((one for one in some if one.share >= ENOUGH_TOLD), None)
    return enough or max(some, key=lambda one: one.last - one.first, default=None)


def _longest(fits: np.ndarray, start: np.ndarray) -> tuple[int, int]:
    """Return the bounds of the longest run of periods that fit and have customers at a start; of equals the later."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], fits, [False]]).astype(int)))
    runs = [(int(first), int(last)) for first, last in edges.reshape(-1, 2) if (start[first:last] > 0).any()]
    return max(runs, key=lambda run: (run[1] - run[0], run), default=(0, 0))


def _drawn_in(stretch: Stretch, flows: Flows, neighbours: _Neighbours) -> Stretch:
    """Shorten the stretch until a small flow in the adjacent suppressed periods can no longer be inferred."""
    first, last = stretch.first, stretch.last
    while last > first and neighbours.after(flows, first, last):
        last -= 1
    while last > first and neighbours.before(flows, first, last):
        first += 1
    somebody = last > first and (flows["start"][first:last] > 0).any()
    return replace(stretch, first=first, last=last if somebody else first)


@dataclass(frozen=True)
class _Neighbours:
    """Test whether a flow in the periods adjacent to a stretch can be inferred to be small.

    A customer who came stays at least as long as the limit of silence. So of the customers at the end of the stretch
    only those who came earlier can be lost in the next period, and those lost soon after its start cannot have come in
    the period before it.
    """

    bounds: np.ndarray
    limit: int | None  # None for contracts
    least: int

    def after(self, flows: Flows, first: int, last: int) -> bool:
        """Return whether it can be inferred for the period after the stretch."""
        if self.limit is None or last >= len(self.bounds) - 1:
            return False
        recent = [t for t in range(first, last) if self.bounds[last + 1] - self.bounds[t] <= self.limit]
        return bool(small(np.array(flows["end"][last - 1] - flows["came"][recent].sum()), self.least))

    def before(self, flows: Flows, first: int, last: int) -> bool:
        """Return whether it can be inferred for the period before the stretch."""
        if self.limit is None or not first:
            return False
        soon = [t for t in range(first, last) if self.bounds[t + 1] - self.bounds[first - 1] <= self.limit]
        return bool(small(np.array(flows["start"][first] - flows["lost"][soon].sum()), self.least))


def _neighbours(cube: ListCube, every: str, place: int, least: int) -> _Neighbours:
    return _Neighbours(_bounds(cube, every), cube.silences[place] if cube.base.has_purchases else None, least)


def _bounds(cube: ListCube, every: str) -> np.ndarray:
    """Return the boundaries of the periods in days since 1970-01-01, none later than the end of the data."""
    calendar = cube.base.calendar(every)
    span = span_of(cube.base, calendar)
    days = [np.datetime64(calendar.start(k)) for k in range(span.start, span.stop + 1)]
    cut = np.datetime64(cube.base.as_of.date())
    return np.array([(min(day, cut) - EPOCH_DAY).astype("int64") for day in days])


def _flows(cube: ListCube, settings: ListSettings, segment: int, place: int) -> dict[str, np.ndarray]:
    """Return all numbers that could be disclosed for each period under one limit, by name."""
    counts = cube.tallies[settings.every]
    account = flows_under_limit(counts, segment, place)
    found: dict[str, np.ndarray] = {str(name): account[name].to_numpy() for name in account}
    found["came"] = found["new"] + found["returned"]
    ever = counts[THERE][segment].sum(axis=1)
    found["lapsed"] = ever - found["end"]
    if cube.regulars:
        moves = moves_under_limit(counts, segment, place, int(settings.regular or cube.regulars[0]))
        stages = {
            stage: sum(n for name, n in moves.items() if name.split()[1] == stage) for stage in ("middle", "long")
        }
        found |= {**moves, **{stage: np.asarray(n) for stage, n in stages.items()}}
    return found


def _names(flows: Flows, told: str) -> list[str]:
    """Return the names of the flows disclosed at a level of detail, including transitions at the highest."""
    return [*TOLD[told], *(name for name in flows if " " in name and told == STAGES_TOO)]


def _hidden(flows: Sequence[Flows], told: str, least: int) -> np.ndarray:
    """Return a mask of the periods in which a number, or its difference between two limits, discloses a small group."""
    few = _few(flows, _names(flows[0], told), least)
    stocks = _few(flows, list(STANDING[told]), least)
    begun = _few([{"start": one["start"][:1]} for one in flows], ["start"], least)
    hidden: np.ndarray = few | stocks | np.concatenate([begun, stocks[:-1]])  # an end is the start of the next
    return hidden


def _few(flows: Sequence[Flows], names: list[str], least: int) -> np.ndarray:
    table = np.array([[one[name] for name in names] for one in flows])  # limit × flow × period
    apart = np.abs(table[:, None] - table[None, :])
    found: np.ndarray = small(table, least).any(axis=(0, 1)) | small(apart, least).any(axis=(0, 1, 2))
    return found


class Looks:
    """The flows of segments under limits, cached, and whether they can be disclosed for a whole stretch."""

    def __init__(self, cube: ListCube, settings: ListSettings, stretch: Stretch, least: int) -> None:
        self.cube, self.settings, self.stretch, self.least = cube, settings, stretch, least
        self._seen: dict[tuple[int, int], dict[str, np.ndarray]] = {}

    def _flows(self, segment: int, place: int) -> dict[str, np.ndarray]:
        key = segment, place
        if key not in self._seen:
            self._seen[key] = _flows(self.cube, self.settings, segment, place)
        return self._seen[key]

    def fit(self, segments: Sequence[int], places: Sequence[int]) -> bool:
        """Return whether the segments can be disclosed under all of these limits without disclosing a small group."""
        first, last = self.stretch.first, self.stretch.last
        for segment in segments:
            flows = [self._flows(segment, place) for place in places]
            if _hidden(flows, self.stretch.told, self.least)[first:last].any():
                return False
            for each, place in zip(flows, places, strict=True):
                beside = _neighbours(self.cube, self.settings.every, place, self.least)
                if beside.after(each, first, last) or beside.before(each, first, last):
                    return False
        return True
