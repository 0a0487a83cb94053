"""The questions of every topic: each typical wrong answer is told its own misreading, each right one is computed."""

from __future__ import annotations

import random
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, strategies as st

import crrkit as crr
from crrkit import lessons
from crrkit.judge.conventions import flows_of
from crrkit.lessons import (
    cohorts_topic,
    levers_topic,
    mix_topic,
    money_topic,
    new_topic,
    noise_topic,
    period_topic,
    revenue_topic,
)
from crrkit.lessons.exercises import TOPICS, is_clear

# Worked by hand or published; the source stands beside each.
RIGHT = {
    "which-new": "2",
    "highest": "100%",  # if 10 of the 30 have left again, all 70 can be among the 90
    "below-zero": "-850%",  # (15 - 100) / 10
    "month-to-year": "28.2%",  # 0.9 ** 12 = 0.28243
    "half-year-to-year": "49%",  # 0.7 ** 2
    "car-dealer": "4",
    "none-of-twelve": "2",  # statsmodels proportion_confint(0, 12, method="wilson") = (0, 0.242494)
    "two-shops": "1",  # Newcombe 1998, method 10: (0.031968, 0.303596), without 0
    "silence": "30%",  # 150 of 500
    "nine-of-ten": "59.6%",  # statsmodels: (0.595850, 0.982124)
    "cells": "10",  # 4 + 3 + 2 + 1
    "two-cohorts": "67.6%",  # 170/220 * 70/80
    "lifetime": "11",  # (20 + 2) / 2
    "regular": "3",  # three purchase days within 180, 61 days apart
    "three-days": "2",  # three in three days are no regularity
    "came-back": "2",  # a gap of 283 days ends a spell; one purchase in the new one
    "doubled": "2",  # 91 days of silence: lapsed at 90, not at 180
    "contacts": "70%",
    "rate-part": "-1.56",  # .5875 * -.03 + .4125 * .005
    "what-happened": "3",
    "closed-base": "91.0%",  # the larger root of (.3 - x)(.9 - x) = .025 * .25
    "best-per-cost": "1",
    "best-by-base": "4",
    "why-lower": "3",
    "nrr": "90%",  # 180 of 200
    "grr": "65%",  # 100 + 30 of 200
    "turnover": "96%",  # 0.8 * 1.2
    "tail": "2",  # 0.378 against 0.394; 0.491 ** (12/7) = 0.295
}

