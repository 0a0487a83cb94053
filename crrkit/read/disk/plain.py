"""Normalisation of text files: UTF-8, decompressed, uniform line ends, the header in the first line."""

from __future__ import annotations

import codecs
import csv
import io
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from crrkit.ground import told as _
from crrkit.read.disk.encodings import SURE, check_encoding, encoding_of
from crrkit.read.disk.files import PAGE_BEGINS, TEXT, bad, first_line
from crrkit.read.disk.layout import DIRECTIVE, Layout, heads_note, joined_lines, names_at, split
from crrkit.read.disk.packed import PACKING_ERRORS, head_of, unpacked
from crrkit.read.disk.scratch import new_file

if TYPE_CHECKING:
    from crrkit.read.disk.layout import Fits


@dataclass(frozen=True)
class Plain:
    """A normalised text file.

    Attributes:
        path: The file itself, or a copy.
        source: The file given by the user.
        sep: The field separator, if given.
        notes: Notes for the user.
    """

    path: Path
    source: Path
    sep: str | None = None
    notes: tuple[str, ...] = field(default=())


def readable(path: Path, folder: Path, *, layout: Layout | None = None, fits: Fits = lambda _names: True) -> Plain:
    """Return a plain or gzipped UTF-8 file with the table: the file itself, or a normalised copy in ``folder``."""
    layout = layout or Layout()
    head = head_of(path)
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise bad(path, _("is empty. A table with a line of column names and at least one row is needed."))
    encoding = check_encoding(layout.encoding) if layout.encoding else encoding_of(head, path)
    if PAGE_BEGINS.match(head):
        raise bad(path, _("is a web page or XML, not a table. Open it in a spreadsheet and save it as CSV or .xlsx."))
    text = _beginning(head, encoding, path)
    sep, skip = _above(text, layout, fits)
    over, mark = joined_lines(text.splitlines()[:60], sep, fits) if layout.skip is None else (None, "")
    if over is not None:
        line = io.StringIO()
        csv.writer(line, delimiter=mark, lineterminator="\n").writerow(over.names)
        skip, names = over.place + over.lines, line.getvalue()
        copy = _rewritten(path, folder, encoding, skip=skip, blanks=False, names=names)
        return Plain(copy, path, sep, (*_notes(path, encoding, 0, layout), heads_note(path.name, over)))
    blank = sep is None and _is_blank_separated(text.splitlines()[skip:])
    has_mixed_ends = 0 < head.count(b"\r\n") < head.count(b"\n")  # as in concatenated files
    usual = path.suffix.lower() in {*TEXT, ".gz"} and not (skip or blank or has_mixed_ends)
    if encoding == "utf-8" and usual:
        return Plain(path, path, sep)
    copy = _rewritten(path, folder, encoding, skip=skip, blanks=blank)
    return Plain(copy, path, sep, _notes(path, encoding, skip, layout))


def _beginning(head: bytes, encoding: str, path: Path) -> str:
    """Decode the first bytes, which may end within a character."""
    try:
        return codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)().decode(head)
    except UnicodeError as broken:
        raise bad(path, _("cannot be read to its end ({why}).").format(why=first_line(broken))) from broken


def _above(text: str, layout: Layout, fits: Fits) -> tuple[str | None, int]:
    """Return the field separator, if given or declared, and the number of lines above the header."""
    lines = text.splitlines()
    said = DIRECTIVE.match(lines[0]) if lines else None
    sep = layout.sep or (said[1] if said else None)
    if layout.skip is not None:
        return sep, layout.skip
    if not said and lines and fits(split(lines[0], sep)):
        return sep, 0
    found = names_at([split(line, sep) for line in lines[:60]], fits)
    return sep, found or int(said is not None)


def _notes(path: Path, encoding: str, skip: int, layout: Layout) -> tuple[str, ...]:
    notes = []
    if skip and layout.skip is None:
        note = _(
            "{name}: the names of the columns stand in line {line}; what is above was left out. Otherwise use skip=."
        )
        notes.append(note.format(name=path.name, line=skip + 1))
    if layout.encoding is None and encoding not in SURE:
        note = _("{name} was read as text in the encoding {encoding}. If names look wrong, use encoding=.")
        notes.append(note.format(name=path.name, encoding=encoding))
    return tuple(notes)


def _is_blank_separated(lines: list[str]) -> bool:
    """Return whether the column names are separated by runs of blanks."""
    first = lines[0].strip() if lines else ""
    return len(first.split()) > 1 and not any(mark in first for mark in ",;\t|")


def _rewritten(path: Path, folder: Path, encoding: str, *, skip: int, blanks: bool, names: str = "") -> Path:
    """Write a decompressed UTF-8 copy with uniform line ends; with ``blanks``, runs of blanks become tabs."""
    copy = Path(tempfile.mkdtemp(dir=folder)) / f"{path.name}.csv"
    with unpacked(path) as packed, io.TextIOWrapper(new_file(copy), encoding="utf-8", newline="") as target:
        source = io.TextIOWrapper(packed, encoding=encoding)
        try:
            for _above_the_names in range(skip):
                source.readline()
            target.write(names)
            if blanks:
                target.writelines("\t".join(line.split()) + "\n" for line in source)
            shutil.copyfileobj(source, target)
        except (UnicodeError, *PACKING_ERRORS) as broken:
            raise bad(path, _("cannot be read to its end ({why}).").format(why=first_line(broken))) from broken
    return copy
