"""One of each explorer that there is, for the tests that all have to pass: a new one is tried without being named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import stage_worlds

import crrkit as crr
from crrkit.widgets.cohorts import CohortExplorer
from crrkit.widgets.formula import FormulaExplorer
from crrkit.widgets.own_list import ListExplorer
from crrkit.widgets.static import EXPLORERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from crrkit.widgets.bench.explorer import Explorer

# Those of numbers, which begin with some of their own; the first of them has tests for itself, longer than these.
OF_NUMBERS = tuple(one for one in EXPLORERS.values() if one.made_by and one is not FormulaExplorer)
ALL = sorted(name for name, one in EXPLORERS.items() if not one.needs_python)


def _cohorts(lang: str) -> Explorer:
    base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", amount="total")
    return CohortExplorer(base, lang=lang)


def _own_list(lang: str) -> Explorer:
    base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", by="region")
    return ListExplorer(base, every="month", silence=90, lang=lang)


# Most begin with numbers of their own; these have to be given something.
GIVEN: dict[str, Callable[[str], Explorer]] = {
    "cohort_explorer": _cohorts,
    "list_explorer": _own_list,
    "stage_explorer": lambda lang: EXPLORERS["stage_explorer"](stage_worlds.worked(), lang=lang),
}


def explorer(name: str, *, lang: str = "en") -> Explorer:
    """The explorer as a reader first sees it."""
    return GIVEN[name](lang) if name in GIVEN else EXPLORERS[name](lang=lang)


def main_control(page: Page) -> tuple[Locator, tuple[str, str]]:
    """The first slider, or the longest list: what a reader walks through by key; and the keys there and back."""
    slider = page.locator(".crrkit-ui input[type=range]")
    if slider.count():
        return slider.first, ("ArrowRight", "ArrowLeft")
    lists = page.locator(".crrkit-ui select").all()
    return max(lists, key=lambda each: each.locator("option").count()), ("ArrowDown", "ArrowUp")


def flat_words(words: Any, path: str = "") -> list[tuple[str, str]]:
    """Each text in nested words, with its path."""
    if isinstance(words, str):
        return [(path, words)]
    inside = words.items() if isinstance(words, dict) else enumerate(words)
    return [pair for name, word in inside for pair in flat_words(word, f"{path}.{name}")]
