"""Interruptible queries: the engine runs in a worker thread while the main thread waits for signals."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir
    import pandas as pd

HEARD_WITHIN = 0.05  # seconds

Found = TypeVar("Found")


def run(reduction: ir.Table) -> pd.DataFrame:
    """Return the result of a reduction; Ctrl-C interrupts the query at once."""
    return cast("pd.DataFrame", apart(reduction.get_backend(), reduction.to_pandas))


def apart(engine: Any, work: Callable[[], Found]) -> Found:
    """Return the result of ``work``; Ctrl-C interrupts its query at once, although DuckDB itself ignores signals.

    Args:
        engine: An Ibis backend or a DuckDB connection.
        work: A function that queries the engine. Called in the current thread if this is not the main thread or the
            engine handles signals itself.
    """
    con = getattr(engine, "con", engine)
    ours = hasattr(con, "interrupt") and getattr(engine, "name", "duckdb") == "duckdb"
    if not ours or threading.current_thread() is not threading.main_thread():
        return work()
    with ThreadPoolExecutor(1) as counting:
        counted = counting.submit(work)
        try:
            import pandas  # noqa: F401, ICN001 - results need it: imported while the engine counts for the first time

            while not counted.done():  # a signal delivered to another thread is handled between two waits
                wait([counted], timeout=HEARD_WITHIN)
            return counted.result()
        except BaseException:  # including KeyboardInterrupt and SystemExit
            while not counted.done():  # repeated: an interrupt before the query has begun is lost
                con.interrupt()
                wait([counted], timeout=HEARD_WITHIN)
            raise
