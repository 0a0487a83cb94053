"""The course in a real JupyterLab: read before anything runs, then run and answered by a learner."""

import os
import re
import shutil
from collections.abc import Iterator

import pytest
from learner import LESSONS, WORDS, answer_everything, at_least
from playwright.sync_api import Browser, Locator, Page, expect

from scripts.normalise_notebooks import COURSE

# A lesson takes half a minute and more, so that two are answered with the pages; CRRKIT_COURSE=all answers them all.
ANSWERED = LESSONS if os.environ.get("CRRKIT_COURSE") == "all" else [LESSONS[0], LESSONS[5]]
LESSON = "ru/01-did-we-keep-our-customers.ipynb"
PATIENCE = 180_000  # milliseconds


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 2000})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


@pytest.fixture
def lesson(lab) -> str:
    return handed_out(lab, LESSON)


def handed_out(lab, notebook: str) -> str:
    """A notebook of the course as a learner gets it, and where JupyterLab opens it."""
    (lab.folder / notebook[:2]).mkdir(exist_ok=True)
    shutil.copy(COURSE / notebook, lab.folder / notebook)
    return lab.address(notebook)


def run_all(page: Page) -> None:
    page.get_by_text("| Idle").wait_for()
    page.get_by_role("menubar").get_by_text("Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def scroll_to(page: Page, what: Locator) -> None:
    """Turn the wheel until it comes: JupyterLab does not draw what is out of sight."""
    page.locator(".jp-Notebook .jp-Cell").first.hover()
    for _turn in range(60):
        if what.count():
            return
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(200)


def test_before_anything_runs_the_lesson_can_be_read(lesson: str, page: Page) -> None:
    page.goto(lesson)
    expect(page.get_by_text("Чтобы ответить, запустите этот блокнот.").first).to_be_visible()
    for name in (
        "Клиентов на начало: 70. Потеряно: 10, удержано: 60",
        "Диаграмма-мост за период 2023-09",
        "График удержания",
    ):
        picture = page.get_by_role("img", name=name)
        scroll_to(page, picture)
        expect(picture).to_be_visible()
        assert picture.evaluate("(one) => one.naturalWidth") > 0


def test_a_learner_runs_it_and_is_answered_in_the_language_of_the_folder(lesson: str, page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(lesson)
    run_all(page)
    boxes, buttons = page.get_by_label("Ваш ответ"), page.get_by_role("button", name="Проверить")
    expect(boxes).to_have_count(7)
    boxes.nth(0).fill("128,6 %")
    boxes.nth(0).press("Enter")
    expect(page.get_by_role("status").filter(has_text="Вы разделили конец на начало: 90 на 70.")).to_be_visible()
    boxes.nth(1).fill("5")
    buttons.nth(1).click()
    expect(page.get_by_role("status").filter(has_text=re.compile(r"✓ Верно\. Без неё"))).to_be_visible()
    boxes.nth(3).fill("2")  # the wrong sentence of a report
    boxes.nth(3).press("Enter")
    expect(page.get_by_role("status").filter(has_text="✓ Верно. Больше, чем все, удержать нельзя.")).to_be_visible()
    expect(page.get_by_role("slider", name="Новых на конец")).to_be_visible()
    assert errors == []


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("name", ANSWERED)
def test_every_question_of_a_lesson_is_answered_in_each_way(lab, browser: Browser, name: str, lang: str) -> None:
    # So tall that JupyterLab draws every cell at once.
    with browser.new_context(viewport={"width": 1280, "height": 24_000}) as context:
        page, wrong = context.new_page(), []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(handed_out(lab, f"{lang}/{name}.ipynb"))
        run_all(page)
        prompts = page.locator(".jp-CodeCell .jp-InputArea-prompt")
        expect(prompts.last).to_have_text(re.compile(r"\[\d+\]"))
        expect(prompts.filter(has_text=re.compile(r"\[[ *]\]"))).to_have_count(0)
        page.get_by_label(WORDS[lang][0]).nth(at_least(name) // 3 - 1).wait_for()  # drawn after its cell has run
        given, otherwise = answer_everything(page, lang)
        assert otherwise == []
        assert given >= at_least(name)
        expect(page.get_by_text("Traceback")).to_have_count(0)
        assert wrong == []
