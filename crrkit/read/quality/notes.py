"""Notes on reading, with the arguments that change it or the facts they are about."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self

from crrkit.ground import Told, retold

if TYPE_CHECKING:
    from collections.abc import Mapping


class Note(Told):
    """A note with the arguments of the reader that would resolve it differently, or with facts for `weigh_doubts`.

    Examples:
        >>> Note("2 customer ids are written with ё and with е.", fold="yo").instead
        {'fold': 'yo'}
        >>> Note.about("2 rows repeat others.", doubt="rows that repeat others", rows=2).facts
        {'doubt': 'rows that repeat others', 'rows': 2}
    """

    __slots__ = ("facts", "instead")
    instead: Mapping[str, Any]
    facts: Mapping[str, Any]

    def __new__(cls, text: str, **instead: Any) -> Self:
        """Create a note with the alternative arguments."""
        note = super().__new__(cls, text, partial(retold, text))
        note.instead = instead
        note.facts = {}
        return note

    @classmethod
    def about(cls, text: str, **facts: Any) -> Self:
        """Create a note with its ``doubt`` in short, and the number of rows or the months it is about."""
        note = cls(text)
        note.facts = facts
        return note
