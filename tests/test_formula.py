"""The formula of the two source articles, the behaviour table of its edges, and the account solved from any facts."""

import math
import subprocess
import sys
from dataclasses import FrozenInstanceError
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, strategies as st

from crrkit import use_language
from crrkit.counts.accounts import (
    COUNTS,
    Counts,
)
from crrkit.counts.formula import churn_from_counts, crr_bounds, crr_from_counts, crr_from_sets
from crrkit.counts.intervals import wilson
from crrkit.counts.rates import convert_rate, quick_ratio
from crrkit.counts.solving import (
    solve_counts,
)
from crrkit.ground.errors import (
    AccountingMismatch,
    CrrkitError,
    InconsistentCounts,
    InputError,
    InputTypeError,
    UndefinedRateWarning,
)

SEED_A = {"start": 70, "end": 90, "new": 30}  # a month: 70 customers, 30 came, 10 left
SEED_B = {"start": 1000, "end": 1200, "new": 500}  # half a year: 1000, 500 came, 300 left


@st.composite
def accounts(draw, most=500):
    """Any month that can have been: everybody of the start stays or leaves, some come, some come back."""
    start = draw(st.integers(0, most))
    lost = draw(st.integers(0, start))
    return Counts(start=start, lost=lost, new=draw(st.integers(0, most)), returned=draw(st.integers(0, most)))


def counts_of(account):
    return {name: getattr(account, name) for name in ("start", "end", "new", "returned")}


# ---- the two source examples ---------------------------------------------------------------------------------------


def test_seventy_customers_thirty_new_ninety_in_the_end():
    rate = crr_from_counts(**SEED_A, period="month")
    assert rate == 60 / 70 == 0.857142857142857142
    assert (rate.numerator, rate.denominator, rate.period, rate.status, rate.reason) == (
        60,
        70,
        "month",
        "complete",
        "",
    )
    assert rate.ci == wilson(60, 70)
    assert str(rate) == "85.7% (60 of 70, month; 95% interval 75.7% to 92.1%)"
    assert format(rate, ".0%") == "86%"


def test_a_thousand_customers_five_hundred_new_twelve_hundred_in_the_end():
    rate = crr_from_counts(**SEED_B, period="half-year")
    assert rate == 0.7
    assert churn_from_counts(start=1000, lost=300, period="half-year") == 0.3
    assert convert_rate(rate, to="year") == pytest.approx(0.49)


def test_the_growth_of_both_examples_is_what_was_kept_and_what_was_gained():
    # growth = crr + gained/start - 1: .7 + .5 - 1 = .2, and 60/70 + 30/70 - 1 = 2/7.
    for counts, growth in ((SEED_A, 2 / 7), (SEED_B, 0.2)):
        rate = crr_from_counts(**counts, period="month")
        assert rate + counts["new"] / counts["start"] - 1 == pytest.approx(growth)
    assert quick_ratio(gained=500, lost=300) == pytest.approx(1.667, abs=5e-4)


# ---- the behaviour table -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("counts", [(0, 0, 0), (0, 5, 5), (0, 5, 3), (0, 0, 9)])
def test_nobody_at_the_start_is_undefined_and_says_so(counts):
    start, end, new = counts
    with pytest.warns(UndefinedRateWarning, match="undefined"):
        rate = crr_from_counts(start=start, end=end, new=new, period="month")
    assert math.isnan(rate)
    assert (rate.reason, rate.status) == ("empty_base", "empty_base")
    assert all(map(math.isnan, rate.ci))
    assert str(rate) == "– (month; nobody was there at the start)"


def test_the_warning_points_at_the_line_of_the_user():
    for call in (
        lambda: crr_from_counts(start=0, end=0, new=0, period="month"),
        lambda: churn_from_counts(start=0, lost=0, period="month"),
        lambda: crr_from_sets([], [1], period="month"),
    ):
        with pytest.warns(UndefinedRateWarning) as caught:
            call()
        assert caught[0].filename == __file__


def test_nobody_left_is_zero():
    assert crr_from_counts(start=70, end=0, new=0, period="month") == 0.0


