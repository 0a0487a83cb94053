"""What axe-core can find out by itself: nothing serious or critical on any page that crrkit makes."""

from collections.abc import Callable
from pathlib import Path

import every_explorer
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

import crrkit as crr
from crrkit.widgets.static import static_page
from scripts.normalise_notebooks import COURSE

OpenPage = Callable[..., Page]
GRAVE = {"serious", "critical"}
NOTEBOOKS = sorted(str(path.relative_to(COURSE)) for path in COURSE.glob("*/*.ipynb"))
OUTPUTS = {"include": [[".jp-OutputArea-output"]]}  # the rest of the page, with its pale In [1]:, is nbconvert's

schemes = pytest.mark.parametrize("scheme", ["light", "dark"])


def found(page: Page, context: dict[str, list[list[str]]] | None = None) -> list[str]:
    """What is wrong, and where."""
    rules = Axe().run(page, context).response["violations"]
    return [
        f"{rule['impact']} {rule['id']}: {place['html'][:200]}\n{place['failureSummary']}"
        for rule in rules
        if rule["impact"] in GRAVE
        for place in rule["nodes"]
    ]


def test_a_page_that_is_wrong_is_found_out(open_page: OpenPage, tmp_path: Path) -> None:
    text = "<p style='color: #999'>pale<input type='range'><img src='data:,'></p>"
    (tmp_path / "wrong.html").write_text(f"<!doctype html><html lang='en'><title>Wrong</title><main>{text}</main>")
    wrong = found(open_page(tmp_path / "wrong.html"))
    assert sorted(one.split()[1] for one in wrong) == ["color-contrast:", "image-alt:", "label:"]


@schemes
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("name", every_explorer.ALL)
def test_an_explorer(open_page: OpenPage, tmp_path: Path, name: str, width: int, scheme: str) -> None:
    explorer = every_explorer.explorer(name)
    (tmp_path / "page.html").write_text(static_page([explorer], title="An explorer"), encoding="utf-8")
    page = open_page(tmp_path / "page.html", viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.locator(".crrkit-ui").wait_for()
    assert found(page) == []


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", amount="total")
    return crr.write_report(base, every="month", out=tmp_path_factory.mktemp("report") / "report.html", lang="ru").out


@schemes
@pytest.mark.parametrize("width", [1280, 360])
def test_the_report(open_page: OpenPage, report: Path, width: int, scheme: str) -> None:
    page = open_page(report, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.locator(".crrkit-ui").first.wait_for()
    for folded in page.locator("summary").all():
        folded.click()
    assert found(page) == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_lesson_saved_as_a_page(open_lesson: OpenPage, name: str) -> None:
    assert found(open_lesson(name), OUTPUTS) == []
