"""Stages on a list: vectors, flows against a look at every customer at every boundary, and the identity with CRR."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import brute
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import crrkit as crr
from crrkit.measure.stages.moves import CUSTOMERS, STAGES

# domain.md 3.5, as of 2024-07-01 with W=180, k=3, L=90, Ws=30, s_min=30
VECTORS = {
    "p1": ("short", {"visit": ["2024-06-20"]}),
    "p2": ("cold", {"visit": ["2024-05-01"]}),
    "p3": ("middle", {"purchase": ["2024-06-01"]}),
    "p4": ("long", {"purchase": ["2024-04-15", "2024-05-15", "2024-06-15"]}),
    "p5": ("middle", {"purchase": ["2024-06-01", "2024-06-02", "2024-06-03"]}),
    "p6": ("lapsed", {"purchase": ["2024-01-10", "2024-02-10"]}),
    "p7": ("middle", {"purchase": ["2023-09-01", "2024-06-10"]}),
    "p8": ("lapsed", {"purchase": ["2023-10-01", "2023-11-01", "2023-12-01"], "visit": ["2024-06-25"]}),
    "p9": ("middle", {"purchase": ["2024-04-02", "2024-04-02", "2024-06-20"]}),
    "p10": ("middle", {"purchase": ["2024-04-02"]}),
    "p11": ("lapsed", {"purchase": ["2024-04-01"]}),
    "p12": ("unknown", {"purchase": ["2024-07-01"]}),
}
FLAGS = {"first_purchase": {"p3", "p7", "p10"}, "returned": {"p7"}, "re_engaged": {"p8"}}
RULE = crr.StageRule(lapse_days=90, window_days=180, k_long=3, span_days=30, contact_days=30)


def log_of(histories):
    rows = [(who, kind, day) for who, kinds in histories.items() for kind, days in kinds.items() for day in days]
    return pd.DataFrame(rows, columns=["customer", "kind", "at"])


def events(histories, **rules):
    return crr.read_events(log_of(histories), customer="customer", at="at", kind="kind", **rules)


@pytest.fixture(scope="module")
def vectors():
    base = events({who: kinds for who, (_stage, kinds) in VECTORS.items()}, as_of="2024-07-02")
    return crr.stage_on(base, "2024-07-01", rule=RULE)


def test_stages_and_flags_of_the_example_customers(vectors):
    found = vectors.to_pandas().set_index("customer")
    assert found["stage"].to_dict() == {who: stage for who, (stage, _kinds) in VECTORS.items()}
    for flag, people in FLAGS.items():
        assert set(found.index[found[flag]]) == people, flag
    assert found.loc["p9", "purchase_days"] == 2
    assert found.loc["p8", "silent_days"] == 213
    assert found.loc["p2", "silent_days"] == 61


def test_the_printed_list_has_counts_and_no_customer(vectors):
    for text in (str(vectors), repr(vectors), vectors.to_html()):
        assert "p4" not in text
        assert "p11" not in text
    assert vectors.table.set_index("stage")["customers"].to_dict() == {
        "short": 1, "cold": 1, "middle": 5, "long": 1, "lapsed": 3, "unknown": 1,
    }  # fmt: skip
    assert "6 customers" in str(vectors)


# Against a look at every customer at every boundary ------------------------------------------------------------------


def stage_by_hand(history, day, rule):
    """One customer's stage as of a day, in the words of the definition."""
    bought = sorted({d for kind, d in history if kind in ("purchase", "contract") and d < day})
    touched = [d for kind, d in history if kind in ("visit", "offer", "education") and d < day]
    if not bought:
        if not touched:
            return "unknown"
        return "short" if (day - max(touched)).days <= rule.contact_days else "cold"
    if (day - bought[-1]).days > rule.lapse_days:
        return "lapsed"
    spell = [bought[-1]]
    for earlier in reversed(bought[:-1]):
        if (spell[0] - earlier).days > rule.lapse_days:
            break
        spell.insert(0, earlier)
    recent = [d for d in spell if (day - d).days < rule.window_days]
    if len(recent) >= rule.k_long and (recent[-1] - recent[0]).days >= rule.span_days:
        return "long"
    return "middle"


