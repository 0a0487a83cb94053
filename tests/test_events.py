"""Events: words to kinds, contacts outside the rate, and the same account as from purchases alone."""

from __future__ import annotations

import json
from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import crrkit as crr
from crrkit import reduce
from crrkit.read.words.kinds import KINDS, map_kinds
from crrkit.reduce.purchases import first_purchases

LOG = pd.DataFrame({
    "who": ["a", "a", "b", "c", None, "a", "c"],
    "at": ["2024-01-05", "2024-02-01", "2024-02-02", "2024-02-03", "2024-02-04", "2024-03-01", "2024-03-02"],
    "kind": ["visit", "purchase", "offer", "contract", "purchase", "refund", "incident"],
    "paid": [None, 10.0, None, 120.0, 5.0, -10.0, None],
})  # fmt: skip
COUNTS = ("start", "kept", "lost", "new", "returned", "end")


def read(log=LOG, **rules):
    return crr.read_events(log, customer="who", at="at", kind="kind", **rules)


@pytest.mark.parametrize("every", ["month", "quarter", "half-year", "year"])
def test_counts_of_the_sample_equal_the_true_values_of_its_generator(every):
    truth = json.loads(crr.sample_path("events").with_name("truth.json").read_text())["events"]
    base = crr.read_events(crr.sample_path("events"), customer="client_id", amount="total")
    table = crr.retention_by_period(base, every=every).to_pandas().set_index("period")
    for row in truth[every]:
        known = {name: row[name] for name in COUNTS if row[name] is not None}
        assert table.loc[row["period"], list(known)].to_dict() == known
    assert (base.quality.rows_read, base.contacts) == (truth["rows"], truth["clients_who_never_bought"])


def test_only_purchases_and_contracts_make_customers_and_every_row_is_counted():
    base = read(amount="paid")
    assert (base.quality.rows_read, base.quality.rows_used, base.contacts) == (7, 6, 1)
    assert sorted(base.table.to_pandas()["customer"]) == ["a", "c"]
    assert len(base.events.to_pandas()) == 6
    assert base.first == pd.Timestamp("2024-02-01")  # of the purchases: before it there is nobody to keep
    assert "1 person never bought" in str(base.quality)
    assert "people who never bought" in str(base.card)


def test_cohorts_and_trailing_activity_work_on_events():
    base = read(amount="paid", as_of="2024-04-01")
    assert crr.cohort_grid(base, every="month").to_pandas()["size"].max() == 2
    trailing = crr.retention_by_period(base.with_activity(crr.Trailing(days=40)), every="month")
    assert "last 40 days" in str(trailing.card)
    assert trailing.row("2024-03")["kept"] == 0  # of 1 February and 40 days there is 12 March


@pytest.mark.slow
@settings(max_examples=10)  # each reads two logs
@given(st.lists(st.tuples(st.sampled_from("abxyz"), st.integers(0, 120), st.sampled_from(["visit", "offer"]))))
def test_contacts_do_not_change_the_retention_table(touches):
    day = pd.Timestamp("2024-01-01")
    bought = [("a", 0), ("a", 40), ("b", 10), ("b", 100), ("c", 70)]
    rows = [(who, day + pd.Timedelta(days=n), "purchase") for who, n in bought]
    more = rows + [(who, day + pd.Timedelta(days=n), kind) for who, n, kind in touches]
    plain, mixed = (
        crr.retention_by_period(
            read(pd.DataFrame(log, columns=["who", "at", "kind"]), as_of="2024-06-01"), every="month"
        ).to_pandas()
        for log in (rows, more)
    )
    pd.testing.assert_frame_equal(plain, mixed)


@pytest.mark.parametrize(
    "kinds",
    [
        {"paid": "purchase", "hum": "visit"},
        {"purchase": ["paid"], "visit": ["hum"]},
        {"purchase": "paid", "visit": ("hum",)},
    ],
)
def test_kinds_map_words_to_kinds_or_kinds_to_words(kinds):
    assert map_kinds(["paid", "hum", "Визит", "order"], kinds=kinds, other="refuse") == {
        "paid": "purchase", "hum": "visit", "Визит": "visit", "order": "purchase",
    }  # fmt: skip


