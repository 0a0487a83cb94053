"""The expressions over customers' rows: they compile for every engine, and the engine's calendar is Python's."""

from __future__ import annotations

import inspect
import itertools
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import brute
import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crrkit.read.words.columns import RESERVED
from crrkit.reduce import active, neighbours, people, periods, purchases, revenue, rows, shares, units
from crrkit.rules.periods import MONTHS, WEEKDAYS, Calendar

ROOM = (active, neighbours, people, periods, purchases, revenue, rows, shares, units)
module = SimpleNamespace(**{name: one for part in ROOM for name, one in vars(part).items()})

AS_OF = datetime(2024, 3, 10, 12)  # noqa: DTZ001 - the business's own clock
EARLIER = datetime(2024, 2, 10)  # noqa: DTZ001 - the same
MIDNIGHT = datetime(2024, 3, 10)  # noqa: DTZ001 - the same
MONTHLY = Calendar("month")
CONTRACTS = ibis.table(
    {"customer": "string", "contract": "string", "start": "timestamp", "end": "timestamp", "region": "string"},
    name="contracts",
)
ORDERS = ibis.table(
    {"customer": "int64", "at": "timestamp", "amount": "float64", "receipt": "string", "region": "string"},
    name="orders",
)
EVENTS = ibis.table(
    {"customer": "string", "at": "timestamp", "kind": "string", "amount": "float64", "region": "string"},
    name="events",
)
UNITS = module.contract_units(CONTRACTS, as_of=AS_OF, unit="person_any")
SEGMENTS = module.customer_segments(CONTRACTS, time="start", by=("region",))

# Every function that gives a table, each asked in all the ways that change its text.
EXPRESSIONS = {
    "of_kinds": [module.of_kinds(EVENTS, kinds=("purchase", "contract"))],
    "without_refunded": [
        module.without_refunded(table, buying=("purchase",), refund="refund", as_of=AS_OF, by_receipt=by_receipt)
        for table, by_receipt in ((EVENTS, False), (EVENTS.mutate(receipt=ibis.literal("r")), True))
    ],
    "buyers_and_contacts": [module.buyers_and_contacts(EVENTS)],
    "first_purchases": [module.first_purchases(EVENTS, ORDERS, as_of=AS_OF)],
    "order_histogram": [
        module.order_histogram(ORDERS, calendar=MONTHLY, as_of=AS_OF, by=by) for by in ((), ("region",))
    ],
    "with_neighbours": [
        module.with_neighbours(table, as_of=as_of)
        for table in (ORDERS, ORDERS.drop("amount"))
        for as_of in (AS_OF, MIDNIGHT)
    ],
    "linked": [module.linked(ORDERS)],
    "dated": [module.dated(ORDERS), module.dated(ORDERS.drop("amount"))],
    "in_order": [module.in_order(ORDERS)],
    "active_periods": [module.active_periods(ORDERS, calendar=MONTHLY, as_of=AS_OF)],
    "distinct_days": [module.distinct_days(CONTRACTS, "start", "end"), module.distinct_days(ORDERS, "at")],
    "silent_spells": [module.silent_spells(ORDERS, least=14)],
    "purchase_days": [module.purchase_days(ORDERS, as_of=MIDNIGHT)],
    "first_days": [module.first_days(ORDERS, as_of=as_of) for as_of in (AS_OF, MIDNIGHT)],
    "paid_rows": [module.paid_rows(ORDERS, as_of=as_of) for as_of in (AS_OF, MIDNIGHT)],
    "spell_histogram": [
        module.spell_histogram(UNITS, calendar=MONTHLY, as_of=AS_OF, segments=segments) for segments in (None, SEGMENTS)
    ],
    "contract_units": [
        module.contract_units(table, as_of=AS_OF, unit=unit, by=by)
        for table in (CONTRACTS, CONTRACTS.drop("contract"))
        for unit in ("person_any", "person_all", "contract")
        for by in ((), ("region",))
    ],
    "with_gaps_merged": [module.with_gaps_merged(CONTRACTS, days=5)],
    "as_due": [module.as_due(table) for table in (CONTRACTS, module.with_gaps_merged(CONTRACTS, days=5))],
    "renewal_histogram": [module.renewal_histogram(UNITS, calendar=MONTHLY, as_of=AS_OF, late_days=30)],
    "trailing_units": [
        module.trailing_units(ORDERS, days=days, months=months, as_of=AS_OF)
        for days, months in ((1, None), (30.5, None), (None, 2))
    ],
    "term_histogram": [module.term_histogram(table, as_of=AS_OF) for table in (CONTRACTS, CONTRACTS.drop("contract"))],
    "own_gap_units": [module.own_gap_units(ORDERS, limits=[(10.0, 0.0), (5.0, 2.0), (0.0, 3.0)], as_of=AS_OF)],
    "population_gap": [module.population_gap(ORDERS, as_of=AS_OF)],
    "gap_histogram": [module.gap_histogram(ORDERS, as_of=AS_OF)],
    "repeat_histogram": [module.repeat_histogram(ORDERS, as_of=AS_OF)],
    "revenue_by_period": [
        module.revenue_by_period(ORDERS, calendar=MONTHLY, as_of=AS_OF, by=by) for by in ((), ("region",))
    ],
    "retail_histogram": [
        module.retail_histogram(table, calendar=MONTHLY, as_of=AS_OF) for table in (ORDERS, ORDERS.drop("receipt"))
    ],
    "revenue_ranks": [module.revenue_ranks(ORDERS, as_of=AS_OF, top=0.2, points=100)],
    "before_and_after": [module.before_and_after(CONTRACTS.mutate(amount=1.0), calendar=MONTHLY, as_of=AS_OF)],
    "followed": [module.followed(ORDERS, calendar=MONTHLY, as_of=AS_OF)],
    "shares_of_payers": [module.shares_of_payers(ORDERS, calendar=MONTHLY, as_of=AS_OF)],
    "shares_of_cohorts": [module.shares_of_cohorts(ORDERS, calendar=MONTHLY, as_of=AS_OF)],
    "shares_of_holders": [module.shares_of_holders(CONTRACTS.mutate(amount=1.0), calendar=MONTHLY, as_of=AS_OF)],
    "contracts_of_people": [module.contracts_of_people(CONTRACTS, since=AS_OF - timedelta(days=30), until=AS_OF)],
    "with_clock_moved": [module.with_clock_moved(table, hours=-5.5) for table in (ORDERS, CONTRACTS)],
    "clocked": [module.clocked(table) for table in (ORDERS, CONTRACTS)],
    "customer_segments": [SEGMENTS],
    "who_was_there": [module.who_was_there(UNITS, begin=MIDNIGHT, until=AS_OF)],
    "who_bought": [module.who_bought(ORDERS, as_of=AS_OF, before=EARLIER, begin=MIDNIGHT, until=AS_OF)],
    "people_of": [
        module.people_of(
            module.who_was_there(UNITS, begin=MIDNIGHT, until=AS_OF), what, begin=MIDNIGHT, first=first, where={}
        )
        for what in ("start", "kept", "lost", "new", "returned", "end")
        for first in (None, (EARLIER, MIDNIGHT))
    ],
    "customer_count": [module.customer_count(ORDERS)],
    "ids": [module.ids(CONTRACTS, name=name) for name in ("customer", "contract")],
    "with_segments": [module.with_segments(ORDERS, ORDERS, "at", by) for by in ((), ("region",))],
    "spells": [module.spells(UNITS, until=until) for until in ("last", "first")],
}
CALENDARS = [
    *(Calendar(every) for every in ("day", "month")),
    *(Calendar("week", week_starts=weekday) for weekday in WEEKDAYS),
    *(Calendar(every, year_starts=month) for every in ("quarter", "half-year", "year") for month in MONTHS),
]


