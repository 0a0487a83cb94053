"""A lesson as an app in a real Voilà: its explorer answers, its code is hidden, nothing is asked from elsewhere."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).parent.parent.parent
HERE = "http://localhost:"


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


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(180_000)
    yield page
    context.close()


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
    page.get_by_role("link", name="С чего начать?").click()
    expect(page).to_have_title("С чего начать?")
    expect(page.get_by_role("heading", level=1, name="С чего начать?")).to_be_visible()
    assert wrong == []
    os.killpg(crrkit.pid, signal.SIGINT)  # as a terminal does with Ctrl-C: crrkit and the server hear it
    assert crrkit.wait(timeout=180) == 0