@pytest.mark.parametrize(
    ("counts", "reason", "hint"),
    [
        ({"start": 10, "end": 15, "new": 100}, "new_exceeds_end", "at least 85 of them left"),
        ({"start": 10, "end": 15, "new": 10, "returned": 6}, "new_exceeds_end", r"new \+ returned=16"),
        ({"start": 10, "end": 30, "new": 5}, "kept_exceeds_start", "at least 15 customers who returned"),
        ({"start": 10, "end": 16, "new": 5}, "kept_exceeds_start", "leaves 11, more than start=10"),
        ({"start": 10, "end": 10, "new": 5, "lost": 11}, "lost_exceeds_start", "lost=11 is more than start=10"),
        ({"start": 0, "end": 0, "new": 0, "lost": 1}, "lost_exceeds_start", "newcomers"),
        ({"start": 70, "end": 90, "new": 30, "lost": 8}, "accounting_mismatch", "2 customers left unexplained"),
        ({"start": 70, "end": 90, "new": 30, "lost": 12}, "accounting_mismatch", "2 customers came unexplained"),
        ({"start": 0, "end": 5, "new": 3, "lost": 0}, "accounting_mismatch", "2 customers came unexplained"),
    ],
)
def test_counts_that_nobody_can_have_produced(counts, reason, hint):
    with pytest.raises(InconsistentCounts, match=hint) as caught:
        crr_from_counts(**counts, period="month")
    assert isinstance(caught.value, AccountingMismatch) == (reason == "accounting_mismatch")
    if counts["start"]:
        undefined = crr_from_counts(**counts, period="month", on_inconsistent="nan")
        assert math.isnan(undefined)
        raw = crr_from_counts(**counts, period="month", on_inconsistent="raw")
        expected = (counts["end"] - counts["new"] - counts.get("returned", 0)) / counts["start"]
        assert raw == expected
        assert {rate.status for rate in (raw, undefined)} == {"inconsistent"}
        assert {rate.reason for rate in (raw, undefined)} == {reason}
        assert raw.ci is None


@pytest.mark.parametrize("way", ["nan", "raw"])
def test_an_empty_base_is_undefined_whatever_else_is_wrong(way):
    with pytest.warns(UndefinedRateWarning):
        rate = crr_from_counts(start=0, end=0, new=0, lost=1, period="month", on_inconsistent=way)
    assert math.isnan(rate)
    assert rate.reason == "empty_base"


def test_the_bare_formula_can_fall_far_below_zero():
    # 10 at the start, 15 at the end, 100 gross new: -850 %.
    raw = crr_from_counts(start=10, end=15, new=100, period="month", on_inconsistent="raw")
    assert raw == -8.5
    assert str(raw) == "−850.0% (−85 of 10, month; the counts contradict each other)"


@pytest.mark.parametrize(("lost", "residual"), [(8, -2), (12, 2), (0, -10)])
def test_the_residual_says_how_much_is_unexplained_and_which_way(lost, residual):
    with pytest.raises(AccountingMismatch) as caught:
        crr_from_counts(**SEED_A, lost=lost, period="month")
    assert caught.value.residual == residual


def test_a_full_account_is_checked_and_passes():
    assert crr_from_counts(**SEED_A, lost=10, period="month") == 60 / 70
    assert crr_from_counts(start=5, end=6, new=2, returned=1, lost=2, period="half-year") == 0.6


def test_who_returned_was_not_kept():
    # The eleven customers of the worked world: 5 at the start, 6 at the end, 2 new, 1 returned; 3 were kept.
    assert crr_from_counts(start=5, end=6, new=2, returned=1, period="half-year") == 0.6
    # The same list under other meanings of new: 80 %, 60 %, 20 %, 0 %.
    for new, rate in ((2, 0.8), (3, 0.6), (5, 0.2), (6, 0.0)):
        assert crr_from_counts(start=5, end=6, new=new, period="half-year") == pytest.approx(rate)


@pytest.mark.parametrize("name", ["start", "end", "new", "lost", "returned"])
@pytest.mark.parametrize(
    ("value", "error"),
    [
        (-1, InputError),
        (math.inf, InputError),
        (-math.inf, InputError),
        (math.nan, InputError),
        (np.float64("nan"), InputError),
        (70.5, InputError),
        (True, InputTypeError),
        (np.True_, InputTypeError),
        ("70", InputTypeError),
        ("1 000", InputTypeError),
        ([70], InputTypeError),
        (1j, InputTypeError),
    ],
)
def test_what_is_no_count_is_refused(name, value, error):
    with pytest.raises(error) as caught:
        crr_from_counts(**{**SEED_A, name: value}, period="month")
    assert caught.value.argument == name
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, TypeError) == (error is InputTypeError)


