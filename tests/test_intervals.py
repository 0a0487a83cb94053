"""Intervals against published tables, against R's and scipy's numbers, and against the laws they must obey."""

import math
from fractions import Fraction
from itertools import combinations
from math import comb

import pytest
from hypothesis import given, strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

from crrkit.counts.differences import (
    difference_p_value,
    holm,
    newcombe,
    newcombe_paired,
)
from crrkit.counts.intervals import (
    clopper_pearson,
    effective_n,
    wilson,
    wilson_share,
)
from crrkit.ground.errors import InconsistentCounts, InputError, InputTypeError

LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 0.9999])


@st.composite
def shares(draw, most=2000):
    n = draw(st.integers(1, most))
    return draw(st.integers(0, n)), n


# ---- one share -----------------------------------------------------------------------------------------------------

# k, n, Wilson 95 %, Clopper-Pearson 95 %: computed with statsmodels 0.15 and scipy 1.17.
PAIRS = [
    (60, 70, (0.756616, 0.920511), (0.752932, 0.929310)),
    (700, 1000, (0.670876, 0.727593), (0.670538, 0.728279)),
    (0, 12, (0, 0.242494), (0, 0.264648)),
    (12, 12, (0.757506, 1), (0.735352, 1)),
    (9, 10, (0.595850, 0.982124), (0.554984, 0.997471)),
]


@pytest.mark.parametrize(("k", "n", "score", "exact"), PAIRS)
def test_the_worked_pairs(k, n, score, exact):
    assert wilson(k, n) == pytest.approx(score, abs=5e-7)
    assert clopper_pearson(k, n) == pytest.approx(exact, abs=5e-7)


# Newcombe 1998, Statistics in Medicine 17:857-872, Table I.
@pytest.mark.parametrize(
    ("k", "n", "score", "exact"),
    [
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0, 0.1611), (0, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
    ],
)
def test_newcombes_first_table(k, n, score, exact):
    assert wilson(k, n) == pytest.approx(score, abs=5e-5)
    assert clopper_pearson(k, n) == pytest.approx(exact, abs=5e-5)


def test_the_values_of_r():
    # R 3.6.2, binom.test and prop.test(correct=FALSE), as printed in scipy/stats/tests/test_morestats.py.
    assert clopper_pearson(20, 100) == pytest.approx((0.1266555521019559, 0.2918426890886281), abs=1e-13)
    assert clopper_pearson(3, 50, level=0.99) == pytest.approx((0.006872485, 0.202706269), abs=5e-10)
    assert clopper_pearson(0, 10) == pytest.approx((0, 0.3084971), abs=5e-8)
    assert clopper_pearson(10, 10) == pytest.approx((0.6915029, 1), abs=5e-8)
    assert wilson(3, 10) == pytest.approx((0.1077913, 0.6032219), abs=5e-8)


def test_the_ends_are_exact_when_nobody_or_everybody_was_kept():
    for n in (1, 3, 12, 13, 70, 10**6):
        assert wilson(0, n)[0] == clopper_pearson(0, n)[0] == 0
        assert wilson(n, n)[1] == clopper_pearson(n, n)[1] == 1


def test_lost_against_gained_in_the_two_source_examples():
    # Comparable if the interval holds one half: 30 of 40 and 500 of 800 do not.
    assert wilson(30, 40) == pytest.approx((0.598, 0.858), abs=5e-4)
    assert wilson(500, 800) == pytest.approx((0.591, 0.658), abs=5e-4)


@given(shares(), LEVELS)
def test_wilson_solves_the_score_equation(pair, level):
    # The definition, from the other side: both ends lie z standard errors (of their own share) from what was seen.
    k, n = pair
    z = stats.norm.isf((1 - level) / 2)
    for end in wilson(k, n, level=level):
        assert (k / n - end) ** 2 == pytest.approx(z * z * end * (1 - end) / n, abs=1e-12)


@given(shares(), LEVELS)
def test_wilson_agrees_with_statsmodels(pair, level):
    assert wilson(*pair, level=level) == pytest.approx(
        proportion_confint(*pair, alpha=1 - level, method="wilson"), abs=1e-12
    )


