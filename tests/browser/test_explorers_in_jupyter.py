"""Every explorer with a kernel behind it, in a real JupyterLab and a real Voilà: keys, mouse and number box move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import every_explorer
import live_servers
import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

ROOT = Path(__file__).parent.parent.parent
TALL = {"width": 1280, "height": 9000}  # all explorers at once: JupyterLab does not draw what is out of sight
SHOW = f"import sys; sys.path[:0] = {[str(ROOT), str(ROOT / 'tests')]}\nimport every_explorer\n"


class Shown(NamedTuple):
    """A page with every explorer on it, and what went wrong on it."""

    page: Page
    wrong: list[str]

    def explorer(self, name: str) -> Locator:
        return self.page.locator(".jp-OutputArea-output .crrkit-ui").nth(every_explorer.ALL.index(name))


def all_explorers(path: Path) -> Path:
    cells = [nbformat.v4.new_code_cell(f'{SHOW}every_explorer.explorer("{name}")') for name in every_explorer.ALL]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=kernel)), encoding="utf-8")
    return path


@contextmanager
def watched(browser: Browser) -> Iterator[Shown]:
    context = browser.new_context(viewport=TALL)
    page, wrong = context.new_page(), []
    page.set_default_timeout(180_000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: message.type == "error" and wrong.append(f"{message.text} {message.location}"))
    yield Shown(page, wrong)
    context.close()


@pytest.fixture(scope="module")
def jupyterlab(browser: Browser, lab) -> Iterator[Shown]:
    notebook = all_explorers(lab.folder / "all.ipynb")
    with watched(browser) as shown:
        shown.page.goto(lab.address(notebook.name))
        shown.page.get_by_text("| Idle").wait_for()
        shown.page.get_by_role("menubar").get_by_text("Run", exact=True).click()
        shown.page.get_by_text("Run All Cells", exact=True).click()
        shown.explorer(every_explorer.ALL[-1]).wait_for()
        yield shown


@pytest.fixture(scope="module")
def voila(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    notebook = all_explorers(tmp_path_factory.mktemp("voila") / "all.ipynb")
    with live_servers.voila(notebook) as address, watched(browser) as shown:
        shown.page.goto(address)
        shown.explorer(every_explorer.ALL[-1]).wait_for()
        yield shown


@pytest.fixture(params=["jupyterlab", "voila"])
def place(request: pytest.FixtureRequest) -> Shown:
    return request.getfixturevalue(request.param)


def picture(explorer: Locator) -> str:
    return explorer.locator("svg[role=img]").first.inner_html()


def press_a_key(explorer: Locator) -> None:
    sliders = explorer.locator("input[type=range]")
    if sliders.count():
        sliders.first.press("ArrowRight")
    else:
        explorer.locator("select").first.press("ArrowDown")


def click(explorer: Locator) -> None:
    sliders = explorer.locator("input[type=range]")
    if sliders.count():
        place = sliders.first.bounding_box()
        is_left = sliders.first.evaluate("(one) => one.valueAsNumber - one.min < one.max - one.valueAsNumber")
        far = 0.9 if is_left else 0.1  # a click on the thumb moves nothing
        sliders.first.click(position={"x": far * place["width"], "y": place["height"] / 2})
    else:
        explorer.get_by_role("rowheader").nth(3).click()


def type_a_number(explorer: Locator) -> None:
    box = explorer.locator("input[type=number]").first
    least = float(box.get_attribute("min") or 0)
    typed = [f"{least + step:g}" for step in (1, 2)]
    box.fill(typed[box.input_value() == typed[0]])


@pytest.mark.parametrize("name", every_explorer.ALL)
def test_an_explorer_answers(place: Shown, name: str) -> None:
    explorer = place.explorer(name)
    explorer.wait_for()
    explorer.scroll_into_view_if_needed()
    first = picture(explorer)
    for move in (press_a_key, click, type_a_number):
        if move is type_a_number and name == "cohort_explorer":
            assert explorer.locator("input").count() == 0  # it is all choices
            continue
        before = picture(explorer)
        move(explorer)
        assert picture(explorer) != before, move.__name__
    explorer.get_by_role("button", name="Reset").click()
    assert picture(explorer) == first
    expect(explorer.get_by_role("button", name="Reset")).to_be_focused()
    assert place.wrong == []
