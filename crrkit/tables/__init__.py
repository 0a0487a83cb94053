"""The door: any source becomes one table of the engine with fixed column names and a report on its rows."""

from crrkit.tables.guessing import Guess, guess
from crrkit.tables.intake import Canonical, read_contract_rows, read_event_rows, read_order_rows
from crrkit.tables.kinds import BUYING, KINDS, TOUCHES
from crrkit.tables.quality import REASONS, QualityReport
from crrkit.tables.text import Forms

__all__ = [
    "BUYING",
    "KINDS",
    "REASONS",
    "TOUCHES",
    "Canonical",
    "Forms",
    "Guess",
    "QualityReport",
    "guess",
    "read_contract_rows",
    "read_event_rows",
    "read_order_rows",
]
