"""Sentences on how a list was read, which know how it would be read the other way."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self

from crrkit.ground import Told, retold

if TYPE_CHECKING:
    from collections.abc import Mapping


class Note(Told):
    """A sentence, and the arguments of the reader that settle its doubt otherwise.

    Examples:
        >>> Note("2 customer ids are written with ё and with е.", fold="yo").instead
        {'fold': 'yo'}
    """

    __slots__ = ("instead",)
    instead: Mapping[str, Any]

    def __new__(cls, text: str, **instead: Any) -> Self:
        """The sentence with its arguments."""
        note = super().__new__(cls, text, partial(retold, text))
        note.instead = instead
        return note
