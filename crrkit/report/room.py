"""How much room a withheld cell has left: cells of which the sum is printed, each between bounds of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Cell:
    """A cell of a printed sum.

    Attributes:
        value: What it really is.
        low: The least that what is printed elsewhere allows.
        high: The most.
        hidden: Whether it is withheld.
        may_hide: Whether it can be.
        counts: Whether it has to have room; what goes along for the sake of another, and a remainder, needs none.
    """

    value: float
    low: float = 0.0
    high: float = float("inf")
    hidden: bool = False
    may_hide: bool = True
    counts: bool = True

    @property
    def slack(self) -> float:
        """Between which bounds it lies by itself."""
        return self.high - self.low


def rooms(cells: list[Cell]) -> list[float]:
    """The room of each hidden cell that counts, when the sum of all is known."""
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


def is_roomy(cells: list[Cell], least: float) -> bool:
    """Whether no hidden cell is known better than to ``least`` customers."""
    return all(room >= least for room in rooms(cells))


def next_to_hide(cells: list[Cell], least: float) -> Cell | None:
    """The cell to be hidden next: the smallest that has room enough by itself, else the one with the most room."""
    free = [cell for cell in cells if not cell.hidden and cell.may_hide]
    if not free:
        return None
    enough = [cell for cell in free if min(cell.slack, cell.value - cell.low) >= least]
    if enough:
        return min(enough, key=lambda cell: cell.value)
    return max(free, key=lambda cell: min(cell.slack, cell.value - cell.low))
