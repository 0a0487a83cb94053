"""The expressions of stages compile for every engine; what they count is tested with the flows."""

from __future__ import annotations

import inspect
from datetime import datetime
from types import SimpleNamespace

import ibis
import pytest

import crrkit.reduce.stages as module
from crrkit.reduce.regulars import purchase_steps
from crrkit.rules.activity import OwnGap
from crrkit.rules.periods import Calendar

AS_OF = datetime(2024, 3, 10, 12)  # noqa: DTZ001 - the business's own clock
ORDERS = ibis.table({"customer": "string", "at": "timestamp"}, name="orders")
EVENTS = ibis.table({"customer": "string", "at": "timestamp", "kind": "string"}, name="events")
SPELLS = ibis.table({"customer": "string", "start": "timestamp", "end": "timestamp"}, name="spells")
WEEKLY, MONTHLY, QUARTERLY = Calendar("week"), Calendar("month"), Calendar("quarter", year_starts="april")
TERMS = {"renewals": 3, "months": 1}
FIXED, OWN = [(90.0, 0.0)], OwnGap(population_days=30.0).limits()

STEPS = [
    purchase_steps(ORDERS, as_of=AS_OF, limits=limits, window_days=180, k_long=k, span_days=30)
    for limits in (FIXED, OWN)
    for k in (1, 3)
]
BUYERS = module.buyer_periods(STEPS[0], calendar=MONTHLY)
TOUCHED = module.touch_periods(EVENTS, ORDERS, touches=("visit",), calendar=MONTHLY, as_of=AS_OF, days=30)

EXPRESSIONS = {
    "purchase_steps": STEPS,
    "last_steps": [module.last_steps(STEPS[0])],
    "last_touches": [module.last_touches(EVENTS, touches=("visit", "offer"), own=("visit",), as_of=AS_OF)],
    "own_gaps": [module.own_gaps(ORDERS, as_of=AS_OF, share=0.8)],
    "everybody": [module.everybody(EVENTS)],
    "last_spells": [module.last_spells(SPELLS, as_of=AS_OF, **TERMS)],
    "buyer_periods": [module.buyer_periods(STEPS[0], calendar=calendar) for calendar in (WEEKLY, MONTHLY, QUARTERLY)],
    "touch_periods": [TOUCHED],
    "contract_periods": [module.contract_periods(SPELLS, calendar=MONTHLY, as_of=AS_OF, **TERMS)],
    "step_histogram": [module.step_histogram(BUYERS, last=700), module.step_histogram(BUYERS, TOUCHED, last=700)],
}


def test_no_reduction_is_left_out():
    own = {name: f for name, f in inspect.getmembers(module, inspect.isfunction) if f.__module__ == module.__name__}
    public = {name: f for name, f in own.items() if not name.startswith("_")}
    tables = {name for name, f in public.items() if inspect.signature(f).return_annotation == "ir.Table"}
    assert tables | {"purchase_steps"} == set(EXPRESSIONS)


@pytest.fixture
def _spark_that_is_not_installed(monkeypatch):
    """Ibis asks the options of an engine that it only has once PySpark is there."""
    if ibis.options.pyspark is None:
        known = SimpleNamespace(pyspark=SimpleNamespace(treat_nan_as_null=False))
        monkeypatch.setattr("ibis.backends.sql.compilers.pyspark.options", known)


@pytest.mark.slow
@pytest.mark.usefixtures("_spark_that_is_not_installed")
@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "pyspark"])
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_reduction_compiles_for_every_engine(name, dialect):
    for expression in EXPRESSIONS[name]:
        assert ibis.to_sql(expression, dialect=dialect).startswith(("SELECT", "WITH"))
