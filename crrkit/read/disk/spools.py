"""Sources that can be read only once, such as pipes and open files, copied to a file."""

from __future__ import annotations

import os
import select
import shutil
import stat
from pathlib import Path
from typing import Any

from crrkit.ground import SourceError, told as _
from crrkit.read.disk import scratch
from crrkit.read.disk.files import bad

WAIT = 30  # timeout in seconds for the next byte of a pipe
CHUNK = 1 << 20
# Magic bytes of files other than text.
BEGINNINGS = {b"PAR1": ".parquet", b"\x1f\x8b": ".gz", b"BZh": ".bz2", b"\xfd7zXZ": ".xz", b"\x28\xb5\x2f\xfd": ".zst",
              b"[": ".json", b"{": ".json", b"\xd0\xcf\x11\xe0": ".xls", b"SQLite": ".db"}  # fmt: skip
_kept: dict[Path, Path] = {}


def is_open_file(source: Any) -> bool:
    """Return whether the source is an open file object."""
    return hasattr(source, "read") and hasattr(source, "readable")


def of_open_file(source: Any) -> Path:
    """Copy the rest of an open file object to a file, and return its path."""
    named = getattr(source, "name", "")
    name = Path(named).name if isinstance(named, str | Path) and named else "table"
    try:
        parts = iter(lambda: source.read(CHUNK), type(source.read(0))())
        return _written((part.encode("utf-8") if isinstance(part, str) else part for part in parts), name)
    except (OSError, ValueError) as broken:
        raise bad(name, _("cannot be read to its end ({why}).").format(why=broken)) from broken


def regular(path: Path) -> Path:
    """Return a regular file unchanged and copy a pipe to a file; other special files raise an error."""
    try:
        mode = path.stat().st_mode
    except OSError as broken:
        raise bad(path, _("cannot be opened ({why}).").format(why=broken.strerror)) from broken
    if stat.S_ISREG(mode):
        return path
    if not stat.S_ISFIFO(mode):
        raise bad(path, _("is a device, not a file. Name a file, or a pipe that a program writes to."))
    return _of_pipe(path)


def _of_pipe(path: Path) -> Path:
    """Copy a pipe to a file once, and return the same file later, since even reading the header empties the pipe."""
    pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if path in _kept and not _events(pipe, 0) & select.POLLIN:
            return _kept[path]
        if path not in _kept and not _events(pipe, WAIT) & select.POLLIN:
            raise _silent(path)
        first = os.read(pipe, CHUNK)
        if first or path not in _kept:
            _kept[path] = _written(_rest(pipe, first, path), path.name)
    finally:
        os.close(pipe)
    return _kept[path]


def _events(pipe: int, seconds: float) -> int:
    """Wait for a pipe, and return what happened: POLLIN if there is something to read, 0 if nothing did."""
    asked = select.poll()
    asked.register(pipe, select.POLLIN)
    return sum(event for _pipe, event in asked.poll(seconds * 1000))


def _silent(path: Path) -> SourceError:
    return bad(path, _("is a pipe, and nothing came out of it in {n} {n:second|seconds}.").format(n=WAIT))


def _rest(pipe: int, part: bytes, path: Path) -> Any:
    while part:
        yield part
        if not _events(pipe, WAIT):
            raise _silent(path)
        part = os.read(pipe, CHUNK)


def _written(parts: Any, name: str) -> Path:
    """Write a private copy with the extension of its detected type; it remains until the process ends."""
    folder = scratch.lasting()
    target = folder / name
    try:
        with scratch.new_file(target) as copy:
            for part in parts:
                copy.write(part)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if target.suffix:
        return target
    with target.open("rb") as copy:
        head = copy.read(16).lstrip()
    ending = next((ending for begins, ending in BEGINNINGS.items() if head.startswith(begins)), ".csv")
    return target.rename(target.with_suffix(ending))
