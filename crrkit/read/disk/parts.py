"""Several files or sheets as one table: all must have the columns to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.ground import SourceError, told as _

if TYPE_CHECKING:
    from collections.abc import Sequence


def check_part(part: str, has: Sequence[str], wanted: Sequence[str], *, beside: str) -> None:
    """Check that a part has each column to read exactly once.

    Raises:
        SourceError: If not, with the part, the column and what to try.
    """
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
