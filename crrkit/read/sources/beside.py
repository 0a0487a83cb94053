"""Columns without a role that should be checked although their names do not suggest it.

These are numeric columns, which may be negative, and columns with a word that marks rows as not being purchases.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from crrkit.read.disk import files, lines
from crrkit.read.engines import RAW, frames
from crrkit.read.quality import NUMBER_ALONE, says_directions
from crrkit.read.words import MOST_STATES, fold, is_plainly_none, other_of_pair, without_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    import duckdb
    import ibis.expr.types as ir

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
    """Return the columns of text files to check, by first and later rows; those missing in a file are ignored."""
    first = lines.first_rows(engine, texts, names, n=FIRST_ROWS)
    return _told(_columns(first), later=lines.spread_rows(texts, first.column_names))


def of_sheets(sheets: Sequence[Sheet], names: list[str]) -> Beside:
    """Return the columns of sheets to check."""
    shared = [name for name in names if all(name in set(map(str, sheet.rows.columns)) for sheet in sheets)]
    return of_frame(sheets[0].rows, shared)


def of_frame(frame: Any, names: list[str]) -> Beside:
    """Return the columns of a data frame to check."""
    if not names:
        return Beside()
    first, other = (frames.to_arrow(part, names) for part in (_head(frame), _spread(frame)))
    return _told(_columns(first), later={name: _words(values) for name, values in _columns(other).items()})


def of_rows(sample: Callable[..., pa.Table], names: list[str]) -> Beside:
    """Return the columns of rows that are fetched from a database to check; see `of_table`."""
    first = _columns(sample(names, FIRST_ROWS, distinct=False)) if names else {}
    return _told(first, later=_words_of_all(first, lambda name: sample([name], MOST_STATES + 1, distinct=True)))


def of_table(table: ir.Table, names: list[str]) -> Beside:
    """Return the columns of a table in a database to check; no rows leave it, only distinct words.

    The first rows show which columns have few distinct words; of these all distinct words are looked at.
    """
    if not names:
        return Beside()
    table.select(*names).limit(0).to_pyarrow()  # an error if the user has no right to read one of them
    texts = [name for name in names if table[name].type().is_string()]
    words = [_distinct(table.select(name).limit(FIRST_ROWS)).column(name) for name in texts]
    numbers = [name for name in names if table[name].type().is_numeric() and not table[name].type().is_boolean()]
    none = [pa.chunked_array([], pa.float64())] * len(numbers)
    first = dict(zip([*texts, *numbers], [*words, *none], strict=True))
    return _told(first, later=_words_of_all(first, lambda name: _distinct(table.select(name))))


def of_view(engine: Any, names: list[str]) -> Beside:
    """Return the columns of the rows in the engine to check; see `of_table`."""
    table = engine.table(RAW)
    first = _columns(table.select(*names).limit(FIRST_ROWS).to_pyarrow()) if names else {}
    return _told(first, later=_words_of_all(first, lambda name: _distinct(table.select(name))))


def _distinct(rows: ir.Table) -> pa.Table:
    return rows.distinct().limit(MOST_STATES + 1).to_pyarrow()


def _words_of_all(first: Mapping[str, pa.ChunkedArray], look: Callable[[str], pa.Table]) -> dict[str, set[str]]:
    """Return all words of the columns that have few in their first rows."""
    said = {name: _words(values) for name, values in first.items() if _is_text(values.type)}
    few = [name for name, words in said.items() if len(words) <= MOST_STATES and not _are_numbers(first[name])]
    return {name: _words(look(name).column(name)) for name in few}


def of_parquet(engine: Any, paths: list[Path], names: list[str]) -> Beside:
    """Return the columns of Parquet files to check, without those that have no negative values by their statistics."""
    kept, table = files.below_zero(engine.con, paths) if names else set(), engine.table(RAW)
    return of_view(engine, [name for name in names if name in kept or table[name].type().is_string()])


def _columns(rows: pa.Table) -> dict[str, pa.ChunkedArray]:
    return dict(zip(rows.column_names, rows.columns, strict=True))


def _head(frame: Any) -> Any:
    if isinstance(frame, pa.Table | pa.RecordBatch):
        return frame.slice(0, FIRST_ROWS)
    return frame.head(FIRST_ROWS) if hasattr(frame, "head") else frame.limit(FIRST_ROWS)


def _spread(frame: Any) -> Any:
    """Return rows from all parts of a frame, at equal distances; of one whose length is unknown, the first ones."""
    if not hasattr(frame, "__len__") or hasattr(frame, "collect") or len(frame) <= FIRST_ROWS:
        return _head(frame)
    places = np.linspace(0, len(frame) - 1, FIRST_ROWS).astype("int64")
    if isinstance(frame, pa.Table | pa.RecordBatch):
        return frame.take(places)
    return frame.iloc[places] if hasattr(frame, "iloc") else frame[places]


def _told(first: Mapping[str, pa.ChunkedArray], *, later: Mapping[str, set[str]]) -> Beside:
    """Return the columns to check by their first values and, for words, by later ones."""
    numbers = [name for name, values in first.items() if _are_numbers(values)]
    said = {name: _words(values) | later.get(name, set()) for name, values in first.items() if name not in numbers}
    spoken = [name for name, words in said.items() if _say_none(words, name)]
    return Beside(tuple(name for name in numbers if not _BELOW_BY_NATURE.search(fold(name))), tuple(spoken))


def _are_numbers(values: pa.ChunkedArray) -> bool:
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return True
    said = _words(values)
    return bool(said) and all(re.search(NUMBER_ALONE, text) for text in said)


def _say_none(said: Collection[str], name: str) -> bool:
    """Return whether a column of few distinct words has one that means no purchase; names and free text have many."""
    said = said if len(said) <= MOST_STATES else {without_numbers(word) for word in said}
    return len(said) <= MOST_STATES and (
        any(map(is_plainly_none, said)) or other_of_pair(said) != "" or (len(said) > 1 and says_directions(said, name))
    )


def _is_text(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _words(values: pa.ChunkedArray) -> set[str]:
    """Return the distinct non-empty values of a text column; empty for other columns."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        values, kind = values.cast(kind.value_type), kind.value_type
    if not _is_text(kind):
        return set()
    return {text for text in (value.strip() for value in values.unique().to_pylist() if value is not None) if text}
