"""HTML outputs kept aside while a page's Markdown is rendered, so that Markdown does not alter them."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from crrkit import widgets

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = re.compile(r"<!--made (\d+)-->")
TYPES = ("text/html", "image/svg+xml")


class Shelf:
    """The outputs of one page: `put` stores one and returns a placeholder, `fill` replaces the placeholders."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.explorers: list[widgets.Explorer] = []

    def put(self, html: str) -> str:
        """A placeholder for HTML in the Markdown."""
        self.pieces.append(f'<div class="made">{html}</div>')
        return f"\n<!--made {len(self.pieces) - 1}-->\n"

    def put_explorer(self, explorer: widgets.Explorer) -> str:
        """A placeholder for a live explorer."""
        self.explorers.append(explorer)
        return self.put(widgets.static_html(explorer, element_id=f"explorer-{len(self.explorers)}", assets=False))

    def put_output(self, output: Mapping[str, Any]) -> str:
        """A placeholder for a cell's output: live if it is an explorer, otherwise its richest representation."""
        data = output.get("data", {})
        if widgets.SAVED in data:
            return self.put_explorer(widgets.restore(data[widgets.SAVED]))
        rich = next((data[kind] for kind in TYPES if kind in data), None)
        text = "".join(data.get("text/plain", output.get("text", "")))
        return self.put("".join(rich) if rich else f"<pre>{escape(text)}</pre>")

    def fill(self, html: str) -> str:
        """The page with its outputs, and once the code that all its explorers share."""
        filled = MARK.sub(lambda mark: self.pieces[int(mark[1])], html)
        return filled + (widgets.static_assets(self.explorers) if self.explorers else "")