@pytest.mark.parametrize("name", ["start", "end", "new"])
def test_a_missing_count_is_refused(name):
    with pytest.raises(InputError, match=f"{name} is missing"):
        crr_from_counts(**{**SEED_A, name: None}, period="month")


def test_whole_floats_and_numpy_counts_are_counts():
    assert crr_from_counts(start=70.0, end=np.int64(90), new=np.float32(30), period="month") == 60 / 70


def test_averages_are_counts_when_they_are_announced():
    rate = crr_from_counts(start=70.5, end=90.25, new=30.1, period="month", allow_fractional=True)
    assert rate == pytest.approx(60.15 / 70.5)
    assert rate.ci[0] < rate < rate.ci[1]
    for end, new in ((5, 5.5), (15.5, 5)):  # half a customer too many came, or stayed
        with pytest.raises(InconsistentCounts):
            crr_from_counts(start=10, end=end, new=new, period="month", allow_fractional=True)
    # 0.3 - 0.1 - 0.2 is -5.6e-17 in floats: nobody kept, not a contradiction.
    assert crr_from_counts(start=1, end=0.3, new=0.1, returned=0.2, period="month", allow_fractional=True) == 0


@pytest.mark.parametrize(
    "period",
    [
        {},
        {"period": None},
        {"period": "moon"},
        {"period": ("2024-07-01", "2024-01-01")},
        {"period": (date(2024, 1, 1), date(2024, 1, 1))},
    ],
)
def test_there_is_no_rate_without_a_period(period):
    for call in (
        lambda: crr_from_counts(**SEED_A, **period),
        lambda: churn_from_counts(start=70, lost=10, **period),
        lambda: crr_from_sets([1], [1], **period),
    ):
        with pytest.raises(ValueError, match="period") as caught:
            call()
        assert caught.value.argument == "period"


def test_two_dates_are_a_period():
    rate = crr_from_counts(**SEED_B, period=(date(2024, 1, 1), date(2024, 7, 1)))
    assert str(rate).startswith("70.0% (700 of 1,000, from Jan 1, 2024 until Jul 1, 2024;")


def test_an_unknown_way_with_contradictions_is_refused():
    with pytest.raises(InputError, match="Choose one of raise, nan, raw"):
        crr_from_counts(**SEED_A, period="month", on_inconsistent="ignore")


def test_a_wider_level_gives_a_wider_interval_and_is_printed():
    rate = crr_from_counts(**SEED_A, period="month", level=0.99)
    assert rate.ci == wilson(60, 70, level=0.99)
    assert "99% interval" in str(rate)


@given(accounts())
def test_every_account_that_balances_has_a_rate_between_0_and_1(account):
    assume(account.start)
    rate = crr_from_counts(**counts_of(account), lost=account.lost, period="month")
    assert 0 <= rate <= 1
    assert rate == (account.start - account.lost) / account.start
    assert rate + churn_from_counts(start=account.start, lost=account.lost, period="month") == pytest.approx(1)
    assert rate.ci[0] <= rate <= rate.ci[1]
    scaled = {name: 7 * value for name, value in counts_of(account).items()}
    assert crr_from_counts(**scaled, period="month") == pytest.approx(float(rate), abs=1e-15)


@given(*[st.integers(0, 30)] * 4, st.none() | st.integers(0, 30))
def test_counts_are_refused_exactly_when_no_group_of_customers_can_have_produced_them(start, end, new, returned, lost):
    # Brute force: try every number of kept customers.
    assume(start)
    possible = any(kept + new + returned == end and (lost is None or kept == start - lost) for kept in range(start + 1))
    try:
        rate = crr_from_counts(start=start, end=end, new=new, returned=returned, lost=lost, period="month")
    except InconsistentCounts:
        assert not possible
    else:
        assert possible
        assert rate == (end - new - returned) / start


# ---- bounds, churn, lists ------------------------------------------------------------------------------------------


def test_what_is_certain_when_new_is_everyone_who_joined():
    assert crr_bounds(**SEED_A) == (60 / 70, 1.0)
    assert crr_bounds(**SEED_B) == (0.7, 1.0)
    assert crr_bounds(start=10, end=15, new=100) == (0, 1)
    assert crr_bounds(start=10, end=4, new=0) == (0.4, 0.4)
    assert all(map(math.isnan, crr_bounds(start=0, end=5, new=5)))