WRONG = [
    ("which-new", "1", "new = first ever, still here", "80%"),
    ("which-new", "3", "new = first ever, gross", "60% here by luck"),
    ("which-new", "4", "new = every start", "0%"),
    ("highest", "85.7%", "the least", "85.7%"),
    ("highest", "128.6", "end by start", "90 by 70"),
    ("highest", "92.9%", "the middle", "Nothing in the counts"),
    ("highest", "42,9 %", "new by start", "30 by 70"),
    ("below-zero", "850 %", "sign lost", "(15 − 100) / 10"),
    ("below-zero", "0", "cut at zero", "cut it off at zero"),
    ("below-zero", "150", "end by start", "15 by 10"),
    ("below-zero", "1000%", "new by start", "100 by 10"),
    ("month-to-year", "-20 %", "loss times n", "12 times 10% off"),
    ("month-to-year", "−20%", "loss times n", "12 times 10% off"),
    ("month-to-year", "120%", "loss times n, as churn", "120%"),
    ("month-to-year", "0", "nobody left", "nobody would be left"),
    ("month-to-year", "90", "the same rate", "the other period"),
    ("month-to-year", "71.8", "churn", "71.8%"),
    ("month-to-year", "7.5%", "rate by n", "divided the rate by 12"),
    ("month-to-year", "99.1%", "wrong way", "the other way"),
    ("half-year-to-year", "40%", "loss times n", "2 times 30% off"),
    ("half-year-to-year", "60%", "loss times n, as churn", "60%"),
    ("half-year-to-year", "70", "the same rate", "70%"),
    ("half-year-to-year", "51%", "churn", "51.0%"),
    ("half-year-to-year", "35%", "rate by n", "by 2"),
    ("half-year-to-year", "83.7%", "wrong way", "the other way"),
    ("car-dealer", "1", "month", "hardly anybody"),
    ("car-dealer", "2", "quarter", "hardly anybody"),
    ("car-dealer", "3", "year", "hardly anybody"),
    ("none-of-twelve", "1", "textbook", "certain after 12 customers"),
    ("none-of-twelve", "3", "anywhere", "a miracle"),
    ("two-shops", "2", "cannot tell", "overlap"),
    ("two-shops", "3", "the same", "No count shows that"),
    ("silence", "75%", "answers only", "75.0%"),
    ("silence", "68.7%", "sampling only", "drawing the sample"),
    ("silence", "90%", "the most", "the least"),
    ("silence", "40%", "share that answered", "share that answered"),
    ("nine-of-ten", "71.4%", "textbook", "108.6%"),
    ("nine-of-ten", "90%", "taken at face value", "what happened"),
    ("nine-of-ten", "80%", "one more", "one customer more"),
    ("nine-of-ten", "98.2%", "the other end", "upper end"),
    ("regular", "1", "short", "never bought"),
    ("regular", "2", "middle", "16 days ago"),
    ("regular", "4", "lapsed", "Here it is 16"),
    ("three-days", "1", "short", "never bought"),
    ("three-days", "3", "long", "at least 30 days apart"),
    ("three-days", "4", "lapsed", "Here it is 28"),
    ("came-back", "1", "short", "never bought"),
    ("came-back", "3", "long", "begins anew"),
    ("came-back", "4", "lapsed", "Here it is 21"),
    ("doubled", "1", "A", "nothing to forgive"),
    ("doubled", "3", "C", "nothing to forgive"),
    ("contacts", "41.4%", "contacts counted", "3,500"),
    ("contacts", "20%", "contacts in the base only", "1,000 customers alone"),
    ("contacts", "145%", "converted called kept", "not kept"),
    ("contacts", "30%", "churn", "churn"),
    ("rate-part", "-0.58 pp", "all of the change", "whole change"),
    ("rate-part", "0.98", "mix for rate", "the other part"),
    ("rate-part", "−1.60", "shares of before", "belongs to nobody"),
    ("rate-part", "-1.25", "plain mean", "not equally large"),
    ("rate-part", "1.56", "sign", "the sign is not"),
    ("what-happened", "1", "sums", "The sums are right"),
    ("what-happened", "2", "service", "In both stages more stayed"),
    ("closed-base", "70%", "today's rate", "the mix changes"),
    ("closed-base", "92.5%", "the long stage alone", "fell back"),
    ("closed-base", "73.75%", "plain mean", "half of the base"),
    ("closed-base", "0", "nothing", "its rate does not"),
    ("best-per-cost", "2", "retention_middle", "0.22"),
    ("best-per-cost", "3", "promotion", "0.15"),
    ("best-per-cost", "4", "retention_long", "0.13"),
    ("best-per-cost", "5", "winback", "0.20"),
    ("best-by-base", "1", "conversion", "139"),
    ("best-by-base", "2", "retention_middle", "59"),
    ("best-by-base", "3", "promotion", "22"),
    ("best-by-base", "5", "winback", "101"),
    ("why-lower", "1", "service worse", "knows no service"),
    ("why-lower", "2", "newcomers count as lost", "like others"),
    ("cells", "15", "running month taken as over", "only half over"),
    ("cells", "30", "months ahead taken as empty", "have not happened"),
    ("cells", "16", "age 0 counted", "age 0"),
    ("two-cohorts", "31.8%", "divided by everybody", "220"),
    ("two-cohorts", "70%", "old cohort only", "old cohort alone"),
    ("two-cohorts", "87.5%", "last step only", "second year alone"),
    ("lifetime", "3.64", "1/churn", "1/churn"),
    ("lifetime", "20", "the loyal half", "loyal half"),
    ("lifetime", "2", "the fickle half", "fickle half"),
    ("nrr", "115%", "the new counted", "not there before"),
    ("nrr", "66.7%", "heads for money", "each counted as one"),
    ("nrr", "65%", "gross for net", "leaves growth out"),
    ("grr", "115", "the new counted", "not there before"),
    ("grr", "2/3", "heads for money", "each counted as one"),
    ("grr", "90 %", "net for gross", "makes up for no loss"),
    ("turnover", "100%", "added", "by 80% of the buyers only"),
    ("turnover", "80%", "buyers only", "buyers alone"),
    ("turnover", "120%", "check only", "check alone"),
    ("tail", "1", "one churn for ever", "Too low: 39.4%"),
    ("tail", "3", "nobody leaves any more", "Too high: 39.4%"),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT.items())
