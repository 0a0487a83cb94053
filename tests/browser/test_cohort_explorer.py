"""The cohort explorer as its readers meet it: from disk with the network off, wide and narrow, light and dark."""

import math
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect
from screens import SCREENS

import crrkit as crr
from crrkit.read.bases.order_base import OrderBase
from crrkit.widgets.bench.explorer import module_text
from crrkit.widgets.cohorts import CohortExplorer
from crrkit.widgets.cohorts.state import CURVE_AVERAGES, default_cohorts
from crrkit.widgets.formula import FormulaExplorer
from crrkit.widgets.static import static_page

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def base() -> OrderBase:
    log = crr.sample("orders").assign(at=lambda rows: pd.to_datetime(rows["ordered_at"], errors="coerce"))
    first = log.groupby("client_id")["at"].transform("min")
    known = log[(first < "2023-09-01") | (first >= "2023-10-01")]  # nobody came first in September: an empty cohort
    return crr.read_orders(known, customer="client_id", at="at", amount="total", as_of="2024-02-15")


@pytest.fixture
def explorer(base: OrderBase) -> CohortExplorer:
    return CohortExplorer(base)


@pytest.fixture
def page_file(tmp_path: Path, explorer: CohortExplorer) -> Path:
    path = tmp_path / "cohorts.html"
    path.write_text(static_page([explorer], title="Cohorts"), encoding="utf-8")
    return path


def choice(page: Page, name: str) -> Locator:
    return page.get_by_role("combobox", name=name, exact=True)


def drawn(page: Page, name: str) -> dict[str, float]:
    """The points of a curve that are observed whole, as the page has them."""
    points = page.locator(f".crrkit-cohort-curves [data-marker={name}][data-state=seen]").evaluate_all(
        "(all) => all.map((one) => [one.dataset.column, Number(one.dataset.rate)])"
    )
    return dict(points)


