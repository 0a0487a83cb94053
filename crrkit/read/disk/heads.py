"""Multi-line headers, with group names above the column names, joined to one line."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from crrkit.ground import told as _
from crrkit.read.disk.layout import MOST_TITLES, SEPARATORS, split
from crrkit.read.words import is_usual

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crrkit.read.disk.layout import Fits

MOST_HEAD_LINES = 3
NAMES_NOTHING = re.compile(r"^[-+0-9.,:/\s]+$")  # a number or a date: the line contains values


class Heads(NamedTuple):
    """A joined header: the position of its first line, its number of lines, and the names."""

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
    return note.format(name=name, n=heads.lines, names=", ".join(heads.names[:8]) + (", …" if heads.names[8:] else ""))


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
