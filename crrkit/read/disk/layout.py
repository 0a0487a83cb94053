"""The position of the table in its file: header line, sheet, field separator."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from crrkit.ground import InputError, check_count, told as _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Fits: TypeAlias = "Callable[[Sequence[str]], bool]"  # returns whether names are the header of a list
SEPARATORS = ",;\t|"
LONGEST_HEAD = 100_000  # characters in the header; the CSV reader refuses longer fields
MOST_TITLES = 50  # lines above the header
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
        """Raise an error if any of these arguments was given, since it does not apply to the source."""
        for name in arguments:
            if getattr(self, name) is not None:
                message = _("{name}= is for sources of another kind, and means nothing here. Leave it out.")
                raise InputError(message.format(name=name), argument=name, given=getattr(self, name))


def names_at(rows: Sequence[Sequence[str]], fits: Fits, skip: int | None) -> int:
    """Return the position of the header: the given one, else the first row with the needed columns."""
    if skip is not None:
        return skip
    return next((place for place, names in enumerate(rows[: MOST_TITLES + 1]) if fits(names)), 0)


def split(line: str, sep: str | None) -> list[str]:
    """Split a header into fields; by default with the separator that gives the most fields."""
    if sep is not None and len(sep) > 1:
        return line.split(sep)
    parted = [next(csv.reader([line[:LONGEST_HEAD]], delimiter=mark), []) for mark in sep or SEPARATORS]
    return max(parted, key=len)
