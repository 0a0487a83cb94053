"""One list under every convention: the numbers of the eleven customers, the bias identity, and exact bridges."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

import crrkit as crr
from crrkit.ground.errors import InputError
from crrkit.judge.conventions import CONVENTIONS, FLOWS, Convention, Reconciliation, flows_of, formula


@pytest.fixture(scope="module")
def kept() -> crr.RetentionTable:
    base = crr.read_contracts(crr.sample_path("canonical"), customer="client_id", start="joined", end="left")
    return crr.retention_by_period(base, every="half-year")


# Counted by hand for the first half of 2024: S = a b c h k, E = a c d f h i, kept a c h (c left and came back),
# lost b k, new d i, returned f, joined and left e, returned and left g; 6 joins (c d e f g i), 5 leaves (b c e g k).
BY_HAND = {
    "people": 3 / 5,
    "continuous": 2 / 5,
    "new = not there at the start": (6 - 3) / 5,  # d i f
    "new = first ever, still here": (6 - 2) / 5,  # d i
    "new = first ever, gross": (6 - 3) / 5,  # d i e
    "new = everybody who came, gross": (6 - 5) / 5,  # d i e f g
    "new = every start": (6 - 6) / 5,  # and c's second
    "ChartMogul": 1 - 3 / 5,  # b c k left, of the five
    "Stripe": 1 - 5 / (5 + 3),  # five leaves; five at the start and the newcomers d e i
    "Baremetrics": 1 - 5 / 5,  # b c e g k
    "Recurly, basic": 1 - 4 / 5,  # b k and e g are gone at the end
}


def test_the_eleven_customers_under_every_convention(kept) -> None:
    found = crr.reconcile(kept, period="2024H1").table.set_index("convention")["rate"]
    assert found.to_dict() == pytest.approx(BY_HAND)


def test_the_published_example_of_recurly() -> None:
    # recurly.com, "A Better Way to Calculate Your Churn Rate": 1,000 at the start, 50 of them and 12 of 500 new leave
    flows = dict.fromkeys(FLOWS, 0) | {"through": 950, "lost": 50, "new": 488, "new_lost": 12, "leaves": 62}
    basic = next(convention for convention in CONVENTIONS if convention.name == "Recurly, basic")
    assert 1 - basic.rate(flows) == pytest.approx(0.062)


def test_the_published_example_of_chartmogul() -> None:
    # help.chartmogul.com, "Customer Churn rate": 100 at the start, 11 cancelled, one of whom had joined in the month
    flows = dict.fromkeys(FLOWS, 0) | {"through": 90, "lost": 10, "new_lost": 1, "leaves": 11}
    assert 1 - next(c for c in CONVENTIONS if c.name == "ChartMogul").rate(flows) == pytest.approx(0.10)


counts = st.fixed_dictionaries({name: st.integers(0, 50) for name in FLOWS})


@given(counts)
def test_the_bias_of_the_counts_formula_under_all_sixteen_meanings_of_new(flows: dict[str, int]) -> None:
    # domain.md 2.2: (E - N)/S - K/S = [(1 - rho) R - alpha J - sigma RJ - eta RE] / S
    start = flows["through"] + flows["rejoined_kept"] + flows["lost"]
    kept = flows["through"] + flows["rejoined_kept"]
    end = kept + flows["new"] + flows["returned"]
    meanings = list(product((False, True), repeat=4))
    numerators = [
        formula(joined_and_left=alpha, returned=rho, returned_and_left=sigma, rejoined=eta)
        for alpha, rho, sigma, eta in meanings
    ]
    assert len({tuple(numerator.items()) for numerator in numerators}) == 16
    for (alpha, rho, sigma, eta), numerator in zip(meanings, numerators, strict=True):
        convention = Convention("", "", numerator)
        new = flows["new"] + alpha * flows["new_lost"] + rho * flows["returned"]
        new += sigma * flows["returned_lost"] + eta * flows["extra_joins"]
        if start:
            assert convention.rate(flows) == pytest.approx((end - new) / start)
        else:
            assert math.isnan(convention.rate(flows))


@given(counts, st.sampled_from(CONVENTIONS), st.sampled_from(CONVENTIONS))
def test_a_bridge_adds_up_to_the_difference(flows: dict[str, int], one, other) -> None:
    if not flows["through"] + flows["rejoined_kept"] + flows["lost"]:
        flows["through"] = 1
    found = Reconciliation(pd.DataFrame(), "", flows).bridge(one.name, other.name)
    assert found["effect"].sum() == pytest.approx(other.rate(flows) - one.rate(flows), abs=1e-9)


def test_the_bridge_names_the_customers(kept) -> None:
    bridge = crr.reconcile(kept, period="2024H1").bridge("people", "new = first ever, gross")
    found = bridge.set_index("flow")[["customers", "times"]].to_dict("index")
    # the returned f is counted as kept, the newcomer e who left is taken off: they cancel by luck
    assert found == {"returned": {"customers": 1, "times": 1}, "new_lost": {"customers": 1, "times": -1}}


def test_flows_balance_in_every_period_of_the_sample() -> None:
    base = crr.read_contracts(crr.sample_path("contracts"), customer="client_id", start="joined", end="left")
    for _index, row in crr.retention_by_period(base, every="quarter").table.iterrows():
        flows = flows_of(row)
        assert flows["through"] + flows["rejoined_kept"] == row["kept"]
        assert flows["extra_joins"] == row["joins"] - row[["new", "new_lost", "returned", "returned_lost"]].sum()


def test_a_formula_may_leave_the_range_of_a_rate_and_is_not_clipped() -> None:
    flows = dict.fromkeys(FLOWS, 0) | {"through": 10, "new": 5, "new_lost": 95}  # domain.md 2.2: 10, 15, 100 gross new
    gross = formula(joined_and_left=True, returned=False, returned_and_left=False, rejoined=False)
    assert sum(times * flows[name] for name, times in gross.items()) / 10 == pytest.approx(-8.5)


def test_names_that_are_not_known_are_refused(kept) -> None:
    with pytest.raises(InputError, match="period='2031H1' is not known"):
        crr.reconcile(kept, period="2031H1")
    with pytest.raises(InputError, match="Did you mean 'Stripe'"):
        crr.reconcile(kept).bridge("people", "stripe")


def test_it_prints_in_both_languages(kept) -> None:
    found = crr.reconcile(kept, period="2024H1")
    assert "One list, 11 rates: 2024H1" in str(found)
    with crr.use_language("ru"):
        assert "люди" in str(found)
        assert "ChartMogul" in str(found)


def test_nobody_at_the_start_has_no_rate(kept) -> None:
    rates = crr.reconcile(kept, period="2022H1").table.set_index("convention")["rate"]
    assert np.isnan(rates["people"])


class TestWhoIsNew:
    flows = st.fixed_dictionaries(
        {name: st.integers(0, 20) for name in ("lost", "new", "joined_and_left", "returned", "returned_and_left")}
    )

    def test_the_eleven_customers(self, kept) -> None:
        row = kept.row("2024H1")
        named = {"joined_and_left": row["new_lost"], "returned_and_left": row["returned_lost"]}
        named |= {"returned": row["returned"], "rejoined": row["rejoined"]}
        found = crr.who_is_new(row["start"], lost=row["lost"], new=row["new"], **named)
        assert found.truth == 3 / 5
        named_meanings = {"0100": "new = not there at the start", "0000": "new = first ever, still here",
                          "1000": "new = first ever, gross", "1110": "new = everybody who came, gross",
                          "1111": "new = every start"}  # fmt: skip
        rates = {"".join(map(str, key)): rate for *key, _new, rate, _off in found.table.itertuples(index=False)}
        assert {meaning: rates[meaning] for meaning in named_meanings} == pytest.approx(
            {meaning: BY_HAND[name] for meaning, name in named_meanings.items()}
        )

    @given(flows, st.integers(0, 20), st.lists(st.integers(0, 3), max_size=5))
    def test_against_people_counted_one_by_one(self, flows: dict[str, int], stayed: int, again: list[int]) -> None:
        # a person: there at the start, there at the end, a customer before the period, joins inside it
        people = [(True, True, True, 0)] * stayed + [(True, False, True, 0)] * flows["lost"]
        people += [(False, True, False, 1)] * flows["new"] + [(False, False, False, 1)] * flows["joined_and_left"]
        people += [(False, True, True, 1)] * flows["returned"] + [(False, False, True, 1)] * flows["returned_and_left"]
        people += [(True, True, True, joins) for joins in again]  # left and rejoined, so and so often
        start, end = sum(p[0] for p in people), sum(p[1] for p in people)
        found = crr.who_is_new(start, **flows, rejoined=sum(again))
        if not start:
            assert math.isnan(found.truth)
            assert found.table["crr"].isna().all()
            return
        assert found.truth == sum(p[0] and p[1] for p in people) / start
        for row in found.table.itertuples(index=False):
            called_new = sum(
                (not at_end and not before and row.joined_and_left)
                or (at_end and before and row.returned)
                or (not at_end and before and row.returned_and_left)
                or (at_end and not before)
                for at_start, at_end, before, _joins in people
                if not at_start
            ) + row.rejoined * sum(joins for at_start, *_rest, joins in people if at_start)
            assert row.new == called_new
            assert row.crr == pytest.approx((end - called_new) / start)
            assert row.difference == pytest.approx(row.crr - found.truth)

    def test_it_may_be_below_zero_and_above_one(self) -> None:
        # domain.md 2.2: 10 at the start, 15 at the end, 100 gross new
        assert crr.who_is_new(10, lost=0, new=5, joined_and_left=95).table["crr"].min() == -8.5
        assert crr.who_is_new(10, lost=0, new=0, returned=5).table["crr"].max() == 1.5
        assert str(crr.who_is_new(10, lost=4, new=0)).startswith("Kept: 60.0%. By the formula")

    def test_what_cannot_be_counted_is_refused(self) -> None:
        with pytest.raises(crr.InconsistentCounts, match="lost=6 is more than start=5"):
            crr.who_is_new(5, lost=6, new=0)
        with pytest.raises(InputError, match="rejoined=-1 is negative"):
            crr.who_is_new(5, lost=0, new=0, rejoined=-1)
