"""The report in a browser, opened from disk with the network off: it lives, it fits, it can be read in the dark."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from screens import surface

SIZES = {"desk": {"width": 1280, "height": 900}, "telephone": {"width": 360, "height": 740}}
OpenPage = Callable[..., Page]


DESK, TELEPHONE = (pytest.param(size, id=name) for name, size in SIZES.items())
both_sizes = pytest.mark.parametrize("size", [DESK, TELEPHONE])


@both_sizes
def test_an_arrow_key_moves_the_number_and_the_picture(
    open_page: OpenPage, reports: dict[str, Path], size: dict[str, int]
) -> None:
    page = open_page(reports["en"], viewport=size)
    explorer = page.locator("#formula-explorer")
    slider = explorer.locator("input[type=range]").nth(1)  # lost: 98 of 289
    slider.wait_for()
    before = explorer.inner_text(), explorer.locator("svg").inner_html()
    assert "66.1%" in before[0]
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(explorer).to_contain_text("65.7%")  # 190 of 289
    assert explorer.locator("svg").inner_html() != before[1]
    assert "In December 2024 we kept 191 of 289" in page.locator("h1").inner_text()  # the finding itself stands still


@pytest.mark.parametrize("lang", ["en", pytest.param("ru", marks=pytest.mark.pages)])
def test_the_first_picture_begins_on_the_first_screen_of_a_telephone(
    open_page: OpenPage, reports: dict[str, Path], lang: str
) -> None:
    """The findings in brief are folded there; on a wide screen and on paper they are open and cannot be folded."""
    page = open_page(reports[lang], viewport=SIZES["telephone"])
    briefs, unfold = page.locator("ul.brief"), page.locator("details.briefs > summary")
    expect(briefs).not_to_be_visible()
    assert page.locator("main .picture svg:visible").first.bounding_box()["y"] < SIZES["telephone"]["height"]
    expect(page.locator("header > .caveat").last).to_be_visible()  # what marks the number is not folded
    unfold.click()
    expect(briefs).to_be_visible()
    unfold.click()
    page.emulate_media(media="print")
    assert briefs.evaluate("(one) => one.checkVisibility({ contentVisibilityAuto: true })")
    page.emulate_media(media="screen")
    page.set_viewport_size(SIZES["desk"])
    expect(briefs).to_be_visible()
    expect(unfold).not_to_be_visible()


def test_a_wide_table_says_that_it_scrolls(open_page: OpenPage, reports: dict[str, Path]) -> None:
    page = open_page(reports["en"], viewport=SIZES["telephone"])
    hint = page.locator("#account .tools").get_by_text("more columns")
    expect(hint).to_be_visible()
    page.set_viewport_size(SIZES["desk"])
    expect(hint).not_to_be_visible()


def test_the_labels_of_a_picture_are_as_large_as_its_caption(open_page: OpenPage, reports: dict[str, Path]) -> None:
    page = open_page(reports["en"], viewport=SIZES["desk"])
    figure = page.locator("main figure:has(.picture)").first
    drawn = figure.locator("svg:visible").first
    scale = drawn.evaluate("(svg) => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width")
    sizes = drawn.locator("text").evaluate_all(
        "(all) => all.map((text) => parseFloat(getComputedStyle(text).fontSize))"
    )
    caption = figure.locator("figcaption").evaluate("(one) => parseFloat(getComputedStyle(one).fontSize)")
    assert sizes
    assert min(sizes) * scale > 0.9 * caption


@both_sizes
def test_the_cohorts_of_the_report_can_be_chosen(
    open_page: OpenPage, reports: dict[str, Path], size: dict[str, int]
) -> None:
    page = open_page(reports["en"], viewport=size)
    explorer = page.locator("#cohort-explorer")
    explorer.get_by_label("Cohort", exact=True).select_option("2023-03")
    expect(explorer).to_contain_text("of 2023-03")
    explorer.get_by_label("Kind").select_option("unbounded")
    explorer.get_by_label("Cohort", exact=True).select_option("2023-01")
    expect(explorer).to_contain_text("of 2023-01")
    assert page.locator("#cohorts h2").inner_text().startswith("Customers are lost most often in their first month")


@pytest.mark.parametrize(
    ("name", "scheme", "lang"),
    [
        pytest.param("telephone", "light", "en", marks=surface),
        *[one for one in product(SIZES, ("light", "dark"), ("en", "ru")) if one != ("telephone", "light", "en")],
    ],
)
def test_nothing_runs_over_the_edge(
    open_page: OpenPage, reports: dict[str, Path], name: str, scheme: str, lang: str
) -> None:
    size = SIZES[name]
    page = open_page(reports[lang], viewport=size, color_scheme=scheme)
    page.locator("#formula-explorer input[type=range]").first.wait_for()
    for folded in page.locator("summary:visible").all():
        folded.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    outside = """(width) => [...document.querySelectorAll("h1, h2, h3, p, dd, dt, figure > .picture, summary, footer")]
        .filter(e => e.getBoundingClientRect().right > width).map(e => e.textContent)"""
    assert page.evaluate(outside, size["width"]) == []


@surface
def test_a_telephone_breaks_no_usual_word_of_a_table_in_two(open_page: OpenPage, reports: dict[str, Path]) -> None:
    page = open_page(reports["en"], viewport=SIZES["telephone"])
    broken = """() => {
        const cells = "<td>135,080</td>".repeat(7);
        const row = `<tr><th scope='row'>United Kingdom, Екатеринбург</th>${cells}</tr>`;
        document.querySelector("#rows").insertAdjacentHTML(
            "beforeend", `<div class='scroll'><table><tbody>${row}</tbody></table></div>`);
        const text = [...document.querySelectorAll("#rows tbody th")].at(-1).firstChild;
        return [...text.data.matchAll(/[^ ]+/g)].filter(word => {
            const range = document.createRange();
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            return range.getClientRects().length > 1;
        }).map(word => word[0]);
    }"""
    assert page.evaluate(broken) == []


def test_on_paper_a_cohort_table_is_only_as_small_as_its_columns_ask(
    open_page: OpenPage, reports: dict[str, Path]
) -> None:
    page = open_page(reports["en"], viewport={"width": 700, "height": 1000})
    page.emulate_media(media="print")
    heights = """() => ["thead th", "tbody th"].map(name =>
        [...document.querySelectorAll(`.crrkit-cohort-table ${name}`)].find(e => e.textContent.trim())
        ).map(e => [getComputedStyle(e).fontSize, e.getBoundingClientRect().height])"""
    (head, _height), (size, small) = page.evaluate(heights)
    assert head == size
    assert page.evaluate("document.documentElement.scrollWidth") <= 700  # 24 months beside each other
    page.evaluate("""() => document.querySelectorAll(".crrkit-cohort-table tr").forEach(
        row => [...row.children].slice(6).forEach(cell => cell.remove()))""")
    (head, _height), (size, usual) = page.evaluate(heights)
    assert head == size
    assert usual > 1.3 * small


def test_the_contents_lead_to_the_sliders(open_page: OpenPage, reports: dict[str, Path]) -> None:
    page = open_page(reports["en"], viewport=SIZES["desk"])
    page.locator("nav").get_by_role("link", name="Try it").click()
    expect(page.locator("#formula-explorer")).to_be_in_viewport()


@both_sizes
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_picture_of_four_is_shown(
    open_page: OpenPage, reports: dict[str, Path], size: dict[str, int], scheme: str
) -> None:
    page = open_page(reports["en"], viewport=size, color_scheme=scheme)
    shown = page.evaluate("""() => [...document.querySelectorAll(".picture > svg")]
        .filter(e => getComputedStyle(e).display != "none")
        .map(e => ["light", "dark", "narrow", "wide"].filter(word => e.classList.contains(word)))""")
    assert shown == [[scheme, "narrow" if size["width"] == 360 else "wide"]] * 3


def test_on_paper_it_is_light_and_unfolded(open_page: OpenPage, reports: dict[str, Path]) -> None:
    page = open_page(reports["en"], viewport=SIZES["desk"], color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.locator(".picture > svg.light.wide").first.is_visible()
    assert not page.locator(".picture > svg.dark.wide").first.is_visible()
    assert page.locator("details .formula").first.is_visible()
    assert not page.locator("nav").is_visible()
    heads = page.locator("thead button").first  # with a box in it a head stands on the first page of its table alone
    assert heads.evaluate("head => getComputedStyle(head).display") == "contents"


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_on_paper_nothing_is_cut_and_each_part_has_a_page(
    open_page: OpenPage, reports: dict[str, Path], lang: str
) -> None:
    """A4 less its margins; what may not break must fit on a page, else a browser cuts it where the page ends."""
    page = open_page(reports[lang], viewport={"width": 680, "height": 990}, color_scheme="dark")
    page.locator("#formula-explorer input[type=range]").first.wait_for()
    page.emulate_media(media="print")
    cut = page.evaluate("""() => [...document.querySelectorAll("main *, footer")]
        .filter(one => getComputedStyle(one).breakInside === "avoid" && !one.matches("section"))
        .filter(one => one.getBoundingClientRect().height > 990 || one.getBoundingClientRect().right > 682)
        .map(one => one.outerHTML.slice(0, 80))""")
    assert cut == []
    loose = page.evaluate("""() => [...document.querySelectorAll("h2, h3, .label, :has(+ figure)")]
        .filter(one => getComputedStyle(one).breakAfter !== "avoid").map(one => one.textContent.slice(0, 80))""")
    assert loose == []
    parts = page.evaluate("""() => [...document.querySelectorAll("main > section, main > .part")]
        .filter(one => getComputedStyle(one).breakBefore === "page").length""")
    pages = page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    assert parts + 1 <= pages <= 2 * parts + 4, (parts, pages)


def test_a_lever_that_was_moved_is_a_what_if_on_paper(open_page: OpenPage, reports: dict[str, Path]) -> None:
    page = open_page(reports["en"], viewport=SIZES["desk"])
    said = "getComputedStyle(document.querySelector('figure:has(#formula-explorer)'), '::before').content"
    slider = page.locator("#formula-explorer input[type=range]").nth(1)
    slider.wait_for()
    page.emulate_media(media="print")
    assert page.evaluate(said) == "none"
    page.emulate_media(media="screen")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.emulate_media(media="print")
    assert "What-if" in page.evaluate(said) or "What if" in page.evaluate(said)


def test_ink_can_be_read_on_its_paper(open_page: OpenPage, reports: dict[str, Path]) -> None:
    for scheme in ("light", "dark"):
        page = open_page(reports["en"], viewport=SIZES["desk"], color_scheme=scheme)
        paper = channels(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        for where in ("h1", ".caveat", ".label", "nav a", "summary", "thead th", "footer"):
            ink = channels(page.evaluate(f"getComputedStyle(document.querySelector('{where}')).color"))
            assert contrast(ink, paper) >= 4.5, (scheme, where)


def test_the_keyboard_reaches_everything(open_page: OpenPage, reports: dict[str, Path]) -> None:
    page = open_page(reports["en"], viewport=SIZES["telephone"])
    page.locator("#formula-explorer input[type=range]").first.wait_for()
    met: list[str] = []
    for _ in range(150):
        page.keyboard.press("Tab")
        met.append(page.evaluate("document.activeElement.closest('.skip, nav, .scroll, .crrkit-explorer, summary')"
                                 "?.className || document.activeElement.tagName"))  # fmt: skip
    assert met[0] == "skip"
    assert {"scroll", "crrkit-explorer", "SUMMARY"} <= set(met)
    page.locator("#account .scroll").focus()
    page.keyboard.press("ArrowRight")
    for _ in range(2000):  # the page's own policy forbids to wait for a function
        if page.evaluate("document.querySelector('#account .scroll').scrollLeft") > 0:
            return
        page.wait_for_timeout(50)
    pytest.fail("the arrow key does not move the table")


def test_without_scripts_the_still_picture_stays(open_page: OpenPage, reports: dict[str, Path]) -> None:
    page = open_page(reports["en"], viewport=SIZES["desk"], java_script_enabled=False)
    assert page.locator("#formula-explorer img").is_visible()
    assert "66.1%" in page.locator("#formula-explorer").inner_text()
    assert page.locator("#cohort-explorer img").is_visible()


def channels(color: str) -> list[float]:
    return [float(part) for part in color.removeprefix("rgb(").removesuffix(")").split(",")]


def contrast(one: list[float], other: list[float]) -> float:
    """WCAG 2.2, written here once more so that it does not lean on what it judges."""

    def luminance(color: list[float]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in color)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)
