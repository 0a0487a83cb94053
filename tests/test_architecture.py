"""The floors of ARCHITECTURE.md hold: imports go down, never sideways, and heavy libraries stay in their rooms."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import crrkit

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "crrkit"
MODULES = sorted(PACKAGE.rglob("*.py"))
ROW = re.compile(r"^\| (\d+) \| (.+?) \|", re.MULTILINE)
FLOORS = {
    room: int(floor)
    for floor, rooms in ROW.findall((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    for room in re.findall(r"`(\w+)`", rooms)
}

HINTS = {"bases", "events", "movement", "stages"}  # of a type that passes through
# Which rooms may meet which library.
ALLOWED = {
    "ibis": {"tables", "reductions", "cohort_reductions", "stage_reductions", "contract_reductions", *HINTS},
    "duckdb": {"tables"},
    "matplotlib": {"figures", "report"},
    "ipywidgets": {"widgets", "lessons"},
    "anywidget": {"widgets"},
    "typer": {"cli"},
    "nbclient": {"report"},
    "nbconvert": {"report"},
}


def room_of(path: Path) -> str:
    """The module or folder directly below the package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def imports_of(path: Path) -> list[str]:
    """Every dotted name a file imports, those inside functions too."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def rooms_imported(path: Path) -> set[str]:
    names = [name.split(".") for name in imports_of(path)]
    return {parts[1] for parts in names if parts[0] == "crrkit" and len(parts) > 1} - {room_of(path)}


def test_imports_go_down() -> None:
    inside = [path for path in MODULES if room_of(path) != "__init__"]
    too_high = {
        str(path.relative_to(PACKAGE)): above
        for path in inside
        if (above := {room for room in rooms_imported(path) if FLOORS.get(room, -1) >= FLOORS[room_of(path)]})
    }
    assert len(inside) > 100
    assert not too_high


def test_every_room_has_a_floor_and_every_floor_its_rooms() -> None:
    rooms = {room_of(path) for path in MODULES} - {"__init__"}
    assert rooms == set(FLOORS)


@pytest.mark.parametrize("library", sorted(ALLOWED))
def test_heavy_libraries_stay_in_their_rooms(library: str) -> None:
    meet = {room_of(path) for path in MODULES if any(name.split(".")[0] == library for name in imports_of(path))}
    assert meet <= ALLOWED[library]


def test_modules_of_a_room_import_each_other_without_cycles() -> None:
    for folder in (path.parent for path in PACKAGE.glob("*/__init__.py")):
        below = {
            path.stem: {name.split(".")[2] for name in imports_of(path) if name.startswith(f"crrkit.{folder.name}.")}
            for path in folder.glob("*.py")
            if path.stem != "__init__"
        }
        while below:
            leaves = {name for name, needed in below.items() if not needed & set(below) - {name}}
            assert leaves, f"a cycle among {sorted(below)} in {folder.name}"
            below = {name: needed for name, needed in below.items() if name not in leaves}


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = "{'pandas', 'numpy', 'matplotlib', 'ipywidgets', 'anywidget', 'ibis', 'duckdb', 'babel', 'typer'}"
    code = f"import sys, crrkit; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there_and_no_name_hides_a_module() -> None:
    for name in crrkit.__all__:
        assert getattr(crrkit, name) is not None
    modules = {room_of(path) for path in MODULES}
    functions = set(crrkit.__all__) - set(crrkit._ROOMS)
    assert not functions & modules
