"""`crrkit explore` in a real Voilà: a file is chosen, its columns are confirmed, and it stands under sliders."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).parent.parent.parent
HERE = "http://localhost:"
ROWS = ["client,date,total"] + [
    f"{who},2024-{month:02}-15,10" for month in range(1, 7) for who in "abc"[: 4 - month // 2]
]


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(ROWS), encoding="utf-8")
    return path


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(180_000)
    yield page
    context.close()


@pytest.fixture
def explored(tmp_path: Path) -> Callable[..., object]:
    """`crrkit explore …` in an empty folder, as a context, and the address that it says."""
    own = {"HOME": tmp_path, "JUPYTER_CONFIG_DIR": tmp_path, "JUPYTER_DATA_DIR": tmp_path, "IPYTHONDIR": tmp_path}
    environment = os.environ | {name: str(path) for name, path in own.items()} | {"PYTHONPATH": str(ROOT)}
    folder = tmp_path / "empty"
    folder.mkdir()

    @contextmanager
    def explored(*words: str) -> Iterator[str]:
        with subprocess.Popen(
            [sys.executable, "-m", "crrkit", "explore", *words, "--no-open"],
            cwd=folder, env=environment, stdout=-1, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
        ) as crrkit:  # fmt: skip
            try:
                assert crrkit.stdout
                yield next(line for line in crrkit.stdout if HERE in line).split()[-1]
            finally:
                crrkit.terminate()
        assert list(folder.iterdir()) == []

    return explored


def watched(page: Page) -> list[str]:
    """What goes wrong on a page, and what it asks of elsewhere."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: asked.url.startswith(("data:", "blob:", HERE)) or wrong.append(asked.url))
    return wrong


def test_a_file_is_chosen_its_columns_are_confirmed_and_it_is_explored(
    explored: Callable[..., object], page: Page, orders: Path
) -> None:
    wrong = watched(page)
    with explored("--lang", "en") as address:
        page.goto(address)
        expect(page.get_by_role("heading", name="Which list?")).to_be_visible()
        page.get_by_label("Drop a file here").set_input_files(orders)
        expect(page.get_by_text("orders.csv: Column 'date' holds one moment a row: purchases.")).to_be_visible()
        expect(page.get_by_label("Who: the customer")).to_have_value("client")
        expect(page.get_by_label("Rows are")).to_have_value("orders")
        page.get_by_label("When it happened").select_option("total")
        page.get_by_role("button", name="Open under sliders").click()
        expect(page.get_by_role("status").filter(has_text="unreadable date")).to_be_visible()
        page.get_by_label("When it happened").select_option("date")
        page.get_by_role("button", name="Open under sliders").click()
        expect(page.get_by_role("slider").first).to_be_visible()
        found = Axe().run(page).response["violations"]
        assert [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")] == []
    assert wrong == []


def test_a_file_is_a_page_at_once(explored: Callable[..., object], page: Page, orders: Path) -> None:
    wrong = watched(page)
    with explored(str(orders), "--app", "--lang", "ru") as address:
        page.goto(address)
        expect(page).to_have_title("Что говорит мой собственный список?")
        expect(page.get_by_role("slider").first).to_be_visible()
        expect(page.get_by_text("write_report")).to_have_count(0)
    assert wrong == []
