"""Interactive explorers: anywidgets that compute and draw in the browser, with their state readable in Python.

An explorer is a folder: a Python class in ``__init__.py``, a plain ES module ``index.js`` and a ``style.css``,
put after what all share (``bench/shared.js``, ``bench/shared.css``), and ``still.py``, its picture for places without
JavaScript. Its headless twin, which the class names, lives on a lower floor: ``FormulaExplorer.counts`` is
``crrkit.solve_counts``. What the browser shows equals what Python computes, and browser tests hold it. Whoever adds an
explorer keeps what the first one has: native controls with accessible names, keyboard and touch, light, dark and print,
360 pixels, reset, "copy as code", words from the catalogue. Most of that stands ready: ``bench/traits.py`` checks the
state, ``Explorer._start`` keeps it, and in the browser ``bench`` of ``shared.js`` moves it; an explorer adds its
arithmetic and its picture. The one list of explorers stands in ``static.py``.

In a report: an executed notebook's output holds beside the widget view, which needs a kernel, the key
``application/vnd.crrkit.explorer+json`` (`SAVED`) with ``{"module": ..., "state": ...}``: aggregates and words,
never customers' rows. A preprocessor replaces such an output's data by
``{"text/html": static_html(restore(data[SAVED]), element_id=..., assets=False)}`` and puts
``static_assets(explorers)`` once at the end of the page; widget state in the notebook's metadata can then be dropped.
A page's content security policy must allow ``script-src blob:``, ``img-src data:`` and these scripts and styles, by
their hashes, as reports do (``crrkit/report/policy.py``), or by ``'unsafe-inline'``; where it forbids the scripts, the
still picture stays.
"""

from crrkit.widgets.bench import SAVED, Explorer
from crrkit.widgets.cohorts import CohortExplorer
from crrkit.widgets.decomposition import DecompositionExplorer
from crrkit.widgets.formula import FormulaExplorer
from crrkit.widgets.list_chooser import ListChooser
from crrkit.widgets.noise import NoiseExplorer
from crrkit.widgets.opening import explore
from crrkit.widgets.own_list import ListExplorer
from crrkit.widgets.period import PeriodExplorer
from crrkit.widgets.stage_rule import StageRuleExplorer
from crrkit.widgets.stages import StageExplorer
from crrkit.widgets.static import restore, static_assets, static_html, static_page
from crrkit.widgets.who_is_new import WhoIsNewExplorer

__all__ = [
    "SAVED",
    "CohortExplorer",
    "DecompositionExplorer",
    "Explorer",
    "FormulaExplorer",
    "ListChooser",
    "ListExplorer",
    "NoiseExplorer",
    "PeriodExplorer",
    "StageExplorer",
    "StageRuleExplorer",
    "WhoIsNewExplorer",
    "explore",
    "restore",
    "static_assets",
    "static_html",
    "static_page",
]


def __dir__() -> list[str]:
    """What the room is for, without what Python and its modules add."""
    return list(__all__)
