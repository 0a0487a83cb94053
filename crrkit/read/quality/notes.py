"""Sentences on how a list was read, which know how it would be read the other way, or what they are about."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self

from crrkit.ground import Told, retold

if TYPE_CHECKING:
    from collections.abc import Mapping


class Note(Told):
    """A sentence, and the arguments of the reader that settle its doubt otherwise; or what it is about, to be weighed.

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
        """The sentence with its arguments."""
        note = super().__new__(cls, text, partial(retold, text))
        note.instead = instead
        note.facts = {}
        return note

    @classmethod
    def about(cls, text: str, **facts: Any) -> Self:
        """The sentence with its ``doubt`` in short, and how many rows or which months it is about."""
        note = cls(text)
        note.facts = facts
        return note
