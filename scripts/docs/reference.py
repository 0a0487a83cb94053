"""The reference by question: every public name on exactly one page, the page of the question that it answers.

The questions are those of the README's table. The names in a row go to that page, with their results and the types in
their signatures, then the other names of the same modules, then of the same folders. The rest goes to the page of its
submodule.
"""

from __future__ import annotations

import inspect
import re
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import crrkit as crr
from crrkit.ground.faces import homes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).parent.parent.parent
ROW = re.compile(r"^\| (.+?) \| (.+) \|$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
NAME = re.compile(r"[A-Za-z]\w*(?:\.\w+)?")
WORD = re.compile(r"\w+")
# A word in the answer to a question, and the submodule that is wholly on its page.
WHOLE = {"figures": "figures", "widgets": "widgets", "life_table": "lifetime"}


class Page(NamedTuple):
    """A page of the reference: its file, its question or submodule, the table's answer, and its names."""

    file: str
    title: str
    answer: str
    names: tuple[str, ...]


@cache
def submodules() -> dict[str, ModuleType]:
    """The submodules that ``dir(crrkit)`` shows."""
    return {name: value for name in dir(crr) if isinstance(value := getattr(crr, name), ModuleType)}


@cache
def public() -> dict[str, Any]:
    """Every public name as typed after ``crr.``: those shown at the top, those of the submodules, those not shown."""
    top = homes(Path(crr.__file__).with_suffix(".pyi"))[0]
    names = [
        *dir(crr),
        *(f"{submodule}.{name}" for submodule, face in submodules().items() for name in shown(face)),
        *top,
    ]
    values = {name: _value(name) for name in names if not name.startswith("_")}
    return {name: value for name, value in values.items() if not isinstance(value, ModuleType)}


def shown(submodule: ModuleType) -> list[str]:
    """The names that a submodule exports; for a plain module, its own classes."""
    own = [name for name, value in vars(submodule).items() if inspect.isclass(value) and issubclass(value, Exception)]
    return list(getattr(submodule, "__all__", own))


def _value(name: str) -> Any:
    submodule, _dot, its_name = name.rpartition(".")
    return getattr(submodules()[submodule] if submodule else crr, its_name)


@cache
def things() -> dict[str, tuple[str, ...]]:
    """Each object once: its main name → its other names."""
    found: dict[object, list[str]] = {}
    for name, value in public().items():
        found.setdefault(id(value) if callable(value) else name, []).append(name)
    return {names[0]: tuple(names[1:]) for names in found.values()}


@cache
def questions() -> dict[str, str]:
    """The table of the README: question → functions."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme[readme.index("## Which question") : readme.index("## What it guarantees")]
    return dict(ROW.findall(table)[1:])


@cache
def pages() -> list[Page]:
    """The reference, page by page: the questions in table order, then the submodules with the remaining names."""
    left = dict.fromkeys(things())
    found = {question: _take(_named(answer), left) for question, answer in questions().items()}
    for wider in (_made, _given, _mentioned, _beside, _near):
        for names in found.values():
            names.extend(_take(wider(names, left), left))
    for question, answer in questions().items():
        found[question] += _take(_inside([WHOLE[word] for word in NAME.findall(answer) if word in WHOLE], left), left)
    found |= {submodule: _take(_inside([submodule], left), left) for submodule in submodules()}
    return [
        Page(f"reference/{slug(title)}.md", title, questions().get(title, ""), tuple(names))
        for title, names in found.items()
        if names
    ]


def slug(title: str) -> str:
    """A title as a file name."""
    return re.sub(r"\W+", "-", title.lower()).strip("-") or "what-if"


def _take(names: Iterable[str], left: dict[str, None]) -> list[str]:
    """Take those of the names that are on no page yet."""
    mine = [name for name in dict.fromkeys(names) if name in left]
    for name in mine:
        del left[name]
    return mine


def _named(answer: str) -> Iterator[str]:
    known = {other: name for name, others in things().items() for other in (name, *others)}
    for code in CODE.findall(answer):
        for word in NAME.findall(code):
            yield known.get(word, known.get(word.split(".")[0], ""))


def _made(names: Iterable[str], left: Iterable[str]) -> list[str]:
    """The result types whose first maker is one of these functions."""
    ways = {name: next(iter(getattr(_value(name), "made_by", ())), "") for name in left}
    return [name for name, way in ways.items() if way.removeprefix("crr.").partition("(")[0] in set(names)]


def _given(names: Iterable[str], _left: Iterable[str]) -> list[str]:
    values = [_value(name) for name in names]
    return _classes(value.__annotations__.get("return") for value in values if inspect.isfunction(value))


def _mentioned(names: Iterable[str], _left: Iterable[str]) -> list[str]:
    """The classes in the signatures of these, in the signatures of those classes, and so on."""
    found = list(dict.fromkeys(names))
    for name in found:  # which grows meanwhile
        found += [other for other in _classes(_hints(_value(name))) if other not in found]
    return found


def _classes(hints: Iterable[object]) -> list[str]:
    named = {value.__name__: name for name in things() if inspect.isclass(value := _value(name))}
    return [named[word] for hint in hints for word in WORD.findall(str(hint)) if word in named]


def _hints(value: Any) -> Iterator[object]:
    """The types in the signature of a function, or of a class's public methods."""
    if inspect.isfunction(value):
        yield from value.__annotations__.values()
    elif inspect.isclass(value):
        yield from (base.__name__ for base in value.__mro__[1:])
        yield from vars(value).get("__annotations__", {}).values()
        for name, member in vars(value).items():
            function = inspect.unwrap(getattr(member, "fget", None) or getattr(member, "__func__", member))
            if not name.startswith("_") and inspect.isfunction(function):
                yield from function.__annotations__.values()


def _beside(names: Iterable[str], left: Iterable[str]) -> list[str]:
    return _living_with(names, left, where=str)


def _near(names: Iterable[str], left: Iterable[str]) -> list[str]:
    return _living_with(names, left, where=lambda module: module.rpartition(".")[0])


def _living_with(names: Iterable[str], left: Iterable[str], *, where: Callable[[str], str]) -> list[str]:
    homes_of = {name: where(_value(name).__module__) for name in (*names, *left) if callable(_value(name))}
    mine = {homes_of[name] for name in names if name in homes_of}
    return [name for name in left if homes_of.get(name) in mine and homes_of[name] not in {"", "crrkit"}]


def _inside(whole: Iterable[str], left: Iterable[str]) -> list[str]:
    return [name for name in left if name.rpartition(".")[0] in set(whole)]


def written() -> dict[str, str]:
    """The pages as Markdown, by file; mkdocstrings replaces each ``:::`` by the docstring."""
    return {"reference/index.md": _index()} | {page.file: _page(page) for page in pages()}


def _page(page: Page) -> str:
    head = f"# {page.title[0].upper()}{page.title[1:]}\n" if page.answer else f"# crr.{page.title}\n"
    entries = [_entry(name, things()[name]) for name in page.names]
    return "\n".join([head, f"In the table of questions: {page.answer}.\n" if page.answer else "", *entries])


def _entry(name: str, others: Iterable[str]) -> str:
    """One name: its heading, its other names, and the place for its docstring."""
    heading = f"      heading: crr.{name}\n      toc_label: {name}\n"
    also = "".join(f"Also `crr.{other}`.\n" for other in others)
    return f"::: crrkit.{name}\n    options:\n{heading}\n{also}"


def _index() -> str:
    """The index: the questions with their pages, the submodules, and every name from A to Z."""
    place = {name: page.file.removeprefix("reference/") for page in pages() for name in page.names}
    asked = [
        f"| [{page.title}]({page.file.removeprefix('reference/')}) | {page.answer} |" for page in pages() if page.answer
    ]
    by_letter = sorted(place, key=lambda name: name.rpartition(".")[2].lower())
    every = [f"[`{name}`]({place[name]}#crrkit.{name})" for name in by_letter]
    texts = {name: inspect.cleandoc(str(submodule.__doc__)) for name, submodule in submodules().items()}
    sections = [f"## crr.{name}\n\n{text}\n" for name, text in texts.items()]
    table = ["| question | functions, each begins with `crr.` |", "|---|---|", *asked, ""]
    return "\n".join(
        ["# By question\n", *table, "# The submodules\n", *sections, "# From A to Z\n", " · ".join(every), ""]
    )
