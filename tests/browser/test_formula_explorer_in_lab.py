"""The formula explorer in a real JupyterLab: with a kernel, and in an executed notebook that nobody trusts yet."""

import re

import nbformat
import pytest
from playwright.sync_api import Page, expect

from crrkit.widgets.formula import FormulaExplorer

CELLS = [
    "from crrkit.widgets import FormulaExplorer\nexplorer = FormulaExplorer(start=70, lost=10, new=30)\nexplorer",
    'print(f"the kernel has lost={explorer.lost}")\nexplorer.new = 45',
]


def notebook(lab, name: str, cells: list[nbformat.NotebookNode]) -> str:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    made = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    (lab.folder / name).write_text(nbformat.writes(made), encoding="utf-8")
    return lab.address(name)


def open_in_lab(page: Page, address: str) -> None:
    """Open a notebook and wait for its kernel: what is run before is lost, or answered by a dialog."""
    page.goto(address)
    page.get_by_text("| Idle").wait_for()  # the status bar; the sign beside the kernel's name is idle too early


def run(page: Page, cell: int) -> None:
    page.locator(".jp-CodeCell .cm-content").nth(cell).click()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".jp-CodeCell .jp-InputPrompt").nth(cell)).to_have_text(re.compile(r"\[\d+\]:"))


def assert_each_name_stands_above_its_value(page: Page) -> None:
    places = [[one.bounding_box() for one in page.locator(f".crrkit-formula {tag}").all()] for tag in ("dt", "dd")]
    assert len(places[0]) == len(places[1]) == 3
    for name, value in zip(*places, strict=True):
        assert (name["x"], value["y"]) == pytest.approx((value["x"], name["y"] + name["height"]), abs=1)


def test_keys_reach_the_explorer_and_the_kernel_follows(lab, page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    open_in_lab(page, notebook(lab, "live.ipynb", [nbformat.v4.new_code_cell(cell) for cell in CELLS]))
    run(page, 0)
    lost = page.get_by_role("slider", name="Lost by the end")
    lost.focus()
    before = page.locator("rect[data-bar=lost]").bounding_box()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("spinbutton", name="Lost by the end")).to_have_value("12")
    expect(page.locator(".crrkit-formula [aria-live=polite]").first).to_contain_text("(88 − 30) / 70 = 82.9%")
    assert page.locator("rect[data-bar=lost]").bounding_box()["height"] > before["height"]
    expect(lost).to_be_focused()
    assert_each_name_stands_above_its_value(page)
    run(page, 1)
    expect(page.get_by_text("the kernel has lost=12")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="New at the end")).to_have_value("45")  # and the explorer follows it
    expect(page.locator(".crrkit-formula [aria-live=polite]").first).to_contain_text("(103 − 45) / 70 = 82.9%")
    assert errors == []


def test_an_executed_notebook_that_is_not_trusted_shows_the_state(lab, page: Page) -> None:
    data, metadata = FormulaExplorer(start=1000, lost=300, new=500)._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    page.goto(notebook(lab, "received.ipynb", [nbformat.v4.new_code_cell("explorer", outputs=[output])]))
    picture = page.get_by_role("img", name="Customers at the start: 1,000. Lost: 300, kept: 700, new: 500.")
    expect(picture).to_be_visible()
    assert picture.evaluate("(one) => one.naturalWidth") > 0
    expect(page.get_by_text("CRR = (1,200 − 500) / 1,000 = 70.0%")).to_be_visible()