@given(shares(), LEVELS)
def test_an_interval_holds_its_share_inside_0_and_1_and_mirrors(pair, level):
    k, n = pair
    for interval in (wilson, clopper_pearson):
        low, high = interval(k, n, level=level)
        assert 0 <= low <= k / n <= high <= 1
        assert interval(n - k, n, level=level) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@given(shares(), st.integers(2, 50))
def test_more_customers_with_the_same_share_make_a_narrower_interval(pair, times):
    k, n = pair
    few, many = wilson(k, n), wilson(k * times, n * times)
    assert many[1] - many[0] < few[1] - few[0]


@given(shares(most=25), LEVELS)
def test_clopper_pearson_leaves_exact_tails(pair, level):
    # Brute force in exact fractions over the whole distribution.
    k, n = pair
    low, high = clopper_pearson(k, n, level=level)

    def tail(p, heads):
        p = Fraction(p)
        return float(sum(comb(n, j) * p**j * (1 - p) ** (n - j) for j in heads))

    if k > 0:
        assert tail(low, range(k, n + 1)) == pytest.approx((1 - level) / 2, rel=1e-11)
    if k < n:
        assert tail(high, range(k + 1)) == pytest.approx((1 - level) / 2, rel=1e-9)


@pytest.mark.parametrize("n", [1, 15, 16, 17, 1000, 10**5, 10**7])
def test_clopper_pearson_equals_the_beta_quantile_up_to_ten_million(n):
    for k in {0, 1, n // 7, n // 2, n - 1, n}:
        for level in (0.5, 0.95, 0.999999):
            tail = (1 - level) / 2
            low = stats.beta.ppf(tail, k, n - k + 1) if k else 0
            high = stats.beta.isf(tail, k + 1, n - k) if k < n else 1
            assert clopper_pearson(k, n, level=level) == pytest.approx((low, high), abs=1e-12)


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
def test_nobody_to_keep_gives_no_interval(interval):
    assert all(map(math.isnan, interval(0, 0)))


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
@pytest.mark.parametrize(
    ("kept", "n", "level", "error"),
    [
        (71, 70, 0.95, InconsistentCounts),
        (1, 0, 0.95, InconsistentCounts),
        (-1, 70, 0.95, InputError),
        (1.5, 70, 0.95, InputError),
        (1, math.nan, 0.95, InputError),
        (1, math.inf, 0.95, InputError),
        (None, 70, 0.95, InputError),
        (True, 70, 0.95, InputTypeError),
        ("60", 70, 0.95, InputTypeError),
        (60, 70, 95, InputError),
        (60, 70, 0, InputError),
        (60, 70, 1, InputError),
    ],
)
def test_what_is_no_share_is_refused(interval, kept, n, level, error):
    with pytest.raises(error) as caught:
        interval(kept, n, level=level)
    assert caught.value.argument in {"kept", "n", "level"}


def test_a_refusal_names_both_numbers_and_the_way_out():
    with pytest.raises(InconsistentCounts, match=r"kept=80 is more than n=70; at most everybody"):
        wilson(80, 70)
    with pytest.raises(InputError, match=r"Did you mean 0\.95\?"):
        wilson(60, 70, level=95)


# ---- evidence that is not a number of heads ------------------------------------------------------------------------


@given(shares(), LEVELS)
def test_a_share_of_whole_heads_is_wilson(pair, level):
    k, n = pair
    assert wilson_share(k / n, n, level=level) == wilson(k, n, level=level)


def test_endless_evidence_leaves_no_width():
    assert wilson_share(0.75, math.inf) == (0.75, 0.75)


def test_contracts_of_the_same_people_count_for_less():
    # deff = 1 + 1.5 * 0.8 = 2.2; 1000 / 2.2 = 454.5; Wilson .6563-.7403 instead of .6709-.7276.
    n = effective_n(1000, cluster_size=2.5, icc=0.8)
    assert n == pytest.approx(1000 / 2.2)
    assert wilson_share(0.7, n) == pytest.approx((0.6563, 0.7403), abs=5e-5)


def test_an_effective_number_takes_fractions():
    n = effective_n(1000, cluster_size=2.5, icc=0.8)
    assert wilson(0.7 * n, n) == pytest.approx((0.6563, 0.7403), abs=5e-5)
    assert wilson(0.7 * n, n) == pytest.approx(wilson_share(0.7, n), abs=1e-15)
    assert wilson(10.5, 21, allow_fractional=True) == pytest.approx(wilson_share(0.5, 21))
    with pytest.raises(InputError, match="allow_fractional=True"):
        wilson(10.5, 21)  # of 21 whole customers ten and a half cannot have stayed
    with pytest.raises(InconsistentCounts):
        wilson(n + 0.1, n)


def test_one_contract_each_or_no_likeness_changes_nothing():
    assert effective_n(1000, cluster_size=1, icc=0.8) == effective_n(1000, cluster_size=3, icc=0) == 1000
    assert effective_n(1000, cluster_size=4, icc=1) == 250


@pytest.mark.parametrize(
    ("facts", "argument"),
    [
        ({"n": -1, "cluster_size": 2, "icc": 0.5}, "n"),
        ({"n": 10, "cluster_size": 0.5, "icc": 0.5}, "cluster_size"),
        ({"n": 10, "cluster_size": 2, "icc": 50}, "icc"),
    ],
)
def test_impossible_clusters_are_refused(facts, argument):
    with pytest.raises(InputError) as caught:
        effective_n(**facts)
    assert caught.value.argument == argument


@pytest.mark.parametrize("n", [0, -1, math.nan])
def test_a_share_of_no_evidence_is_refused(n):
    with pytest.raises(InputError):
        wilson_share(0.5, n)


# ---- two shares ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "interval", "digits"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339), 5e-5),  # Newcombe 1998, Statistics in Medicine 17:873-890, Table II
        ((9, 10, 3, 10), (0.1705, 0.8090), 5e-5),  # the same
        ((56, 70, 48, 80), (0.052431, 0.333873), 5e-7),  # from here on: the formula, computed twice
        ((60, 70, 48, 70), (0.031968, 0.303596), 5e-7),
        ((0, 12, 3, 10), (-0.603222, 0.009431), 5e-7),
    ],
)
def test_newcombes_difference(counts, interval, digits):
    assert newcombe(*counts) == pytest.approx(interval, abs=digits)


