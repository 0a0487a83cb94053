"""A cube for people who may not see the list: less is told, so that no number tells of few.

One period length, one stretch of its periods, some limits and some segments are told, and of each period as much as can
be: every number that is told is 0 or of ``least`` customers, and so is its difference between any two limits. Before a
period is left out, flows that are too small to be told apart are told together, or not at all.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from crrkit.ground import InputError, check_count, gettext as _
from crrkit.measure.cohorts import SUPPRESSED
from crrkit.measure.cube.shared_note import note_of
from crrkit.measure.cube.stages import LONG_AFTER, REGULARS, named
from crrkit.measure.cube.stretches import ALL_FLOWS, CAME_AS_ONE, ENOUGH_TOLD, NOT_TOLD, STAGES_TOO, Looks, stretch_of
from crrkit.measure.cube.tally import ACCOUNT, BACK, NEW, OPENING, THERE, UNBROKEN

if TYPE_CHECKING:
    import pandas as pd

    from crrkit.measure.cube.choices import ListSettings
    from crrkit.measure.cube.counted import ListCube

LIKED = (30, 90, 60, 180, 365, 45, 120, 14, 7)  # days that people ask for first, after the chosen ones


@dataclass(frozen=True, eq=False)
class SharedCube:
    """What may be shared of a list.

    Attributes:
        cube: One period length, some limits, some segments.
        withheld: The periods of which nothing is told: those before and after the ones that are.
        least: The smallest number of customers that is told of.
        told: How much is told of each period: ``all``, ``account``, ``net`` or ``together``.
        note: What is left out, in a sentence.
    """

    cube: ListCube
    withheld: tuple[str, ...]
    least: int
    told: str
    note: str

    @property
    def every(self) -> str:
        """The period that is told of."""
        return self.cube.everies[0]

    def account(self, settings: ListSettings) -> pd.DataFrame:
        """As `ListCube.account`, with nothing in the periods that are withheld."""
        table = self.cube.account(settings)
        gone = table["period"].isin(self.withheld)
        told = table.columns.difference(["period", "from_", "until", "status"])
        table = table.assign(**{name: table[name].where(~gone) for name in told})
        table = table.assign(**dict.fromkeys(NOT_TOLD[self.told], np.nan))
        return table.assign(status=table["status"].mask(gone, SUPPRESSED))

    def to_state(self) -> dict[str, Any]:
        """As `ListCube.to_state`, without the list's silences and how many there ever were in each segment."""
        named_only = [{**asdict(one), "customers": None} for one in self.cube.segments]
        told = {"told": self.told, "withheld": list(self.withheld), "note": self.note}
        return {**self.cube.to_state(), "gaps": None, "natural": None, "segments": named_only, **told}


def shared_cube(cube: ListCube, settings: ListSettings, *, least: int) -> SharedCube:
    """Coarsen a cube around some settings.

    The chosen limit stays. The period is the chosen one, or the next longer one of which three of four can be told,
    else the one of which most can. Of it as much is told as can be of three of four periods. Another limit joins, those
    that people ask for first, and the segments of a column, where all that is told can be told of them, too.

    Args:
        cube: The list.
        settings: The period length, the limit and the number of regulars that are shown.
        least: The smallest number of customers that is told of.

    Raises:
        ValueError: If customers are who bought in the period, of which no limit can be told, or nothing would be left.
    """
    check_count(least, name="least")
    place = cube.limit(settings)
    longer = cube.everies[cube.everies.index(settings.every) :]
    found = [stretch_of(cube, replace(settings, every=every), place, least) for every in longer]
    some = [one for one in found if one is not None]
    if not some:
        message = _(
            "Nothing can be shared by the {every}: in no period are all flows of {least} {least:customer|customers} or"
            " more. Take a longer period or a smaller least number."
        )
        raise InputError(message.format(every=_(settings.every), least=least), argument="least", given=least)
    chosen = next((one for one in some if one.share >= ENOUGH_TOLD), None) or max(some, key=lambda one: one.share)
    looks = Looks(cube, replace(settings, every=chosen.every), chosen, least)
    kept = [place]
    for other in _in_order(cube, place):
        if looks.fit([0], [*kept, other]):
            kept.append(other)
    kept.sort()
    segments = [0, *_segments(cube, looks, kept)]
    part = _thinned(cube, looks, kept, segments)
    names = list(cube.account(replace(looks.settings, first=None, last=None, segment=None))["period"])
    withheld = tuple(names[: chosen.first] + names[chosen.last :])
    note = note_of(cube, part, settings, found[0], chosen, least)
    return SharedCube(part, withheld, least, chosen.told, note)


def _in_order(cube: ListCube, chosen: int) -> list[int]:
    liked = [cube.silences.index(days) for days in LIKED if days in cube.silences]
    return [place for place in dict.fromkeys((*liked, *range(len(cube.silences)))) if place != chosen]


def _segments(cube: ListCube, looks: Looks, kept: list[int]) -> list[int]:
    """The places of the segments of the columns that can be told of; a column is told of whole or not at all."""
    columns: dict[str, list[int]] = {}
    for number, segment in enumerate(cube.segments, start=1):
        columns.setdefault(segment.by, []).append(number)
    return [place for places in columns.values() if looks.fit(places, kept) for place in places]


def _thinned(cube: ListCube, looks: Looks, kept: list[int], segments: list[int]) -> ListCube:
    """The cube with some limits and segments, and nothing beside the stretch but who was there as it began."""
    stretch, counts = looks.stretch, cube.tallies[looks.settings.every]
    moves = cube.regulars if stretch.told == STAGES_TOO else ()
    number = int(looks.settings.regular or moves[0]) if moves else 0
    names = [*ACCOUNT, *(named(name, number) for name in REGULARS if moves)]
    periods = np.arange(stretch.all)
    during = (periods >= stretch.first) & (periods < stretch.last)
    at_ends = (periods >= stretch.first - 1) & (periods < stretch.last)
    starts = [0, *(place + 1 for place in kept)]
    tallies = {}
    for name in names:
        whole = counts[name][segments]
        bins = np.concatenate([whole, np.zeros((*whole.shape[:2], 1), dtype=whole.dtype)], axis=2)
        merged = np.add.reduceat(bins, starts, axis=2)
        seen = at_ends if name in {THERE, named(LONG_AFTER, number)} else during
        tallies[name] = np.where(seen[None, :, None], merged, 0) * _read(name, stretch.told, len(kept))
    if OPENING in counts:
        tallies[OPENING] = counts[OPENING][segments] * int(stretch.first == 0)
    return replace(
        cube, everies=(looks.settings.every,), silences=tuple(cube.silences[place] for place in kept), natural=None,
        segments=tuple(cube.segments[one - 1] for one in segments[1:]),
        regulars=(number,) if moves else (),
        tallies={looks.settings.every: tallies},
    )  # fmt: skip


def _read(name: str, told: str, limits: int) -> np.ndarray:
    """Which bins of a histogram what is told is read from (1); the others (0) would tell more."""
    within, beyond = {
        UNBROKEN: (False, False),
        BACK: (False, told in {STAGES_TOO, ALL_FLOWS}),
        NEW: (told != CAME_AS_ONE, told in {STAGES_TOO, ALL_FLOWS}),
        THERE: (True, told == STAGES_TOO),
    }.get(name, (True, False))
    between = within or beyond
    return np.array([within, *[between] * (limits - 1), beyond], dtype="int64")