def test_the_right_answer_is_right(name: str, answer: str) -> None:
    assert lessons.check(name, answer).right
    with crr.use_language("ru"):
        assert lessons.check(name, answer.replace(".", ",")).text.startswith("Верно. ")


@pytest.mark.parametrize(("name", "answer", "misreading", "words"), WRONG)
def test_each_typical_wrong_answer_is_told_its_own_misreading(
    name: str, answer: str, misreading: str, words: str
) -> None:
    said = lessons.check(name, answer)
    assert (said.right, said.misreading) == (False, misreading)
    assert words in said.text


@pytest.mark.parametrize("name", lessons.QUESTIONS)
def test_no_two_foreseen_answers_are_mixed_up_and_every_one_is_tested(name: str) -> None:
    assert is_clear(lessons.QUESTIONS[name])
    if name in RIGHT:
        foreseen = {way for way, _value, _words in lessons.QUESTIONS[name].known() if way}
        assert foreseen == {misreading for question, _answer, misreading, _words in WRONG if question == name}


def test_the_list_of_the_question_is_the_sample_list() -> None:
    base = crr.read_contracts(crr.sample_path("canonical"), customer="client_id", start="joined", end="left")
    account = crr.retention_by_period(base, every="half-year").to_pandas().set_index("period")
    assert flows_of(account.loc["2024H1"]) == new_topic.ELEVEN


@given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 500))
def test_bounds_are_those_of_every_way_to_fill_the_counts(start: int, kept: int, new: int) -> None:
    kept = min(kept, start)
    ends = new_topic.Ends(start, kept + new, new)  # nobody of the new has left: the least that fits
    ways = [
        Fraction(ends.end - still_here, start) for still_here in range(new + 1) if 0 <= ends.end - still_here <= start
    ]
    assert lessons.check(new_topic.lowest_rate(facts=ends), float(min(ways))).right
    assert lessons.check(new_topic.highest_rate(facts=ends), float(max(ways))).right


@given(st.integers(1, 99))
def test_a_year_of_months_and_back(percent: int) -> None:
    to_year = period_topic.month_to_year(percent / 100)
    assert next(iter(to_year.right(to_year.facts))) == pytest.approx((percent / 100) ** 12, rel=1e-12)
    to_month = period_topic.year_to_month(percent / 100)
    assert next(iter(to_month.right(to_month.facts))) ** 12 == pytest.approx(percent / 100, rel=1e-12)


@pytest.mark.parametrize(
    ("months", "period"), [(1, "month"), (2, "quarter"), (12, "year"), (13, "three years"), (60, "three years")]
)
def test_a_period_tells_something_once_a_customer_could_have_come_back(months: int, period: str) -> None:
    assert period_topic.shortest_meaningful(months) == period


def test_two_shops_that_may_be_alike_are_not_told_apart() -> None:
    question = noise_topic.apart(noise_topic.Kept(6, 7), noise_topic.Kept(5, 7))
    assert lessons.check(question, "2").right
    assert lessons.check(question, "1").misreading == "apart"


@given(st.integers(2, 30))
def test_a_triangle_is_counted_cell_by_cell(months: int) -> None:
    ages = range(1, months)
    finished = sum(cohort + age < months - 1 for cohort in range(months) for age in ages)  # month of the cell, from 0
    begun = sum(cohort + age <= months - 1 for cohort in range(months) for age in ages)
    triangle = cohorts_topic.Triangle(months)
    assert (triangle.cells(running=False), triangle.cells(running=True)) == (finished, begun)


def test_mixed_customers_last_as_long_as_a_count_of_every_year_says() -> None:
    groups = cohorts_topic.Groups(0.9, 0.6)
    years = sum((0.9**year + 0.6**year) / 2 for year in range(2000))  # everybody is there in the year of joining
    question = cohorts_topic.lifetime(facts=groups)
    assert next(iter(question.right(groups))) == pytest.approx(years, rel=1e-9)


