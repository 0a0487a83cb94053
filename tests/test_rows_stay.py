"""Customers' rows are touched in `reduce` and `read` alone: no method of an engine's table is called elsewhere.

Who imports no Ibis can still call ``base.table.filter(…)``. What is a table of the engine is followed by name: what a
base holds, what a reduction or a base gives before it is collected, arguments that are declared to be one, and whatever
is made of these. Beside that, calls that only such tables have are seen wherever they are.
"""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import crrkit
from crrkit import reduce
from crrkit.read.bases.base import Base
from crrkit.read.bases.events import EventBase

PACKAGE = Path(crrkit.__file__).parent
HOME = ("read/", "reduce/")
DECLARED = {"ir.Table", "ibis.Table", "ibis.expr.types.Table"}
BASES = ("Base", "ContractBase", "OrderBase", "EventBase")
ONLY_THEIRS = {
    "mutate", "to_pyarrow", "to_polars", "order_by", "group_by", "anti_join", "semi_join", "fill_null", "try_cast",
    "distinct", "execute", "inner_join", "left_join", "nullif", "ifelse",
}  # fmt: skip

# What of a base or a room of reductions is a table of the engine, or gives one.
HELD = {"table", "money", "everything", "events", "refunded_too"}
GIVEN = {
    name
    for base in (Base, EventBase)
    for name, one in inspect.getmembers(base, inspect.isfunction)
    if str(inspect.signature(one).return_annotation).startswith("ir.Table")
}
REDUCTIONS = {
    name
    for name, one in inspect.getmembers(reduce, inspect.isfunction)
    if inspect.signature(one).return_annotation == "ir.Table"
}


def _is_base(node: ast.expr, declared: set[str]) -> bool:
    """Whether it is called or declared a base: ``base``, ``plan.base``, ``source: OrderBase``."""
    if isinstance(node, ast.Name):
        return node.id == "base" or node.id in declared
    return isinstance(node, ast.Attribute) and node.attr == "base"


class _Function:
    """The names of one function that are tables, and where it looks into one."""

    def __init__(self, node: ast.AST) -> None:
        arguments = [one for one in ast.walk(node) if isinstance(one, ast.arg) and one.annotation]
        said = {one.arg: ast.unparse(one.annotation) for one in arguments if one.annotation}
        self.tables = {name for name, kind in said.items() if kind in DECLARED}
        self.bases = {name for name, kind in said.items() if kind in BASES}
        self.node = node
        size = -1
        while size != len(self.tables):
            size = len(self.tables)
            self._follow()

    def _follow(self) -> None:
        """What is made of a table is one, too."""
        for one in ast.walk(self.node):
            if isinstance(one, ast.Assign | ast.AnnAssign | ast.NamedExpr) and one.value and self.is_table(one.value):
                targets = one.targets if isinstance(one, ast.Assign) else [one.target]
                self.tables |= {target.id for target in targets if isinstance(target, ast.Name)}
            elif isinstance(one, ast.For | ast.comprehension) and isinstance(one.target, ast.Name):
                among = one.iter.elts if isinstance(one.iter, ast.List | ast.Tuple | ast.Set) else []
                self.tables |= {one.target.id} if any(map(self.is_table, among)) else set()

    def is_table(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self.tables
        if isinstance(node, ast.IfExp):
            return self.is_table(node.body) or self.is_table(node.orelse)
        if isinstance(node, ast.Call):
            return self._gives_table(node.func)
        return isinstance(node, ast.Attribute) and node.attr in HELD and _is_base(node.value, self.bases)

    def _gives_table(self, called: ast.expr) -> bool:
        if isinstance(called, ast.Name):
            return called.id in REDUCTIONS
        if not isinstance(called, ast.Attribute):
            return False
        of_reduce = isinstance(called.value, ast.Name) and called.value.id == "reduce" and called.attr in REDUCTIONS
        return of_reduce or (called.attr in GIVEN and _is_base(called.value, self.bases)) or self.is_table(called.value)

    def looks(self) -> list[str]:
        return [
            ast.unparse(one)
            for one in ast.walk(self.node)
            if isinstance(one, ast.Attribute | ast.Subscript) and self.is_table(one.value)
        ]


def looks_into_rows(source: str) -> list[str]:
    """Where a module reaches into a table of the engine."""
    tree = ast.parse(source)
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    beside = ast.Module([one for one in tree.body if not isinstance(one, defined)], [])
    followed = {look for part in (*functions, beside) for look in _Function(part).looks()}
    called = {ast.unparse(one) for one in ast.walk(tree) if isinstance(one, ast.Attribute) and one.attr in ONLY_THEIRS}
    return sorted(followed | called)


def test_what_is_followed_is_there() -> None:
    assert {"units", "segments", "stretches"} <= GIVEN
    assert {"spell_histogram", "customer_count", "purchase_steps"} <= REDUCTIONS
    assert "collect" not in REDUCTIONS


NO_TABLES = {"figures/canvas.py": ["layout.execute"]}  # the layout of a picture, which only shares the name


def test_rows_are_touched_at_home_only() -> None:
    outside = [path for path in PACKAGE.rglob("*.py") if not path.relative_to(PACKAGE).as_posix().startswith(HOME)]
    found = {path.relative_to(PACKAGE).as_posix(): looks_into_rows(path.read_text("utf-8")) for path in outside}
    assert {name: looks for name, looks in found.items() if looks} == NO_TABLES


@pytest.mark.parametrize(
    "planted",
    [
        "def f(base): return base.table.filter(True)",
        "def f(base): return base.table['customer'].nunique()",
        "def f(plan): return plan.base.money.count()",
        "def f(source: OrderBase): return source.table.columns",
        "def f(base):\n    rows = base.everything\n    return rows.count()",
        "def f(base):\n    rows = base.units('person_any')\n    late = rows.filter(1)\n    return late.count()",
        "def f(base): return reduce.spells(base.table, until='last').limit(3)",
        "def f(rows: ir.Table): return rows.agg(n=1)",
        "def f(base):\n    for table in (base.table, base.money):\n        table.count()",
        "def f(anything): return anything.mutate(a=1).to_pyarrow()",
        "def f(base): return (base.table if base else base.money).head()",
    ],
)
def test_a_planted_look_is_seen(planted: str) -> None:
    assert looks_into_rows(planted)


@pytest.mark.parametrize(
    "harmless",
    [
        "def f(base): return reduce.collect(reduce.spells(base.table, until='last')).groupby('a').agg('sum')",
        "def f(kept): return kept.table[kept.table['start'] > 0].filter(['a']).aggregate('sum')",
        "def f(base):\n    table = reduce.collect(reduce.gap_histogram(base.table))\n    return table.pivot_table('a')",
        "def f(flow): return flow.counts.reset_index().select_dtypes('number')",
        "def f(base): return base.card.calendar('month').start(3)",
        "def f(frame): return frame.join(frame).count().cast",
    ],
)
def test_small_frames_are_left_alone(harmless: str) -> None:
    assert looks_into_rows(harmless) == []
