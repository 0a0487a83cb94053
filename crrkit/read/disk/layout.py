"""The position of the table in its file: sheet, field separator, header, and the columns of each part."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from crrkit.ground import InputError, SourceError, check_count, first_few, told as _
from crrkit.read.words import is_usual

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Fits: TypeAlias = "Callable[[Sequence[str]], bool]"  # returns whether names are the header of a list
SEPARATORS = ",;\t|"
LONGEST_HEAD = 100_000  # characters in the header; the CSV reader refuses longer fields
MOST_TITLES = 50  # lines above the header
MOST_HEAD_LINES = 3
NAMES_NOTHING = re.compile(r"^[-+0-9.,:/\s]+$")  # a number or a date: the line contains values
DIRECTIVE = re.compile(r'^"?sep=(.)"?[\r\n]*$')  # Excel's separator directive in the first line


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The layout given by the user; None means detected from the file.

    Attributes:
        sheet: The sheet of a workbook.
        skip: The number of lines above the header.
        sep: The field separator of a text file.
        encoding: The encoding of a text file.
        fill_down: Whether a row without an id belongs to the customer above.
        table: The table of a database.
        query: The query of a database.
    """

    sheet: str | None = None
    skip: int | None = None
    sep: str | None = None
    encoding: str | None = None
    fill_down: bool | None = None
    table: str | None = None
    query: str | None = None

    def __post_init__(self) -> None:
        """Check the values."""
        if self.skip is not None:
            check_count(self.skip, name="skip")
        fill_down: object = self.fill_down  # may be of any type
        if not (fill_down is None or isinstance(fill_down, bool)):
            message = _("fill_down={value!r} is neither True nor False.")
            raise InputError(message.format(value=fill_down), argument="fill_down", given=fill_down)
        if self.sep is not None and not 1 <= len(self.sep) <= 4:  # noqa: PLR2004 - the engine's limit
            message = _("sep={sep!r} cannot separate fields. Give the character between them, such as ';' or '\\t'.")
            raise InputError(message.format(sep=self.sep), argument="sep", given=self.sep)

    def refuse(self, *arguments: str) -> None:
        """Raise an error if any of these arguments was given, since it does not apply to the source."""
        for name in arguments:
            if getattr(self, name) is not None:
                message = _("{name}= is for sources of another kind and has no effect here. Leave it out.")
                raise InputError(message.format(name=name), argument=name, given=getattr(self, name))


def names_at(rows: Sequence[Sequence[str]], fits: Fits) -> int:
    """Return the position of the header: the first row with the needed columns."""
    return next((place for place, names in enumerate(rows[: MOST_TITLES + 1]) if fits(names)), 0)


def split(line: str, sep: str | None) -> list[str]:
    """Split a header into fields; by default with the separator that gives the most fields."""
    if sep is not None and len(sep) > 1:
        return line.split(sep)
    parted = [next(csv.reader([line[:LONGEST_HEAD]], delimiter=mark), []) for mark in sep or SEPARATORS]
    return max(parted, key=len)


class Heads(NamedTuple):
    """A header of several lines, joined to one: the position of its first line, its number of lines, and the names."""

    place: int
    lines: int
    names: list[str]


def joined(rows: Sequence[Sequence[str]], fits: Fits) -> Heads | None:
    """Return the first lines that give a fitting header if joined; None if a single line fits, or none do."""
    if any(fits(row) for row in rows[: MOST_TITLES + 1]):
        return None
    for place in range(min(len(rows) - 1, MOST_TITLES)):
        for lines in range(2, MOST_HEAD_LINES + 1):
            taken = rows[place : place + lines]
            if len(taken) < lines or any(NAMES_NOTHING.match(cell) for cell in taken[-1]):
                break
            found = next((names for names in _names(taken) if fits(names)), None)
            if found is not None:
                return Heads(place, lines, found)
    return None


def joined_lines(lines: Sequence[str], sep: str | None, fits: Fits) -> tuple[Heads | None, str]:
    """Return the joined header of the lines of a text file, and their field separator."""
    mark = sep or max(SEPARATORS, key=lambda one: max((len(split(line, one)) for line in lines), default=0))
    return joined([split(line, mark) for line in lines], fits), mark


def heads_note(name: str, heads: Heads) -> str:
    """Return the note on the joined header."""
    note = _("{name}: the names of the columns stand over {n} {n:line|lines}, and were joined: {names}.")
    return note.format(name=name, n=heads.lines, names=first_few(heads.names, 8))


def _names(lines: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return three variants: the lowest part of each name if it is a usual name, if it is unique, and all parts."""
    width = max(map(len, lines))
    rows = [[*(cell.strip() for cell in line), *[""] * (width - len(line))] for line in lines]
    for above, below in pairwise(rows):
        for place in range(1, width):  # a group name is above the first of its columns
            if not above[place] and below[place]:
                above[place] = above[place - 1]
    parts = [list(dict.fromkeys(row[place] for row in rows if row[place])) for place in range(width)]
    full, lowest = [" ".join(part) for part in parts], [part[-1] if part else "" for part in parts]
    pairs = list(zip(lowest, full, strict=True))
    once = [low if lowest.count(low) == 1 else whole for low, whole in pairs]
    usual = [low if lowest.count(low) == 1 and is_usual(low) else whole for low, whole in pairs]
    return [usual, once, full]


def check_part(part: str, has: Sequence[str], wanted: Sequence[str], *, beside: str) -> None:
    """Raise an error if a part, a file or a sheet, does not have each column to read exactly once."""
    folded = [name.casefold() for name in has]
    for name in wanted:
        if folded.count(name.casefold()) > 1:
            message = _("{part} has more than one column called {name!r}. Rename all but one.")
        elif name.casefold() not in folded:
            message = _(
                "{part} has no column {name!r}, which {beside} has; its columns are {columns}. Give it the same names,"
                " or leave it out."
            )
        else:
            continue
        told = {"part": part, "name": name, "beside": beside, "columns": ", ".join(has)}
        raise SourceError(message.format(**told), argument="source")
