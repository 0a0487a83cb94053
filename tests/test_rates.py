"""Rates that remember what they are, and what they become over another period."""

import copy
import json
import math
import pickle
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from crrkit import use_language
from crrkit.counts.duration import (
    YEARS_PER_PERIOD,
    check_period,
)
from crrkit.counts.lifetimes import (
    expected_lifetime,
)
from crrkit.counts.rates import (
    Rate,
    average_rate,
    convert_rate,
    quick_ratio,
)
from crrkit.ground.errors import InconsistentCounts, InputError, InputTypeError

PERIODS = list(YEARS_PER_PERIOD)
SEED_A = Rate(60 / 70, numerator=60, denominator=70, period="month", ci=(0.7566, 0.9205))
EMPTY = Rate(math.nan, denominator=0, period="month", status="empty_base", reason="empty_base")

# ---- the value -----------------------------------------------------------------------------------------------------


def test_a_rate_is_a_number_first():
    assert SEED_A == 60 / 70
    assert SEED_A + 0.5 == pytest.approx(60 / 70 + 0.5)  # noqa: SIM300 - it is no constant
    assert type(SEED_A * 1) is float
    assert float(SEED_A) == SEED_A.value
    assert json.dumps([SEED_A]) == f"[{60 / 70!r}]"
    assert pd.Series([SEED_A, 0.5]).mean() == pytest.approx((60 / 70 + 0.5) / 2)
    assert max(SEED_A, Rate(0.9, period="year")) == 0.9


def test_a_rate_in_ink():
    assert (format(SEED_A, ".1%"), f"{SEED_A:.0%}", f"{SEED_A:.3f}") == ("85.7%", "86%", "0.857")
    assert str(SEED_A) == repr(SEED_A) == f"{SEED_A}" == "85.7% (60 of 70, month; 95% interval 75.7% to 92.0%)"
    assert SEED_A.percent(digits=0) == "86%"
    assert SEED_A._repr_html_() == (
        "<span><strong>85.7%</strong> (60 of 70, month; 95% interval 75.7% to 92.0%)</span>"
    )


def test_a_rate_in_russian_ink():
    with use_language("ru"):
        assert SEED_A.percent() == "85,7\xa0%"
        assert SEED_A.percent(digits=0) == "86\xa0%"
        assert str(SEED_A) == "85,7\xa0% (60 из 70, месяц; 95-процентный интервал от 75,7\xa0% до 92,0\xa0%)"
        assert str(EMPTY) == "– (месяц; в начале никого не было)"


def test_an_undefined_rate_never_prints_as_a_number():
    assert (f"{EMPTY:.1%}", EMPTY.percent()) == ("–", "–")
    assert str(EMPTY) == "– (month; nobody was there at the start)"
    assert "nan" not in EMPTY._repr_html_()


def test_a_rate_of_weighted_counts_and_of_two_dates():
    rate = Rate(0.5, numerator=35.25, denominator=70.5, period=(datetime(2024, 1, 1), datetime(2024, 7, 1)))  # noqa: DTZ001 - the business's own clock
    assert str(rate) == "50.0% (35.25 of 70.50, from Jan 1, 2024 until Jul 1, 2024)"


@pytest.mark.parametrize("change", [copy.copy, copy.deepcopy, lambda rate: pickle.loads(pickle.dumps(rate))])  # noqa: S301 - a value that we pickled
@pytest.mark.parametrize("value", [SEED_A, expected_lifetime(churn=0.3, period="half-year")])
def test_copies_and_pickles_keep_the_facts(change, value):
    twin = change(value)
    assert twin == value
    assert type(twin) is type(value)
    assert vars(twin) == vars(value)


def test_the_facts_of_a_rate_cannot_be_changed():
    with pytest.raises(AttributeError):
        SEED_A.period = "year"
    assert hash(SEED_A) == hash(60 / 70)


# ---- periods -------------------------------------------------------------------------------------------------------


def test_the_six_periods():
    assert PERIODS == ["day", "week", "month", "quarter", "half-year", "year"]
    assert [1 / years for years in YEARS_PER_PERIOD.values()] == pytest.approx([365.25, 365.25 / 7, 12, 4, 2, 1])


