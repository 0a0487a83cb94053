"""Columns without a role that should be checked although their names do not suggest it.

These are numeric columns, which may be negative, and columns with a word that marks rows as not being purchases.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from crrkit.read.disk import files, lines
from crrkit.read.engines import RAW, frames
from crrkit.read.quality import NUMBER_ALONE
from crrkit.read.words import MOST_STATES, fold, is_plainly_none

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from crrkit.read.disk import Plain, Sheet

FIRST_ROWS = 1000  # enough to tell a numeric column from text, which would be large to keep
_BELOW_BY_NATURE = re.compile(
    r"^(?:lat|lng|lon|long|latitude|longitude|x|y|z|utc|index|unnamed.*|широта|долгота)$|offset|timezone|delta|diff|change"
    r"|growth|margin|profit|balance|temperature|score|percent|rate$|discount|tax|bonus|status|date|(?:id|code|key|no)$"
    r"|разниц|изменен|прибыл|маржа|остат|баланс|процент|скидк|налог|дата|код$|номер|часовойпояс"
)


class Beside(NamedTuple):
    """The columns to check: numeric ones, and those with a word that marks a row as not being a purchase."""

    numbers: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()


def of_text(engine: duckdb.DuckDBPyConnection, texts: Sequence[Plain], names: list[str]) -> Beside:
    """Return the columns of text files to check, by their first rows; columns missing in a file are ignored."""
    return _told(lines.first_rows(engine, texts, names, n=FIRST_ROWS))


def of_sheets(sheets: Sequence[Sheet], names: list[str]) -> Beside:
    """Return the columns of sheets to check."""
    shared = [name for name in names if all(name in set(map(str, sheet.rows.columns)) for sheet in sheets)]
    return of_frame(sheets[0].rows, shared)


def of_frame(frame: Any, names: list[str]) -> Beside:
    """Return the columns of a data frame to check."""
    return _told(frames.to_arrow(_head(frame), names)) if names else Beside()


def of_view(engine: Any, names: list[str]) -> Beside:
    """Return the columns of the rows in the engine to check."""
    return _told(engine.table(RAW).select(*names).limit(FIRST_ROWS).to_pyarrow()) if names else Beside()


def of_parquet(engine: Any, paths: list[Path], names: list[str]) -> Beside:
    """Return the columns of Parquet files to check, without those that have no negative values by their statistics."""
    kept, table = files.below_zero(engine.con, paths) if names else set(), engine.table(RAW)
    return of_view(engine, [name for name in names if name in kept or table[name].type().is_string()])


def _head(frame: Any) -> Any:
    if isinstance(frame, pa.Table | pa.RecordBatch):
        return frame.slice(0, FIRST_ROWS)
    return frame.head(FIRST_ROWS) if hasattr(frame, "head") else frame.limit(FIRST_ROWS)


def _told(rows: pa.Table) -> Beside:
    numbers = [name for name in rows.column_names if _are_numbers(rows.column(name))]
    spoken = [name for name in rows.column_names if name not in numbers and _say_none(rows.column(name))]
    return Beside(tuple(name for name in numbers if not _BELOW_BY_NATURE.search(fold(name))), tuple(spoken))


def _are_numbers(values: pa.ChunkedArray) -> bool:
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return True
    said = _words(values)
    return bool(said) and all(re.search(NUMBER_ALONE, text) for text in said)


def _say_none(values: pa.ChunkedArray) -> bool:
    """Return whether a column of few distinct words has one that means no purchase; names and free text have many."""
    said = _words(values)
    return len(said) <= MOST_STATES and any(map(is_plainly_none, said))


def _words(values: pa.ChunkedArray) -> set[str]:
    """Return the distinct non-empty values of a text column; empty for other columns."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        values, kind = values.cast(kind.value_type), kind.value_type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
        return set()
    return {text for text in (value.strip() for value in values.unique().to_pylist() if value is not None) if text}