# The effect of one point in the worked example after one year: effect, cost and margin for each 1 of cost.
def test_the_levers_of_the_questions_are_those_of_the_worked_example() -> None:
    year = levers_topic.ONE_YEAR.table
    assert year.loc["conversion", "customers"] == pytest.approx(38.75, abs=0.005)
    assert year.loc["conversion", "crr"] == pytest.approx(-0.003253, abs=5e-7)
    expected = {"conversion": 0.381, "retention_middle": 0.219, "promotion": 0.153, "retention_long": 0.132}
    for lever, margin in (expected | {"winback": 0.200}).items():
        assert year.loc[lever, "margin_per_cost"] == pytest.approx(margin, abs=0.0005)
    ten = levers_topic.AFTER_TEN.table["customers"]
    assert ten["retention_long"] == pytest.approx(146.8, abs=0.05)
    assert ten["conversion"] == pytest.approx(139.4, abs=0.05)
    assert year["margin_per_cost"].max() < 1  # nothing pays back in a year, as the feedback says


@given(st.integers(1, 99), st.integers(1, 99), st.integers(1, 98), st.integers(1, 98))
def test_rate_and_mix_are_the_two_halves_of_the_change(w0: int, w1: int, before: int, after: int) -> None:
    change = mix_topic.Change((w0 / 100, w1 / 100), (before / 100, after / 100), (0.9, 0.95))
    w = (Fraction(w0, 100), Fraction(w1, 100))
    middle, long = (Fraction(before, 100), Fraction(after, 100)), (Fraction(9, 10), Fraction(95, 100))
    rate = sum(w) / 2 * (middle[1] - middle[0]) + (2 - sum(w)) / 2 * (long[1] - long[0])
    mix = (sum(middle) - sum(long)) / 2 * (w[1] - w[0])
    assert next(iter(mix_topic.rate_part(facts=change).right(change))) == pytest.approx(float(rate), abs=1e-12)
    assert next(iter(mix_topic.mix_part(facts=change).right(change))) == pytest.approx(float(mix), abs=1e-12)


def test_a_base_at_rest_loses_as_many_as_come() -> None:
    firm = money_topic.Steady(50, 0.05)
    assert firm.customers * firm.churn == pytest.approx(50)
    assert lessons.check(money_topic.steady(facts=firm), "1000").right


@pytest.mark.parametrize("payments", [revenue_topic.THREE, revenue_topic.Payments((30, 50, 20), (30, 80, 10), 5)])
def test_money_is_kept_as_the_measure_counts_it(payments: revenue_topic.Payments) -> None:
    rows = [
        (who, day, paid)
        for day, sums in (("2024-01-10", payments.before), ("2024-02-10", (*payments.after, payments.fresh)))
        for who, paid in zip("abcd", sums, strict=False)
        if paid
    ]
    log = crr.read_orders(pd.DataFrame(rows, columns=["customer", "at", "amount"]), as_of="2024-03-01")
    counted = crr.revenue_retention(log).table.iloc[-1]
    assert (payments.net, payments.gross) == pytest.approx((counted["nrr"], counted["grr"]))
    assert payments.heads == pytest.approx(crr.retention_by_period(log, every="month").table["crr"].iloc[-1])


@pytest.mark.daily(3)
@pytest.mark.parametrize("topic", TOPICS)
def test_an_exercise_of_any_topic_is_repeatable_and_its_key_is_right(topic: str) -> None:
    for seed in range(4):
        drill = lessons.exercise(topic, seed=seed)
        assert str(drill) == str(lessons.exercise(topic, seed=seed))
        key = drill.key().to_pandas()
        assert set(key["question"]) == {1, 2, 3}
        for number, question in enumerate(drill.questions, start=1):
            answers = list(key.loc[key["question"] == number, "answer"])
            assert lessons.check(question, answers[0]).right
            wrong = answers[len(question.right(question.facts)) :]
            assert not any(lessons.check(question, answer).right for answer in wrong)
    assert len({str(lessons.exercise(topic, seed=seed)) for seed in range(4)}) == 4


@pytest.mark.parametrize("topic", TOPICS)
def test_everything_an_exercise_says_is_said_in_russian(topic: str) -> None:
    with crr.use_language("ru"):
        drill = lessons.exercise(topic, seed=3)
        said = [str(question) for question in drill.questions] + list(drill.key().to_pandas()["meaning"])
    assert all(any("а" <= letter <= "я" for letter in text) for text in said)


def test_the_dice_of_a_topic_are_not_those_of_the_machine() -> None:
    random.seed(1)
    one = str(lessons.exercise("new", seed=5))
    random.seed(2)
    assert str(lessons.exercise("new", seed=5)) == one
