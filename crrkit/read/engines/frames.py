"""Rows in memory as Arrow tables for the engine: data frames, DuckDB relations, records, Arrow readers and datasets.

DuckDB reads Arrow without a copy. Python objects and categories are converted to Arrow text once, when they are read,
because the engine is two to four times slower on them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeGuard

import pyarrow as pa

from crrkit.ground import SourceError, described, told as _
from crrkit.read.disk import quoted
from crrkit.read.engines.connections import Rows
from crrkit.read.engines.fetching import BATCH, NO_ARROW, arrow_of, in_one_type, printed

if TYPE_CHECKING:
    import pandas as pd


def is_pandas(source: object) -> TypeGuard[pd.DataFrame]:
    """Return whether the source is a pandas frame; pandas is not imported for one that cannot be."""
    return "pandas" in sys.modules and isinstance(source, sys.modules["pandas"].DataFrame)


def is_ibis(source: object) -> bool:
    """Return whether the source is an Ibis table of any backend."""
    return hasattr(source, "get_backend") and hasattr(source, "group_by")


def column_names(source: Any) -> list[str]:
    """Return the column names of a data frame of any known library."""
    if is_pandas(source):
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
    if is_pandas(source):
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
    import pandas as pd

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


def find(source: Any) -> Rows | None:
    """Return the rows of records, a dict of columns, or an Arrow reader or dataset; None for any other source."""
    if isinstance(source, Mapping):
        return _of_table(_from_columns(source))
    if isinstance(source, pa.RecordBatchReader):
        return _of_reader(source)
    if isinstance(source, list | tuple | Iterator) and not hasattr(source, "read"):
        return _of_table(_from_records(source))
    if type(source).__module__.startswith("pyarrow") and hasattr(source, "scanner"):
        fetch, sample = lambda columns: source.scanner(columns).to_reader(), partial(_first_of, source)
        return Rows("pyarrow", source.schema.names, None, fetch, source, sample=sample)
    if type(source).__module__.startswith("pyarrow") and hasattr(source, "to_reader") and not hasattr(source, "schema"):
        return _of_reader(source.to_reader())
    return None


def is_read_once(source: Any) -> bool:
    """Return whether the rows can be read only once."""
    return isinstance(source, Iterator | pa.RecordBatchReader)


def _first_of(source: Any, columns: Sequence[str], most: int, *, distinct: bool) -> pa.Table:
    return source.head(0 if distinct else most, columns=columns)  # a dataset has no distinct values


def _of_table(table: pa.Table) -> Rows:
    return Rows(_("records"), table.column_names, None, table.select, table)


def _of_reader(reader: pa.RecordBatchReader) -> Rows:
    def fetch(columns: Sequence[str]) -> pa.RecordBatchReader:
        wanted = [reader.schema.get_field_index(name) for name in columns]
        schema = pa.schema([reader.schema.field(place) for place in wanted])
        return pa.RecordBatchReader.from_batches(schema, (batch.select(wanted) for batch in reader))

    return Rows("pyarrow", reader.schema.names, None, fetch, reader)


def _from_columns(columns: Mapping[Any, Any]) -> pa.Table:
    """Convert a dict of columns of equal length to a table."""
    lists = {
        str(name): list(values)
        for name, values in columns.items()
        if isinstance(values, Iterable) and not isinstance(values, str | bytes | Mapping)
    }
    if len(lists) < len(columns) or len({len(values) for values in lists.values()}) != 1:
        message = _("A dict is read as columns: each value must be a list, and all must be of one length.")
        raise SourceError(message, argument="source")
    return pa.table({name: arrow_of(values) for name, values in lists.items()})


def _from_records(records: Iterable[Any]) -> pa.Table:
    """Convert dicts, one per row, to a table; missing fields are null."""
    rows = iter(records)
    parts: list[tuple[int, dict[str, pa.Array]]] = []
    while batch := list(islice(rows, BATCH)):
        other = next((row for row in batch if not isinstance(row, Mapping)), None)
        if other is not None:
            message = _(
                "Records are read as dicts, one a row; here is {given}. Else give pandas.DataFrame(rows, columns=[…])."
            )
            raise SourceError(message.format(given=described(other)), argument="source")
        names = list(dict.fromkeys(chain.from_iterable(batch)))
        parts.append((len(batch), {str(name): arrow_of([row.get(name) for row in batch]) for name in names}))
    if not parts:
        raise SourceError(_("There are no records. At least one row is needed."), argument="source")
    columns = dict.fromkeys(chain.from_iterable(part for _n, part in parts))
    whole = {name: in_one_type([part.get(name, pa.nulls(n)) for n, part in parts]) for name in columns}
    return pa.table(whole)
