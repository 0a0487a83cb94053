"""The floors of ARCHITECTURE.md hold: imports go down, through the face of a room; heavy libraries stay in theirs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "crrkit"
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))
ROW = re.compile(r"^\| (\d+) \| (.+?) \|", re.MULTILINE)

# Which rooms, or all of a folder, may meet which library; hints of a type that only passes through do not count.
ALLOWED = {
    "ibis": {"read", "reduce"},
    "duckdb": {"read"},
    "matplotlib": {"figures", "report"},
    "ipywidgets": {"widgets", "widgets.list_chooser", "lessons"},
    "anywidget": {"widgets.bench", "widgets.list_chooser"},
    "typer": {"cli"},
    "nbclient": {"report"},
    "nbconvert": {"report"},
}


@dataclass(frozen=True)
class Arrow:
    """One imported name: from which module, and whether only for a type checker."""

    module: str
    name: str
    hint: bool

    @property
    def library(self) -> str:
        return self.module.split(".")[0]


@cache
def arrows(path: Path) -> tuple[Arrow, ...]:
    """Every import of a file, those inside functions too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hints = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found: list[Arrow] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [Arrow(alias.name, "", id(node) in hints) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found += [Arrow(node.module, alias.name, id(node) in hints) for alias in node.names]
    return tuple(found)


def dotted(path: Path) -> str:
    """A file as it is imported, without the package: ``measure.cohorts.grid``."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


NAMES = {dotted(path): path for path in MODULES}
ROOMS = {dotted(path) for path in MODULES if path.name == "__init__.py"} - {"__init__"}


def room_of(name: str) -> str:
    """The folder a module stands in; the few files beside the rooms are rooms of their own."""
    return name if name in ROOMS or "." not in name else name.rpartition(".")[0]


@cache
def inner(path: Path) -> tuple[str, ...]:
    """The modules and rooms of crrkit that a file names; ``""`` for the package itself."""
    found = []
    for arrow in arrows(path):
        if arrow.library == "crrkit":
            base = arrow.module.removeprefix("crrkit").lstrip(".")
            whole = f"{base}.{arrow.name}".strip(".")
            found.append(whole if whole in NAMES else base)
    return tuple(found)


INSIDE = {name: path for name, path in NAMES.items() if "." in name or name in ROOMS}


def shown_whole() -> set[str]:
    """The modules that a face shows as they are, so that their functions are called by two words: `text.format`."""
    faces = {room: import_module(f"crrkit.{room}") for room in ROOMS}
    return {
        f"{room}.{name}"
        for room, face in faces.items()
        for name in face.__all__
        if isinstance(getattr(face, name), ModuleType)
    }


def test_imports_pass_through_the_face_of_a_room() -> None:
    open_to_all = ROOMS | shown_whole()
    past = {
        (name, other)
        for name, path in INSIDE.items()
        for other in inner(path)
        if room_of(other) != room_of(name) and other not in open_to_all
    }
    assert not past, "only __init__ of another room may be imported, and never crrkit itself"


def test_a_face_names_what_it_shows() -> None:
    for room in ROOMS:
        tree = ast.parse(NAMES[room].read_text(encoding="utf-8"))
        listed = [
            node for node in tree.body if isinstance(node, ast.Assign) and "__all__" in ast.unparse(node.targets[0])
        ]
        assert listed, f"{room} has no __all__"


def test_no_module_hides_behind_an_underscore() -> None:
    assert not [name for name in INSIDE if name.rpartition(".")[2].startswith("_")]


@cache
def below(folder: str) -> frozenset[str]:
    """The folders at the top of the package that one of them imports."""
    files = [path for name, path in INSIDE.items() if name.split(".")[0] == folder]
    return frozenset(other.split(".")[0] for path in files for other in inner(path)) - {folder, ""}


def depth(folder: str, above: tuple[str, ...] = ()) -> int:
    assert folder not in above, f"a cycle of folders: {' → '.join([*above, folder])}"
    return 1 + max((depth(other, (*above, folder)) for other in below(folder)), default=0)


def test_each_folder_stands_on_the_floor_that_its_imports_give_it() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    claimed = {room: int(floor) for floor, rooms in ROW.findall(page) for room in re.findall(r"`(\w+)`", rooms)}
    assert claimed == {folder: depth(folder) for folder in {room.split(".")[0] for room in ROOMS}}


def _without_cycle(needs: dict[str, set[str]]) -> None:
    while needs:
        leaves = {name for name, needed in needs.items() if not needed & set(needs) - {name}}
        assert leaves, f"a cycle among {sorted(needs)}"
        needs = {name: needed for name, needed in needs.items() if name not in leaves}


def test_rooms_import_each_other_without_cycles() -> None:
    needs: dict[str, set[str]] = {room: set() for room in ROOMS}
    for name, path in INSIDE.items():
        needs[room_of(name)] |= {room_of(other) for other in inner(path)} & ROOMS - {room_of(name)}
    _without_cycle(needs)


def test_modules_of_a_room_import_each_other_without_cycles() -> None:
    for room in ROOMS:
        own = {name for name in INSIDE if room_of(name) == room and name != room}
        _without_cycle({name: set(inner(NAMES[name])) & own for name in own})


@pytest.mark.parametrize("library", sorted(ALLOWED))
def test_heavy_libraries_stay_in_their_rooms(library: str) -> None:
    met = [(name, arrow) for name, path in NAMES.items() for arrow in arrows(path) if arrow.library == library]
    rooms = {room_of(name) for name, arrow in met if not arrow.hint}
    assert {room for room in rooms if not {room, room.split(".")[0]} & ALLOWED[library]} == set()


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = "{'pandas', 'numpy', 'matplotlib', 'ipywidgets', 'anywidget', 'ibis', 'duckdb', 'babel', 'typer'}"
    code = f"import sys, crrkit; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_the_readers_leave_pandas_to_the_first_long_query(tmp_path: Path) -> None:
    """It is imported while the engine counts, see `crrkit.reduce.queries.run_interruptible`."""
    log = pa.table({"customer": [1, 2], "at": [datetime(2024, 1, 5)] * 2, "kind": ["visit", "purchase"]})  # noqa: DTZ001 - as in a file
    pq.write_table(log, tmp_path / "log.parquet")
    code = """
import sys, crrkit as crr, crrkit.reduce.sharing as sharing
run_interruptible = sharing.run_interruptible
sharing.run_interruptible = lambda *given: print('pandas' in sys.modules) or run_interruptible(*given)
crr.read_events(sys.argv[1])
"""
    asked = [sys.executable, "-c", code, str(tmp_path / "log.parquet")]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[0] == "False"


def test_no_name_hides_a_module() -> None:
    for room in ROOMS:
        face = import_module(f"crrkit.{room}")
        shown = {name for name in face.__all__ if not isinstance(getattr(face, name), ModuleType)}
        assert not shown & {name.rpartition(".")[2] for name in INSIDE if room_of(name) == room and name != room}


# Measures and inks of one drawing, in its own units: each picture may have them.
OF_A_DRAWING = {
    "BAR", "BASE", "BOLD", "BOTTOM", "DASHED", "GAP", "HALF", "HATCH", "HEIGHT", "HUES", "KEPT", "LEFT", "LIFT", "LONG",
    "LOST", "NAMES", "NEW", "QUIET", "RIGHT", "ROOM", "ROW", "TOP", "WIDTH",
}  # fmt: skip
DRAWING = {"figures", "widgets"}
OF_A_TOPIC = {"DRILL"}  # the exercises of a topic of the course: every topic has them


def constants(path: Path) -> Iterator[str]:
    """The names in capitals that a module gives a value; those behind an underscore are its own affair."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [inner.id for target in targets for inner in ast.walk(target) if isinstance(inner, ast.Name)]
            yield from (name for name in names if name.isupper() and not name.startswith("_"))


def test_a_constant_stands_once_and_its_name_means_one_thing() -> None:
    homes: dict[str, list[str]] = {}
    for module, path in NAMES.items():
        free = OF_A_TOPIC | (OF_A_DRAWING if module.split(".")[0] in DRAWING else set())
        for name in set(constants(path)) - free:
            homes.setdefault(name, []).append(module)
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}, (
        "import the constant where it means the same, give it a name of its own where it does not"
    )


LONG = 300


def test_no_module_is_longer_than_one_can_read_at_a_sitting() -> None:
    lines = {name: path.read_text(encoding="utf-8").count("\n") for name, path in NAMES.items()}
    assert {name: n for name, n in lines.items() if n > LONG} == {}, "part it along its subjects"
