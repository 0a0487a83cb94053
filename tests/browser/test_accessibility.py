"""What axe-core can find out by itself: nothing serious or critical on any page that crrkit makes."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import every_explorer
import pytest
from accessible import grave
from playwright.sync_api import Page, expect

from crrkit.widgets.static import static_page

OpenPage = Callable[..., Page]

screens = pytest.mark.parametrize(("width", "scheme"), list(product((1280, 360), ("light", "dark"))))


def test_a_page_that_is_wrong_is_found_out(open_page: OpenPage, tmp_path: Path) -> None:
    text = "<p style='color: #999'>pale<input type='range'><img src='data:,'></p>"
    (tmp_path / "wrong.html").write_text(f"<!doctype html><html lang='en'><title>Wrong</title><main>{text}</main>")
    wrong = grave(open_page(tmp_path / "wrong.html"))
    assert sorted(one.split()[1] for one in wrong) == ["color-contrast:", "image-alt:", "label:"]


@pytest.fixture(scope="module")
def explorers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = tmp_path_factory.mktemp("explorers") / "page.html"
    shown = [every_explorer.explorer(name) for name in every_explorer.ALL]
    page.write_text(static_page(shown, title="Every explorer"), encoding="utf-8")
    return page


@screens
def test_every_explorer(open_page: OpenPage, explorers: Path, width: int, scheme: str) -> None:
    page = open_page(explorers, viewport={"width": width, "height": 900}, color_scheme=scheme)
    expect(page.locator(".crrkit-ui")).to_have_count(len(every_explorer.ALL))
    assert grave(page) == []


@screens
def test_the_report(open_page: OpenPage, reports: dict[str, Path], width: int, scheme: str) -> None:
    lang = "en" if scheme == "light" else "ru"
    page = open_page(reports[lang], viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.locator(".crrkit-ui").first.wait_for()
    for folded in page.locator("summary:visible").all():
        folded.click()
    assert grave(page) == []


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_report_on_paper(open_page: OpenPage, reports: dict[str, Path], lang: str) -> None:
    page = open_page(reports[lang], viewport={"width": 680, "height": 960})
    page.locator(".crrkit-ui").first.wait_for()
    page.emulate_media(media="print")
    assert grave(page) == []