@given(st.integers(1, 12), st.integers(0, 12), st.integers(0, 12))
def test_the_bounds_are_reached_and_not_passed(start, end, new):
    # Brute force: of `start` customers `kept` stay, of `new` who joined `stayed` are still there.
    possible = [kept / start for kept in range(start + 1) for stayed in range(new + 1) if kept + stayed == end]
    if possible:
        assert crr_bounds(start=start, end=end, new=new) == (min(possible), max(possible))
    else:
        with pytest.raises(InconsistentCounts, match="returned"):
            crr_bounds(start=start, end=end, new=new)


def test_churn_from_counts():
    rate = churn_from_counts(start=1000, lost=300, period="half-year")
    assert (rate, rate.measure, rate.ci) == (0.3, "churn", wilson(300, 1000))
    assert convert_rate(rate, to="year") == pytest.approx(0.51)
    with pytest.raises(InconsistentCounts, match="lost=11 is more than start=10"):
        churn_from_counts(start=10, lost=11, period="month")
    with pytest.warns(UndefinedRateWarning):
        assert math.isnan(churn_from_counts(start=0, lost=0, period="month"))


def test_churn_needs_to_know_who_came():
    # A published example takes 500 -> 450 for 10 % churn; with 30 newcomers among the 450 it was 16 %.
    assert solve_counts(start=500, end=450, new=0).churn == pytest.approx(0.10)
    assert solve_counts(start=500, end=450, new=30).churn == pytest.approx(0.16)


def test_the_share_of_one_list_that_is_in_another():
    # The eleven customers: S = abchk, E = acdfhi, kept a, c, h.
    rate = crr_from_sets(list("abchk"), list("acdfhi"), period="half-year")
    assert (rate, rate.numerator, rate.denominator) == (0.6, 3, 5)
    assert crr_from_sets(list("aabchkk"), list("ihfdca"), period="half-year") == 0.6
    assert crr_from_sets(pd.Series([1, 2]), np.array([2, 3]), period="month") == 0.5
    with pytest.warns(UndefinedRateWarning):
        assert crr_from_sets([], [1], period="month").reason == "empty_base"


@pytest.mark.parametrize("missing", [None, math.nan, np.nan, np.float32("nan"), pd.NA, pd.NaT])
def test_a_missing_id_is_never_a_customer(missing):
    for lists in (([1, missing], [1]), ([1], [1, missing])):
        with pytest.raises(InputError, match="missing id"):
            crr_from_sets(*lists, period="month")


@pytest.mark.parametrize("ids", ["abc", b"abc", 5, [[1], [2]], [{}]])
def test_what_is_no_list_of_ids_is_refused(ids):
    with pytest.raises(InputTypeError) as caught:
        crr_from_sets(ids, [1], period="month")
    assert caught.value.argument == "start"


@given(st.sets(st.integers(0, 40)), st.sets(st.integers(0, 40)))
def test_lists_and_counts_agree_when_new_is_who_was_not_there_at_the_start(start, end):
    assume(start)
    by_counts = crr_from_counts(start=len(start), end=len(end), new=len(end - start), period="month")
    assert crr_from_sets(start, end, period="month") == by_counts


# ---- the account solved --------------------------------------------------------------------------------------------


def test_the_account_of_the_examples():
    account = solve_counts(start=1000, lost=300, new=500)
    assert (account.start, account.end, account.new, account.lost) == (1000, 1200, 500, 300)
    assert (account.crr, account.churn, account.kept, account.returned) == (0.7, 0.3, 700, 0)
    assert solve_counts(start=70, end=90, new=30) == Counts(start=70, lost=10, new=30)


@given(accounts(), st.sets(st.sampled_from([*COUNTS, "crr", "churn"]), min_size=3))
def test_any_facts_give_the_account_back_or_say_what_is_missing(account, names):
    facts = {name: getattr(account, name) for name in names}
    assume(not any(map(math.isnan, facts.values())))
    try:
        solved = solve_counts(**facts, returned=account.returned)
    except InputError as error:
        assert "open. Add" in str(error)  # noqa: PT017 - a refusal is one of two right answers
    else:
        assert solved == account


@given(accounts(most=5), st.sets(st.sampled_from([*COUNTS, "crr", "churn"]), min_size=1))
def test_the_rest_is_determined_exactly_when_only_one_account_fits(account, names):
    facts = {name: getattr(account, name) for name in names}
    assume(not any(map(math.isnan, facts.values())))
    # Brute force over every small account.
    small = [
        Counts(start=start, lost=lost, new=new, returned=account.returned)
        for start in range(13)
        for lost in range(start + 1)
        for new in range(13)
    ]
    fitting = [each for each in small if all(getattr(each, n) == pytest.approx(v) for n, v in facts.items())]
    try:
        solved = solve_counts(**facts, returned=account.returned)
    except InputError:
        # A rate can pin whole numbers where its equations leave them open; counts alone cannot.
        assert len(fitting) > 1 or names & {"crr", "churn"}
    else:
        assert fitting == [solved]


