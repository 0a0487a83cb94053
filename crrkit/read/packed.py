"""The bytes of a file, unpacked."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

from crrkit.ground import gettext as _
from crrkit.read.files import bad, first_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OPENERS: dict[str, Callable[[Path], Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
SAMPLE_BYTES = 1 << 20
PACKING_ERRORS = (OSError, EOFError, RuntimeError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


def head_of(path: Path) -> bytes:
    """The first bytes of a file, enough to see how it is written."""
    with unpacked(path) as stream:
        try:
            return stream.read(SAMPLE_BYTES)
        except PACKING_ERRORS as broken:
            raise bad(path, _("cannot be read to its end ({why}).").format(why=first_line(broken))) from broken


def unpacked(path: Path) -> BinaryIO:
    """The bytes of a file, unpacked."""
    try:
        if path.suffix.lower() == ".zip":
            return _only_member(path)
        opener = OPENERS.get(path.suffix.lower(), open)
        stream: BinaryIO = opener(path, "rb") if opener is open else opener(path)
        stream.peek(1) if hasattr(stream, "peek") else None
    except PACKING_ERRORS as broken:
        raise bad(path, _("cannot be opened ({why}).").format(why=first_line(broken))) from broken
    return stream


def _only_member(path: Path) -> BinaryIO:
    """The one file in a zip; what a Mac adds beside it does not count."""
    archive = zipfile.ZipFile(path)
    members = [name for name in archive.namelist() if not name.endswith("/") and "__MACOSX" not in name]
    if len(members) != 1:
        raise bad(path, _("holds {n} files; a zip with one table is needed.").format(n=len(members)))
    return archive.open(members[0])  # type: ignore[return-value]  # a binary stream in all but name
