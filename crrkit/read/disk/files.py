"""Files on a disk: which they are, of what kind, and what to say of one that cannot be read."""

from __future__ import annotations

import glob
import re
import zipfile
from collections import Counter
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crrkit.ground import SourceError, told as _
from crrkit.read.disk.pages import is_markup

if TYPE_CHECKING:
    import duckdb

TEXT = (".csv", ".tsv", ".txt")
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
JSON = (".json", ".jsonl", ".ndjson")
PARQUET = (".parquet", ".pq")
ARROW = (".arrow", ".arrows", ".feather", ".ipc")
PACKED = {".gz", ".bz2", ".xz", ".zst", ".zip"}
BOOK, OLD_BOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # how the files of a spreadsheet begin
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
    one_kind(found, source)
    return found


def one_kind(paths: list[Path], source: str | Path) -> str:
    """The kind of several files; refused when they have several."""
    kinds = {kind_of(path) for path in paths}
    if len(kinds) > 1:
        raise bad(source, _("names files of different kinds. Read one kind at a time."))
    return kinds.pop()


def oddities(named: list[Path], paths: list[Path]) -> tuple[str, ...]:
    """What a reader should know of the files themselves: what they are besides their name, and twins."""
    packed = _("{name} was read from the files in it: {members}.")
    text = _("{name} is no spreadsheet but text, and was read as text.")
    inside = ", ".join(path.name for path in paths if path not in named)
    notes = [packed.format(name=named[0].name, members=inside)] if inside else []
    false = [path for path in paths if path.suffix.lower() in SPREADSHEETS and kind_of(path) == "text"]
    page = _("{name} is a web page or XML, and its tables were read.")
    pages = [page.format(name=path.name) for path in paths if path.is_file() and is_markup(path)]
    return (*notes, *[text.format(name=path.name) for path in false], *pages, *_alike(paths))


def _alike(paths: list[Path]) -> tuple[str, ...]:
    """A sentence on files that hold the same bytes: their rows count twice."""
    sizes = Counter(path.stat().st_size for path in paths)
    seen: dict[bytes, Path] = {}
    notes = []
    for path in [path for path in paths if sizes[path.stat().st_size] > 1]:
        with path.open("rb") as stream:
            first = seen.setdefault(file_digest(stream, "sha256").digest(), path)
        if first is not path:
            note = _("{one} and {other} hold the same bytes: their rows count twice. Leave one of them out.")
            notes.append(note.format(one=first.name, other=path.name))
    return tuple(notes)


def kind_of(path: Path) -> str:
    """``text json parquet arrow`` or ``spreadsheet``, by the ending of the name and what the file begins with."""
    ending = next((part.lower() for part in reversed(path.suffixes) if part.lower() not in PACKED), "")
    kinds = {
        **dict.fromkeys(JSON, "json"),
        **dict.fromkeys(PARQUET, "parquet"),
        **dict.fromkeys(ARROW, "arrow"),
        **dict.fromkeys(SPREADSHEETS, "spreadsheet"),
    }
    kind = kinds.get(ending, "text")
    if kind in ("json", "arrow") or path.suffix.lower() in PACKED or not path.is_file():
        return kind
    return _by_content(path, kind)


def _by_content(path: Path, kind: str) -> str:
    """Shops send CSV that is called .xls, and people rename workbooks to .csv."""
    with path.open("rb") as stream:
        begins = stream.read(4)
    if kind != "parquet" and is_markup(path):
        return "spreadsheet"  # of tables
    if kind == "spreadsheet" and begins[:2] != BOOK[:2] and begins != OLD_BOOK:
        return "text"
    return "spreadsheet" if kind == "text" and begins == BOOK and _is_workbook(path) else kind


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):  # torn, or no zip at all: told when it is read
        return False


def load_parquet(engine: duckdb.DuckDBPyConnection, paths: list[Path], *, name: str) -> None:
    """A view over Parquet files; nothing is copied, and the names of folders make no columns."""
    query = f"CREATE VIEW {name} AS SELECT * FROM read_parquet({list_of(paths)}, hive_partitioning = false)"  # noqa: S608 - names are quoted
    run(engine, query, paths)


def below_zero(engine: duckdb.DuckDBPyConnection, paths: list[Path]) -> set[str]:
    """The columns of Parquet files that may hold a number below 0, by the statistics that stand in the files."""
    least = "bool_or(coalesce(try_cast(stats_min_value AS DOUBLE) < 0, num_values > stats_null_count, TRUE))"
    query = f"SELECT path_in_schema FROM parquet_metadata({list_of(paths)}) GROUP BY 1 HAVING {least}"  # noqa: S608 - names are quoted
    return {str(row[0]) for row in engine.execute(query).fetchall()}


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
    from crrkit.reduce import is_out_of_room, no_room

    if is_out_of_room(broken):
        return no_room(broken)
    hint = _(
        "could not be read as a table ({why}). A CSV, Parquet or Excel file with a line of column names is needed."
    )
    return bad(
        source if isinstance(source, str | Path) else type(source).__name__,
        hint.format(why=first_line(broken).rstrip(".:")),
    )


def list_of(paths: list[Path]) -> str:
    """Files as the engine is told them: by names that it does not take for patterns."""
    plain = [re.sub(r"[*?\[]", r"[\g<0>]", str(path)).replace("'", "''") for path in paths]
    return f"[{', '.join(chr(39) + name + chr(39) for name in plain)}]"


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
    return re.sub(r"(?i)(\w*(?:password|passwd|pwd|token|secret|key)\w*)=[^&;\s]*", r"\1=…", hidden)