FIRST = date(2023, 11, 20)
KINDS = ["visit", "offer", "education", "purchase", "purchase", "purchase", "contract", "refund", "incident"]
events_of_one = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 200).map(lambda n: FIRST + timedelta(days=n))), max_size=12
)
worlds = st.lists(events_of_one, min_size=1, max_size=12).filter(any)
rules = st.builds(
    crr.StageRule,
    lapse_days=st.integers(1, 70),
    window_days=st.integers(20, 90),
    k_long=st.integers(1, 4),
    span_days=st.integers(0, 18),
    contact_days=st.integers(0, 40),
)
UNTIL = FIRST + timedelta(days=230)


def read_world(world, until=UNTIL):
    rows = [(f"c{n}", kind, day) for n, history in enumerate(world) for kind, day in history]
    frame = pd.DataFrame(rows, columns=["customer", "kind", "at"])
    return crr.read_events(frame, customer="customer", at="at", kind="kind", as_of=until.isoformat())


@pytest.mark.slow
@pytest.mark.hypothesis
@settings(max_examples=10, deadline=None)
@given(worlds, rules, st.sampled_from(["month", "week", "quarter", "day"]))
def test_counts_and_transitions_equal_brute_force_at_every_boundary(world, rule, every):
    flow = crr.stage_flow(read_world(world), every=every, rule=rule)
    first = min(day for history in world for _kind, day in history)
    bounds = [a.date() for a, _b in brute.periods(first, UNTIL, every)]
    seen = [day for day in bounds if day <= UNTIL]
    at = {day: [stage_by_hand(history, day, rule) for history in world] for day in seen}

    counted = {day: Counter(stage for stage in at[day] if stage != "unknown") for day in seen}
    got = flow.counts[flow.counts.sum(axis=1) > 0]
    want = pd.DataFrame([[counted[day][stage] for stage in STAGES] for day in seen if sum(counted[day].values())])
    assert got.to_numpy().tolist() == want.to_numpy().tolist()

    moved = Counter()
    for a, b in pairwise(seen):
        moved.update((a, x, y) for x, y in zip(at[a], at[b], strict=True) if y != "unknown")
    starts = flow.table.set_index("period")["from_"].dt.date
    rows = flow.transitions.itertuples(index=False)
    assert {(starts[r.from_period], r.from_stage, r.to_stage): r.customers for r in rows} == dict(moved)


@pytest.mark.slow
@pytest.mark.hypothesis
@settings(max_examples=8, deadline=None)
@given(worlds, rules, st.integers(1, 225))
def test_stages_of_a_day_equal_brute_force(world, rule, after):
    day = FIRST + timedelta(days=after)
    found = crr.stage_on(read_world(world), day, rule=rule).to_pandas().set_index("customer")["stage"]
    assert found.to_dict() == {f"c{n}": stage_by_hand(history, day, rule) for n, history in enumerate(world) if history}


@pytest.mark.hypothesis
@settings(max_examples=8, deadline=None)
@given(worlds, rules, st.sampled_from(["month", "week"]))
def test_the_rate_is_the_weighted_sum_over_stages_and_equals_the_retention_table(world, rule, every):
    base = read_world(world)
    flow = crr.stage_flow(base, every=every, rule=rule).table.set_index("period")
    whole = flow[flow["start"] > 0].dropna(subset="kept")
    parts = sum((whole[s] / whole["start"] * whole[f"retention_{s}"]).fillna(0) for s in CUSTOMERS)
    np.testing.assert_allclose(whole["crr"], parts, atol=1e-12)
    kept = crr.retention_by_period(base.with_activity(crr.Trailing(days=rule.lapse_days)), every=every)
    account = kept.to_pandas().set_index("period")
    for name in ("start", "kept"):
        assert whole[name].astype(int).to_dict() == account.loc[whole.index, name].to_dict()
    pd.testing.assert_series_equal(whole["crr"], account.loc[whole.index, "crr"], check_names=False)


@pytest.mark.hypothesis
@settings(max_examples=6, deadline=None)
@given(worlds, st.sampled_from(["month", "week"]))
@pytest.mark.slow
def test_stages_with_lapse_by_period_agree_with_the_retention_table(world, every):
    base = read_world(world)
    flow = crr.stage_flow(base, every=every, rule=crr.StageRule(lapse_days="period")).table.set_index("period")
    whole = flow[flow["start"] > 0].dropna(subset="kept")
    account = crr.retention_by_period(base, every=every).to_pandas().set_index("period").loc[whole.index]
    assert whole[["start", "kept"]].astype(int).to_dict() == account[["start", "kept"]].to_dict()


