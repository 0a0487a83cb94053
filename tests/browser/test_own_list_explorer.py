"""ListExplorer as its readers meet it: a saved page with the network off, from the first look to a link to share."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

import crrkit as crr
from crrkit.ground.languages import format_number, format_percent
from crrkit.rules.activity import Trailing
from crrkit.rules.stages import StageRule
from crrkit.widgets.own_list import ListExplorer
from crrkit.widgets.static import static_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def base() -> crr.OrderBase:
    return crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", by="region")


@pytest.fixture(scope="module")
def explorer(base: crr.OrderBase) -> ListExplorer:
    return ListExplorer(base, every="month", silence=90)


@pytest.fixture(scope="module")
def page_file(explorer: ListExplorer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("list") / "list.html"
    path.write_text(static_page([explorer], title="A list"), encoding="utf-8")
    return path


ALL_IN_SIGHT = {"width": 1280, "height": 8000}  # and so drawn at once


@pytest.fixture
def page(open_page: OpenPage, page_file: Path) -> Page:
    opened = open_page(page_file, viewport=ALL_IN_SIGHT)
    opened.locator(".crrkit-list-sentence").wait_for()
    return opened


def sentence(page: Page) -> Locator:
    return page.locator(".crrkit-list-sentence")


def silence(page: Page) -> Locator:
    return page.get_by_role("slider", name="Who is a customer")


def under(base: crr.OrderBase, days: int, *, every: str = "month", **named: Any) -> crr.RetentionTable:
    return crr.retention_by_period(base.with_activity(Trailing(days=days)), every=every, **named)


def drawn(page: Page) -> dict[str, float]:
    """The rates on the line, as the page has them."""
    points = page.locator("svg.crrkit-list-line[role=slider] [data-marker]")
    return dict(points.evaluate_all("(all) => all.map((one) => [one.dataset.label, Number(one.dataset.rate)])"))


@pytest.mark.surface
def test_a_slider_moved_by_key_says_what_python_says(page: Page, base: crr.OrderBase) -> None:
    first = under(base, 90).latest
    expect(sentence(page)).to_have_text(
        f"With 90 days of silence allowed we kept {format_percent(first['crr'])} ({first['kept']} of {first['start']})"
        " in December 2024."
    )
    silence(page).focus()
    expect(silence(page)).to_have_attribute("data-lm-suppress-shortcuts", "true")  # or Notebook 7 takes the keys
    seen = {}
    for key in ["ArrowLeft"] * 6 + ["ArrowRight"] * 9:
        page.keyboard.press(key)
        days = int(re.search(r"\d+", silence(page).get_attribute("aria-valuetext"))[0])
        seen[days] = (sentence(page).inner_text(), drawn(page))
    assert len(seen) > 7
    for days, (said, points) in seen.items():
        kept = under(base, days)
        now = kept.latest
        assert f"kept {format_percent(now['crr'])} ({format_number(now['kept'])} of" in said, days
        assert ("the purchases are the same" in said) == (days != 90)
        known = kept.table[kept.table["crr"].notna()]
        assert points == pytest.approx(dict(zip(known["period"], known["crr"], strict=True)), abs=1e-12), days


# One step of the slider, and what of the explorer it had written when it was answered.
STEP = """async () => {
    const shown = document.querySelector(".crrkit-ui");
    const frame = () => new Promise(requestAnimationFrame);
    await frame().then(frame); // what is in sight is told after a frame
    const watch = new MutationObserver(() => {});
    watch.observe(shown, { attributes: true, characterData: true, childList: true, subtree: true });
    const slider = shown.querySelector("input[type=range]");
    slider.stepUp();
    slider.dispatchEvent(new Event("input"));
    const found = watch.takeRecords();
    const partOf = ({ target }) => (target.closest ? target : target.parentElement).closest(".crrkit-list-part");
    const parts = found.map(partOf).filter(Boolean).map((part) => part.className.split("-of-")[1]);
    const added = found.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node.nodeType === 1);
    return [[...new Set(parts)].sort(), added.length];
}"""


@pytest.mark.surface
def test_a_key_writes_what_is_in_sight_and_replaces_no_node_and_the_rest_follows(
    open_page: OpenPage, page_file: Path
) -> None:
    page = open_page(page_file, viewport={"width": 1280, "height": 700})
    sentence(page).wait_for()
    asked = page_file.parent / "asked.html"
    asked.write_bytes(page_file.read_bytes())
    whole = [open_page(asked, viewport=ALL_IN_SIGHT) for _ in range(2)]
    for step, each in enumerate(whole):
        for _ in range(1 + step):
            silence(each).press("ArrowRight")
    texts = [each.locator(".crrkit-list-body").text_content() for each in whole]
    body = page.locator(".crrkit-list-body")
    assert page.evaluate(STEP) == [["bridge", "line"], 0]
    expect(body).to_have_text(texts[0])
    assert page.evaluate(STEP) == [["bridge", "line"], 0]
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # at once: paper waits for nobody
    assert body.text_content() == texts[1]


def test_the_whole_story(page: Page, base: crr.OrderBase, page_file: Path) -> None:
    """Longer periods, another rule, a segment, an earlier period, its stages; back, to code, kept, linked."""
    page.get_by_role("radio", name="quarter").check()
    silence(page).focus()
    page.keyboard.press("ArrowRight")
    days = int(re.search(r"\d+", silence(page).get_attribute("aria-valuetext"))[0])
    kept = under(base, days, every="quarter", by="region").segment(region="North")
    page.get_by_label("Segment").select_option("region: North")
    assert drawn(page) == pytest.approx(
        dict(zip(kept.table["period"], kept.table["crr"], strict=True)), nan_ok=True
    ) or (drawn(page).keys() == set(kept.table["period"][kept.table["crr"].notna()]))
    page.get_by_role("slider", name="Period shown").focus()
    page.keyboard.press("ArrowLeft")
    label = list(kept.table["period"])[list(kept.table["period"]).index(kept.latest["period"]) - 1]
    row = kept.row(label)
    expect(sentence(page)).to_contain_text(f"{format_percent(row['crr'])} ({row['kept']} of {row['start']})")
    expect(sentence(page)).to_contain_text("region: North. With")
    bars = page.locator("svg.crrkit-list-bridge")
    for name in ("start", "kept", "lost", "new", "returned", "end"):
        assert f"{format_number(row[name])} " in bars.get_attribute("aria-label")

    page.get_by_role("button", name="Copy as code").click()
    code = page.locator(".crrkit-message code").inner_text()
    world: dict[str, Any] = {"crr": crr, "base": base}
    lines, last = code.rsplit("; ", 1)
    exec(lines, world)  # noqa: S102 - our own line
    assert eval(last, world)["crr"] == row["crr"]  # noqa: S307 - our own line

    page.get_by_role("button", name="Keep to compare").click()
    expect(page.locator(".crrkit-list-of-kept tbody tr")).to_contain_text([format_percent(row["crr"])])
    said = sentence(page).inner_text()
    page.get_by_role("button", name="Link to this").click()
    page.goto("about:blank")
    asked = f"every=quarter&silence={days}&segment=region%3A+North&period={label}"
    page.goto(f"{page_file.as_uri()}#list:{asked}")
    expect(sentence(page)).to_have_text(said)
    page.get_by_role("radio", name="month").check()
    expect(sentence(page)).not_to_have_text(said)
    page.get_by_role("button", name="Step back").click()
    expect(sentence(page)).to_have_text(said)
    page.get_by_role("button", name="Reset").click()
    expect(sentence(page)).to_contain_text("With 90 days of silence allowed we kept")


def test_the_stages_make_up_the_rate_as_python_counts_them(page: Page, base: crr.OrderBase) -> None:
    page.get_by_role("slider", name="Purchase days that make a regular (long)").focus()
    page.keyboard.press("ArrowRight")
    flow = crr.stage_flow(base, every="month", rule=StageRule(lapse_days=90, k_long=4))
    now = flow.latest
    rows = page.locator(".crrkit-list-of-stages tbody tr")
    shown = {row.get_attribute("data-stage"): row.locator("td").all_inner_texts() for row in rows.all()}
    for stage in ("middle", "long"):
        share, retention = now[stage] / now["start"], now[f"retention_{stage}"]
        assert shown[stage][:3] == [format_number(now[stage]), format_percent(share), format_percent(retention)]
    parts = [float(shown[stage][3].rstrip("%")) for stage in ("middle", "long")]
    assert round(sum(parts), 1) == round(100 * now["crr"], 1)


def people(call: Locator, base: crr.OrderBase) -> int:
    """How many customers a call gives that the explorer shows."""
    found = eval(call.inner_text(), {"crr": crr, "base": base})  # noqa: S307 - our own line
    assert found["customer"].is_unique
    return len(found)


def test_where_the_list_is_a_call_says_who_is_behind_each_count(page: Page, base: crr.OrderBase) -> None:
    page.evaluate(LIVE)
    live = page.locator("#live")
    shown = live.locator(".crrkit-list-of-bridge .crrkit-list-who code")
    stage = live.locator(".crrkit-list-of-stages .crrkit-list-who code")
    cohort = live.locator(".crrkit-list-of-cohorts .crrkit-list-who code")
    for segment in ("", "region: North"):
        live.get_by_label("Segment").select_option(segment)
        kept = under(base, 90, by="region")
        row = (kept.segment(region="North") if segment else kept.whole).latest
        for flow in ("lost", "new", "returned", "kept"):
            live.locator(f"[data-flow={flow}]").click()
            assert people(shown, base) == row[flow], (segment, flow)
        for name in ("middle", "long", "lapsed"):
            line = live.locator(f".crrkit-list-of-stages tr[data-stage={name}]")
            line.get_by_role("button").click()
            counted = int(line.locator("td").first.inner_text().replace(",", ""))
            assert people(stage, base) == counted, (segment, name)
        cell = live.locator("tr[data-cohort='2024-06'] td[data-age='2']")
        cell.get_by_role("button").click()
        assert people(cohort, base) == int(cell.get_attribute("data-active")), segment
    silence(live).focus()
    page.keyboard.press("ArrowLeft")
    expect(cohort).to_have_count(0)  # what was said was of another silence
    live.get_by_role("radio", name="bought in the period before").check()
    cell.get_by_role("button").click()
    assert people(cohort, base) == int(cell.get_attribute("data-active"))


def test_a_saved_page_says_how_many_and_not_who(page: Page) -> None:
    assert page.locator("[data-flow]").count() == 0
    assert page.locator(".crrkit-list-of-stages tbody button").count() == 0
    page.locator("tr[data-cohort='2024-06'] td[data-age='2'] button").click()
    expect(page.locator(".crrkit-list-of-cohorts .crrkit-list-who")).to_contain_text("who first bought in 2024-06 are")
    assert page.locator(".crrkit-list-who code").count() == 0


def test_each_control_is_alone_in_its_form_and_enter_sends_nothing(page: Page) -> None:
    owners = page.evaluate("""() => [...document.querySelectorAll(".crrkit-ui :is(input, select)")].map(
        (one) => [one.form?.id, one.name || null])""")
    assert all(form for form, _name in owners)
    alone = [form for form, name in owners if not name]
    assert len(set(alone)) == len(alone)
    assert not set(alone) & {form for form, name in owners if name}
    assert len({form for form, name in owners if name}) == len({name for _form, name in owners if name})
    page.evaluate("window.still = true")
    box = page.get_by_role("spinbutton", name="Who is a customer")
    box.fill("60")
    box.press("Enter")
    expect(sentence(page)).to_contain_text("With 60 days")
    box.fill("0")  # no bubble of the browser's own, but the sentence of the page
    box.press("Enter")
    expect(page.locator(".crrkit-body > .crrkit-message")).to_contain_text("from 7 to")
    silence(page).press("Enter")
    assert page.evaluate("window.still")


def test_the_silence_can_be_dragged_and_typed(page: Page) -> None:
    curve = page.locator(".crrkit-list-of-rhythm > svg")
    curve.scroll_into_view_if_needed()
    box = curve.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 60, steps=5)
    page.mouse.up()
    far = int(re.search(r"\d+", silence(page).get_attribute("aria-valuetext"))[0])
    assert far > 200
    page.get_by_role("button", name="Step back").click()  # a drag is one step
    expect(sentence(page)).to_contain_text("With 90 days")
    silence(page).focus()
    silence(page).hover()
    page.mouse.wheel(0, -100)  # a wheel moves what has the focus, by a step
    expect(silence(page)).to_have_attribute("aria-valuetext", "91 days")
    page.mouse.wheel(0, 100)
    expect(sentence(page)).to_contain_text("With 90 days")
    typed = page.get_by_role("spinbutton", name="Who is a customer")
    typed.fill("77")
    typed.press("Enter")
    expect(page.locator(".crrkit-list > .crrkit-body > .crrkit-message")).to_contain_text("is the nearest")
    expect(typed).to_have_value(re.compile("75|80"))
    typed.fill("99999")
    typed.press("Enter")
    expect(typed).to_have_attribute("aria-invalid", "true")
    page.get_by_role("radio", name="bought in the period before").check()
    expect(sentence(page)).to_contain_text("Counting who bought in the period before")
    expect(page.locator(".crrkit-list-of-stages")).to_contain_text("Stages need a silence in days")


def test_what_if_says_what_the_model_says(page: Page, explorer: ListExplorer) -> None:
    lever = page.get_by_role("slider", name="Middle customers kept", exact=True)
    lever.focus()
    for _press in range(5):
        page.keyboard.press("ArrowRight")
    future = explorer.model.project(periods=12, scenario=crr.Scenario(retention_middle=0.05)).to_pandas().iloc[-1]
    plain = explorer.model.project(periods=12).to_pandas().iloc[-1]
    ends = {name: format_number(round(future[f"customers_{name}"])) for name in ("low", "high")}
    said = page.locator(".crrkit-list-of-whatif .crrkit-list-said").inner_text()
    count = format_number(round(future["customers"]))
    assert said.startswith(f"{count} ({ends['low']} to {ends['high']}) customers in a year (12 × month) instead of")
    assert f"instead of {format_number(round(plain['customers']))}: +" in said
    rates = [format_percent(future[name]) for name in ("crr", "crr_low", "crr_high")]
    assert f"CRR {rates[0]} ({rates[1]} to {rates[2]})" in said
    assert "was off by" in page.locator(".crrkit-list-of-whatif .crrkit-note").last.inner_text()


def test_the_four_questions_of_a_stranger(page: Page, base: crr.OrderBase, explorer: ListExplorer) -> None:
    """Which silence makes our rate 80 %, what brings one regular more in ten, which segment loses, is December news?"""
    rates = explorer.by_silence.dropna()
    best = rates.loc[(rates["crr"] - 0.8).abs().idxmin()]
    box = page.get_by_role("spinbutton", name="Which limit gives a rate of")
    box.fill("80")
    box.press("Enter")
    expect(sentence(page)).to_contain_text(
        f"With {best['silence']:.0f} days of silence allowed we kept {format_percent(best['crr'])}"
    )
    page.get_by_role("button", name="Step back").click()

    page.get_by_role("button", name="one regular (long) in ten more stays").click()
    said = page.locator(".crrkit-list-of-whatif .crrkit-list-said")
    room = explorer.model.lever_room("retention_long")[1]
    future = explorer.model.project(12, scenario=crr.Scenario(retention_long=min(0.1, room))).table.iloc[-1]
    expect(said).to_contain_text(f"{format_number(round(future['customers']))} (")
    expect(said).to_contain_text("in a year (12 × month) instead of")

    first = explorer.by_segment.iloc[0]
    segments = page.locator(".crrkit-list-of-segments")
    expect(segments.locator(".crrkit-list-said")).to_contain_text(first["segment"])
    expect(segments.locator("tbody tr").first).to_contain_text(first["since"])

    note = page.locator(".crrkit-list-of-line .crrkit-note")
    expect(note).to_contain_text("in December 2024 is no signal")
    december = under(base, 90).row("2023-12")
    expect(note).to_contain_text(f"A year earlier, in December 2023, it was {format_percent(december['crr'])}")


def test_what_is_called_new_moves_the_bridge_and_a_cell_of_a_cohort_says_how_many(
    page: Page, base: crr.OrderBase, explorer: ListExplorer
) -> None:
    row = under(base, 90).latest
    page.get_by_role("radio", name="everyone not there at the start").check()
    counts = page.locator("svg.crrkit-list-bridge [data-text=count]").all_text_contents()
    assert counts[2] == f"+{format_number(row['new'] + row['returned'])}"
    expect(page.locator(".crrkit-list-of-meanings")).to_contain_text(f"= {format_percent(row['crr'])}: so many stayed")
    cells = explorer.cohorts
    cell = cells[cells["age"] == 1].iloc[-1]
    page.locator(f"tr[data-cohort='{cell['cohort']}'] td[data-age='1'] button").click()
    told = page.locator(".crrkit-list-of-cohorts .crrkit-list-who")
    expect(told).to_contain_text(f"{cell['active']} of the {cell['size']} who first bought in {cell['cohort']}")


LIVE = """async () => {
    const read = (name) => JSON.parse(document.querySelector(`script[data-crrkit-${name}]`).textContent);
    const [state, sources, told] = [read("state"), read("modules"), {}];
    const module = new Blob([sources.list_explorer], { type: "text/javascript" });
    const { default: explorer } = await import(URL.createObjectURL(module));
    window.asked = [];
    window.tell = (message) => told["msg:custom"](message);
    const model = {
        get: (name) => state[name], set: (name, value) => (state[name] = value),
        on: (event, listener) => (told[event] = listener), off() {}, save_changes() {},
        send: (message) => window.asked.push(message),
    };
    const el = document.createElement("div");
    el.id = "live";
    document.body.append(el);
    await explorer.render({ model, el });
}"""


def test_the_page_for_strangers_is_asked_of_python_and_given_as_a_file(page: Page) -> None:
    assert page.get_by_role("button", name="Save as page").count() == 0  # it is a page
    page.evaluate(LIVE)
    live = page.locator("#live")
    live.get_by_role("button", name="Save as page").click()
    assert page.evaluate("window.asked") == [{"ask": "page"}]
    with page.expect_download() as given:
        page.evaluate("window.tell({ page: '<!doctype html><p>Shared' })")
    assert given.value.suggested_filename == "list.html"
    assert given.value.path().read_text(encoding="utf-8") == "<!doctype html><p>Shared"
    page.evaluate("window.tell({ refused: 'Nothing can be shared.' })")
    expect(live.locator(".crrkit-body > .crrkit-message")).to_have_text("Nothing can be shared.")


def test_nothing_is_wider_than_a_phone(open_page: OpenPage, base: crr.OrderBase, tmp_path: Path) -> None:
    long = ListExplorer(base, every="month", silence=90, lang="ru")  # whose words are longer
    (tmp_path / "list.html").write_text(static_page([long], title="Список"), encoding="utf-8")
    page = open_page(tmp_path / "list.html", viewport={"width": 360, "height": 800})
    sentence(page).wait_for()
    page.get_by_role("button", name="Отложить для сравнения").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 360


# Whose own box is scrolled, though nothing says that it can be: the last column of the segments was out of sight.
HIDDEN = """() => [...document.querySelectorAll(".crrkit-list-part")]
  .filter((part) => part.scrollWidth > part.clientWidth).map((part) => part.className)"""


@pytest.mark.parametrize("width", [360, 1280])
def test_no_column_of_a_table_is_out_of_sight(open_page: OpenPage, tmp_path: Path, width: int) -> None:
    named = {"customer": "client_id", "start": "joined", "end": "left", "by": "region"}
    contracts = ListExplorer(crr.read_contracts(crr.sample_path("contracts"), **named), lang="ru")
    (tmp_path / "list.html").write_text(static_page([contracts], title="Договоры"), encoding="utf-8")
    page = open_page(tmp_path / "list.html", viewport={"width": width, "height": 800})
    sentence(page).wait_for()
    page.add_style_tag(content=".crrkit-list-part { content-visibility: visible !important }")
    expect(page.locator(".crrkit-list-of-segments [data-cell=since]").last).to_be_attached()
    assert page.evaluate(HIDDEN) == []
    bridged = page.locator(".crrkit-list-of-silences svg")
    assert bridged.locator("[data-text=column]").first.text_content() == "0"  # where the dot of no bridging stands
    left = [bridged.locator(mark).first.bounding_box() for mark in ("[data-text=column]", "[data-marker]")]
    middles = [box["x"] + box["width"] / 2 for box in left if box]
    assert middles[0] == pytest.approx(middles[1], abs=2)


# The widths of an output beside JupyterLab's list of files, in windows of 1050 to 1440 pixels.
@pytest.mark.parametrize("width", [618, 718, 848, 1008])
@pytest.mark.parametrize("of", ["orders", "contracts"])
def test_in_a_notebook_no_table_is_cut_and_no_scroll_bar_is_given(
    open_page: OpenPage, tmp_path: Path, of: str, width: int
) -> None:
    read = {"orders": crr.read_orders, "contracts": crr.read_contracts}[of]
    with crr.use_language("ru"):
        shown = ListExplorer(read(crr.sample_path(of), by="region"), every="half-year")
    path = tmp_path / "list.html"
    path.write_text(static_page([shown], title="Список"), encoding="utf-8")
    page = open_page(path, viewport=ALL_IN_SIGHT)
    page.add_style_tag(content=f".crrkit-list {{ width: {width}px }}")
    expect(page.locator(".crrkit-list-of-meanings tbody tr").first).to_be_visible()
    wider = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className)"
    assert page.locator(".crrkit-list, .crrkit-list-part").evaluate_all(wider) == []


def test_of_few_nothing_is_told_and_of_nobody_no_rate(open_page: OpenPage, tmp_path: Path) -> None:
    days = {"ann": ["2024-01-05", "2024-02-03", "2024-05-01"], "bob": ["2024-01-20"], "cid": ["2024-02-11"]}
    rows = [(who, day) for who, found in days.items() for day in found]
    few = crr.read_orders(pd.DataFrame(rows, columns=["who", "at"]), customer="who", at="at", as_of="2024-07-01")
    shared, own = ListExplorer(few, every="month"), ListExplorer(few, every="month", silence=30)
    (tmp_path / "few.html").write_text(static_page([shared, own], title="Few"), encoding="utf-8")
    page = open_page(tmp_path / "few.html")
    said = page.locator(".crrkit-list-sentence")
    expect(said).to_have_count(2)
    assert not math.isnan(own.kept.latest["start"])
    assert "customer more or less moves the rate by" in page.locator(".crrkit-list-doubt").nth(1).inner_text()


class Finger:
    """A finger on a telephone: it taps, and it is drawn across the glass as a hand does, which may scroll the page."""

    def __init__(self, page: Page) -> None:
        self.page, self.glass = page, page.context.new_cdp_session(page)

    def touch(self, kind: str, *points: dict[str, float]) -> None:
        self.glass.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    def drag(self, begin: tuple[float, float], end: tuple[float, float], *, steps: int = 8) -> None:
        self.touch("touchStart", {"x": begin[0], "y": begin[1]})
        for step in range(1, steps + 1):
            x, y = (a + (b - a) * step / steps for a, b in zip(begin, end, strict=True))
            self.touch("touchMove", {"x": x, "y": y})
        self.touch("touchEnd")


@pytest.fixture
def telephone(open_page: OpenPage, page_file: Path) -> Page:
    page = open_page(page_file, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page.locator(".crrkit-list-sentence").wait_for()
    return page


def scrolled(page: Page) -> float:
    return float(page.evaluate("scrollY"))


def test_on_a_telephone_a_finger_moves_the_silence_and_pushes_nothing_away(telephone: Page) -> None:
    """By 180 days of silence a warning comes: the slider stays under the finger, and the rate in sight."""
    slider, finger = silence(telephone), Finger(telephone)
    box = slider.bounding_box()
    share, y = float(slider.evaluate("(one) => one.value / one.max")), box["y"] + box["height"] / 2
    finger.drag((box["x"] + share * box["width"], y), (box["x"] + 0.8 * box["width"], y + 6))
    expect(sentence(telephone)).to_contain_text("with 90 days of silence allowed")
    expect(telephone.locator(".crrkit-list-doubt")).to_contain_text("longer than a month")
    assert abs(slider.bounding_box()["y"] - box["y"]) < box["height"]
    assert sentence(telephone).bounding_box()["y"] >= 0
    before = slider.get_attribute("aria-valuetext")
    slider.focus()
    slider.hover()
    telephone.mouse.wheel(0, 100)  # of a mouse beside the tablet
    expect(slider).not_to_have_attribute("aria-valuetext", before)


def test_on_a_telephone_a_point_is_tapped_and_a_curve_is_dragged(telephone: Page) -> None:
    finger, line = Finger(telephone), telephone.locator("svg.crrkit-list-line[role=slider]")
    line.scroll_into_view_if_needed()
    point = line.locator("[data-marker]").nth(3)
    label, box = point.get_attribute("data-label"), point.bounding_box()
    telephone.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(line.locator("[data-chosen]")).to_have_attribute("data-label", label)

    curve = telephone.locator(".crrkit-list-of-silences > div > svg")
    curve.scroll_into_view_if_needed()
    box, said = curve.bounding_box(), sentence(telephone).inner_text()
    middle = box["y"] + box["height"] / 2
    finger.drag((box["x"] + 0.8 * box["width"], middle), (box["x"] + 0.4 * box["width"], middle + 4))
    expect(sentence(telephone)).not_to_have_text(said)
    assert abs(curve.bounding_box()["y"] - box["y"]) < 2  # along the axis the picture stands still under the finger
    at = scrolled(telephone)
    finger.drag((box["x"] + 0.5 * box["width"], middle), (box["x"] + 0.5 * box["width"], middle - 200))
    telephone.wait_for_function(f"scrollY > {at + 50}")  # and up and down it is scrolled
