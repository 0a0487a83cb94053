"""The rule explorer with a kernel behind it: what is let go in the browser is counted in Python and comes back."""

import re

import nbformat
import pytest
from playwright.sync_api import Browser, expect

CELLS = [
    'import crrkit as crr\nlog = crr.read_orders(crr.sample("orders"), customer="client_id", at="ordered_at")',
    "from crrkit.widgets import StageRuleExplorer\nexplorer = StageRuleExplorer(log)\nexplorer",
    "print(f\"k={explorer.rule.k_long}, long {explorer.counts['long']}\")\nexplorer.lapse_days = 60",
]


@pytest.mark.slow
def test_a_rule_is_counted_in_python(lab, browser: Browser) -> None:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS], metadata=kernel)
    (lab.folder / "rule.ipynb").write_text(nbformat.writes(made), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    page.set_default_timeout(180_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(lab.address("rule.ipynb"))
    page.get_by_text("| Idle").wait_for()

    def run(cell: int) -> None:
        page.locator(".jp-CodeCell .cm-content").nth(cell).click()
        page.keyboard.press("Control+Enter")
        done = page.locator(".jp-CodeCell .jp-InputPrompt").nth(cell)
        expect(done).to_have_text(re.compile(r"\[\d+\]:"))

    run(0)
    run(1)
    long = page.locator("tr[data-stage=long] td")
    expect(long).to_have_text(["", "249", "249"])
    page.get_by_role("slider", name="Purchase days needed for the long stage").press("ArrowLeft")
    expect(page.locator(".crrkit-rule dl")).to_have_attribute("aria-busy", "false")
    expect(long).to_have_text(["", "296", "249"])
    run(2)
    expect(page.get_by_text("k=2, long 296")).to_be_visible()  # and what Python changes is shown
    expect(page.locator(".crrkit-sum")).to_contain_text("lapsed after 60 days of silence")
    expect(page.get_by_role("spinbutton", name="Lapsed after so many days of silence")).to_have_value("60")
    assert wrong == []
    page.close()
