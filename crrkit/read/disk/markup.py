"""Tables in HTML and in SpreadsheetML (XML), which shops and accounting programs export as .xls."""

from __future__ import annotations

import codecs
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

from crrkit.ground import told as _
from crrkit.read.disk.encodings import encoding_of
from crrkit.read.disk.files import SAYS_WITHIN

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_DECLARED = re.compile(rb"""(?i)(?:charset|encoding)\s*=\s*["']?([\w.:-]+)""")
CELL_TAGS, ROW_TAGS = ("td", "th", "cell"), ("tr", "row")
Span = tuple[int, int, int]  # the first and the last row of a cell, and its column
MOST_SPANNED = 1000  # a larger colspan or rowspan is an error


class Page(NamedTuple):
    """A table: its rows, and the cells that span several of them."""

    name: str
    rows: list[list[str | None]]
    spans: list[Span]

    def cells(self) -> pd.DataFrame:
        """Return the rows as a data frame, padded to equal width."""
        import pandas as pd

        width = max(map(len, self.rows), default=0)
        return pd.DataFrame([[*row, *[None] * (width - len(row))] for row in self.rows], dtype=object)


def pages_of(path: Path) -> list[Page]:
    """Return the tables of a page by name or number, without those that have no row of several cells."""
    content = path.read_bytes()
    parser = _Tables()
    parser.feed(content.decode(_encoding(content, path), errors="replace"))
    parser.close()
    return [page for page in parser.pages if any(sum(cell is not None for cell in row) > 1 for row in page.rows)]


def _encoding(content: bytes, path: Path) -> str:
    """Return the declared encoding of the page, if valid; else the detected one."""
    said = _DECLARED.search(content[:SAYS_WITHIN])
    try:
        name = codecs.lookup(said[1].decode("ascii")).name if said else ""
        content.decode(name or "ascii")
    except (LookupError, UnicodeError):
        return encoding_of(content, path)
    return "utf-8-sig" if name == "utf-8" else name or "utf-8"


class _Tables(HTMLParser):
    """Parser that collects the cells of all tables; nested tables are separate."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[Page] = []
        self.open: list[Page] = []
        self.taken: list[dict[int, int]] = []  # per open table: columns still filled by a cell above, and how far
        self.text: list[str] | None = None
        self.sheet, self.reach = "", (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start a table, a row or a cell."""
        name, said = _bare(tag), {_bare(key): value or "" for key, value in attrs}
        if name == "worksheet":
            self.sheet = said.get("name", "")
        elif name == "table":
            self._end_cell()
            page = Page(self.sheet or _("table {n}").format(n=len(self.pages) + 1), [], [])
            self.pages.append(page)
            self.open.append(page)
            self.taken.append({})
        elif self.open and name in ROW_TAGS:
            self._end_cell()
            self.open[-1].rows.append([])
        elif self.open and name in CELL_TAGS:
            self._begin_cell(said)
        elif name in ("br", "p", "div") and self.text is not None:
            self.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End a table, a row or a cell."""
        name = _bare(tag)
        if name in (*CELL_TAGS, *ROW_TAGS, "table"):
            self._end_cell()
        if name == "table" and self.open:
            self.open.pop()
            self.taken.pop()

    def handle_data(self, data: str) -> None:
        """Add the text of a cell."""
        if self.text is not None:
            self.text.append(data)

    def _begin_cell(self, said: dict[str, str]) -> None:
        self._end_cell()
        rows = self.open[-1].rows
        if not rows:
            rows.append([])
        row, place = rows[-1], _number(said.get("index"), 0)
        while len(row) < place - 1 or self.taken[-1].get(len(row), 0) >= len(rows):
            row.append(None)
        across = _number(said.get("colspan"), 1) + _number(said.get("mergeacross"), 0)
        down = _number(said.get("rowspan"), 1) + _number(said.get("mergedown"), 0)
        self.text, self.reach = [], (across, down)

    def _end_cell(self) -> None:
        if self.text is None or not self.open:
            return
        rows, (across, down) = self.open[-1].rows, self.reach
        row, text = rows[-1], " ".join("".join(self.text).split())
        if down > 1:
            self.open[-1].spans.append((len(rows) - 1, len(rows) + down - 2, len(row)))
            self.taken[-1] |= dict.fromkeys(range(len(row), len(row) + across), len(rows) + down - 1)
        row += [text or None, *[None] * (across - 1)]
        self.text = None


def _bare(name: str) -> str:
    """Return a name without its namespace prefix, as in ss:Index."""
    return name.rpartition(":")[2].lower()


def _number(said: str | None, otherwise: int) -> int:
    return min(int(said), MOST_SPANNED) if said and said.isdecimal() else otherwise
