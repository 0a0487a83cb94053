"""Where in a file the table stands: under which line of names, on which sheet, parted by what."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from crrkit.ground import InputError, check_count, told as _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Fits: TypeAlias = "Callable[[Sequence[str]], bool]"  # whether names are those of a list
SEPARATORS = ",;\t|"
LONGEST_HEAD = 100_000  # letters in the line of names; a reader of CSV refuses longer fields
MOST_TITLES = 50  # lines above the names
DIRECTIVE = re.compile(r'^"?sep=(.)"?[\r\n]*$')  # what a spreadsheet writes, and reads, as the first line


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What the user said of a file; None is seen from the file.

    Attributes:
        sheet: The sheet of a spreadsheet that is read.
        skip: How many lines stand above the names of the columns.
        sep: What parts the fields of a text file.
        encoding: How a text file is encoded.
        fill_down: Whether a row without an id is of the customer above it.
        table: The table of a database that is read.
        query: The query of a database whose rows are read.
    """

    sheet: str | None = None
    skip: int | None = None
    sep: str | None = None
    encoding: str | None = None
    fill_down: bool | None = None
    table: str | None = None
    query: str | None = None

    def __post_init__(self) -> None:
        """Refuse what can be no layout."""
        if self.skip is not None:
            check_count(self.skip, name="skip")
        if self.fill_down is not None:
            self._check_flag()
        if self.sep is not None and not 1 <= len(self.sep) <= 4:  # noqa: PLR2004 - the engine's limit
            message = _("sep={sep!r} cannot part fields. Give what stands between them, such as ';' or '\\t'.")
            raise InputError(message.format(sep=self.sep), argument="sep", given=self.sep)

    def _check_flag(self) -> None:
        if not isinstance(self.fill_down, bool):
            message = _("fill_down={value!r} is neither True nor False.")
            raise InputError(message.format(value=self.fill_down), argument="fill_down", given=self.fill_down)

    def refuse(self, *arguments: str) -> None:
        """Refuse what was said of something that has no such thing."""
        for name in arguments:
            if getattr(self, name) is not None:
                message = _("{name}= is for sources of another kind, and means nothing here. Leave it out.")
                raise InputError(message.format(name=name), argument=name, given=getattr(self, name))


def names_at(rows: Sequence[Sequence[str]], fits: Fits, skip: int | None) -> int:
    """Which row holds the names of the columns: the one that was said, else the first that has those looked for."""
    if skip is not None:
        return skip
    return next((place for place, names in enumerate(rows[: MOST_TITLES + 1]) if fits(names)), 0)


def split(line: str, sep: str | None) -> list[str]:
    """The fields of a line of names; unsaid, what parts them into the most is taken."""
    if sep is not None and len(sep) > 1:
        return line.split(sep)
    parted = [next(csv.reader([line[:LONGEST_HEAD]], delimiter=mark), []) for mark in sep or SEPARATORS]
    return max(parted, key=len)
