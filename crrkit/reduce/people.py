"""Who is in a list: how many customers, and whether a word is one of their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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


def keys_among(tables: Iterable[ir.Table], *, keys: Iterable[str]) -> list[str]:
    """Which of the keys are those of customers or contracts: letters and digits alone, small, of one normal form."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(sorted(keys), pa.string())
    found: set[str] = set()
    for column in _written_alike(tables):
        own = pc.replace_substring_regex(column, r"[^\p{L}\p{N}]+", "")
        found.update(own.filter(pc.is_in(own, value_set=wanted)).to_pylist())
    return sorted(found)


def words_among(tables: Iterable[ir.Table], *, words: Iterable[str], fewer_than: int) -> list[str]:
    """Which of the words are parts of ids, of so few, and of less than half of all, that they tell of somebody."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(sorted(words), pa.string())
    found: set[str] = set()
    for column in _written_alike(tables):
        own = pc.list_flatten(pc.split_pattern_regex(column, r"[^\p{L}\p{N}]+"))
        counts = own.filter(pc.is_in(own, value_set=wanted)).value_counts().to_pylist()
        most = min(fewer_than, max(2, len(column) / 2))
        found.update(one["values"] for one in counts if one["counts"] < most)
    return sorted(found)


def _written_alike(tables: Iterable[ir.Table]) -> Iterator[Any]:
    """The ids of each table in small letters of one normal form."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for table, name in [(table, name) for table in tables for name in IDS if name in table.columns]:
        column = ids(table, name=name).to_pyarrow()["customer"].cast(pa.string())
        alike = pc.utf8_lower(pc.utf8_normalize(column, form="NFKC"))
        yield pc.replace_substring(alike, "ё", "е")
