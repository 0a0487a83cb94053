"""Compressed files and archives; against decompression bombs, sizes are checked before anything is decompressed."""

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

from crrkit.ground import SourceError, told as _
from crrkit.read.disk.files import ARROW, PARQUET, SPREADSHEETS, bad, first_line, kind_of
from crrkit.read.disk.scratch import new_file

if TYPE_CHECKING:
    from collections.abc import Callable


def _open_zst(source: Any) -> io.BufferedReader:
    """Open a Zstandard file, or an open file, with Arrow, since Python before 3.14 has no reader of its own."""
    import pyarrow as pa

    return io.BufferedReader(pa.CompressedInputStream(source, "zstd"))


OPENERS: dict[str, Callable[[Any], Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".zst": _open_zst,
}
SAMPLE_BYTES = 1 << 20
NO_TABLES = re.compile(r"(?:^|/)(?:readme|licen[cs]e)[^/]*$|\.(?:md|rst|pdf|docx?|png|jpe?g|gif|ds_store)$")
PACKING_ERRORS = (OSError, EOFError, RuntimeError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
HARMLESS = 1 << 28  # bytes that are accepted at any compression ratio
MOST_TIMES = 300  # compression ratio that no table reaches; that of a bomb is about 1000
CHUNK_OF_TEXT = 1 << 20
SHEET = "xl/worksheets/"
COLUMN, ROW = re.compile(rb'<c r="([A-Z]{1,3})[0-9]'), re.compile(rb'<row r="([0-9]{1,7})"')
GIANT, FILLED = 50_000_000, 100  # a sheet with more cells than the one, of which less than 1 in the other is filled


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
        opener = OPENERS.get(path.suffix.lower())
        stream: Any = opener(path) if opener else path.open("rb")
        stream.peek(1)  # so that a damaged file is refused here
    except PACKING_ERRORS as broken:
        raise bad(path, _("cannot be opened ({why}).").format(why=first_line(broken))) from broken
    return stream  # type: ignore[no-any-return]  # a binary stream in everything but its type


def members_of(path: Path, folder: Path) -> list[Path]:
    """Return the tables in a file, each checked before it is decompressed."""
    _check_length(path)
    inside = _members(path, folder)
    for copy in inside:
        if copy != path:
            _check_length(copy)
    return inside


def _members(path: Path, folder: Path) -> list[Path]:
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


def _check_length(path: Path) -> None:
    """Raise an error for a sparse file, an archive that would fill the disk, or a sheet that would fill the memory."""
    state = path.stat()
    blocks = getattr(state, "st_blocks", None)
    if blocks is not None and state.st_size > HARMLESS and blocks * 512 * MOST_TIMES < state.st_size:
        raise bad(path, _("is almost entirely empty. Copy the table itself into a file."))
    try:
        if zipfile.is_zipfile(path):
            _check_members(path)
        elif _is_far_longer(path):
            raise _too_long(path)
    except PACKING_ERRORS as broken:
        raise bad(path, _("cannot be opened ({why}).").format(why=broken)) from broken


def _is_far_longer(path: Path) -> bool:
    opener = OPENERS.get(path.suffix.lower())
    if opener is None:
        return False
    with path.open("rb") as raw:
        stream, length = opener(raw), 0
        while length < HARMLESS and (part := stream.read(CHUNK_OF_TEXT)):
            length += len(part)
        return length >= HARMLESS > raw.tell() * MOST_TIMES


def _check_members(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        length, packed = sum(one.file_size for one in members), sum(one.compress_size for one in members)
        if length > HARMLESS and length > packed * MOST_TIMES:
            raise _too_long(path)
        for one in members:
            if one.filename.startswith(SHEET) and _is_empty_giant(archive.read(one)):
                message = _("has a sheet of over {n} million cells, almost all empty. Delete what is behind the table.")
                raise bad(path, message.format(n=GIANT // 1_000_000))


def _too_long(path: Path) -> SourceError:
    message = _("would become more than {n} {n:time|times} as long when unpacked, which no table does.")
    return bad(path, message.format(n=MOST_TIMES))


def _is_empty_giant(page: bytes) -> bool:
    columns = COLUMN.findall(page)
    rows = max((int(row) for row in ROW.findall(page)), default=0)
    width = max((_number(letters) for letters in set(columns)), default=0)
    return rows * width > max(GIANT, FILLED * len(columns))


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
