"""What a survey says, what it cannot say, and how many to ask."""

import copy
import math
import pickle
from dataclasses import FrozenInstanceError
from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given, strategies as st
from scipy import stats

from crrkit import read_survey, use_language
from crrkit.counts.intervals import wilson
from crrkit.counts.survey import n_to_tell_apart, sample_size, survey_rate
from crrkit.counts.tails import hypergeometric_tail
from crrkit.ground.errors import InconsistentCounts, InputError, InputTypeError

BIG = survey_rate(kept=150, asked=200, frame=1000)


@st.composite
def surveys(draw, most=400):
    frame = draw(st.integers(1, most))
    asked = draw(st.integers(1, frame))
    answered = draw(st.integers(0, asked))
    return {"kept": draw(st.integers(0, answered)), "answered": answered, "asked": asked, "frame": frame}


# ---- the sampling error --------------------------------------------------------------------------------------------


def test_two_hundred_of_a_thousand():
    # p = .75, se .027400; Wilson with n_eff = 200 * 999 / 800 = 249.75; exact 691 to 802 heads.
    assert BIG.estimate == float(BIG) == 0.75
    assert BIG.se == pytest.approx(0.027400, abs=5e-7)
    assert BIG.effective_n == 249.75
    assert BIG.interval == pytest.approx((0.692784, 0.799642), abs=5e-7)
    assert BIG.heads == (691, 802)


def test_the_wald_interval_that_is_not_offered():
    # .75 +- 1.96 * .0274: shown only to place the standard error.
    assert (0.75 - 1.959964 * BIG.se, 0.75 + 1.959964 * BIG.se) == pytest.approx((0.696297, 0.803703), abs=5e-7)


def test_both_tails_must_be_above_half_of_alpha():
    # The R package samplingbook prints [4, 32] for 3 of 10 from 50: one head wider to each side.
    assert survey_rate(kept=3, asked=10, frame=50).heads == (5, 31)


def test_everybody_asked_leaves_no_sampling_error():
    census = survey_rate(kept=60, asked=70, frame=70)
    assert census.interval == (60 / 70, 60 / 70)
    assert census.heads == (60, 60)
    assert census.se == 0


def test_a_frame_without_end_is_the_plain_wilson():
    assert survey_rate(kept=60, asked=70, frame=10**9).interval == pytest.approx(wilson(60, 70), abs=1e-7)


