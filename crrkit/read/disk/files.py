"""Files on disk: paths and patterns, the type of a file, Parquet and Arrow, and errors for unreadable files."""

from __future__ import annotations

import glob
import re
import zipfile
from collections import Counter
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crrkit.ground import SourceError, told as _

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

TEXT = (".csv", ".tsv", ".txt")
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
JSON = (".json", ".jsonl", ".ndjson")
PARQUET = (".parquet", ".pq")
ARROW = (".arrow", ".arrows", ".feather", ".ipc")
PACKED = {".gz", ".bz2", ".xz", ".zst", ".zip"}
BOOK, OLD_BOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # magic bytes of spreadsheet files
ADDRESS = re.compile(r"[A-Za-z][\w+.-]+:/{1,2}[^\\]")  # a scheme has two letters or more: C:/ is a drive
PAGE_BEGINS = re.compile(rb"(?i)^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|table|\?xml|\?mso|head|body|meta|style|div|!--)")
SAYS_WITHIN = 2000  # bytes in which a page declares its type and encoding


def resolve(source: str | Path) -> list[Path]:
    """Return the files of a path or a glob pattern such as ``sales/2024-*.csv``, all of one type."""
    path = Path(source).expanduser()
    if path.is_dir():
        what = _("is a folder. Name one file in it, or a pattern such as {pattern}.")
        raise bad(source, what.format(pattern=path / "*.csv"))
    if path.exists():
        return [path]
    if ADDRESS.match(str(source)):
        what = _("is an address, not a file. Connect with Ibis and give its table: {call}.")
        raise bad(source, what.format(call="ibis.connect(…).table('orders')"))
    found = [Path(name) for name in sorted(glob.glob(str(path)))]  # noqa: PTH207 - the pattern may be absolute
    if not found:
        raise bad(source, _("was not found. Check the name; the current folder is {folder}.").format(folder=Path.cwd()))
    one_kind(found, source)
    return found


def one_kind(paths: list[Path], source: str | Path) -> str:
    """Return the common type of several files; an error if they differ."""
    kinds = {kind_of(path) for path in paths}
    if len(kinds) > 1:
        raise bad(source, _("names files of different kinds. Read one kind at a time."))
    return kinds.pop()


def oddities(named: list[Path], paths: list[Path]) -> tuple[str, ...]:
    """Return notes on the files: a type that differs from the name, and identical files."""
    packed = _("{name} was read from the files in it: {members}.")
    text = _("{name} is text, not a spreadsheet, and was read as text.")
    inside = ", ".join(path.name for path in paths if path not in named)
    notes = [packed.format(name=named[0].name, members=inside)] if inside else []
    false = [path for path in paths if path.suffix.lower() in SPREADSHEETS and kind_of(path) == "text"]
    page = _("{name} is a web page or XML, and its tables were read.")
    pages = [page.format(name=path.name) for path in paths if path.is_file() and is_markup(path)]
    return (*notes, *[text.format(name=path.name) for path in false], *pages, *_alike(paths))


def _alike(paths: list[Path]) -> tuple[str, ...]:
    """Return a note on files with identical content, whose rows count twice."""
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
    """Return ``text json parquet arrow`` or ``spreadsheet``, by the file extension and the first bytes."""
    ending = next((part.lower() for part in reversed(path.suffixes) if part.lower() not in PACKED), "")
    endings = {"json": JSON, "parquet": PARQUET, "arrow": ARROW, "spreadsheet": SPREADSHEETS}
    kind = next((kind for kind, some in endings.items() if ending in some), "text")
    if kind in ("json", "arrow") or path.suffix.lower() in PACKED or not path.is_file():
        return kind
    return _by_content(path, kind)


def _by_content(path: Path, kind: str) -> str:
    """Correct the type by content: CSV files are exported as .xls, and workbooks renamed to .csv."""
    with path.open("rb") as stream:
        begins = stream.read(4)
    if kind != "parquet" and is_markup(path):
        return "spreadsheet"  # with tables
    if kind == "spreadsheet" and begins[:2] != BOOK[:2] and begins != OLD_BOOK:
        return "text"
    return "spreadsheet" if kind == "text" and begins == BOOK and _is_workbook(path) else kind


def is_markup(path: Path) -> bool:
    """Return whether a file is HTML or XML, which is read like a spreadsheet whatever its extension."""
    with path.open("rb") as stream:
        return PAGE_BEGINS.match(stream.read(SAYS_WITHIN)) is not None


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):  # damaged, or not a zip: the error is raised when it is read
        return False


