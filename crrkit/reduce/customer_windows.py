"""The customer's previous and next row, by a window function over each customer or, in a sorted table, without a sort.

A window function partitioned by customer sorts the rows, and such sorts take most of the time of measures of buyers. So
the purchases that measures share (see `crrkit.reduce.sharing`) are stored sorted by customer and day. There the
previous row of the table is the customer's previous row if it has the same customer, and otherwise there is none: two
rows are compared and nothing is sorted. For all other rows the partitioned window function is used.

This relies on the order of rows read from one table through SELECT, WHERE and window functions with an empty OVER
clause. DuckDB documents it as guaranteed while `preserve_insertion_order` is on, which is the default and which crrkit
leaves on ("Order preservation", https://duckdb.org/docs/stable/sql/dialect/order_preservation). Running sums and maxima
add a frame to that clause, which the page does not mention; tests check their plans and results.
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
PER_ROW = 2**24  # day and period numbers are less than half of it in absolute value
ROW_COLUMN = "crrkit_row"
_sorted: WeakSet[Any] = WeakSet()
_streaming_versions: dict[str, bool] = {}


@ibis.udf.scalar.builtin(name="hash")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _hashed(text: dt.string) -> dt.int64:
    """Return DuckDB's hash of a text as it is; Ibis's own ``hash`` casts it to BIT and back."""


@ibis.udf.scalar.builtin(name="make_date")  # type: ignore[untyped-decorator]  # as above
def _date_of(number: dt.int32) -> dt.date:
    """Return DuckDB's date of a number of days since 1970-01-01, several times as fast as adding an interval."""


@sharing.part
def in_order(orders: ir.Table) -> ir.Table:
    """Return ``customer, day`` and, if known, ``amount`` of all purchases, sorted by customer and day.

    The order of customers does not matter, so text ids are sorted by hash, which takes half as long as sorting text.
    """
    days = dated(orders)
    customer = days["customer"]
    ordered = days.order_by(_hashed(customer) if customer.type().is_string() else customer, "day")
    _sorted.add(ordered.op())
    return ordered


@sharing.after_creation(in_order)
def _sort_by_text_on_hash_collision(engine: Any, name: str, orders: ir.Table) -> None:
    """Sort by the ids themselves if two of them have the same hash, since their rows would be mixed."""
    if not orders["customer"].type().is_string():
        return
    neighbours = f"SELECT customer, lag(customer) OVER () AS former FROM {name}"  # noqa: S608 - our own table name
    collisions = f"SELECT count(*) FROM ({neighbours}) WHERE customer <> former AND hash(customer) = hash(former)"  # noqa: S608 - as above
    if engine.con.execute(collisions).fetchall()[0][0]:
        engine.create_table(name, dated(orders).order_by("customer", "day"), temp=True, overwrite=True)


def dated(orders: ir.Table) -> ir.Table:
    """Return the columns of `in_order`, unsorted."""
    amount = {"amount": orders["amount"].cast("float64")} if "amount" in orders.columns else {}
    return orders.select(customer=orders["customer"], day=orders["at"].date(), **amount)


def are_stored_in_order(orders: ir.Table) -> bool:
    """Return whether these purchases are shared, in an engine with streaming window functions."""
    return sharing.is_shared(orders) and _streams_windows(orders.get_backend())


def _streams_windows(engine: Any) -> bool:
    """Return whether this DuckDB streams windows without partition and order; early versions materialise them."""
    if engine.version not in _streaming_versions:
        windows = "lag(i, 2) OVER (), lead(i) OVER (), max(i) OVER (ROWS UNBOUNDED PRECEDING), row_number() OVER ()"
        rows = engine.con.execute(f"EXPLAIN SELECT {windows} FROM range(9) t(i)").fetchall()  # noqa: S608 - no value
        plan = rows[0][1].upper().replace("_", " ")
        _streaming_versions[engine.version] = "WINDOW" in plan and "WINDOW" not in plan.replace("STREAMING WINDOW", "")
    return _streaming_versions[engine.version]


def are_in_order(rows: ir.Table) -> bool:
    """Return whether rows are read in the order of `in_order`: only order-preserving operations lie in between."""
    return relation_below(rows.op()) in _sorted


def relation_below(node: Any) -> Any:
    """Return the relation below selections, filters and streaming windows; None if there is any other window.

    A partitioned or ordered window sorts the rows and leaves them so; an aggregate over all rows cannot use parts.
    """
    windows = node.find(WindowFunction)
    while isinstance(node, Project | Filter):
        node = node.parent
    return node if all(map(_is_streaming, windows)) else None


def _is_streaming(window: WindowFunction) -> bool:
    sorts = window.group_by or window.order_by
    return not sorts and (isinstance(window.func, Lag | Lead | RowNumber) or window.end is not None)


def date_of(number: ir.IntegerValue, rows: ir.Table) -> ir.DateValue:
    """Return the date that is ``number``, a value of these rows, days after 1970-01-01."""
    return _date_of(number.cast("int32")) if are_in_order(rows) else day_of_number(number)


class CustomerWindows:
    """Window functions over each customer's rows, without a sort if the rows are in order.

    Args:
        rows: ``customer`` and the column ``by``.
        by: The sort column.
        by_sorting: Use partitioned windows although the rows are in order, because other windows need the sort anyway.

    Attributes:
        rows: The rows to take the values from.
        are_in_order: Whether no sort is needed.
        window: Partition and order of the customer's rows, for other window functions.
    """

    def __init__(self, rows: ir.Table, *, by: str, by_sorting: bool = False) -> None:
        self.are_in_order = not by_sorting and are_in_order(rows)
        self.rows = rows.mutate(**{ROW_COLUMN: ibis.row_number().over(ALL) * PER_ROW}) if self.are_in_order else rows
        self.window = {"group_by": rows["customer"], "order_by": rows[by]}

    def lag(self, value: ir.Value, n: int = 1) -> ir.Value:
        """Return the value ``n`` rows before, null if the customer has no such row."""
        if not self.are_in_order:
            return value.lag(n).over(**self.window)
        return self._if_same(self.rows["customer"].lag(n), value.lag(n))

    def lead(self, value: ir.Value) -> ir.Value:
        """Return the value of the next row, null if the customer has none."""
        if not self.are_in_order:
            return value.lead().over(**self.window)
        return self._if_same(self.rows["customer"].lead(), value.lead())

    def latest(self, value: ir.Value) -> ir.Value:
        """Return the customer's latest value so far that is not null.

        Values are days or integers that never decrease, and the customer's first row must have one.
        """
        if not self.are_in_order:
            return value.max().over(ibis.window(**self.window, preceding=(None, 0)))
        # The row number is in the high bits, so that the maximum is from the last row with a value.
        is_day = value.type().is_date()
        number = day_number(value) if is_day else value
        highest = (self.rows[ROW_COLUMN] + PER_ROW // 2 + number).max().over(SO_FAR)
        latest = (highest & (PER_ROW - 1)) - PER_ROW // 2
        return date_of(latest, self.rows) if is_day else latest.cast(value.type())

    def _if_same(self, customer: ir.Value, value: ir.Value) -> ir.Value:
        return ibis.ifelse(customer.over(ALL) == self.rows["customer"], value.over(ALL), ibis.null(value.type()))
