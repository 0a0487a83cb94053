"""Files on a disk: which they are, of what kind, and what to say of one that cannot be read."""

from __future__ import annotations

import glob
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crrkit.ground import SourceError, gettext as _

if TYPE_CHECKING:
    import duckdb

TEXT = (".csv", ".tsv", ".txt")
SPREADSHEETS = (".xlsx", ".xls", ".xlsb", ".ods")
PARQUET = (".parquet", ".pq")
PACKED = {".gz", ".bz2", ".xz", ".zip"}
ADDRESS = re.compile(r"[A-Za-z][\w+.-]+:/{1,2}[^\\]")  # a scheme has two letters or more: C:/ is a disk
BY_IBIS = "ibis.connect(…).table('orders')"


def resolve(source: str | Path) -> list[Path]:
    """The files that a path or a pattern such as ``sales/2024-*.csv`` names, all of one kind."""
    path = Path(source).expanduser()
    if path.is_dir():
        raise bad(
            source,
            _("is a folder. Name one file in it, or a pattern such as {pattern}.").format(pattern=path / "*.csv"),
        )
    if path.exists():
        return [path]
    if ADDRESS.match(str(source)):
        raise bad(
            source, _("is an address, not a file. Connect with Ibis and give its table: {call}.").format(call=BY_IBIS)
        )
    found = [Path(name) for name in sorted(glob.glob(str(path)))]  # noqa: PTH207 - the pattern may be absolute
    if not found:
        raise bad(source, _("was not found. Check the name; the current folder is {folder}.").format(folder=Path.cwd()))
    if len({kind_of(name) for name in found}) > 1:
        raise bad(source, _("names files of different kinds. Read one kind at a time."))
    return found


def kind_of(path: Path) -> str:
    """``text``, ``parquet`` or ``spreadsheet``, by the ending of the name."""
    ending = [part.lower() for part in path.suffixes if part.lower() not in PACKED][-1:]
    kinds = {
        **dict.fromkeys(TEXT, "text"),
        **dict.fromkeys(PARQUET, "parquet"),
        **dict.fromkeys(SPREADSHEETS, "spreadsheet"),
    }
    return kinds.get(ending[0], "text") if ending else "text"


def load_parquet(engine: duckdb.DuckDBPyConnection, paths: list[Path], *, name: str) -> None:
    """A view over Parquet files; nothing is copied."""
    run(engine, f"CREATE VIEW {name} AS SELECT * FROM read_parquet({list_of(paths)})", paths)  # noqa: S608 - names are quoted


def quoted(name: str) -> str:
    """A column name as the engine writes it."""
    return '"' + name.replace('"', '""') + '"'


def run(engine: duckdb.DuckDBPyConnection, query: str, paths: list[Path]) -> list[str]:
    """Run to the end (a connection does nothing else before) and give the names of the result's columns."""
    import duckdb

    try:
        engine.execute(query)
        names = [column[0] for column in engine.description or ()]
        engine.fetchall()
    except duckdb.Error as broken:
        raise not_a_table(paths[0], broken) from broken
    return names


def not_a_table(source: Any, broken: Exception) -> SourceError:
    """What to say when the engine gives up on a source."""
    hint = _(
        "could not be read as a table ({why}). A CSV, Parquet or Excel file with a line of column names is needed."
    )
    return bad(
        source if isinstance(source, str | Path) else type(source).__name__,
        hint.format(why=first_line(broken).rstrip(".:")),
    )


def list_of(paths: list[Path]) -> str:
    """Files as the engine is told them."""
    names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"[{names}]"


def first_line(error: BaseException) -> str:
    """What an error says, in short."""
    return (str(error) or type(error).__name__).strip().splitlines()[0]


def bad(source: str | Path, what: str) -> SourceError:
    """The refusal of a source by its name."""
    told = without_credentials(str(source))
    name = told if ADDRESS.match(told) else Path(told).name or told
    return SourceError(f"{name} {what}", argument="source", given=told)


def without_credentials(address: str) -> str:
    """An address as it may be printed: no password, no token.

    Examples:
        >>> without_credentials("postgresql://ann:secret@db.example/shop?password=secret&sslmode=require")
        'postgresql://…@db.example/shop?password=…&sslmode=require'
    """
    hidden = re.sub(r"(:/{1,2}).*@", r"\1…@", address) if ADDRESS.match(address) else address
    return re.sub(r"(?i)(password|passwd|pwd|token|secret|key)=[^&;\s]*", r"\1=…", hidden)
