"""Chance and calendar for the sample data: seeded draws and clocks that run unevenly."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from math import log, prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SEED = 20250101


class Dice:
    """Draws from one fixed stream.

    Only ``random()`` of PCG64 is used and everything else is made from it by hand:
    numpy may change its other distributions between versions, and the files must not.
    """

    def __init__(self, stream: int) -> None:
        self._random = np.random.Generator(np.random.PCG64([SEED, stream])).random

    def share(self) -> float:
        """Give a number in [0, 1)."""
        return float(self._random())

    def chance(self, probability: float) -> bool:
        """Say yes with the given probability."""
        return self.share() < probability

    def whole(self, low: int, high: int) -> int:
        """Give a whole number, both ends included."""
        return low + int(self.share() * (high - low + 1))

    def wait(self, mean: float, *, shape: int = 1) -> float:
        """Give a waiting time: exponential, or more regular with a larger `shape` (Erlang)."""
        return -log(prod(1 - self.share() for _ in range(shape))) * mean / shape

    def pick(self, weights: Mapping[str, float]) -> str:
        """Choose a key in proportion to its weight."""
        steps = list(accumulate(weights.values()))
        return list(weights)[bisect_left(steps, self.share() * steps[-1])]

    def moment(self, day: date, opening: int, closing: int) -> datetime:
        """Give a second of the day between two full hours."""
        second = self.whole(opening * 3600, closing * 3600 - 1)
        return datetime.combine(day, time()) + timedelta(seconds=second)

    def shuffled(self, things: Sequence[str]) -> list[str]:
        """Give the things in a random order."""
        return sorted(things, key={thing: self.share() for thing in things}.__getitem__)


class Clock:
    """A calendar in which some days count for more than one: December, a price rise."""

    def __init__(self, first: date, until: date, pace: Callable[[date], float]) -> None:
        self._first = first
        days = (first + timedelta(days=d) for d in range((until - first).days))
        self._ticks = list(accumulate(map(pace, days)))

    @property
    def length(self) -> float:
        """Give all the ticks there are."""
        return self._ticks[-1]

    def after(self, day: date, ticks: float) -> date:
        """Give the day by which so many ticks have passed (`until` if there are not so many)."""
        reached = self._ticks[(day - self._first).days] + ticks
        return self._first + timedelta(days=bisect_left(self._ticks, reached))
