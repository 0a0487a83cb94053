"""Eighteen reports with one wrong sentence each: all misconceptions that the course is about, none left out."""

from __future__ import annotations

from collections import Counter

import pytest

import crrkit as crr
from crrkit import lessons
from crrkit.lessons.exercises import is_clear

# Each misconception: what it is, what the wrong sentence says, what the repair says. The numbers
# are worked by hand or published elsewhere in these tests, never copied from the lessons.
MISCONCEPTIONS = {
    "mistake-1": ("end divided by start", "120%", "70.0%"),
    "mistake-2": ("newcomers raise the rate", "higher", "85.7%"),
    "mistake-3": ("new is everybody who joined", "kept 0%", "60%"),  # (6 - 6) / 5 against (6 - 3) / 5
    "mistake-4": ("85 % is 85 %", "equally well", "14.2%"),  # 0.85 ** 12
    "mistake-5": ("annual churn is twelve times monthly", "120%", "71.8%"),  # 1 - 0.9 ** 12
    "mistake-6": ("the product of rates is the annual rate", "49.7%", "59.1%"),  # .7 * .709375; .59125
    "mistake-7": ("churn and retention always add up", "churn is 100%", "40%"),  # 5/5 departures, 2/5 people
    "mistake-8": ("percent is percentage points", "retention is 7%", "10%"),  # 77/70
    "mistake-9": ("the rate went up, so service improved", "service has", "+0.94\N{NO-BREAK SPACE}pp"),
    "mistake-10": ("1/churn is the lifetime", "3.64", "11 years"),  # 1/.275; (20 + 2)/2
    "mistake-11": ("rising retention is growing loyalty", "more loyal", "93%"),  # .95**4 / (.95**4 + .5**4)
    "mistake-12": ("90 % of 10 customers is good", "10\N{NO-BREAK SPACE}pp", "59.6%"),
    "mistake-13": ("the mean of rates", "86.7%", "73.0%"),  # 2.6/3; 840/1150
    "mistake-14": ("members stay more, so the card works", "18.7\N{NO-BREAK SPACE}pp", "80%"),  # counted below
    "mistake-15": ("an open month is 0 %", "in May 0%", "not 0"),
    "mistake-16": ("lost as won means falling retention", "falling fast", "98.0%"),
    "mistake-17": ("100 % by the formula means nobody left", "100%", "95%"),
    "mistake-18": ("75 % of a survey is 75 %", "rate is 75%", "from 30% to 90%"),
}


def place_of(lines: list[str], says: str) -> int:
    """The one sentence that says this."""
    places = [place for place, line in enumerate(lines) if says in line]
    assert len(places) == 1
    return places[0]


def test_neither_the_place_nor_the_first_word_gives_the_mistake_away() -> None:
    for lang in ("en", "ru"):
        with crr.use_language(lang):
            asked = [(q.facts, [line[3:] for line in str(q).splitlines()[1:]]) for q in lessons.MISTAKES.values()]
        places = Counter(place for place, _lines in asked)
        assert set(places) == {1, 2, 3}
        assert max(places.values()) <= 8
        wrong = Counter(lines[place - 1].split()[0] for place, lines in asked)
        right = Counter(line.split()[0] for place, lines in asked for line in lines if line != lines[place - 1])
        assert [word for word, n in wrong.items() if n > 2 and not right[word]] == []


def test_dice_mix_the_sentences_of_a_report_and_the_three_of_an_exercise_differ() -> None:
    drills = [lessons.exercise("mistakes", seed=seed) for seed in range(12)]
    assert {question.facts for drill in drills for question in drill.questions} == {1, 2, 3}
    assert all(len({frozenset(str(q).splitlines()) for q in drill.questions}) == 3 for drill in drills)
    assert str(lessons.exercise("mistakes", seed=4)) == str(lessons.exercise("mistakes", seed=4))


def test_the_mistake_on_new_agrees_with_the_definition_that_the_course_teaches() -> None:
    # 100 at the start, 20 first-timers and 5 who returned: new is who is there and was not, 25; 5 of the 100 left.
    assert "(120 − 25) / 100 is 95%" in lessons.check("mistake-17", lessons.QUESTIONS["mistake-17"].facts).text


def test_all_eighteen_misconceptions_are_there_and_each_can_be_asked() -> None:
    assert list(lessons.MISTAKES) == list(MISCONCEPTIONS)
    assert len(MISCONCEPTIONS) == 18
    assert set(lessons.MISTAKES) < set(lessons.QUESTIONS)


@pytest.mark.parametrize("name", MISCONCEPTIONS)
def test_the_wrong_sentence_is_found_and_the_repair_says_the_right_number(name: str) -> None:
    _misreading, says, repair = MISCONCEPTIONS[name]
    lines = str(lessons.QUESTIONS[name]).splitlines()
    assert lines[0] == "Find the mistake in this report."
    assert [line[:3] for line in lines[1:]] == ["1. ", "2. ", "3. "]
    wrong = place_of(lines, says)
    said = lessons.check(name, wrong)
    assert said.right
    assert repair in said.text
    assert repair not in lines[wrong]


@pytest.mark.parametrize("name", MISCONCEPTIONS)
def test_a_right_sentence_is_defended_without_giving_the_answer_away(name: str) -> None:
    _misreading, says, repair = MISCONCEPTIONS[name]
    wrong = place_of(str(lessons.QUESTIONS[name]).splitlines(), says)
    for place in {1, 2, 3} - {wrong}:
        said = lessons.check(name, str(place))
        assert (said.right, said.misreading) == (False, f"sentence {place}")
        assert f"Sentence {place} is right." in said.text
        assert repair not in said.text
    assert lessons.check(name, "4").misreading == ""
    assert is_clear(lessons.QUESTIONS[name])


@pytest.mark.parametrize("name", MISCONCEPTIONS)
def test_every_report_can_be_read_in_russian(name: str) -> None:
    with crr.use_language("ru"):
        question = lessons.QUESTIONS[name]
        said = [str(question), *(question.fill(words) for _name, _value, words in question.known())]
    assert all("{" not in text and "п.." not in text for text in said)
    assert said[0].startswith("Найдите ошибку в этом отчёте.")


def test_the_card_of_the_report_does_nothing() -> None:
    # 100 buyers, 30 heavy (24 with a card, 95 % stay), 70 light (14 with a card, 60 % stay).
    members, others = (24 * 0.95 + 14 * 0.60) / 38, (6 * 0.95 + 56 * 0.60) / 62
    text = str(lessons.QUESTIONS["mistake-14"])
    assert f"{100 * members:.1f}%" in text
    assert f"{100 * others:.1f}%" in text
    assert f"{100 * (members - others):.1f}\N{NO-BREAK SPACE}pp" in text
