"""Files on a disk: which they are, how they are encoded, and their rows as a table of the engine.

A text file is read as text, every field; `text` decides what the fields mean. Lines that do not have the right number
of fields are counted, never repaired.
"""

from __future__ import annotations

import bz2
import codecs
import csv
import glob
import gzip
import io
import lzma
import re
import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pandas as pd

from crrkit.ground import MissingDependencyError, SourceError, gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

TEXT = (".csv", ".tsv", ".txt")
SPREADSHEETS = (".xlsx", ".xls", ".xlsb", ".ods")
PARQUET = (".parquet", ".pq")
PACKED: dict[str, Callable[[Path], Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
SAMPLE_BYTES = 1 << 20
TEXT_OPTIONS = "all_varchar = true, sample_size = 20000"
# Said rather than looked for: where quotes first occur late in a long file, they would be taken for a part of the ids.
QUOTED = "quote = '\"', escape = '\"', "
ADDRESS = re.compile(r"[A-Za-z][\w+.-]+:/{1,2}[^\\]")  # a scheme has two letters or more: C:/ is a disk
BY_IBIS = "ibis.connect(…).table('orders')"
SEPARATORS = ",;\t|"
LONGEST_HEAD = 100_000  # letters in the line of names; a reader of CSV refuses longer fields
PACKING_ERRORS = (OSError, EOFError, RuntimeError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


def resolve(source: str | Path) -> list[Path]:
    """The files that a path or a pattern such as ``sales/2024-*.csv`` names, all of one kind."""
    path = Path(source).expanduser()
    if path.is_dir():
        raise _bad(
            source,
            _("is a folder. Name one file in it, or a pattern such as {pattern}.").format(pattern=path / "*.csv"),
        )
    if path.exists():
        return [path]
    if ADDRESS.match(str(source)):
        raise _bad(
            source, _("is an address, not a file. Connect with Ibis and give its table: {call}.").format(call=BY_IBIS)
        )
    found = [Path(name) for name in sorted(glob.glob(str(path)))]  # noqa: PTH207 - the pattern may be absolute
    if not found:
        raise _bad(
            source, _("was not found. Check the name; the current folder is {folder}.").format(folder=Path.cwd())
        )
    if len({kind_of(name) for name in found}) > 1:
        raise _bad(source, _("names files of different kinds. Read one kind at a time."))
    return found


def kind_of(path: Path) -> str:
    """``text``, ``parquet`` or ``spreadsheet``, by the ending of the name."""
    ending = [part.lower() for part in path.suffixes if part.lower() not in {*PACKED, ".zip"}][-1:]
    kinds = {
        **dict.fromkeys(TEXT, "text"),
        **dict.fromkeys(PARQUET, "parquet"),
        **dict.fromkeys(SPREADSHEETS, "spreadsheet"),
    }
    return kinds.get(ending[0], "text") if ending else "text"


def spreadsheet(path: Path) -> pd.DataFrame:
    """The first sheet of a spreadsheet, each cell as it was typed: 0101 is not 101, nor 1E2 a hundred."""
    try:
        cells = pd.read_excel(path, engine="calamine", header=None, dtype=object, na_filter=False).replace("", None)
    except ImportError as missing:
        text = _("Reading {name} needs python-calamine. Install it with: pip install 'crrkit[excel]'")
        raise MissingDependencyError(text.format(name=path.name)) from missing
    except Exception as broken:  # every reader of spreadsheets raises errors of its own
        raise _bad(
            path, _("is not a spreadsheet that can be read ({why}).").format(why=_first_line(broken))
        ) from broken
    cells = cells.dropna(how="all").dropna(how="all", axis="columns")
    if cells.empty:
        raise _bad(path, _("is empty. A table with a line of column names and at least one row is needed."))
    names = ["" if name is None else str(name) for name in cells.iloc[0]]  # as they stand there: two may be the same
    return cells.iloc[1:].set_axis(names, axis="columns").reset_index(drop=True)


def load_parquet(engine: duckdb.DuckDBPyConnection, paths: list[Path], *, name: str) -> None:
    """A view over Parquet files; nothing is copied."""
    _run(engine, f"CREATE VIEW {name} AS SELECT * FROM read_parquet({_list_of(paths)})", paths)  # noqa: S608 - names are quoted


def text_columns(engine: duckdb.DuckDBPyConnection, paths: list[Path]) -> list[str]:
    """The names in the head of a text file, as they stand there: two may be the same."""
    for dialect in (_dialect(paths[0]), ""):
        head = f"read_csv({_list_of(paths)}, {TEXT_OPTIONS}, {dialect} ignore_errors = true"
        try:
            names = _run(engine, f"SELECT * FROM {head}, header = true) LIMIT 0", paths)  # noqa: S608 - names are quoted
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
    lines = _head(path).decode("utf-8-sig", errors="replace").splitlines()
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
    query = f"CREATE OR REPLACE TABLE {name} AS SELECT {wanted} FROM read_csv({_list_of(paths)}, {options}) AS line"  # noqa: S608 - names are quoted
    _run(engine, query, paths)
    lines = f"SELECT DISTINCT file_id, line, error_type = 'UNQUOTED VALUE' AS unclosed FROM {rejects}"  # noqa: S608 - names of our own, no value from outside
    found = engine.execute(f"SELECT count(*), coalesce(bool_or(unclosed), false) FROM ({lines})").fetchall()  # noqa: S608 - names of our own, no value from outside
    return int(found[0][0]), bool(found[0][1])


def readable(path: Path, folder: Path) -> Path:
    """A plain or gzipped UTF-8 file with the same text: the file itself, or a copy of it in ``folder``."""
    head = _head(path)
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise _bad(path, _("is empty. A table with a line of column names and at least one row is needed."))
    if b"\0" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _bad(path, _("is not a text file. Give a CSV, Parquet or Excel file; rename it if its ending is wrong."))
    encoding = encoding_of(head, path)
    plain = path.suffix.lower() in {*TEXT, ".gz"} and not _is_blank_separated(head) and not _has_mixed_lines(head)
    if encoding == "utf-8" and plain:
        return path
    return _rewritten(path, folder, encoding)


def encoding_of(head: bytes, path: Path) -> str:
    """The encoding of a sample: UTF-8 when it fits, else the best guess of charset-normalizer."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < SAMPLE_BYTES)
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(
            head[:100_000], cp_isolation=["cp1251", "koi8_r", "cp866", "utf_16", "cp1252", "iso8859_1"]
        ).best()
        if best is None:
            raise _bad(path, _("is in an encoding that was not recognised. Save it as UTF-8.")) from None
        return best.encoding
    return "utf-8"


def quoted(name: str) -> str:
    """A column name as the engine writes it."""
    return '"' + name.replace('"', '""') + '"'


def _head(path: Path) -> bytes:
    with _opened(path) as stream:
        try:
            return stream.read(SAMPLE_BYTES)
        except PACKING_ERRORS as broken:
            raise _bad(path, _("cannot be read to its end ({why}).").format(why=_first_line(broken))) from broken


def _opened(path: Path) -> BinaryIO:
    """The bytes of a file, unpacked."""
    try:
        if path.suffix.lower() == ".zip":
            return _only_member(path)
        opener = PACKED.get(path.suffix.lower(), open)
        stream: BinaryIO = opener(path, "rb") if opener is open else opener(path)
        stream.peek(1) if hasattr(stream, "peek") else None
    except PACKING_ERRORS as broken:
        raise _bad(path, _("cannot be opened ({why}).").format(why=_first_line(broken))) from broken
    return stream


def _only_member(path: Path) -> BinaryIO:
    """The one file in a zip; what a Mac adds beside it does not count."""
    archive = zipfile.ZipFile(path)
    members = [name for name in archive.namelist() if not name.endswith("/") and "__MACOSX" not in name]
    if len(members) != 1:
        raise _bad(path, _("holds {n} files; a zip with one table is needed.").format(n=len(members)))
    return archive.open(members[0])  # type: ignore[return-value]  # a binary stream in all but name


def _is_blank_separated(head: bytes) -> bool:
    first = head.split(b"\n", 1)[0].strip()
    return len(first.split()) > 1 and not any(mark in first for mark in (b",", b";", b"\t", b"|"))


def _has_mixed_lines(head: bytes) -> bool:
    """Whether some lines end as on Windows and some not, as where files were put together."""
    return 0 < head.count(b"\r\n") < head.count(b"\n")


def _rewritten(path: Path, folder: Path, encoding: str) -> Path:
    """An unpacked UTF-8 copy with one kind of line ends; columns held apart by runs of blanks become tabs."""
    copy = Path(tempfile.mkdtemp(dir=folder)) / f"{path.name}.csv"
    with _opened(path) as packed, copy.open("w", encoding="utf-8", newline="") as target:
        source = io.TextIOWrapper(packed, encoding=encoding)
        try:
            head = source.readline()
            blanks = _is_blank_separated(head.encode())
            target.write("\t".join(head.split()) + "\n" if blanks else head)
            if blanks:
                target.writelines("\t".join(line.split()) + "\n" for line in source)
            shutil.copyfileobj(source, target)
        except (UnicodeDecodeError, *PACKING_ERRORS) as broken:
            raise _bad(path, _("cannot be read to its end ({why}).").format(why=_first_line(broken))) from broken
    return copy


def _run(engine: duckdb.DuckDBPyConnection, query: str, paths: list[Path]) -> list[str]:
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
    return _bad(
        source if isinstance(source, str | Path) else type(source).__name__,
        hint.format(why=_first_line(broken).rstrip(".:")),
    )


def _list_of(paths: list[Path]) -> str:
    names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"[{names}]"


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).strip().splitlines()[0]


def _bad(source: str | Path, what: str) -> SourceError:
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
