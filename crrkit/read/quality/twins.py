"""Rows that are equal in every column of their source, read or not, marked by an equal hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from crrkit.read.quality.doubts import TWIN

if TYPE_CHECKING:
    import pandas as pd
    from ibis.backends.duckdb import Backend

MOST_LOOKED_AT = 2_000_000  # rows: for more, comparing all columns takes longer than counting


def with_row_hashes(engine: Backend, name: str) -> dict[str, Any]:
    """Return attributes of `Opened` for a table of the engine with the hash of each row; none if it is very long."""
    rows = engine.con.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]  # noqa: S608 - a name of our own
    if rows > MOST_LOOKED_AT:
        return {"table": engine.table(name)}
    query = f"CREATE VIEW {name}_told AS SELECT *, hash(line) AS {TWIN} FROM {name} AS line"  # noqa: S608 - names of our own
    engine.con.execute(query).fetchall()
    return {"table": engine.table(f"{name}_told"), "has_twins": True}


def row_hashes(frame: pd.DataFrame) -> pa.Array | None:
    """Return the hash of each row of a pandas frame; None if its values are not hashable, or it is too long."""
    if len(frame) > MOST_LOOKED_AT:
        return None
    import pandas as pd

    try:
        return pa.array(pd.util.hash_pandas_object(frame, index=False).to_numpy())
    except (TypeError, ValueError, OverflowError):
        return None
