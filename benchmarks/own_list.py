"""Latency from key press to pixels in ListExplorer, wherever it runs: a saved page, JupyterLab, Voilà.

    python benchmarks/own_list.py [limit for a median in milliseconds, 20 by default] [page jupyterlab voila]

Two years of purchases, over 60 values of the silence, eight segments. For each slider: the median time from key press
to the painted frame, which includes half a frame of waiting, and the work of the page's main thread per key press, by
Chromium's counters: for a single press, with everything that follows it, and while the key is held down. Other load on
the machine can only slow it down, so the best of three rounds counts. Also prints the size of the state sent to the
browser.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import nbformat
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import live_servers
from explorers import FRAME, WATCH
from long_lists import list_of_two_years

import crrkit as crr
from crrkit.widgets.static import static_page
from scripts import chromium
from scripts.bench import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, CDPSession, Locator, Page

PRESSES, ROUNDS = 20, 3
HELD = 33  # milliseconds from one key to the next while it is held down
QUIET = 250  # milliseconds after which a key press has no further effects
LARGEST_STATE = 300  # kB
CODE = f"""import sys; sys.path[:0] = {[str(Path(__file__).parent.parent), str(Path(__file__).parent.parent / "tests")]}
import crrkit as crr, long_lists
crr.ListExplorer(long_lists.list_of_two_years(), every="month", silence=90)"""
SLIDERS = {
    "silence": (("slider", "Who is a customer"), ("ArrowRight", "ArrowLeft")),
    "period": (("slider", "Period shown"), ("ArrowLeft", "ArrowRight")),
    "segment": (("combobox", "Segment"), ("ArrowDown", "ArrowUp")),
    "lever": (("slider", "Middle customers kept"), ("ArrowRight", "ArrowLeft")),
}
COUNTERS = {
    "all": "TaskDuration",
    "scripts": "ScriptDuration",
    "styles": "RecalcStyleDuration",
    "layout": "LayoutDuration",
}


class Round(NamedTuple):
    """The result of several presses of one slider, in milliseconds per key."""

    wall: float
    alone: dict[str, float]
    held: dict[str, float]


def main() -> int:
    """Measure each slider in each environment."""
    limits = [float(word) for word in sys.argv[1:] if word[:1].isdigit()]
    limit, named = limits[0] if limits else 20.0, [word for word in sys.argv[1:] if word in PLACES]
    slow = [] if the_state() < LARGEST_STATE else ["the state"]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox", "--disable-gpu"])
        for place in named or PLACES:
            own = Path(folder) / place
            own.mkdir()
            with PLACES[place](own, browser) as page:
                for name, median in measured(page, place):
                    slow += [name] if median >= limit else []
        browser.close()
    print(f"{limit:g} ms or more: {', '.join(slow)}" if slow else f"all below {limit:g} ms")
    return int(bool(slow))


def the_state() -> float:
    """The size of the state sent to the browser, in kB."""
    explorer = crr.ListExplorer(list_of_two_years(), every="month", silence=90)
    size = len(json.dumps(explorer.page_state)) / 1000
    steps = f"{len(explorer.choices['silences'])} silences in {len(explorer.choices['segments'])} segments"
    record(f"state of ListExplorer, {steps}", [size], unit="kB")
    return size


def measured(page: Page, place: str) -> Iterator[tuple[str, float]]:
    """The best of several rounds for each slider."""
    page.evaluate(WATCH)
    counters = page.context.new_cdp_session(page)
    counters.send("Performance.enable", {"timeDomain": "threadTicks"})  # thread time: other load does not count
    for name, ((role, called), keys) in SLIDERS.items():
        control = page.locator(".crrkit-list").first.get_by_role(role, name=called, exact=role != "slider").first
        rounds = [one_round(page, counters, control, keys) for _ in range(ROUNDS)]
        wall = min(one.wall for one in rounds)
        record(f"{place}, {name}, key to pixels, median of {PRESSES}", [wall], unit="ms")
        for how in ("alone", "held"):
            work = min((getattr(one, how) for one in rounds), key=lambda one: one["all"])
            record(f"{place}, {name}, work of the page for a key {how}", [work["all"]], unit="ms")
            print("    of which", ", ".join(f"{part} {spent:.1f}" for part, spent in work.items() if part != "all"))
        print(f"    load {os.getloadavg()[0]:.1f}", flush=True)
        yield f"{place}, {name}", wall


def one_round(page: Page, counters: CDPSession, control: Locator, keys: tuple[str, str]) -> Round:
    """Press a key and its opposite, once separately and once as when held down."""
    control.focus()
    control.press(keys[0])
    control.press(keys[1])
    page.wait_for_timeout(2 * QUIET)
    walls, alone = spent(page, counters, keys, pause=QUIET)
    _, held = spent(page, counters, keys, pause=HELD)
    return Round(statistics.median(walls), alone, held)


def spent(
    page: Page, counters: CDPSession, keys: tuple[str, str], *, pause: float
) -> tuple[list[float], dict[str, float]]:
    """The latencies and the work per key; keys come at random moments of a frame, and the page does nothing else."""
    page.evaluate("window.waits.length = 0")
    dice, before = random.Random(7), counted(counters)
    for press in range(PRESSES):
        page.keyboard.press(keys[press % 2])
        page.wait_for_timeout(pause + dice.uniform(0, FRAME))
    after = counted(counters)
    page.wait_for_timeout(2 * QUIET)
    walls = page.evaluate("window.waits")
    assert len(walls) == PRESSES, f"{len(walls)} of {PRESSES} keys were answered"
    return walls, {name: 1000 * (after[name] - before[name]) / PRESSES for name in COUNTERS}


def counted(counters: CDPSession) -> dict[str, float]:
    """Chromium's counters of the main thread, in seconds."""
    found = {one["name"]: one["value"] for one in counters.send("Performance.getMetrics")["metrics"]}
    return {name: found[counter] for name, counter in COUNTERS.items()}


