"""From the key to the pixels, in every explorer that computes in the browser."""

import random
import statistics
from collections.abc import Callable
from pathlib import Path

import every_explorer
import pytest
from playwright.sync_api import Locator, Page

from crrkit.widgets import static_page

pytestmark = pytest.mark.alone
OpenPage = Callable[..., Page]
LIMIT = 20  # milliseconds, in the median
PRESSES, ROUNDS = 50, 3
FRAME = 17  # milliseconds: readers do not wait for the beginning of a frame before they press a key
WATCH = """() => {
    window.waits = [];
    addEventListener("keydown", ({ timeStamp }) => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel(); // answers after the frame is painted
        port1.onmessage = () => window.waits.push(performance.now() - timeStamp);
        port2.postMessage(0);
    }), { capture: true });
}"""


def main_control(page: Page) -> tuple[Locator, tuple[str, str]]:
    """The first slider, or the longest list: what a reader walks through by key; and the keys there and back."""
    slider = page.locator(".crrkit-ui input[type=range]")
    if slider.count():
        return slider.first, ("ArrowRight", "ArrowLeft")
    lists = page.locator(".crrkit-ui select").all()
    return max(lists, key=lambda each: each.locator("option").count()), ("ArrowDown", "ArrowUp")


def median_of_a_round(page: Page, keys: tuple[str, str], dice: random.Random) -> float:
    page.evaluate("window.waits.length = 0")
    for press in range(PRESSES):
        page.wait_for_timeout(dice.uniform(0, FRAME))
        page.keyboard.press(keys[press % 2])
        page.wait_for_function("(n) => window.waits.length === n", arg=press + 1)
    return statistics.median(page.evaluate("window.waits"))


@pytest.mark.parametrize("name", every_explorer.ALL)
def test_key_to_pixels(open_page: OpenPage, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "page.html").write_text(static_page([every_explorer.explorer(name)], title="One"), encoding="utf-8")
    page = open_page(tmp_path / "page.html")
    shown = page.locator(".crrkit-ui")
    shown.wait_for()
    control, keys = main_control(page)
    control.focus()
    before = shown.inner_text()
    page.keyboard.press(keys[0])
    assert shown.inner_text() != before
    page.keyboard.press(keys[1])
    assert shown.inner_text() == before
    page.evaluate(WATCH)
    dice = random.Random(7)  # noqa: S311 - repeatable, not secret
    medians: list[float] = []
    while min(medians, default=LIMIT) >= LIMIT and len(medians) < ROUNDS:  # other work on the machine only adds
        medians.append(median_of_a_round(page, keys, dice))
    with capsys.disabled():
        print(f"\n{name}, key to pixels: median {min(medians):.1f} ms of {PRESSES} presses")  # noqa: T201 - the measurement
    assert min(medians) < LIMIT
