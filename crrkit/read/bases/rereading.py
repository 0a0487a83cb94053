"""Bases that remember how they were read, so that they can be read again with changed arguments."""

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

Arguments = ParamSpec("Arguments")
B = TypeVar("B", bound="Base")

# Arguments that apply to rows already in an engine; with any other argument the source itself is opened again.
OF_ROWS = {"as_of", "end_is", "fill_down", "fold", "merge_gap", "nobody"}


def rereadable(read: Callable[Arguments, B]) -> Callable[Arguments, B]:
    """Decorator of a reader: store in its base how to read the same rows with changed arguments."""

    @wraps(read)
    def reading(*source: Arguments.args, **arguments: Arguments.kwargs) -> B:
        with stoppable(), opening() as opened:
            base = read(*source, **arguments)

        def reread(**changed: Any) -> B:
            with stoppable(), as_opened(opened[-1]) if set(changed) <= OF_ROWS else nullcontext():
                return partial(read, *source)(**{**arguments, **changed})  # type: ignore[call-arg]  # the arguments of a note are those of the reader

        return replace(base, reread=reread, arguments=arguments, opened=opened[-1], path=_path_of(*source))

    return reading


def folded(base: B, fold: Sequence[str]) -> B:
    """Return the base of purchases with ids folded by the last of these spelling differences as well."""
    ids = FOLDS[fold[-1]].common(base.table["customer"].cast("string"))
    return replace(base, table=base.table.mutate(customer=ids))


def _path_of(source: object = None, *_unnamed: object) -> str | None:
    """Return the path, pattern or URL given as the source; None for a table or a connection."""
    return str(source) if isinstance(source, str | Path) else None
