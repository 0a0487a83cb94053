"""Contracts renewed some days late are one relationship, and until those days are over nobody knows: in every measure.

What a measure calls settled at a cut-off must stand when the same list is seen again later, whatever came in between.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise

import pandas as pd
import pytest

import crrkit as crr
from crrkit.measure.cube import list_cube

GAP = 12  # days that a renewal may come late
NOW, LATER = date(2024, 6, 5), date(2024, 9, 1)  # on the cut-off May has ended, and who left late in it may still renew
Term = tuple[str, date, date | None]
MONTHS = [date(2024, month, 1) for month in range(1, 8)]


def world(seed: int) -> list[Term]:
    """Contracts of 14 people, one after the other, with pauses around the days that still count as one."""
    dice, rows = random.Random(seed), []  # noqa: S311 - a world, no secret
    for n in range(14):
        start = date(2023, 12, 1) + timedelta(days=dice.randrange(60))
        while start < LATER:
            end = start + timedelta(days=dice.choice([28, 30, 31, 45, 60]))
            rows.append((f"p{n}", start, None if dice.random() < 0.05 else end))
            if rows[-1][2] is None or dice.random() < 0.1:
                break
            start = end + timedelta(days=dice.choice([0, 0, 1, 5, GAP - 1, GAP, GAP + 1, 40]))
    return rows


def read(rows: list[Term], cut: date) -> crr.ContractBase:
    """The list as it stood at a cut-off: contracts begun by then; an end that is still ahead is not known."""
    seen = [(who, start, None if end is None or end >= cut else end, 10.0) for who, start, end in rows if start < cut]
    frame = pd.DataFrame(seen, columns=["customer", "start", "end", "mrr"]).astype(
        {"start": "datetime64[us]", "end": "datetime64[us]"}
    )
    return crr.read_contracts(frame, amount="mrr", merge_gap=GAP, as_of=str(cut), end_is="first_day_after")


def there(rows: list[Term], moment: date) -> set[str]:
    """By hand: who is a customer just before a moment; a pause of at most ``GAP`` days is none."""
    found = set()
    for who in {who for who, *_rest in rows}:
        own = sorted((start, end or date.max) for name, start, end in rows if name == who)
        for (start, end), following in zip(own, [*own[1:], None], strict=True):
            late = following is not None and (following[0] - end).days <= GAP if end < date.max else False
            if start < moment <= (following[0] if late and following else end):
                found.add(who)
    return found


@pytest.fixture(scope="module", params=[1, 2, 3])
def seen(request: pytest.FixtureRequest) -> tuple[list[Term], crr.ContractBase, crr.ContractBase]:
    rows = world(request.param)
    return rows, read(rows, NOW), read(rows, LATER)


Seen = tuple[list[Term], crr.ContractBase, crr.ContractBase]


def settled(table: pd.DataFrame, *keys: str, done: str) -> pd.DataFrame:
    """The rows that are over, by their names, without the words for it."""
    return table[table["status"] == done].set_index(list(keys)).drop(columns="status")


def test_the_account_is_that_of_a_count_by_hand(seen: Seen) -> None:
    rows, _now, later = seen
    account = crr.retention_by_period(later).table.set_index("period")
    for first, until in pairwise(MONTHS):
        before, after = there(rows, first), there(rows, until)
        row = account.loc[f"{first:%Y-%m}"]
        assert (row["start"], row["kept"], row["end"]) == (len(before), len(before & after), len(after))
        assert row["status"] in {"complete", "empty_base"}


@pytest.mark.daily(1)
def test_every_measure_waits_as_long(seen: Seen) -> None:
    _rows, now, _later = seen
    ended, running = "2024-04", "2024-05"
    tables = {
        "account": crr.retention_by_period(now).table,
        "stages": crr.stage_flow(now).table,
        "revenue": crr.revenue_retention(now).table,
        "renewals": crr.renewals(now).table,
        "explorer": (cube := list_cube(now)).account(cube.starting),
    }
    for name, table in tables.items():
        status = table.set_index("period")["status"]
        assert status[ended] == "complete", name
        assert status[running] == "running", name
    assert crr.stage_flow(now).whole_periods()[-1] == ended
    cells = crr.cohort_grid(now, first="2023-12", last="2023-12").table.set_index("age")["status"]
    assert (cells[4], cells[5]) == ("observed", "in_progress")  # April and May
    left = crr.life_table(crr.cohort_grid(now, kind="unbounded"))
    assert left.table["age"].max() < 5


@pytest.mark.daily(1)
def test_what_is_settled_stands_when_more_is_seen(seen: Seen) -> None:
    _rows, now, later = seen
    both = [
        [settled(crr.retention_by_period(base).table, "period", done="complete") for base in (now, later)],
        [settled(crr.stage_flow(base).table, "period", done="complete") for base in (now, later)],
        [settled(crr.revenue_retention(base).table, "period", done="complete") for base in (now, later)],
        [settled(crr.renewals(base).table, "period", done="complete") for base in (now, later)],
        [settled(crr.cohort_grid(base).table, "cohort", "age", done="observed") for base in (now, later)],
        [
            settled(crr.cohort_grid(base, align="age").table, "cohort", "age", done="observed").drop(columns="size")
            for base in (now, later)
        ],
    ]
    for then, afterwards in both:
        assert len(then)
        pd.testing.assert_frame_equal(then, afterwards.loc[then.index], check_dtype=False)
    moves = [
        crr.stage_flow(base).transitions.set_index(["from_period", "from_stage", "to_stage"]) for base in (now, later)
    ]
    pd.testing.assert_frame_equal(moves[0], moves[1].loc[moves[0].index])
