"""Who is in a list: how many customers, who of them stands behind a count, and whether a word is one of their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    import ibis.expr.types as ir

IDS = ("customer", "contract")


def customer_count(rows: ir.Table) -> ir.Table:
    """``customers``: how many have a row."""
    return rows.agg(customers=rows["customer"].nunique())


def who_was_there(units: ir.Table, *, begin: datetime, until: datetime) -> ir.Table:
    """``customer, first, start, end``: who was there just before two moments, and who first came when."""
    begun, over = (ibis.literal(moment, type="timestamp") for moment in (begin, until))
    at = {
        name: ((units["start"] < moment) & (units["end"] >= moment)).any()
        for name, moment in (("start", begun), ("end", over))
    }
    people = units.group_by("customer").agg(first=units["start"].min(), **at)
    return people.filter(people["first"] < over)


def who_bought(orders: ir.Table, *, as_of: datetime, before: datetime, begin: datetime, until: datetime) -> ir.Table:
    """``customer, first, start, end``: who bought in the period before, and who did in a period."""
    seen = orders.filter(orders["at"] < as_of)
    moments = [ibis.literal(moment, type="timestamp") for moment in (before, begin, until)]
    at = {
        name: ((seen["at"] >= first) & (seen["at"] < last)).any()
        for name, first, last in (("start", *moments[:2]), ("end", *moments[1:]))
    }
    people = seen.group_by("customer").agg(first=seen["at"].min(), **at)
    return people.filter(people["first"] < moments[2])


def people_of(
    people: ir.Table,
    what: str,
    *,
    begin: datetime,
    first: tuple[datetime, datetime] | None,
    where: Mapping[str, str],
) -> ir.Table:
    """``customer, first`` of a flow or a stock of a period that begins at a moment.

    Args:
        people: As `who_was_there` gives them, with segments.
        what: ``start kept lost new returned`` or ``end``.
        begin: The beginning of the period.
        first: Between which moments they first came, the second not included; None for whenever.
        where: The value of each segment that is asked for.
    """
    start, end, old = people["start"], people["end"], people["first"] < ibis.literal(begin, type="timestamp")
    asked = {
        "start": start, "kept": start & end, "lost": start & ~end, "new": end & ~start & ~old,
        "returned": end & ~start & old, "end": end,
    }[what]  # fmt: skip
    if first is not None:
        since, until = (ibis.literal(moment, type="timestamp") for moment in first)
        asked &= (people["first"] >= since) & (people["first"] < until)
    for name, value in where.items():
        asked &= people[name] == value
    return people.filter(asked).select("customer", "first")


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
