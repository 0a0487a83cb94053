"""What engines say when they cannot go on, told apart from mistakes of our own."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from crrkit.ground import SourceError, gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ENGINES = frozenset({
    "duckdb", "_duckdb", "ibis", "psycopg", "psycopg2", "pyarrow", "polars", "sqlalchemy", "sqlite3", "pyspark",
})  # fmt: skip

_watched: dict[int, dict[Path, tuple[int, int]]] = {}  # by identity: engines of Ibis may be equal and not the same


def watch(engine: object, paths: Iterable[Path]) -> None:
    """Remember how files stand from which an engine reads again and again."""
    _watched[id(engine)] = {path: _state(path) for path in paths}
    weakref.finalize(engine, _watched.pop, id(engine), None)


def changed(engine: object) -> Path | None:
    """A file that is another than when it was read first; None when all are as they were."""
    return next((path for path, state in _watched.get(id(engine), {}).items() if _state(path) != state), None)


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


def no_room(broken: BaseException) -> SourceError:
    """What to say then, whatever was being read or counted."""
    message = _(
        "There is not enough memory, or room on the disk, to count these rows: the engine says “{why}”. Allow more by"
        " CRRKIT_MEMORY=…, or name a folder on a larger disk by TMPDIR=…."
    )
    return SourceError(message.format(why=in_short(broken)), argument="source")
