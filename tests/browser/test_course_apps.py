"""A lesson as an app in a real Voilà: its explorer answers, its code is hidden, nothing is asked from elsewhere."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from learner import LESSONS, answer_everything, at_least
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parent.parent.parent
HERE = "http://localhost:"
# What is written in a picture and stands outside of it, where it is cut off; two or three pixels do not show.
CUT_OFF = """() => [...document.querySelectorAll("svg text")].filter((text) => {
  const [inner, outer] = [text, text.ownerSVGElement].map((one) => one.getBoundingClientRect());
  return inner.width && (inner.left < outer.left - 3 || inner.right > outer.right + 3);
}).map((text) => text.textContent)"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`crrkit app formula` in an empty folder, and the address that it says."""
    own = {"HOME": tmp_path, "JUPYTER_CONFIG_DIR": tmp_path, "JUPYTER_DATA_DIR": tmp_path, "IPYTHONDIR": tmp_path}
    environment = os.environ | {name: str(path) for name, path in own.items()} | {"PYTHONPATH": str(ROOT)}
    folder = tmp_path / "empty"
    folder.mkdir()
    words = ["-m", "crrkit", "app", "formula", "--lang", "ru", "--no-browser"]
    with subprocess.Popen(
        [sys.executable, *words], cwd=folder, env=environment, stdout=-1, text=True, start_new_session=True
    ) as crrkit:
        try:
            assert crrkit.stdout
            yield crrkit, crrkit.stdout.readline().split()[-1]
        finally:
            crrkit.terminate()
    assert list(folder.iterdir()) == []


def test_the_first_lesson_lives_without_its_code(app: tuple[subprocess.Popen[str], str], page: Page) -> None:
    crrkit, address = app
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
    page.on("request", lambda asked: asked.url.startswith(("data:", "blob:", HERE)) or wrong.append(asked.url))
    page.goto(address)
    expect(page).to_have_title("Удержали ли мы клиентов?")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    reveal = page.locator(".crrkit-reveal:visible")
    expect(reveal.first).to_have_text("Ответ есть: показать дальше")
    assert (
        page.locator(".celltag_nbval-check-output:visible").count()
        < page.locator(".celltag_nbval-check-output").count()
    )
    while reveal.count():  # a button may stand behind another one
        reveal.first.click()
    expect(page.locator(".celltag_nbval-check-output").last).to_be_visible()
    lost = page.get_by_role("slider", name="Потеряно к концу")
    lost.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("spinbutton", name="Потеряно к концу")).to_have_value("11")
    expect(page.locator(".crrkit-formula [aria-live=polite]").first).to_contain_text("(89 − 30) / 70 = 84,3")
    page.get_by_label("Ваш ответ").first.fill("128,6 %")
    page.get_by_role("button", name="Проверить").first.click()
    expect(page.get_by_role("status").filter(has_text="Вы разделили конец на начало")).to_be_visible()
    for what_is_for_cells in ("import crrkit", "Clear Outputs"):
        expect(page.get_by_text(what_is_for_cells)).to_have_count(0)
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(paper) != light
    page.get_by_role("link", name="С чего начать?").click()
    expect(page).to_have_title("С чего начать?")
    expect(page.get_by_role("heading", level=1, name="С чего начать?")).to_be_visible()
    assert wrong == []
    os.killpg(crrkit.pid, signal.SIGINT)  # as a terminal does with Ctrl-C: crrkit and the server hear it
    assert crrkit.wait(timeout=180) == 0


# Each app once, in one language after the other; what is answered in which language, test_learner has for both.
APPS = [("en", lesson) for lesson in LESSONS[::2]] + [("ru", lesson) for lesson in LESSONS[1::2]]


@pytest.fixture(scope="module")
def course(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The whole course as apps, as `teaching/voila.sh` serves it to a class: a language, and where it answers."""
    folder = tmp_path_factory.mktemp("voila")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    own = {"HOME": folder, "JUPYTER_CONFIG_DIR": folder, "JUPYTER_DATA_DIR": folder, "IPYTHONDIR": folder}
    environment = os.environ | {name: str(path) for name, path in own.items()} | {"PYTHONPATH": str(ROOT)}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    words = ["sh", str(ROOT / "teaching" / "voila.sh"), request.param, str(port)]
    with (folder / "log").open("w") as log:
        voila = subprocess.Popen(words, cwd=folder, env=environment, stderr=log, start_new_session=True)
        try:
            while "is running at" not in (folder / "log").read_text():
                assert voila.poll() is None
                time.sleep(0.2)
            yield request.param, f"{HERE}{port}/voila/render"
        finally:
            os.killpg(voila.pid, signal.SIGTERM)
            voila.wait(timeout=180)


@pytest.mark.parametrize(("course", "lesson"), APPS, indirect=["course"])
def test_every_app_answers_rightly_each_mistake_and_nonsense(course: tuple[str, str], page: Page, lesson: str) -> None:
    lang, address = course
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
    page.goto(f"{address}/{lesson}.ipynb")
    expect(page.locator("html")).to_have_attribute("lang", lang)
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_load_state("networkidle")
    reveal = page.locator(".crrkit-reveal:visible")
    while reveal.count():
        reveal.first.click()
    given, otherwise = answer_everything(page, lang)
    assert otherwise == []
    assert given >= at_least(lesson)
    expect(page.get_by_text("Traceback")).to_have_count(0)
    page.set_viewport_size({"width": 360, "height": 900})
    page.wait_for_timeout(1000)
    assert page.evaluate(CUT_OFF) == []
    assert wrong == []
