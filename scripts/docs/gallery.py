"""The gallery: `docs/gallery.md`, with the output of each code block inserted below it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from crrkit import figures, widgets

if TYPE_CHECKING:
    from scripts.docs.shelf import Shelf

BLOCK = re.compile(r"^```python\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


def with_pictures(page: str, shelf: Shelf) -> str:
    """The page with a placeholder below each block that ends in a chart or an explorer; the blocks run in order."""
    names: dict[str, Any] = {}
    return BLOCK.sub(lambda block: block[0] + _shown(_run(block[1], names), shelf), page)


def _run(code: str, names: dict[str, Any]) -> Any:
    """The value of a block's last line, as in a notebook; None if it is not an expression."""
    *before, last = ast.parse(code).body
    if not isinstance(last, ast.Expr):
        exec(code, names)  # noqa: S102 - our own page
        return None
    exec(compile(ast.Module(before, []), "gallery.md", "exec"), names)  # noqa: S102 - our own page
    return eval(compile(ast.Expression(last.value), "gallery.md", "eval"), names)  # noqa: S307 - our own page


def _shown(value: Any, shelf: Shelf) -> str:
    if isinstance(value, widgets.Explorer):
        return shelf.put_explorer(value)
    return "" if value is None else shelf.put(figures.to_svg(value))
