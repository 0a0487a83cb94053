"""One of each explorer that there is, for the tests that all have to pass: a new one is tried without being named."""

from collections.abc import Callable

import stage_worlds

import crrkit as crr
from crrkit.widgets import CohortExplorer, Explorer
from crrkit.widgets._static import EXPLORERS

ALL = sorted(name for name, one in EXPLORERS.items() if not one.needs_python)


def _cohorts(lang: str) -> Explorer:
    base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", amount="total")
    return CohortExplorer(base, lang=lang)


# Most begin with numbers of their own; these have to be given something.
GIVEN: dict[str, Callable[[str], Explorer]] = {
    "cohort_explorer": _cohorts,
    "stage_explorer": lambda lang: EXPLORERS["stage_explorer"](stage_worlds.worked(), lang=lang),
}


def explorer(name: str, *, lang: str = "en") -> Explorer:
    """The explorer as a reader first sees it."""
    return GIVEN[name](lang) if name in GIVEN else EXPLORERS[name](lang=lang)
