"""A learner in a browser, who answers whatever a page of the course asks and notes where it says something else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import crrkit as crr
from crrkit import lessons
from scripts.normalise_notebooks import COURSE

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from crrkit.lessons import Question

WORDS = {"en": ("Your answer", "Check"), "ru": ("Ваш ответ", "Проверить")}
NONSENSE = ("abc", "99999999")
ASKS = re.compile(r"^lessons\.ask\(", re.MULTILINE)
LESSONS = [path.stem for path in sorted(COURSE.glob("*.md")) if ASKS.search(path.read_text(encoding="utf-8"))]
DRILL = re.compile(r'exercise\("(\w+)", seed=(\d+)\)')


def one_line(text: str) -> str:
    """The text as it can be compared, whatever lines and marks of code it is set in."""
    return re.sub(r"\s+", " ", text.replace("`", "")).strip()


def asked_in_the_course(lang: str) -> dict[str, Question]:
    """Every question of the notebooks, by its words."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in COURSE.glob("*.md"))
    with crr.use_language(lang):
        drills = [lessons.exercise(topic, seed=int(seed)).questions for topic, seed in DRILL.findall(source)]
        questions = [*lessons.QUESTIONS.values(), *(question for drill in drills for question in drill)]
        return {one_line(str(question)): question for question in questions}


def tries(question: Question, lang: str) -> list[tuple[str, str, bool]]:
    """What is typed, what must be said to it and whether it is right: rightly, by each known mistake, by nonsense."""
    with crr.use_language(lang):
        foreseen = [(question.kind.write(value), not name) for name, value, _words in question.known()]
        typed = [*foreseen, *((nonsense, False) for nonsense in NONSENSE)]
        return [(answer, one_line(str(lessons.check(question, answer))), right) for answer, right in typed]


def form_of(box: Locator) -> Locator:
    """What stands around a box to answer in: the question, the button, what was said."""
    return box.locator("xpath=ancestor::*[contains(concat(' ', @class, ' '), ' widget-vbox ')][1]")


def at_least(lesson: str) -> int:
    """How many answers a lesson bears: each question rightly, and twice by nonsense."""
    return 3 * len(ASKS.findall((COURSE / f"{lesson}.md").read_text(encoding="utf-8")))


def answer_everything(page: Page, lang: str) -> tuple[int, list[tuple[str, str, str]]]:
    """Answer each question of a page in each way; how many answers were given, and which were answered otherwise."""
    known, (label, check) = asked_in_the_course(lang), WORDS[lang]
    given, otherwise = 0, []
    for box in page.get_by_label(label).all():
        form = form_of(box)
        shown = one_line(form.inner_text())
        asked = max((words for words in known if words in shown), key=len, default="")
        if not asked:
            otherwise.append(("", shown, "a question that the course does not have"))
            continue
        for typed, said, right in tries(known[asked], lang):
            given += 1
            box.fill(typed)
            form.get_by_role("button", name=check).click()
            heard = _heard(page, form, said)
            if said not in heard or ("✓" in heard) is not right:
                otherwise.append((asked, typed, heard))
    return given, otherwise


def _heard(page: Page, form: Locator, said: str) -> str:
    """What is said once the kernel has had the time to answer."""
    status, heard = form.get_by_role("status"), ""
    for _moment in range(400):
        heard = one_line(status.inner_text()) if status.count() else ""
        if said in heard:
            break
        page.wait_for_timeout(50)
    return heard