@given(surveys(most=60), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_exact_interval_is_every_number_of_heads_that_the_test_does_not_reject(facts, level):
    # Brute force over every number of heads, with scipy's hypergeometric tails.
    k, n, frame = facts["kept"], facts["answered"], facts["frame"]
    tail = (1 - level) / 2 * (1 + 1e-9)  # a tail of exactly that much (1 head of 40 at 95 %) is not above it
    fitting = [
        heads
        for heads in range(frame + 1)
        if min(stats.hypergeom.sf(k - 1, frame, heads, n), stats.hypergeom.cdf(k, frame, heads, n)) > tail
    ]
    assert survey_rate(**facts, level=level).heads == (fitting[0], fitting[-1])


@given(st.data())
def test_the_hypergeometric_tail_counted_by_drawing_every_sample(data):
    frame = data.draw(st.integers(1, 9))
    marked, n, k = (data.draw(st.integers(0, frame)) for _ in range(3))
    samples = list(combinations(range(frame), n))
    counted = sum(sum(head < marked for head in sample) >= k for sample in samples) / len(samples)
    assert hypergeometric_tail(k, n, marked, frame) == pytest.approx(counted, abs=1e-12)


@pytest.mark.parametrize("k", [0, 1, 2400, 2500, 2600, 5000])
def test_the_hypergeometric_tail_of_a_large_frame(k):
    judge = stats.hypergeom.sf(k - 1, 10**6, 500_000, 5000)
    assert hypergeometric_tail(k, 5000, 500_000, 10**6) == pytest.approx(judge, rel=1e-7)


@given(surveys())
def test_the_intervals_hold_the_estimate(facts):
    survey = survey_rate(**facts)
    assert facts["kept"] <= survey.heads[0] <= survey.heads[1] <= facts["frame"]
    if facts["answered"]:
        low, high = survey.interval
        assert 0 <= low <= survey.estimate <= high <= 1
        assert survey.heads[0] / facts["frame"] <= survey.estimate + 1 / facts["frame"]


# ---- silence -------------------------------------------------------------------------------------------------------


def test_the_bounds_that_silence_leaves():
    # 80 answered of 100, 60 yes: 60 to 80 %. 200 of 500 with 75 %: 30 to 90 %.
    assert survey_rate(kept=60, asked=100, answered=80, frame=1000).bounds == (0.6, 0.8)
    assert survey_rate(kept=150, asked=500, answered=200, frame=1000).bounds == (0.3, 0.9)
    assert BIG.bounds == (0.75, 0.75)


def test_leavers_who_answer_less():
    # 75 % observed is 60 % if leavers answer half as often, 42.9 % if a quarter as often.
    assert BIG.if_leavers_answer(0.5) == pytest.approx(0.6)
    assert BIG.if_leavers_answer(0.25) == pytest.approx(0.428571, abs=5e-7)
    assert BIG.if_leavers_answer(1) == 0.75


@given(surveys(most=200), st.floats(0.01, 1))
def test_whoever_answers_how_the_rate_among_those_asked_stays_in_the_bounds(facts, share):
    # A world: `stayed` of those asked stay; the others left. What was answered fits, whoever was silent.
    survey = survey_rate(**facts)
    low, high = survey.bounds
    for stayed in range(facts["kept"], facts["kept"] + facts["asked"] - facts["answered"] + 1):
        assert low <= stayed / facts["asked"] <= high
    assert math.isnan(survey.estimate) or survey.if_leavers_answer(share) <= survey.estimate + 1e-12


@pytest.mark.parametrize("share", [0, -1, math.nan])
def test_leavers_who_never_answer_cannot_be_corrected_for(share):
    with pytest.raises(InputError) as caught:
        BIG.if_leavers_answer(share)
    assert caught.value.argument == "share"


def test_a_survey_that_nobody_answered_knows_nothing():
    silent = survey_rate(kept=0, asked=50, answered=0, frame=100)
    assert math.isnan(silent.estimate)
    assert all(map(math.isnan, (*silent.interval, silent.se, silent.if_leavers_answer(0.5))))
    assert (silent.heads, silent.bounds) == ((0, 100), (0, 1))
    assert "nan" not in str(silent)


# ---- refusals and ink ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "error", "argument"),
    [
        ({"kept": 150, "asked": 100, "frame": 1000}, InconsistentCounts, "kept"),
        ({"kept": 50, "asked": 100, "answered": 40, "frame": 1000}, InconsistentCounts, "kept"),
        ({"kept": 50, "asked": 100, "answered": 140, "frame": 1000}, InconsistentCounts, "answered"),
        ({"kept": 50, "asked": 100, "frame": 99}, InconsistentCounts, "asked"),
        ({"kept": 0, "asked": 0, "frame": 99}, InputError, "asked"),
        ({"kept": -1, "asked": 10, "frame": 99}, InputError, "kept"),
        ({"kept": 1.5, "asked": 10, "frame": 99}, InputError, "kept"),
        ({"kept": True, "asked": 10, "frame": 99}, InputTypeError, "kept"),
        ({"kept": 5, "asked": "10", "frame": 99}, InputTypeError, "asked"),
        ({"kept": 5, "asked": 10, "frame": 99, "level": 95}, InputError, "level"),
        ({"kept": 5, "asked": 10, "frame": 99, "level": 1}, InputError, "level"),
    ],
)
def test_an_impossible_survey_is_refused(facts, error, argument):
    with pytest.raises(error) as caught:
        survey_rate(**facts)
    assert caught.value.argument == argument