def test_stage_on_refuses_a_rule_that_lapses_by_period():
    base = crr.read_orders(pd.DataFrame({"who": ["a"], "at": ["2024-01-05"]}), customer="who", at="at")
    with pytest.raises(crr.InputError, match="A day has no period before it"):
        crr.stage_on(base, "2024-01-06", rule=crr.StageRule(lapse_days="period"))
    with pytest.raises(crr.InputError, match="lapse_days='perid' is not known"):
        crr.StageRule(lapse_days="perid")


@pytest.mark.slow
@pytest.mark.hypothesis
@settings(max_examples=6, deadline=None)
@given(worlds, rules, st.randoms(use_true_random=False))
def test_transitions_sum_to_counts_and_do_not_depend_on_order_or_ids(world, rule, random):
    base = read_world(world)
    flow = crr.stage_flow(base, rule=rule)
    left = flow.transitions[flow.transitions["from_stage"] != "unknown"]
    left = left.pivot_table(index="from_period", columns="from_stage", values="customers", aggfunc="sum", fill_value=0)
    came = flow.transitions.pivot_table(index="from_period", columns="to_stage", values="customers", aggfunc="sum")
    labels = list(flow.counts.index)
    for here, there in pairwise(labels):
        for stage in STAGES:
            assert flow.counts.loc[here, stage] == (left.loc[here].get(stage, 0) if here in left.index else 0)
            gained = came.loc[here].get(stage, 0) if here in came.index else 0
            assert flow.counts.loc[there, stage] == (0 if pd.isna(gained) else gained)
    mixed = [list(history) for history in world]
    random.shuffle(mixed)
    for history in mixed:
        random.shuffle(history)
    pd.testing.assert_frame_equal(crr.stage_flow(read_world(mixed), rule=rule).transitions, flow.transitions)


def test_the_own_gap_rule_agrees_with_the_retention_table():
    base = crr.read_events(crr.sample_path("events"), customer="client_id", amount="total")
    rule = crr.StageRule(lapse_days=crr.OwnGap())
    flow = crr.stage_flow(base, rule=rule).table.set_index("period")
    kept = crr.retention_by_period(base.with_activity(crr.OwnGap()), every="month").to_pandas().set_index("period")
    whole = flow.dropna(subset="kept").index
    assert flow.loc[whole, "start"].tolist() == kept.loc[whole, "start"].tolist()
    assert flow.loc[whole, "kept"].astype(int).tolist() == kept.loc[whole, "kept"].tolist()
    assert len(whole) == 24


def test_later_data_do_not_change_earlier_stages():
    histories = {"a": {"purchase": ["2024-01-10", "2024-06-10"]}, "b": {"visit": ["2024-01-15"]}}
    early = crr.stage_flow(events(histories, as_of="2024-05-01"), rule=RULE).counts
    late = crr.stage_flow(events(histories, as_of="2024-08-01"), rule=RULE)
    pd.testing.assert_frame_equal(late.counts.loc[early.index], early)
    back = late.transitions.query("from_stage == 'lapsed' and to_stage == 'middle'")
    assert back["from_period"].tolist() == ["2024-06"]  # a return is a flow


# Contracts ------------------------------------------------------------------------------------------------------------


def test_contracts_become_long_at_the_renewal():
    terms = pd.DataFrame(
        {
            "client_id": ["a", "a", "b", "c", "c"],
            "joined": ["2023-01-15", "2024-01-15", "2023-03-01", "2023-01-01", "2023-09-01"],
            "left": ["2024-01-15", None, "2024-02-01", "2023-04-01", None],
        }
    )
    base = crr.read_contracts(terms, as_of="2024-05-01")
    flow = crr.stage_flow(base, rule=crr.ContractRule(renewals=1, term="year"))
    # a: long after 15 January 2024; b: never renewed, gone on 1 February; c: lapsed in April, back in September
    assert flow.counts.loc["2024-01", ["middle", "long", "lapsed"]].tolist() == [3, 0, 0]
    assert flow.counts.loc["2024-02", ["middle", "long", "lapsed"]].tolist() == [2, 1, 0]  # b left after it
    assert flow.counts.loc["2024-04", ["middle", "long", "lapsed"]].tolist() == [1, 1, 1]
    kept = crr.retention_by_period(base, every="month").to_pandas().set_index("period")
    table = flow.table.set_index("period").dropna(subset="kept")
    assert table["kept"].astype(int).to_dict() == kept.loc[table.index, "kept"].to_dict()
    listed = crr.stage_on(base, "2024-04-01").to_pandas().set_index("customer")
    assert listed["stage"].to_dict() == {"a": "long", "b": "lapsed", "c": "middle"}
    assert listed["returned"].to_dict() == {"a": False, "b": False, "c": True}
    assert listed["silent_days"].to_dict() == {"a": 0, "b": 60, "c": 0}  # from 1 February to 1 April


