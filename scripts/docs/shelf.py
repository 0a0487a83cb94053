"""What code has made, as HTML that waits until a page's Markdown has been read: text in Markdown could be misread."""

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
    """The pieces of one page: each is put down once, and `fill` puts them in place of the marks that `put` gave."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.explorers: list[widgets.Explorer] = []

    def put(self, html: str) -> str:
        """A mark for Markdown in place of HTML."""
        self.pieces.append(f'<div class="made">{html}</div>')
        return f"\n<!--made {len(self.pieces) - 1}-->\n"

    def put_explorer(self, explorer: widgets.Explorer) -> str:
        """A mark in place of a live explorer."""
        self.explorers.append(explorer)
        return self.put(widgets.static_html(explorer, element_id=f"explorer-{len(self.explorers)}", assets=False))

    def put_output(self, output: Mapping[str, Any]) -> str:
        """A mark in place of what a cell of a notebook gave: live where it is an explorer, else its best form."""
        data = output.get("data", {})
        if widgets.SAVED in data:
            return self.put_explorer(widgets.restore(data[widgets.SAVED]))
        rich = next((data[kind] for kind in TYPES if kind in data), None)
        text = "".join(data.get("text/plain", output.get("text", "")))
        return self.put("".join(rich) if rich else f"<pre>{escape(text)}</pre>")

    def fill(self, html: str) -> str:
        """The page with its pieces, and once what all its explorers share."""
        filled = MARK.sub(lambda mark: self.pieces[int(mark[1])], html)
        return filled + (widgets.static_assets(self.explorers) if self.explorers else "")
