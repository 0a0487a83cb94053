"""The exceptions of crrkit, whose messages name the given value, what is required and what to try."""

from __future__ import annotations

import traceback
from typing import Any

_PACKAGE = __file__.removesuffix("ground/errors.py")


class CrrkitError(Exception):
    """Base class of the exceptions of crrkit; messages are one or two full sentences."""

    __module__ = "crrkit"  # as a reader of a traceback knows it

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows: the reader's own line and the message, not the ten frames of crrkit."""
        frames = traceback.extract_tb(self.__traceback__)
        entered = next((place for place, one in enumerate(frames) if one.filename.startswith(_PACKAGE)), len(frames))
        own = frames[:entered] or frames
        called = [f"----> {own[-1].lineno} {own[-1].line}", ""] if own else []
        return [*called, f"{type(self).__name__}: {self}"]


class InputError(CrrkitError, ValueError):
    """Raised for an invalid value.

    Attributes:
        argument: The name of the argument, or None.
        given: The given value, or None.
        available: The valid values, if they are a short list.
    """

    __module__ = "crrkit"  # as a reader of a traceback knows it

    def __init__(
        self, message: str, *, argument: str | None = None, given: object = None, available: list[str] | None = None
    ) -> None:
        super().__init__(message)
        self.argument = argument
        self.given = given
        self.available = available or []


class InputTypeError(InputError, TypeError):
    """Raised for a value of an invalid type, such as text instead of a number."""

    __module__ = "crrkit"  # as a reader of a traceback knows it


class ColumnNotFoundError(InputError, LookupError):
    """Raised for a column that the table does not have; ``available`` lists its columns."""

    __module__ = "crrkit"  # as a reader of a traceback knows it


class SourceError(InputError):
    """Raised for a file, table or URL that cannot be read."""

    __module__ = "crrkit"  # as a reader of a traceback knows it


class UnsettledError(SourceError):
    """Raised for a source that can be read in several ways with different results.

    Attributes:
        calls: The calls to choose from, each with ``python()`` and ``typed()``.
    """

    __module__ = "crrkit"  # as a reader of a traceback knows it

    def __init__(self, message: str, *, calls: tuple[Any, ...], **words: str) -> None:
        self.calls, self._message, self._words = calls, message, words
        super().__init__(message.format(calls=[call.python() for call in calls], **words), argument="source")

    def typed(self) -> str:
        """Return the message with options of the command line in place of Python calls."""
        return self._message.format(calls=[call.typed() for call in self.calls], **self._words)


class InconsistentCounts(InputError):  # noqa: N818 - the name is part of the specification
    """Raised for counts that contradict each other."""

    __module__ = "crrkit"  # as a reader of a traceback knows it


class AccountingMismatch(InconsistentCounts):
    """Raised for counts that violate ``start - lost + new + returned = end``; ``residual`` is right minus left side."""

    __module__ = "crrkit"  # as a reader of a traceback knows it

    def __init__(self, message: str, *, residual: float, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.residual = residual


class MissingDependencyError(CrrkitError, ImportError):
    """Raised if a library that an optional feature requires is not installed."""

    __module__ = "crrkit"  # as a reader of a traceback knows it


class UndefinedRateWarning(UserWarning):
    """Warns of an undefined rate: its denominator is 0."""

    __module__ = "crrkit"  # as a reader of a traceback knows it
