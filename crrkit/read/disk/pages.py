"""HTML and XML files, which are read as spreadsheets whatever their extension."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PAGE_BEGINS = re.compile(rb"(?i)^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|table|\?xml|\?mso|head|body|meta|style|div|!--)")
SAYS_WITHIN = 2000  # bytes in which a page declares its type and encoding


def is_markup(path: Path) -> bool:
    """Return whether a file is HTML or XML, whatever its extension."""
    with path.open("rb") as stream:
        return PAGE_BEGINS.match(stream.read(SAYS_WITHIN)) is not None
