"""Where rows may be: the in-process engine, databases, data frames in memory, records."""

from crrkit.read.engines import databases, frames
from crrkit.read.engines.connections import Rows, is_database, of_table
from crrkit.read.engines.databases import refusal
from crrkit.read.engines.engine import RAW, copied_to_engine, new_engine

__all__ = [
    "RAW", "Rows", "copied_to_engine", "databases", "frames", "is_database", "new_engine", "of_table", "refusal",
]  # fmt: skip
