"""Answers are read as people write them, and every foreseen wrong one is told which misreading gives it."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, strategies as st

import crrkit as crr
from crrkit import lessons
from crrkit.counts.accounts import Counts
from crrkit.lessons import formula_topic
from crrkit.lessons.answers import NUMBER, POINTS, SHARE, shares, whole_numbers
from crrkit.lessons.exercises import is_clear

if TYPE_CHECKING:
    from pathlib import Path

NONSENSE = [
    "abc", "", "   ", "1e999", "70 apples", "70%%", "1/0", "0/0", "7/", "1,2,3", "7 10", "nan", "inf", "-inf", "%", "-",
    None, True, np.True_, float("nan"), float("inf"), 10**400, [0.7], {"crr": 0.7}, b"0.7", object(), Decimal("sNaN"),
]  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [
        0.7, "0.7", "0,7", ".7", ",7", "0,70", "70%", "70 %", "70,0 %", "70,0\N{NO-BREAK SPACE}%", " 70% ", "70%.",
        "~70%", "= 0.7", "7/10", "7 / 10", "700/1 000", "700/1\N{NARROW NO-BREAK SPACE}000", "70", 70, 70.0,
        "+70", "70 percent", "70 per cent", "70 процентов",
        "7:10", "700 : 1 000 = 0,7", "CRR = 70%", "700/1000 = 70.0%", "about 70%", "примерно 70 %",
        Fraction(7, 10), Decimal("0.7"), np.float64(0.7), np.int64(70), "70.4%", "69.6",
    ],
)  # fmt: skip
def test_a_right_answer_is_right_however_it_is_written(answer: object) -> None:
    said = lessons.check("crr", answer)
    assert said.right
    assert said.text == "Right. Of the 1,000 at the start 700 are still there: 70.0%."


def test_a_number_of_another_kind_is_not_called_unreadable() -> None:
    assert lessons.check("bracket", "85.7%").text.startswith("“85.7%” is a number, but not of the kind")
    assert lessons.check("bracket", "x").text.startswith("“x” cannot be read as a number.")


def test_a_rate_that_crrkit_computed_is_an_answer_too() -> None:
    assert lessons.check("month", crr.crr_from_counts(start=70, end=90, new=30, period="month")).right


@pytest.mark.parametrize(("answer", "right"), [("70.5%", True), ("70.6%", False), ("69.5%", True), ("69.4%", False)])
def test_half_a_percentage_point_either_way_is_right_and_no_more(answer: str, right: bool) -> None:
    assert lessons.check("half-year", answer).right is right


# The first source document (70 - 10 + 30) and the second (1000 - 300 + 500), each number worked by hand.
@pytest.mark.parametrize(
    ("question", "answer", "misreading"),
    [
        ("month", "128.6", "end by start"),  # 90 / 70
        ("month", "1.286", "end by start"),
        ("month", "90%", "newcomers on both sides"),  # 90 / 100
        ("month", "66.7 %", "kept by end"),  # 60 / 90
        ("month", "14.3", "churn"),  # 10 / 70
        ("month", "42.9", "new by start"),  # 30 / 70
        ("month", "28.6", "growth"),  # 20 / 70
        ("month", "114,3 %", "lost off end"),  # 80 / 70
        ("month", "89.57", "no bracket"),  # 90 - 30 / 70
        ("month", "8957 %", "no bracket"),
        ("month", "60", "count kept"),
        ("half-year", "120", "end by start"),
        ("half-year", "120 %", "end by start"),
        ("half-year", "80%", "newcomers on both sides"),  # 1200 / 1500
        ("half-year", "58,3 %", "kept by end"),  # 700 / 1200
        ("half-year", "30 %", "churn"),
        ("half-year", "1/2", "new by start"),
        ("half-year", "20%", "growth"),
        ("half-year", "90%", "lost off end"),
        ("half-year", "1199.5", "no bracket"),
        ("half-year", "700", "count kept"),
        ("bracket", "1", "a bracket that opens"),
        ("bracket", "2", "a bracket that opens"),
        ("bracket", "3", "a bracket that is needed"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_typical_wrong_answer_is_told_its_misreading(question: str, answer: str, misreading: str, lang: str) -> None:
    with crr.use_language(lang):
        said = lessons.check(question, answer)
    assert not said.right
    assert said.misreading == misreading
    assert said.text.startswith("Not yet. " if lang == "en" else "Пока нет. ")


def test_each_misreading_says_something_of_its_own_with_the_numbers_of_the_question() -> None:
    question = lessons.QUESTIONS["month"]
    said = [question.fill(words) for _name, _value, words in question.known()]
    assert len(set(said)) == len(said) == 10
    assert "90 by 70" in lessons.check("month", "128.6").text
    assert "1,200 by 1,000" in lessons.check("half-year", "120").text


def test_an_answer_near_enough_to_the_right_one_is_right_though_a_wrong_one_is_nearer() -> None:
    counts = Counts(start=1000, lost=504, new=7)  # retention 49.6 %, churn 50.4 %
    assert lessons.check(formula_topic.crr_from_flows(counts), "50.02 %").right


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("0.7%", "a hundred times too small"),
        ("250", "a share ends at 100%"),
        ("-5", "cannot be negative"),
        ("33", "How many of the 1,000 at the start are still there?"),
    ],
)
def test_any_other_wrong_answer_gets_a_hint_and_not_the_answer(answer: str, words: str) -> None:
    said = lessons.check("crr", answer)
    assert (said.right, said.misreading) == (False, "")
    assert words in said.text
    assert "70.0%" not in said.text


@pytest.mark.parametrize("question", lessons.QUESTIONS)
def test_nonsense_gets_a_kind_sentence_with_an_example(question: str) -> None:
    example = lessons.QUESTIONS[question].kind.example
    for answer in NONSENSE:
        said = lessons.check(question, answer)
        assert (said.right, said.misreading) == (False, ""), answer
        assert said.text.endswith(example), answer


def test_a_long_answer_is_not_thrown_back_whole_and_html_stays_text() -> None:
    assert len(lessons.check("crr", "no idea " * 100).text) < 150
    assert "<b>" not in lessons.check("crr", "<b>70</b>")._repr_html_()


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.booleans(), st.fractions(), st.decimals()))
def test_no_answer_is_an_error(answer: object) -> None:
    for name in ("month", "bracket"):
        assert lessons.check(name, answer).text.endswith((".", "?", "%"))


@given(st.integers(-(10**6), 10**6), st.integers(0, 3))
def test_a_number_is_read_as_python_writes_it(digits: int, places: int) -> None:
    value = Fraction(digits, 10**places)
    written = f"{digits / 10**places:.{places}f}"
    for text in (written, written.replace(".", ","), written.replace("-", "\N{MINUS SIGN}")):
        assert shares(text) == pytest.approx([float(value), float(value / 100)], abs=1e-12)
        assert shares(f"{text} %") == pytest.approx([float(value / 100)], abs=1e-12)
    assert whole_numbers(written) == ([float(value)] if value.denominator == 1 else [])


@st.composite
def accounts(draw: st.DrawFn) -> Counts:
    start = draw(st.integers(1, 10_000))
    return Counts(start=start, lost=draw(st.integers(0, start - 1)), new=draw(st.integers(0, 10_000)))


@given(accounts())
def test_what_is_right_is_the_formula_for_any_account(counts: Counts) -> None:
    end = counts.start - counts.lost + counts.new
    crr_ = float(Fraction(end - counts.new, counts.start))
    for make in (formula_topic.crr_from_flows, formula_topic.crr_from_ends):
        assert crr.lessons.check(make(counts), crr_).right
    assert crr.lessons.check(formula_topic.churn_from_ends(counts), 1 - crr_).right
    off = crr_ - 2 * SHARE.tolerance if crr_ > 0.5 else crr_ + 2 * SHARE.tolerance
    assert not crr.lessons.check(make(counts), f"{100 * off:.2f}%").right


class TestBracket:
    def test_either_of_the_two_last_brackets_may_go_since_the_same_formula_is_left(self) -> None:
        printed = "((CE-CN)/CS)) X 100"
        assert {formula_topic.without(printed, place) for place in (4, 5)} == {"((CE-CN)/CS) X 100"}
        assert [place for place in range(1, 8) if lessons.check("bracket", place).right] == [4, 5]

    def test_other_formulas_have_other_brackets(self) -> None:
        question = formula_topic.bracket_question("(a+b))*(c)")
        assert [place for place in range(1, 6) if lessons.check(question, place).right] == [2, 3]
        assert formula_topic.repaired("(a+b))*(c)") == "(a+b)*(c)"
        assert formula_topic.repaired("(a)+b)") == "(a)+b"

    @pytest.mark.parametrize(("answer", "misreading"), [("6", ""), ("0", ""), ("4%", ""), ("4.5", "")])
    def test_a_bracket_that_is_not_there_is_no_misreading(self, answer: str, misreading: str) -> None:
        said = lessons.check("bracket", answer)
        assert (said.right, said.misreading) == (False, misreading)


@pytest.mark.parametrize("name", ["month", "half-year"])
def test_no_foreseen_answer_can_be_taken_for_another(name: str) -> None:
    assert is_clear(lessons.QUESTIONS[name])
    # 60 kept of 120 with 60 lost: retention and churn are the same number
    assert not is_clear(formula_topic.crr_from_flows(Counts(start=120, lost=60, new=7)))


class TestExercise:
    @pytest.mark.slow
    @given(st.integers(0, 10**9))
    def test_the_key_says_what_the_questions_ask(self, seed: int) -> None:
        drill = lessons.exercise("formula", seed=seed)
        flows, ends, churn = (
            [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*\b", str(q))] for q in drill.questions
        )
        expected = [
            Fraction(flows[0] - flows[1], flows[0]),
            Fraction(ends[1] - ends[2], ends[0]),
            1 - Fraction(churn[1] - churn[2], churn[0]),
        ]
        table = drill.key().to_pandas()
        right = table.groupby("question").first()["answer"]
        assert [float(text.rstrip("%")) for text in right] == pytest.approx(
            [100 * float(v) for v in expected], abs=0.051
        )
        assert all(
            lessons.check(question, float(value)).right
            for question, value in zip(drill.questions, expected, strict=True)
        )
        assert all(is_clear(question) for question in drill.questions)

    def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(self) -> None:
        assert str(lessons.exercise("formula", seed=7)) == str(lessons.exercise(seed=7))
        assert len({str(lessons.exercise(seed=seed)) for seed in range(50)}) == 50

    def test_the_paper_for_the_learner_does_not_hold_the_answers(self) -> None:
        drill = lessons.exercise("formula", seed=7)
        assert drill._repr_html_().count("<li>") == 3
        assert "%" not in str(drill) + drill._repr_html_()

    @pytest.mark.parametrize(("topic", "seed"), [("formulas", 7), ("formula", -1), ("formula", 1.5), ("formula", "7")])
    def test_what_cannot_be_made_is_said(self, topic: str, seed: object) -> None:
        with pytest.raises(crr.InputError):
            lessons.exercise(topic, seed=seed)


def test_the_key_writes_each_answer_as_people_do() -> None:
    assert [SHARE.write(value) for value in (0.857, 1.286, -8.5, 60)] == ["85.7%", "128.6%", "−850.0%", "60"]
    assert [NUMBER.write(value) for value in (11.000000000000002, 3.636, 4000)] == ["11", "3.64", "4,000"]
    assert POINTS.write(-0.0155625) == "−1.56\N{NO-BREAK SPACE}pp"


class TestForm:
    def test_enter_and_the_button_check_what_is_typed(self) -> None:
        form = lessons.ask("month")
        form.box.value = "128,6 %"  # Enter
        assert "90 by 70" in form.said.value
        form.box.value = "85.7"
        assert "Right." in form.said.value
        form.said.value = ""
        form.button.click()
        assert "Right." in form.said.value
        assert 'role="status"' in form.said.value

    def test_the_box_and_the_button_have_names(self) -> None:
        form = lessons.ask("month")
        assert (form.box.description, form.button.description) == ("Your answer", "Check")

    def test_a_click_speaks_the_language_in_which_the_form_was_made(self) -> None:
        with crr.use_language("ru"):
            form = lessons.ask("bracket")
        form.button.click()
        assert form.box.description == "Ваш ответ"
        assert "Здесь пока ничего не написано." in form.said.value

    def test_without_a_kernel_the_question_is_still_read(self) -> None:
        form = lessons.ask("month")
        bundle = form._repr_mimebundle_()
        assert bundle["text/plain"] == str(form) == str(lessons.QUESTIONS["month"])
        assert str(form) in bundle["text/html"]
        assert "application/vnd.jupyter.widget-view+json" in bundle

    def test_it_keeps_nothing_about_the_learner(self) -> None:
        form = lessons.ask("month")
        before = set(vars(form))
        form.box.value = "128.6"
        assert set(vars(form)) == before
        assert form._question is lessons.QUESTIONS["month"]

    def test_a_question_of_an_exercise_can_be_asked(self) -> None:
        question = lessons.exercise("formula", seed=7).questions[2]
        assert str(lessons.ask(question)) == str(question)


class TestLanguage:
    @pytest.fixture(autouse=True)
    def _english_again(self):
        with crr.use_language("en"):
            yield

    @pytest.mark.parametrize("lang", ["en", "ru"])
    def test_a_notebook_speaks_the_language_of_its_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "copied" / lang).mkdir(parents=True)
        monkeypatch.chdir(tmp_path / "copied" / lang)
        lessons.begin()
        assert crr.language() == lang
        assert capsys.readouterr().out == ""

    def test_elsewhere_it_stays_and_says_in_both_languages_how_to_choose(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        crr.set_language("ru")
        lessons.begin()
        assert crr.language() == "ru"
        assert capsys.readouterr().out == 'In English: lessons.begin("en"). По-русски: lessons.begin("ru").\n'
        lessons.begin("en")
        assert crr.language() == "en"

    def test_everything_that_is_said_is_said_in_russian_too(self) -> None:
        questions = [*lessons.QUESTIONS.values(), *lessons.exercise("formula", seed=7).questions]
        with crr.use_language("ru"):
            said = [question.fill(words) for question in questions for _name, _value, words in question.known()]
            said += [lessons.check(q, a).text for q in questions for a in ("", "abc", "0.7%", "250", "-5", "33", "9")]
            said += [
                lessons.exercise("formula", seed=7)._repr_html_(),
                *lessons.exercise(seed=7).key().titles().values(),
            ]
        latin = re.compile(r"`[^`]*`|(?!(?:CE|CN|CS|X|abc|li|ol|p|n|br|code|sBG|NRR|GRR)\b)\b[A-Za-z]+")
        assert [text for text in said for word in latin.findall(text) if not word.startswith("`")] == []


def test_an_unknown_question_is_named_with_those_there_are() -> None:
    with pytest.raises(crr.InputError, match="Did you mean 'month'") as error:
        lessons.check("months", 0.7)
    assert error.value.available == list(lessons.QUESTIONS)
    with pytest.raises(crr.InputError):
        lessons.ask("seed")
