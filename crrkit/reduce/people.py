"""Who is in a list: how many customers, and whether a word is one of their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import ibis.expr.types as ir

IDS = ("customer", "contract")


def customer_count(rows: ir.Table) -> ir.Table:
    """``customers``: how many have a row."""
    return rows.agg(customers=rows["customer"].nunique())


def ids(rows: ir.Table, *, name: str) -> ir.Table:
    """``customer``: each customer's or contract's id once, as text."""
    return rows.select(customer=rows[name].cast("string")).distinct()


def ids_among(tables: Iterable[ir.Table], *, words: Iterable[str]) -> list[str]:
    """Which of the words, in small letters, are ids of customers or contracts, in any case; in their order."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(sorted(words), pa.string())
    found: set[str] = set()
    for table, name in [(table, name) for table in tables for name in IDS if name in table.columns]:
        column = pc.utf8_lower(ids(table, name=name).to_pyarrow()["customer"].cast(pa.string()))
        found.update(column.filter(pc.is_in(column, value_set=wanted)).to_pylist())
    return sorted(found)
