"""Interactive explorers: each one anywidget that computes and draws in the browser, with its state readable in Python.

An explorer is a Python class, a plain ES module of the same name and a style sheet, each put after what all of them
share (``shared.js``, ``shared.css``); its headless twin lives on a lower floor (``FormulaExplorer.counts`` is
``crrkit.solve_counts``). What the browser shows equals what Python computes, and browser tests hold it. Whoever adds
an explorer keeps what the first one has: native controls with accessible names, keyboard and touch, light, dark and
print, 360 pixels, reset, "copy as code", words from the catalogue, and a still picture for places without JavaScript.
Most of that stands ready: ``_traits.py`` checks the state, ``Explorer._start`` keeps it, and in the browser ``bench``
of ``shared.js`` moves it; an explorer of numbers adds its arithmetic and its picture.

In a report: an executed notebook's output holds beside the widget view, which needs a kernel, the key
``application/vnd.crrkit.explorer+json`` (:data:`SAVED`) with ``{"module": ..., "state": ...}``: aggregates and words,
never customers' rows. A preprocessor replaces such an output's data by
``{"text/html": static_html(restore(data[SAVED]), element_id=..., assets=False)}`` and puts
``static_assets(explorers)`` once at the end of the page; widget state in the notebook's metadata can then be dropped.
A page's content security policy must allow ``script-src 'unsafe-inline' blob:``, ``style-src 'unsafe-inline'`` and
``img-src data:``; where it forbids the scripts, the still picture stays.
"""

from crrkit.widgets.cohort_explorer import CohortExplorer
from crrkit.widgets.decomposition_explorer import DecompositionExplorer
from crrkit.widgets.explorer import SAVED, Explorer
from crrkit.widgets.formula_explorer import FormulaExplorer
from crrkit.widgets.noise_explorer import NoiseExplorer
from crrkit.widgets.period_explorer import PeriodExplorer
from crrkit.widgets.stage_explorer import StageExplorer
from crrkit.widgets.stage_rule_explorer import StageRuleExplorer
from crrkit.widgets.static import restore, static_assets, static_html, static_page
from crrkit.widgets.who_is_new_explorer import WhoIsNewExplorer

__all__ = [
    "SAVED",
    "CohortExplorer",
    "DecompositionExplorer",
    "Explorer",
    "FormulaExplorer",
    "NoiseExplorer",
    "PeriodExplorer",
    "StageExplorer",
    "StageRuleExplorer",
    "WhoIsNewExplorer",
    "restore",
    "static_assets",
    "static_html",
    "static_page",
]
