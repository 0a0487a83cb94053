"""The exceptions of crrkit: each says what was given, what is needed and what to try."""

from __future__ import annotations

from typing import Any


class CrrkitError(Exception):
    """Every error that crrkit raises on purpose; its text is one or two whole sentences."""

    __module__ = "crrkit"  # as a reader of a traceback knows it


class InputError(CrrkitError, ValueError):
    """A value that cannot be used.

    Attributes:
        argument: The name the user typed, or None.
        given: The value the user gave, or None.
        available: What could have been given, when that is a short list.
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
    """A value of a type that cannot be used, such as text where a number is needed."""

    __module__ = "crrkit"  # as a reader of a traceback knows it


class ColumnNotFoundError(InputError, LookupError):
    """A column that the table does not have; ``available`` lists those it has."""

    __module__ = "crrkit"  # as a reader of a traceback knows it


class SourceError(InputError):
    """A file, table or address that cannot be read."""

    __module__ = "crrkit"  # as a reader of a traceback knows it


class UnsettledError(SourceError):
    """A source that can be read in several ways, which give different numbers.

    Attributes:
        calls: The ways, each with ``python()`` and ``typed()``.
    """

    __module__ = "crrkit"  # as a reader of a traceback knows it

    def __init__(self, message: str, *, calls: tuple[Any, ...], **words: str) -> None:
        self.calls, self._message, self._words = calls, message, words
        super().__init__(message.format(calls=[call.python() for call in calls], **words), argument="source")

    def typed(self) -> str:
        """The same sentence for whoever types options."""
        return self._message.format(calls=[call.typed() for call in self.calls], **self._words)


class InconsistentCounts(InputError):  # noqa: N818 - the name is part of the specification
    """Counts that no group of customers can have produced."""

    __module__ = "crrkit"  # as a reader of a traceback knows it


class AccountingMismatch(InconsistentCounts):
    """Counts that break ``start - lost + new + returned = end``; ``residual`` is end minus the other side."""

    __module__ = "crrkit"  # as a reader of a traceback knows it

    def __init__(self, message: str, *, residual: float, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.residual = residual


class MissingDependencyError(CrrkitError, ImportError):
    """A library that an optional part of crrkit needs and that is not installed."""

    __module__ = "crrkit"  # as a reader of a traceback knows it


class UndefinedRateWarning(UserWarning):
    """A rate without a denominator: there was nobody to keep."""

    __module__ = "crrkit"  # as a reader of a traceback knows it
