"""The expressions over the contracts of people compile for every engine, in every way that they are asked."""

from __future__ import annotations

import inspect
from datetime import datetime
from typing import TYPE_CHECKING

import ibis
import pytest

import crrkit.reduce.contracts as module
from crrkit.read.words.columns import RESERVED
from crrkit.rules.periods import Calendar

if TYPE_CHECKING:
    from collections.abc import Callable

AS_OF = datetime(2024, 3, 10, 12)  # noqa: DTZ001 - the business's own clock
MONTHLY = Calendar("month")
COLUMNS = {"customer": "string", "contract": "string", "start": "timestamp", "end": "timestamp", "amount": "float64"}
CONTRACTS = ibis.table({**COLUMNS, "region": "string"}, name="contracts")

EXPRESSIONS = {
    "revenue_changes": [
        module.revenue_changes(CONTRACTS, calendar=MONTHLY, as_of=AS_OF, by=by) for by in ((), ("region",))
    ],
    "partial_cancellations": [
        module.partial_cancellations(table, calendar=MONTHLY, as_of=AS_OF, by=by)
        for table in (CONTRACTS, CONTRACTS.drop("contract"))
        for by in ((), ("region",))
    ],
    "before_and_after": [module.before_and_after(CONTRACTS, calendar=MONTHLY, as_of=AS_OF)],
}


def test_every_expression_is_here() -> None:
    functions = inspect.getmembers(module, inspect.isfunction)
    own = {name: f for name, f in functions if f.__module__ == module.__name__ and not name.startswith("_")}
    assert {name for name, f in own.items() if inspect.signature(f).return_annotation == "ir.Table"} == set(EXPRESSIONS)


def test_no_segment_can_take_the_name_of_a_column() -> None:
    made = {name for expressions in EXPRESSIONS.values() for e in expressions for name in e.columns}
    assert made - {"region"} <= RESERVED


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_expression_compiles_for_every_engine(name: str, sql_for: Callable[[object], str]) -> None:
    for expression in EXPRESSIONS[name]:
        assert sql_for(expression).startswith(("SELECT", "WITH"))
