"""The lines of plain text files as a table of the engine.

A text file is read as text, every field; `text`, `times` and `numbers` decide what the fields mean. Lines that do not
have the right number of fields are counted, never repaired.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from crrkit.ground import SourceError
from crrkit.read.files import list_of, quoted, run
from crrkit.read.packed import head_of

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

TEXT_OPTIONS = "all_varchar = true, sample_size = 20000"
# Said rather than looked for: where quotes first occur late in a long file, they would be taken for a part of the ids.
QUOTED = "quote = '\"', escape = '\"', "
SEPARATORS = ",;\t|"
LONGEST_HEAD = 100_000  # letters in the line of names; a reader of CSV refuses longer fields


def text_columns(engine: duckdb.DuckDBPyConnection, paths: list[Path]) -> list[str]:
    """The names in the head of a text file, as they stand there: two may be the same."""
    for dialect in (_dialect(paths[0]), ""):
        head = f"read_csv({list_of(paths)}, {TEXT_OPTIONS}, {dialect} ignore_errors = true"
        try:
            names = run(engine, f"SELECT * FROM {head}, header = true) LIMIT 0", paths)  # noqa: S608 - names are quoted
        except SourceError:
            if not dialect:
                raise
        else:
            break
    if any(re.fullmatch(r".+_[0-9]+", name) for name in names):  # perhaps the engine's number for a second one
        first = engine.execute(f"SELECT * FROM {head}, header = false) LIMIT 1").fetchall()  # noqa: S608 - names of our own, no value from outside
        return [str(name) for name in first[0]] if first and len(first[0]) == len(names) else names
    return names


def load_text(
    engine: duckdb.DuckDBPyConnection, paths: list[Path], columns: list[str], *, name: str, twins: str = ""
) -> int:
    """Copy the columns of a text file, as text, into a table; return how many lines could not be split into fields.

    One more column, if ``twins`` names it, is the same for rows that are alike in every field, read or not.
    """
    try:
        unsplit, unclosed = _load_text(engine, paths, columns, name=name, twins=twins, dialect=_dialect(paths[0]))
    except SourceError:
        unclosed = True
    if unclosed:  # a quote that is never closed swallows the lines after it: here quotes are letters like others
        unsplit, _unclosed = _load_text(engine, paths, columns, name=name, twins=twins, dialect="")
    return unsplit


def _dialect(path: Path) -> str:
    """How a text file is written, as far as it can be said instead of looked for: quotes, and what parts the names.

    The engine would weigh all lines, and take a file in which many are broken or hold line ends for a single column.
    """
    lines = head_of(path).decode("utf-8-sig", errors="replace").splitlines()
    first = next((line for line in lines if line.strip()), "")[:LONGEST_HEAD]
    names = {mark: len(next(csv.reader([first], delimiter=mark))) for mark in SEPARATORS}
    most = max(names.values())
    clear = [mark for mark in SEPARATORS if names[mark] == most > 1]
    return QUOTED + (f"delim = '{clear[0]}', " if len(clear) == 1 else "")


def _load_text(
    engine: duckdb.DuckDBPyConnection, paths: list[Path], columns: list[str], *, name: str, twins: str, dialect: str
) -> tuple[int, bool]:
    wanted = ", ".join([*(quoted(column) for column in columns), *([f"hash(line) AS {twins}"] if twins else [])])
    rejects = "unsplit_quoted" if dialect else "unsplit"
    options = f"{TEXT_OPTIONS}, {dialect} header = true, ignore_errors = true, store_rejects = true, rejects_limit = 0"
    options += f", rejects_table = '{rejects}', rejects_scan = '{rejects}_scans'"
    query = f"CREATE OR REPLACE TABLE {name} AS SELECT {wanted} FROM read_csv({list_of(paths)}, {options}) AS line"  # noqa: S608 - names are quoted
    run(engine, query, paths)
    lines = f"SELECT DISTINCT file_id, line, error_type = 'UNQUOTED VALUE' AS unclosed FROM {rejects}"  # noqa: S608 - names of our own, no value from outside
    found = engine.execute(f"SELECT count(*), coalesce(bool_or(unclosed), false) FROM ({lines})").fetchall()  # noqa: S608 - names of our own, no value from outside
    return int(found[0][0]), bool(found[0][1])
