"""The rows of a base in the form in which they are saved, with everything that measures compute from rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import ibis.expr.types as ir
    import pyarrow as pa

TEXTS = ("contract", "receipt", "kind")


def rows_to_save(rows: ir.Table, *, by: tuple[str, ...]) -> ir.Table:
    """Return the rows in normalised types, sorted by customer and time; lines of one receipt are summed to one row.

    Rows of one day are not summed: ages in days, windows and shifts to other time zones need the moments.
    """
    typed = rows.select(**{name: _typed(rows[name], name, by) for name in rows.columns})
    if {"receipt", "amount"} <= set(typed.columns) and "kind" not in typed.columns:
        typed = _by_receipt(typed)
    return typed.order_by("customer", "at")


def _typed(value: ir.Value, name: str, by: tuple[str, ...]) -> ir.Value:
    if name in TEXTS or name in by:
        return value.cast("string")
    if name == "customer":
        return value.cast("int64") if value.type().is_integer() else value.cast("string")
    return value.cast({"at": "timestamp(6)", "amount": "float64", "back": "boolean"}.get(name, value.type()))


def _by_receipt(rows: ir.Table) -> ir.Table:
    """Sum the lines of each receipt; lines without a receipt or without an amount remain as they are."""
    whole = rows["receipt"].notnull() & rows["amount"].notnull()
    keys = [name for name in rows.columns if name != "amount"]
    lines = rows.filter(whole)
    sums = lines.group_by(keys).agg(amount=lines["amount"].sum()).select(*rows.columns)
    return sums.union(rows.filter(~whole))


def union_of(parts: Sequence[ir.Table]) -> ir.Table:
    """Return the union of all parts; customer ids are text if they are text in any part."""
    if any(part["customer"].type().is_string() for part in parts):
        parts = [part.mutate(customer=part["customer"].cast("string")) for part in parts]
    names = parts[0].columns
    return ibis.union(*[part.select(*names) for part in parts]) if len(parts) > 1 else parts[0]


def first_moment(*tables: ir.Table) -> datetime:
    """Return the earliest time in the first table that has any row."""
    moments = (table.agg(first=table["at"].min()).to_pyarrow()["first"][0].as_py() for table in tables)
    first: datetime = next(moment for moment in moments if moment is not None)
    return first


def batches(rows: ir.Table, *, size: int) -> pa.RecordBatchReader:
    """Return the rows as a stream of batches of at most ``size`` rows, without loading all of them into memory."""
    backend = rows.get_backend()
    if backend.name != "duckdb":
        return rows.to_pyarrow_batches(chunk_size=size)
    relation = backend.con.sql(backend.compile(rows))  # Ibis calls a method that newer DuckDB versions have removed
    return relation.to_arrow_reader(size) if hasattr(relation, "to_arrow_reader") else relation.fetch_arrow_reader(size)
