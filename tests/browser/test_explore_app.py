"""`crrkit explore` in a real Voilà: a file is chosen, its columns are confirmed, and it stands under sliders."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

import crrkit as crr

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
        page.get_by_role("button", name="Open with sliders").click()
        expect(page.get_by_role("status").filter(has_text="unreadable date")).to_be_visible()
        page.get_by_label("When it happened").select_option("date")
        page.get_by_role("button", name="Open with sliders").click()
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


class Acts:
    """What a person does, counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.done: list[str] = []

    def press(self, role: str, name: str) -> None:
        self.done.append(f"press {name}")
        self.page.get_by_role(role, name=name).first.click()  # the list stands above all

    def check(self, name: str) -> None:
        self.done.append(f"choose {name}")
        self.page.get_by_role("radio", name=name, exact=True).check()

    def type(self, name: str, text: str) -> None:
        self.done.append(f"type {text} into {name}")
        box = self.page.get_by_role("spinbutton", name=name)
        box.fill(text)
        box.press("Enter")


def test_the_whole_story_from_one_command_to_a_shared_page(
    explored: Callable[..., object], page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    """A stranger's four questions by sliders alone, and a page for the others: nine acts, and nothing is asked."""
    orders = tmp_path / "orders.csv"
    orders.write_bytes(Path(crr.sample_path("orders")).read_bytes())
    expected = crr.explore(orders, by="region", every="month")
    wrong, acts = watched(page), Acts(page)
    acts.done.append("crrkit explore orders.csv --by region --app")
    with explored(str(orders), "--by", "region", "--app", "--lang", "en") as address:
        page.goto(address)  # the browser opens it by itself
        sentence = page.locator(".crrkit-list-sentence")
        acts.check("month")
        expect(sentence).to_contain_text("in December 2024")
        days = int(re.search(r"\d+", sentence.inner_text())[0])
        expected.silence = days

        # Which silence makes our rate 80 %?
        rates = expected.by_silence.dropna()
        best = rates.loc[(rates["crr"] - 0.8).abs().idxmin()]
        acts.type("Which limit gives a rate of", "80")
        said = f"With {best['silence']:.0f} days of silence allowed we kept {best['crr']:.1%}"
        expect(sentence).to_contain_text(said)
        acts.press("button", "Step back")
        expect(sentence).to_contain_text(f"With {days} days of silence allowed we kept")

        # What would one more regular in ten bring in a year?
        acts.press("button", "one regular (long) in ten more stays")
        future = expected.model.project(12, scenario=crr.Scenario(retention_long=more_by(expected))).table.iloc[-1]
        said = page.locator(".crrkit-list-of-whatif .crrkit-list-said")
        expect(said).to_contain_text(f"{future['customers']:.0f} (")
        expect(said).to_contain_text("in a year (12 × month) instead of")

        # Which segment loses, and since when? Is December news? Both stand there.
        first = expected.by_segment.iloc[0]
        line = page.locator(".crrkit-list-of-segments tbody tr").first
        expect(line).to_contain_text(first["segment"])
        expect(line).to_contain_text(first["since"])
        expect(page.locator(".crrkit-list-of-line .crrkit-note")).to_contain_text("in December 2024 is no signal")

        acts.check("quarter")  # by the month single customers could be told
        acts.press("button", "Keep to compare")
        acts.press("button", "Copy as code")
        expect(page.locator(".crrkit-message code").first).to_contain_text("crr.retention_by_period(base")
        with page.expect_download() as given:
            acts.press("button", "Save as page")
        given.value.save_as(tmp_path / "list.html")
    shared = open_page(tmp_path / "list.html")
    told = shared.locator(".crrkit-list-sentence")
    expect(told).to_contain_text(f"With {days} days of silence allowed we kept")
    expected.every = "quarter"
    assert told.inner_text() in expected.shared().still()
    assert shared.locator(".crrkit-list-who code").count() == 0
    assert wrong == []
    assert len(acts.done) == 9, acts.done


def more_by(explorer: crr.ListExplorer) -> float:
    """One regular in ten more, as far as there is room."""
    return min(0.1, explorer.model.lever_room("retention_long")[1])
