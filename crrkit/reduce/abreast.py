"""Rows that are read in their order, read by several threads: each has the customers of a part of the table."""

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
MOST_PARTS = 4  # each is planned by itself


def in_parts(reduction: ir.Table) -> ir.Table:
    """The reduction with what is counted of a long table in order counted of its parts.

    What looks at the row before must see the rows one by one, and so an engine has one thread do it. A customer's rows
    are in one part, and what is grouped of all parts is what would be grouped of the whole.
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
    """The table in parts of about as many rows, one for each thread; none where it is short."""
    whole, con = table.to_expr(), table.source.con
    rows = con.execute(f"SELECT count(*) FROM {table.name}").fetchall()[0][0]  # noqa: S608 - a name of our own
    threads = con.execute("SELECT current_setting('threads')").fetchall()[0][0]
    number = min(int(threads), MOST_PARTS) if rows >= WORTH_PARTS else 1
    if number == 1:
        return []
    place = RowID(table).to_expr()
    cuts = sorted({0, rows, *(_first_of(con, table.name, rows * n // number) for n in range(1, number))})
    return [whole.filter(place >= begin, place < end) for begin, end in pairwise(cuts)]


def _first_of(con: Any, name: str, place: int) -> int:
    """Where the customer begins whose row is in a place."""
    customer = f"SELECT customer FROM {name} WHERE rowid = {place}"  # noqa: S608 - a name of our own, and a number
    found: int = con.execute(f"SELECT min(rowid) FROM {name} WHERE customer = ({customer})").fetchall()[0][0]  # noqa: S608 - as above
    return found
