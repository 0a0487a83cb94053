"""Parallel scans of ordered tables: a table is cut into slices of whole customers, one per thread."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import ibis
from ibis.expr.operations import Aggregate, DatabaseTable, Namespace

from crrkit.reduce import sharing
from crrkit.reduce.customer_windows import in_order, relation_below

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from crrkit.reduce.sharing import Plan

WORTH_SLICES = 1_000_000  # rows
MOST_SLICES = 4  # planning time grows with each slice


def in_slices(plan: Plan) -> ir.Table:
    """Return the reduction with each aggregation over a sliced table rewritten over the union of its slices.

    An engine evaluates window functions without partition in a single thread. Since all rows of a customer are in one
    slice, aggregating the union of the slices gives the same result as aggregating the whole table.
    """
    reduction = plan.reduction
    aggregated = {node.parent: relation_below(node.parent) for node in reduction.op().find(Aggregate)}
    slices = {table: _slices(table, known.slices) for table, known in plan.tables.items() if known.slices}
    unions = {rows: _union(rows, table, slices[table]) for rows, table in aggregated.items() if table in slices}
    rewritten: ir.Table = reduction.op().replace(unions).to_expr() if unions else reduction
    return rewritten


def _union(rows: Any, table: DatabaseTable, slices: list[DatabaseTable]) -> Any:
    return ibis.union(*[rows.replace({table: one}).to_expr() for one in slices]).op()


def _slices(table: DatabaseTable, names: tuple[str, ...]) -> list[DatabaseTable]:
    return [DatabaseTable(name=name, schema=table.schema, source=table.source, namespace=Namespace()) for name in names]


def _slice_number(engine: Any, rows: int) -> int:
    """Return the number of slices of a table of at most so many rows: one per thread, 1 if it is short."""
    if rows < WORTH_SLICES:
        return 1
    threads = engine.con.execute("SELECT current_setting('threads')").fetchall()[0][0]
    return min(int(threads), MOST_SLICES)


def _create_views(engine: Any, name: str, slices: tuple[str, ...]) -> None:
    """Create views of about equal length, one per slice."""
    con = engine.con
    rows = con.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]  # noqa: S608 - our own table name
    cuts = [0, *(_first_row_of_customer(con, name, rows * n // len(slices)) for n in range(1, len(slices))), rows]
    for view, (begin, end) in zip(slices, pairwise(cuts), strict=True):
        query = f"SELECT * FROM {name} WHERE rowid >= {begin} AND rowid < {end}"  # noqa: S608 - our own table name and numbers
        con.execute(f"CREATE TEMP VIEW {view} AS {query}").fetchall()


def _first_row_of_customer(con: Any, name: str, place: int) -> int:
    """Return the position of the first row of the customer whose row is at a position; 0 in an empty table."""
    customer = f"SELECT customer FROM {name} WHERE rowid = {place}"  # noqa: S608 - our own table name and a number
    first = con.execute(f"SELECT min(rowid) FROM {name} WHERE customer = ({customer})").fetchall()[0][0]  # noqa: S608 - as above
    return int(first or 0)


sharing.sliced(in_order, number=_slice_number, cut=_create_views)
