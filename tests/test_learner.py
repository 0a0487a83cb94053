"""A learner answers every question rightly, by each known mistake and by nonsense, in both languages."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from test_agreement import disagreements

import crrkit as crr
from crrkit import lessons
from crrkit.lessons.answers import NUMBER, POINTS, RATIO, SHARE
from crrkit.lessons.trials import AnswerForm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crrkit.lessons import Question

RIGHT = {"en": "Right.", "ru": "Верно."}
NONSENSE = ("", "abc", "70 apples", "1/0", "−−3", "?", "99999999")
SEEDS = range(3)


def asked() -> Iterator[tuple[str, Question]]:
    """Every question of the course, and some fresh ones of each topic."""
    yield from lessons.QUESTIONS.items()
    for topic in lessons.TOPICS:
        for seed in SEEDS:
            yield from ((f"{topic} {seed}", question) for question in lessons.exercise(topic, seed=seed).questions)


def ways(question: Question, value: float) -> list[str]:
    """An answer as different people write it."""
    if question.kind in (SHARE, RATIO):
        share, percent = f"{value:.3f}", f"{100 * value:.1f}"
        both = [share, f"{percent}%", f"{100 * value:.0f} %", f"{Fraction(value).limit_denominator(10**6)}"]
        return [*both, share.replace(".", ","), f"{percent.replace('.', ',')}\xa0%", f"= {percent} %."]
    if question.kind is POINTS:
        one, two = f"{100 * value:.1f}", f"{100 * value:.2f}"
        return [one, two, f"{two} pp", f"{two.replace('.', ',')} п. п.", f"{one.replace('-', '−')}", f"{value:.4f}"]
    if question.kind is NUMBER:
        return [f"{value:.2f}", f"{value:.1f}", f"{value:.2f}".replace(".", ",")]
    return [f"{value:.0f}", f" {value:.0f}. "]


@pytest.mark.slow
def test_a_right_answer_is_right_in_every_form_and_in_both_languages() -> None:
    blamed = []
    for name, question in asked():
        for value in question.right(question.facts):
            for typed in ways(question, value):
                for lang, word in RIGHT.items():
                    with crr.use_language(lang):
                        said = lessons.check(question, typed)
                    if not (said.right and said.text.startswith(word)):
                        blamed.append((name, typed, said.text))
    assert blamed == []


@pytest.mark.slow
def test_a_known_mistake_is_answered_by_what_produced_it_and_contradicts_nothing() -> None:
    wrong = []
    for name, question in asked():
        for way, value, words in question.known():
            for lang, word in RIGHT.items():
                with crr.use_language(lang):
                    said = lessons.check(question, question.kind.write(value))
                    means = question.fill(words)
                right_first = said.right and not way
                if not (right_first or (not said.right and said.misreading and not said.text.startswith(word))):
                    wrong.append((name, way, said.text))
                if said.misreading == way and means not in said.text:
                    wrong.append((name, way, said.text))
    assert wrong == []


@pytest.mark.slow
def test_nonsense_is_neither_right_nor_blamed_on_a_method() -> None:
    wrong = []
    for name, question in asked():
        for typed in NONSENSE:
            for lang in RIGHT:
                with crr.use_language(lang):
                    said = lessons.check(question, typed)
                if said.right or said.misreading or not said.text:
                    wrong.append((name, typed, said.text))
    assert wrong == []


@pytest.mark.slow
def test_words_agree_with_numbers_in_all_that_a_learner_is_told() -> None:
    with crr.use_language("ru"):
        said = [(n, t) for n, q in asked() for t in (str(q), *(q.fill(words) for _way, _value, words in q.known()))]
    assert [(name, bad) for name, text in said for bad in disagreements(text)] == []
    assert [name for name, text in said if re.search(r"[{}|]", text) and name != "bracket"] == []


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_box_in_a_notebook_says_what_the_function_says(lang: str) -> None:
    with crr.use_language(lang):
        forms = {name: AnswerForm(question) for name, question in lessons.QUESTIONS.items()}
        expected = {name: lessons.check(name, "1")._repr_html_() for name in forms}
    for name, form in forms.items():  # the language is that of the moment the box was made
        form.box.value = "1"
        assert expected[name] in form.said.value


def test_the_kernel_sends_no_answer_back(monkeypatch: pytest.MonkeyPatch) -> None:
    box, sent = AnswerForm(lessons.QUESTIONS["bracket"]).box, []
    monkeypatch.setattr(type(box), "_send", lambda _self, message, **_buffers: sent.append(message))
    box.set_state({"value": "abc"})  # what arrives from the browser
    assert box.value == "abc"
    assert sent == []  # an echo_update would set the box back under who types on


def test_a_rounded_answer_is_not_blamed_on_a_wrong_method() -> None:
    # 1.5575 points by rate, 1.60 exactly when weighed by the shares of before: rounding leaves 1.6 of both.
    assert lessons.check("rate-part", "-1.6").right
    assert lessons.check("rate-part", "−1,6 п. п.").right
    assert lessons.check("rate-part", "-1.60").misreading == "shares of before"
    assert lessons.check("rate-part", "-0.0156").right
    assert not lessons.check("rate-part", "-2").right
    assert lessons.check("rate-part", "-3.3").misreading == ""


def test_a_trial_follows_its_sliders_and_names_cause_and_effect() -> None:
    with crr.use_language("en"):
        ratio, stages, answers = (lessons.trial(name) for name in ("ratio", "stages", "answers"))
    assert "14.3% of the attempts" in ratio.said.value  # 1/7
    ratio.controls["ratio"].value = 25
    assert "4.0% of the attempts" in ratio.said.value  # 1/25
    assert "Nothing has moved yet." in stages.said.value
    stages.controls["middle_stays"].value = 50.0  # 0.6 × 5 points down
    assert "67.0%, at first it was 70.0%: −3.0" in stages.said.value
    assert "Because of the stage “middle” 50.0% stay and not 55.0%: −3.0" in stages.said.value
    stages.controls["share"].value = 70  # 10 points from 92.5 to the mean of 55 and 50: −4.0; the rate −0.65 × 5
    assert "Because the middle stage is 70.0% of the base and not 60.0%: −4.0" in stages.said.value
    assert "from 30% to 90%" in answers.said.value  # 150/500 and 450/500
    answers.controls["answered"].value = 500
    assert "from 75% to 75%" in answers.said.value
    with pytest.raises(crr.errors.InputError, match="name='ratios'"):
        lessons.trial("ratios")


def test_cells_that_have_not_happened_are_masked() -> None:
    orders = [("a", "2024-01-10"), ("a", "2024-02-10"), ("b", "2024-01-11"), ("c", "2024-02-12"), ("d", "2024-02-13")]
    log = crr.read_orders(pd.DataFrame(orders, columns=["who", "day"]), customer="who", at="day", as_of="2024-03-01")
    trial = lessons.trial("maturity", crr.cohort_grid(log, every="month"))
    assert ">age</th>" in trial.said.value
    assert ">25%</td>" in trial.said.value  # one of four, though two of them had no second month yet
    trial.controls["mature"].value = True
    assert ">50%</td>" in trial.said.value  # one of the two who had
    trial.controls["curve"].value = True
    assert "<polyline" in trial.said.value


def test_a_table_is_shown_in_the_words_of_the_reader() -> None:
    with crr.use_language("ru"):
        said = str(lessons.show_stages(before={"middle": (0.6, 0.55)}))
        kept = str(lessons.show(pd.Series({"retention_long": 6.25}, name="cost of a point")))
    assert said.splitlines()[0].split() == ["период", "стадия", "доля", "в", "базе", "остаётся"]
    assert "средняя" in said
    assert "retention" not in kept
    assert "цена одного пункта" in kept
