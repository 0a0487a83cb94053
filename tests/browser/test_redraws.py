"""A key is answered at once and by one redraw, in every explorer that computes in the browser.

How many milliseconds that takes depends on the machine: `make bench` measures it, in benchmarks/explorers.py.
"""

from collections.abc import Callable
from pathlib import Path

import every_explorer
import pytest
from playwright.sync_api import Page

from crrkit.widgets.static import static_page

OpenPage = Callable[..., Page]
PRESSES = 10
ALL_IN_SIGHT = {"width": 1280, "height": 4000}  # what is out of sight may be drawn a moment later
# An observer is told once of all that a task of the browser changed: two redraws would be two calls.
WATCH = """() => {
    const shown = document.querySelector(".crrkit-ui");
    window.redraws = [];
    window.seen = [];
    const changes = { childList: true, subtree: true, characterData: true };
    new MutationObserver((found) => window.redraws.push(found.length)).observe(shown, changes);
    const look = () => window.seen.push(shown.innerText);
    addEventListener("keydown", () => requestAnimationFrame(look), { capture: true });
}"""


FIRST, *OTHERS = every_explorer.ALL


@pytest.mark.parametrize("name", [pytest.param(FIRST, marks=pytest.mark.surface), *OTHERS])
def test_a_key_is_one_redraw_before_the_next_frame(open_page: OpenPage, tmp_path: Path, name: str) -> None:
    (tmp_path / "page.html").write_text(static_page([every_explorer.explorer(name)], title="One"), encoding="utf-8")
    page = open_page(tmp_path / "page.html", viewport=ALL_IN_SIGHT)
    shown = page.locator(".crrkit-ui")
    shown.wait_for()
    control, keys = every_explorer.main_control(page)
    control.focus()
    before = shown.inner_text()
    page.keyboard.press(keys[0])
    after = shown.inner_text()
    assert after != before
    page.keyboard.press(keys[1])
    assert shown.inner_text() == before
    page.evaluate(WATCH)
    for press in range(PRESSES):
        page.keyboard.press(keys[press % 2])
        page.wait_for_function("(n) => window.seen.length === n", arg=press + 1)
    assert page.evaluate("window.seen") == [after, before] * (PRESSES // 2)
    assert len(page.evaluate("window.redraws")) == PRESSES
