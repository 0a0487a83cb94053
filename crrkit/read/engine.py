"""The engine in this process, and rows brought into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

if TYPE_CHECKING:
    import ibis.expr.types as ir

RAW = "crrkit_raw"


def new_engine() -> Any:
    """A DuckDB of its own, on the clock of UTC."""
    con = ibis.duckdb.connect()
    con.con.execute("SET TimeZone = 'UTC'").fetchall()
    return con


def brought(engine: Any, rows: pa.RecordBatchReader | pa.Table) -> ir.Table:
    """The rows as a table of the engine, copied batch by batch; whoever gives them is asked in this thread."""
    _take(engine, rows.schema.empty_table(), f"CREATE OR REPLACE TABLE {RAW} AS")
    for batch in rows.to_batches() if isinstance(rows, pa.Table) else rows:
        _take(engine, pa.Table.from_batches([batch]), f"INSERT INTO {RAW}")
    return engine.table(RAW)


def _take(engine: Any, rows: pa.Table, into: str) -> None:
    engine.con.register("crrkit_passing", rows)
    engine.con.execute(f"{into} SELECT * FROM crrkit_passing").fetchall()  # noqa: S608 - names of our own, no value from outside
    engine.con.unregister("crrkit_passing")