def test_two_dates_are_a_period():
    first, until = datetime(2024, 1, 1), datetime(2024, 7, 1)  # noqa: DTZ001 - the business's own clock
    for pair in [
        (date(2024, 1, 1), date(2024, 7, 1)),
        ("2024-01-01", "2024-07-01"),
        [first, until],
        (pd.Timestamp(first), date(2024, 7, 1)),
    ]:
        assert check_period(pair) == (first, until)


@pytest.mark.parametrize(
    ("period", "error"),
    [
        (None, InputError),
        ("monht", InputError),
        ("", InputError),
        (30, InputError),
        (("2024-01-01",), InputError),
        (("2024-07-01", "2024-01-01"), InputError),
        (("2024-01-01", "2024-01-01"), InputError),
        (("1 January", "2024-01-01"), InputError),
        ((1, 2), InputTypeError),
        ((datetime(2024, 1, 1, tzinfo=UTC), date(2024, 7, 1)), InputError),
    ],
)
def test_what_is_no_period_is_refused(period, error):
    with pytest.raises(error) as caught:
        check_period(period)
    assert caught.value.argument == "period"
    assert isinstance(caught.value, ValueError)


def test_a_missing_and_a_misspelt_period_are_told_the_way_out():
    with pytest.raises(InputError, match='Give period="month" or two dates'):
        check_period(None)
    with pytest.raises(InputError, match="Did you mean 'month'"):
        check_period("monht")


# ---- conversion ----------------------------------------------------------------------------------------------------

# observed period, rate, equivalent annual retention, and by how much 12 times (4 times, twice) the churn overstates
# the equivalent annual churn, in points.
EQUIVALENTS = [
    ("month", 0.85, 0.142242, 94.2),
    ("month", 60 / 70, 0.157267, 87.2),
    ("month", 0.90, 0.282430, 48.2),
    ("month", 0.95, 0.540360, 14.0),
    ("month", 0.97, 0.693842, 5.4),
    ("month", 0.99, 0.886385, 0.64),
    ("half-year", 0.70, 0.49, 9.0),
    ("quarter", 0.90, 0.6561, 5.6),
]


@pytest.mark.parametrize(("period", "rate", "annual", "overstated"), EQUIVALENTS)
def test_the_equivalent_annual_rate(period, rate, annual, overstated):
    kept = convert_rate(rate, from_=period, to="year")
    lost = convert_rate(1 - rate, from_=period, to="year", measure="churn")
    assert kept == pytest.approx(annual, abs=5e-7)
    assert lost == pytest.approx(1 - annual, abs=5e-7)
    simple = (1 - rate) / YEARS_PER_PERIOD[period]
    assert 100 * (simple - lost) == pytest.approx(overstated, abs=0.06 if overstated > 1 else 0.006)


@pytest.mark.parametrize(("annual", "percent"), [(0.10, 0.8742), (0.30, 2.9286), (0.35, 3.5262)])
def test_annual_churn_back_to_months(annual, percent):
    monthly = convert_rate(annual, from_="year", to="month", measure="churn")
    assert 100 * monthly == pytest.approx(percent, abs=5e-5)


def test_a_target_of_85_to_90_percent_a_year_is_far_higher_a_month():
    low, high = (convert_rate(target, from_="year", to="month") for target in (0.85, 0.90))
    assert (round(100 * low, 2), round(100 * high, 2)) == (98.65, 99.13)


def test_a_converted_rate_carries_its_interval_its_period_and_its_label():
    year = convert_rate(SEED_A, to="year")
    assert year.ci == pytest.approx((0.7566**12, 0.9205**12))
    assert (year.period, year.status, year.measure) == ("year", "equivalent", "retention")
    assert math.isnan(year.numerator)
    assert str(year) == "15.7% (year; 95% interval 3.5% to 37.0%; equivalent, if all periods were alike)"


def test_a_churn_rate_knows_that_it_is_one():
    half = Rate(0.3, numerator=300, denominator=1000, period="half-year", measure="churn", ci=(0.2, 0.4))
    year = convert_rate(half, to="year")
    assert year == pytest.approx(0.51)
    assert year.ci == pytest.approx((0.36, 0.64))


def test_an_undefined_rate_stays_undefined_with_its_reason():
    year = convert_rate(EMPTY, to="year")
    assert math.isnan(year)
    assert (year.status, year.reason, year.period) == ("empty_base", "empty_base", "year")


