"""The shared base of all explorers: the anywidget and its state, its validation, the browser tools.

``shared.js`` and ``shared.css`` are prepended to each explorer's own ``index.js`` and ``style.css``; an explorer's
``import`` of them is for the tools that check and test JavaScript, and is removed from the code sent to the browser.
"""

from crrkit.widgets.bench.explorer import (
    SAVED,
    Explorer,
    StateError,
    about,
    as_state_error,
    frame_words,
    module_text,
    named,
    no_account,
    row_of,
    shared_text,
    still_html,
    style_text,
)
from crrkit.widgets.bench.pages import island, static_assets, static_html, static_page
from crrkit.widgets.bench.traits import (
    LARGEST_COUNT,
    POINT,
    SLIDERS,
    Choice,
    Count,
    Fraction,
    Mix,
    Some,
    check_lost,
    lost_words,
)

__all__ = [
    "LARGEST_COUNT",
    "POINT",
    "SAVED",
    "SLIDERS",
    "Choice",
    "Count",
    "Explorer",
    "Fraction",
    "Mix",
    "Some",
    "StateError",
    "about",
    "as_state_error",
    "check_lost",
    "frame_words",
    "island",
    "lost_words",
    "module_text",
    "named",
    "no_account",
    "row_of",
    "shared_text",
    "static_assets",
    "static_html",
    "static_page",
    "still_html",
    "style_text",
]
