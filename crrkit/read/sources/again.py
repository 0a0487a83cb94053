"""What was opened is remembered while a list is read, so that the same rows can be read otherwise."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

Kept = TypeVar("Kept")  # what was opened; `crrkit.read.sources.opened` says what it is
_SEEN: ContextVar[list[Any] | None] = ContextVar("_SEEN", default=None)
_NUMBERS = count(1)
_BEFORE: ContextVar[Any] = ContextVar("_BEFORE", default=None)


@contextmanager
def opening() -> Iterator[list[Any]]:
    """What is opened meanwhile."""
    seen: list[Any] = []
    token = _SEEN.set(seen)
    try:
        yield seen
    finally:
        _SEEN.reset(token)


def remembered(opened: Kept) -> Kept:
    """What was opened, told to whoever asked for it."""
    seen = _SEEN.get()
    if seen is not None:
        seen.append(opened)
    return opened


@contextmanager
def as_opened(opened: Any) -> Iterator[None]:
    """Take this for the source; its fields are kept in a table of their own, since that of the first base stays."""
    token = _BEFORE.set(replace(opened, kept_as=f"{opened.kept_as}_{next(_NUMBERS)}"))
    try:
        yield
    finally:
        _BEFORE.reset(token)


def opened_before() -> Any:
    """What to take for the source, None where it has to be opened."""
    return _BEFORE.get()