def test_the_rate_from_contracts_equals_the_retention_table_of_the_sample():
    base = crr.read_contracts(crr.sample_path("contracts"), customer="client_id", start="joined", end="left")
    flow = crr.stage_flow(base, every="quarter").table.set_index("period").dropna(subset="crr")
    account = crr.retention_by_period(base, every="quarter").to_pandas().set_index("period")
    assert len(flow) > 8
    np.testing.assert_allclose(flow["crr"], account.loc[flow.index, "crr"], atol=1e-12)


# Rates, matrix, memory ------------------------------------------------------------------------------------------------


def test_rates_by_hand():
    months = ["2024-01-05", "2024-02-05", "2024-03-05"]
    flow = crr.stage_flow(
        events(
            {
                "buyer": {"purchase": months},  # once, then middle, long at the fourth boundary
                "asker": {"visit": ["2024-01-20"], "purchase": ["2024-02-10"]},  # short, then bought
                "looker": {"visit": ["2024-01-20"]},  # short, then cold
                "gone": {"purchase": ["2024-01-02"]},  # lapsed after 31 days
            },
            as_of="2024-04-01",
        ),
        rule=crr.StageRule(lapse_days=31, window_days=100, k_long=3, span_days=30, contact_days=15),
    )
    february = flow.rates[flow.rates["period"] == "2024-02"].set_index("measure")
    assert february.loc["conversion", ["of", "hits"]].tolist() == [2, 1]
    assert february.loc["second purchase", ["of", "hits"]].tolist() == [2, 1]
    assert february.loc["retention of middle", ["of", "hits"]].tolist() == [2, 1]
    march = flow.rates[flow.rates["period"] == "2024-03"].set_index("measure")
    assert march.loc["promotion", ["of", "hits"]].tolist() == [1, 1]  # of two middle one stays, and turns long
    assert march.loc["win-back", ["of", "hits"]].tolist() == [1, 0]
    assert march.loc["conversion", "of"] == 0
    assert np.isnan(march.loc["conversion", "rate"])  # nobody to convert is not 0 %
    assert march["thin"].all()
    assert "fewer than 30" in str(flow)


def test_matrix_rows_sum_to_one_and_exit_counts_contacts_that_went_cold():
    flow = crr.stage_flow(crr.read_events(crr.sample_path("events"), customer="client_id", amount="total"))
    matrix = flow.matrix()
    np.testing.assert_allclose(matrix.sum(axis=1), 1)
    assert list(matrix.columns) == ["short", "middle", "long", "lapsed", "exit"]
    counted = flow.counted()
    grown_cold = flow.transitions.query("from_stage == 'short' and to_stage == 'cold'")["customers"].sum()
    assert counted.loc["short", "exit"] == grown_cold
    assert (counted[["exit"]].drop(index="short") == 0).all(axis=None)
    one = flow.counted(first="2024-03", last="2024-03")
    two = flow.counted(first="2024-04", last="2024-04")
    pd.testing.assert_frame_equal(one + two, flow.counted(first="2024-03", last="2024-04"))


def test_periods_in_the_wrong_order_are_refused_and_entries_of_no_period_are_undefined():
    flow = crr.stage_flow(crr.read_events(crr.sample_path("events"), customer="client_id", amount="total"))
    for ask in (flow.counted, flow.entries, flow.matrix, flow.whole_periods):
        with pytest.raises(ValueError, match=r"first='2024-05' is after last='2024-02'"):
            ask(first="2024-05", last="2024-02")
    log = pd.DataFrame({"who": ["a", "b"], "when": ["2024-01-10", "2024-01-12"]})
    begun = crr.stage_flow(crr.read_orders(log, customer="who", at="when", as_of="2024-01-20"), first="2024-01")
    assert begun.whole_periods() == ()
    assert begun.entries().isna().all()


