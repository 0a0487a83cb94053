"""The stage explorer as its readers meet it, and its arithmetic against that of Python."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from controls import box, slider
from playwright.sync_api import expect
from screens import SCREENS
from stage_worlds import COSTS, MARGINS, STAGES, worked

import crrkit as crr
from crrkit.widgets.bench.explorer import module_text
from crrkit.widgets.formula import FormulaExplorer
from crrkit.widgets.stages import StageExplorer
from crrkit.widgets.stages.state import as_json, layers
from crrkit.widgets.static import static_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    OpenPage = Callable[..., Page]

FIVE = ["conversion", "retention_middle", "promotion", "retention_long", "winback"]
MEASURES = ["customers", "crr", "crr_endpoint", "margin", "cost", "customers_per_1000", "margin_per_cost"]
SPECK = 1e-14  # of all whom a lever moves: what may be left where moves cancel


def explorer(**options: Any) -> StageExplorer:
    return StageExplorer(worked(), **{"periods": 2, "margins": MARGINS, "costs": COSTS} | options)


@pytest.fixture
def page_file(tmp_path: Path) -> Path:
    path = tmp_path / "stages.html"
    path.write_text(static_page([explorer()], title="Stages"), encoding="utf-8")
    return path


def result(page: Page, name: str) -> Locator:
    return page.locator(f"[data-result={name}] dd")


def ranking(page: Page) -> dict[str, float]:
    rows = page.locator("tr[data-lever]")
    pairs = rows.evaluate_all("(all) => all.map((row) => [row.dataset.lever, Number(row.dataset.value)])")
    return dict(pairs)


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_an_arrow_key_moves_a_lever_by_a_point(open_page: OpenPage, page_file: Path, width: int, scheme: str) -> None:
    page = open_page(page_file, viewport={"width": width, "height": 800}, color_scheme=scheme)
    expect(result(page, "customers")).to_have_text("1,000 → 1,366")
    expect(page.locator(".crrkit-sum")).to_contain_text("CRR = 57.5% × 55.0% + 42.5% × 92.5% = 70.9%")
    before = page.locator("path[data-track=area]").first.get_attribute("d")
    slider(page, "Contacts who become customers").focus()
    page.keyboard.press("ArrowRight")
    expect(box(page, "Contacts who become customers")).to_have_value("1")
    # the printed effects of one point of conversion: 38.75 customers more, the rate of the second half lower
    expect(result(page, "customers")).to_have_text("1,000 → 1,405 (+38.8)")
    expect(result(page, "crr")).to_have_text("70.6% (−0.33\N{NO-BREAK SPACE}pp)")
    expect(result(page, "endpoint")).to_have_text("59.1%")
    # 690 and 734.75 middle at 20, 510 and 631.5 long at 60 make 96,985
    expect(result(page, "money")).to_have_text("98,510 (+1,525)")
    expect(slider(page, "Contacts who become customers")).to_have_attribute(
        "aria-valuetext", "+1.0\N{NO-BREAK SPACE}pp"
    )
    assert page.locator("path[data-track=area]").first.get_attribute("d") != before
    expect(page.get_by_role("img")).to_have_accessible_name(
        "Customers by stage, steps: 2. Now 1,000, at the end 1,405; with nothing changed 1,366."
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for target in page.locator("input, select, button").all():
        place = target.bounding_box()
        assert min(place["width"], place["height"]) >= 24
    outside = page.locator("svg text").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect()).filter((r) => r.left < 0 || r.right > innerWidth)"
    )
    assert outside == []


@pytest.mark.parametrize("lang", ["en", pytest.param("ru", marks=pytest.mark.pages)])
def test_no_lever_hides_under_the_results_that_stay(open_page: OpenPage, tmp_path: Path, lang: str) -> None:
    """On a telephone the results are sticky: what is focused or scrolled to must stop below them, and take a click."""
    with crr.use_language(lang):
        (tmp_path / "stages.html").write_text(static_page([explorer()], title="Stages"), encoding="utf-8")
    page = open_page(tmp_path / "stages.html", viewport={"width": 360, "height": 740})
    levers = page.get_by_role("slider")
    assert page.locator(".crrkit-results").evaluate("(one) => getComputedStyle(one).position") == "sticky"
    on_top = """(one) => {
        const { left, top, width, height } = one.getBoundingClientRect();
        return document.elementFromPoint(left + width / 2, top + height / 2) === one;
    }"""
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    for lever in reversed(levers.all()):
        lever.focus()
        assert lever.evaluate(on_top)
    for lever in levers.all():
        lever.evaluate("(one) => one.scrollIntoView({ block: 'start', behavior: 'instant' })")
        assert lever.evaluate(on_top)
        was, place = lever.input_value(), lever.bounding_box()
        aside = 0.1 if lever.evaluate("(one) => 2 * one.value > Number(one.min) + Number(one.max)") else 0.9
        page.mouse.click(place["x"] + aside * place["width"], place["y"] + place["height"] / 2)
        assert lever.input_value() != was


@pytest.mark.parametrize("measure", ["customers", "crr", "crr_endpoint", "margin", "customers_per_1000"])
def test_the_ranking_is_that_of_the_printed_tables(open_page: OpenPage, page_file: Path, measure: str) -> None:
    page = open_page(page_file)
    page.get_by_role("combobox", name="Rank the levers by").select_option(measure)
    shown = ranking(page)
    table = worked().levers(2, margins=MARGINS, costs=COSTS).table.set_index("lever")[measure]
    assert shown == pytest.approx(table.to_dict(), abs=1e-9)
    assert list(shown.values()) == sorted(shown.values(), reverse=True)


def test_the_horizon_and_the_margins_are_sliders_too(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    slider(page, "Steps ahead").focus()
    page.keyboard.press("ArrowRight")
    expect(result(page, "customers")).to_have_text("1,000 → 1,517")  # the third half-year of the worked example
    box(page, "Steps ahead").fill("1")
    box(page, "Margin of a step, stage: long").fill("0")
    box(page, "Margin of a step, stage: middle").fill("-1.5")
    expect(result(page, "money")).to_have_text("−1,035")  # 690 middle ones
    box(page, "Margin of a step, stage: middle").fill("0")
    expect(result(page, "money")).to_have_text("–")


def test_a_lever_ends_where_nothing_is_left_to_take_from(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    slider(page, "Long customers kept").focus()
    page.keyboard.press("End")
    expect(box(page, "Long customers kept")).to_have_value("7")
    expect(page.locator("tr[data-lever=retention_long]")).to_contain_text("– (at its end)")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("status")).to_contain_text("That is all: one point more")
    box(page, "Long customers kept").fill("7.5")
    expect(page.locator(".crrkit-sum")).to_contain_text("× 100.0%")
    box(page, "Long customers kept").fill("7.6")
    expect(page.get_by_role("status")).to_have_text("A number from −92.5 to 7.5 is needed. Until then 7.5 stands.")
    expect(box(page, "Long customers kept")).to_have_attribute("aria-invalid", "true")


def test_the_inflow_is_a_slider(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    box(page, "Who comes in a step").fill("100")
    # 2,250 contacts more stand there after one step, and a fifth of them buys in the second: 450 customers more
    expect(result(page, "customers")).to_have_text("1,000 → 1,816 (+450)")
    expect(slider(page, "Who comes in a step")).to_have_attribute("aria-valuetext", "+100.0%")
    box(page, "Who comes in a step").fill("-101")
    expect(page.get_by_role("status")).to_contain_text("A number from −100 to 9,900 is needed.")


def test_reset_returns_and_the_code_is_that_of_python(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file, permissions=["clipboard-read", "clipboard-write"])
    box(page, "Middle customers kept").fill("2.5")
    slider(page, "Lapsed customers who come back").press("ArrowLeft")
    box(page, "Who comes in a step").fill("15")
    box(page, "Margin of a step, stage: long").fill("60.5")
    page.get_by_role("button", name="Copy as code").click()
    line = explorer(
        scenario=crr.Scenario(retention_middle=0.025, winback=-0.01, inflow=0.15), margins={"middle": 20, "long": 60.5}
    ).code
    expect(page.locator(".crrkit-message code")).to_have_text(line)
    assert page.evaluate("navigator.clipboard.readText()") == line
    page.get_by_role("button", name="Reset").click()
    assert [one.input_value() for one in page.get_by_role("spinbutton").all()] == ["0"] * 6 + ["2", "20", "60"]
    expect(result(page, "customers")).to_have_text("1,000 → 1,366")


def test_the_keyboard_reaches_everything(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file)
    slider(page, "Steps ahead").wait_for()
    seen = []
    for _ in range(21):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("[document.activeElement.type, getComputedStyle(document.activeElement).outlineStyle]")
        )
    rows = [["range", "solid"], ["number", "solid"]]
    assert seen == [*rows * 9, ["select-one", "solid"], ["button", "solid"], ["button", "solid"]]


def test_without_scripts_the_still_picture_stays(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file, java_script_enabled=False)
    expect(page.get_by_text("Customers 1,000 → 1,366, steps: 2; CRR of the last step 70.9%")).to_be_visible()
    assert page.get_by_role("img").bounding_box()["height"] > 200


def test_russian_and_a_second_explorer_share_a_page(open_page: OpenPage, tmp_path: Path) -> None:
    (tmp_path / "two.html").write_text(static_page([explorer(lang="ru"), FormulaExplorer()], title="Two"), "utf-8")
    page = open_page(tmp_path / "two.html", viewport={"width": 360, "height": 800})
    slider(page, "Контакты, ставшие клиентами").press("ArrowRight")
    expect(result(page, "customers")).to_have_text("1\N{NO-BREAK SPACE}000 → 1\N{NO-BREAK SPACE}405 (+38,8)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    ids = page.locator("[id]").evaluate_all("(all) => all.map((one) => one.id)")
    assert len(ids) == len(set(ids))


def random_worlds(n: int) -> list[tuple[crr.StageModel, crr.Scenario, int, dict[str, float], dict[str, float]]]:
    """Models with and without exits, empty rows and rows that keep all, few and many people; scenarios with room."""
    dice = np.random.default_rng(20240701)
    worlds = []
    while len(worlds) < n:
        kept = [("middle", "long"), ("middle", "long"), ("middle",), ("short", "middle", "long")][dice.integers(4)]
        shares = dice.dirichlet(np.full(5, 0.4), size=4)
        shares[dice.random((4, 5)) < 0.2] = 0
        if dice.random() < 0.4:
            shares[:, 4] = 0  # nobody leaves for good
        rows = shares.sum(axis=1, keepdims=True)
        shares = np.divide(shares, rows, out=np.zeros_like(shares), where=rows > 0)[:, :4]
        matrix = pd.DataFrame(np.round(shares, 6), index=STAGES, columns=STAGES)
        if (matrix.sum(axis=1) > 1).any():
            continue
        start, inflow = (dict(zip(STAGES, dice.integers(0, 5000, 4).tolist(), strict=True)) for _ in range(2))
        start = {stage: count * 10 ** int(dice.integers(0, 7)) for stage, count in start.items()}
        model = crr.StageModel(matrix, start if dice.random() > 0.02 else {}, inflow, retained=kept)
        changes = {}
        for lever in model.lever_names:
            low, high = model.lever_room(lever)
            changes[lever] = float(np.round(dice.uniform(low, high), 4)) * int(dice.random() < 0.6)
        changes["inflow"] = float(np.round(dice.uniform(-1, 3), 3)) * int(dice.random() < 0.4) * any(inflow.values())
        try:
            scenario = crr.Scenario(**changes)
            model.under(scenario)
        except crr.InputError:  # rounded out of its room
            continue
        margins = dict(zip(STAGES, np.round(dice.normal(20, 30, 4), 2).tolist(), strict=True))
        costs = {lever: float(dice.uniform(0.1, 9)) for lever in model.lever_names if dice.random() < 0.7}
        worlds.append((model, scenario, int(dice.integers(1, 25)), margins, costs))
    return worlds


def test_the_browser_computes_what_python_computes(open_page: OpenPage, page_file: Path) -> None:
    worlds = random_worlds(300)
    inputs = [
        {"chain": as_json(model, costs), "changes": scenario.changes(), "periods": periods, "margins": margins}
        for model, scenario, periods, margins, costs in worlds
    ]
    answers = open_page(page_file).evaluate(
        """async ([source, inputs]) => {
            const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            const { moved, project, withInflow, effects, layers } = await import(url);
            return inputs.map(({ chain, changes, periods, margins }, i) => {
                const matrix = moved(chain, changes);
                const base = project(withInflow(chain, changes.inflow), matrix, periods, margins);
                if (i % 3) return { matrix, ...base };
                const levers = [0.01, 1e-7].map((point) => effects(chain, changes, periods, margins, point));
                return { matrix, ...base, few: { levers, layers: layers(chain, base.path) } };
            });
        }""",
        [module_text(StageExplorer.folder), inputs],
    )
    for (model, scenario, periods, margins, costs), answer in zip(worlds, answers, strict=True):
        moved = model.under(scenario)
        assert np.array(answer["matrix"]) == pytest.approx(moved.matrix.to_numpy(), abs=1e-9), scenario
        table = model.project(periods, scenario=scenario, margins=margins).table
        same(answer["path"], table[STAGES])
        for ours, theirs in {
            "customers": "customers",
            "crr": "crr",
            "endpoint": "crr_endpoint",
            "margin": "margin",
        }.items():
            same(answer[ours], table[theirs])
        if "few" in answer:
            same(answer["few"]["layers"], layers(table, model.retained))
            room = {name: model.lever_room(name)[1] - getattr(scenario, name) for name in model.lever_names}
            for point, found in zip((0.01, 1e-7), answer["few"]["levers"], strict=True):
                full = [name for name, left in room.items() if left + 1e-9 < point]
                assert [row["lever"] for row in found if row["full"]] == full
                compare_levers(found, moved, (point, periods), margins, costs)


def compare_levers(
    answer: list[dict[str, Any]], moved: crr.StageModel, move: tuple[float, int], margins: dict[str, float],
    costs: dict[str, float],
) -> None:  # fmt: skip
    names = [row["lever"] for row in answer if not row["full"]]
    if not names:
        return
    (point, periods), theirs = move, {name: cost for name, cost in costs.items() if name in names}
    table = moved.levers(periods, step=point, only=names, margins=margins, costs=theirs, horizon=periods).table
    crowd = point * float(moved.project(periods).table[STAGES].to_numpy().sum())
    worth = crowd * max(map(abs, margins.values()))
    for row in (row for row in answer if not row["full"]):
        expected = table.set_index("lever").loc[row["lever"]]
        sizes = dict(zip(MEASURES, (crowd, point, point, worth), strict=False))
        if theirs:
            cost = expected["cost"] or 1
            sizes |= {"cost": cost, "customers_per_1000": 1000 * crowd / cost, "margin_per_cost": worth / cost}
        for name, size in sizes.items():
            same(row[name], expected[name], speck=SPECK * size)


def same(ours: Any, theirs: Any, *, speck: float = 1e-9) -> None:
    """Equal to 1e-9 of the size, and but for a speck where that is nothing; what is undefined is so in both."""
    one, other = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=speck)


# Models from a list ---------------------------------------------------------------------------------------------------


def of_orders(every: str = "month", **window: Any) -> crr.StageModel:
    base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at")
    return crr.StageModel.from_flow(crr.stage_flow(base, every=every), **window)


@pytest.mark.surface
def test_the_band_of_the_browser_is_that_of_python(open_page: OpenPage, page_file: Path) -> None:
    model = of_orders()
    cases = [
        (crr.Scenario(), 1),
        (crr.Scenario(retention_middle=0.03, promotion=-0.02), 12),
        (crr.Scenario(winback=0.01, inflow=0.5), 40),
    ]
    inputs = [[as_json(model, {}), scenario.changes(), periods] for scenario, periods in cases]
    answers = open_page(page_file).evaluate(
        """async ([source, inputs]) => {
            const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            const { moved, project, withInflow, band } = await import(url);
            return inputs.map(([still, changes, periods]) => {
                const chain = withInflow(still, changes.inflow);
                const matrix = moved(chain, changes);
                const { path, customers } = project(chain, matrix, periods, {});
                return band(chain, matrix, path, customers);
            });
        }""",
        [module_text(StageExplorer.folder), inputs],
    )
    for (scenario, periods), answer in zip(cases, answers, strict=True):
        table = model.project(periods, scenario=scenario).table
        same(answer["low"], table["customers_low"])
        same(answer["high"], table["customers_high"])


def test_the_page_shows_the_band_and_the_error(open_page: OpenPage, tmp_path: Path) -> None:
    model = of_orders()
    path = tmp_path / "list.html"
    path.write_text(static_page([StageExplorer(model, periods=6)], title="Stages"), encoding="utf-8")
    page = open_page(path)
    low, high = model.project(6).table[["customers_low", "customers_high"]].iloc[-1]
    said = f"95% band of the customers at the end: {low:.0f} to {high:.0f}."
    shown = page.locator(".crrkit-stage-shown > .crrkit-stage-note")
    expect(shown).to_have_text(f"{said} {model.basis.tried()}")
    expect(page.get_by_role("img")).to_have_accessible_name(re.compile(re.escape(said)))
    expect(page.locator("path[data-track=band]")).to_have_count(1)
    slider(page, "Steps ahead").press("ArrowRight")
    expect(shown).to_contain_text(model.basis.beyond())


def test_a_list_that_is_not_projected_is_a_sentence(open_page: OpenPage, tmp_path: Path) -> None:
    model = of_orders(last="2023-08")
    path = tmp_path / "refused.html"
    path.write_text(static_page([StageExplorer(model)], title="Stages"), encoding="utf-8")
    page = open_page(path)
    expect(page.locator(".crrkit-stage-refusal")).to_have_text(model.refusal)
    assert page.get_by_role("slider").count() == page.get_by_role("img").count() == 0
