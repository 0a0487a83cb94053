"""Interruptible queries: the engine runs in a worker thread while the main thread waits for signals."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis.expr.types as ir
    import pandas as pd
    import pyarrow as pa

HEARD_WITHIN = 0.05  # seconds

Found = TypeVar("Found")


def run(reduction: ir.Table, *, first: Sequence[Callable[[], None]] = ()) -> pd.DataFrame:
    """Return the result of a reduction; Ctrl-C interrupts the query at once.

    Args:
        reduction: The reduction.
        first: What fills the tables that it reads. The reduction is compiled meanwhile.
    """
    engine: Any = reduction.get_backend()

    def counted() -> pd.DataFrame:
        for fill in first:
            fill()
        found: pd.DataFrame = reduction.to_pandas()
        return found

    return apart(engine, counted, meanwhile=partial(engine.compile_ahead, reduction) if first else None)


def arrow_of(reduction: ir.Table) -> pa.Table:
    """Return the result of a small query as an Arrow table, for DuckDB without pandas, which Ibis would import."""
    engine: Any = reduction.get_backend()
    if engine.name != "duckdb":
        return reduction.to_pyarrow()
    found: pa.Table = engine.con.sql(engine.compile(reduction)).to_arrow_table()
    return found.cast(reduction.schema().to_pyarrow())


def apart(engine: Any, work: Callable[[], Found], *, meanwhile: Callable[[], None] | None = None) -> Found:
    """Return the result of ``work``; Ctrl-C interrupts its query at once, although DuckDB itself ignores signals.

    Args:
        engine: An Ibis backend or a DuckDB connection.
        work: A function that queries the engine. Called in the current thread if this is not the main thread or the
            engine handles signals itself.
        meanwhile: A function to call while the engine works; not called in the case above.
    """
    con = getattr(engine, "con", engine)
    ours = hasattr(con, "interrupt") and getattr(engine, "name", "duckdb") == "duckdb"
    if not ours or threading.current_thread() is not threading.main_thread():
        return work()
    with ThreadPoolExecutor(1) as counting:
        counted = counting.submit(work)
        try:
            import pandas  # noqa: F401, ICN001 - results need it: imported while the engine counts for the first time

            if meanwhile is not None:
                meanwhile()
            while not counted.done():  # a signal delivered to another thread is handled between two waits
                wait([counted], timeout=HEARD_WITHIN)
            return counted.result()
        except BaseException:  # including KeyboardInterrupt and SystemExit
            while not counted.done():  # repeated: an interrupt before the query has begun is lost
                con.interrupt()
                wait([counted], timeout=HEARD_WITHIN)
            raise