def test_a_model_of_a_flow_starts_from_its_last_counts_and_rates():
    flow = crr.stage_flow(crr.read_events(crr.sample_path("events"), customer="client_id", amount="total"))
    model = crr.StageModel.from_flow(flow)
    first = model.project(periods=1).to_pandas().iloc[0]
    assert first["customers"] == flow.counts[list(CUSTOMERS)].iloc[-1].sum()
    year = {"first": "2024-01", "last": "2024-12"}  # the last one: who moved two years ago moved otherwise
    np.testing.assert_allclose(model.matrix, flow.matrix(**year)[list(model.stages)])
    outside = flow.transitions[flow.transitions["from_stage"].isin(["unknown", "cold"])]
    outside = outside[outside["from_period"] >= "2024-01"]
    came = outside[outside["to_stage"].isin(model.stages)]["customers"].sum()
    assert flow.entries(**year).sum() * 12 == pytest.approx(came)
    assert sum(model.inflow.values()) * 12 == pytest.approx(came)
    february = crr.StageModel.from_flow(flow, last="2024-02")
    begins = february.project(periods=1).to_pandas().iloc[0]
    assert begins["long"] == flow.counts.loc["2024-03", "long"]
    assert (
        model.project(scenario=crr.Scenario(winback=0.05), periods=1).to_pandas()["lapsed"].iloc[1]
        < (model.project(periods=1).to_pandas()["lapsed"].iloc[1])
    )  # the lapsed of a list never leave: who comes back did not stay lapsed
    assert model.levers(periods=2, draws=20, seed=1).table["customers_low"].notna().all()


def test_a_change_of_the_rate_is_decomposed_by_stage():
    flow = crr.stage_flow(crr.read_events(crr.sample_path("events"), customer="client_id", amount="total"))
    split = crr.decompose("2023-10", "2024-10", account=flow)
    table = flow.table.set_index("period")
    assert split.change == pytest.approx(table.loc["2024-10", "crr"] - table.loc["2023-10", "crr"], abs=1e-12)
    assert split.rate_effect + split.mix_effect == pytest.approx(split.change, abs=1e-12)
    assert list(split.table["segment"]) == ["middle", "long"]
    assert split.table["share_after"].tolist() == pytest.approx(
        [table.loc["2024-10", stage] / table.loc["2024-10", "start"] for stage in CUSTOMERS]
    )


def test_the_markov_check_detects_memory_only_in_the_stage_that_has_it():
    people = {}
    for n in range(400):  # every other buyer of one month buys in the next, and then in every month
        start = ["2024-01-05"]
        people[f"m{n}"] = {"purchase": start + [f"2024-{m:02d}-05" for m in range(2, 8)] if n % 2 else start}
    rule = crr.StageRule(lapse_days=31, window_days=60, k_long=9, span_days=30)
    flow = crr.stage_flow(events(people, as_of="2024-08-01"), rule=rule)
    check = flow.markov_check()
    wider = flow.markov_check(level=0.99).table.set_index("stage").loc["middle"]
    middle = check.table.set_index("stage").loc["middle"]
    assert (middle["fresh_of"], middle["fresh"]) == (400, 0.5)
    assert middle["stayed"] == 1
    assert wider["low"] < middle["low"] < middle["difference"], "the interval has the level that was asked for"
    assert check.differing == ("middle",)
    assert "middle" in check.caption()
    assert check.table.set_index("stage").loc["long", "verdict"] == "too few"


# Refusals and small worlds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"window_days": 20, "span_days": 30}, "nobody could ever be long"),
        ({"window_days": 3, "span_days": 0, "k_long": 9}, "no room for 9 purchase days"),
        ({"lapse_days": 0}, "lapse_days=0 is too small"),
        ({"k_long": -1}, "negative"),
        ({"contact_days": 1.5}, "whole"),
    ],
)
def test_invalid_stage_rules_are_refused(rule, sentence):
    with pytest.raises(ValueError, match=sentence):
        crr.StageRule(**rule)


