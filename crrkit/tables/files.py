"""Files on a disk: which they are, how they are encoded, and their rows as a table of the engine.

A text file is read as text, every field; `text` decides what the fields mean. Lines that do not have the right number
of fields are counted, never repaired.
"""

from __future__ import annotations

import bz2
import codecs
import glob
import gzip
import lzma
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pandas as pd

from crrkit._errors import MissingDependencyError, SourceError
from crrkit._language import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

TEXT = (".csv", ".tsv", ".txt")
SPREADSHEETS = (".xlsx", ".xls", ".xlsb", ".ods")
PARQUET = (".parquet", ".pq")
PACKED: dict[str, Callable[[Path], Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
SAMPLE_BYTES = 1 << 20
TEXT_OPTIONS = "all_varchar = true, header = true, sample_size = 20000"


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
    """The first sheet of a spreadsheet."""
    try:
        return pd.read_excel(path, engine="calamine")
    except ImportError as missing:
        text = _("Reading {name} needs python-calamine. Install it with: pip install 'crrkit[excel]'")
        raise MissingDependencyError(text.format(name=path.name)) from missing
    except Exception as broken:  # every reader of spreadsheets raises errors of its own
        raise _bad(
            path, _("is not a spreadsheet that can be read ({why}).").format(why=_first_line(broken))
        ) from broken


def load_parquet(engine: duckdb.DuckDBPyConnection, paths: list[Path], *, name: str) -> None:
    """A view over Parquet files; nothing is copied."""
    _run(engine, f"CREATE VIEW {name} AS SELECT * FROM read_parquet({_list_of(paths)})", paths)  # noqa: S608 - names are quoted


def text_columns(engine: duckdb.DuckDBPyConnection, paths: list[Path]) -> list[str]:
    """The names in the head of a text file."""
    query = f"SELECT * FROM read_csv({_list_of(paths)}, {TEXT_OPTIONS}, ignore_errors = true) LIMIT 0"  # noqa: S608 - names are quoted
    return _run(engine, query, paths)


def load_text(engine: duckdb.DuckDBPyConnection, paths: list[Path], columns: list[str], *, name: str) -> int:
    """Copy the columns of a text file, as text, into a table; return how many lines could not be split into fields."""
    wanted = ", ".join(quoted(column) for column in columns)
    options = f"{TEXT_OPTIONS}, store_rejects = true, ignore_errors = true, rejects_limit = 0"
    _run(engine, f"CREATE TABLE {name} AS SELECT {wanted} FROM read_csv({_list_of(paths)}, {options})", paths)  # noqa: S608 - names are quoted
    rejected = engine.execute("SELECT count(*) FROM (SELECT DISTINCT file_id, line FROM reject_errors)").fetchall()
    return int(rejected[0][0])


def readable(path: Path, folder: Path) -> Path:
    """A plain or gzipped UTF-8 file with the same text: the file itself, or a copy of it in ``folder``."""
    with _opened(path) as stream:
        head = stream.read(SAMPLE_BYTES)
    if not head.strip():
        raise _bad(path, _("is empty. A table with a line of column names and at least one row is needed."))
    if b"\0" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _bad(path, _("is not a text file. Give a CSV, Parquet or Excel file; rename it if its ending is wrong."))
    encoding = encoding_of(head, path)
    if encoding in {"utf-8", "utf-8-sig"} and path.suffix.lower() in {*TEXT, ".gz"} and not _is_blank_separated(head):
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


def _opened(path: Path) -> BinaryIO:
    """The bytes of a file, unpacked."""
    try:
        if path.suffix.lower() == ".zip":
            archive = zipfile.ZipFile(path)
            members = [name for name in archive.namelist() if not name.endswith("/")]
            if len(members) != 1:
                raise _bad(path, _("holds {n} files; a zip with one table is needed.").format(n=len(members)))
            return archive.open(members[0])  # type: ignore[return-value]  # a binary stream in all but name
        opener = PACKED.get(path.suffix.lower(), open)
        stream: BinaryIO = opener(path, "rb") if opener is open else opener(path)
        stream.peek(1) if hasattr(stream, "peek") else None
    except (OSError, EOFError, zipfile.BadZipFile, lzma.LZMAError) as broken:
        raise _bad(path, _("cannot be opened ({why}).").format(why=_first_line(broken))) from broken
    return stream


def _is_blank_separated(head: bytes) -> bool:
    first = head.split(b"\n", 1)[0].strip()
    return len(first.split()) > 1 and not any(mark in first for mark in (b",", b";", b"\t", b"|"))


def _rewritten(path: Path, folder: Path, encoding: str) -> Path:
    """An unpacked UTF-8 copy; columns held apart by runs of blanks become tabs."""
    handle, name = tempfile.mkstemp(suffix=".csv", dir=folder)
    with _opened(path) as source, open(handle, "w", encoding="utf-8", newline="") as target:  # noqa: PTH123 - a handle
        text = codecs.getreader(encoding)(source)
        try:
            head = text.readline()
            blanks = _is_blank_separated(head.encode())
            target.write("\t".join(head.split()) + "\n" if blanks else head)
            if blanks:
                target.writelines("\t".join(line.split()) + "\n" for line in text)
            shutil.copyfileobj(text, target)
        except (UnicodeDecodeError, EOFError, OSError, zipfile.BadZipFile) as broken:
            raise _bad(path, _("cannot be read to its end ({why}).").format(why=_first_line(broken))) from broken
    return Path(name)


def _run(engine: duckdb.DuckDBPyConnection, query: str, paths: list[Path]) -> list[str]:
    """Run to the end (a connection does nothing else before) and give the names of the result's columns."""
    import duckdb

    try:
        engine.execute(query)
        names = [column[0] for column in engine.description or ()]
        engine.fetchall()
    except duckdb.Error as broken:
        why = _first_line(broken).rstrip(".:")
        hint = _(
            "could not be read as a table ({why}). A CSV, Parquet or Excel file with a line of column names is needed."
        )
        raise _bad(paths[0], hint.format(why=why)) from broken
    return names


def _list_of(paths: list[Path]) -> str:
    names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"[{names}]"


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).strip().splitlines()[0]


def _bad(source: str | Path, what: str) -> SourceError:
    return SourceError(f"{Path(source).name or source} {what}", argument="source", given=str(source))
