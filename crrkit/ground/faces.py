"""Lazy loading for packages with heavy modules: the stub lists the names, and each is imported on first access."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def homes(stub: Path) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """Parse ``__init__.pyi``: return a mapping of names to module and name in it, and the list of public names.

    Public names are those above ``def __dir__()``; those below it work as well but are not listed.
    """
    body = ast.parse(stub.read_text(encoding="utf-8")).body
    end = next((at for at, node in enumerate(body) if isinstance(node, ast.FunctionDef)), len(body))
    return _imported(body), sorted(_imported(body[:end]))


def _imported(body: list[ast.stmt]) -> dict[str, tuple[str, str]]:
    return {
        alias.asname or alias.name: (str(node.module), alias.name)
        for node in body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _load(home: str, name: str, *, package: str) -> Any:
    """Return the result of ``from home import name``, which may be a module."""
    if home == package:
        return import_module(f"{home}.{name}")
    return getattr(__import__(home, fromlist=[name]), name)


def face(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` of a package, from the stub next to its ``__file__``."""
    where, shown = homes(Path(file).with_suffix(".pyi"))

    def load(name: str) -> Any:
        if name not in where:
            message = f"{package} has no name {name!r}. Its names are listed by dir({package})."
            raise AttributeError(message)
        home, its_name = where[name]
        value = _load(home, its_name, package=package)
        setattr(sys.modules[package], name, value)
        return value

    return load, lambda: shown, shown
