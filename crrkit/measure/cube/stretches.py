"""Which periods can be told of to people who may not see the list, and how much of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from crrkit.measure import span_of
from crrkit.measure.cube.account import flows_under_limit
from crrkit.measure.cube.stages import moves_under_limit
from crrkit.measure.cube.tally import EPOCH_DAY, THERE
from crrkit.rules import small

if TYPE_CHECKING:
    from crrkit.measure.cube.choices import ListSettings
    from crrkit.measure.cube.counted import ListCube

Flows = Mapping[str, np.ndarray]
ENOUGH_TOLD = 0.75  # of the periods: where so many can be told, more is told of each rather than of more
# How much is told of a period, the most first: the stages and all flows; all flows; those between its two ends alone,
# not who came and went inside it; and of who came not who is new and who is back.
STAGES_TOO, ALL_FLOWS, BETWEEN_ENDS, CAME_AS_ONE = "all", "account", "net", "together"
CAME_AND_WENT = ("new_lost", "returned_lost")
TOLD = {
    STAGES_TOO: ("kept", "lost", "new", "returned", *CAME_AND_WENT),
    ALL_FLOWS: ("kept", "lost", "new", "returned", *CAME_AND_WENT),
    BETWEEN_ENDS: ("kept", "lost", "new", "returned"),
    CAME_AS_ONE: ("kept", "lost", "came"),
}
STANDING = {  # at the end of a period; who lapsed can be computed wherever who is new and who is back is told
    STAGES_TOO: ("end", "middle", "long", "lapsed"),
    ALL_FLOWS: ("end", "lapsed"),
    BETWEEN_ENDS: ("end", "lapsed"),
    CAME_AS_ONE: ("end",),
}
NOT_TOLD = {  # columns of an account in which nothing is told
    STAGES_TOO: ("crr_continuous",),
    ALL_FLOWS: ("crr_continuous",),
    BETWEEN_ENDS: ("crr_continuous", *CAME_AND_WENT),
    CAME_AS_ONE: ("crr_continuous", *CAME_AND_WENT, "new", "returned"),
}


@dataclass(frozen=True)
class Stretch:
    """The periods of one length that can be told: their places from ``first`` up to and without ``last``, of all."""

    every: str
    told: str
    first: int
    last: int
    all: int

    @property
    def share(self) -> float:
        """How much of the list it is."""
        return (self.last - self.first) / self.all


def stretch_of(cube: ListCube, settings: ListSettings, place: int, least: int) -> Stretch | None:
    """The stretch of which most is told among those that are long enough, else the longest one."""
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
    """The bounds of the longest run of periods that fit and in which somebody was there to keep; of two the later."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], fits, [False]]).astype(int)))
    runs = [(int(first), int(last)) for first, last in edges.reshape(-1, 2) if (start[first:last] > 0).any()]
    return max(runs, key=lambda run: (run[1] - run[0], run), default=(0, 0))


def _drawn_in(stretch: Stretch, flows: Flows, neighbours: _Neighbours) -> Stretch:
    """The stretch without ends beside which a period that is not told would be known to tell of few."""
    first, last = stretch.first, stretch.last
    while last > first and neighbours.after(flows, first, last):
        last -= 1
    while last > first and neighbours.before(flows, first, last):
        first += 1
    somebody = last > first and (flows["start"][first:last] > 0).any()
    return replace(stretch, first=first, last=last if somebody else first)


@dataclass(frozen=True)
class _Neighbours:
    """Whether of the periods beside a stretch so much is known that a flow of theirs can only be small.

    Whoever came is there for as long as the limit of silence: of those there at the end of the stretch only who came
    earlier can be lost in the next period; and who was lost soon after its beginning had not come just before it.
    """

    bounds: np.ndarray
    limit: int | None  # of contracts none
    least: int

    def after(self, flows: Flows, first: int, last: int) -> bool:
        """Whether it is so of the period after the stretch."""
        if self.limit is None or last >= len(self.bounds) - 1:
            return False
        recent = [t for t in range(first, last) if self.bounds[last + 1] - self.bounds[t] <= self.limit]
        return bool(small(np.array(flows["end"][last - 1] - flows["came"][recent].sum()), self.least))

    def before(self, flows: Flows, first: int, last: int) -> bool:
        """Whether it is so of the period before the stretch."""
        if self.limit is None or not first:
            return False
        soon = [t for t in range(first, last) if self.bounds[t + 1] - self.bounds[first - 1] <= self.limit]
        return bool(small(np.array(flows["start"][first] - flows["lost"][soon].sum()), self.least))


def _neighbours(cube: ListCube, every: str, place: int, least: int) -> _Neighbours:
    return _Neighbours(_bounds(cube, every), cube.silences[place] if cube.base.has_purchases else None, least)


def _bounds(cube: ListCube, every: str) -> np.ndarray:
    """The first days of the periods, and the day after the last; the data end where they end."""
    calendar = cube.base.calendar(every)
    span = span_of(cube.base, calendar)
    days = [np.datetime64(calendar.start(k)) for k in range(span.start, span.stop + 1)]
    cut = np.datetime64(cube.base.as_of.date())
    return np.array([(min(day, cut) - EPOCH_DAY).astype("int64") for day in days])


def _flows(cube: ListCube, settings: ListSettings, segment: int, place: int) -> dict[str, np.ndarray]:
    """Everything that could be told of each period under one limit, by name."""
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
    """The flows that are told, the moves among them where they are."""
    return [*TOLD[told], *(name for name in flows if " " in name and told == STAGES_TOO)]


def _hidden(flows: Sequence[Flows], told: str, least: int) -> np.ndarray:
    """The periods in which a number that is told, or its difference between two limits, tells of few."""
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
    """The flows of segments under limits, and whether all of a stretch can be told of them."""

    def __init__(self, cube: ListCube, settings: ListSettings, stretch: Stretch, least: int) -> None:
        self.cube, self.settings, self.stretch, self.least = cube, settings, stretch, least
        self._seen: dict[tuple[int, int], dict[str, np.ndarray]] = {}

    def _flows(self, segment: int, place: int) -> dict[str, np.ndarray]:
        key = segment, place
        if key not in self._seen:
            self._seen[key] = _flows(self.cube, self.settings, segment, place)
        return self._seen[key]

    def fit(self, segments: Sequence[int], places: Sequence[int]) -> bool:
        """Whether nothing that is told of these segments under these limits tells of few."""
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
