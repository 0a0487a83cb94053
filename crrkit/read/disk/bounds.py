"""Protection against decompression bombs: sizes are checked before anything is decompressed."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

from crrkit.ground import SourceError, told as _
from crrkit.read.disk.files import bad
from crrkit.read.disk.packed import PACKING_ERRORS, members, unpacked_from

if TYPE_CHECKING:
    from pathlib import Path

HARMLESS = 1 << 28  # bytes that are accepted at any compression ratio
MOST_TIMES = 300  # compression ratio that no table reaches; that of a bomb is about 1000
CHUNK_OF_TEXT = 1 << 20
SHEET = "xl/worksheets/"
COLUMN, ROW = re.compile(rb'<c r="([A-Z]{1,3})[0-9]'), re.compile(rb'<row r="([0-9]{1,7})"')
GIANT, FILLED = 50_000_000, 100  # a sheet with more cells than the one, of which less than 1 in the other is filled


def members_of(path: Path, folder: Path) -> list[Path]:
    """Return the tables in a file, each checked before it is decompressed."""
    check_length(path)
    inside = members(path, folder)
    for copy in inside:
        if copy != path:
            check_length(copy)
    return inside


def check_length(path: Path) -> None:
    """Raise an error for a sparse file, an archive that would fill the disk, or a sheet that would fill the memory.

    Raises:
        SourceError: Before any of it is decompressed to disk.
    """
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
    with path.open("rb") as raw:
        stream = unpacked_from(raw, path)
        if stream is None:
            return False
        length = 0
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
    message = _("would become more than {n} {n:time|times} as long when unpacked, as no table does.")
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