def test_a_survey_in_ink_never_calls_itself_the_rate():
    text = str(survey_rate(kept=150, asked=500, answered=200, frame=1000))
    assert text.startswith(
        "Survey estimate: 150 of 200 who answered still buy (500 of a list of 1,000 were asked). "
        "In heads of the list: 691 to 802 (95% interval).\n"
    )
    assert "CRR" not in text
    rows = [" ".join(line.split()) for line in text.split("\n")[1:]]
    assert rows == [
        "survey, not a full count estimate from to",
        "sampling error, Wilson 75.0% 69.3% 80.0%",
        "sampling error, exact 75.0% 69.1% 80.2%",
        "non-response, no assumption 75.0% 30.0% 90.0%",
    ]


def test_a_survey_in_russian_ink():
    with use_language("ru"):
        text = survey_rate(kept=15, asked=50, answered=20, frame=1000).to_html()
    assert "Оценка по опросу: из 20 ответивших продолжают покупать 15" in text
    assert "Ответов меньше 30: смотрите точный расчёт." in text
    assert "опрос, а не полный подсчёт" in text
    assert "если о неответивших ничего не известно" in text
    assert "Wilson" not in text


def test_few_answers_are_pointed_to_the_exact_interval():
    assert "Fewer than 30 answers" in survey_rate(kept=15, asked=29, frame=1000).caption()
    assert "Fewer" not in survey_rate(kept=15, asked=30, frame=1000).caption()


def test_who_all_answered_were_not_silent():
    assert list(BIG.to_pandas()["what"]) == ["sampling error, Wilson", "sampling error, exact"]
    with pytest.raises(FrozenInstanceError):
        BIG.kept = 1


# ---- how many to ask -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("frame", "n"), [(70, 60), (500, 218), (1000, 278), (10_000, 370)])
def test_how_many_to_ask_for_five_points(frame, n):
    assert sample_size(margin=0.05, frame=frame) == n


def test_a_published_sample_size():
    # learn.liebler.xyz, sample size with finite population correction: p = .2, N = 500 gives 166.
    assert sample_size(margin=0.05, frame=500, p=0.2) == 166


