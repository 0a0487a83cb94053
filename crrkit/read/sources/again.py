"""Opened sources are recorded during reading, so that the same rows can be read again with other arguments."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

Kept = TypeVar("Kept")  # an `crrkit.read.sources.opened.Opened`
_SEEN: ContextVar[list[Any] | None] = ContextVar("_SEEN", default=None)
_NUMBERS = count(1)
_BEFORE: ContextVar[Any] = ContextVar("_BEFORE", default=None)


@contextmanager
def opening() -> Iterator[list[Any]]:
    """Context manager that collects the sources opened in it."""
    seen: list[Any] = []
    token = _SEEN.set(seen)
    try:
        yield seen
    finally:
        _SEEN.reset(token)


def remembered(opened: Kept) -> Kept:
    """Record an opened source in the enclosing `opening`, and return it."""
    seen = _SEEN.get()
    if seen is not None:
        seen.append(opened)
    return opened


@contextmanager
def as_opened(opened: Any) -> Iterator[None]:
    """Context manager in which `open_source` returns this source; fields are kept in a new table, besides the first."""
    token = _BEFORE.set(replace(opened, kept_as=f"{opened.kept_as}_{next(_NUMBERS)}"))
    try:
        yield
    finally:
        _BEFORE.reset(token)


def opened_before() -> Any:
    """Return the source to use in place of opening one; None outside `as_opened`."""
    return _BEFORE.get()