def test_two_dates_convert_by_their_days():
    # 1 January to 1 July 2024 is 182 days.
    assert convert_rate(0.7, from_=("2024-01-01", "2024-07-01"), to="year") == pytest.approx(0.7 ** (365.25 / 182))


@given(st.floats(0, 1), st.sampled_from(PERIODS), st.sampled_from(PERIODS), st.sampled_from(["retention", "churn"]))
def test_conversion_there_and_back(rate, here, there, measure):
    converted = convert_rate(rate, from_=here, to=there, measure=measure)
    assert 0 <= converted <= 1
    if rate in {0, 1} or here == there:
        assert converted == pytest.approx(rate, abs=1e-15)
    if 0.01 < converted < 0.99:
        assert convert_rate(converted, to=here) == pytest.approx(rate, abs=1e-9)


@given(st.floats(0, 1))
def test_multiplying_churn_never_understates(monthly):
    assert 12 * monthly >= convert_rate(monthly, from_="month", to="year", measure="churn") - 1e-12


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        ({"rate": 85, "from_": "month", "to": "year"}, "rate"),
        ({"rate": -0.1, "from_": "month", "to": "year"}, "rate"),
        ({"rate": math.nan, "from_": "month", "to": "year"}, "rate"),
        ({"rate": 0.9, "to": "year"}, "from_"),
        ({"rate": 0.9, "from_": "monthly", "to": "year"}, "from_"),
        ({"rate": 0.9, "from_": "month", "to": None}, "to"),
        ({"rate": 0.9, "from_": "month", "to": "year", "measure": "loss"}, "measure"),
        ({"rate": SEED_A, "from_": "quarter", "to": "year"}, "from_"),
    ],
)
def test_what_cannot_be_converted_is_refused(call, argument):
    with pytest.raises(InputError) as caught:
        convert_rate(**call)
    assert caught.value.argument == argument


def test_85_is_told_that_a_fraction_was_meant():
    with pytest.raises(InputError, match=r"Did you mean 0\.85\?"):
        convert_rate(85, from_="month", to="year")


# ---- gained for lost -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gained", "lost", "ratio"), [(30, 10, 3.0), (500, 300, 5 / 3), (2.5, 0.5, 5), (5, 0, math.inf), (0, 7, 0)]
)
def test_the_quick_ratio(gained, lost, ratio):
    assert quick_ratio(gained=gained, lost=lost) == pytest.approx(ratio)


# New, expansion, lost and contracted revenue, and the printed ratio: pitchkit.net, theprimecalculator.com,
# abracalc.com and super-calc.com (the last prints 1.13).
@pytest.mark.parametrize(
    ("money", "printed"),
    [
        ((20, 8, 5, 3), 3.5),
        ((25, 10, 8, 4), 2.92),
        ((5, 1, 1.5, 0.5), 3.0),
        ((95, 28, 18, 7), 4.92),
        ((40, 5, 32, 8), 1.125),
    ],
)
def test_the_quick_ratio_of_revenue_as_vendors_print_it(money, printed):
    new, expansion, lost, contracted = money
    assert quick_ratio(gained=new + expansion, lost=lost + contracted) == pytest.approx(printed, abs=0.005)


def test_nothing_gained_and_nothing_lost_is_no_ratio():
    assert math.isnan(quick_ratio(gained=0, lost=0))


@pytest.mark.parametrize(
    "facts", [{"gained": -1, "lost": 2}, {"gained": 1, "lost": math.nan}, {"gained": "3", "lost": 2}]
)
def test_an_impossible_ratio_is_refused(facts):
    with pytest.raises(InputError):
        quick_ratio(**facts)


# ---- lifetime ------------------------------------------------------------------------------------------------------


def test_the_mean_lifetime():
    assert expected_lifetime(churn=0.275, period="year") == pytest.approx(3.64, abs=0.005)
    assert expected_lifetime(churn=0.2097, period="year") == pytest.approx(4.77, abs=0.005)
    assert expected_lifetime(churn=0.3, period="half-year").years == pytest.approx(5 / 3)
    assert expected_lifetime(churn=1, period="month") == 1
    assert expected_lifetime(churn=0, period="month") == math.inf


