"""The expressions of silences compile for every engine, and hold what can be counted by hand."""

from __future__ import annotations

import inspect
import re
from datetime import date, datetime
from itertools import chain

import ibis
import pandas as pd
import pytest

import crrkit.reduce.silences as module
from crrkit.read.words.columns import RESERVED
from crrkit.rules.periods import Calendar

AS_OF = datetime(2024, 3, 10, 12)  # noqa: DTZ001 - the business's own clock
ORDERS = ibis.table({"customer": "string", "at": "timestamp", "region": "string"}, name="orders")
CALENDARS = [
    Calendar("day"), Calendar("week", week_starts="thursday"), Calendar("month"),
    Calendar("quarter", year_starts="february"), Calendar("half-year"), Calendar("year", year_starts="december"),
]  # fmt: skip
LIMITS = (7, 30, 90)
SPLIT = ("region",)
RULE = {"regulars": (2, 4), "window_days": 180}
DAYS = [
    module.silent_days(ORDERS, as_of=AS_OF, limits=LIMITS, regulars=regulars, span_days=span, by=by)
    for by, regulars, span in (((), (), 0), (SPLIT, (2, 4), 30), ((), (3,), 0))
]
PERIODS = [
    module.by_period(days, calendar, LIMITS, regulars)
    for days, regulars in zip(DAYS[:2], ((), (2, 4)), strict=True)
    for calendar in CALENDARS
]

SPELLS = ibis.table({"customer": "string", "start": "timestamp", "end": "timestamp"}, name="spells")
REGIONS = ibis.table({"customer": "string", "region": "string"}, name="regions")
PAUSES = [module.pauses(SPELLS, as_of=AS_OF, limits=(0, *LIMITS), segments=segments) for segments in (None, REGIONS)]
JOINED = [module.pauses_by_period(pauses, calendar) for pauses in PAUSES for calendar in CALENDARS]

EXPRESSIONS = {
    "pauses": PAUSES,
    "pauses_by_period": JOINED,
    "contract_arrivals": [module.contract_arrivals(JOINED[0]), module.contract_arrivals(JOINED[-1], by=SPLIT)],
    "spell_pauses": [module.spell_pauses(JOINED[0]), module.spell_pauses(JOINED[-1], by=SPLIT)],
    "silent_days": DAYS,
    "by_period": PERIODS,
    "arrivals": [module.arrivals(PERIODS[0]), module.arrivals(PERIODS[-1], by=SPLIT)],
    "cohort_cells": [module.cohort_cells(PERIODS[0]), module.cohort_cells(PERIODS[-1], by=SPLIT)],
    "cohort_customers": [
        module.cohort_customers(PERIODS[k], CALENDARS[k], limits=LIMITS, earliest=0, through=9, by=by)
        for k, by in ((0, ()), (-1, SPLIT))
    ],
    "silence_counts": [module.silence_counts(PERIODS[0]), module.silence_counts(PERIODS[-1], by=SPLIT)],
    "regular_arrivals": [module.regular_arrivals(PERIODS[-1], CALENDARS[-1], never=3, by=SPLIT, **RULE)],
    "regular_silences": [module.regular_silences(PERIODS[-1], CALENDARS[-1], **RULE)],
    "segment_sizes": [module.segment_sizes(DAYS[1], name="region")],
    "with_others": [module.with_others(DAYS[1], {"region": ["north"]})],
}


def test_all_public_reductions_are_listed_here():
    public = {name: f for name, f in inspect.getmembers(module, inspect.isfunction) if f.__module__ == module.__name__}
    tables = {name for name, f in public.items() if inspect.signature(f).return_annotation == "ir.Table"}
    assert {name for name in tables if not name.startswith("_")} == set(EXPRESSIONS)


def test_column_names_of_reductions_are_reserved():
    made = {name for expressions in EXPRESSIONS.values() for e in expressions for name in e.columns}
    assert {name for name in made if not re.search(r"_\d", name)} - {
        "region"
    } <= RESERVED  # nobody's is called oldest_4


@pytest.mark.slow
def test_every_reduction_compiles_for_every_engine(sql_for):
    for expression in chain(*EXPRESSIONS.values()):
        assert sql_for(expression).startswith(("SELECT", "WITH"))


def test_the_first_day_of_a_period_is_that_of_the_calendar():
    wrong = []
    for calendar in CALENDARS:
        table = ibis.memtable({"k": [calendar.index(date(2024, 2, 29)) + k for k in range(-30, 30)]})
        found = table.select("k", day=module.first_day(table["k"], calendar)).to_pandas()
        days = [calendar.start(int(k)).toordinal() - date(1970, 1, 1).toordinal() for k in found["k"]]
        wrong += [calendar] if list(found["day"]) != days else []
    assert not wrong


def test_a_bin_is_the_first_limit_that_is_not_below():
    table = ibis.memtable(pd.DataFrame({"days": [1, 7, 8, 30, 31, 90, 91, 5000, None]}, dtype="Int64"))
    found = table.select(bin=module.bin_of(table["days"], LIMITS)).to_pandas()["bin"]
    assert found.tolist()[:-1] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert pd.isna(found.iloc[-1])  # no silence before the first purchase


def test_a_silence_goes_by_the_clock_and_not_by_the_dates():
    at = ["2024-02-01 10:00", "2024-02-01 18:00", "2024-02-08 18:00", "2024-02-15 18:01"]
    log = ibis.memtable(pd.DataFrame({"customer": "a", "at": pd.to_datetime(at)}))
    days = module.silent_days(log, as_of=datetime(2024, 2, 22, 18), limits=(7, 8))  # noqa: DTZ001 - the business's own clock
    found = days.to_pandas().sort_values("day")
    # From the last purchase of a day to the first of the next: seven days to the second, then a minute more. At the
    # cut-off the last one lies a minute less than seven days back, the two before it no day more than the dates say.
    assert found["gap"].tolist()[1:] == [0, 1]
    assert found["late"].tolist() == [0, 0, 0]
    later = module.silent_days(log, as_of=datetime(2024, 2, 22, 18, 2), limits=(7, 8))  # noqa: DTZ001 - the business's own clock
    assert later.to_pandas().sort_values("day")["late"].tolist() == [1, 1, 1]
