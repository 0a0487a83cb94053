"""Rows without outliers and suspected duplicates, to compute what a rate would be if these were errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from crrkit.reduce.rows import collect

if TYPE_CHECKING:
    import ibis.expr.types as ir

RANK = "crrkit_rank"


def without_largest(table: ir.Table) -> ir.Table:
    """Return the rows without those with the largest amount."""
    return table.filter(table["amount"].isnull() | (table["amount"] < table["amount"].max()))


def without_most_frequent_customer(table: ir.Table) -> ir.Table:
    """Return the rows without those of the customer with the most rows; of a tie, the first id in sort order."""
    sizes = table.group_by("customer").agg(rows=lambda rows: rows.count())
    largest = sizes.order_by([ibis.desc("rows"), "customer"]).limit(1)
    return table.anti_join(largest, "customer")


def with_first_of_receipts(table: ir.Table) -> tuple[ir.Table, int]:
    """Drop rows of a receipt with another customer or day than its first; return the rest and the number dropped."""
    if "receipt" not in table.columns:
        return table, 0
    rank = ibis.dense_rank().over(group_by="receipt", order_by=[table["at"].date(), table["customer"]])
    rows = table.mutate(**{RANK: rank})
    later = rows["receipt"].notnull() & (rows[RANK] > 0)
    dropped = collect(rows.filter(later).aggregate(rows=lambda late: late.count()))
    return rows.filter(~later).drop(RANK), int(dropped["rows"].iloc[0])