def test_unused_kinds_are_set_aside_with_a_reason():
    log = LOG.assign(kind=["hum", "purchase", "offer", "contract", "purchase", "bang", ""])
    base = read(log, kinds={"hum": None}, other="set aside")
    reasons = base.quality.to_pandas().set_index("reason")["rows"].to_dict()
    assert reasons == {"no customer id": 1, "no kind": 1, "kind not used": 2}
    assert base.quality.rows_used == 3


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"kinds": {"paid": "purchse"}}, "'purchse' is not a kind of event. .* Did you mean 'purchase'?"),
        ({"kinds": {"paid": 7}}, "7 is not a kind of event"),
        ({"kinds": {"bying": ["paid"]}}, "'bying' is not a kind of event"),
        ({"other": "look"}, "'look' is not a kind of event"),
        ({}, "what these kinds of events mean: 'humming'"),
    ],
)
def test_unknown_kinds_are_refused(rules, sentence):
    log = LOG.assign(kind="humming") if not rules else LOG
    with pytest.raises(ValueError, match=sentence):
        read(log, **rules)


def test_a_column_of_many_different_words_is_refused_as_kinds():
    log = pd.DataFrame({"who": "a", "at": "2024-01-01", "kind": [f"word {n * 'x'}" for n in range(1100)]})
    with pytest.raises(ValueError, match="1,100 different words"):
        read(log)


def test_a_log_without_buyers_has_no_rate():
    base = read(LOG.assign(kind="visit", paid=None))
    table = crr.retention_by_period(base, every="month").to_pandas()
    assert base.contacts == 3
    assert (table["start"] == 0).all()
    assert table["crr"].isna().all()


def test_purchases_of_a_zero_or_negative_amount_are_set_aside():
    log = LOG.assign(paid=[None, -10.0, None, 0.0, 5.0, -10.0, None])
    base = read(log, amount="paid")
    reasons = base.quality.to_pandas().set_index("reason")["rows"].to_dict()
    assert reasons == {"no customer id": 1, "refund or return": 1, "zero amount": 1}


def test_every_kind_is_recognised_by_its_own_name():
    assert map_kinds(KINDS, kinds=None, other="refuse") == dict(zip(KINDS, KINDS, strict=True))


# Purchases that were given back ---------------------------------------------------------------------------------------

BACK = pd.DataFrame([
    ("whole", "2024-01-05", "purchase", 10.0, "r1"), ("whole", "2024-02-20", "refund", -10.0, "r1"),
    ("part", "2024-01-05", "purchase", 10.0, "r2"), ("part", "2024-01-09", "refund", -4.0, "r2"),
    ("again", "2024-01-05", "purchase", 10.0, "r3"), ("again", "2024-01-25", "purchase", 10.0, "r4"),
    ("again", "2024-01-26", "refund", -10.0, "r4"), ("again", "2024-03-01", "purchase", 10.0, "r5"),
], columns=["who", "at", "kind", "paid", "slip"])  # fmt: skip


@pytest.mark.parametrize("receipt", [None, "slip"])
def test_fully_refunded_purchases_can_be_removed(receipt):
    base = read(BACK, amount="paid", receipt=receipt, refunded="remove", as_of="2024-04-01")
    rows = base.table.to_pandas()
    left = sorted(zip(rows["customer"], rows["at"].dt.strftime("%m-%d"), strict=True))
    assert left == [("again", "01-05"), ("again", "03-01"), ("part", "01-05")]
    assert "given back in full" in str(base.card)
    counted = read(BACK, amount="paid", receipt=receipt, as_of="2024-04-01")
    assert len(counted.table.to_pandas()) == 5


def test_a_refund_has_no_effect_on_stages_before_its_date():
    base = read(BACK, amount="paid", refunded="remove", as_of="2024-04-01")
    stages = {
        day: crr.stage_on(base, day).to_pandas().set_index("customer")["stage"] for day in ("2024-02-20", "2024-02-21")
    }
    assert stages["2024-02-20"]["whole"] == "middle"
    assert stages["2024-02-21"]["whole"] == "unknown"  # nothing else is known of this person
    assert stages["2024-02-21"]["part"] == "middle"


def test_removing_refunded_purchases_needs_amounts():
    with pytest.raises(ValueError, match="needs the amounts paid and refunded"):
        read(BACK.drop(columns="paid"), refunded="remove")


def test_a_refund_removes_the_latest_purchase_of_that_amount_before_it():
    # The refund of 2 January takes back the purchase of 1 January, that of 7 March the one of 6 March; the one of
    # 5 February, at the same price, was never given back. A refund before everything takes back nothing.
    rows = [
        ("2023-12-01", "refund"), ("2024-01-01", "purchase"), ("2024-01-02", "refund"), ("2024-02-05", "purchase"),
        ("2024-03-06", "purchase"), ("2024-03-07", "refund"),
    ]  # fmt: skip
    log = pd.DataFrame(rows, columns=["at", "kind"]).assign(who="a", paid=10.0)
    left = read(log, amount="paid", refunded="remove").table.to_pandas()["at"]
    assert left.dt.strftime("%m-%d").tolist() == ["02-05"]


