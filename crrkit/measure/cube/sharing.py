"""A coarsened cube for sharing with people who may not see the list, in which no number discloses a small group.

It covers one period length, one run of consecutive periods, some limits of silence and some segments, with as much
detail as possible: every number disclosed is 0 or at least ``least`` customers, and so is its difference between any
two limits. Before a period is left out, flows too small to be disclosed separately are merged or left out.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from crrkit.ground import InputError, check_count, gettext as _
from crrkit.measure.cadence import BY
from crrkit.measure.cohorts import SUPPRESSED
from crrkit.measure.cube.stages import LONG_AFTER, REGULARS, named
from crrkit.measure.cube.stretches import (
    ALL_FLOWS,
    BETWEEN_ENDS,
    CAME_AS_ONE,
    ENOUGH_TOLD,
    NOT_TOLD,
    STAGES_TOO,
    Looks,
    stretch_of,
)
from crrkit.measure.cube.tally import ACCOUNT, BACK, NEW, OPENING, THERE, UNBROKEN

if TYPE_CHECKING:
    import pandas as pd

    from crrkit.measure.cube.choices import ListSettings
    from crrkit.measure.cube.counted import ListCube
    from crrkit.measure.cube.stretches import Stretch

LIKED = (30, 90, 60, 180, 365, 45, 120, 14, 7)  # limits in days to add first, in order of preference


@dataclass(frozen=True, eq=False)
class SharedCube:
    """The part of a cube that may be shared.

    Attributes:
        cube: One period length, some limits of silence, some segments.
        withheld: The periods that are suppressed: those before and after the ones disclosed.
        least: The smallest number of customers that may be disclosed.
        told: The level of detail for each period: ``all``, ``account``, ``net`` or ``together``.
        note: A note on what was left out.
    """

    cube: ListCube
    withheld: tuple[str, ...]
    least: int
    told: str
    note: str

    @property
    def every(self) -> str:
        """The period length that is disclosed."""
        return self.cube.everies[0]

    def account(self, settings: ListSettings) -> pd.DataFrame:
        """Return `ListCube.account` with NaN in suppressed periods and in columns that are not disclosed."""
        table = self.cube.account(settings)
        gone = table["period"].isin(self.withheld)
        told = table.columns.difference(["period", "from_", "until", "status"])
        table = table.assign(**{name: table[name].where(~gone) for name in told})
        table = table.assign(**dict.fromkeys(NOT_TOLD[self.told], np.nan))
        return table.assign(status=table["status"].mask(gone, SUPPRESSED))

    def to_state(self) -> dict[str, Any]:
        """Return `ListCube.to_state` without the gaps of the list and without the sizes of its segments."""
        named_only = [{**asdict(one), "customers": None} for one in self.cube.segments]
        told = {"told": self.told, "withheld": list(self.withheld), "note": self.note}
        return {**self.cube.to_state(), "gaps": None, "natural": None, "segments": named_only, **told}


def shared_cube(cube: ListCube, settings: ListSettings, *, least: int) -> SharedCube:
    """Coarsen a cube around the given settings so that it can be shared.

    The limit of silence in the settings is kept. The period length is that of the settings, or the next longer one for
    which at least three quarters of the periods can be disclosed, else the one with the largest share. The level of
    detail is the highest that can be disclosed for three quarters of the periods, else the one with the longest run.
    Other limits (in the order of ``LIKED``, then the rest) and all segments of a column are added if the same level of
    detail can be disclosed for them.

    Args:
        cube: The list.
        settings: The period length, the limit and the requirement for regulars that are shown.
        least: The smallest number of customers that may be disclosed.

    Raises:
        ValueError: If ``silence`` is ``"period"``, which is no limit in days, or nothing could be disclosed.
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
    """Return the indices of the segments that can be disclosed; a column is disclosed completely or not at all."""
    columns: dict[str, list[int]] = {}
    for number, segment in enumerate(cube.segments, start=1):
        columns.setdefault(segment.by, []).append(number)
    return [place for places in columns.values() if looks.fit(places, kept) for place in places]


def _thinned(cube: ListCube, looks: Looks, kept: list[int], segments: list[int]) -> ListCube:
    """Return the cube with some limits and segments, the periods of the stretch and the customers at its start."""
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
    """Return a mask of the bins needed for what is disclosed (1); the others (0) would disclose more."""
    within, beyond = {
        UNBROKEN: (False, False),
        BACK: (False, told in {STAGES_TOO, ALL_FLOWS}),
        NEW: (told != CAME_AS_ONE, told in {STAGES_TOO, ALL_FLOWS}),
        THERE: (True, told == STAGES_TOO),
    }.get(name, (True, False))
    between = within or beyond
    return np.array([within, *[between] * (limits - 1), beyond], dtype="int64")


def note_of(  # noqa: PLR0917 - the request and what is disclosed
    cube: ListCube, part: ListCube, settings: ListSettings, asked: Stretch | None, stretch: Stretch, least: int
) -> str:
    """Return a note on what was left out of the shared page."""
    out = []
    if stretch.every != settings.every:
        told = asked.last - asked.first if asked else 0
        text = _("shorter periods ({by}: {n} of {all} could be shown)")
        account = cube.account(replace(settings, first=None, last=None, segment=None))
        out.append(text.format(by=_(BY[settings.every]), n=told, all=len(account)))
    if stretch.share < 1:
        text = _("{n} of {all} {all:period|periods}")
        out.append(text.format(n=stretch.all - (stretch.last - stretch.first), all=stretch.all))
    if stretch.told == CAME_AS_ONE:
        out.append(_("who of those who came is new and who is back"))
    if stretch.told in {BETWEEN_ENDS, CAME_AS_ONE}:
        out.append(_("who came and went inside a period"))
    if cube.regulars and not part.regulars:
        out.append(_("stages and what-if"))
    if len(part.segments) < len(cube.segments):
        out.append(_("segments") if not part.segments else _("some segments"))
    if len(part.silences) < len(cube.silences):
        out.append(_("other days of silence") if cube.base.has_purchases else _("other gaps"))
    out.append(_("cohorts"))
    text = _(
        "Nothing here discloses a group of fewer than {least} {least:customer|customers}. Left out for that: {what}."
    )
    return text.format(least=least, what=", ".join(out))
