"""Parallel scans of ordered tables: the table is split into ranges of whole customers, one per thread."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import ibis
from ibis.expr.operations import Aggregate, DatabaseTable, RowID

from crrkit.reduce.ordered import beneath, in_order
from crrkit.reduce.sharing import part_in

if TYPE_CHECKING:
    import ibis.expr.types as ir

WORTH_PARTS = 1_000_000  # rows
MOST_PARTS = 4  # planning time grows with each part


def in_parts(reduction: ir.Table) -> ir.Table:
    """Return the reduction with each aggregation over a long ordered table rewritten over the union of its parts.

    An engine evaluates window functions without partition in a single thread. Since all rows of a customer are in one
    part, aggregating the union of the parts gives the same result as aggregating the whole table.
    """
    counted = {node.parent: beneath(node.parent) for node in reduction.op().find(Aggregate)}
    ordered = {table for table in counted.values() if isinstance(table, DatabaseTable) and part_in(table) is in_order}
    parts = {table: _parts(table) for table in ordered}
    found = {rows: _of_parts(rows, table, parts[table]) for rows, table in counted.items() if parts.get(table)}
    whole: ir.Table = reduction.op().replace(found).to_expr() if found else reduction
    return whole


def _of_parts(rows: Any, table: DatabaseTable, parts: list[ir.Table]) -> Any:
    return ibis.union(*[rows.replace({table: part.op()}).to_expr() for part in parts]).op()


def _parts(table: DatabaseTable) -> list[ir.Table]:
    """Split the table into parts of about equal size, one per thread; an empty list if it is short."""
    whole, con = table.to_expr(), table.source.con
    rows = con.execute(f"SELECT count(*) FROM {table.name}").fetchall()[0][0]  # noqa: S608 - our own table name
    threads = con.execute("SELECT current_setting('threads')").fetchall()[0][0]
    number = min(int(threads), MOST_PARTS) if rows >= WORTH_PARTS else 1
    if number == 1:
        return []
    place = RowID(table).to_expr()
    cuts = sorted({0, rows, *(_first_of(con, table.name, rows * n // number) for n in range(1, number))})
    return [whole.filter(place >= begin, place < end) for begin, end in pairwise(cuts)]


def _first_of(con: Any, name: str, place: int) -> int:
    """Return the position of the first row of the customer whose row is at a position."""
    customer = f"SELECT customer FROM {name} WHERE rowid = {place}"  # noqa: S608 - our own table name and a number
    found: int = con.execute(f"SELECT min(rowid) FROM {name} WHERE customer = ({customer})").fetchall()[0][0]  # noqa: S608 - as above
    return found
