"""The explorers of the course in a browser: the same numbers as Python, and every reader's way to move them."""

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from controls import box, message, slider
from every_explorer import OF_NUMBERS
from playwright.sync_api import Page, expect
from screens import DESK_AND_TELEPHONE

import crrkit as crr
from crrkit.counts.duration import (
    YEARS_PER_PERIOD,
)
from crrkit.ground.languages import format_percent, format_points, use_language
from crrkit.judge.decomposition import decompose
from crrkit.widgets.bench.explorer import Explorer, module_text
from crrkit.widgets.bench.traits import Mix
from crrkit.widgets.decomposition import DecompositionExplorer
from crrkit.widgets.noise import NoiseExplorer
from crrkit.widgets.period import PeriodExplorer
from crrkit.widgets.static import EXPLORERS, static_page
from crrkit.widgets.who_is_new import MAYBE_NEW, WhoIsNewExplorer

OpenPage = Callable[..., Page]
# The first slider of each, and what one press of an arrow key makes of it.
FIRST = {
    DecompositionExplorer: (
        "Before Share of middle, %",
        "41",
        {"before": {"middle": (0.41, 0.55), "long": (0.59, 0.925)}},
    ),
    NoiseExplorer: ("Kept to the end", "10", {"kept": 10}),
    PeriodExplorer: ("Retention rate of one period, %", "86", {"rate": 0.86}),
    WhoIsNewExplorer: ("Came back and stayed", "2", {"returned": 2}),
}


@pytest.fixture
def shown(open_page: OpenPage, tmp_path: Path) -> Callable[..., Page]:
    def shown(*explorers: Explorer, **options: object) -> Page:
        path = tmp_path / "explorers.html"
        path.write_text(static_page(explorers, title="The course"), encoding="utf-8")
        return open_page(path, **options)

    return shown


def code(page: Page) -> str:
    page.get_by_role("button", name="Copy as code").click()
    return page.locator(".crrkit-message code").inner_text()


def moved(explorer: type[Explorer]) -> Explorer:
    return explorer(**explorer().state | FIRST[explorer][2])


every_explorer = pytest.mark.parametrize("explorer", OF_NUMBERS, ids=lambda one: one.__name__)


@every_explorer
@pytest.mark.parametrize(("width", "scheme"), DESK_AND_TELEPHONE)
def test_an_arrow_key_moves_the_numbers_and_the_picture(
    shown: Callable[..., Page], explorer: type[Explorer], width: int, scheme: str
) -> None:
    page = shown(explorer(), viewport={"width": width, "height": 800}, color_scheme=scheme)
    name, value, _changed = FIRST[explorer]
    before = page.locator(".crrkit-picture").inner_html()
    slider(page, name).focus()
    page.keyboard.press("ArrowRight")
    expect(box(page, name)).to_have_value(value)
    told = moved(explorer)
    expect(page.locator(".crrkit-numbers")).to_have_text(first_sentence(told))
    assert page.locator(".crrkit-picture").inner_html() != before
    expect(page.get_by_role("img")).to_have_accessible_name(alt(told))
    assert code(page) == told.code
    assert_it_fits(page, width)
    ink = page.locator(".crrkit-ui").evaluate("(one) => getComputedStyle(one).color")
    assert ink == ("rgb(0, 0, 0)" if scheme == "light" else "rgb(255, 255, 255)")


def first_sentence(told: Explorer) -> str:
    """The sum that the browser shows: with it the line of the still form begins."""
    line = re.sub("^<p[^>]*>", "", told.still()).split("</p>")[0]
    return re.split(r"(?<=\.) (?=Every|Nothing|Off)|\. Equivalent", line)[0]


def alt(told: Explorer) -> str:
    return told.still().split('alt="')[1].split('"')[0]


