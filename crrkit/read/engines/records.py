"""Rows as Python or Arrow objects: records, columns in a dict, Arrow readers and datasets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

import pyarrow as pa

from crrkit.ground import SourceError, described, told as _
from crrkit.read.engines.connections import Rows
from crrkit.read.engines.fetching import BATCH, arrow_of, in_one_type

ONE_SHOT = (Iterator, pa.RecordBatchReader)


def find(source: Any) -> Rows | None:
    """Return the rows of such a source; None for files, data frames and databases."""
    if isinstance(source, Mapping):
        return _of_table(_from_columns(source))
    if isinstance(source, pa.RecordBatchReader):
        return _of_reader(source)
    if isinstance(source, list | tuple | Iterator) and not hasattr(source, "read"):
        return _of_table(_from_records(source))
    if type(source).__module__.startswith("pyarrow") and hasattr(source, "scanner"):
        return Rows("pyarrow", source.schema.names, None, lambda columns: source.scanner(columns).to_reader(), source)
    if type(source).__module__.startswith("pyarrow") and hasattr(source, "to_reader") and not hasattr(source, "schema"):
        return _of_reader(source.to_reader())
    return None


def is_read_once(source: Any) -> bool:
    """Return whether the rows can be read only once."""
    return isinstance(source, ONE_SHOT)


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
    lists = {str(name): list(values) for name, values in columns.items() if _is_column(values)}
    if len(lists) < len(columns) or len({len(values) for values in lists.values()}) != 1:
        message = _("A dict is read as columns: each value must be a list, and all must be of one length.")
        raise SourceError(message, argument="source")
    return pa.table({name: arrow_of(values) for name, values in lists.items()})


def _is_column(values: Any) -> bool:
    return isinstance(values, Iterable) and not isinstance(values, str | bytes | Mapping)


def _from_records(records: Iterable[Any]) -> pa.Table:
    """Convert dicts, one per row, to a table; missing fields are null."""
    rows = iter(records)
    parts: list[tuple[int, dict[str, pa.Array]]] = []
    while batch := list(islice(rows, BATCH)):
        stranger = next((row for row in batch if not isinstance(row, Mapping)), None)
        if stranger is not None:
            message = _(
                "Records are read as dicts, one a row; here is {given}. Else give pandas.DataFrame(rows, columns=[…])."
            )
            raise SourceError(message.format(given=described(stranger)), argument="source")
        names = list(dict.fromkeys(chain.from_iterable(batch)))
        parts.append((len(batch), {str(name): arrow_of([row.get(name) for row in batch]) for name in names}))
    if not parts:
        raise SourceError(_("There are no records. At least one row is needed."), argument="source")
    columns = dict.fromkeys(chain.from_iterable(part for _n, part in parts))
    whole = {name: in_one_type([part.get(name, pa.nulls(n)) for n, part in parts]) for name in columns}
    return pa.table(whole)
