"""The rule explorer in a browser: it asks when a control is let go, waits in sight, and shows what comes back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from screens import DESK_AND_TELEPHONE

import crrkit as crr
from crrkit.widgets.bench.explorer import module_text, style_text
from crrkit.widgets.stage_rule import StageRuleExplorer
from crrkit.widgets.static import static_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    OpenPage = Callable[..., Page]

# A model whose other side is Python's answers, given when the test says so.
KERNEL = """
const state = JSON.parse(document.getElementById("state").textContent);
const answers = JSON.parse(document.getElementById("answers").textContent);
const names = ["lapse_days", "window_days", "k_long", "span_days"];
const listeners = new Map();
const of = (event) => listeners.get(event) ?? listeners.set(event, new Set()).get(event);
window.asked = [];
window.answer = () => {
  state._counted = answers[JSON.stringify(window.asked.at(-1))];
  of("change:_counted").forEach((listener) => listener());
};
const model = {
  get: (name) => state[name],
  set(name, value) { state[name] = value; of(`change:${name}`).forEach((listener) => listener()); },
  on: (event, listener) => of(event).add(listener),
  off: (event, listener) => of(event).delete(listener),
  save_changes() { window.asked.push(names.map((name) => state[name])); },
};
const source = JSON.parse(document.getElementById("source").textContent);
const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
const { default: explorer, shortestWindow } = await import(url);
window.shortestWindow = shortestWindow;
explorer.render({ model, el: document.getElementById("here") });
"""
RULES = [(90, 180, 3, 30), (91, 180, 3, 30), (90, 180, 2, 30), (90, 202, 3, 200), (180, 180, 3, 30)]


@pytest.fixture(scope="module")
def explorer() -> StageRuleExplorer:
    log = crr.read_orders(crr.sample("orders"), customer="client_id", at="ordered_at")
    return StageRuleExplorer(log)


@pytest.fixture
def page_file(tmp_path: Path, explorer: StageRuleExplorer) -> Path:
    first = dict(explorer.state)
    state = {**explorer.state, "lang": "en", "_counted": explorer._counted, "_live": True, "_initial": first,
             "_words": explorer._words}  # fmt: skip
    answers = {}
    for rule in RULES:
        explorer.set_state(dict(zip(explorer.names, rule, strict=True)))
        answers[json.dumps(rule, separators=(",", ":"))] = explorer._counted
    explorer.set_state(first)
    islands = {"state": state, "answers": answers, "source": module_text(StageRuleExplorer.folder)}
    parts = [
        f'<script type="application/json" id="{name}">{json.dumps(value).replace("<", chr(92) + "u003c")}</script>'
        for name, value in islands.items()
    ]
    style = f"<style>:root {{ color-scheme: light dark; }} {style_text(StageRuleExplorer.folder)}</style>"
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    path = tmp_path / "rule.html"
    body = f'<main><div id="here"></div></main>{"".join(parts)}<script type="module">{KERNEL}</script>'
    path.write_text(f"{head}<title>Rules</title>{style}{body}", encoding="utf-8")
    return path


@pytest.mark.parametrize(("width", "scheme"), DESK_AND_TELEPHONE)
def test_a_key_asks_waits_and_shows_the_answer(open_page: OpenPage, page_file: Path, width: int, scheme: str) -> None:
    page = open_page(page_file, viewport={"width": width, "height": 800}, color_scheme=scheme)
    results = page.locator("dl")
    slider = page.get_by_role("slider", name="Lapsed after so many days of silence")
    slider.wait_for()
    expect(results).to_have_attribute("aria-busy", "false")
    expect(page.locator("tr[data-stage=middle]")).to_have_text("middle297297")
    slider.press("ArrowRight")
    assert page.evaluate("window.asked") == [[91, 180, 3, 30]]
    expect(results).to_have_attribute("aria-busy", "true")
    expect(page.locator(".crrkit-sum")).to_contain_text("Counting in Python …")
    page.evaluate("window.answer()")
    expect(results).to_have_attribute("aria-busy", "false")
    expect(page.locator(".crrkit-sum")).to_contain_text("lapsed after 91 days of silence")
    expect(page.locator("[data-result=crr] dd")).to_have_text("88.7%")
    page.get_by_role("spinbutton", name="Lapsed after so many days of silence").fill("180")
    page.keyboard.press("Enter")
    page.wait_for_function("window.asked.length === 2")
    page.evaluate("window.answer()")
    expect(page.locator("[data-result=crr] dd")).to_have_text("91.4% (at first 88.7%)")
    expect(page.locator("[data-result=churn] dd")).to_have_text("8.6% (at first 11.3%)")
    expect(page.locator(".crrkit-sum")).to_contain_text("CRR 91.4%, churn 8.6%; under the first rule CRR was 88.7%.")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")] == []
    for target in page.locator("input, button").all():
        place = target.bounding_box()
        assert min(place["width"], place["height"]) >= 24


def test_dragging_asks_once_when_it_is_let_go(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    slider = page.get_by_role("slider", name="Lapsed after so many days of silence")
    place = slider.bounding_box()
    middle = place["y"] + place["height"] / 2
    page.mouse.move(place["x"] + place["width"] / 4, middle)
    page.mouse.down()
    for share in (0.3, 0.35, 0.4):
        page.mouse.move(place["x"] + place["width"] * share, middle)
    assert page.evaluate("window.asked") == []
    page.mouse.up()
    assert len(page.evaluate("window.asked")) == 1
    page.get_by_role("button", name="Reset").click()
    page.wait_for_function("window.asked.length === 2")  # a button lets nothing go, it is sent all the same
    assert page.evaluate("window.asked[1]") == [90, 180, 3, 30]


def test_the_window_follows_a_longer_span_and_says_so(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    page.get_by_role("spinbutton", name="At least so many days from the first to the last of them").fill("200")
    expect(page.get_by_role("status")).to_contain_text("The window went up to 202 days")
    page.keyboard.press("Enter")
    page.wait_for_function("window.asked.length === 1")
    assert page.evaluate("window.asked") == [[90, 202, 3, 200]]
    page.evaluate("window.answer()")
    expect(page.locator("dl")).to_have_attribute("aria-busy", "false")
    needed = page.evaluate(
        "[[2, 30], [3, 0], [40, 10]].map(([k, span]) => shortestWindow({ k_long: k, span_days: span }))"
    )
    for (days, span), window in zip([(2, 30), (3, 0), (40, 10)], needed, strict=True):
        crr.StageRule(window_days=window, k_long=days, span_days=span)
        with pytest.raises(crr.InputError):
            crr.StageRule(window_days=window - 1, k_long=days, span_days=span)


def test_the_code_is_that_of_python(open_page: OpenPage, page_file: Path, explorer: StageRuleExplorer) -> None:
    page = open_page(page_file)
    page.get_by_role("button", name="Copy as code").click()
    expect(page.locator(".crrkit-message code")).to_have_text(explorer.code)


def test_in_a_page_without_python_it_is_a_picture(
    open_page: OpenPage, tmp_path: Path, explorer: StageRuleExplorer
) -> None:
    (tmp_path / "still.html").write_text(static_page([explorer], title="Rules"), encoding="utf-8")
    page = open_page(tmp_path / "still.html", viewport={"width": 360, "height": 800})
    assert page.get_by_role("img").bounding_box()["height"] > 60
    expect(page.get_by_text("Python and the list are needed: open the notebook.")).to_be_visible()
    expect(page.get_by_role("slider")).to_have_count(0)