def load_parquet(engine: duckdb.DuckDBPyConnection, paths: list[Path], *, name: str) -> None:
    """Create a view over Parquet files, without copying, and without columns from hive-partitioned folder names."""
    query = f"CREATE VIEW {name} AS SELECT * FROM read_parquet({list_of(paths)}, hive_partitioning = false)"  # noqa: S608 - names are quoted
    run(engine, query, paths)


def below_zero(engine: duckdb.DuckDBPyConnection, paths: list[Path]) -> set[str]:
    """Return the columns that may contain a negative number, by the statistics in the Parquet files."""
    least = "bool_or(coalesce(try_cast(stats_min_value AS DOUBLE) < 0, num_values > stats_null_count, TRUE))"
    query = f"SELECT path_in_schema FROM parquet_metadata({list_of(paths)}) GROUP BY 1 HAVING {least}"  # noqa: S608 - names are quoted
    return {str(row[0]) for row in engine.execute(query).fetchall()}


def read_arrow(paths: list[Path]) -> pa.Table:
    """Return the rows of Arrow files, in the file or the stream format.

    Raises:
        SourceError: If a file is not an Arrow file, or the files have different columns.
    """
    import pyarrow as pa

    tables = [_arrow_rows(path) for path in paths]
    for path, table in zip(paths, tables, strict=True):
        if table.schema != tables[0].schema:
            what = _("has other columns than {beside}, or of other types. Give them the same, or leave it out.")
            raise bad(path, what.format(beside=paths[0].name))
    return pa.concat_tables(tables)


def _arrow_rows(path: Path) -> pa.Table:
    import pyarrow as pa
    from pyarrow import ipc

    try:
        source = pa.OSFile(str(path))  # not memory-mapped: truncation of a mapped file would kill the process
        if source.read(6) == b"ARROW1":
            return ipc.open_file(source).read_all()
        source.seek(0)
        return ipc.open_stream(source).read_all()
    except (pa.ArrowException, OSError) as broken:
        raise bad(path, _("cannot be read to its end ({why}).").format(why=first_line(broken))) from broken


def quoted(name: str) -> str:
    """Return a column name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def run(engine: duckdb.DuckDBPyConnection, query: str, paths: list[Path]) -> list[str]:
    """Run a query to the end, so that the connection is free, and return the names of the result's columns."""
    import duckdb

    try:
        engine.execute(query)
        names = [column[0] for column in engine.description or ()]
        engine.fetchall()
    except duckdb.Error as broken:
        raise not_a_table(paths[0], broken) from broken
    return names


def not_a_table(source: Any, broken: Exception) -> SourceError:
    """Return the error for a source that the engine cannot read."""
    from crrkit.reduce import is_out_of_space, out_of_space_error

    if is_out_of_space(broken):
        return out_of_space_error(broken)
    hint = _(
        "could not be read as a table ({why}). A CSV, Parquet or Excel file with a line of column names is needed."
    )
    told = source if isinstance(source, str | Path) else type(source).__name__
    return bad(told, hint.format(why=first_line(broken).rstrip(".:")))


def list_of(paths: list[Path]) -> str:
    """Return a list of files as an SQL literal, with glob characters escaped."""
    plain = [re.sub(r"[*?\[]", r"[\g<0>]", str(path)).replace("'", "''") for path in paths]
    return f"[{', '.join(chr(39) + name + chr(39) for name in plain)}]"


def first_line(error: BaseException) -> str:
    """Return the first line of an error message."""
    return (str(error) or type(error).__name__).strip().splitlines()[0]


def bad(source: str | Path, what: str) -> SourceError:
    """Return the error for a source, with its name."""
    told = without_credentials(str(source))
    name = told if ADDRESS.match(told) else Path(told).name or told
    return SourceError(f"{name} {what}", argument="source", given=told)


def without_credentials(address: str) -> str:
    """Return a URL without passwords and tokens, for display.

    Examples:
        >>> without_credentials("postgresql://ann:secret@db.example/shop?password=secret&sslmode=require")
        'postgresql://…@db.example/shop?password=…&sslmode=require'
    """
    hidden = re.sub(r"(:/{1,2}).*@", r"\1…@", address) if ADDRESS.match(address) else address
    return re.sub(r"(?i)(\w*(?:password|passwd|pwd|token|secret|key)\w*)=[^&;\s]*", r"\1=…", hidden)