@contextmanager
def saved_page(folder: Path, browser: Browser) -> Iterator[Page]:
    """The full explorer in a saved page, without a kernel."""
    explorer = crr.ListExplorer(list_of_two_years(), every="month", silence=90)
    (folder / "list.html").write_text(static_page([explorer], title="A list"), encoding="utf-8")
    with shown(browser, (folder / "list.html").as_uri()) as page:
        yield page


@contextmanager
def jupyterlab(folder: Path, browser: Browser) -> Iterator[Page]:
    """A notebook in JupyterLab with its one cell executed."""
    with live_servers.jupyterlab(folder) as lab:
        notebook(lab.folder / "list.ipynb")
        with shown(browser, lab.address("list.ipynb"), run=True) as page:
            yield page


@contextmanager
def voila(folder: Path, browser: Browser) -> Iterator[Page]:
    """The same served by Voilà."""
    with live_servers.voila(notebook(folder / "list.ipynb")) as address, shown(browser, address) as page:
        yield page


PLACES = {"page": saved_page, "jupyterlab": jupyterlab, "voila": voila}


def notebook(path: Path) -> Path:
    """A notebook with one cell that creates the explorer."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CODE)], metadata=kernel)
    path.write_text(nbformat.writes(made), encoding="utf-8")
    return path


@contextmanager
def shown(browser: Browser, address: str, *, run: bool = False) -> Iterator[Page]:
    """A page with a usual screen size, once the explorer is shown."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(180_000)
    page.goto(address)
    if run:
        page.get_by_text("| Idle").wait_for()
        page.get_by_role("menubar").get_by_text("Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
    page.locator(".crrkit-list-sentence").wait_for()
    page.wait_for_timeout(10 * QUIET)
    yield page
    page.close()


if __name__ == "__main__":
    sys.exit(main())