def test_a_refund_before_its_purchase_is_ignored_also_with_receipts():
    # r1 was given back before it was bought: no. r2 after: yes. The refund without a known receipt goes by the amount.
    rows = [
        ("2024-01-01", "refund", 10.0, "r1"), ("2024-01-05", "purchase", 10.0, "r1"),
        ("2024-02-05", "purchase", 10.0, "r2"), ("2024-02-06", "refund", 10.0, "r2"),
        ("2024-03-05", "purchase", 7.0, "r3"), ("2024-03-06", "refund", 7.0, "back 1"),
    ]  # fmt: skip
    log = pd.DataFrame(rows, columns=["at", "kind", "paid", "slip"]).assign(who="a")
    left = read(log, amount="paid", receipt="slip", refunded="remove").table.to_pandas()["at"]
    assert left.dt.strftime("%m-%d").tolist() == ["01-05"]


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans(), st.sampled_from([5.0, 7.0])), min_size=1, max_size=12))
def test_refunds_remove_purchases_last_in_first_out(deeds):
    open_now: dict[tuple[str, float], list[int]] = {}
    for day, (who, is_refund, paid) in enumerate(deeds):
        stack = open_now.setdefault((who, paid), [])
        if not is_refund:
            stack.append(day)
        elif stack:
            stack.pop()
    begin = pd.Timestamp("2024-01-01")
    log = pd.DataFrame({
        "who": [who for who, _back, _paid in deeds],
        "at": [begin + pd.Timedelta(days=day) for day in range(len(deeds))],
        "kind": ["refund" if back else "purchase" for _who, back, _paid in deeds],
        "paid": [paid for _who, _back, paid in deeds],
    })  # fmt: skip
    left = read(log, amount="paid", refunded="remove").table.to_pandas()["at"]
    expected = sorted(begin + pd.Timedelta(days=day) for stack in open_now.values() for day in stack)
    assert sorted(left) == expected


def test_words_in_kinds_that_do_not_occur_are_refused_with_a_suggestion():
    with pytest.raises(
        ValueError, match=r"kinds: 'vist' does not occur .* 'contract', 'incident', .* Did you mean 'visit'"
    ):
        read(kinds={"vist": "visit"})
    with pytest.raises(ValueError, match="kinds: 'paid' does not occur"):
        read(kinds={"purchase": ["purchase", "paid"]}, other="set aside")


def test_a_log_without_purchases_has_a_doubt_that_says_so():
    log = pd.DataFrame({"who": list("aabb"), "when": ["2024-01-05", "2024-02-05", "2024-01-09", "2024-03-02"]})
    base = crr.read_events(log.assign(what="offer"), customer="who", at="when", kind="what")
    (doubt,) = base.quality.doubts
    assert doubt.startswith("No event is a purchase or a contract, so nobody is a customer in any period.")
    assert "CRR –" in str(crr.retention_by_period(base, every="month"))


@pytest.fixture
def in_parquet(tmp_path):
    people, days = [1, 1, 2, 3], ["2024-01-05", "2024-02-01", "2024-02-02", "2024-01-03"]
    log = pd.DataFrame({"who": people, "at": pd.to_datetime(days), "what": ["visit", "sale", "visit", "sale"]})
    log.to_parquet(tmp_path / "log.parquet")
    return crr.read_events(tmp_path / "log.parquet", customer="who", at="at", kind="what")


def test_buyers_are_read_from_the_stored_table_and_not_from_the_file(in_parquet):
    assert (in_parquet.contacts, in_parquet.first) == (1, pd.Timestamp("2024-01-03"))
    for asked in (
        reduce.buyers_and_contacts(in_parquet.events),
        first_purchases(in_parquet.events, in_parquet.table, as_of=in_parquet.as_of),
    ):
        assert {scan.how for scan in reduce.scans_of(reduce.from_kept(asked))} == {"SEQ_SCAN"}


def test_first_purchases_exclude_buyers_after_the_cut_off(in_parquet):
    asked = first_purchases(in_parquet.events, in_parquet.table, as_of=datetime(2024, 2, 1))  # noqa: DTZ001 - the business's own clock
    assert reduce.collect(asked)["customer"].to_list() == [3]
