"""Interruptible queries: the engine runs in a worker thread while the main thread waits for signals."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, TypeVar

import ibis

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis.expr.types as ir
    import pandas as pd
    import pyarrow as pa

SIGNAL_POLL_SECONDS = 0.05

Result = TypeVar("Result")


def run(reduction: ir.Table, *, first: Sequence[Callable[[], None]] = ()) -> pd.DataFrame:
    """Return the result of a reduction; Ctrl-C interrupts the query at once.

    Args:
        reduction: The reduction.
        first: What fills the tables that it reads. The reduction is compiled meanwhile.
    """
    engine: Any = reduction.get_backend()
    filled = threading.Event()

    def computed() -> pd.DataFrame:
        for fill in first:
            fill()
        filled.set()
        result: pd.DataFrame = reduction.to_pandas()
        return result

    def compile_ahead() -> None:
        if not filled.is_set():  # else it is being compiled
            engine.compile_ahead(reduction)

    return run_interruptible(engine, computed, meanwhile=compile_ahead if first else None)


def cached(reduction: ir.Table) -> ir.Table:
    """Run a reduction that several others use once, and cache it in the engine while it is referenced.

    Engines other than the in-process DuckDB are only read from: the result is fetched into memory instead.
    """
    return reduction.cache() if reduction.get_backend().name == "duckdb" else ibis.memtable(reduction.to_pyarrow())


def arrow_of(reduction: ir.Table) -> pa.Table:
    """Return the result of a small query as an Arrow table, for DuckDB without pandas, which Ibis would import."""
    engine: Any = reduction.get_backend()
    if engine.name != "duckdb":
        return reduction.to_pyarrow()
    table: pa.Table = engine.con.sql(engine.compile(reduction)).to_arrow_table()
    return table.cast(reduction.schema().to_pyarrow())


def run_interruptible(
    engine: Any, work: Callable[[], Result], *, meanwhile: Callable[[], None] | None = None
) -> Result:
    """Return the result of ``work``; Ctrl-C interrupts its query at once, although DuckDB itself ignores signals.

    Args:
        engine: An Ibis backend or a DuckDB connection.
        work: A function that queries the engine. Called in the current thread if this is not the main thread or the
            engine handles signals itself.
        meanwhile: A function to call while the engine works; not called in the case above.
    """
    con = getattr(engine, "con", engine)
    is_interruptible = hasattr(con, "interrupt") and getattr(engine, "name", "duckdb") == "duckdb"
    if not is_interruptible or threading.current_thread() is not threading.main_thread():
        return work()
    with ThreadPoolExecutor(1) as worker:
        running = worker.submit(work)
        try:
            import pandas  # noqa: F401, ICN001 - results need it: imported while the engine counts for the first time

            if meanwhile is not None:
                meanwhile()
            while not running.done():  # a signal delivered to another thread is handled between two waits
                wait([running], timeout=SIGNAL_POLL_SECONDS)
            return running.result()
        except BaseException:  # including KeyboardInterrupt and SystemExit
            while not running.done():  # repeated: an interrupt before the query has begun is lost
                con.interrupt()
                wait([running], timeout=SIGNAL_POLL_SECONDS)
            raise
