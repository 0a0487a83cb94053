"""A log of who subscribed and who cancelled as contracts: by hand, against a count event by event, and refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, strategies as st
from typer.testing import CliRunner

import crrkit as crr
from crrkit import InputError
from crrkit.cli import app

if TYPE_CHECKING:
    from pathlib import Path

JANUARY = datetime.fromisoformat("2024-01-01")
Event = tuple[str, int, str]  # who, on which day of the log, start or end
SAYS = {"start": "subscribed", "end": "cancelled"}


def log(events: list[Event]) -> pd.DataFrame:
    rows = [(who, JANUARY + timedelta(days=day), SAYS.get(what, what)) for who, day, what in events]
    return pd.DataFrame(rows, columns=["customer", "date", "event"])


def spans(base: crr.ContractBase) -> set[tuple[str, int, int | None]]:
    """Who was there from which day to which."""
    table = base.table.to_pandas()
    ends = [None if pd.isna(end) else (end - JANUARY).days for end in table["end"]]
    return set(zip(table["customer"], (table["start"] - JANUARY).dt.days, ends, strict=True))


WORLD: list[Event] = [
    ("ann", 4, "start"), ("ann", 35, "end"), ("ann", 60, "start"),  # left and came back
    ("bob", 5, "start"), ("bob", 19, "start"), ("bob", 61, "end"), ("bob", 62, "end"),  # said twice
    ("cid", 9, "end"), ("cid", 40, "start"),  # there before the log began
    ("dan", 31, "start"), ("dan", 31, "end"),  # at once: never there at a boundary
    ("eve", 2, "start"), ("eve", 31, "end"), ("eve", 31, "start"),  # renewed at midnight: there all along
]  # fmt: skip


def test_a_log_of_beginnings_and_ends_is_contracts() -> None:
    base = crr.read_contracts(log(WORLD), kind="event", as_of="2024-04-01")
    assert spans(base) == {("ann", 4, 35), ("ann", 60, None), ("bob", 5, 61), ("cid", 40, None), ("eve", 2, None)}
    assert base.quality.table.to_dict("records") == [{"reason": "end without a start", "rows": 1, "share": 1 / 14}]
    assert base.quality.doubts[0].startswith("1 end has no beginning before it: that customer was there before the log")
    # February: ann, bob and eve at first, ann left on the 5th, cid is new. March: ann came back, bob left on the 2nd.
    kept = crr.retention_by_period(base, every="month").to_pandas().set_index("period")
    shown = ["start", "kept", "lost", "new", "returned", "end"]
    assert kept.loc["2024-02", shown].tolist() == [3, 2, 1, 1, 0, 3]
    assert kept.loc["2024-03", shown].tolist() == [3, 2, 1, 0, 1, 3]


def by_hand(events: list[Event]) -> set[tuple[str, int, int | None]]:
    """The same, event by event: what happened twice at one moment changes nothing."""
    found = set()
    for who in {event[0] for event in events}:
        since: int | None = None
        days = sorted({day for one, day, _what in events if one == who})
        for day in days:
            what = {done for one, on, done in events if (one, on) == (who, day)}
            if what == {"start"} and since is None:
                since = day
            elif what == {"end"} and since is not None:
                found.add((who, since, day))
                since = None
        if since is not None:
            found.add((who, since, None))
    return found


events = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.sampled_from(["start", "end"])), min_size=1, max_size=14
)


@pytest.mark.slow
@given(events)
def test_every_log_gives_the_contracts_of_a_count_event_by_event(told: list[Event]) -> None:
    begun = [("z", 0, "start"), *told]
    assert spans(crr.read_contracts(log(begun), kind="event")) == by_hand(begun)


def test_contracts_are_told_apart_and_words_are_asked() -> None:
    rows = log([("ann", 1, "start"), ("ann", 2, "start"), ("ann", 5, "end"), ("ann", 3, "paused")])
    with pytest.raises(InputError, match="whether a contract begins or ends with 'paused'"):
        crr.read_contracts(rows, kind="event")
    both = rows.assign(contract=["x", "y", "x", "y"], fee=[10.0, 20.0, None, None])
    said = {"kind": "event", "contract": "contract", "amount": "fee"}
    base = crr.read_contracts(both, **said, kinds={"paused": None})
    assert spans(base) == {("ann", 1, 5), ("ann", 2, None)}
    assert sorted(base.table.to_pandas()["amount"]) == [10.0, 20.0]
    assert spans(crr.read_contracts(both, **said, kinds={"paused": "end"})) == {("ann", 1, 5), ("ann", 2, 3)}
    for wrong, why in {
        "start": "is for rows with a start and an end", "open_ends": "is for rows with a start and an end",
    }.items():  # fmt: skip
        with pytest.raises(InputError, match=why):
            crr.read_contracts(rows, kind="event", **{wrong: ["date"] if wrong == "open_ends" else "date"})
    with pytest.raises(InputError, match="Name its column of events"):
        crr.read_contracts(rows, at="date")
    with pytest.raises(InputError, match="neither 'start' nor 'end'"):
        crr.read_contracts(rows, kind="event", kinds={"paused": "break"})


def test_it_is_proposed_and_typed(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    log(WORLD).to_csv(path, index=False)
    found = crr.guess(path)
    assert (found.kind, found.columns) == ("contracts", {"customer": "customer", "at": "date", "kind": "event"})
    with pytest.raises(InputError, match=r"read_contracts\(…, kind='event'\) if they begin and end subscriptions"):
        crr.read_orders(path)
    typed = CliRunner().invoke(app, ["check", str(path), "--kind", "contracts", "--event", "event"])
    assert typed.exit_code == 0
    assert "14 rows read = 13 used + 1 set aside" in typed.output


def test_a_table_of_counts_is_checked_by_its_account(tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_text("month,start,new,end\n2024-01,70,30,90\n2024-02,90,20,95\n", encoding="utf-8")
    assert crr.guess(path).call.startswith("crr.read_counts(")
    for more in ([], ["--kind", "counts"]):
        typed = CliRunner().invoke(app, ["check", str(path), *more])
        assert "2024-02: kept 75 of 90, CRR 83.3%" in typed.output
    assert CliRunner().invoke(app, ["check", str(path), "--kind", "counts", "--customer", "x"]).exit_code == 2
    assert "crr.read_counts(" in CliRunner().invoke(app, ["report", str(path)]).output


def test_deals_and_activities_of_a_crm_are_found() -> None:
    days = {"Close Date": ["2024-01-05", "2024-02-05"], "Create Date": ["2024-01-01", "2024-01-02"]}
    deals = pd.DataFrame({"Deal Name": ["x", "y"], "Contact": ["a", "b"], **days, "Deal Stage": ["Closed Won"] * 2})
    found = crr.guess(deals)
    assert (found.kind, found.columns["customer"], found.columns["at"]) == ("orders", "Contact", "Close Date")
    calls = pd.DataFrame({"contact_id": ["a", "b"], "type": ["call", "email"], "date": ["2024-01-05", "2024-02-05"]})
    calls = pd.concat([calls] * 4, ignore_index=True)
    assert crr.guess(calls).kind == "events"
    with pytest.raises(InputError, match="Use kind='contracts' or kind='orders'"):
        crr.guess(pd.DataFrame({"customer": ["a"], "start date": ["2024-01-05"], "close date": ["2024-02-05"]}))
