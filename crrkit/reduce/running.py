"""A reduction run so that it can be stopped: the engine counts in a thread of its own, and this one listens."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

HEARD_WITHIN = 0.05  # seconds


def run(reduction: ir.Table) -> pd.DataFrame:
    """The small frame; Ctrl-C ends the query at once: by itself DuckDB listens to no signal while it counts."""
    backend = reduction.get_backend()
    if backend.name != "duckdb" or threading.current_thread() is not threading.main_thread():
        return cast("pd.DataFrame", reduction.to_pandas())
    with ThreadPoolExecutor(1) as counting:
        counted = counting.submit(reduction.to_pandas)
        try:
            while not counted.done():  # a signal that another thread was given is heard between two waits
                wait([counted], timeout=HEARD_WITHIN)
            return cast("pd.DataFrame", counted.result())
        except BaseException:  # also the end that a signal asks for
            while not counted.done():  # an interrupt that comes before the query has begun is lost
                backend.con.interrupt()
                wait([counted], timeout=HEARD_WITHIN)
            raise
