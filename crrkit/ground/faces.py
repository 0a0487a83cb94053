"""The face of a room whose modules are heavy: its stub lists the names, and each is loaded when it is first used."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def homes(stub: Path) -> dict[str, tuple[str, str]]:
    """Name → the module that has it and what it is called there, as ``__init__.pyi`` says."""
    return {
        alias.asname or alias.name: (str(node.module), alias.name)
        for node in ast.parse(stub.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def face(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """``__getattr__``, ``__dir__`` and ``__all__`` of a package, from the stub beside it: names stand once.

    Args:
        package: The package's ``__name__``.
        file: The package's ``__file__``.
    """
    where = homes(Path(file).with_suffix(".pyi"))
    shown = sorted(name for name in where if not name.startswith("_"))

    def load(name: str) -> Any:
        if name not in where:
            message = f"{package} has no name {name!r}. Its names are listed by dir({package})."
            raise AttributeError(message)
        home, its_name = where[name]
        value = import_module(f"{home}.{its_name}") if home == package else getattr(import_module(home), its_name)
        setattr(sys.modules[package], name, value)
        return value

    return load, lambda: shown, shown
