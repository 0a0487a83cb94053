"""Interactive explorers: anywidgets that compute and draw in the browser, with their state readable in Python.

An explorer is a folder: a Python class in ``__init__.py``, a plain ES module ``index.js`` and a ``style.css``, appended
to the shared code (``bench/shared.js``, ``bench/shared.css``), and ``still.py``, its static picture for places without
JavaScript. The Python function that computes the same, named in the class, is on a lower floor:
``FormulaExplorer.counts`` is ``crrkit.solve_counts``. Browser tests check that the browser shows what Python computes.
Every explorer has native controls with accessible names, keyboard and touch, light, dark and print, 360 pixels, reset,
"copy as code", and translated messages. Most of that is shared: ``bench/traits.py`` validates the state,
``Explorer._start`` stores it, and ``bench`` of ``shared.js`` handles it in the browser; an explorer adds its arithmetic
and its picture. ``static.py`` lists the explorers.

In a report: besides the widget view, which needs a kernel, the output in an executed notebook has the key
``application/vnd.crrkit.explorer+json`` (`SAVED`) with ``{"module": ..., "state": ...}``: aggregates and texts, never
customers' rows. A preprocessor replaces such an output's data by ``{"text/html": static_html(restore(data[SAVED]),
element_id=..., assets=False)}`` and adds ``static_assets(explorers)`` once at the end of the page; the widget state in
the notebook's metadata can then be dropped. A page's content security policy must allow ``script-src blob:``, ``img-src
data:`` and these scripts and styles, by their hashes, as reports do (``crrkit/report/html.py``), or by
``'unsafe-inline'``; if it forbids the scripts, the static picture remains.
"""

from crrkit.widgets.bench import SAVED, Explorer
from crrkit.widgets.cohorts import CohortExplorer
from crrkit.widgets.decomposition import DecompositionExplorer
from crrkit.widgets.formula import FormulaExplorer
from crrkit.widgets.list_chooser import ListChooser, explore
from crrkit.widgets.noise import NoiseExplorer
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
    """The public names only."""
    return list(__all__)
