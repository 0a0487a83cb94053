"""Compressed files and archives."""

from __future__ import annotations

import bz2
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

from crrkit.ground import told as _
from crrkit.read.disk.files import ARROW, PARQUET, SPREADSHEETS, bad, first_line, kind_of
from crrkit.read.disk.scratch import new_file

if TYPE_CHECKING:
    from collections.abc import Callable


def _open_zst(path: Path) -> io.BufferedReader:
    """Open a Zstandard file with Arrow, since Python before 3.14 has no reader of its own."""
    import pyarrow as pa

    return io.BufferedReader(pa.CompressedInputStream(pa.OSFile(str(path)), "zstd"))


OPENERS: dict[str, Callable[[Any], Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".zst": _open_zst,
}
SAMPLE_BYTES = 1 << 20
NO_TABLES = re.compile(r"(?:^|/)(?:readme|licen[cs]e)[^/]*$|\.(?:md|rst|pdf|docx?|png|jpe?g|gif|ds_store)$")
PACKING_ERRORS = (OSError, EOFError, RuntimeError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file, decompressed, enough to detect its format."""
    with unpacked(path) as stream:
        try:
            return stream.read(SAMPLE_BYTES)
        except PACKING_ERRORS as broken:
            raise bad(path, _("cannot be read to its end ({why}).").format(why=first_line(broken))) from broken


def unpacked(path: Path) -> BinaryIO:
    """Open a file for reading, decompressed."""
    try:
        if path.suffix.lower() == ".zip":
            return _only_member(path)
        opener = OPENERS.get(path.suffix.lower(), open)
        stream: BinaryIO = opener(path, "rb") if opener is open else opener(path)
        stream.peek(1) if hasattr(stream, "peek") else None
    except PACKING_ERRORS as broken:
        raise bad(path, _("cannot be opened ({why}).").format(why=first_line(broken))) from broken
    return stream


def unpacked_from(raw: BinaryIO, path: Path) -> Any:
    """Return a decompressing stream of an open file; None if it is not compressed, or a zip."""
    kind = path.suffix.lower()
    if kind == ".zst":
        import pyarrow as pa

        return pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
    return OPENERS[kind](raw) if kind in OPENERS else None


def members(path: Path, folder: Path) -> list[Path]:
    """Return the file itself, or, for a zip with several members or one that is not text, copies in ``folder``."""
    if path.suffix.lower() != ".zip":
        return [path]
    try:
        with zipfile.ZipFile(path) as archive:
            names = _names(archive)
            one_text = len(names) == 1 and not names[0].lower().endswith((*SPREADSHEETS, *PARQUET, *ARROW, ".zip"))
            return [path] if one_text or not names else [_copied(archive, name, path, folder) for name in names]
    except PACKING_ERRORS as broken:
        raise bad(path, _("cannot be opened ({why}).").format(why=first_line(broken))) from broken


def _copied(archive: zipfile.ZipFile, name: str, path: Path, folder: Path) -> Path:
    """Extract one member under its base name, ignoring its folder."""
    copy = Path(tempfile.mkdtemp(dir=folder)) / Path(name.replace("\\", "/")).name
    if copy.suffix.lower() == ".zip" or kind_of(copy) in ("parquet", "arrow"):
        raise bad(path, _("holds {name}. Unpack it first.").format(name=copy.name))
    with archive.open(name) as packed, new_file(copy) as target:
        shutil.copyfileobj(packed, target)
    return copy


def _names(archive: zipfile.ZipFile) -> list[str]:
    """Return the files in a zip without macOS metadata and, if there are tables, without READMEs and pictures."""
    found = [name for name in archive.namelist() if not name.endswith("/") and "__MACOSX" not in name]
    tables = [name for name in found if not NO_TABLES.search(name.lower())]
    return tables or found


def _only_member(path: Path) -> BinaryIO:
    archive = zipfile.ZipFile(path)
    names = _names(archive)
    if len(names) != 1:
        raise bad(path, _("holds {n} {n:file|files}; a zip with one table is needed.").format(n=len(names)))
    return archive.open(names[0])  # type: ignore[return-value]  # a binary stream in everything but its type
