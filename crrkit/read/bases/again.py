"""A base that knows how it was read, so that it can be read once more with something else said."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from crrkit.read.quality import FOLDS
from crrkit.read.sources import as_opened, opening
from crrkit.reduce import stoppable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crrkit.read.bases.base import Base

Said = ParamSpec("Said")
B = TypeVar("B", bound="Base")

# What is said of rows that are already in an engine; with anything else said the source itself is opened again.
OF_ROWS = {"as_of", "end_is", "fill_down", "fold", "merge_gap", "nobody"}


def can_be_read_again(read: Callable[Said, B]) -> Callable[Said, B]:
    """Let a reader leave in its base how to read the same rows with other arguments."""

    @wraps(read)
    def reading(*source: Said.args, **said: Said.kwargs) -> B:
        with stoppable(), opening() as opened:
            base = read(*source, **said)

        def again(**instead: Any) -> B:
            with stoppable(), as_opened(opened[-1]) if set(instead) <= OF_ROWS else nullcontext():
                return partial(read, *source)(**{**said, **instead})  # type: ignore[call-arg]  # the arguments of a note are those of the reader

        return replace(base, again=again, said=said, opened=opened[-1], path=_path_of(*source))

    return reading


def folded(base: B, fold: Sequence[str]) -> B:
    """The base of purchases in which ids are the same customer also by the last of these differences."""
    ids = FOLDS[fold[-1]].common(base.table["customer"].cast("string"))
    return replace(base, table=base.table.mutate(customer=ids))


def _path_of(source: object = None, *_unnamed: object) -> str | None:
    """The path, pattern or address that was given; None where it was a table or a connection."""
    return str(source) if isinstance(source, str | Path) else None
