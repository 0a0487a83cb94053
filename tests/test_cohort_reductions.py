"""The expressions over stretches of ages compile for every engine, in every way that they are asked."""

from __future__ import annotations

import inspect
from datetime import datetime
from typing import TYPE_CHECKING

import ibis
import pytest

import crrkit.reduce.cohorts as module
from crrkit.read.words.columns import RESERVED
from crrkit.reduce.rows import customer_segments
from crrkit.reduce.units import contract_units
from crrkit.rules.periods import Calendar

if TYPE_CHECKING:
    from collections.abc import Callable

AS_OF = datetime(2024, 3, 10, 12)  # noqa: DTZ001 - the business's own clock
MONTHLY = Calendar("month")
MONTH = 2_629_800  # seconds
COLUMNS = {"customer": "string", "region": "string"}
CONTRACTS = ibis.table({**COLUMNS, "contract": "string", "start": "timestamp", "end": "timestamp"}, name="contracts")
ORDERS = ibis.table({**COLUMNS, "at": "timestamp", "amount": "float64"}, name="orders")
UNITS = contract_units(CONTRACTS, as_of=AS_OF, unit="person_any")
SEGMENTS = customer_segments(CONTRACTS, time="start", by=("region",))
WAYS = [(step, by) for step in (None, MONTH) for by in ((), ("region",))]

BOUGHT = [module.order_stretches(ORDERS, calendar=MONTHLY, step=step, as_of=AS_OF, by=by) for step, by in WAYS]
HELD = [
    module.spell_stretches(
        UNITS, calendar=MONTHLY, step=step, as_of=AS_OF, until="last", moment=moment, segments=SEGMENTS if by else None
    )
    for moment in (True, False)
    for step, by in WAYS
]
STRETCHES = [*zip(BOUGHT, [by for _step, by in WAYS], strict=True), *zip(HELD, [by for _, by in WAYS] * 2, strict=True)]

EXPRESSIONS = {
    "order_stretches": BOUGHT,
    "spell_stretches": HELD,
    **{
        name: [getattr(module, name)(stretches, by=by) for stretches, by in STRETCHES]
        for name in ("stretch_histogram", "age_histogram", "last_histogram", "pair_histogram")
    },
    "bracket_counts": [module.bracket_counts(rows, brackets=[(1, 2), (3, 6)], by=by) for rows, by in STRETCHES],
    "gap_counts": [module.gap_counts(rows) for rows, _by in STRETCHES],
    "revenue_histogram": [
        module.revenue_histogram(ORDERS, calendar=MONTHLY, step=step, as_of=AS_OF, by=by) for step, by in WAYS
    ],
    "unpriced_count": [module.unpriced_count(ORDERS, as_of=AS_OF)],
}


def test_every_expression_is_here() -> None:
    functions = inspect.getmembers(module, inspect.isfunction)
    own = {name for name, f in functions if f.__module__ == module.__name__ and not name.startswith("_")}
    assert own == set(EXPRESSIONS)


def test_no_segment_can_take_the_name_of_a_column() -> None:
    made = {name for expressions in EXPRESSIONS.values() for e in expressions for name in e.columns}
    assert {name for name in made if not name.startswith("in_")} - {"region"} <= RESERVED


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_expression_compiles_for_every_engine(name: str, sql_for: Callable[[object], str]) -> None:
    for expression in EXPRESSIONS[name]:
        assert sql_for(expression).startswith(("SELECT", "WITH"))
