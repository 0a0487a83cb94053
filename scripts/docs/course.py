"""The course as pages: the executed notebooks, with live explorers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.docs.shelf import Shelf


def lesson(notebook: Path, shelf: Shelf) -> str:
    """A notebook as Markdown, with placeholders for the outputs of its cells."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join(_cell(cell, shelf) for cell in cells).replace(".ipynb)", ".md)")


def _cell(cell: dict[str, Any], shelf: Shelf) -> str:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return source
    return f"```python\n{source}\n```\n" + "\n".join(map(shelf.put_output, cell["outputs"]))
