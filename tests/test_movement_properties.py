"""The account against a count moment by moment, on random histories that crowd around every boundary."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise, product

import brute
import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from worlds import FLOWS

from crrkit import reduce
from crrkit.measure.movement import retention_by_period
from crrkit.read.bases.readers import read_contracts, read_orders
from crrkit.reduce import rows
from crrkit.rules.activity import Trailing

# 29 days in February; 1 February and 1 March are boundaries of months and of the fiscal years below, 5 February is a
# Monday. The clock stands at, just after and just before midnight, and somewhere in between.
DAYS = [date(2024, 1, 26) + timedelta(days=k) for k in range(42)]
CROWDED = [date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 4), date(2024, 2, 5), date(2024, 2, 29), date(2024, 3, 1)]
CLOCK = [time(0, 0, 0), time(0, 0, 1), time(12, 0, 0), time(23, 59, 59)]
MOMENTS = st.builds(datetime.combine, st.sampled_from([*DAYS, *CROWDED * 6]), st.sampled_from(CLOCK))

CALENDARS = [
    ("day", {}), ("week", {}), ("week", {"week_starts": "sunday"}), ("week", {"week_starts": "thursday"}),
    ("month", {}), ("quarter", {"year_starts": "february"}), ("quarter", {"year_starts": "december"}),
    ("half-year", {"year_starts": "march"}), ("half-year", {"year_starts": "august"}),
    ("year", {"year_starts": "february"}), ("year", {"year_starts": "march"}), ("year", {}),
]  # fmt: skip
CUT_OFFS = [datetime(2024, 3, 10), datetime(2024, 2, 29, 12), datetime(2024, 3, 1), datetime(2024, 2, 5, 0, 0, 1)]  # noqa: DTZ001 - the business's own clock
UNITS = ["person_any", "person_all", "contract"]
FIRST, LAST = date(2024, 1, 26), date(2024, 3, 9)

INTERVALS = st.builds(
    lambda one, other, kind: (min(one, other), {"open": None, "empty": min(one, other)}.get(kind, max(one, other))),
    MOMENTS,
    MOMENTS,
    st.sampled_from(["open", "empty", "closed", "closed", "closed"]),
)
CHAINS = st.lists(MOMENTS, min_size=2, max_size=5, unique=True).map(lambda moments: list(pairwise(sorted(moments))))
MIXED = st.builds(list.__add__, CHAINS, st.lists(INTERVALS, max_size=1))
CONTRACTS = st.one_of(st.lists(INTERVALS, min_size=1, max_size=4), MIXED)
HISTORIES = st.dictionaries(st.sampled_from("abcdef"), CONTRACTS, min_size=1)
LOGS = st.dictionaries(st.sampled_from("abcdef"), st.lists(MOMENTS, min_size=1, max_size=6), min_size=1)


# The engine, asked as the package asks it, but each question compiled once ------------------------------------------

AS_OF = datetime(2031, 5, 17, 11, 13, 19)  # noqa: DTZ001 - stands for the cut-off in the compiled text
WRITTEN = "MAKE_TIMESTAMP({0.year}, {0.month}, {0.day}, {0.hour}, {0.minute}, {0.second}.0)"


class Engine:
    """A base over a table whose rows are changed behind its back, so that many histories cost one reading."""

    def __init__(self) -> None:
        self.con = ibis.duckdb.connect()
        self._run("CREATE TABLE contracts (client_id TEXT, contract INT, joined TIMESTAMP, gone TIMESTAMP)")
        self._run("CREATE TABLE orders (client_id TEXT, ordered_at TIMESTAMP)")
        self._run("INSERT INTO contracts VALUES ('a', 1, '2024-01-26', NULL)")
        self._run("INSERT INTO orders VALUES ('a', '2024-01-26')")
        self.contracts = read_contracts(
            self.con.table("contracts"), customer="client_id", contract="contract", start="joined", end="gone"
        )
        self.orders = read_orders(self.con.table("orders"), customer="client_id", at="ordered_at")
        self.compiled: dict[object, str] = {}
        self.as_of = AS_OF

    def fill(self, table: str, rows: list[tuple]) -> None:
        places = ", ".join(["(" + ", ".join("?" for _ in rows[0]) + ")"] * len(rows))
        self._run(f"TRUNCATE {table}")
        self.con.con.execute(f"INSERT INTO {table} VALUES {places}", [v for row in rows for v in row]).fetchall()  # noqa: S608 - names of our own, no value from outside

    def collect(self, reduction: ibis.Table) -> pd.DataFrame:
        """What `reduce.collect` does, with the text of the query kept and the cut-off written into it."""
        key = reduction.op()
        if key not in self.compiled:
            self.compiled[key] = ibis.to_sql(reduction, dialect="duckdb")
            assert WRITTEN.format(AS_OF) in self.compiled[key]
        return self._run(self.compiled[key].replace(WRITTEN.format(AS_OF), WRITTEN.format(self.as_of)))

    def owns(self, reduction: ibis.Table) -> bool:
        return reduction.get_backend() is self.con

    def account(self, base, every: str, calendar: dict[str, str], as_of: datetime, unit: str = "person_any"):
        self.as_of = as_of
        base = replace(base, as_of=AS_OF, card=base.card.with_(**calendar))
        labels = [label_of(day, every, calendar) for day in (FIRST, as_of - timedelta(microseconds=1))]
        return retention_by_period(base, every=every, first=labels[0], last=labels[1], unit=unit).table

    def _run(self, query: str) -> pd.DataFrame:
        return self.con.con.execute(query).df()


def label_of(day: date, every: str, calendar: dict[str, str]) -> str:
    from crrkit.rules.periods import Calendar

    return Calendar(every, **calendar).label_of(day)


@cache
def engine() -> Engine:
    return Engine()


@pytest.fixture(autouse=True, scope="module")
def _compiled_once():
    """Two roads: bases over the engine's own tables ask the compiled text, all others the package's own way."""
    whole = rows.collect
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            reduce, "collect", lambda asked: engine().collect(asked) if engine().owns(asked) else whole(asked)
        )
        yield


def compare(table: pd.DataFrame, expected: list[dict[str, int]], bounds) -> None:
    assert [(row.from_, row.until) for row in table.itertuples()] == bounds
    for (_, row), counted in zip(table.iterrows(), expected, strict=True):
        assert set(FLOWS) <= set(counted)
        assert {name: row[name] for name in counted} == counted, row["period"]


# Contracts ------------------------------------------------------------------------------------------------------------


def by_unit(histories: brute.Histories, unit: str) -> brute.Histories:
    """What is counted as one customer, and when it is there."""
    if unit == "contract":
        return {(who, k): [pair] for who, pairs in histories.items() for k, pair in enumerate(pairs)}
    return histories


def counted(histories: brute.Histories, unit: str, bounds, as_of: datetime) -> list[dict[str, int]]:
    """The counts of every period, each row of a history being a contract of its own."""
    if unit == "person_all":
        people = {who: {no: [pair] for no, pair in enumerate(pairs)} for who, pairs in histories.items()}
        return brute.holders(people, bounds, as_of)
    return brute.account(by_unit(histories, unit), bounds, as_of)


def rows_of(histories: brute.Histories) -> list[tuple]:
    pairs = [(who, *pair) for who, pairs in histories.items() for pair in pairs]
    return [(who, number, start, end) for number, (who, start, end) in enumerate(pairs)]


@settings(max_examples=50)
@given(HISTORIES, st.sampled_from(CALENDARS), st.sampled_from(CUT_OFFS), st.sampled_from(UNITS))
def test_every_flow_of_contracts_is_what_a_look_at_every_moment_gives(histories, calendar, as_of, unit):
    every, rules = calendar
    engine().fill("contracts", rows_of(histories))
    table = engine().account(engine().contracts, every, rules, as_of, unit)
    bounds = brute.periods(FIRST, (as_of - timedelta(microseconds=1)).date(), every, **rules)
    compare(table, counted(histories, unit, bounds, as_of), bounds)
    check_laws(table)


NUMBERED = st.dictionaries(
    st.sampled_from("abcd"), st.dictionaries(st.sampled_from([1, 2, 3]), MIXED, min_size=1), min_size=1
)


@pytest.mark.slow
@settings(max_examples=50)
@given(NUMBERED, st.sampled_from(CALENDARS), st.sampled_from(CUT_OFFS))
def test_every_flow_of_people_who_keep_all_of_their_numbered_contracts(people, calendar, as_of):
    """Contracts of several rows each, which pause, touch and renew each other."""
    every, rules = calendar
    rows = [
        (who, 10 * ord(who) + no, *pair) for who, held in people.items() for no, pairs in held.items() for pair in pairs
    ]
    engine().fill("contracts", rows)
    table = engine().account(engine().contracts, every, rules, as_of, "person_all")
    bounds = brute.periods(FIRST, (as_of - timedelta(microseconds=1)).date(), every, **rules)
    compare(table, brute.holders(people, bounds, as_of), bounds)
    check_laws(table)


@settings(max_examples=30)
@given(LOGS, st.sampled_from(CALENDARS), st.sampled_from(CUT_OFFS))
def test_every_flow_of_buyers_is_what_sets_of_buyers_give(log, calendar, as_of):
    every, rules = calendar
    engine().fill("orders", [(who, at) for who, moments in log.items() for at in moments])
    table = engine().account(engine().orders, every, rules, as_of)
    bounds = brute.periods(FIRST, (as_of - timedelta(microseconds=1)).date(), every, **rules)
    compare(table, brute.buyers(log, bounds, as_of), bounds)
    check_laws(table)


@settings(max_examples=15)
@given(LOGS, st.sampled_from(["week", "month"]), st.sampled_from(CUT_OFFS), st.sampled_from([1, 7, 30.5]))
def test_every_flow_of_a_trailing_window_is_what_a_look_at_every_moment_gives(log, every, as_of, days):
    engine().fill("orders", [(who, at) for who, moments in log.items() for at in moments])
    base = replace(engine().orders, activity=Trailing(days=days))
    table = engine().account(base, every, {}, as_of)
    bounds = brute.periods(FIRST, (as_of - timedelta(microseconds=1)).date(), every)
    histories = {who: brute.trailing(moments, days) for who, moments in log.items()}
    compare(table, brute.account(histories, bounds, as_of), bounds)
    check_laws(table)


def check_laws(table: pd.DataFrame) -> None:
    """What holds for every history: domain.md 8.3."""
    assert (table["start"] - table["lost"] + table["new"] + table["returned"] == table["end"]).all()
    assert (table["end"].to_numpy()[:-1] == table["start"].to_numpy()[1:]).all()
    assert (table[list(FLOWS)] >= 0).all(axis=None)
    assert (table["continuous"] <= table["kept"]).all()
    some = table[table["start"] > 0]
    assert some["crr"].between(0, 1).all()
    np.testing.assert_allclose(some["crr"] + some["churn"], 1, rtol=0, atol=1e-15)
    assert (some["crr_low"] <= some["crr"] + 1e-12).all()
    assert (some["crr"] <= some["crr_high"] + 1e-12).all()
    assert table.loc[table["start"] == 0, ["crr", "crr_low", "churn", "growth"]].isna().all(axis=None)


# The bias of the counts formula: domain.md 2.2 ------------------------------------------------------------------------


def called_new(histories: brute.Histories, since: datetime, until: datetime, convention: tuple[int, ...]) -> int:
    """What a CRM reports as new under a convention, counted customer by customer from what it would have seen.

    alpha: joined and gone; rho: former customers who returned; sigma: those who left again; eta: every further start.
    """
    alpha, rho, sigma, eta = convention
    total = 0
    for intervals in histories.values():
        starts = {start for start, _ in intervals if since <= start < until and not brute.there(intervals, start)}
        at_start, at_end = brute.there(intervals, since), brute.there(intervals, until)
        never_before = min(start for start, _ in intervals) >= since
        first_counts = 1 if never_before and at_end else alpha if never_before else rho if at_end else sigma
        total += eta * len(starts) if at_start else first_counts + eta * (len(starts) - 1) if starts else 0
    return total


@settings(max_examples=20)
@given(HISTORIES)
def test_the_formula_is_wrong_by_exactly_the_flows_it_does_not_see(histories):
    since, until = datetime(2024, 2, 1), datetime(2024, 3, 1)  # noqa: DTZ001 - the business's own clock
    engine().fill("contracts", rows_of(histories))
    row = engine().account(engine().contracts, "month", {}, until).set_index("period").loc["2024-02"]
    for convention in product((0, 1), repeat=4):
        alpha, rho, sigma, eta = convention
        gap = (
            (1 - rho) * row["returned"] - alpha * row["new_lost"] - sigma * row["returned_lost"] - eta * row["rejoined"]
        )
        assert row["end"] - called_new(histories, since, until, convention) - row["kept"] == gap, convention


# The whole road, from a frame to the table ----------------------------------------------------------------------------


@cache
def crowd(seed: int) -> brute.Histories:
    """Three hundred random customers with up to four contracts each."""
    random = np.random.default_rng(seed)
    histories = defaultdict(list)
    for who in range(300):
        for _ in range(random.integers(1, 5)):
            one, other = sorted(_moment(random) for _ in range(2))
            kind = random.choice(["open", "empty", "closed"], p=[0.15, 0.1, 0.75])
            histories[who].append((one, {"open": None, "empty": one}.get(kind, other)))
    return dict(histories)


def _moment(random: np.random.Generator) -> datetime:
    pool = CROWDED if random.random() < 0.4 else DAYS
    return datetime.combine(pool[random.integers(len(pool))], CLOCK[random.integers(len(CLOCK))])


def frame_of(histories: brute.Histories) -> pd.DataFrame:
    return pd.DataFrame(rows_of(histories), columns=["client_id", "contract", "joined", "gone"])


@pytest.mark.daily(1)
@pytest.mark.parametrize("unit", UNITS)
def test_three_hundred_customers_by_every_period(unit):
    as_of = datetime(2024, 3, 6, 12)  # noqa: DTZ001 - the business's own clock
    base = read_contracts(
        frame_of(crowd(7)), customer="client_id", contract="contract", start="joined", end="gone", as_of=as_of
    )
    for every in ("day", "week", "month"):
        table = retention_by_period(base, every=every, unit=unit).table
        bounds = brute.periods(base.first.date(), as_of.date(), every)
        compare(table, counted(crowd(7), unit, bounds, as_of), bounds)
        assert table["status"].iloc[-1] == "running"


def test_three_hundred_buyers_by_every_period():
    log = {who: [start for start, _ in pairs] for who, pairs in crowd(8).items()}
    frame = pd.DataFrame([(who, at) for who, moments in log.items() for at in moments], columns=["who", "at"])
    base = read_orders(frame, customer="who", at="at")
    for every in ("day", "week", "month"):
        table = retention_by_period(base, every=every).table
        bounds = brute.periods(base.first.date(), (base.as_of - timedelta(days=1)).date(), every)
        compare(table, brute.buyers(log, bounds, base.as_of), bounds)


def test_customers_counted_three_times_keep_every_rate():
    once = frame_of(crowd(9))
    thrice = pd.concat([once.assign(client_id=once["client_id"] + 1000 * k) for k in range(3)])
    one, three = (
        retention_by_period(read_contracts(frame, customer="client_id", start="joined", end="gone"), every="week").table
        for frame in (once, thrice)
    )
    assert (three[list(FLOWS)] == 3 * one[list(FLOWS)]).all(axis=None)
    np.testing.assert_array_equal(three["crr"], one["crr"])
    wide = one["crr_high"] - one["crr_low"]
    assert ((three["crr_high"] - three["crr_low"]) <= wide).where(wide.notna(), other=True).all()


def test_the_units_are_nested():
    """Whoever keeps all contracts keeps one, and is there as long as one runs: whoever lets one go is not gone."""
    histories = crowd(10)
    as_of = CUT_OFFS[0]
    engine().fill("contracts", rows_of(histories))
    tables = {unit: engine().account(engine().contracts, "day", {}, as_of, unit) for unit in UNITS}
    of_all, of_any = tables["person_all"], tables["person_any"]
    assert (of_all[["start", "end", "new"]] == of_any[["start", "end", "new"]]).all(axis=None)
    assert (of_any["end"] <= tables["contract"]["end"]).all()
    assert (of_all["kept"] <= of_any["kept"]).all()
    assert (of_all["kept"] < of_any["kept"]).any()
    assert (of_any["kept"] - of_all["kept"] == of_all["reduced"]).all()


def test_without_renewals_all_kept_is_every_contract_of_the_start_there_at_the_end():
    """The definition itself, on contracts none of which begins when another of the person ends."""
    random = np.random.default_rng(12)
    rows = []
    for row in range(600):
        start = datetime(2024, 1, 26) + timedelta(hours=float(random.integers(0, 1000)))  # noqa: DTZ001 - the business's own clock
        end = start + timedelta(hours=float(random.integers(1, 900)), minutes=float(row % 59 + 1))
        rows.append(
            (f"p{random.integers(150)}", row, start, None if random.random() < 0.3 else end)
        )  # starts on the hour
    engine().fill("contracts", rows)
    as_of = CUT_OFFS[0]
    table = engine().account(engine().contracts, "week", {}, as_of, "person_all")
    for row in table.itertuples():
        held = [(who, end) for who, _no, start, end in rows if brute.there([(start, end)], row.from_)]
        people, closing = {who for who, _ in held}, min(row.until, as_of)
        gave_up = {who for who, end in held if end is not None and end < closing}
        assert (row.start, row.kept) == (len(people), len(people - gave_up))
    assert table["reduced"].sum() > 50


def test_segments_are_accounts_of_their_own_customers():
    """Each customer stands in the segment of the earliest row, the smallest where several are as early."""
    rows = frame_of(crowd(11))
    rows["region"] = np.random.default_rng(11).choice(["North", "South", "West", None], len(rows))
    as_of = datetime(2024, 3, 6, 12)  # noqa: DTZ001 - the business's own clock
    columns = {"customer": "client_id", "contract": "contract", "start": "joined", "end": "gone"}
    base = read_contracts(rows, **columns, by="region", as_of=as_of)
    table = retention_by_period(base, every="week", by="region").table
    seen = rows[rows["joined"] < as_of]
    earliest = seen[seen["joined"] == seen.groupby("client_id")["joined"].transform("min")]
    named = earliest.dropna(subset=["region"]).groupby("client_id")["region"].min()
    home = named.reindex(sorted(earliest["client_id"].unique())).fillna("–")
    bounds = brute.periods(base.first.date(), as_of.date(), "week")
    assert sorted(table["region"].unique()) == sorted(home.unique())
    for region, part in table.groupby("region"):
        own = {who: crowd(11)[who] for who in home.index[home == region]}
        compare(part.drop(columns="region"), brute.account(own, bounds, as_of), bounds)
    whole = retention_by_period(base, every="week").table
    assert (table.groupby("from_")[list(FLOWS)].sum().to_numpy() == whole[list(FLOWS)].to_numpy()).all()
