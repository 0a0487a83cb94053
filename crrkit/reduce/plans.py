"""The query of a reduction before it is run: its SQL and the scans of its plan."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ibis.expr.types as ir

INTERMEDIATE_SCANS = ("CTE_SCAN", "REC_CTE_SCAN", "COLUMN_DATA_SCAN", "DUMMY_SCAN", "EMPTY_RESULT", "DELIM_SCAN")


class Scan(NamedTuple):
    """One scan of a table or file.

    Attributes:
        how: The engine's name of the operator, such as ``READ_PARQUET``; empty if unknown.
        columns: The columns that it reads; empty if unknown.
    """

    how: str
    columns: tuple[str, ...]


def sql_of(reduction: ir.Table) -> str:
    """Return the SQL of a reduction in the dialect of its engine."""
    return str(ibis.to_sql(reduction))


def scans_of(reduction: ir.Table) -> list[Scan]:
    """Return the scans of a reduction: those of DuckDB's plan; for other engines, one per table named in the SQL."""
    backend = reduction.get_backend()
    if backend.name != "duckdb":
        return _named_in(reduction)
    rows = backend.con.execute(f"EXPLAIN (FORMAT JSON) {backend.compile(reduction)}").fetchall()
    leaves = [leaf for root in json.loads(rows[0][1]) for leaf in _leaves(root)]
    return [
        Scan(leaf["name"].strip(), _columns(leaf)) for leaf in leaves if leaf["name"].strip() not in INTERMEDIATE_SCANS
    ]


def _leaves(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if not node["children"]:
        yield node
    for child in node["children"]:
        yield from _leaves(child)


def _columns(leaf: dict[str, Any]) -> tuple[str, ...]:
    projections = leaf["extra_info"].get("Projections", ())
    return (projections,) if isinstance(projections, str) else tuple(projections)


def _named_in(reduction: ir.Table) -> list[Scan]:
    """Return one scan per table named in the SQL, common table expressions excluded."""
    import sqlglot

    backend = reduction.get_backend()
    tree = sqlglot.parse_one(sql_of(reduction), dialect=backend.dialect)
    made = {part.alias for part in tree.find_all(sqlglot.exp.CTE)}
    return [Scan("", ()) for table in tree.find_all(sqlglot.exp.Table) if table.name not in made]
