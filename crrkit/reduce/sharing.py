"""Of which rows several measures will be asked, and what is kept of them in their engine until they are gone."""

from __future__ import annotations

import itertools
import weakref
from typing import TYPE_CHECKING, Any, NamedTuple

from ibis.expr.operations import DatabaseTable, Namespace

from crrkit.reduce.running import apart

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import ibis.expr.types as ir

    Part = Callable[[ir.Table], ir.Table]
    Mend = Callable[[Any, str, ir.Table], None]
    Span = tuple[datetime, datetime]

KEPT_AS = "crrkit_shared_"
AT_MOST = 2  # tables of one part that an engine keeps: the one asked for longest ago makes room


class Table(NamedTuple):
    """A table that is kept: which part of which rows it holds."""

    part: Part
    rows: weakref.ref[Any]


class Facts(NamedTuple):
    """What is known of shared rows."""

    span: Span | None = None
    largest: float | None = None


class Kept:
    """What is known of one engine. It holds no rows of an expression alive, and with them not the engine."""

    def __init__(self) -> None:
        self.facts: weakref.WeakKeyDictionary[Any, Facts] = weakref.WeakKeyDictionary()
        self.tables: dict[str, Table] = {}

    def name_of(self, part: Part, rows: Any) -> str | None:
        """The table that is kept of a part of these rows, which is then the last to go."""
        name = next((name for name, one in self.tables.items() if one.part is part and one.rows() == rows), None)
        if name is not None:
            self.tables[name] = self.tables.pop(name)
        return name

    def without_room(self, part: Part) -> list[str]:
        """The tables to drop before another is made: of rows that are gone, and more of a part than are kept."""
        gone = [name for name, one in self.tables.items() if one.rows() is None]
        left = [name for name, one in self.tables.items() if name not in gone and one.part is part]
        return gone + left[: max(0, len(left) - AT_MOST + 1)]


_engines: dict[int, Kept] = {}  # by identity: engines of Ibis may be equal and not the same
_parts: list[Part] = []
_mends: dict[Part, Mend] = {}
_numbers = itertools.count()


def part(of: Part) -> Part:
    """Say that an expression over rows is one that measures share."""
    _parts.append(of)
    return of


def once_made(of: Part) -> Callable[[Mend], Mend]:
    """Say what is looked after when a part of some rows has been made: in the engine, the table of the name."""

    def said(mend: Mend) -> Mend:
        _mends[of] = mend
        return mend

    return said


def may_share(engine: object) -> None:
    """Say that an engine is our own: its rows stay as they were read, and a table more in it is in nobody's way."""
    _engines[id(engine)] = Kept()
    weakref.finalize(engine, _engines.pop, id(engine), None)


def share(rows: ir.Table, *, span: Span | None = None, largest: float | None = None) -> ir.Table:
    """Say that several measures will be asked of these rows; where the engine is not ours nothing comes of it.

    Args:
        rows: The rows. What was said of them before still holds.
        span: A moment not after the first of them, and one that is after the last; None where nobody knows.
        largest: An amount that none of them exceeds, where none is below 0 either; None where nobody knows.
    """
    known = _known(rows)
    if known is not None:
        before = known.facts.get(rows.op(), Facts())
        known.facts[rows.op()] = Facts(span or before.span, largest or before.largest)
    return rows


def is_shared(rows: ir.Table) -> bool:
    """Whether several measures will be asked of just these rows."""
    known = _known(rows)
    return known is not None and rows.op() in known.facts


def span_of(rows: ir.Table) -> Span | None:
    """Between which moments shared rows lie."""
    return _facts_of(rows).span


def largest_of(rows: ir.Table) -> float | None:
    """The amount that none of shared rows exceeds; none of them is below 0."""
    return _facts_of(rows).largest


def _facts_of(rows: ir.Table) -> Facts:
    known = _known(rows)
    return Facts() if known is None else known.facts.get(rows.op(), Facts())


def taken_over(rows: ir.Table, *, of: ir.Table) -> None:
    """Let what is kept of some rows be kept of others, which are the same."""
    known = _known(rows)
    if known is not None:
        mine = {name: one for name, one in known.tables.items() if one.rows() == of.op()}
        known.tables |= {name: one._replace(rows=weakref.ref(rows.op())) for name, one in mine.items()}


def from_kept(reduction: ir.Table) -> ir.Table:
    """The reduction with the parts of shared rows read from where they are kept, and counted if they are not."""
    kept = {part.op(): _kept_table(of, rows, part).op() for of, rows, part in _parts_in(reduction)}
    whole: ir.Table = reduction.op().replace(kept).to_expr() if kept else reduction
    return whole


def parts_shared(reduction: ir.Table) -> dict[str, ir.Table]:
    """The parts in a reduction that other measures are counted from as well, by their names."""
    return {of.__name__: part for of, _rows, part in _parts_in(reduction)}


def part_in(table: DatabaseTable) -> Part | None:
    """The part that is kept in a table of an engine; None if it is another table."""
    known = _engines.get(id(table.source))
    one = known.tables.get(table.name) if known else None
    return one.part if one else None


def _parts_in(reduction: ir.Table) -> list[tuple[Part, ir.Table, ir.Table]]:
    """The parts of shared rows in a reduction: how each is made, of which rows, and what it is."""
    known = _known(reduction)
    if known is None or not known.facts:
        return []
    nodes = set(reduction.op().find(object))
    shared = [node.to_expr() for node in nodes if node in known.facts]
    made = [(of, rows, of(rows)) for rows in shared for of in _parts]
    return [one for one in made if one[2].op() in nodes]


def _kept_table(of: Part, rows: ir.Table, part: ir.Table) -> ir.Table:
    """The table of the engine that holds a part of shared rows; counted when it is asked for first."""
    engine: Any = rows.get_backend()
    known = _engines[id(engine)]
    name = known.name_of(of, rows.op())
    if name is None:
        for other in known.without_room(of):
            engine.drop_table(other, force=True)
            known.tables.pop(other)
        name = f"{KEPT_AS}{next(_numbers)}"
        apart(engine, lambda: _make(engine, name, of, rows, part))
        known.tables[name] = Table(of, weakref.ref(rows.op()))
    # Built here, for the engine would be asked for its columns, which costs a tenth of a small measure.
    table: ir.Table = DatabaseTable(name=name, schema=part.schema(), source=engine, namespace=Namespace()).to_expr()
    return table


def _make(engine: Any, name: str, of: Part, rows: ir.Table, part: ir.Table) -> None:
    engine.create_table(name, part, temp=True)
    if of in _mends:
        _mends[of](engine, name, rows)


def _known(rows: ir.Table) -> Kept | None:
    if not _engines:
        return None
    engines = {id(table.source) for table in rows.op().find(DatabaseTable)}
    return _engines.get(engines.pop()) if len(engines) == 1 else None
