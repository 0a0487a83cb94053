"""Work of an engine done so that it can be stopped: it counts in a thread of its own, and this one listens."""

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
    """The small frame; Ctrl-C ends the query at once."""
    return cast("pd.DataFrame", apart(reduction.get_backend(), reduction.to_pandas))


def apart(engine: Any, work: Callable[[], Found]) -> Found:
    """What the work finds; Ctrl-C ends the query at once: by itself DuckDB listens to no signal while it counts.

    Args:
        engine: An engine of Ibis, or a connection of DuckDB.
        work: What asks the engine. In this thread, where nobody could be interrupted or the engine listens itself.
    """
    con = getattr(engine, "con", engine)
    ours = hasattr(con, "interrupt") and getattr(engine, "name", "duckdb") == "duckdb"
    if not ours or threading.current_thread() is not threading.main_thread():
        return work()
    with ThreadPoolExecutor(1) as counting:
        counted = counting.submit(work)
        try:
            while not counted.done():  # a signal that another thread was given is heard between two waits
                wait([counted], timeout=HEARD_WITHIN)
            return counted.result()
        except BaseException:  # also the end that a signal asks for
            while not counted.done():  # an interrupt that comes before the query has begun is lost
                con.interrupt()
                wait([counted], timeout=HEARD_WITHIN)
            raise
