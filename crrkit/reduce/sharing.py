"""Intermediate results that several measures share, stored as temporary tables in the engine of their rows.

A table is dropped when the rows that it was computed from are no longer referenced.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ibis.expr.operations import DatabaseTable, Namespace

from crrkit.reduce.queries import run_interruptible

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir

    Part = Callable[[ir.Table], ir.Table]
    AfterCreation = Callable[[Any, str, ir.Table], None]
    Slicer = tuple[Callable[[Any, int], int], Callable[[Any, str, tuple[str, ...]], None]]
    Span = tuple[datetime, datetime]

TABLE_PREFIX = "crrkit_shared_"
TABLES_PER_PART = 2  # temporary tables per part and engine; the least recently used one is dropped


class Table(NamedTuple):
    """A temporary table: the part that it holds, and of which rows.

    Attributes:
        slices: Views of the table, see `sliced`; empty if it is not sliced.
    """

    part: Part
    rows: weakref.ref[Any]
    slices: tuple[str, ...] = ()


class Facts(NamedTuple):
    """Known facts about shared rows, see `declare_shared`."""

    span: Span | None = None
    largest: float | None = None
    at_most: int | None = None


class Plan(NamedTuple):
    """A reduction that reads temporary tables.

    Attributes:
        reduction: The reduction.
        tables: The temporary tables in it.
        missing: What fills those that do not exist yet, to be called before the reduction is run.
    """

    reduction: ir.Table
    tables: dict[DatabaseTable, Table]
    missing: tuple[Callable[[], None], ...]


class SharedTables:
    """The shared rows and temporary tables of one engine. References to rows are weak, so that both can be freed."""

    def __init__(self) -> None:
        self.facts: weakref.WeakKeyDictionary[Any, Facts] = weakref.WeakKeyDictionary()
        self.tables: dict[str, Table] = {}

    def name_of(self, part: Part, rows: Any) -> str | None:
        """Return the table that holds a part of these rows, or None, and mark it as the most recently used."""
        name = next((name for name, table in self.tables.items() if table.part is part and table.rows() == rows), None)
        if name is not None:
            self.tables[name] = self.tables.pop(name)
        return name

    def tables_to_drop(self, part: Part) -> list[str]:
        """Return the tables to drop before one is created: those of freed rows, and those above the limit of a part."""
        freed = [name for name, table in self.tables.items() if table.rows() is None]
        left = [name for name, table in self.tables.items() if name not in freed and table.part is part]
        return freed + left[: max(0, len(left) - TABLES_PER_PART + 1)]


_engines: dict[int, SharedTables] = {}  # by identity: engines of Ibis may be equal and not the same
_parts: list[Part] = []
_after_creation: dict[Part, AfterCreation] = {}
_slicers: dict[Part, Slicer] = {}
_numbers = itertools.count()


def part(of: Part) -> Part:
    """Decorator: register an expression over rows as one whose result measures share."""
    _parts.append(of)
    return of


def after_creation(of: Part) -> Callable[[AfterCreation], AfterCreation]:
    """Decorator: register a function ``(engine, name, rows)`` to call when the table of a part has been created."""

    def register(action: AfterCreation) -> AfterCreation:
        _after_creation[of] = action
        return action

    return register


def sliced(of: Part, *, number: Callable[[Any, int], int], cut: Callable[[Any, str, tuple[str, ...]], None]) -> None:
    """Register how the table of a part is sliced, so that its slices can be read at once.

    Args:
        of: The part.
        number: A function ``(engine, rows)`` that returns the number of slices of a table of at most so many rows.
        cut: A function ``(engine, name, slices)`` that creates a view per slice once the table is filled.
    """
    _slicers[of] = number, cut


def enable_sharing(engine: object) -> None:
    """Declare that an engine is our own: its rows do not change, and temporary tables may be created in it."""
    _engines[id(engine)] = SharedTables()
    weakref.finalize(engine, _engines.pop, id(engine), None)


def declare_shared(
    rows: ir.Table, *, span: Span | None = None, largest: float | None = None, at_most: int | None = None
) -> ir.Table:
    """Declare that several measures will use these rows, and return the rows; no effect if the engine is not our own.

    Args:
        rows: The rows. Facts declared earlier are kept.
        span: A lower bound of their times, and an upper bound, exclusive; None if unknown.
        largest: An upper bound of their amounts, if none is negative; None if unknown.
        at_most: An upper bound of their number; None if unknown.
    """
    known = _known(rows)
    if known is not None:
        before = known.facts.get(rows.op(), Facts())
        most = before.at_most if at_most is None else at_most
        known.facts[rows.op()] = Facts(span or before.span, largest or before.largest, most)
    return rows


def is_shared(rows: ir.Table) -> bool:
    """Return whether exactly these rows were declared as shared."""
    known = _known(rows)
    return known is not None and rows.op() in known.facts


def span_of(rows: ir.Table) -> Span | None:
    """Return the time span of shared rows; None if unknown."""
    return _facts_of(rows).span


def largest_of(rows: ir.Table) -> float | None:
    """Return an upper bound of the amounts of shared rows, none of which is negative; None if unknown."""
    return _facts_of(rows).largest


def _facts_of(rows: ir.Table) -> Facts:
    known = _known(rows)
    return Facts() if known is None else known.facts.get(rows.op(), Facts())


def reuse_tables(rows: ir.Table, *, of: ir.Table) -> None:
    """Use the temporary tables of the rows ``of`` for ``rows`` as well, which are the same."""
    known = _known(rows)
    if known is not None:
        tables = {name: table for name, table in known.tables.items() if table.rows() == of.op()}
        known.tables |= {name: table._replace(rows=weakref.ref(rows.op())) for name, table in tables.items()}


def from_kept(reduction: ir.Table) -> ir.Table:
    """Return the reduction with the parts of shared rows read from their temporary tables, created if missing."""
    plan = plan_of(reduction)
    for fill in plan.missing:
        run_interruptible(reduction.get_backend(), fill)
    return plan.reduction


def plan_of(reduction: ir.Table) -> Plan:
    """Return the reduction with the parts of shared rows read from their temporary tables, and what fills these."""
    tables, missing, stored = dict[DatabaseTable, Table](), list[Callable[[], None]](), dict[Any, DatabaseTable]()
    for of, rows, part in _parts_in(reduction):
        name, table, fill = _stored_table(of, rows, part)
        # Built from the known schema: asking the engine for it takes a tenth of the time of a small measure.
        op = DatabaseTable(name=name, schema=part.schema(), source=rows.get_backend(), namespace=Namespace())
        stored[part.op()], tables[op] = op, table
        missing += [fill] if fill else []
    whole: ir.Table = reduction.op().replace(stored).to_expr() if stored else reduction
    return Plan(whole, tables, tuple(missing))


def shared_parts(reduction: ir.Table) -> dict[str, ir.Table]:
    """Return the shared parts in a reduction, by name."""
    return {of.__name__: part for of, _rows, part in _parts_in(reduction)}


def _parts_in(reduction: ir.Table) -> list[tuple[Part, ir.Table, ir.Table]]:
    """Return the parts of shared rows in a reduction: the function that makes each, its rows and the expression."""
    known = _known(reduction)
    if known is None or not known.facts:
        return []
    nodes = set(reduction.op().find(object))
    shared = [node.to_expr() for node in nodes if node in known.facts]
    candidates = [(of, rows, of(rows)) for rows in shared for of in _parts]
    return [candidate for candidate in candidates if candidate[2].op() in nodes]


def _stored_table(of: Part, rows: ir.Table, part: ir.Table) -> tuple[str, Table, Callable[[], None] | None]:
    """Return the temporary table that holds a part of shared rows, and what fills it, None if it has been filled."""
    engine: Any = rows.get_backend()
    known = _engines[id(engine)]
    name = known.name_of(of, rows.op())
    if name is not None:
        return name, known.tables[name], None
    for other in known.tables_to_drop(of):
        _drop(engine, other, known.tables.pop(other))
    name, facts = f"{TABLE_PREFIX}{next(_numbers)}", known.facts[rows.op()]
    number = _slicers[of][0](engine, facts.at_most) if of in _slicers and facts.at_most is not None else 1
    table = Table(of, weakref.ref(rows.op()), tuple(f"{name}_{n}" for n in range(number) if number > 1))
    # Here and not when it is filled, in another thread: that is to work without waiting for this one.
    query = engine.compile(part)
    engine.create_table(name, schema=part.schema(), temp=True)
    return name, table, partial(_fill, engine, name, table, rows, query)


def _fill(engine: Any, name: str, table: Table, rows: ir.Table, query: str) -> None:
    """Fill a table that has been created; only a complete one is known to others."""
    try:
        engine.con.execute(f"INSERT INTO {name} {query}").fetchall()
        if table.part in _after_creation:
            _after_creation[table.part](engine, name, rows)
        if table.slices:
            _slicers[table.part][1](engine, name, table.slices)
    except BaseException:
        with suppress(Exception):
            _drop(engine, name, table)
        raise
    _engines[id(engine)].tables[name] = table


def _drop(engine: Any, name: str, table: Table) -> None:
    for view in table.slices:
        engine.drop_view(view, force=True)
    engine.drop_table(name, force=True)


def _known(rows: ir.Table) -> SharedTables | None:
    if not _engines:
        return None
    engines = {id(table.source) for table in rows.op().find(DatabaseTable)}
    return _engines.get(engines.pop()) if len(engines) == 1 else None
