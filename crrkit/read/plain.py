"""Text files as plain ones: UTF-8, unpacked, one kind of line ends, columns parted by a mark."""

from __future__ import annotations

import codecs
import io
import shutil
import tempfile
from pathlib import Path

from crrkit.ground import gettext as _
from crrkit.read.files import TEXT, bad, first_line
from crrkit.read.packed import PACKING_ERRORS, SAMPLE_BYTES, head_of, unpacked


def readable(path: Path, folder: Path) -> Path:
    """A plain or gzipped UTF-8 file with the same text: the file itself, or a copy of it in ``folder``."""
    head = head_of(path)
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise bad(path, _("is empty. A table with a line of column names and at least one row is needed."))
    if b"\0" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise bad(path, _("is not a text file. Give a CSV, Parquet or Excel file; rename it if its ending is wrong."))
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
            raise bad(path, _("is in an encoding that was not recognised. Save it as UTF-8.")) from None
        return best.encoding
    return "utf-8"


def _is_blank_separated(head: bytes) -> bool:
    first = head.split(b"\n", 1)[0].strip()
    return len(first.split()) > 1 and not any(mark in first for mark in (b",", b";", b"\t", b"|"))


def _has_mixed_lines(head: bytes) -> bool:
    """Whether some lines end as on Windows and some not, as where files were put together."""
    return 0 < head.count(b"\r\n") < head.count(b"\n")


def _rewritten(path: Path, folder: Path, encoding: str) -> Path:
    """An unpacked UTF-8 copy with one kind of line ends; columns held apart by runs of blanks become tabs."""
    copy = Path(tempfile.mkdtemp(dir=folder)) / f"{path.name}.csv"
    with unpacked(path) as packed, copy.open("w", encoding="utf-8", newline="") as target:
        source = io.TextIOWrapper(packed, encoding=encoding)
        try:
            head = source.readline()
            blanks = _is_blank_separated(head.encode())
            target.write("\t".join(head.split()) + "\n" if blanks else head)
            if blanks:
                target.writelines("\t".join(line.split()) + "\n" for line in source)
            shutil.copyfileobj(source, target)
        except (UnicodeDecodeError, *PACKING_ERRORS) as broken:
            raise bad(path, _("cannot be read to its end ({why}).").format(why=first_line(broken))) from broken
    return copy