def assert_it_fits(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = page.locator("svg text").evaluate_all(
        "(all) => all.filter((one) => one.textContent).map((one) => [one.textContent, one.getBoundingClientRect()])"
        ".filter(([, r]) => r.left < 0 || r.right > innerWidth).map(([text]) => text)"
    )
    assert outside == []
    for target in page.locator("input[type=range], input[type=number], select, label:has(input), button").all():
        place = target.bounding_box()
        assert min(place["width"], place["height"]) >= 24


@every_explorer
def test_what_is_no_number_is_told_and_reset_returns_to_the_first_state(
    shown: Callable[..., Page], explorer: type[Explorer]
) -> None:
    page = shown(explorer())
    numbers, picture = page.locator(".crrkit-numbers"), page.locator(".crrkit-picture")
    first = numbers.inner_text(), picture.inner_html()
    one = box(page, FIRST[explorer][0])
    for typed in ("-1", "e"):  # the one letter that a browser lets into a number
        one.focus()
        page.keyboard.press("Control+a")
        page.keyboard.type(typed)
        expect(message(page)).to_contain_text("is needed. Until then")
        expect(one).to_have_attribute("aria-invalid", "true")
        expect(one).to_have_accessible_description(message(page).inner_text())
        assert (numbers.inner_text(), picture.inner_html()) == first
    slider(page, FIRST[explorer][0]).press("Home")
    expect(page.locator("[aria-invalid]")).to_have_count(0)
    assert picture.inner_html() != first[1]
    one.fill("-1")
    expect(one).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("[aria-invalid]")).to_have_count(0)
    expect(one).not_to_have_value("-1")
    expect(message(page)).to_have_text("The first numbers are back.")
    assert (numbers.inner_text(), picture.inner_html()) == first
    assert code(page) == explorer().code


@every_explorer
def test_the_keyboard_reaches_everything_in_russian_too(shown: Callable[..., Page], explorer: type[Explorer]) -> None:
    page = shown(explorer(lang="ru"), viewport={"width": 360, "height": 800})
    controls = page.locator(".crrkit-ui :is(input, select, button)")
    controls.first.wait_for()
    for control in controls.all():
        page.keyboard.press("Tab")
        expect(control).to_be_focused()
        assert control.evaluate("(one) => getComputedStyle(one).outlineStyle") == "solid"
    names = page.locator(".crrkit-ui").aria_snapshot()
    assert not any(word in names for word in ("slider \n", "spinbutton \n", "undefined", "NaN", "{"))
    assert page.locator(".crrkit-ui").evaluate("(one) => one.lang") == "ru"
    assert_it_fits(page, 360)


@every_explorer
def test_without_scripts_and_in_print_the_picture_stays(shown: Callable[..., Page], explorer: type[Explorer]) -> None:
    page = shown(explorer(), java_script_enabled=False)
    assert page.get_by_role("img", name=alt(explorer())).bounding_box()["height"] > 200
    page = shown(explorer())
    page.emulate_media(media="print")
    expect(page.get_by_role("img")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("slider")).to_have_count(0)


def test_all_of_the_family_share_a_page(shown: Callable[..., Page]) -> None:
    page = shown(*(explorer(lang=lang) for explorer in OF_NUMBERS for lang in ("en", "ru")))
    expect(page.locator(".crrkit-ui")).to_have_count(2 * len(OF_NUMBERS))
    ids = page.locator("[id]").evaluate_all("(all) => all.map((one) => one.id)")
    assert len(ids) == len(set(ids))


def computed(page: Page, module: str, inputs: list[Any], body: str) -> list[Any]:
    """What the functions of a module make of each input, in one go."""
    script = """async ([source, inputs]) => {
        const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
        const { default: _view, speaker, ...math } = await import(url);
        const says = ["en", "ru"].map(speaker);
        return inputs.map((one) => { %s });
    }"""
    return page.evaluate(script % body, [module_text(EXPLORERS[module].folder), inputs])


@pytest.fixture
def blank(open_page: OpenPage, tmp_path: Path) -> Page:
    (tmp_path / "blank.html").write_text("<!doctype html><title>Blank</title>", encoding="utf-8")
    return open_page(tmp_path / "blank.html")


