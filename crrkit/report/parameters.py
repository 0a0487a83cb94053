"""The first two cells of a report's notebook: the arguments of `write_report`, and the call that rereads the list.

They contain no number of the list, so that the notebook discloses nothing to those who do not have the list.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from crrkit.ground import gettext as _, language
from crrkit.judge import Target, TargetHistory
from crrkit.read import Base, call_of, sample_path, without_credentials
from crrkit.rules import OwnGap, Trailing

if TYPE_CHECKING:
    from collections.abc import Iterator

OF_PARAMETERS, OF_READING = "parameters", "reading"  # tags of cells
NAMES_OF_SETTINGS = ("every", "rule", "first", "last", "min_cell", "language")
LINES_OF_SETTINGS = (
    "import",
    "from",
    *NAMES_OF_SETTINGS,
    "crr.set_language",
    "if path",
    "    raise",
)  # they reveal nothing about the caller
FREE_WORDS = (
    "by",
    "counts",
    "kinds",
    "nobody",
    "open_ends",
    "sheet",
    "table",
    "query",
)  # of the caller
LINE_WIDTH = 110  # characters of a line


@dataclass(frozen=True)
class ReportArguments:
    """The arguments of a report, for the first cells of its notebook.

    Attributes:
        base: The list under the rule of the report.
        every: The period.
        why: The reason for this period, in sentences; empty if the caller chose it.
        first: The first period.
        last: The last one.
        min_cell: The smallest group that is shown.
        target: The target.
        marks: Days of events with their names.
        previous: The file of the earlier report; ``""`` if it was not given as a file, None if there is none.
        folder: The folder of the notebook.
        published: The files of the reports already published; ``""`` for one not given as a file.
    """

    base: Base
    every: str
    why: str = ""
    first: str | None = None
    last: str | None = None
    min_cell: int | None = 10
    target: float | Target | TargetHistory | None = None
    marks: Mapping[str, str] | Mapping[date, str] | None = None
    previous: str | None = None
    folder: Path = Path()
    published: tuple[str | None, ...] = ()

    def parameters(self) -> str:
        """The parameter cell, one assignment per line; unknown values are left to be filled in, with a comment."""
        lines = ["import crrkit as crr", "", *self._path()]
        lines += [f"# {line}" for why in self.why.split("\n") for line in wrap(why, LINE_WIDTH)]
        lines.append(f"every = {self.every!r}")
        if self.base.has_purchases:
            lines.append(f"rule = {_rule(self.base.activity)}")
        lines += [f"{name} = {getattr(self, name)!r}" for name in ("first", "last", "min_cell")]
        if self.target is not None:
            lines.append(f"target = {expression(self.target)}")
        if self.marks:
            lines.append(f"marks = {expression({str(day): name for day, name in self.marks.items()})}")
        if self.previous is not None:
            hint = "" if self.previous else "  # " + _("Put the HTML file of the earlier report here.")
            lines.append(f"previous = {seen_from(self.folder, self.previous) if self.previous else None!r}{hint}")
        if self.published:
            seen = [seen_from(self.folder, path) for path in self.published if path]
            lines.append(f"published = {expression(seen)}")
        lines.append(f"language = {language()!r}")
        return "\n".join(lines)

    def reading(self) -> str:
        """The cell that reads the list."""
        call = f"base = crr.read_{self.base.kind}({{}})"
        given = ["path", *(f"{name}={expression(value)}" for name, value in self._arguments().items())]
        if self.base.has_purchases:
            given.append("activity=rule")
        line = call.format(", ".join(given))
        if len(line) > LINE_WIDTH:
            line = call.format("\n" + "".join(f"    {one},\n" for one in given))
        return "\n".join([
            "from crrkit import figures, report, widgets", "", "crr.set_language(language)", *self._is_there(), line,
        ])  # fmt: skip

    def strings(self) -> Iterator[str]:
        """The strings in these cells from the caller or the data: each may name a customer."""
        path = self.base.path
        yield from _strings_in([None if path is None or _sample(path) else _shown(path, self.folder), self.previous])
        yield from _strings_in([value for name, value in self._arguments().items() if name in FREE_WORDS])
        yield from _strings_in([*(self.marks or {}).values(), *_authors(self.target), *filter(None, self.published)])

    def _arguments(self) -> dict[str, Any]:
        given = {name: value for name, value in (self.base.arguments or {}).items() if value is not None}
        found = dict(given if self.base.kind == "snapshots" else call_of(self.base, given).arguments)
        return {name: value for name, value in found.items() if name != "activity"}

    def _path(self) -> list[str]:
        if self.base.path is None:
            hint = _("No path is known ({source}): put the file of the list here, or the table itself.")
            return [f"path = None  # {' '.join(hint.format(source=self.base.card.source).split())}"]
        name, shown = _sample(self.base.path), _shown(self.base.path, self.folder)
        if name:
            return [f"path = crr.sample_path({name!r})"]
        hint = "" if without_credentials(self.base.path) == self.base.path else "  # " + _("The password is left out.")
        return [f"path = {shown!r}{hint}"]

    def _is_there(self) -> list[str]:
        """A message for running a notebook in which the list is not named yet."""
        if self.base.path is not None:
            return []
        text = _("path is empty: put the file of the list, or the table itself, into the cell above.")
        return ["if path is None:", f"    raise crr.InputError({text!r})"]


def seen_from(folder: Path, path: str) -> str:
    """A path relative to the notebook's folder; absolute paths and URLs are unchanged."""
    return path if "://" in path or Path(path).is_absolute() else os.path.relpath(path, folder)


def _shown(path: str, folder: Path) -> str:
    return without_credentials(seen_from(folder, path))


def _sample(path: str) -> str | None:
    """The name of a sample list, whose path differs between machines."""
    name = Path(path).stem
    try:
        return name if sample_path(name) == Path(path) else None
    except ValueError:
        return None


def _rule(activity: object) -> str:
    """A rule as code."""
    return f"crr.{activity!r}" if isinstance(activity, Trailing | OwnGap) else repr(activity)


def expression(value: object) -> str:
    """A value as an expression of literals; a day is text, which every reader accepts."""
    if isinstance(value, Target):
        given = [(one.name, getattr(value, one.name)) for one in fields(value)]
        return f"crr.Target({', '.join(f'{name}={expression(part)}' for name, part in given if part != '')})"
    if isinstance(value, TargetHistory):
        return f"crr.TargetHistory({expression(value.targets)})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{expression(key)}: {expression(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple | set | frozenset):
        return "[" + ", ".join(map(expression, value)) + "]"
    if isinstance(value, float):
        value = float(value)  # numpy's repr would be a call of numpy
    return repr(value if isinstance(value, bool | int | float | None) else str(value))


def _strings_in(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from _strings_in([*value, *value.values()])
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _strings_in(one)
    elif isinstance(value, str | date | Path):
        yield str(value)


def _authors(target: object) -> list[str]:
    targets = target.targets if isinstance(target, TargetHistory) else (target,) if isinstance(target, Target) else ()
    return [text for one in targets for text in (one.author, one.basis_period, one.strategy_note) if text]
