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


@pytest.fixture
def page(open_page: OpenPage, page_file: Path) -> Page:
    opened = open_page(page_file)
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


def test_a_slider_moved_by_key_says_what_python_says(page: Page, base: crr.OrderBase) -> None:
    first = under(base, 90).latest
    expect(sentence(page)).to_have_text(
        f"By 90 days of silence we kept {format_percent(first['crr'])} ({first['kept']} of {first['start']})"
        " in December 2024."
    )
    silence(page).focus()
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
        assert ("nobody bought otherwise" in said) == (days != 90)
        known = kept.table[kept.table["crr"].notna()]
        assert points == pytest.approx(dict(zip(known["period"], known["crr"], strict=True)), abs=1e-12), days


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
    expect(sentence(page)).to_contain_text("region: North. By")
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
    expect(sentence(page)).to_contain_text("By 90 days of silence we kept")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(open_page: OpenPage, page_file: Path, scheme: str) -> None:
    page = open_page(page_file, viewport={"width": 360, "height": 800}, color_scheme=scheme)
    sentence(page).wait_for()
    page.get_by_role("button", name="Keep to compare").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 360


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
