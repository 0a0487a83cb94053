"""The possible values of a suppressed cell: their range, given a printed sum and bounds of each cell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Cell:
    """A cell in a printed sum.

    Attributes:
        value: Its true value.
        low: The least value consistent with what is printed elsewhere.
        high: The greatest such value.
        hidden: Whether it is suppressed.
        may_hide: Whether it can be suppressed.
        counts: Whether it needs a wide range; a cell suppressed only to protect another, or a remainder, does not.
    """

    value: float
    low: float = 0.0
    high: float = float("inf")
    hidden: bool = False
    may_hide: bool = True
    counts: bool = True

    @property
    def slack(self) -> float:
        """The range between its own bounds."""
        return self.high - self.low


def ranges(cells: list[Cell]) -> list[float]:
    """The width of the range of each suppressed cell that counts, given the sum of all."""
    hidden = [cell for cell in cells if cell.hidden]
    total = sum(cell.value for cell in hidden)
    low, high = sum(cell.low for cell in hidden), sum(cell.high for cell in hidden)
    return [
        min(cell.high, total - (low - cell.low)) - max(cell.low, total - _without(high, cell, hidden))
        for cell in hidden
        if cell.counts
    ]


def _without(high: float, cell: Cell, hidden: list[Cell]) -> float:
    if cell.high != float("inf"):
        return high - cell.high
    return sum(other.high for other in hidden if other is not cell)


def are_wide_enough(cells: list[Cell], least: float) -> bool:
    """Whether the range of every suppressed cell is at least ``least`` customers wide."""
    return all(width >= least for width in ranges(cells))


def next_to_suppress(cells: list[Cell], least: float) -> Cell | None:
    """The cell to suppress next: the smallest with a wide enough range of its own, otherwise the widest."""
    free = [cell for cell in cells if not cell.hidden and cell.may_hide]
    if not free:
        return None
    enough = [cell for cell in free if min(cell.slack, cell.value - cell.low) >= least]
    if enough:
        return min(enough, key=lambda cell: cell.value)
    return max(free, key=lambda cell: min(cell.slack, cell.value - cell.low))
