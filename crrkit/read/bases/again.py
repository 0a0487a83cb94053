"""A base that knows how it was read, so that it can be read once more with something else said."""

from __future__ import annotations

from dataclasses import replace
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from crrkit.read.bases.base import Base

Said = ParamSpec("Said")
B = TypeVar("B", bound="Base")


def can_be_read_again(read: Callable[Said, B]) -> Callable[Said, B]:
    """Let a reader leave in its base how to read the same source with other arguments."""

    @wraps(read)
    def reading(*source: Said.args, **said: Said.kwargs) -> B:
        def again(**instead: Any) -> B:
            return partial(read, *source)(**{**said, **instead})  # type: ignore[call-arg]  # the arguments of a note are those of the reader

        return replace(read(*source, **said), again=again, said=said)

    return reading