def hold_the_lines_of_code(explorer: type[Explorer], answers: list[tuple[dict[str, Any], Any]], at: int) -> None:
    """The line that the browser copies is the one of Python; an explorer for each of a thousand would take long."""
    for given, answer in answers[::20]:
        assert answer[at] == explorer(**given).code


def dice() -> random.Random:
    return random.Random(20240701)  # noqa: S311 - repeatable, not secret


@pytest.mark.surface
def test_compounding_is_that_of_python(blank: Page) -> None:
    roll = dice()
    rates = [0.0, 1.0, 0.85, 0.5, *(round(roll.random(), roll.randint(1, 12)) for _ in range(996))]
    inputs = [
        {"rate": rate, "period": roll.choice([*YEARS_PER_PERIOD]), "horizon": roll.randint(1, 60)} for rate in rates
    ]
    body = """const end = math.course(one).at(-1);
        const ink = says.map((say) => [say.percent(end.multiplied), say.points(end.compounded - end.multiplied, "pp")]);
        return [end.compounded, end.multiplied, math.annual(one), math.lowest(end.multiplied), math.code(one), ink];"""
    answers = list(zip(inputs, computed(blank, "period_explorer", inputs, body), strict=True))
    for given, (left, added_up, annual, low, _line, ink) in answers:
        rate, n = given["rate"], given["horizon"]
        year = crr.convert_rate(rate, from_=given["period"], to="year")
        assert (left, added_up, annual) == pytest.approx((rate**n, 1 - n * (1 - rate), year), abs=1e-9)
        assert -1 <= low <= max(added_up, -1)
        for lang, shown in zip(("en", "ru"), ink, strict=True):
            with use_language(lang):
                gap = format_points(rate**n - (1 - n * (1 - rate)))
                assert shown == [format_percent(1 - n * (1 - rate)), gap.replace("п.\N{NO-BREAK SPACE}п.", "pp")], given
    hold_the_lines_of_code(PeriodExplorer, answers, 4)


def test_intervals_and_draws_are_those_of_python(blank: Page) -> None:
    roll = dice()
    inputs = []
    for _ in range(1000):
        n = roll.randint(1, 10 ** roll.randint(1, 2))
        level = round(roll.uniform(0.5, 0.999), roll.randint(2, 8))
        inputs.append({"n": n, "kept": roll.randint(0, n), "level": level, "seed": roll.randrange(2**32)})
    inputs += [{"n": 10_000, "kept": 8_500, "level": 0.999, "seed": 2**32 - 1}]
    body = "const chart = math.chart(one); return [math.interval(one), chart, math.scale(chart), math.code(one)];"
    answers = list(zip(inputs, computed(blank, "noise_explorer", inputs, body), strict=True))
    hold_the_lines_of_code(NoiseExplorer, answers, 3)
    for given, (interval, *_chart, _line) in answers:
        assert interval == pytest.approx(crr.wilson(given["kept"], given["n"], level=given["level"]), abs=1e-9), given
    for given, (_interval, chart, scale, _line) in answers[::-5]:  # one frame each takes its time
        told = crr.simulate_chart(given["n"], rate=given["kept"] / given["n"], seed=given["seed"])
        assert chart["rates"] == told.table["crr"].tolist(), given
        assert chart["signals"] == told.table["signal"].tolist(), given
        limits = (told.centre, told.table["low"][0], told.table["high"][0])
        assert (chart["centre"], chart["low"], chart["high"]) == pytest.approx(limits, abs=1e-9)
        assert scale[0] < min(chart["rates"])


