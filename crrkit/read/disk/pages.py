"""Web pages and XML, which are tables for spreadsheets whatever they are called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PAGE_BEGINS = re.compile(rb"(?i)^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|table|\?xml|\?mso|head|body|meta|style|div|!--)")
SAYS_WITHIN = 2000  # bytes in which a page says what it is, and how it is encoded


def is_markup(path: Path) -> bool:
    """Whether a file is a web page or XML, whatever it is called."""
    with path.open("rb") as stream:
        return PAGE_BEGINS.match(stream.read(SAYS_WITHIN)) is not None
