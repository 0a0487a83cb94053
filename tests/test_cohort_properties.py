"""Every cell of a grid against a look at every customer, age by age, on histories that crowd around the boundaries."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache

import brute
import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings, strategies as st

import crrkit as crr
from crrkit.reduce import engine_errors
from crrkit.rules.periods import Calendar

# The leap day, the ends of two months, a Monday; midnight, the second after and the second before.
DAYS = [date(2024, 1, 26) + timedelta(days=k) for k in range(42)]
CROWDED = [date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 4), date(2024, 2, 5), date(2024, 2, 29), date(2024, 3, 1)]
CLOCK = [time(0, 0, 0), time(0, 0, 1), time(12, 0, 0), time(23, 59, 59)]
MOMENTS = st.builds(datetime.combine, st.sampled_from([*DAYS, *CROWDED * 4]), st.sampled_from(CLOCK))
INTERVALS = st.builds(
    lambda one, other, kind: (min(one, other), {"open": None, "empty": min(one, other)}.get(kind, max(one, other))),
    MOMENTS,
    MOMENTS,
    st.sampled_from(["open", "empty", "closed", "closed", "closed"]),
)
HISTORIES = st.dictionaries(st.sampled_from("abcdef"), st.lists(INTERVALS, min_size=1, max_size=4), min_size=1)
LOGS = st.dictionaries(st.sampled_from("abcdef"), st.lists(MOMENTS, min_size=1, max_size=6), min_size=1)
PAID = st.lists(st.tuples(st.sampled_from("abcd"), MOMENTS, st.integers(-3, 9)), min_size=1, max_size=14)
CALENDARS = [
    ("day", {}), ("week", {}), ("week", {"week_starts": "sunday"}), ("month", {}), ("month", {}),
    ("quarter", {"year_starts": "february"}), ("half-year", {"year_starts": "march"}),
    ("year", {"year_starts": "february"}),
]  # fmt: skip
CUT_OFFS = [datetime(2024, 3, 10), datetime(2024, 2, 29, 12), datetime(2024, 3, 1), datetime(2024, 2, 5, 0, 0, 1)]  # noqa: DTZ001 - the business's own clock
FIRST = date(2024, 1, 26)
SECONDS = {
    "day": 86400, "week": 604800, "month": 2629800, "quarter": 7889400, "half-year": 15778800, "year": 31557600,
}  # fmt: skip
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)  # a grid takes a tenth of a second: shrinking takes minutes
KINDS = ["bounded", "unbounded", "bracket"]
BRACKETS = [(0, 0), (1, 2), (2, 5)]
SOON = timedelta(microseconds=1)


# The grid, counted customer by customer -----------------------------------------------------------------------------


class Plain:
    """One history under one clock: what could be seen, and who was there."""

    def __init__(self, every, rules, align, as_of, moment) -> None:
        self.bounds = brute.periods(FIRST, (as_of - SOON).date(), every, **rules)
        self.step = None if align == "calendar" else timedelta(seconds=SECONDS[every])
        self.as_of, self.moment = as_of, moment

    @property
    def ages(self) -> range:
        """All ages that anybody can have begun."""
        if self.step is None:
            return range(len(self.bounds))
        seen = self.as_of - self.bounds[0][0]
        return range(next(k for k in range(10**6) if not self._reached(seen, k)))

    def _reached(self, seen: timedelta, age: int) -> bool:
        return age * self.step <= seen if self.moment else age * self.step < seen

    def window(self, begun: datetime, age: int) -> tuple[datetime, datetime] | None:
        """An age of a customer; None when the calendar has not come to it."""
        if self.step is not None:
            return begun + age * self.step, begun + (age + 1) * self.step
        cohort = next(i for i, (since, until) in enumerate(self.bounds) if since <= begun < until)
        return self.bounds[cohort + age] if cohort + age < len(self.bounds) else None

    def status(self, cohort: int, first: int, last: int) -> str:
        """Whether ages ``first .. last`` of everybody who may be in the cohort have been seen."""
        since, until = self.bounds[cohort]
        if self.step is None:
            last_one = cohort + last
            if last_one < len(self.bounds) and self.bounds[last_one][1] <= self.as_of:
                return "observed"
            return "in_progress" if cohort + first < len(self.bounds) else "unobserved"
        extra = 0 if self.moment else 1
        if until + (last + extra) * self.step <= self.as_of:
            return "observed"
        return "in_progress" if self._reached(self.as_of - since, first) else "unobserved"


def ages_of_buyer(plain: Plain, moments: list[datetime]) -> set[int]:
    seen = [at for at in moments if at < plain.as_of]
    windows = {age: plain.window(min(seen), age) for age in plain.ages}
    return {age for age, w in windows.items() if w and any(w[0] <= at < w[1] for at in seen)}


def ages_of_member(plain: Plain, intervals: list[brute.Interval]) -> set[int]:
    seen = [(start, min(end or plain.as_of, plain.as_of)) for start, end in intervals if start < plain.as_of]
    begun = min(start for start, _ in seen)
    return {age for age in plain.ages if _there(plain, seen, begun, age)}


def _there(plain: Plain, seen: list[tuple[datetime, datetime]], begun: datetime, age: int) -> bool:
    window = plain.window(begun, age)
    if window is None:
        return False
    since, until = window
    if plain.moment and plain.step is None:
        at = min(until, plain.as_of)
    elif plain.moment:
        at = since
        if age == 0:
            return True
        if at > plain.as_of:
            return False
    else:
        return any(_meets(interval, seen, since, until) for interval in seen)
    return any(start < at <= end for start, end in seen)


def _meets(interval: tuple[datetime, datetime], seen: list, since: datetime, until: datetime) -> bool:
    """Whether a contract runs inside the window; one without length does at its moment, unless another touches it."""
    start, end = interval
    if start == end:
        touched = any(a <= start <= b and a < b for a, b in seen)
        return not touched and since <= start < until
    return max(start, since) < min(end, until)


def expected(plain: Plain, lives: dict[object, tuple[datetime, set[int]]], columns, kind: str) -> pd.DataFrame:
    """The long table: size, active, rate and status of each cell."""
    rows = []
    for cohort, (since, until) in enumerate(plain.bounds):
        members = [ages for begun, ages in lives.values() if since <= begun < until]
        for first, last in columns:
            far = 10**6 if kind == "unbounded" else last
            active = sum(any(first <= age <= far for age in ages) for ages in members)
            status = plain.status(cohort, first, last) if members else "empty"
            so_far = status == "in_progress" and plain.step is None and active > 0
            shown = status == "observed" or so_far
            rows.append(
                (len(members), active if shown else math.nan, active / len(members) if shown else math.nan, status)
            )
    return pd.DataFrame(rows, columns=["size", "active", "rate", "status"])


def compare(grid: crr.CohortGrid, plain: Plain, lives, kind: str) -> None:
    columns = BRACKETS if kind == "bracket" else [(age, age) for age in plain.ages]
    counted = expected(plain, lives, columns, kind)
    pd.testing.assert_frame_equal(grid.table[list(counted.columns)], counted, check_dtype=False)
    check_laws(grid)
    check_average(grid, counted, columns)
    if kind == "bounded":
        check_conditional(grid, plain, lives)


def check_laws(grid: crr.CohortGrid) -> None:
    table = grid.table
    whole = table["status"] == "observed"
    assert not (table.loc[~whole, ["active", "rate", "low", "high"]] == 0).any(axis=None)  # not seen is never 0
    assert table.loc[whole, "rate"].between(0, 1).all()
    assert (table.loc[whole, "low"] <= table.loc[whole, "rate"] + 1e-12).all()
    assert (table.loc[whole, "rate"] <= table.loc[whole, "high"] + 1e-12).all()
    assert ((table["size"] == 0) == (table["status"] == "empty")).all()
    if grid.kind == "unbounded":
        curves = grid.matrix("rate").where(grid.matrix("status") == "observed").to_numpy()
        assert not (np.diff(curves, axis=1) > 0).any()


def check_average(grid: crr.CohortGrid, counted: pd.DataFrame, columns) -> None:
    for i in range(len(columns)):
        cells = counted.iloc[i :: len(columns)]
        cells = cells[cells["status"] == "observed"]
        pooled, simple = (grid.average(kind).iloc[i] for kind in ("pooled", "simple"))
        assert pooled["cohorts"] == len(cells)
        assert pooled["size"] == cells["size"].sum()
        if len(cells):
            assert pooled["rate"] == pytest.approx(cells["active"].sum() / cells["size"].sum())
            assert simple["rate"] == pytest.approx(cells["rate"].mean())
        else:
            assert math.isnan(pooled["rate"])
            assert math.isnan(simple["rate"])


def check_conditional(grid: crr.CohortGrid, plain: Plain, lives) -> None:
    found = grid.conditional()
    rows = []
    for cohort, (since, until) in enumerate(plain.bounds):
        members = [ages for begun, ages in lives.values() if since <= begun < until]
        for age in plain.ages[1:]:
            before = [ages for ages in members if age - 1 in ages]
            seen = bool(members) and plain.status(cohort, age, age) == "observed"
            stayed = sum(age in ages for ages in before)
            rows.append((len(before) if seen else math.nan, stayed if seen else math.nan))
    np.testing.assert_array_equal(found[["before", "stayed"]].to_numpy(dtype=float), np.array(rows).reshape(-1, 2))
    assert found.loc[found["before"] == 0, "rate"].isna().all()


# The engine -----------------------------------------------------------------------------------------------------------


class Engine:
    """Bases over tables whose rows are changed behind their back, so that many histories cost one reading."""

    def __init__(self) -> None:
        self.con = ibis.duckdb.connect()
        self._run("CREATE TABLE contracts (client_id TEXT, contract INT, joined TIMESTAMP, gone TIMESTAMP)")
        self._run("CREATE TABLE orders (client_id TEXT, ordered_at TIMESTAMP, paid INT)")
        self._run("INSERT INTO contracts VALUES ('a', 1, '2024-01-26', NULL)")
        self._run("INSERT INTO orders VALUES ('a', '2024-01-26', 5)")
        self.contracts = crr.read_contracts(
            self.con.table("contracts"), customer="client_id", contract="contract", start="joined", end="gone"
        )
        self.orders = crr.read_orders(
            self.con.table("orders"), customer="client_id", at="ordered_at", amount="paid", refunds="keep"
        )
        engine_errors._counted.clear()  # which would notice it

    def fill(self, table: str, rows: list[tuple]) -> None:
        self._run(f"TRUNCATE {table}")
        places = ", ".join(["(" + ", ".join("?" for _ in rows[0]) + ")"] * len(rows))
        self.con.con.execute(f"INSERT INTO {table} VALUES {places}", [v for row in rows for v in row]).fetchall()  # noqa: S608 - names of our own, no value from outside

    def grid(self, base, every: str, rules: dict[str, str], as_of: datetime, **options) -> crr.CohortGrid:
        base = replace(base, as_of=as_of, card=base.card.with_(**rules))
        first, last = (Calendar(every, **rules).label_of(day) for day in (FIRST, (as_of - SOON).date()))
        if options.get("kind") == "bracket":
            options["brackets"] = BRACKETS
        return crr.cohort_grid(base, every=every, first=first, last=last, **options)

    def _run(self, query: str) -> None:
        self.con.con.execute(query).fetchall()


@cache
def engine() -> Engine:
    return Engine()


def log_rows(log: dict[str, list[datetime]]) -> list[tuple]:
    return [(who, at, 1) for who, moments in log.items() for at in moments]


def contract_rows(histories: brute.Histories) -> list[tuple]:
    pairs = [(who, *pair) for who, pairs in histories.items() for pair in pairs]
    return [(who, number, start, end) for number, (who, start, end) in enumerate(pairs)]


ALIGN = st.sampled_from(["calendar", "age"])


@settings(max_examples=8, phases=QUICK)
@given(LOGS, st.sampled_from(CALENDARS), ALIGN, st.sampled_from(CUT_OFFS), st.randoms(use_true_random=False))
def test_every_cell_of_purchases(log, calendar, align, as_of, random) -> None:
    every, rules = calendar
    rows = log_rows(log)
    plain = Plain(every, rules, align, as_of, moment=False)
    known = {who: moments for who, moments in log.items() if min(moments) < as_of}
    lives = {who: (min(moments), ages_of_buyer(plain, moments)) for who, moments in known.items()}
    for kind in KINDS:
        random.shuffle(rows)  # the order of rows changes nothing
        engine().fill("orders", rows)
        compare(engine().grid(engine().orders, every, rules, as_of, kind=kind, align=align), plain, lives, kind)


@pytest.mark.slow
@settings(max_examples=8, phases=QUICK)
@given(
    HISTORIES,
    st.sampled_from(CALENDARS),
    ALIGN,
    st.sampled_from(CUT_OFFS),
    st.tuples(st.sampled_from(["moment", "window"]), st.sampled_from(["person_any", "person_all", "contract"])),
)
def test_every_cell_of_contracts(histories, calendar, align, as_of, reading) -> None:
    presence, unit = reading
    every, rules = calendar
    engine().fill("contracts", contract_rows(histories))
    plain = Plain(every, rules, align, as_of, moment=presence == "moment")
    known = {who: intervals for who, intervals in by_unit(histories, unit, as_of).items() if _begun(intervals, as_of)}
    lives = {who: (_begun(intervals, as_of), ages_of_member(plain, intervals)) for who, intervals in known.items()}
    for kind in KINDS:
        options = {"kind": kind, "align": align, "presence": presence, "unit": unit}
        compare(engine().grid(engine().contracts, every, rules, as_of, **options), plain, lives, kind)


def by_unit(histories: brute.Histories, unit: str, as_of: datetime) -> brute.Histories:
    if unit == "contract":
        return {(who, k): [pair] for who, pairs in histories.items() for k, pair in enumerate(pairs)}
    if unit == "person_all":
        return {who: brute.until_first_end(pairs, as_of) for who, pairs in histories.items()}
    return histories


def _begun(intervals: list[brute.Interval], as_of: datetime) -> datetime | None:
    return min((start for start, _ in intervals if start < as_of), default=None)


@pytest.mark.slow
@settings(max_examples=6, phases=QUICK)
@given(LOGS, st.sampled_from(CALENDARS), ALIGN, st.sampled_from(CUT_OFFS), st.sampled_from([1, 7, 30.5]))
def test_every_cell_of_a_trailing_window(log, calendar, align, as_of, days) -> None:
    every, rules = calendar
    engine().fill("orders", log_rows(log))
    base = replace(engine().orders, activity=crr.Trailing(days=days))
    plain = Plain(every, rules, align, as_of, moment=True)
    known = {who: brute.trailing(moments, days) for who, moments in log.items() if min(moments) < as_of}
    lives = {who: (_begun(intervals, as_of), ages_of_member(plain, intervals)) for who, intervals in known.items()}
    for kind in KINDS:
        compare(engine().grid(base, every, rules, as_of, kind=kind, align=align), plain, lives, kind)


@pytest.mark.slow
@settings(max_examples=10, phases=QUICK)
@given(PAID, st.sampled_from(CALENDARS), ALIGN, st.sampled_from(CUT_OFFS))
def test_every_cell_of_revenue(paid, calendar, align, as_of) -> None:
    every, rules = calendar
    engine().fill("orders", paid)
    grid = engine().grid(engine().orders, every, rules, as_of, align=align, value="revenue")
    plain = Plain(every, rules, align, as_of, moment=False)
    seen = [(who, at, amount) for who, at, amount in paid if at < as_of]
    bought = [(who, at) for who, at, amount in seen if amount >= 0]  # who only gave money back is no customer
    begun = {who: min(at for other, at in bought if other == who) for who, _ in bought}

    def sums(who: str, age: int) -> int:
        since, until = plain.window(begun[who], age) or (as_of, as_of)
        return sum(amount for other, at, amount in seen if other == who and since <= at < until)

    cells = grid.table.set_index(["from_", "age"])
    for cohort, (since, until) in enumerate(plain.bounds):
        members = [who for who, at in begun.items() if since <= at < until]
        opening = {who: sums(who, 0) for who in members}
        for age in plain.ages:
            cell = cells.loc[(since, age)]
            if not members or plain.status(cohort, age, age) != "observed":
                assert not (cell[["rate", "gross", "revenue", "active"]] == 0).any() or cell["status"] == "in_progress"
                continue
            now = {who: sums(who, age) for who in members}
            assert cell["revenue"] == sum(now.values())
            if min(opening.values()) < 0 or not sum(opening.values()):
                assert math.isnan(cell["rate"])
                assert math.isnan(cell["gross"])
                continue
            assert cell["rate"] == pytest.approx(sum(now.values()) / sum(opening.values()))
            capped = sum(min(now[who], opening[who]) for who in members)
            assert cell["gross"] == pytest.approx(capped / sum(opening.values()))
            assert cell["gross"] <= min(1, cell["rate"]) + 1e-12


# Observed too early ---------------------------------------------------------------------------------------------------


@settings(max_examples=6, phases=QUICK)
@given(LOGS, st.sampled_from(["day", "week", "month"]), ALIGN, st.sampled_from(["bounded", "bracket"]))
def test_an_observed_cell_never_changes_when_more_is_seen(log, every, align, kind) -> None:
    engine().fill("orders", log_rows(log))
    early, late = (
        engine().grid(engine().orders, every, {}, as_of, kind=kind, align=align) for as_of in sorted(CUT_OFFS)[::3]
    )
    keys = ["cohort", "age"]
    both = early.table.merge(late.table, on=keys, suffixes=("", "_late"))
    whole = both[both["status"] == "observed"]
    assert (whole["active"] == whole["active_late"]).all()
    assert (whole["size"] == whole["size_late"]).all()