def test_the_sixteen_meanings_are_those_of_python(blank: Page) -> None:
    roll = dice()
    inputs = []
    for _ in range(1000):
        counts = {name: roll.randint(0, 10 ** roll.randint(0, 6)) for name in ("start", "new", *MAYBE_NEW)}
        counted = [name for name in MAYBE_NEW if roll.random() < 0.5]
        inputs.append(counts | {"lost": roll.randint(0, counts["start"]), "counted": counted})
    body = """const { crr, truth, every, calledNew } = math.answers(one);
        return [crr, truth, calledNew, every, math.errors(one), math.code(one)];"""
    answers = list(zip(inputs, computed(blank, "who_is_new_explorer", inputs, body), strict=True))
    hold_the_lines_of_code(WhoIsNewExplorer, answers, 5)
    for given, (rate, truth, called_new, every, errors, _line) in answers:
        told = crr.who_is_new(**{name: count for name, count in given.items() if name != "counted"})
        chosen = int("".join(str(int(name in given["counted"])) for name in MAYBE_NEW), 2)
        rates = told.table["crr"].tolist()
        assert [rate, truth, *every] == pytest.approx([rates[chosen], told.truth, *rates], rel=1e-9, nan_ok=True), given
        assert called_new == told.table["new"][chosen]
        if given["start"]:  # what the flows add explains the whole difference
            assert sum(errors.values()) == round((rates[chosen] - told.truth) * given["start"]), given


def test_the_split_is_that_of_python(blank: Page) -> None:
    roll = dice()
    inputs = [mixes_of(DecompositionExplorer())]
    while len(inputs) < 1000:
        names = [f"s{i}" for i in range(roll.randint(2, 6))]
        inputs.append({period: random_mix(names, roll) for period in ("before", "after")})
        if roll.random() < 0.3:  # the same rates: only the mix moves
            for old, now in zip(*inputs[-1].values(), strict=True):
                now[2] = old[2]
    paradoxes = {
        "fell": "yet the overall rate fell",
        "rose": "yet the overall rate rose",
        "mixAlone": "by the mix alone",
    }
    seen = set()
    body = "return [math.split(one), math.code(one)];"
    answers = list(zip(inputs, computed(blank, "decomposition_explorer", inputs, body), strict=True))
    hold_the_lines_of_code(DecompositionExplorer, answers, 1)
    for given, (parts, _line) in answers:
        mixes = [{name: (w, r) for name, w, r in rows if w} for rows in given.values()]
        told = decompose(*mixes)
        numbers = (told.crr_before, told.crr_after, told.change, told.rate_effect, told.mix_effect)
        found = [parts[name] for name in ("before", "after", "change", "rate", "mix")]
        assert found == pytest.approx(numbers, abs=1e-9), given
        named = [name for name, words in paradoxes.items() if any(words in note for note in told.notes)]
        assert parts["notes"]["paradox"] == "".join(named), given
        once = {name for mix, other in (mixes, mixes[::-1]) for name in mix if name not in other}
        assert {given["before"][i][0] for i in parts["notes"]["once"]} == once
        seen |= {*named, bool(once)}
    assert seen == {*paradoxes, True, False}


def mixes_of(explorer: DecompositionExplorer) -> dict[str, list[list[Any]]]:
    return {name: Mix.as_rows(mix) for name, mix in explorer.state.items()}


def random_mix(names: list[str], roll: random.Random) -> list[list[Any]]:
    heads = [roll.choice((0, 0, 1, 2, 3, 5, 8)) for _name in names]
    heads[-1] += not any(heads)
    digits = roll.randint(1, 12)
    return [[name, n / sum(heads), round(roll.random(), digits)] for name, n in zip(names, heads, strict=True)]


# ---- what each of them does beside ----


def test_another_draw_changes_the_points_and_reset_brings_the_first_back(shown: Callable[..., Page]) -> None:
    page = shown(NoiseExplorer(seed=5))
    first = page.locator(".crrkit-picture").inner_html()
    page.get_by_role("button", name="Another draw").click()
    assert page.locator(".crrkit-picture").inner_html() != first
    assert code(page) == NoiseExplorer(seed=6).code
    alarm = page.locator("[data-marker=below], [data-marker=above], [data-marker=run]")
    assert alarm.count() == 3  # periods 3 (three of ten), 11 and 12 (the ends of a run)
    assert alarm.count() == len(NoiseExplorer(seed=6).chart.signals)
    page.get_by_role("button", name="Reset").click()
    assert page.locator(".crrkit-picture").inner_html() == first
    assert alarm.count() == 0


