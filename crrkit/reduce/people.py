"""The customers of a list: their number, the ids behind a count, and whether a word is one of the ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    import ibis.expr.types as ir

IDS = ("customer", "contract")


def customer_count(rows: ir.Table) -> ir.Table:
    """Return ``customers``: the number of distinct customers."""
    return rows.agg(customers=rows["customer"].nunique())


def who_was_there(units: ir.Table, *, begin: datetime, until: datetime) -> ir.Table:
    """Return ``customer, first, start, end``: first start, and whether a customer just before each of two moments."""
    begun, over = (ibis.literal(moment, type="timestamp") for moment in (begin, until))
    at = {
        name: ((units["start"] < moment) & (units["end"] >= moment)).any()
        for name, moment in (("start", begun), ("end", over))
    }
    people = units.group_by("customer").agg(first=units["start"].min(), **at)
    return people.filter(people["first"] < over)


def who_bought(orders: ir.Table, *, as_of: datetime, before: datetime, begin: datetime, until: datetime) -> ir.Table:
    """Return ``customer, first, start, end``: first purchase, whether they bought in the period before, and in it."""
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
    """Return ``customer, first`` of the people in one flow or stock of a period.

    Args:
        people: The result of `who_was_there` or `who_bought`, with segments.
        what: ``start kept lost new returned`` or ``end``.
        begin: The start of the period.
        first: Limits of ``first``, the upper one exclusive; None for no limits.
        where: The required value of each segment column.
    """
    start, end, old = people["start"], people["end"], people["first"] < ibis.literal(begin, type="timestamp")
    condition = {
        "start": start, "kept": start & end, "lost": start & ~end, "new": end & ~start & ~old,
        "returned": end & ~start & old, "end": end,
    }[what]  # fmt: skip
    if first is not None:
        since, until = (ibis.literal(moment, type="timestamp") for moment in first)
        condition &= (people["first"] >= since) & (people["first"] < until)
    for name, value in where.items():
        condition &= people[name] == value
    return people.filter(condition).select("customer", "first")


def ids(rows: ir.Table, *, name: str) -> ir.Table:
    """Return ``customer``: the distinct ids of customers or contracts, as text."""
    return rows.select(customer=rows[name].cast("string")).distinct()


def ids_among(tables: Iterable[ir.Table], *, words: Iterable[str]) -> list[str]:
    """Return those of the lower-case words that are ids of customers or contracts, ignoring case; sorted."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(sorted(words), pa.string())
    found: set[str] = set()
    for table, name in [(table, name) for table in tables for name in IDS if name in table.columns]:
        column = pc.utf8_lower(ids(table, name=name).to_pyarrow()["customer"].cast(pa.string()))
        found.update(column.filter(pc.is_in(column, value_set=wanted)).to_pylist())
    return sorted(found)


def keys_among(tables: Iterable[ir.Table], *, keys: Iterable[str]) -> list[str]:
    """Return those of the keys that match an id reduced to its letters and digits in lower case and NFKC; sorted."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(sorted(keys), pa.string())
    found: set[str] = set()
    for column in _normalised_ids(tables):
        texts = pc.replace_substring_regex(column, r"[^\p{L}\p{N}]+", "")
        found.update(texts.filter(pc.is_in(texts, value_set=wanted)).to_pylist())
    return sorted(found)


def words_among(tables: Iterable[ir.Table], *, words: Iterable[str], fewer_than: int) -> list[str]:
    """Return those of the words that occur in so few ids that they may identify a person; sorted.

    That is, fewer than ``min(fewer_than, max(2, n / 2))`` times in a column of ``n`` ids.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(sorted(words), pa.string())
    found: set[str] = set()
    for column in _normalised_ids(tables):
        parts = pc.list_flatten(pc.split_pattern_regex(column, r"[^\p{L}\p{N}]+"))
        counts = parts.filter(pc.is_in(parts, value_set=wanted)).value_counts().to_pylist()
        most = min(fewer_than, max(2, len(column) / 2))
        found.update(one["values"] for one in counts if one["counts"] < most)
    return sorted(found)


def _normalised_ids(tables: Iterable[ir.Table]) -> Iterator[Any]:
    """Yield the ids of each table in lower case and NFKC, with "ё" as "е"."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for table, name in [(table, name) for table in tables for name in IDS if name in table.columns]:
        column = ids(table, name=name).to_pyarrow()["customer"].cast(pa.string())
        lower = pc.utf8_lower(pc.utf8_normalize(column, form="NFKC"))
        yield pc.replace_substring(lower, "ё", "е")
