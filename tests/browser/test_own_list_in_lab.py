"""ListExplorer in a live JupyterLab: its buttons, what the kernel then holds, and the calls that it shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import nbformat
from playwright.sync_api import Browser, Locator, Page, expect

import crrkit as crr

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CELLS = [
    """import crrkit as crr
base = crr.read_orders(crr.sample("orders"), customer="client_id", at="ordered_at", by="region")""",
    'explorer = crr.ListExplorer(base, every="quarter", silence=90)\nexplorer',
    'print("kernel:", explorer.silence, "days, kept", [one["name"] for one in explorer.scenarios])',
    "",
]
HELD = 12  # presses
WATCH = """() => {
    window.shown = [];
    const sentence = document.querySelector(".crrkit-list-sentence");
    const look = () => window.shown.push(Number(sentence.innerText.match(/With (\\d+) days/)[1]));
    new MutationObserver(look).observe(sentence, { childList: true, subtree: true, characterData: true });
}"""


def run(page: Page, cell: int, *, text: str | None = None) -> None:
    """Run a cell, with another text if one is given, and wait until it is done."""
    inside = page.locator(".jp-CodeCell .cm-content").nth(cell)
    inside.click()
    if text is not None:
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(text)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".jp-CodeCell .jp-InputPrompt").nth(cell)).to_have_text(re.compile(r"\[\d+\]:"))


def move_the_silence(page: Page, explorer: Locator) -> None:
    """By a step, then there and back with a key held: each value is shown once, whatever the kernel says meanwhile."""
    explorer.get_by_role("slider", name="Who is a customer").press("ArrowRight")
    expect(explorer.locator(".crrkit-list-sentence")).to_contain_text("With 91 days of silence allowed we kept")
    page.evaluate(WATCH)
    for key in ("ArrowRight", "ArrowLeft"):
        for _ in range(HELD):
            page.keyboard.press(key)
            page.wait_for_timeout(30)
    page.wait_for_timeout(1000)
    there = page.evaluate("window.shown")
    assert len(there) == 2 * HELD
    assert there[:HELD] == sorted(set(there[:HELD]))
    assert there[HELD:] == [*there[: HELD - 1][::-1], 91]


def test_the_buttons_of_a_live_explorer(lab, browser: Browser, open_page: Callable[..., Page], tmp_path: Path) -> None:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    made = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    (lab.folder / "own-list.ipynb").write_text(nbformat.writes(made), encoding="utf-8")
    context = browser.new_context(viewport={"width": 1280, "height": 6000}, accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page, wrong = context.new_page(), []
    page.set_default_timeout(180_000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(lab.address("own-list.ipynb"))
    page.get_by_text("| Idle").wait_for()
    run(page, 0)
    run(page, 1)
    explorer = page.locator(".jp-OutputArea-output .crrkit-ui")
    sentence = explorer.locator(".crrkit-list-sentence")
    expect(sentence).to_contain_text("With 90 days of silence allowed we kept")

    move_the_silence(page, explorer)
    said = sentence.inner_text()
    explorer.get_by_role("button", name="Keep to compare").click()
    expect(explorer.locator(".crrkit-list-of-kept tbody tr")).to_have_count(1)
    run(page, 2)
    expect(page.get_by_text("kernel: 91 days, kept ['setting 1']")).to_be_visible()

    explorer.get_by_role("button", name="Copy as code").click()
    shown = explorer.locator(".crrkit-message code")
    expect(shown).to_contain_text("crr.retention_by_period(base.with_activity(crr.Trailing(days=91))")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == shown.inner_text()
    crr_said, kept = re.findall(r"kept ([\d.]+)% \((\d+) of", said)[0]
    run(page, 3, text=f"{copied}; print('again', round(100 * kept.latest['crr'], 1), kept.latest['kept'])")
    expect(page.get_by_text(f"again {crr_said} {kept}")).to_be_visible()

    explorer.locator("[data-flow=lost]").click()
    lost = int(re.sub(r"\D", "", explorer.locator("[data-flow=lost]").inner_text()))
    call = explorer.locator(".crrkit-list-of-bridge .crrkit-list-who code").inner_text()
    run(page, 3, text=f"print('people', len({call}))")
    expect(page.get_by_text(f"people {lost}", exact=True)).to_be_visible()

    with page.expect_download() as given:
        explorer.get_by_role("button", name="Save as page").click()
    expect(explorer.locator(".crrkit-body > .crrkit-message")).to_contain_text("The page is saved")
    target = tmp_path / given.value.suggested_filename
    given.value.save_as(target)
    saved = open_page(target)
    told = saved.locator(".crrkit-list-sentence")  # of the last period that may be told of
    expect(told).to_contain_text("With 91 days of silence allowed we kept")
    base = crr.read_orders(crr.sample("orders"), customer="client_id", at="ordered_at", by="region")
    shared = crr.ListExplorer(base, every="quarter", silence=91).shared()
    assert told.inner_text() in shared.still()
    assert saved.locator("[data-flow], .crrkit-list-who code").count() == 0
    assert wrong == []
    context.close()
