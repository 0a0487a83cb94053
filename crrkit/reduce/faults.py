"""What engines say when they cannot go on, told apart from mistakes of our own."""

from __future__ import annotations

ENGINES = frozenset({
    "duckdb", "_duckdb", "ibis", "psycopg", "psycopg2", "pyarrow", "polars", "sqlalchemy", "sqlite3", "pyspark",
})  # fmt: skip


def is_of_an_engine(error: BaseException) -> bool:
    """Whether an engine, or the library that leads to it, raised the error."""
    return any(kind.__module__.partition(".")[0] in ENGINES for kind in type(error).__mro__)


def in_short(error: BaseException) -> str:
    """What an error says, in one line."""
    return (str(error) or type(error).__name__).strip().splitlines()[0].rstrip(".:")
