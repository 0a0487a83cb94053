"""A cube for people who may not see the list: fewer limits, and periods withheld, so that no number tells of few.

What holds of the numbers that are left, for everybody and for each segment that stays: every flow of a period that is
shown is 0 or of ``least`` customers, under every limit that stays; and so is its difference between any two of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from crrkit.ground import InputError, check_count, gettext as _
from crrkit.measure.cohorts import SUPPRESSED
from crrkit.measure.cube.account import flows_under_limit
from crrkit.measure.cube.stages import LONG_AFTER, REGULARS, moves_under_limit, named
from crrkit.measure.cube.tally import ACCOUNT, OPENING, THERE
from crrkit.rules import small

if TYPE_CHECKING:
    import pandas as pd

    from crrkit.measure.cube.choices import ListSettings
    from crrkit.measure.cube.counted import ListCube

LIKED = (30, 90, 60, 180, 365, 45, 120, 14, 7)  # days that people ask for first, after the chosen ones
STANDING = ("end", "middle", "long", "lapsed")  # who stands where at the end of a period


@dataclass(frozen=True, eq=False)
class SharedCube:
    """What may be shared of a list.

    Attributes:
        cube: One period length, some limits, some segments.
        withheld: The periods of which nothing is told.
        least: The smallest number of customers that is told of.
    """

    cube: ListCube
    withheld: tuple[str, ...]
    least: int

    def account(self, settings: ListSettings) -> pd.DataFrame:
        """As `ListCube.account`, with nothing in the periods that are withheld."""
        table = self.cube.account(settings)
        gone, told = (
            table["period"].isin(self.withheld),
            table.columns.difference(["period", "from_", "until", "status"]),
        )
        table = table.assign(**{name: table[name].where(~gone) for name in told})
        return table.assign(status=table["status"].mask(gone, SUPPRESSED))

    def to_state(self) -> dict[str, Any]:
        """As `ListCube.to_state`, without the list's silences, which are counted purchase by purchase."""
        return {**self.cube.to_state(), "gaps": None, "natural": None, "withheld": list(self.withheld)}


def shared_cube(cube: ListCube, settings: ListSettings, *, least: int) -> SharedCube:
    """Coarsen a cube around some settings.

    The chosen limit stays and decides which periods are withheld. Another limit joins, those that people ask for first,
    where no further period has to be withheld for it; the segments of a column where none has to for any of them. The
    stages of contracts stay where they make no further period withheld.

    Args:
        cube: The list.
        settings: The period length, the limit and the number of regulars that are shown.
        least: The smallest number of customers that is told of.

    Raises:
        ValueError: If customers are who bought in the period, of which no limit can be told, or nothing would be left.
    """
    check_count(least, name="least")
    if cube.base.has_purchases or not cube.regulars:
        return _shared(cube, settings, least)
    plain = _shared(replace(cube, regulars=()), settings, least)
    try:
        whole = _shared(cube, settings, least)
    except InputError:  # its account alone can be shared
        return plain
    return whole if len(whole.withheld) <= len(plain.withheld) else plain


def _shared(cube: ListCube, settings: ListSettings, least: int) -> SharedCube:
    chosen = cube.limit(settings)
    flows = {place: _flows(cube, settings, 0, place) for place in range(len(cube.silences))}
    hidden = _hidden([flows[chosen]], least)
    kept = [chosen]
    for place in _in_order(cube, chosen):
        if not (_hidden([flows[each] for each in (*kept, place)], least) & ~hidden).any():
            kept.append(place)
    names = list(cube.account(replace(settings, first=None, last=None, segment=None))["period"])
    if not ((flows[chosen]["start"] > 0) & ~hidden).any():
        message = _(
            "Nothing can be shared by the {every}: in no period are all flows of {least} {least:customer|customers} or"
            " more. Take a longer period or a smaller least number."
        )
        raise InputError(message.format(every=_(settings.every), least=least), argument="least", given=least)
    kept.sort()
    segments = [0, *_segments(cube, settings, kept, hidden, least)]
    looks = [[_flows(cube, settings, segment, place) for place in kept] for segment in segments]
    stocks = [name for name in STANDING if name in looks[0][0]]
    unsaid = np.any([_few(one, stocks, least) for one in looks], axis=0)
    part = _thinned(cube, settings, kept, segments, {"flows": hidden, "stocks": unsaid})
    return SharedCube(part, tuple(name for name, gone in zip(names, hidden, strict=True) if gone), least)


