"""Rows of each customer in their order: what stands before and after a row, by a sort or, of sorted rows, by a look.

A window over each customer's rows sorts them, and most of the time that measures of buyers take is such sorting. So the
purchases that measures share (see `crrkit.reduce.sharing`) are kept in order, those of a customer together. There the
row before is the one that was read before, and if that is somebody else's, there is none: a look at two rows in place
of a sort of all. Everywhere else the engine is asked for the window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import ibis
import ibis.expr.datatypes as dt
from ibis.expr.operations import Filter, Lag, Lead, Project, RowNumber, WindowFunction

from crrkit.reduce import sharing
from crrkit.reduce.periods import day_number, day_of_number

if TYPE_CHECKING:
    import ibis.expr.types as ir

ALL, SO_FAR = ibis.window(), ibis.window(preceding=None, following=0)
PER_ROW = 2**24  # numbers of days and periods are below half of it, on both sides of 0
AT_ROW = "crrkit_row"
_sorted: WeakSet[Any] = WeakSet()
_looks: dict[str, bool] = {}  # by the version of the engine


@ibis.udf.scalar.builtin(name="hash")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _hashed(text: dt.string) -> dt.int64:
    """Text as a whole number, as DuckDB hashes it; Ibis would make bits of it on the way."""


@sharing.part
def in_order(orders: ir.Table) -> ir.Table:
    """All purchases as ``customer, day`` and, where it is known, ``amount``: each customer's together, by days.

    In which order customers come is nobody's concern, and to sort text takes twice as long as to sort its hashes.
    """
    days = dated(orders)
    customer = days["customer"]
    found = days.order_by(_hashed(customer) if customer.type().is_string() else customer, "day")
    _sorted.add(found.op())
    return found


@sharing.once_made(in_order)
def _by_text_where_hashes_meet(engine: Any, name: str, orders: ir.Table) -> None:
    """Two customers of one hash would stand mixed: then the ids themselves are sorted."""
    if not orders["customer"].type().is_string():
        return
    beside = f"SELECT customer, lag(customer) OVER () AS former FROM {name}"  # noqa: S608 - a name of our own
    alike = f"SELECT count(*) FROM ({beside}) WHERE customer <> former AND hash(customer) = hash(former)"  # noqa: S608 - as above
    if engine.con.execute(alike).fetchall()[0][0]:
        engine.create_table(name, dated(orders).order_by("customer", "day"), temp=True, overwrite=True)


def dated(orders: ir.Table) -> ir.Table:
    """The same in no order."""
    amount = {"amount": orders["amount"].cast("float64")} if "amount" in orders.columns else {}
    return orders.select(customer=orders["customer"], day=orders["at"].date(), **amount)


def are_kept_in_order(orders: ir.Table) -> bool:
    """Whether these purchases are kept, by an engine that looks at the rows around each in the order of the table."""
    return sharing.is_shared(orders) and _looks_row_by_row(orders.get_backend())


def _looks_row_by_row(engine: Any) -> bool:
    """Whether DuckDB looks at the rows around a row while it reads; early versions collected all of them first."""
    if engine.version not in _looks:
        asked = "lag(i, 2) OVER (), lead(i) OVER (), max(i) OVER (ROWS UNBOUNDED PRECEDING), row_number() OVER ()"
        found = engine.con.execute(f"EXPLAIN SELECT {asked} FROM range(9) t(i)").fetchall()  # noqa: S608 - no value
        plan = found[0][1].upper().replace("_", " ")
        _looks[engine.version] = "WINDOW" in plan and "WINDOW" not in plan.replace("STREAMING WINDOW", "")
    return _looks[engine.version]


def are_in_order(rows: ir.Table) -> bool:
    """Whether rows are read in the order of `in_order`: nothing was done to them that brings them out of it."""
    return beneath(rows.op()) in _sorted


def beneath(node: Any) -> Any:
    """What is under selections, filters and looks at the rows before and after; None if there is another window.

    A window of each customer's rows sorts them, and leaves them as it sorted them; one over all rows counts others.
    """
    windows = node.find(WindowFunction)
    while isinstance(node, Project | Filter):
        node = node.parent
    return node if all(map(_is_a_look, windows)) else None


def _is_a_look(window: WindowFunction) -> bool:
    sorts = window.group_by or window.order_by
    return not sorts and (isinstance(window.func, Lag | Lead | RowNumber) or window.end is not None)


class Own:
    """The customer's own rows around each row.

    Args:
        rows: ``customer`` and what they are ordered by.
        by: The column that orders them.
        by_sorting: Ask the engine for the windows although the rows are in order: it shall do more with the same sort.

    Attributes:
        rows: The rows, of which the values are.
        are_in_order: Whether they are read in their order.
        window: The window of the customer's rows, for what is not asked here.
    """

    def __init__(self, rows: ir.Table, *, by: str, by_sorting: bool = False) -> None:
        self.are_in_order = not by_sorting and are_in_order(rows)
        self.rows = rows.mutate(**{AT_ROW: ibis.row_number().over(ALL) * PER_ROW}) if self.are_in_order else rows
        self.window = {"group_by": rows["customer"], "order_by": rows[by]}

    def lag(self, value: ir.Value, n: int = 1) -> ir.Value:
        """The value ``n`` rows before, null where the customer has none."""
        if not self.are_in_order:
            return value.lag(n).over(**self.window)
        return self._if_same(self.rows["customer"].lag(n), value.lag(n))

    def lead(self, value: ir.Value) -> ir.Value:
        """The value of the next row, null where the customer has none."""
        if not self.are_in_order:
            return value.lead().over(**self.window)
        return self._if_same(self.rows["customer"].lead(), value.lead())

    def latest(self, value: ir.Value) -> ir.Value:
        """The latest value so far that is not null: a day or a whole number, never below that of a row before.

        The customer's first row must have one.
        """
        if not self.are_in_order:
            return value.max().over(ibis.window(**self.window, preceding=(None, 0)))
        # The number of the row is in front: so the highest is that of the last row that has a value.
        is_day = value.type().is_date()
        number = day_number(value) if is_day else value
        highest = (self.rows[AT_ROW] + PER_ROW // 2 + number).max().over(SO_FAR)
        found = (highest & (PER_ROW - 1)) - PER_ROW // 2
        return day_of_number(found) if is_day else found.cast(value.type())

    def _if_same(self, customer: ir.Value, value: ir.Value) -> ir.Value:
        return ibis.ifelse(customer.over(ALL) == self.rows["customer"], value.over(ALL), ibis.null(value.type()))
