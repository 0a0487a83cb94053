"""The formula explorer as its readers meet it: from disk with the network off, on wide and narrow, light and dark."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from controls import box, message, slider
from playwright.sync_api import Locator, Page, expect
from screens import SCREENS

import crrkit as crr
from crrkit.ground.languages import format_number, format_percent, use_language
from crrkit.widgets.bench.explorer import module_text
from crrkit.widgets.formula import FormulaExplorer
from crrkit.widgets.formula.still import ROOM, bars
from crrkit.widgets.static import static_page

OpenPage = Callable[..., Page]


@pytest.fixture
def page_file(tmp_path: Path) -> Path:
    path = tmp_path / "explorer.html"
    path.write_text(static_page([FormulaExplorer(start=70, lost=10, new=30)], title="The formula"), encoding="utf-8")
    return path


def bar_height(page: Page, name: str) -> float:
    return page.locator(f"rect[data-bar={name}]").bounding_box()["height"]


def formula(page: Page) -> Locator:
    return page.locator("[aria-live=polite][aria-atomic=true]")


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_an_arrow_key_moves_the_numbers_and_the_picture(
    open_page: OpenPage, page_file: Path, width: int, scheme: str
) -> None:
    page = open_page(page_file, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert bar_height(page, "lost") == pytest.approx(ROOM * 10 / 100, abs=1.5)  # the stroke is part of the box
    slider(page, "Lost by the end").focus()
    page.keyboard.press("ArrowRight")
    expect(box(page, "Lost by the end")).to_have_value("11")
    expect(formula(page)).to_contain_text("CRR = (89 − 30) / 70 = 84.3%")
    assert bar_height(page, "lost") == pytest.approx(ROOM * 11 / 100, abs=1.5)
    assert bar_height(page, "kept-before") == bar_height(page, "kept-after") == pytest.approx(ROOM * 59 / 100, abs=0.1)
    expect(page.get_by_role("img")).to_have_accessible_name(
        "Customers at the start: 70. Lost: 11, kept: 59, new: 30. At the end: 89."
    )


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_everything_fits_can_be_touched_and_stands_out(
    open_page: OpenPage, page_file: Path, width: int, scheme: str
) -> None:
    page = open_page(page_file, viewport={"width": width, "height": 800}, color_scheme=scheme)
    for value in ("70", "1000000000"):
        box(page, "Customers at the start").fill(value)
        box(page, "New at the end").fill(value)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        outside = page.locator("svg text").evaluate_all(
            "(all) => all.map((one) => one.getBoundingClientRect()).filter((r) => r.left < 0 || r.right > innerWidth)"
        )
        assert outside == []
    for target in page.locator("input, button").all():
        place = target.bounding_box()
        assert min(place["width"], place["height"]) >= 24
    ink = page.locator(".crrkit-formula").evaluate("(one) => getComputedStyle(one).color")
    assert ink == ("rgb(0, 0, 0)" if scheme == "light" else "rgb(255, 255, 255)")


def test_new_customers_do_not_move_the_rate_nor_the_kept_base(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    before = bar_height(page, "kept-after")
    slider(page, "New at the end").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(formula(page)).to_contain_text("CRR = (95 − 35) / 70 = 85.7%")
    assert bar_height(page, "kept-after") == before


def test_the_mouse_drags_a_slider(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    place = slider(page, "Lost by the end").bounding_box()
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(box(page, "Lost by the end")).to_have_value("35")
    expect(formula(page)).to_contain_text("(65 − 30) / 70 = 50.0%")


def test_a_number_box_takes_any_whole_number_and_the_sliders_grow(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    expect(slider(page, "Customers at the start")).to_have_attribute("max", "150")
    box(page, "Customers at the start").fill("1000000")
    expect(slider(page, "Customers at the start")).to_have_attribute("max", "2000000")
    expect(slider(page, "Customers at the start")).to_have_js_property("value", "1000000")
    expect(slider(page, "Customers at the start")).to_have_attribute("aria-valuetext", "1,000,000")
    expect(slider(page, "Lost by the end")).to_have_attribute("max", "1000000")
    expect(formula(page)).to_contain_text("(1,000,020 − 30) / 1,000,000 = 100.0%")


@pytest.mark.parametrize("typed", ["-1", "1.5", "1000000001", ""])
def test_what_is_no_whole_number_is_told_and_left_as_typed(open_page: OpenPage, page_file: Path, typed: str) -> None:
    page = open_page(page_file)
    new = box(page, "New at the end")
    new.fill(typed)
    expect(message(page)).to_have_text("A whole number from 0 to 1,000,000,000 is needed. Until then 30 stands.")
    expect(new).to_have_value(typed)
    expect(new).to_have_attribute("aria-invalid", "true")
    expect(new).to_have_accessible_description(message(page).inner_text())
    expect(formula(page)).to_contain_text("(90 − 30) / 70 = 85.7%")
    new.fill("31")
    expect(message(page)).to_be_empty()
    expect(formula(page)).to_contain_text("(91 − 31) / 70 = 85.7%")


def test_letters_in_a_number_box_are_told_too(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    box(page, "New at the end").focus()
    page.keyboard.type("e")  # the one letter that a browser lets into a number
    expect(message(page)).to_contain_text("A whole number from 0 to 1,000,000,000 is needed.")


def test_more_lost_than_there_were_is_refused_until_start_allows_it(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    lost = box(page, "Lost by the end")
    lost.fill("71")
    expect(message(page)).to_have_text(
        "71 is more than the 70 of the start, and only they can be lost. Until it fits, 10 stands."
    )
    expect(lost).to_have_value("71")
    expect(formula(page)).to_contain_text("(90 − 30) / 70 = 85.7%")
    box(page, "Customers at the start").fill("81")
    expect(message(page)).to_be_empty()
    expect(lost).not_to_have_attribute("aria-invalid", "true")
    expect(formula(page)).to_contain_text("(40 − 30) / 81 = 12.3%")


def test_lost_follows_a_falling_start_says_so_and_comes_back(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    start = box(page, "Customers at the start")
    start.fill("8")  # on the way to 80
    expect(message(page)).to_have_text("Lost went down to 8: only those who were there at the start can be lost.")
    expect(box(page, "Lost by the end")).to_have_value("8")
    start.fill("80")
    expect(message(page)).to_be_empty()
    expect(box(page, "Lost by the end")).to_have_value("10")


def test_at_the_end_of_its_way_the_lost_slider_says_why(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    slider(page, "Lost by the end").focus()
    page.keyboard.press("End")
    expect(formula(page)).to_contain_text("(30 − 30) / 70 = 0.0%")
    page.keyboard.press("ArrowRight")
    expect(message(page)).to_have_text("All 70 of the start are lost already; nobody else can be.")


def test_with_nobody_at_the_start_the_rates_are_undefined(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    box(page, "Customers at the start").fill("0")
    expect(formula(page)).to_contain_text("CRR = (30 − 30) / 0 = –")
    expect(formula(page)).to_contain_text("nobody at the start, so there was nobody to keep")
    assert page.locator("dd").all_inner_texts() == ["–", "–", "30"]


def test_reset_returns_to_the_start_state(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    box(page, "Customers at the start").fill("1000")
    box(page, "Lost by the end").fill("700")
    box(page, "New at the end").fill("-3")
    page.get_by_role("button", name="Reset").click()
    expect(message(page)).to_have_text("The first numbers are back.")
    assert [one.input_value() for one in page.get_by_role("spinbutton").all()] == ["70", "10", "30"]
    expect(page.locator("[aria-invalid]")).to_have_count(0)
    expect(slider(page, "Customers at the start")).to_have_attribute("max", "150")
    expect(formula(page)).to_contain_text("(90 − 30) / 70 = 85.7%")
    box(page, "Customers at the start").fill("8")
    box(page, "Customers at the start").fill("80")
    expect(box(page, "Lost by the end")).to_have_value("10")  # the 700 of before is forgotten


@pytest.mark.parametrize("allowed", [True, False])
def test_copy_as_code_gives_the_line_that_python_gives(open_page: OpenPage, page_file: Path, *, allowed: bool) -> None:
    page = open_page(page_file, permissions=["clipboard-read", "clipboard-write"] if allowed else [])
    if not allowed:
        page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    box(page, "Lost by the end").fill("21")
    page.get_by_role("button", name="Copy as code").click()
    line = FormulaExplorer(start=70, lost=21, new=30).code
    expect(message(page)).to_have_text(f"{'Copied:' if allowed else 'Copy this line:'} {line}")
    took = "navigator.clipboard.readText()" if allowed else "getSelection().toString()"
    assert page.evaluate(took) == line
    assert eval(line, {"crr": crr}).crr == pytest.approx(0.7)  # noqa: S307 - the line that was just compared


def test_the_keyboard_reaches_everything_and_focus_is_seen(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    slider(page, "Customers at the start").wait_for()
    seen = []
    for _ in range(8):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("[document.activeElement.type, getComputedStyle(document.activeElement).outlineStyle]")
        )
    assert seen == [*[["range", "solid"], ["number", "solid"]] * 3, ["button", "solid"], ["button", "solid"]]


def test_in_print_the_numbers_and_the_picture_stay(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    page.emulate_media(media="print")
    expect(page.get_by_role("img")).to_be_visible()
    expect(formula(page)).to_be_visible()
    expect(page.get_by_role("slider")).to_have_count(0)
    expect(page.get_by_role("button")).to_have_count(0)


def test_without_javascript_the_still_picture_stands(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file, java_script_enabled=False)
    expect(page.get_by_text("CRR = (90 − 30) / 70 = 85.7%")).to_be_visible()
    picture = page.get_by_role("img", name="Customers at the start: 70. Lost: 10, kept: 60, new: 30. At the end: 90.")
    assert picture.bounding_box()["height"] > 200


def test_a_strict_policy_that_lets_inline_scripts_and_blobs_through_is_enough(
    open_page: OpenPage, page_file: Path
) -> None:
    policy = "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src data:"
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    html = page_file.read_text(encoding="utf-8").replace('<meta charset="utf-8">', f'<meta charset="utf-8">{meta}')
    page_file.write_text(html, encoding="utf-8")
    page = open_page(page_file)
    slider(page, "New at the end").press("ArrowLeft")
    expect(formula(page)).to_contain_text("(89 − 29) / 70 = 85.7%")


def test_two_explorers_on_a_page_share_a_module_and_nothing_else(open_page: OpenPage, tmp_path: Path) -> None:
    both = [FormulaExplorer(start=70, lost=10, new=30), FormulaExplorer(start=1000, lost=300, new=500, lang="ru")]
    html = static_page(both, title="Two")
    assert html.count("export function account") == 1
    (tmp_path / "two.html").write_text(html, encoding="utf-8")
    page = open_page(tmp_path / "two.html")
    slider(page, "Потеряно к концу").focus()
    page.keyboard.press("ArrowRight")
    expect(formula(page).nth(1)).to_contain_text(
        "КУК = (1\N{NO-BREAK SPACE}199 − 500) / 1\N{NO-BREAK SPACE}000 = 69,9\N{NO-BREAK SPACE}%"
    )
    expect(formula(page).nth(0)).to_contain_text("(90 − 30) / 70 = 85.7%")
    ids = page.locator("[id]").evaluate_all("(all) => all.map((one) => one.id)")
    assert len(ids) == len(set(ids))


def thousand_inputs() -> list[dict[str, int]]:
    dice = random.Random(20240701)  # noqa: S311 - repeatable, not secret
    inputs = [{"start": 0, "lost": 0, "new": 0}, {"start": 0, "lost": 0, "new": 10**9}]
    inputs += [{"start": n, "lost": n, "new": n} for n in (1, 7, 400, 10**9)]
    inputs += [
        {"start": 400, "lost": lost, "new": 1} for lost in range(0, 400, 7)
    ]  # 49/400: halves of a tenth of a percent
    while len(inputs) < 1000:
        start = dice.randint(0, 10 ** dice.randint(0, 9))
        inputs.append(
            {"start": start, "lost": dice.randint(0, start), "new": dice.randint(0, 10 ** dice.randint(0, 9))}
        )
    return inputs


@pytest.mark.surface
def test_the_browser_computes_what_python_computes(open_page: OpenPage, page_file: Path) -> None:
    inputs = thousand_inputs()
    answers = open_page(page_file).evaluate(
        """async ([source, inputs]) => {
            const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            const { account, bars, speaker } = await import(url);
            const says = ["en", "ru"].map(speaker);
            const ink = ({ end, crr }) => says.map((say) => [say.number(end), say.percent(crr)]);
            return inputs.map((one) => ({ ...account(one), bars: bars(one), ink: ink(account(one)) }));
        }""",
        [module_text(FormulaExplorer.folder), inputs],
    )
    for given, answer in zip(inputs, answers, strict=True):
        counts = crr.solve_counts(**given)
        for name in ("end", "kept", "crr", "churn"):
            assert answer[name] == pytest.approx(getattr(counts, name), rel=1e-9, abs=1e-9, nan_ok=True), (given, name)
        drawn = {name: (bar.column, bar.y, bar.height) for name, bar in bars(counts).items()}
        shown = {name: (bar["column"], bar["y"], bar["height"]) for name, bar in answer["bars"].items()}
        assert shown == {name: pytest.approx(bar, abs=1e-9) for name, bar in drawn.items()}, given
        assert answer["ink"] == [ink(counts, lang) for lang in ("en", "ru")], given


def ink(counts: crr.Counts, lang: str) -> list[str]:
    with use_language(lang):
        return [format_number(counts.end), format_percent(counts.crr) if counts.start else "–"]