def test_all_public_reductions_are_listed_here():
    public = {name: f for name, f in vars(module).items() if inspect.isfunction(f) and not name.startswith("_")}
    tables = {name for name, f in public.items() if inspect.signature(f).return_annotation == "ir.Table"}
    kept = {"months_of", "buyers_of", "rows_of_each", "in_slices"}  # others are made from them; or only asked of DuckDB
    assert tables - kept == set(EXPRESSIONS)


def test_column_names_of_reductions_are_reserved():
    made = {name for expressions in EXPRESSIONS.values() for e in expressions for name in e.columns}
    assert made - {"region", "region_right"} <= RESERVED


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_reduction_compiles_for_every_engine(name, sql_for):
    for expression in EXPRESSIONS[name]:
        assert sql_for(expression).startswith(("SELECT", "WITH"))


@pytest.mark.parametrize("calendar", CALENDARS, ids=str)
def test_every_calendar_compiles_for_every_engine(calendar, sql_for):
    assert sql_for(ORDERS.select(k=module.period_index(ORDERS["at"], calendar)))


# The calendar of the engine -------------------------------------------------------------------------------------------


def moments() -> list[datetime]:
    """Both sides of every first of a month of twelve years, of every day of one leap year, and of centuries' turns."""
    firsts = [date(year, month, 1) for year in (*range(1968, 1974), *range(2019, 2025)) for month in range(1, 13)]
    days = [date(2024, 1, 1) + timedelta(days=k) for k in range(366)]
    odd = [date(1890, 1, 1), date(1900, 3, 1), date(1999, 12, 31), date(2000, 2, 29), date(2100, 3, 1)]
    starts = [datetime(day.year, day.month, day.day) for day in (*firsts, *days, *odd)]  # noqa: DTZ001 - the business's own clock
    return [start + timedelta(seconds=second) for start in starts for second in (-1, 0)]


