"""Data frames in memory, and DuckDB relations, as Arrow tables for the engine.

DuckDB reads Arrow without a copy. Python objects and categories are converted to Arrow text once, when they are read,
because the engine is two to four times slower on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from crrkit.ground import SourceError, described, told as _
from crrkit.read.disk import quoted
from crrkit.read.engines.fetching import NO_ARROW, printed

if TYPE_CHECKING:
    from collections.abc import Iterable


def is_ibis(source: object) -> bool:
    """Return whether the source is an Ibis table of any backend."""
    return hasattr(source, "get_backend") and hasattr(source, "group_by")


def column_names(source: Any) -> list[str]:
    """Return the column names of a data frame of any known library."""
    if isinstance(source, pd.DataFrame):
        return [str(column) for column in source.columns]
    if isinstance(source, pa.Table | pa.RecordBatch):
        return list(source.schema.names)
    if hasattr(source, "collect_schema"):  # polars, eager and lazy
        return list(source.collect_schema().names())
    if hasattr(source, "columns") and not hasattr(source, "made_by"):  # DuckDB, Ibis; no result
        return list(source.columns)
    message = _(
        "{given} is not a table that crrkit can read."
        " Give a path, a pandas, Polars or Arrow table, a DuckDB relation or an Ibis table."
    )
    raise SourceError(message.format(given=described(source)[:1].upper() + described(source)[1:]), argument="source")


def to_arrow(source: Any, columns: Iterable[str]) -> pa.Table:
    """Return the given columns of a data frame as an Arrow table."""
    wanted = list(dict.fromkeys(columns))
    if isinstance(source, pd.DataFrame):
        by_text = {str(column): column for column in source.columns}
        return pa.table({name: _arrow_column(source[by_text[name]]) for name in wanted})
    if isinstance(source, pa.Table | pa.RecordBatch):
        return pa.table(source.select(wanted))
    if hasattr(source, "collect_schema"):
        picked = source.select(wanted)
        arrow: pa.Table = (picked.collect() if hasattr(picked, "collect") else picked).to_arrow()
        return arrow
    relation: pa.Table = source.project(", ".join(map(quoted, wanted))).to_arrow_table()
    return relation


def _arrow_column(values: pd.Series) -> pa.Array | pa.ChunkedArray:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype if values.notna().all() else "object")
    if isinstance(values.dtype, pd.SparseDtype):
        values = pd.Series(values.to_numpy())
    if isinstance(values.dtype, pd.PeriodDtype):
        values = values.dt.start_time
    if values.dtype == "float16":
        values = values.astype("float32")
    try:
        return pa.array(values, from_pandas=True)
    except NO_ARROW:  # mixed types, complex or very long numbers: converted to text
        return pa.array([None if given else printed(value) for value, given in zip(values, values.isna(), strict=True)])