def _in_order(cube: ListCube, chosen: int) -> list[int]:
    liked = [cube.silences.index(days) for days in LIKED if days in cube.silences]
    return [place for place in dict.fromkeys((*liked, *range(len(cube.silences)))) if place != chosen]


Flows = Mapping[str, np.ndarray]


def _flows(cube: ListCube, settings: ListSettings, segment: int, place: int) -> dict[str, np.ndarray]:
    """Everything that is told of each period under one limit, by name."""
    counts = cube.tallies[settings.every]
    account = flows_under_limit(counts, segment, place)
    found: dict[str, np.ndarray] = {str(name): account[name].to_numpy() for name in account}
    found["broken"] = found["kept"] - found["continuous"]
    if cube.regulars:
        moves = moves_under_limit(counts, segment, place, int(settings.regular or cube.regulars[0]))
        stages = {stage: sum(n for name, n in moves.items() if name.split()[1] == stage) for stage in STANDING[1:]}
        found |= {**moves, **{stage: np.asarray(n) for stage, n in stages.items()}}
    return found


def _hidden(flows: Sequence[Flows], least: int) -> np.ndarray:
    """The periods in which a flow, or its difference between two limits, tells of few."""
    few = _few(flows, [name for name in flows[0] if name not in STANDING], least)
    stocks = _few(flows, [name for name in STANDING if name in flows[0]], least)
    hidden: np.ndarray = few | stocks | np.concatenate([[False], stocks[:-1]])  # an end is the start of the next
    return hidden


def _few(flows: Sequence[Flows], names: list[str], least: int) -> np.ndarray:
    table = np.array([[one[name] for name in names] for one in flows])  # limit × flow × period
    apart = np.abs(table[:, None] - table[None, :])
    found: np.ndarray = small(table, least).any(axis=(0, 1)) | small(apart, least).any(axis=(0, 1, 2))
    return found


def _segments(cube: ListCube, settings: ListSettings, kept: list[int], hidden: np.ndarray, least: int) -> list[int]:
    """The places of the segments of the columns that can be told of; a column is told of whole or not at all."""
    columns: dict[str, list[int]] = {}
    for number, segment in enumerate(cube.segments, start=1):
        columns.setdefault(segment.by, []).append(number)
    free = []
    for places in columns.values():
        if small(np.array([cube.segments[one - 1].customers for one in places]), least).any():
            continue
        looks = [_hidden([_flows(cube, settings, one, place) for place in kept], least) for one in places]
        if not (np.any(looks, axis=0) & ~hidden).any():
            free += places
    return free


def _thinned(
    cube: ListCube, settings: ListSettings, kept: list[int], segments: list[int], gone: Mapping[str, np.ndarray]
) -> ListCube:
    """The cube with some limits and segments; of a period that is withheld only the stocks stay, where they may."""
    number = int(settings.regular or cube.regulars[0]) if cube.regulars else 0
    names = [*ACCOUNT, *(named(name, number) for name in REGULARS if cube.regulars)]
    starts = [0, *(place + 1 for place in kept)]
    tallies = {}
    for name in names:
        whole = cube.tallies[settings.every][name][segments]
        bins = np.concatenate([whole, np.zeros((*whole.shape[:2], 1), dtype=whole.dtype)], axis=2)
        merged = np.add.reduceat(bins, starts, axis=2)
        blank = gone["stocks" if name in (THERE, named(LONG_AFTER, number)) else "flows"]
        tallies[name] = np.where(blank[None, :, None], 0, merged)
    if OPENING in cube.tallies[settings.every]:
        tallies[OPENING] = np.where(gone["flows"][0], 0, cube.tallies[settings.every][OPENING][segments])
    return replace(
        cube, everies=(settings.every,), silences=tuple(cube.silences[place] for place in kept), natural=None,
        segments=tuple(cube.segments[one - 1] for one in segments[1:]),
        regulars=(number,) if cube.regulars else (),
        tallies={settings.every: tallies},
    )  # fmt: skip
