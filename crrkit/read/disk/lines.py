"""Loading plain text files into a table of the engine.

Every field is read as text and parsed later by `crrkit.read.values`. Lines with a wrong number of fields are counted,
never repaired.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from crrkit.ground import SourceError
from crrkit.read.disk.files import list_of, quoted, run
from crrkit.read.disk.layout import LONGEST_HEAD, SEPARATORS, check_part, split
from crrkit.read.disk.packed import head_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from crrkit.read.disk.plain import Plain

CHUNKS, CHUNK_BYTES = 16, 1 << 14  # of a long file, looked at for words that its first rows lack
TEXT_OPTIONS = "all_varchar = true, sample_size = 20000, hive_partitioning = false"
# Set explicitly: if quotes first occur late in a long file, detection would take them for part of the ids.
QUOTED = "quote = '\"', escape = '\"', "


def text_columns(engine: duckdb.DuckDBPyConnection, plain: Plain) -> list[str]:
    """Return the names in the header of a text file, including duplicates."""
    paths = [plain.path]
    for dialect in (_dialect(plain), _said(plain)):
        head = f"read_csv({list_of(paths)}, {TEXT_OPTIONS}, {dialect} ignore_errors = true"
        try:
            names = run(engine, f"SELECT * FROM {head}, header = true) LIMIT 0", paths)  # noqa: S608 - names are quoted
        except SourceError:
            if dialect == _said(plain):
                raise
        else:
            break
    if any(re.fullmatch(r".+_[0-9]+", name) for name in names):  # may be the engine's suffix of a duplicate
        first = engine.execute(f"SELECT * FROM {head}, header = false) LIMIT 1").fetchall()  # noqa: S608 - names of our own, no value from outside
        return [str(name) for name in first[0]] if first and len(first[0]) == len(names) else names
    return names


def first_rows(
    engine: duckdb.DuckDBPyConnection, plains: Sequence[Plain], columns: Sequence[str], *, n: int
) -> pa.Table:
    """Return the first rows of text files as text, with those of the columns that all files have."""
    heads = {_first_line(plain): plain for plain in reversed(plains)}
    for plain in list(heads.values())[:-1]:
        spelled = {name.casefold() for name in text_columns(engine, plain)}
        columns = [name for name in columns if name.casefold() in spelled]
    if not columns:
        return pa.table({})
    wanted = ", ".join(quoted(column) for column in columns)
    options = f"{TEXT_OPTIONS}, {_dialect(plains[0])} header = true, ignore_errors = true"
    query = f"SELECT {wanted} FROM read_csv({list_of([plains[0].path])}, {options}) LIMIT {n}"  # noqa: S608 - names are quoted
    try:
        return engine.sql(query).to_arrow_table()
    except duckdb.Error:  # an unclosed quote: the rows are then read in another way
        return pa.table({})


def spread_rows(plains: Sequence[Plain], columns: Sequence[str]) -> dict[str, set[str]]:
    """Return the values of some columns in lines from all parts of uncompressed text files, by name.

    A part may begin within a quoted field of several lines, so that some values are of another column: they are a
    hint of what to look at, and nothing is counted by them.
    """
    met: dict[str, set[str]] = {name: set() for name in columns}
    for plain in plains:
        size = plain.path.stat().st_size
        _separator, head = _first_line(plain)
        names = split(head, plain.sep)
        places = [(name, names.index(name)) for name in columns if name in names]
        mark = plain.sep or max(SEPARATORS, key=lambda mark: len(split(head, mark)))
        if not places or len(mark) != 1 or plain.path.suffix.lower() == ".gz":
            continue
        for fields in csv.reader(_parts_of(plain.path, size), delimiter=mark):
            if len(fields) == len(names):
                for name, place in places:
                    met[name].add(fields[place])
    return met


def _parts_of(path: Path, size: int) -> list[str]:
    """Return the whole lines of a file, of a long one those in parts at equal distances, the last at its end."""
    found: list[str] = []
    with path.open("rb") as file:
        if size <= CHUNKS * CHUNK_BYTES:
            return file.read().decode("utf-8", errors="replace").replace("\0", "").splitlines()[1:]
        for k in range(1, CHUNKS + 1):
            file.seek((size - CHUNK_BYTES) * k // CHUNKS)
            found += file.read(CHUNK_BYTES).decode("utf-8", errors="replace").replace("\0", "").splitlines()[1:-1]
    return found


def load_text(
    engine: duckdb.DuckDBPyConnection, plains: Sequence[Plain], columns: list[str], *, name: str, twins: str = ""
) -> int:
    """Copy columns of text files, as text, to a table; return the number of lines that could not be split into fields.

    Files with the same header are read together; all must have the columns. If ``twins`` is given, a column of that
    name is added, with equal values for rows that are equal in every field of the file.
    """
    groups: dict[tuple[str, str], list[Plain]] = {}
    for plain in plains:
        groups.setdefault(_first_line(plain), []).append(plain)
    if len(groups) == 1:
        return _load_group(engine, plains, columns, name=name, twins=twins)
    unsplit = 0
    parts: list[str] = []
    for group in groups.values():
        names = text_columns(engine, group[0])
        check_part(group[0].source.name, names, columns, beside=plains[0].source.name)
        spelled = {name.casefold(): name for name in names}
        parts.append(f"{name}_{len(parts)}")
        unsplit += _load_group(
            engine, group, [spelled[column.casefold()] for column in columns], name=parts[-1], twins=twins
        )
    query = " UNION ALL ".join(f"SELECT * FROM {part}" for part in parts)  # noqa: S608 - names of our own, no value from outside
    engine.execute(f"CREATE OR REPLACE TABLE {name} AS {query}").fetchall()
    for part in parts:
        engine.execute(f"DROP TABLE {part}").fetchall()
    return unsplit


def _load_group(
    engine: duckdb.DuckDBPyConnection, plains: Sequence[Plain], columns: list[str], *, name: str, twins: str
) -> int:
    paths = [plain.path for plain in plains]
    try:
        unsplit, unclosed = _load(engine, paths, columns, name=name, twins=twins, dialect=_dialect(plains[0]))
    except SourceError:
        unclosed = True
    if unclosed:  # an unclosed quote swallows the following lines: read again with quotes as ordinary characters
        unsplit, _unclosed = _load(engine, paths, columns, name=name, twins=twins, dialect=_said(plains[0]))
    return unsplit


def _first_line(plain: Plain) -> tuple[str, str]:
    lines = head_of(plain.path).decode("utf-8-sig", errors="replace").splitlines()
    return plain.sep or "", next((line for line in lines if line.strip()), "")[:LONGEST_HEAD]


def _said(plain: Plain) -> str:
    return f"delim = '{plain.sep.replace(chr(39), chr(39) * 2)}', " if plain.sep else ""


def _dialect(plain: Plain) -> str:
    """Return the CSV options that need not be detected: quotes, and the field separator of the header.

    Detection by the engine considers all lines, and takes files with many broken or multi-line rows for one column.
    """
    if plain.sep:
        return QUOTED + _said(plain)
    first = _first_line(plain)[1]
    names = {mark: len(split(first, mark)) for mark in SEPARATORS}
    most = max(names.values())
    clear = [mark for mark in SEPARATORS if names[mark] == most > 1]
    return QUOTED + (f"delim = '{clear[0]}', " if len(clear) == 1 else "")


def _load(
    engine: duckdb.DuckDBPyConnection, paths: list[Path], columns: list[str], *, name: str, twins: str, dialect: str
) -> tuple[int, bool]:
    wanted = ", ".join([*(quoted(column) for column in columns), *([f"hash(line) AS {twins}"] if twins else [])])
    rejects = f"{name}_unsplit" + ("_quoted" if "quote" in dialect else "")
    options = f"{TEXT_OPTIONS}, {dialect} header = true, ignore_errors = true, store_rejects = true, rejects_limit = 0"
    options += f", rejects_table = '{rejects}', rejects_scan = '{rejects}_scans'"
    query = f"CREATE OR REPLACE TABLE {name} AS SELECT {wanted} FROM read_csv({list_of(paths)}, {options}) AS line"  # noqa: S608 - names are quoted
    run(engine, query, paths)
    lines = f"SELECT DISTINCT file_id, line, error_type = 'UNQUOTED VALUE' AS unclosed FROM {rejects}"  # noqa: S608 - names of our own, no value from outside
    found = engine.execute(f"SELECT count(*), coalesce(bool_or(unclosed), false) FROM ({lines})").fetchall()  # noqa: S608 - names of our own, no value from outside
    return int(found[0][0]), bool(found[0][1])