@pytest.mark.parametrize(
    ("facts", "account"),
    [
        ({"start": 70, "end": 90, "lost": 10}, (70, 90, 30, 10)),
        ({"end": 90, "new": 30, "lost": 10}, (70, 90, 30, 10)),
        ({"start": 1000, "end": 1200, "crr": 0.7}, (1000, 1200, 500, 300)),
        ({"end": 1200, "new": 500, "churn": 0.3}, (1000, 1200, 500, 300)),
        ({"new": 500, "lost": 300, "churn": 0.3}, (1000, 1200, 500, 300)),
        ({"start": 1000, "new": 500, "crr": 0.7, "churn": 0.3}, (1000, 1200, 500, 300)),
        ({"start": 50, "new": 0, "crr": 1}, (50, 50, 0, 0)),
        ({"start": 50, "new": 7, "churn": 1}, (50, 7, 7, 50)),
        ({"end": 50, "new": 7, "crr": 1}, (43, 50, 7, 0)),
        ({"start": 50, "end": 0}, (50, 0, 0, 50)),
        ({"start": 0, "new": 5}, (0, 5, 5, 0)),
        ({"start": 70, "lost": 10, "new": 30, "returned": 5}, (70, 95, 30, 10)),
    ],
)
def test_solved_by_hand(facts, account):
    solved = solve_counts(**facts)
    assert (solved.start, solved.end, solved.new, solved.lost) == account
    assert all(type(value) is int for value in (solved.start, solved.end, solved.new, solved.lost))


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"start": 70, "crr": 0.8}, "start=70 and crr=0.8 leave end and new open. Add one of: end, new."),
        ({"start": 70, "end": 90}, "start=70 and end=90 leave new and lost open. Add one of: new, lost, crr, churn."),
        ({"crr": 0.8}, "crr=0.8 leave start, end, new and lost open. Add start and end."),
        ({"end": 5, "new": 5, "crr": 0}, "end=5, new=5 and crr=0 leave start and lost open. Add one of: start, lost."),
        ({"returned": 3, "start": 9}, "start=9 and returned=3 leave end, new and lost open. Add end and new."),
        ({}, "Nothing is known. Give for example start, lost and new."),
    ],
)
def test_too_few_facts_are_told_what_would_settle_it(facts, message):
    with pytest.raises(InputError) as caught:
        solve_counts(**facts)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"start": 70, "lost": 10, "crr": 0.8}, "start=70 and lost=10 give crr=0.857142857143, but crr=0.8 was given."),
        ({"crr": 0.8, "churn": 0.3}, "crr=0.8 give churn=0.2, but churn=0.3 was given."),
        ({**SEED_A, "crr": 0.86}, "start=70, end=90 and new=30 give crr=0.857142857143, but crr=0.86 was given."),
        ({"start": 0, "new": 5, "lost": 2}, "lost=2 is more than start=0"),
        ({"end": 90, "new": 30, "crr": 0}, "end=90 and crr=0 give new=90, but new=30 was given."),
        ({"lost": 5, "churn": 0}, "churn=0 give lost=0, but lost=5 was given."),
        ({"end": 0, "crr": 1}, "end=0 and crr=1 leave nobody at the start"),
        ({"start": 70, "end": 50, "lost": 10}, "start=70, end=50 and lost=10 would need new=-10,"),
        ({"start": 10, "end": 15, "new": 100}, "new=100 is more than end=15"),
        ({"start": 10, "end": 30, "new": 5}, "leaves 25, more than start=10"),
        ({"start": 10, "lost": 11, "new": 5}, "lost=11 is more than start=10"),
        ({"start": 0, "lost": 0, "new": 5, "crr": 0.5}, "crr=0.5"),
    ],
)
def test_facts_that_contradict_each_other_are_named(facts, message):
    with pytest.raises(InconsistentCounts) as caught:
        solve_counts(**facts)
    assert message in str(caught.value)


def test_a_rate_written_to_nine_digits_does_not_contradict_its_counts():
    assert solve_counts(**SEED_A, crr=0.857142857) == Counts(start=70, lost=10, new=30)