def test_lifetimes_of_equivalent_rates_differ_because_periods_are_steps():
    # math.stackexchange.com/questions/2393883: 80 % annual and 12.55 % monthly churn, 15 and 7.97 months.
    monthly = convert_rate(0.8, from_="year", to="month", measure="churn")
    assert monthly == pytest.approx(0.1255, abs=5e-5)
    assert 12 * expected_lifetime(churn=0.8, period="year") == pytest.approx(15)
    assert expected_lifetime(churn=monthly, period="month") == pytest.approx(7.97, abs=0.005)


def test_a_mixed_base_outlives_the_lifetime_of_its_first_year():
    # Half stay with 95 %, half with 50 %: the true mean is (1/.05 + 1/.5)/2 = 11 years.
    first_year = average_rate([95, 50], [100, 100])
    assert expected_lifetime(churn=1 - first_year, period="year") == pytest.approx(3.636, abs=5e-4)
    lives = [expected_lifetime(churn=c, period="year") for c in (0.05, 0.5)]
    assert sum(lives) / 2 == pytest.approx(11)


def test_a_lifetime_states_its_unit():
    life = expected_lifetime(churn=0.3, period="half-year")
    assert str(life) == repr(life) == "3.33 periods (half-year), 1.67 years"
    assert str(expected_lifetime(churn=0, period="year")) == "∞ periods (year), ∞ years"
    with use_language("ru"):
        assert str(life) == "3,33 периода (период\xa0— полугодие), 1,67 года"


@pytest.mark.parametrize(
    ("facts", "argument"),
    [
        ({"churn": 30, "period": "year"}, "churn"),
        ({"churn": math.nan, "period": "year"}, "churn"),
        ({"churn": 0.3, "period": "yearly"}, "period"),
        ({"churn": 0.3, "period": None}, "period"),
    ],
)
def test_an_impossible_lifetime_is_refused(facts, argument):
    with pytest.raises(InputError) as caught:
        expected_lifetime(**facts)
    assert caught.value.argument == argument


# ---- averages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "expected"),
    [("simple", 0.866667), ("weighted", 0.730435), ("geometric", 0.857262), ("product", 0.63)],
)
def test_the_four_averages(method, expected):
    # .9, .7 and 1: simple 2.6/3, weighted 840/1150, product .63, geometric its cube root.
    assert average_rate([90, 700, 50], [100, 1000, 50], method=method) == pytest.approx(expected, abs=5e-7)


def test_weighted_is_the_default():
    assert average_rate([90, 700, 50], [100, 1000, 50]) == 840 / 1150


def test_an_empty_period_adds_nothing_to_the_weighted_mean_and_breaks_the_others():
    assert average_rate([9, 0], [10, 0]) == 0.9
    for method in ("simple", "geometric", "product"):
        assert math.isnan(average_rate([9, 0], [10, 0], method=method))
        assert math.isnan(average_rate([0, 0], [0, 5], method=method))
    assert math.isnan(average_rate([0], [0]))


def test_a_period_that_kept_nobody_ends_the_chain():
    assert average_rate([0, 9], [10, 10], method="product") == average_rate([0, 9], [10, 10], method="geometric") == 0


def test_a_long_chain_does_not_run_out_of_small_numbers():
    assert average_rate([1] * 2000, [2] * 2000, method="geometric") == pytest.approx(0.5)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(50, 99)), min_size=1, max_size=12))
def test_every_average_lies_among_its_rates(pairs):
    kept, start = zip(*pairs, strict=True)
    rates = [k / n for k, n in pairs]
    for method in ("weighted", "simple", "geometric"):
        assert min(rates) - 1e-12 <= average_rate(kept, start, method=method) <= max(rates) + 1e-12
    geometric, simple = (average_rate(kept, start, method=method) for method in ("geometric", "simple"))
    assert geometric <= simple + 1e-12
    assert average_rate(kept, start, method="product") == pytest.approx(geometric ** len(pairs), abs=1e-12)


@pytest.mark.parametrize(
    ("kept", "start", "method", "error"),
    [
        ([], [], "weighted", InputError),
        ([1], [1, 2], "weighted", InputError),
        ([3], [2], "weighted", InconsistentCounts),
        ([-1], [2], "simple", InputError),
        ([1], [2], "median", InputError),
    ],
)
def test_what_cannot_be_averaged_is_refused(kept, start, method, error):
    with pytest.raises(error):
        average_rate(kept, start, method=method)