@given(st.floats(0.01, 0.3), st.integers(2, 100_000), st.floats(0.05, 0.95), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_sample_is_just_large_enough(margin, frame, p, level):
    z = stats.norm.isf((1 - level) / 2)

    def reach(n):
        return z * math.sqrt(p * (1 - p) / n * (frame - n) / (frame - 1))

    n = sample_size(margin=margin, frame=frame, p=p, level=level)
    assert 1 <= n <= frame
    assert reach(int(n)) <= margin * (1 + 1e-9)
    assert n == 1 or reach(n - 1) > margin * (1 - 1e-9)


def test_a_sample_size_prints_its_promise_and_stays_a_number():
    size = sample_size(margin=0.05, frame=1000)
    assert str(size) == (
        "Ask 278 of 1,000: if all answer, the 95% interval around 50.0% reaches about 5.0\xa0pp to each side."
    )
    assert range(size)[-1] == 277
    assert copy.deepcopy(size).margin == pickle.loads(pickle.dumps(size)).margin == 0.05  # noqa: S301 - a value that we pickled
    with use_language("ru"):
        assert str(size).startswith("Опросите 278 из 1\xa0000:")


@pytest.mark.parametrize(
    ("facts", "argument"),
    [
        ({"margin": 5, "frame": 1000}, "margin"),
        ({"margin": 0, "frame": 1000}, "margin"),
        ({"margin": 0.05, "frame": 0}, "frame"),
        ({"margin": 0.05, "frame": 10.5}, "frame"),
        ({"margin": 0.05, "frame": 1000, "p": 1}, "p"),
        ({"margin": 0.05, "frame": 1000, "level": 0}, "level"),
    ],
)
def test_an_impossible_plan_is_refused(facts, argument):
    with pytest.raises(InputError) as caught:
        sample_size(**facts)
    assert caught.value.argument == argument


def test_telling_85_from_88_percent_takes_two_thousand_customers_a_group():
    assert n_to_tell_apart(0.85, 0.88) == n_to_tell_apart(0.88, 0.85) == 2033
    assert n_to_tell_apart(0.85, 0.88, power=0.9) > 2033
    with pytest.raises(InputError, match="cannot be told apart"):
        n_to_tell_apart(0.85, 0.85)
    with pytest.raises(InputError):
        n_to_tell_apart(0.85, 0.88, power=1)


# ---- a table of answers --------------------------------------------------------------------------------------------

# Ten were asked: four stay, three leave, three are silent; i stands in two rows, first without an answer.
ANSWERS = pd.DataFrame(
    [
        *[(who, "yes", None) for who in "abcd"], ("e", "no", "price"), ("f", "No", " price "), ("g", "no", "moved"),
        ("h", None, None), ("i", "", None), ("j", "no answer", None), ("i", "n/a", None),
    ],
    columns=["client", "still_customer", "reason"],
)  # fmt: skip


def test_answers_become_a_survey_with_reasons():
    survey = read_survey(ANSWERS, frame=50)
    assert (survey.kept, survey.answered, survey.asked, survey.frame) == (4, 7, 10, 50)
    assert (survey.estimate, survey.bounds) == (4 / 7, (0.4, 0.7))
    assert survey.interval == survey_rate(kept=4, answered=7, asked=10, frame=50).interval
    assert survey.reasons[["reason", "customers"]].to_numpy().tolist() == [["price", 2], ["moved", 1]]
    assert survey.reasons.loc[0, ["share", "low", "high"]].tolist() == [2 / 3, *wilson(2, 3)]
    assert sorted(survey.silent) == ["h", "i", "j"]
    assert "Reason for leaving: price 66.7% (20.8% to 93.9%), 2 of 3." in str(survey)
    assert "3 did not answer; ask_next(width=0.1) says whom to ask." in str(survey)
    assert "did not answer" not in str(read_survey(ANSWERS[ANSWERS["client"] < "h"]))
    with use_language("ru"):
        assert "Причина ухода: price" in str(survey)


def test_whom_to_ask_next_is_drawn_until_the_bounds_are_near_enough():
    survey = read_survey(ANSWERS)
    assert len(survey.ask_next(width=0.15)) == 2, "one silent of ten leaves bounds 0.1 apart, two 0.2"
    assert set(survey.ask_next(width=0.0)["customer"]) == {"h", "i", "j"}
    assert survey.ask_next(width=0.3).empty
    assert survey.ask_next(width=0.1, seed=5).equals(survey.ask_next(width=0.1, seed=5))
    with pytest.raises(InputError, match="No column holds the customers"):
        read_survey(ANSWERS[["still_customer"]]).ask_next(width=0.1)


def test_answers_that_say_neither_are_asked(tmp_path):
    unclear = ANSWERS.rename(columns={"still_customer": "answer"})
    with pytest.raises(InputError, match="it is not known who stays") as asked:
        read_survey(unclear)
    assert asked.value.argument == "stay"
    said = read_survey(unclear, stay=["no", "No"], leave="yes")  # "do you want to leave?"
    assert (said.kept, said.answered, said.reasons.empty) == (3, 7, True)
    with pytest.raises(InputError, match="'maybe' does not occur"):
        read_survey(ANSWERS, stay=["maybe"], leave="no")
    with pytest.raises(InputError, match="belong together"):
        read_survey(ANSWERS, stay=["yes"])  # else everybody who left would be silent
    both = pd.concat([ANSWERS, pd.DataFrame([("a", "no", "x")], columns=ANSWERS.columns)])
    with pytest.raises(InputError, match="1 customer answered both"):
        read_survey(both)
    with pytest.raises(InputError, match="No column looks like answer"):
        read_survey(ANSWERS[["client"]])
    russian = tmp_path / "ответы.csv"
    russian.write_text("Клиент;Ответ;Причина\nА;остаюсь;\nБ;ушёл;цена\nВ;нет ответа;\n", encoding="cp1251")
    assert (read_survey(russian).bounds, read_survey(russian).reasons["reason"].tolist()) == ((1 / 3, 2 / 3), ["цена"])
