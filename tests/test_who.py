"""Who is behind a count: the call gives exactly as many as the account, a cohort's cell and a stage say."""

from __future__ import annotations

import pandas as pd
import pytest
import test_list_cube as lists

from crrkit.ground import InputError
from crrkit.measure import retention_by_period
from crrkit.measure.cohorts import cohort_grid
from crrkit.measure.stages import stage_flow, stage_on
from crrkit.read import Base, read_orders
from crrkit.rules import OwnGap, StageRule, Trailing

FLOWS = ("start", "kept", "lost", "new", "returned", "end")


def bases() -> list[Base]:
    log = lists.crowd(7, days=200)
    orders = lists.base_of(log, as_of="2024-07-20 12:00")
    contracts = lists.contracts_of(lists.long_memberships(7))
    return [
        orders, orders.with_activity(Trailing(days=20)), orders.with_activity(OwnGap()),
        contracts, contracts.with_merge_gap(7),
    ]  # fmt: skip


def test_four_customers_counted_by_hand() -> None:
    # 30 days of silence. On 1 February a (20 January) and b (5 January) are there, on 1 March a (10 February) and d,
    # who first bought on 12 February; b is lost. c bought on 3 December and again on 20 February: returned.
    log = pd.DataFrame({
        "who": ["a", "a", "b", "c", "c", "d"],
        "at": ["2024-01-20", "2024-02-10", "2024-01-05", "2023-12-03", "2024-02-20", "2024-02-12"],
        "shop": ["x", "x", "y", "y", "y", "x"],
    })  # fmt: skip
    base = read_orders(log, customer="who", at="at", by="shop", as_of="2024-04-01").with_activity(Trailing(days=30))
    said = {name: base.who(name, period="2024-02")["customer"].tolist() for name in FLOWS}
    assert said == {
        "start": ["a", "b"], "kept": ["a"], "lost": ["b"], "new": ["d"], "returned": ["c"], "end": ["a", "c", "d"],
    }  # fmt: skip
    assert base.who("end", period="2024-02", cohort="2024-01")["customer"].tolist() == ["a"]
    assert base.who("end", period="2024-02", where={"shop": "y"})["customer"].tolist() == ["c"]
    assert base.who("lost", period="2024-02")["first"].tolist() == [pd.Timestamp("2024-01-05")]


@pytest.mark.slow
def test_as_many_as_the_account_says() -> None:
    for base in bases():
        table = retention_by_period(base, every="month").table
        whole = retention_by_period(base, every="month", by="region")
        for row in table.to_dict("records"):
            for name in FLOWS:
                people = base.who(name, period=row["period"], every="month")["customer"]
                assert people.is_unique
                assert len(people) == row[name], (base.card, row["period"], name)
        for row in whole.table[whole.table["period"] == table["period"].iloc[3]].to_dict("records"):
            where = {"region": row["region"]}
            assert len(base.who("lost", period=row["period"], every="month", where=where)) == row["lost"]


@pytest.mark.slow
def test_as_many_as_a_cell_of_a_cohort_says() -> None:
    compared = 0
    for base in bases():
        grid = cohort_grid(base, every="month").to_pandas()
        observed = grid[grid["status"] == "observed"]
        calendar = base.calendar("month")
        for cell in observed.to_dict("records")[::3]:
            period = calendar.label(calendar.parse(cell["cohort"]) + int(cell["age"]))
            found = base.who("end", period=period, every="month", cohort=cell["cohort"])
            assert len(found) == cell["active"], (base.card, cell)
            compared += 1
    assert compared > 30


def test_the_people_of_a_stage_have_their_segments() -> None:
    base = lists.base_of(lists.crowd(7, days=200))
    rule = StageRule(lapse_days=40, k_long=2, span_days=5)
    row = stage_flow(base, every="month", rule=rule).table.iloc[3]
    people = stage_on(base, row["from_"].date(), rule=rule).customers
    for stage in ("middle", "long", "lapsed"):
        assert (people["stage"] == stage).sum() == row[stage]
    assert set(people.loc[people["stage"] != "unknown", "region"]) <= {"r1", "r2", "–"}


def test_what_cannot_be_asked_is_refused() -> None:
    base = bases()[1]
    for wrong, argument in (
        ({"what": "gone", "period": "2024-03"}, "what"), ({"what": "lost", "period": "March"}, "period"),
        ({"what": "lost", "period": "2031-01"}, "period"),
        ({"what": "lost", "period": "2024-03", "cohort": "x"}, "cohort"),
        ({"what": "lost", "period": "2024-03", "where": {"town": "x"}}, "by"),
        ({"what": "lost", "period": "2024-03", "every": "moon"}, "every"),
    ):  # fmt: skip
        with pytest.raises(InputError) as refused:
            base.who(wrong.pop("what"), **wrong)
        assert refused.value.argument == argument
    with pytest.raises(InputError):
        bases()[3].with_merge_gap(-1)
    with pytest.raises(InputError, match="is a rule for contracts; for purchases use activity="):
        bases()[0].with_merge_gap(7)
