"""Renewals: what became of contracts that were due, counted by hand and held against brute force."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pandas as pd
import pytest

from crrkit.ground import errors
from crrkit.ground.languages import use_language
from crrkit.measure.movement import retention_by_period
from crrkit.measure.renewing import OUTCOMES, renewals
from crrkit.read import samples
from crrkit.read.bases.readers import read_contracts, read_orders

# Ends in February 2024, looked at from 15 April; 30 days count as late.
WORLD = [
    ("a", "2023-02-01", "2024-02-01"), ("a", "2024-02-01", None),  # touches: on time
    ("b", "2023-02-10", "2024-02-10"), ("b", "2024-01-20", "2025-02-10"),  # begun before the end: on time
    ("c", "2023-02-10", "2024-02-10"), ("c", "2024-02-11", None),  # a day later: late
    ("d", "2023-02-29", "2024-02-29"), ("d", "2024-03-30", None),  # 30 days later, the last that counts: late
    ("e", "2023-02-15", "2024-02-15"), ("e", "2024-03-17", None),  # 31 days later: not renewed
    ("f", "2023-02-15", "2024-02-15"),  # never again: not renewed
    ("g", "2023-02-15", "2024-02-15"), ("g", "2023-02-15", "2024-02-15"),  # the same row twice renews nothing: two due
    ("h", "2023-02-20", "2024-02-20"), ("h", "2024-02-20", "2024-02-20"),  # renewed for no time: not renewed
    ("i", "2023-03-01", "2024-03-01"),  # due on 1 March
    ("j", "2023-03-20", "2024-03-20"),  # due on 20 March, can still renew until 19 April: undecided
    ("k", "2023-03-16", "2024-03-16"),  # until 15 April, the first day that was not seen: undecided
    ("l", "2023-03-15", "2024-03-15"),  # until 14 April, the last day that was: not renewed
    ("m", "2023-04-20", "2024-04-20"),  # due after the cut-off: has not ended
]  # fmt: skip


def base_of(rows, **rules):
    frame = pd.DataFrame(rows, columns=["customer", "start", "end"]).replace("2023-02-29", "2023-03-01")
    return read_contracts(frame, **{"as_of": "2024-04-15", "end_is": "first_day_after"} | rules)


def counts(table, period):
    row = table.table.set_index("period").loc[period]
    return {name: int(row[name]) for name in ("due", *OUTCOMES) if row[name]} | {"status": row["status"]}


def test_contracts_due_by_hand():
    table = renewals(base_of(WORLD), every="month")
    assert table.late_days == 30
    assert counts(table, "2024-02") == {
        "due": 9, "renewed_on_time": 2, "renewed_late": 2, "not_renewed": 5, "status": "complete"
    }  # fmt: skip
    february = table.table.set_index("period").loc["2024-02"]
    assert february["rate"] == 4 / 9
    assert (february["rate_low"], february["rate_high"]) == pytest.approx((0.1888, 0.7333), abs=5e-4)
    assert table.caption() == "2024-02: of 9 contracts due 2 renewed on time and 2 late, 44.4% together"


def test_what_is_not_known_yet_has_no_rate():
    table = renewals(base_of(WORLD), every="month")
    assert counts(table, "2024-03") == {"due": 4, "not_renewed": 2, "undecided": 2, "status": "running"}
    assert counts(table, "2024-04") == {"status": "running"}
    assert counts(table, "2023-05") == {"status": "empty_base"}
    unknown = table.table.set_index("period").loc[["2024-03", "2024-04", "2023-05"], ["rate", "rate_low", "rate_high"]]
    assert unknown.isna().all().all()
    assert "–" in str(table)
    early = renewals(base_of(WORLD[-1:]), every="month")
    assert early.caption() == "No period is known to its end: the latest renewals are still to come."


def test_the_wait_is_the_callers_else_the_merge_gap():
    assert counts(renewals(base_of(WORLD), late_days=0), "2024-02")["not_renewed"] == 7
    assert counts(renewals(base_of(WORLD), late_days=31), "2024-02")["renewed_late"] == 3
    merged = renewals(base_of(WORLD, merge_gap=1))  # c's contract is due on 10 February though it is taken to run on
    assert merged.late_days == 1
    assert counts(merged, "2024-02") == {
        "due": 9, "renewed_on_time": 2, "renewed_late": 1, "not_renewed": 6, "status": "complete"
    }  # fmt: skip


def test_a_contract_beside_keeps_the_customer_and_not_the_contract():
    rows = pd.DataFrame({
        "customer": ["a", "a", "b", "b"], "contract": [1, 2, 3, 3],
        "start": ["2023-01-01", "2023-06-01", "2023-01-01", "2024-01-01"],
        "end": ["2024-01-01", None, "2024-01-01", None],
    })  # fmt: skip
    base = read_contracts(rows, contract="contract", as_of="2024-06-01")
    assert counts(renewals(base), "2024-01")["renewed_on_time"] == 2
    by_contract = counts(renewals(base, unit="contract"), "2024-01")
    assert by_contract == {"due": 2, "renewed_on_time": 1, "not_renewed": 1, "status": "complete"}


def test_it_says_the_same_in_russian():
    with use_language("ru"):
        shown = str(renewals(base_of(WORLD), first="2024-02", last="2024-02"))
    assert shown.startswith("2024-02: из 9 истёкших договоров продлено в срок 2, с опозданием 2, всего 44,4")
    assert "пока неизвестно" in shown


def test_what_cannot_be_renewed_is_refused():
    orders = read_orders(pd.DataFrame({"customer": ["a"], "at": ["2024-01-05"]}))
    with pytest.raises(errors.InputError, match=r"Read contracts with read_contracts\(…\)\."):
        renewals(orders)
    with pytest.raises(errors.InputError, match="Choose one of person_any, contract"):
        renewals(base_of(WORLD), unit="person_all")
    with pytest.raises(errors.InputError, match="late_days"):
        renewals(base_of(WORLD), late_days=-1)


def test_on_the_sample_every_end_is_due_once():
    base = read_contracts(samples.sample_path("contracts"))
    table = renewals(base, every="quarter").table
    rows = samples.sample("contracts")
    assert table["due"].sum() == ((rows["joined"] < rows["left"]) & (rows["left"] < base.as_of)).sum() == 465
    assert (table["due"] == table[list(OUTCOMES)].sum(axis=1)).all()


@pytest.mark.parametrize("seed", range(6))
def test_against_brute_force(seed):
    rng = random.Random(seed)  # noqa: S311 - a world, no secret
    begin, as_of, late = date(2024, 1, 1), date(2024, 6, 10), 5
    rows = []
    for _ in range(40):
        start = begin + timedelta(days=rng.randrange(150))
        end = None if rng.random() < 0.2 else start + timedelta(days=rng.randrange(60))
        rows.append((rng.choice("abcdefgh"), start, end))
    frame = pd.DataFrame(rows, columns=["customer", "start", "end"])
    base = read_contracts(frame, as_of=as_of, end_is="first_day_after")
    expected = {}
    for customer, start, end in rows:
        if end is None or end >= as_of or start == end or start >= as_of:
            continue
        others = [(s, e or as_of) for who, s, e in rows if who == customer and (e is None or s < e) and s < as_of]
        if any(s <= end < e for s, e in others):
            outcome = "renewed_on_time"
        elif any(end < s <= end + timedelta(days=late) for s, e in others):
            outcome = "renewed_late"
        else:
            outcome = "undecided" if end + timedelta(days=late) >= as_of else "not_renewed"
        key = f"{end:%Y-%m}", outcome
        expected[key] = expected.get(key, 0) + 1
    table = renewals(base, late_days=late).table.set_index("period")
    found = {(period, name): int(table.loc[period, name]) for period in table.index for name in OUTCOMES}
    assert {key: n for key, n in found.items() if n} == expected


class TestMergeGap:
    """a renews 3 days late over the turn of February, b 10 days late, c not at all; d never left."""

    rows = pd.DataFrame({
        "customer": list("aabbcd"),
        "start": ["2024-01-05", "2024-02-02", "2024-01-05", "2024-02-09", "2024-01-05", "2024-01-05"],
        "end": ["2024-01-30", None, "2024-01-30", None, "2024-01-30", None],
    })  # fmt: skip

    def january(self, gap, as_of="2024-06-01"):
        base = read_contracts(self.rows, merge_gap=gap, as_of=as_of)
        row = retention_by_period(base, every="month").row("2024-02")
        return int(row["start"]), int(row["kept"]), int(row["returned"]), row["status"]

    @pytest.mark.parametrize(
        ("gap", "there"), [(0, (1, 1, 2)), (2, (1, 1, 2)), (3, (2, 2, 1)), (9, (2, 2, 1)), (10, (3, 3, 0))]
    )
    def test_a_renewal_so_late_is_the_same_relationship(self, gap, there):
        assert self.january(gap)[:3] == there

    def test_it_stands_in_the_card_and_cannot_be_negative(self):
        base = read_contracts(self.rows, merge_gap=3)
        assert base.card.merge_gap == 3
        assert "Late renewals: up to 3 days after the end the relationship is the same" in str(base.card)
        assert "Late renewals" not in str(read_contracts(self.rows).card)
        with pytest.raises(errors.InputError, match="merge_gap"):
            read_contracts(self.rows, merge_gap=-1)

    def test_a_period_is_complete_when_no_late_renewal_can_come(self):
        assert self.january(10, "2024-03-10")[3] == "running"
        assert self.january(10, "2024-03-11")[3] == "complete"
        assert self.january(0, "2024-03-01")[3] == "complete"

    def test_a_contract_beside_is_not_made_longer(self):
        rows = pd.DataFrame({
            "customer": list("aaa"), "start": ["2024-01-05", "2024-01-06", "2024-03-03"],
            "end": ["2024-03-01", "2024-02-10", None],
        })  # fmt: skip
        table = read_contracts(rows, merge_gap=5, as_of="2024-06-01").table.order_by("start").to_pandas()
        assert table["end"].tolist() == [pd.Timestamp("2024-03-03"), pd.Timestamp("2024-02-10"), pd.NaT]
        assert table["due"].tolist() == [pd.Timestamp("2024-03-01"), pd.Timestamp("2024-02-10"), pd.NaT]

    @pytest.mark.parametrize("seed", range(4))
    def test_against_gaps_closed_by_hand(self, seed):
        rng = random.Random(seed)  # noqa: S311 - a world, no secret
        lives = []
        for who in "abcdefghij":
            at = date(2024, 1, 1) + timedelta(days=rng.randrange(20))
            for _ in range(6):
                end = at + timedelta(days=1 + rng.randrange(25))
                lives.append([who, at, end])
                at = end + timedelta(days=rng.randrange(-3, 12))
        closed = [list(life) for life in lives]
        for life in closed:  # nobody's end is moved while another of the customer's contracts runs on to the day after
            own = [(s, e) for who, s, e in lives if who == life[0]]
            later = [s for s, _ in own if life[2] < s <= life[2] + timedelta(days=4)]
            if later and not any(s <= life[2] < e for s, e in own):
                life[2] = min(later)
        named = {"as_of": "2024-09-01", "end_is": "first_day_after"}
        frames = [pd.DataFrame(rows, columns=["customer", "start", "end"]) for rows in (lives, closed)]
        merged = read_contracts(frames[0], merge_gap=4, **named)
        by_hand = read_contracts(frames[1], **named)
        tables = [retention_by_period(base, every="week").table.drop(columns="status") for base in (merged, by_hand)]
        pd.testing.assert_frame_equal(*tables)