@given(shares(), shares(), LEVELS)
def test_a_difference_holds_what_was_seen_and_turns_with_its_groups(one, two, level):
    low, high = newcombe(*one, *two, level=level)
    assert -1 <= low <= one[0] / one[1] - two[0] / two[1] <= high <= 1
    assert newcombe(*two, *one, level=level) == pytest.approx((-high, -low), abs=1e-12)


@given(shares().filter(lambda pair: 0 < pair[0] < pair[1]), shares().filter(lambda pair: 0 < pair[0] < pair[1]))
def test_newcombe_is_tighter_than_the_two_wilson_ends_apart(one, two):
    # The trap seen in public code: l1 - u2 to u1 - l2 is another, wider interval.
    (l1, u1), (l2, u2) = wilson(*one), wilson(*two)
    low, high = newcombe(*one, *two)
    assert l1 - u2 < low
    assert high < u1 - l2


def test_an_empty_group_has_no_difference():
    assert all(map(math.isnan, newcombe(0, 0, 3, 10)))
    assert all(map(math.isnan, newcombe(3, 10, 0, 0)))


def test_a_difference_names_the_count_that_is_wrong():
    with pytest.raises(InconsistentCounts) as caught:
        newcombe(3, 10, 11, 10)
    assert caught.value.argument == "k2"


# Newcombe 1998, Statistics in Medicine 17:2635-2650, method 10; computed twice.
@pytest.mark.parametrize(
    ("table", "interval"),
    [
        ((14, 5, 0, 22), (0.011483, 0.226493)),  # difference .121951
        ((50, 10, 4, 6), (-0.022674, 0.194929)),  # difference .085714
    ],
)
def test_newcombes_paired_difference(table, interval):
    names = ("both", "first_only", "second_only", "neither")
    assert newcombe_paired(**dict(zip(names, table, strict=True))) == pytest.approx(interval, abs=5e-7)