def test_the_shortest_valid_window_can_make_a_customer_long():
    rule = crr.StageRule(lapse_days=30, window_days=12, k_long=2, span_days=10)
    base = events({"a": {"purchase": ["2024-01-01", "2024-01-11"]}}, as_of="2024-02-01")
    assert crr.stage_on(base, "2024-01-12", rule=rule).to_pandas()["stage"].tolist() == ["long"]
    assert crr.stage_on(base, "2024-01-13", rule=rule).to_pandas()["stage"].tolist() == ["middle"]
    with pytest.raises(ValueError, match="at least 12 days"):
        crr.StageRule(lapse_days=30, window_days=11, k_long=2, span_days=10)


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda base: crr.stage_on(base, "2024-12-01"), "lies after the end of the data"),
        (lambda base: crr.stage_on(base, "2024-01-01 12:00"), "is not a day"),
        (lambda base: crr.stage_on(base, "soon"), "not a date"),
        (lambda base: crr.stage_flow(base, rule=crr.ContractRule()), "need a rule of days"),
        (lambda base: crr.stage_flow(base).matrix(first="2020-01"), "no whole period"),
        (lambda base: crr.stage_flow(base, first="2031-01"), "begins after the data end"),
        (lambda _base: crr.stage_profile("coffe"), "Did you mean 'coffee'"),
    ],
)
def test_invalid_calls_are_refused_with_an_explanation(ask, sentence):
    base = events({"a": {"purchase": ["2024-01-01", "2024-03-11"]}}, as_of="2024-04-01")
    with pytest.raises(ValueError, match=sentence):
        ask(base)


def test_contracts_refuse_a_stage_rule_of_days():
    base = crr.read_contracts(crr.sample_path("contracts"), customer="client_id", start="joined", end="left")
    with pytest.raises(ValueError, match="need a rule of terms"):
        crr.stage_flow(base, rule=RULE)


def test_a_log_without_purchases_has_no_customers_and_no_rate():
    flow = crr.stage_flow(events({"a": {"visit": ["2024-01-01"]}}, as_of="2024-04-01"))
    assert flow.counts.loc["2024-04", "cold"] == 1
    assert flow.table["crr"].isna().all()
    assert "Nobody was there to keep" in str(flow)
    assert flow.matrix().loc["long"].isna().all()


def test_purchases_without_contacts_have_nobody_short_or_cold():
    flow = crr.stage_flow(crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at"))
    assert (flow.counts[["short", "cold"]] == 0).all(axis=None)
    assert flow.counts["long"].max() > 0
    assert crr.StageModel.from_flow(flow).stages == ("middle", "long", "lapsed")


def test_a_running_period_has_counts_at_its_start_but_no_rate():
    flow = crr.stage_flow(events({"a": {"purchase": ["2024-01-01", "2024-03-11"]}}, as_of="2024-03-15"), rule=RULE)
    last = flow.table.iloc[-1]
    assert (last["period"], last["status"], last["start"]) == ("2024-03", "running", 1)
    assert np.isnan(last["kept"])
    assert np.isnan(last["crr"])
    assert "2024-03" not in set(flow.transitions["from_period"])


@pytest.mark.daily(1)
@pytest.mark.parametrize("profile", crr.stage_profiles(), ids=lambda profile: profile.name)
def test_every_stage_profile_can_be_applied_and_prints_its_rule(profile):
    contracts = isinstance(profile.rule, crr.ContractRule)
    name, kinds = ("contracts", {"start": "joined", "end": "left"}) if contracts else ("orders", {"at": "ordered_at"})
    read = crr.read_contracts if contracts else crr.read_orders
    flow = crr.stage_flow(read(crr.sample_path(name), customer="client_id", **kinds), every=profile.every,
                          rule=profile.rule)  # fmt: skip
    assert flow.counts[list(CUSTOMERS)].to_numpy().sum() > 0
    assert str(profile.rule) in str(profile)


@pytest.mark.skipif("CRRKIT_DATA" not in os.environ, reason="needs the folder of real data, CRRKIT_DATA")
def test_the_rate_of_real_shop_events_equals_the_retention_table():
    file = Path(os.environ["CRRKIT_DATA"]) / "retentioneering" / "ecom.csv.gz"
    base = crr.read_events(file, customer="user_id", at="timestamp", kind="event", other="visit")
    rule = crr.StageRule(lapse_days=30, window_days=60, k_long=3, span_days=14, contact_days=14)
    flow = crr.stage_flow(base, every="week", rule=rule).table.set_index("period").dropna(subset="crr")
    kept = crr.retention_by_period(base.with_activity(crr.Trailing(days=30)), every="week")
    account = kept.to_pandas().set_index("period").loc[flow.index]
    assert base.quality.rows_read == 31_106
    assert flow["start"].max() > 50
    np.testing.assert_allclose(flow["crr"], account["crr"], atol=1e-12)
