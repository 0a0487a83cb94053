"""Explorers in a page without a kernel: the same module with the state embedded in the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crrkit.ground import InputTypeError, check_choice, described, gettext as _
from crrkit.widgets.bench import island, static_assets, static_html, static_page
from crrkit.widgets.cohorts import CohortExplorer
from crrkit.widgets.decomposition import DecompositionExplorer
from crrkit.widgets.formula import FormulaExplorer
from crrkit.widgets.noise import NoiseExplorer
from crrkit.widgets.own_list import ListExplorer
from crrkit.widgets.period import PeriodExplorer
from crrkit.widgets.stage_rule import StageRuleExplorer
from crrkit.widgets.stages import StageExplorer
from crrkit.widgets.who_is_new import WhoIsNewExplorer

if TYPE_CHECKING:
    from crrkit.widgets.bench import Explorer

__all__ = ["ALL_EXPLORERS", "EXPLORERS", "island", "restore", "static_assets", "static_html", "static_page"]

ALL_EXPLORERS: tuple[type[Explorer], ...] = (
    CohortExplorer,
    DecompositionExplorer,
    FormulaExplorer,
    ListExplorer,
    NoiseExplorer,
    PeriodExplorer,
    StageExplorer,
    StageRuleExplorer,
    WhoIsNewExplorer,
)
EXPLORERS: dict[str, type[Explorer]] = {one.module: one for one in ALL_EXPLORERS}


def restore(saved: Mapping[str, Any]) -> Explorer:
    """Restore the explorer from the output of an executed notebook, key ``application/vnd.crrkit.explorer+json``.

    Examples:
        >>> restore({"module": "formula_explorer", "state": {"start": 70, "lost": 10, "new": 30, "lang": "en"}})
        FormulaExplorer(start=70, lost=10, new=30)
    """
    if not _is_saved(saved):
        message = _("saved is {given}; what an explorer has in .saved is needed, such as FormulaExplorer().saved.")
        raise InputTypeError(message.format(given=described(saved)), argument="saved", given=saved)
    module = check_choice(saved["module"], name="module", choices=EXPLORERS)
    return EXPLORERS[module].from_saved(saved["state"])


def _is_saved(saved: object) -> bool:
    return isinstance(saved, Mapping) and {"module", "state"} <= set(saved)