@given(st.tuples(*[st.integers(0, 300)] * 4).filter(any), LEVELS)
def test_a_paired_difference_holds_what_was_seen_and_turns_with_its_sides(table, level):
    a, b, c, d = table
    low, high = newcombe_paired(both=a, first_only=b, second_only=c, neither=d, level=level)
    assert low <= (b - c) / sum(table) <= high
    swapped = newcombe_paired(both=a, first_only=c, second_only=b, neither=d, level=level)
    assert swapped == pytest.approx((-high, -low), abs=1e-12)


@pytest.mark.parametrize(
    ("a", "b", "c", "d"),
    [
        (5, 3, 4, 3),  # a d - b c = 3, less than half of the 15 pairs
        (0, 0, 4, 6),  # nobody in the first: there is nothing to go together
    ],
)
def test_pairs_that_hardly_go_together_are_held_for_unrelated(a, b, c, d):
    n = a + b + c + d
    p1, p2 = (a + b) / n, (a + c) / n
    (l1, u1), (l2, u2) = wilson(a + b, n), wilson(a + c, n)
    by_hand = (p1 - p2 - math.hypot(p1 - l1, u2 - p2), p1 - p2 + math.hypot(u1 - p1, p2 - l2))
    assert newcombe_paired(both=a, first_only=b, second_only=c, neither=d) == pytest.approx(by_hand, abs=1e-12)


def test_an_effective_number_of_a_part_of_a_contract_is_taken():
    assert effective_n(10.5, cluster_size=2, icc=0.5) == pytest.approx(7.0)


def test_people_who_always_agree_make_a_paired_interval_narrower():
    unrelated = newcombe(50, 100, 50, 100)
    agreeing = newcombe_paired(both=50, first_only=0, second_only=0, neither=50)
    assert agreeing[1] - agreeing[0] < unrelated[1] - unrelated[0]


def test_nobody_in_pairs_gives_no_interval():
    assert all(map(math.isnan, newcombe_paired(both=0, first_only=0, second_only=0, neither=0)))


@given(shares(), shares())
def test_the_p_value_agrees_with_statsmodels(one, two):
    (k1, n1), (k2, n2) = one, two
    if 0 < k1 + k2 < n1 + n2:
        judge = proportions_ztest([k1, k2], [n1, n2])[1]
        assert difference_p_value(*one, *two) == pytest.approx(judge, rel=1e-9, abs=1e-300)


def test_the_p_value_where_nothing_can_differ_or_nothing_was_seen():
    assert difference_p_value(0, 10, 0, 20) == difference_p_value(10, 10, 20, 20) == 1
    assert math.isnan(difference_p_value(0, 0, 3, 10))


# ---- many comparisons ----------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_holm_is_the_closed_test_of_bonferroni(p_values):
    # Its definition, by brute force: the worst Bonferroni p-value of every set of comparisons that one belongs to.
    for i, corrected in enumerate(holm(p_values)):
        others = [p for j, p in enumerate(p_values) if j != i]
        sets = [(p_values[i], *rest) for size in range(len(p_values)) for rest in combinations(others, size)]
        assert corrected == pytest.approx(max(min(1, len(each) * min(each)) for each in sets), abs=1e-15)


def test_holm_agrees_with_statsmodels():
    p_values = [0.001, 0.2, 0.04, 0.04, 0.011, 0.9, 0]
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1], abs=1e-15)


def test_holm_counts_only_what_was_compared():
    corrected = holm([0.02, math.nan, 0.03])
    assert corrected[0] == corrected[2] == 0.04
    assert math.isnan(corrected[1])
    assert holm([]) == []


def test_holm_refuses_what_is_no_p_value():
    with pytest.raises(InputError):
        holm([0.5, 1.5])
    with pytest.raises(InputTypeError):
        holm(["0.5"])
