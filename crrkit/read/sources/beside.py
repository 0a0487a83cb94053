"""Columns that hold no role and whose names say nothing: those of numbers are looked at, for one may be below 0."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from crrkit.read.disk import files, lines
from crrkit.read.engines import frames
from crrkit.read.quality import NUMBER_ALONE
from crrkit.read.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import duckdb

    from crrkit.read.disk import Plain, Sheet

FIRST_ROWS = 1000  # enough to tell a column of numbers from one of words, which would be long to keep
_BELOW_BY_NATURE = re.compile(
    r"^(?:lat|lng|lon|long|latitude|longitude|x|y|z|utc|index|unnamed.*|широта|долгота)$|offset|timezone|delta|diff|change"
    r"|growth|margin|profit|balance|temperature|score|percent|rate$|discount|tax|bonus|status|date|(?:id|code|key|no)$"
    r"|разниц|изменен|прибыл|маржа|остат|баланс|процент|скидк|налог|дата|код$|номер|часовойпояс"
)


def free(available: Iterable[str], taken: Iterable[str]) -> list[str]:
    """The columns that nobody reads, unless numbers below 0 mean nothing in them or two share a name."""
    read, names = set(taken), [str(name) for name in available]
    folded = [name.casefold() for name in names]  # the engine does not tell capital letters from small ones
    once = [name for name in names if name not in read and folded.count(name.casefold()) == 1]
    return [name for name in once if not _BELOW_BY_NATURE.search(fold(name))]


def of_text(engine: duckdb.DuckDBPyConnection, texts: Sequence[Plain], names: list[str]) -> tuple[str, ...]:
    """Those of text files that are numbers in their first rows; a column that one of the files lacks is passed over."""
    return _of_numbers(lines.first_rows(engine, texts, names, n=FIRST_ROWS))


def of_sheets(sheets: Sequence[Sheet], names: list[str]) -> tuple[str, ...]:
    """The same for sheets."""
    shared = [name for name in names if all(name in set(map(str, sheet.rows.columns)) for sheet in sheets)]
    return of_frame(sheets[0].rows, shared)


def of_frame(frame: Any, names: list[str]) -> tuple[str, ...]:
    """The same for a frame of a known library."""
    return _of_numbers(frames.to_arrow(_head(frame), names)) if names else ()


def of_view(engine: Any, view: str, names: list[str]) -> tuple[str, ...]:
    """The same for a table of the engine."""
    return _of_numbers(engine.table(view).select(*names).limit(FIRST_ROWS).to_pyarrow()) if names else ()


def of_parquet(engine: Any, paths: list[Path], view: str, names: list[str]) -> tuple[str, ...]:
    """The same for Parquet files, of which the statistics tell without a look at any row where nothing is below 0."""
    kept = files.below_zero(engine.con, paths) if names else set()
    return of_view(engine, view, [name for name in names if name in kept])


def _head(frame: Any) -> Any:
    if isinstance(frame, pa.Table | pa.RecordBatch):
        return frame.slice(0, FIRST_ROWS)
    return frame.head(FIRST_ROWS) if hasattr(frame, "head") else frame.limit(FIRST_ROWS)


def _of_numbers(rows: pa.Table) -> tuple[str, ...]:
    return tuple(name for name in rows.column_names if _are_numbers(rows.column(name)))


def _are_numbers(values: pa.ChunkedArray) -> bool:
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return True
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
        return False
    said = [text for text in (value.strip() for value in values.to_pylist() if value is not None) if text]
    return bool(said) and all(re.search(NUMBER_ALONE, text) for text in said)
