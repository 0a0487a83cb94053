"""The face of a room whose modules are heavy: its stub lists the names, and each is loaded when it is first used."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def homes(stub: Path) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """What ``__init__.pyi`` says: name → the module that has it and what it is called there, and which are shown.

    Shown is what stands above ``def __dir__()``; what stands below works too, for whoever knows it.
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
    """What ``from home import name`` would give, a module of that name, too."""
    if home == package:
        return import_module(f"{home}.{name}")
    return getattr(__import__(home, fromlist=[name]), name)


def face(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """``__getattr__``, ``__dir__`` and ``__all__`` of a package, from the stub beside it: names stand once.

    Args:
        package: The package's ``__name__``.
        file: The package's ``__file__``.
    """
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