def test_period_numbers_of_the_engine_equal_those_of_python():
    table = engine_table(pa.table({"at": moments()}), "moments")
    indexes = {f"k{n}": module.period_index(table["at"], calendar) for n, calendar in enumerate(CALENDARS)}
    counted = table.select("at", **indexes).to_pandas()
    for n, calendar in enumerate(CALENDARS):
        expected = [calendar.index(moment) for moment in counted["at"]]
        assert counted[f"k{n}"].tolist() == expected, calendar


@pytest.mark.parametrize("calendar", CALENDARS, ids=str)
def test_periods_begin_and_end_on_the_days_of_the_calendar(calendar):
    rules = {"week_starts": calendar.week_starts, "year_starts": calendar.year_starts}
    for since, until in brute.periods(date(2023, 11, 15), date(2025, 2, 3), calendar.every, **rules):
        index = calendar.index(since.date())
        assert (calendar.start(index), calendar.start(index + 1)) == (since.date(), until.date())
        assert calendar.index(until.date() - timedelta(days=1)) == index


# What they give, by hand ----------------------------------------------------------------------------------------------

NUMBERED = itertools.count()
CON = ibis.duckdb.connect()


def engine_table(rows: pa.Table | pd.DataFrame, name: str = "rows") -> ibis.Table:
    name = f"{name}_{next(NUMBERED)}"
    CON.con.register(name, rows)
    return CON.table(name)


def intervals(*lines: tuple[str, str, str]) -> ibis.Table:
    frame = pd.DataFrame(lines, columns=["customer", "start", "end"])
    return engine_table(frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"])))


def merged(units: ibis.Table, until: str = "last") -> list[tuple[str, str]]:
    found = module.spells(units, until=until).order_by("customer", "start").to_pandas()
    return [(f"{row.start:%m-%d}", f"{row.end:%m-%d}") for row in found.itertuples()]


def test_spells_by_hand():
    lines = ["01-01 01-10", "01-05 01-08", "01-10 01-20", "01-21 01-25"]
    chain = intervals(*(("a", f"2024-{line[:5]}", f"2024-{line[6:]}") for line in lines))
    assert merged(chain) == [("01-01", "01-20"), ("01-21", "01-25")]
    # Held together: the first two, which end on the 8th; the third begins later and only touches the first.
    assert merged(chain, until="first") == [("01-01", "01-08"), ("01-10", "01-20"), ("01-21", "01-25")]


@pytest.mark.parametrize("copies", [2, 1000])
def test_duplicate_intervals_in_any_order_give_the_same_spells(copies):
    random = np.random.default_rng(3)
    starts = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 300, 400), "D")
    once = pd.DataFrame({"customer": random.integers(0, 60, 400), "start": starts})
    once["end"] = once["start"] + pd.to_timedelta(random.integers(0, 30, 400), "D")
    many = pd.concat([once] * copies).sample(frac=1, random_state=4)
    expected, counted = (
        module.spells(engine_table(rows), until="last").drop("spell").order_by("customer", "start").to_pandas()
        for rows in (once, many)
    )
    pd.testing.assert_frame_equal(counted, expected)


def test_order_histogram_by_hand():
    rows = [("a", "2024-01-05"), ("a", "2024-01-31"), ("a", "2024-03-01"), ("b", "2024-02-01"), ("b", "2024-03-11")]
    frame = pd.DataFrame(rows, columns=["customer", "at"]).assign(at=lambda f: pd.to_datetime(f["at"]))
    found = module.order_histogram(engine_table(frame), calendar=MONTHLY, as_of=AS_OF).to_pandas()
    january = MONTHLY.index(date(2024, 1, 1))
    assert set(found.fillna(-1).itertuples(index=False, name=None)) == {
        (january, -1, 1),  # a is new in January, twice
        (january + 2, january, 1),  # a is back in March after January
        (january + 1, -1, 1),  # b is new in February; 11 March is after the cut-off
    }


def test_the_segment_of_a_customer_is_that_of_the_earliest_row():
    frame = pd.DataFrame({
        "customer": ["a", "a", "b", "b", "c"],
        "at": pd.to_datetime(["2024-02-01", "2024-01-01", "2024-01-01", "2024-01-01", "2024-01-01"]),
        "region": ["North", "South", "West", "East", None],
    })  # fmt: skip
    found = module.customer_segments(engine_table(frame), time="at", by=("region",)).to_pandas()
    assert dict(found.itertuples(index=False)) == {"a": "South", "b": "East", "c": module.NO_SEGMENT}
