"""Of which rows several measures will be asked, and what is kept of them in their engine until they are gone."""

from __future__ import annotations

import itertools
import weakref
from typing import TYPE_CHECKING, Any

from ibis.expr.operations import DatabaseTable, Namespace

from crrkit.reduce.running import apart

if TYPE_CHECKING:
    import ibis.expr.types as ir

KEPT_AS = "crrkit_shared_"
AT_MOST = 2  # tables of one engine that are kept: the one asked for longest ago makes room


class Kept:
    """What is known of one engine. It holds no rows of an expression alive, and with them not the engine."""

    def __init__(self) -> None:
        self.rows: weakref.WeakSet[Any] = weakref.WeakSet()
        self.tables: dict[str, weakref.ref[Any]] = {}

    def name_of(self, rows: Any) -> str | None:
        """The table that is kept of these rows, which is then the last to go."""
        name = next((name for name, of in self.tables.items() if of() == rows), None)
        if name is not None:
            self.tables[name] = self.tables.pop(name)
        return name

    def without_room(self) -> list[str]:
        """The tables to drop before another is made: of rows that are gone, and more than are kept."""
        gone = [name for name, of in self.tables.items() if of() is None]
        left = [name for name in self.tables if name not in gone]
        return gone + left[: max(0, len(left) - AT_MOST + 1)]


_engines: dict[int, Kept] = {}  # by identity: engines of Ibis may be equal and not the same
_numbers = itertools.count()


def may_share(engine: object) -> None:
    """Say that an engine is our own: its rows stay as they were read, and a table more in it is in nobody's way."""
    _engines[id(engine)] = Kept()
    weakref.finalize(engine, _engines.pop, id(engine), None)


def share(rows: ir.Table) -> ir.Table:
    """Say that several measures will be asked of these rows; where the engine is not ours nothing comes of it."""
    known = _known(rows)
    if known is not None:
        known.rows.add(rows.op())
    return rows


def is_shared(rows: ir.Table) -> bool:
    """Whether several measures will be asked of just these rows."""
    known = _known(rows)
    return known is not None and rows.op() in known.rows


def shared_in(reduction: ir.Table) -> list[ir.Table]:
    """The rows in a reduction of which several measures will be asked."""
    known = _known(reduction)
    if known is None or not known.rows:
        return []
    return [node.to_expr() for node in reduction.op().find(lambda node: node in known.rows)]


def kept_table(rows: ir.Table, part: ir.Table) -> ir.Table:
    """The table of the engine that holds a part of shared rows; counted when it is asked for first."""
    engine: Any = rows.get_backend()
    known = _engines[id(engine)]
    name = known.name_of(rows.op())
    if name is None:
        for other in known.without_room():
            engine.drop_table(other, force=True)
            known.tables.pop(other)
        name = f"{KEPT_AS}{next(_numbers)}"
        apart(engine, lambda: engine.create_table(name, part, temp=True))
        known.tables[name] = weakref.ref(rows.op())
    # Built here, for the engine would be asked for its columns, which costs a tenth of a small measure.
    table: ir.Table = DatabaseTable(name=name, schema=part.schema(), source=engine, namespace=Namespace()).to_expr()
    return table


def _known(rows: ir.Table) -> Kept | None:
    if not _engines:
        return None
    engines = {id(table.source) for table in rows.op().find(DatabaseTable)}
    return _engines.get(engines.pop()) if len(engines) == 1 else None