def test_kept_follows_n_and_comes_back(shown: Callable[..., Page]) -> None:
    page = shown(NoiseExplorer())
    box(page, "Customers at the start").fill("5")
    expect(message(page)).to_have_text("Kept went down to 5: there are no more customers.")
    box(page, "Customers at the start").fill("50")
    expect(message(page)).to_be_empty()
    expect(box(page, "Kept to the end")).to_have_value("9")
    box(page, "Kept to the end").fill("51")
    expect(message(page)).to_have_text("51 is more than the 50 customers there were. Until it fits, 9 stands.")
    box(page, "Customers at the start").fill("60")
    expect(page.locator(".crrkit-numbers")).to_contain_text("51 of 60 is 85.0%")
    slider(page, "Kept to the end").press("End")
    slider(page, "Kept to the end").press("ArrowRight")
    expect(message(page)).to_have_text("All 60 are kept already; nobody else can be.")


def test_the_period_changes_only_what_a_year_is(shown: Callable[..., Page]) -> None:
    page = shown(PeriodExplorer())
    year = page.locator("[data-result=annual] dd")
    expect(year).to_have_text("14.2%")
    page.get_by_role("combobox", name="Period").select_option("quarter")
    expect(year).to_have_text(f"{PeriodExplorer(period='quarter').annual:.1%}")
    expect(page.locator("[data-result=compounded] dd")).to_have_text("14.2%")
    assert page.locator("option").evaluate_all("(all) => all.map((one) => one.value)") == [*YEARS_PER_PERIOD]
    box(page, "Retention rate of one period, %").fill("97.25")
    assert code(page) == PeriodExplorer(rate=0.9725, period="quarter").code


def test_a_tick_is_another_meaning_of_new(shown: Callable[..., Page]) -> None:
    page = shown(WhoIsNewExplorer())
    expect(page.locator(".crrkit-numbers")).to_have_text("(6 − 6) / 5 = 0.0%; truly 3 / 5 = 60.0%.")
    for name in ("joined and left", "came back and left", "left and rejoined"):
        page.get_by_role("checkbox", name=name, exact=True).uncheck()
    expect(page.locator(".crrkit-numbers")).to_have_text("(6 − 3) / 5 = 60.0%; truly 3 / 5 = 60.0%.")
    expect(page.locator(".crrkit-note")).to_contain_text("so the formula is right")
    page.get_by_role("checkbox", name="came back", exact=True).uncheck()
    page.get_by_role("checkbox", name="joined and left", exact=True).press("Space")
    expect(page.locator(".crrkit-note")).to_have_text(
        re.compile(r"Right by luck, the errors cancel: −20.0\spp joined and left; \+20.0\spp came back\.")
    )
    assert code(page) == WhoIsNewExplorer(counted=["joined_and_left"]).code
    box(page, "Customers at the start").fill("0")
    expect(page.locator(".crrkit-note")).to_contain_text("undefined, not 0")
    assert page.locator("dd").all_inner_texts() == ["–", "–", "–", "– to –"]


def test_the_last_segment_takes_the_rest_and_shares_cannot_pass_all(shown: Callable[..., Page]) -> None:
    three = {"a": (0.2, 0.5), "b": (0.3, 0.9), "c": (0.5, 0.6)}
    page = shown(DecompositionExplorer(before=three, after=three))
    rest = page.get_by_role("group", name="Before").locator(".crrkit-readout")
    expect(rest).to_have_text("50.0%")
    box(page, "Before Share of a, %").fill("60.5")
    expect(rest).to_have_text("9.5%")
    expect(slider(page, "Before Share of b, %")).to_have_attribute("max", "39.5")
    box(page, "Before Share of b, %").fill("40")
    expect(message(page)).to_have_text("The shares would sum to more than 100%. Until it fits, 30 stands.")
    before = {"a": (0.605, 0.5), "b": (0.3, 0.9), "c": (0.095, 0.6)}
    assert code(page) == DecompositionExplorer(before=before, after=three).code
    box(page, "Before Share of a, %").fill("0")
    expect(page.locator(".crrkit-note")).to_contain_text("Only in one of the periods, so that all they do is mix: a.")
