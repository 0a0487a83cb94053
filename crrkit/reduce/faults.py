"""What engines say when they cannot go on, told apart from mistakes of our own."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, NamedTuple

from crrkit.ground import SourceError, format_number, gettext as _
from crrkit.reduce.running import apart

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import ibis.expr.types as ir

ENGINES = frozenset({
    "duckdb", "_duckdb", "ibis", "psycopg", "psycopg2", "pyarrow", "polars", "sqlalchemy", "sqlite3", "pyspark",
})  # fmt: skip


class _Counted(NamedTuple):
    """Rows of a database as they were read."""

    name: str
    known: ir.Table
    rows: int


_watched: dict[int, dict[Path, tuple[int, int]]] = {}  # by identity: engines of Ibis may be equal and not the same
_counted: dict[int, dict[object, _Counted]] = {}


def watch(engine: object, paths: Iterable[Path]) -> None:
    """Remember how files stand from which an engine reads again and again."""
    _watched[id(engine)] = {path: _state(path) for path in paths}
    weakref.finalize(engine, _watched.pop, id(engine), None)


def changed(engine: object) -> Path | None:
    """A file that is another than when it was read first; None when all are as they were."""
    return next((path for path, state in _watched.get(id(engine), {}).items() if _state(path) != state), None)


def watch_rows(table: ir.Table, *, name: str, known: ir.Table | None, rows: int) -> None:
    """Remember how many rows a table had whose owner may write into it while it is counted.

    Args:
        table: What the measures count.
        name: What to call its source.
        known: Those of its rows that there were when it was read, and no later ones: a list may grow at its end. None
            where there were none: then nothing is asked.
        rows: How many.
    """
    engine = table.get_backend()
    if known is None:
        _counted.get(id(engine), {}).pop(table.op(), None)
        return
    if id(engine) not in _counted:
        weakref.finalize(engine, _counted.pop, id(engine), None)
    _counted.setdefault(id(engine), {})[table.op()] = _Counted(name, known, rows)


def refuse_other_rows(reduction: ir.Table) -> None:
    """Refuse to count rows of a database of which some have gone, or come, since they were read.

    A row that was only written over is not noticed: that would take a second reading of all.

    Raises:
        SourceError: If there are more or fewer than then.
    """
    counted = _counted.get(id(reduction.get_backend()), {})
    for op in reduction.op().find(counted.__contains__) if counted else ():
        name, known, rows = counted[op]
        now = int(apart(known.get_backend(), known.count().execute))
        if now != rows:
            message = _("{name} has changed since it was read: it had {was} rows to count, now {now}. Read it again.")
            told = message.format(name=name, was=format_number(rows), now=format_number(now))
            raise SourceError(told, argument="source")


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, -1
    return found.st_mtime_ns, found.st_size


def is_of_an_engine(error: BaseException) -> bool:
    """Whether an engine, or the library that leads to it, raised the error."""
    return any(kind.__module__.partition(".")[0] in ENGINES for kind in type(error).__mro__)


def in_short(error: BaseException) -> str:
    """What an error says, in one line."""
    return (str(error) or type(error).__name__).strip().splitlines()[0].rstrip(".:")


def is_out_of_room(error: BaseException) -> bool:
    """Whether memory, or the disk for what does not fit in it, was not enough."""
    return type(error).__name__ == "OutOfMemoryException" or "No space left" in str(error)


_modest: set[int] = set()  # by identity, as above


def may_grow(engine: object) -> None:
    """Say that an engine takes less memory than it may, and that nobody asked it to."""
    _modest.add(id(engine))
    weakref.finalize(engine, _modest.discard, id(engine))


def has_grown(engine: Any) -> bool:
    """Give a modest engine the memory of the machine, for not all that is counted can wait on the disk."""
    if id(engine) not in _modest:
        return False
    _modest.discard(id(engine))
    engine.con.execute("RESET memory_limit").fetchall()
    return True


def no_room(broken: BaseException) -> SourceError:
    """What to say then, whatever was being read or counted."""
    message = _(
        "There is not enough memory, or room on the disk, to count these rows: the engine says “{why}”. Allow more by"
        " CRRKIT_MEMORY=…, or name a folder on a larger disk by TMPDIR=…."
    )
    return SourceError(message.format(why=in_short(broken)), argument="source")
