"""The expressions of stages compile for every engine; what they count is tested with the flows."""

from __future__ import annotations

import inspect
from collections import Counter
from datetime import datetime
from itertools import zip_longest

import ibis
import numpy as np
import pandas as pd
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


def test_all_public_reductions_are_listed_here():
    own = {name: f for name, f in inspect.getmembers(module, inspect.isfunction) if f.__module__ == module.__name__}
    public = {name: f for name, f in own.items() if not name.startswith("_")}
    tables = {name for name, f in public.items() if inspect.signature(f).return_annotation == "ir.Table"}
    assert tables | {"purchase_steps"} == set(EXPRESSIONS)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_reduction_compiles_for_every_engine(name, sql_for):
    for expression in EXPRESSIONS[name]:
        assert sql_for(expression).startswith(("SELECT", "WITH"))


LAST = 12


def steps_by_chance(rng, *, path, periods):
    """Steps of a customer in some periods, each with the next one."""
    return [
        (since, following, path, first, int(first + rng.integers(0, 4)))
        for since, following in zip_longest(periods, periods[1:])
        for first in [int(since + rng.integers(0, 4)) if path else since]
    ]


def stage_at(boundary, steps):
    """The number of the stage of a customer at a boundary, by the step that holds there."""
    for since, _following, path, first, then in reversed(steps):
        if boundary > since:
            stages = list(module.PATHS.values())[path]
            return module.STATES.index(stages[(boundary > first) + (boundary > then)])
    return module.STATES.index(module.UNKNOWN)


def test_stages_at_the_two_boundaries_before_each_step_equal_brute_force():
    rng, contacts, buyers, expected = np.random.default_rng(7), [], [], Counter()
    for customer in range(300):
        periods = sorted({int(period) for period in rng.integers(0, LAST + 1, rng.integers(1, 6))})
        cut = int(rng.integers(0, len(periods) + 1))
        met = steps_by_chance(rng, path=0, periods=periods[:cut])
        bought = steps_by_chance(rng, path=1, periods=periods[cut:])
        if met and bought:
            met[-1] = (met[-1][0], bought[0][0], *met[-1][2:])
        contacts += [(customer, *step) for step in met]
        buyers += [(customer, *step) for step in bought]
        own = met + bought
        for since, following, path, first, then in own:
            until = LAST if following is None else following
            known = stage_at(since, own), stage_at(since - 1, own)
            expected[since, until, path, min(first, until), min(then, until), *known] += since < LAST
    columns = ["customer", "since", "following", "path", "first_until", "then_until"]
    tables = [ibis.memtable(pd.DataFrame(rows, columns=columns).astype("Int64")) for rows in (buyers, contacts)]
    counted = module.step_histogram(*tables, last=LAST).to_pandas()
    found = {tuple(map(int, row)): n for *row, n in counted.itertuples(index=False)}
    assert found == {key: n for key, n in expected.items() if n}
