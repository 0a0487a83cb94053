"""Errors of engines, as opposed to errors in our own code, and sources that changed since they were read."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, NamedTuple

from crrkit.ground import SourceError, format_number, gettext as _
from crrkit.reduce.queries import run_interruptible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import ibis.expr.types as ir

ENGINES = frozenset({
    "duckdb", "_duckdb", "ibis", "psycopg", "psycopg2", "pyarrow", "polars", "sqlalchemy", "sqlite3", "pyspark",
})  # fmt: skip


class _Counted(NamedTuple):
    """A table of a database with its row count when it was read."""

    name: str
    known: ir.Table
    rows: int


_watched: dict[int, dict[Path, tuple[int, int]]] = {}  # by identity: engines of Ibis may be equal and not the same
_counted: dict[int, dict[object, _Counted]] = {}


def watch(engine: object, paths: Iterable[Path]) -> None:
    """Remember the modification time and size of files that an engine reads repeatedly."""
    _watched[id(engine)] = {path: _state(path) for path in paths}
    weakref.finalize(engine, _watched.pop, id(engine), None)


def changed_file(engine: object) -> Path | None:
    """Return a watched file that has changed since it was first read; None if none has."""
    return next((path for path, state in _watched.get(id(engine), {}).items() if _state(path) != state), None)


def watch_rows(table: ir.Table, *, name: str, known: ir.Table | None, rows: int) -> None:
    """Remember the row count of a table that others may write to while it is used.

    Args:
        table: The table that the measures aggregate.
        name: The name of its source, for the error message.
        known: Its rows up to the latest time when it was read, so that rows appended later do not count. None if there
            were no rows; the table is then not checked.
        rows: The number of ``known`` rows.
    """
    engine = table.get_backend()
    if known is None:
        _counted.get(id(engine), {}).pop(table.op(), None)
        return
    if id(engine) not in _counted:
        weakref.finalize(engine, _counted.pop, id(engine), None)
    _counted.setdefault(id(engine), {})[table.op()] = _Counted(name, known, rows)


def refuse_changed_rows(reduction: ir.Table) -> None:
    """Raise an error if the row count of a watched table has changed since it was read.

    Rows that were updated in place are not detected: that would require reading the whole table again.

    Raises:
        SourceError: If there are more or fewer rows.
    """
    counted = _counted.get(id(reduction.get_backend()), {})
    for op in reduction.op().find(counted.__contains__) if counted else ():
        name, known, rows = counted[op]
        now = int(run_interruptible(known.get_backend(), known.count().execute))
        if now != rows:
            message = _("{name} has changed since it was read: it had {was} rows to count, now {now}. Read it again.")
            text = message.format(name=name, was=format_number(rows), now=format_number(now))
            raise SourceError(text, argument="source")


def _state(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0, -1
    return stat.st_mtime_ns, stat.st_size


def is_of_an_engine(error: BaseException) -> bool:
    """Return whether an engine, or the library that drives it, raised the error."""
    return any(kind.__module__.partition(".")[0] in ENGINES for kind in type(error).__mro__)


def first_line_of(error: BaseException) -> str:
    """Return the first line of an error message."""
    return (str(error) or type(error).__name__).strip().splitlines()[0].rstrip(".:")


def is_out_of_space(error: BaseException) -> bool:
    """Return whether the engine ran out of memory or of disk space for spilling."""
    return type(error).__name__ == "OutOfMemoryException" or "No space left" in str(error)


_limited_by_default: set[int] = set()  # by identity, as above


def allow_growth(engine: object) -> None:
    """Mark an engine as limited to less memory than available by our own default, not by the user."""
    _limited_by_default.add(id(engine))
    weakref.finalize(engine, _limited_by_default.discard, id(engine))


def lift_memory_limit(engine: Any) -> bool:
    """Lift our memory limit, if any, and return whether there was one: not every operator can spill to disk."""
    if id(engine) not in _limited_by_default:
        return False
    _limited_by_default.discard(id(engine))
    engine.con.execute("RESET memory_limit").fetchall()
    return True


def out_of_space_error(broken: BaseException) -> SourceError:
    """Return the error to raise when memory or disk space ran out, in reading or in counting."""
    message = _(
        "There is not enough memory, or room on the disk, to count these rows: the engine says “{why}”. Allow more by"
        " CRRKIT_MEMORY=…, or name a folder on a larger disk by TMPDIR=…."
    )
    return SourceError(message.format(why=first_line_of(broken)), argument="source")