def test_four_counts_that_do_not_balance_leave_a_residual():
    with pytest.raises(AccountingMismatch) as caught:
        solve_counts(start=70, end=93, new=30, lost=10)
    assert caught.value.residual == 3


def test_a_fraction_of_a_customer_is_told_never_rounded():
    with pytest.raises(InputError, match=r"start=70, end=90 and crr=0\.857 give new=30\.01, .*rounded"):
        solve_counts(start=70, end=90, crr=0.857)
    solved = solve_counts(start=70, end=90, crr=0.857, allow_fractional=True)
    assert (solved.new, solved.lost) == pytest.approx((30.01, 10.01))
    assert solved.crr == pytest.approx(0.857)
    with pytest.raises(InputError, match="not a whole number"):
        solve_counts(start=70.5, lost=10, new=30)


@given(accounts(most=10**9))
def test_floating_dust_does_not_turn_a_customer_into_a_fraction(account):
    assume(account.start)
    assert solve_counts(start=account.start, crr=account.crr, new=account.new, returned=account.returned) == account


@pytest.mark.parametrize(
    ("facts", "argument"),
    [
        ({"start": -1, "lost": 0, "new": 0}, "start"),
        ({"start": "70", "lost": 0, "new": 0}, "start"),
        ({"start": 70, "lost": True, "new": 0}, "lost"),
        ({"start": 70, "crr": 86, "new": 0}, "crr"),
        ({"start": 70, "churn": -0.1, "new": 0}, "churn"),
        ({"start": 70, "crr": math.nan, "new": 0}, "crr"),
        ({"start": 70, "lost": 1, "new": 0, "returned": None}, "returned"),
    ],
)
def test_what_is_no_fact_is_refused(facts, argument):
    with pytest.raises(InputError) as caught:
        solve_counts(**facts)
    assert caught.value.argument == argument


@given(
    st.dictionaries(
        st.sampled_from([*COUNTS, "crr", "churn", "returned"]),
        st.integers(-3, 50)
        | st.floats(0.001, 1e6)
        | st.sampled_from([math.nan, math.inf, -0.5])
        | st.sampled_from([None, "7", True, 0.5, 0.25]),
    )
)
def test_whatever_is_given_ends_in_an_account_that_fits_or_in_a_sentence(facts):
    try:
        solved = solve_counts(**facts, allow_fractional=True)
    except CrrkitError as error:
        assert str(error).endswith((".", "?"))  # noqa: PT017 - a refusal is one of two right answers
    else:
        assert 0 <= solved.lost <= solved.start + 1e-9
        assert all(solved.kept + n >= 0 for n in (solved.new, solved.returned))
        for name, value in facts.items():
            assert value is None or getattr(solved, name) == pytest.approx(value, abs=1e-8)


# ---- how an account looks ------------------------------------------------------------------------------------------


def test_an_account_in_ink():
    account = solve_counts(start=1000, lost=300, new=500)
    head, row = str(account).split("\n")
    assert " ".join(head.split()) == "start lost new returned end CRR churn"
    assert " ".join(row.split()) == "1,000 300 500 0 1,200 70.0% 30.0%"
    assert "<td" in account._repr_html_()
    with use_language("ru"):
        head, row = str(account).split("\n")
        assert " ".join(head.split()) == "на начало потеряно новых вернулось на конец КУК отток"
        assert row.endswith("70,0\xa0%  30,0\xa0%")


def test_an_account_without_a_base_prints_dashes():
    assert str(Counts(start=0, lost=0, new=5)).split()[-2:] == ["–", "–"]


def test_an_account_as_a_frame():
    frame = solve_counts(start=70, lost=10, new=30).to_pandas()
    assert frame.loc[0].to_dict() == {
        "start": 70, "lost": 10, "new": 30, "returned": 0, "end": 90, "crr": 60 / 70, "churn": 10 / 70,
    }  # fmt: skip


def test_an_account_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Counts(start=70, lost=10, new=30).lost = 5


def test_the_formula_and_its_ink_load_neither_pandas_nor_numpy():
    code = (
        "import sys, crrkit.counts.formula as f; "
        "print(f.crr_from_counts(start=70, end=90, new=30, period='month')); "
        "print(f.solve_counts(start=70, lost=10, new=30)); "
        "sys.exit(bool({'pandas', 'numpy', 'scipy', 'ibis', 'matplotlib'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("85.7% (60 of 70, month")
