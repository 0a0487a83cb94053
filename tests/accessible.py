"""What axe-core finds on a page, for the browser tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

GRAVE = {"serious", "critical"}


def grave(page: Page, context: dict[str, list[list[str]]] | None = None) -> list[str]:
    """What is seriously wrong, and where."""
    rules = Axe().run(page, context).response["violations"]
    return [
        f"{rule['impact']} {rule['id']}: {place['html'][:200]}\n{place['failureSummary']}"
        for rule in rules
        if rule["impact"] in GRAVE
        for place in rule["nodes"]
    ]