def told(explorer: CohortExplorer, name: str) -> dict[str, float]:
    curves = explorer.curves
    return {age: rate for age, rate in zip(curves["age"], curves[name], strict=True) if not math.isnan(rate)}


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_an_arrow_key_changes_the_choice_the_words_and_the_picture(
    open_page: OpenPage, page_file: Path, explorer: CohortExplorer, width: int, scheme: str
) -> None:
    page = open_page(page_file, viewport={"width": width, "height": 800}, color_scheme=scheme)
    sentence = page.locator("[aria-live=polite][aria-atomic=true]")
    expect(sentence).to_have_text(explorer.sentence())
    before = page.locator(".crrkit-cohort-curves").inner_html()
    choice(page, "Cohort").focus()
    page.keyboard.press("ArrowDown")
    explorer.one = explorer.grid["cohorts"][1]
    expect(choice(page, "Cohort")).to_have_value(explorer.one)
    expect(sentence).to_have_text(explorer.sentence())
    assert page.locator(".crrkit-cohort-curves").inner_html() != before
    expect(page.get_by_role("img")).to_have_accessible_name(
        f"Curves of {explorer.one}, {explorer.other} and the average by age."
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for target in page.locator("select:visible, button").all():
        place = target.bounding_box()
        assert min(place["width"], place["height"]) >= 24
        assert place["x"] + place["width"] <= width


@pytest.mark.surface
def test_what_is_drawn_is_what_python_says_for_every_choice(
    open_page: OpenPage, page_file: Path, explorer: CohortExplorer
) -> None:
    page = open_page(page_file)
    names = {"kind": "Kind", "period": "Period", "value": "What is counted"}
    for grid, average in product(explorer._grids, CURVE_AVERAGES):
        with explorer.hold_trait_notifications():
            explorer.kind, explorer.period, explorer.value = grid["kind"], grid["period"], grid["value"]
            explorer.one, explorer.other = default_cohorts(grid)
            explorer.average = average
        for name in ("value", "kind", "period"):  # whatever gives way is chosen again
            choice(page, names[name]).select_option(grid[name])
        for name in ("value", "kind"):
            choice(page, names[name]).select_option(grid[name])
        choice(page, "Cohort").select_option(explorer.one)
        choice(page, "Against").select_option(explorer.other)
        choice(page, "Average").select_option(average)
        for line in ("one", "other", "average"):
            assert drawn(page, line) == pytest.approx(told(explorer, line), abs=1e-9), (explorer, line)
        expect(page.locator(".crrkit-cohort-sentence")).to_have_text(explorer.sentence())


def test_what_was_not_seen_is_no_number(open_page: OpenPage, page_file: Path, explorer: CohortExplorer) -> None:
    page = open_page(page_file)
    page.locator("tbody td").first.wait_for()
    cells = page.locator("tbody td[data-state]").evaluate_all(
        "(all) => all.map((one) => [one.dataset.state, one.innerText, one.dataset.rate ?? null])"
    )
    met = {state for state, _text, _rate in cells}
    assert met == {"seen", "running", "unseen", "empty"}
    assert {rate for state, _text, rate in cells if state in ("unseen", "empty")} == {None}
    assert not any("%" in text for state, text, _rate in cells if state in ("unseen", "empty"))
    states = "".join(row[1:] for row in explorer.grid["states"])
    assert [state for state, *_rest in cells].count("unseen") == states.count("u")
    hatched = page.locator("td[data-state=unseen]").first.evaluate("(one) => getComputedStyle(one).backgroundImage")
    assert "repeating-linear-gradient" in hatched
    running = page.locator("td[data-state=running]").first
    assert running.evaluate("(one) => [getComputedStyle(one).borderTopStyle, getComputedStyle(one).fontStyle]") == [
        "dashed", "italic",
    ]  # fmt: skip
    expect(running).to_contain_text("still running, in no average")  # said, where dashes are seen
    empty = page.get_by_role("row").filter(has_text="nobody in the cohort")
    assert empty.count() == explorer.grid["states"].count("e" * len(explorer.grid["columns"]))


def test_a_cell_says_what_it_counts_under_the_pointer(
    open_page: OpenPage, page_file: Path, explorer: CohortExplorer
) -> None:
    page = open_page(page_file)
    grid, at = explorer.grid, explorer.grid["first"] + 1
    cell = page.locator("tbody tr").first.locator("td[data-state]").nth(1)
    cell.hover()
    expect(cell).to_have_attribute("title", re.compile(f"^{grid['active'][0][at]} of {grid['sizes'][0]}: "))
    choice(page, "Kind").select_option("unbounded")
    cell.hover()
    expect(cell).to_have_attribute("title", re.compile(f"^{explorer._grids[1]['active'][0][at]} of "))
    running = page.locator("td[data-state=running] span").first
    running.hover()
    expect(page.locator("td[data-state=running]").first).to_have_attribute("title", re.compile(r"^\d+ of \d+: "))


def test_a_click_on_a_row_chooses_its_cohort(open_page: OpenPage, page_file: Path, explorer: CohortExplorer) -> None:
    page = open_page(page_file)
    cohort = explorer.grid["cohorts"][3]
    page.get_by_role("rowheader", name=cohort).click()
    expect(choice(page, "Cohort")).to_have_value(cohort)
    expect(page.locator("tr[data-chosen=one]")).to_contain_text(cohort)


def test_what_is_not_counted_together_gives_way_and_is_told(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    choice(page, "What is counted").select_option("revenue")
    expect(page.get_by_role("status")).to_be_empty()
    choice(page, "Kind").select_option("unbounded")
    expect(choice(page, "What is counted")).to_have_value("customers")
    expect(page.get_by_role("status")).to_have_text("That is not counted together; What is counted was changed too.")


STEPS = """async ([source, state, steps]) => {
    const { default: made } = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    const heard = {};
    const set = (name, value) => { state[name] = value; heard[`change:${name}`]?.(); };
    const on = (event, listener) => { heard[event] = listener; };
    const el = document.querySelector("main");
    made.render({ model: { get: (name) => state[name], set, on, off() {}, save_changes() {} }, el });
    const said = [];
    for (const [name, value] of steps) {
        set(name, value);
        await new Promise((done) => setTimeout(done)); // the next message of a kernel is a task of its own
        said.push([el.querySelector(".crrkit-cohort-sentence").textContent, state.one]);
    }
    return said;
}"""


def test_what_python_changes_step_by_step_can_be_drawn_at_each(
    open_page: OpenPage, tmp_path: Path, explorer: CohortExplorer
) -> None:
    (tmp_path / "empty.html").write_text("<!doctype html><html lang='en'><title>Empty</title><main></main>")
    page = open_page(tmp_path / "empty.html")
    before, state = explorer.one, explorer.page_state
    explorer.period = "quarter"  # sends the period, then the cohorts that take the place of months
    usual, quarters = explorer.sentence(), explorer.grid["cohorts"]
    explorer.one = quarters[1]
    steps = [["period", "quarter"], ["one", quarters[1]], ["other", explorer.other]]
    said = page.evaluate(STEPS, [module_text(CohortExplorer.folder), state, steps])
    assert said[0] == [usual, before]  # shown as it will be; to write it is Python's
    assert said[1:] == [[explorer.sentence(), quarters[1]]] * 2


def test_reset_returns_and_the_code_is_the_one_of_python(
    open_page: OpenPage, page_file: Path, explorer: CohortExplorer
) -> None:
    page = open_page(page_file)
    choice(page, "Period").select_option("quarter")
    page.get_by_role("button", name="Reset").click()
    expect(choice(page, "Period")).to_have_value("month")
    expect(choice(page, "Cohort")).to_have_value(explorer.one)
    page.get_by_role("button", name="Copy as code").click()
    expect(page.locator(".crrkit-message code")).to_have_text(explorer.code)


@pytest.mark.parametrize(("scheme", "paper"), [("light", "#ffffff"), ("dark", "#121212")])  # Chromium's own
def test_numbers_can_be_read_on_their_cells(open_page: OpenPage, page_file: Path, scheme: str, paper: str) -> None:
    page = open_page(page_file, color_scheme=scheme)
    page.locator("td[data-rate]").first.wait_for()
    worst = page.evaluate(
        """(paper) => {
            const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
            const paint = (...colors) => {
                canvas.clearRect(0, 0, 1, 1);
                for (const color of colors) { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); }
                return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
            };
            const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
            const light = (rgb) => rgb.reduce((sum, v, i) => sum + linear(v / 255) * [0.2126, 0.7152, 0.0722][i], 0);
            return Math.min(...[...document.querySelectorAll("td[data-rate]")].map((cell) => {
                const style = getComputedStyle(cell);
                const both = [style.backgroundColor, style.color].map((color) => light(paint(paper, color)));
                return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
            }));
        }""",
        paper,
    )
    assert worst >= 4.5


def test_the_triangle_scrolls_by_itself_and_by_keyboard(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file, viewport={"width": 360, "height": 800})
    region = page.get_by_role("region", name="Share of the cohort by age; the stronger the colour, the more")
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.crrkit-cohort-scroll').scrollLeft > 0")
    name = page.locator("tbody th").first.bounding_box()
    assert name["x"] >= 0  # the names stay


def test_without_scripts_the_still_picture_stays(
    open_page: OpenPage, page_file: Path, explorer: CohortExplorer
) -> None:
    page = open_page(page_file, java_script_enabled=False)
    expect(page.get_by_text(explorer.sentence())).to_be_visible()
    assert page.get_by_role("img").bounding_box()["height"] > 200


def test_it_shares_a_page_with_another_explorer(open_page: OpenPage, tmp_path: Path, base: OrderBase) -> None:
    both = [CohortExplorer(base, lang="ru"), FormulaExplorer()]
    (tmp_path / "two.html").write_text(static_page(both, title="Two"), encoding="utf-8")
    page = open_page(tmp_path / "two.html")
    expect(choice(page, "Когорта")).to_be_visible()
    expect(page.get_by_role("slider").first).to_be_visible()
    ids = page.locator("[id]").evaluate_all("(all) => all.map((one) => one.id)")
    assert len(ids) == len(set(ids))
