"""A notebook saved in JupyterLab and opened again without a kernel, and what JupyterLab could misread or misplace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import nbformat
from playwright.sync_api import Browser, Page, expect

if TYPE_CHECKING:
    from pathlib import Path

CELLS = [
    """import crrkit as crr
crr.widgets.FormulaExplorer(start=70, lost=10, new=30)""",
    """import pandas as pd
paid = [("a", "2024-01-05", 10, "$10 to $20"), ("a", "2024-02-05", 12, "$10 to $20")]
paid += [("b", "2024-01-07", 5, "$5 to $9"), ("b", None, 5, "$5 to $9")]
table = pd.DataFrame(paid, columns=["who", "at", "price in $, less $1", "band"])
base = crr.read_orders(table, customer="who", at="at", amount="price in $, less $1", by="band", as_of="2024-03-01")
crr.retention_by_period(base, every="month", by="band")""",
    "base",
    """from ipywidgets import HBox
HBox([crr.widgets.PeriodExplorer(), crr.widgets.NoiseExplorer(n=10, kept=9)])""",
]


def notebook(path: Path) -> None:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=kernel)), encoding="utf-8")


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 3000}).new_page()
    page.set_default_timeout(180_000)
    page.goto(address)
    page.get_by_text("| Idle").wait_for()
    return page


def call(lab, what: str, method: str = "GET") -> bytes:
    request = Request(f"{lab.url}/api/{what}", headers={"Authorization": f"token {lab.token}"}, method=method)  # noqa: S310 - this machine
    with urlopen(request) as answer:  # noqa: S310
        return answer.read()


def shut_down_kernels(lab) -> None:
    for session in json.loads(call(lab, "sessions")):
        call(lab, f"sessions/{session['id']}", "DELETE")


def test_what_was_saved_still_moves_when_it_is_opened_again(lab, browser: Browser) -> None:
    notebook(lab.folder / "saved.ipynb")
    page = opened(browser, lab.address("saved.ipynb"))
    page.get_by_role("menubar").get_by_text("Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    expect(page.locator(".jp-CodeCell .jp-InputPrompt").last).to_have_text(f"[{len(CELLS)}]:")
    explorer = page.locator(".crrkit-formula")
    explorer.get_by_role("slider", name="Lost by the end").press("ArrowRight")
    expect(explorer).to_contain_text("CRR 84.3%")

    left, right = (box.bounding_box() for box in page.locator(".widget-hbox .crrkit-ui").all())
    assert min(left["width"], right["width"]) > page.locator(".widget-hbox").bounding_box()["width"] / 3
    assert left["x"] + left["width"] <= right["x"]

    expect(page.get_by_text("$10 to $20").first).to_be_visible()
    expect(page.get_by_text("price in $, less $1").first).to_be_visible()
    assert page.locator("mjx-container").count() == 0, "amounts in dollars are no formulas"

    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Control+s")
    expect(page.locator(".jp-mod-dirty")).to_have_count(0)
    page.context.close()
    assert "widgets" in json.loads((lab.folder / "saved.ipynb").read_text(encoding="utf-8"))["metadata"]
    shut_down_kernels(lab)

    page = opened(browser, lab.address("saved.ipynb"))
    explorer = page.locator(".crrkit-formula")
    expect(explorer).to_contain_text("CRR 84.3%")
    explorer.get_by_role("slider", name="Lost by the end").press("ArrowRight")
    expect(explorer).to_contain_text("CRR 82.9%")
    page.context.close()
