"""Atomic writing of files: to a temporary file in the same folder, which is then moved into place."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crrkit.ground.errors import InputError
from crrkit.ground.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)  # errors of a full disk
# First characters of cells that spreadsheets take for formulas, including full-width forms.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@contextmanager
def beside(targets: Mapping[str, Path]) -> Iterator[dict[str, Path]]:
    """Context manager with temporary files next to the targets, moved into place on success and removed on failure.

    An overwritten file keeps its permissions, and of a symbolic link the file it points to is overwritten. Leftovers of
    a killed process are removed by the next one that writes the same file.

    Raises:
        InputError: If a file cannot be created, written or moved into place; it is named by its key in ``targets``.
    """
    parts: dict[str, Path] = {}
    try:
        for name, target in targets.items():
            parts[name] = _new_file(target, name=name)
        try:
            yield parts
        except OSError as failed:
            if failed.errno not in NO_ROOM:
                raise
            name, target = next(iter(targets.items()))
            raise _refusal(target, failed, name=name) from failed
        for name, target in targets.items():
            with _refused(target, name=name):
                place = target.resolve()
                if place.exists():
                    shutil.copymode(place, parts[name])
                parts[name].replace(place)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def write_beside(path: str | Path, content: bytes) -> Path:
    """Write one file atomically: an existing file remains intact until it is replaced."""
    target = Path(path)
    with beside({"path": target}) as parts, _refused(target, name="path"):
        parts["path"].write_bytes(content)
    return target


def write_csv(path: str | Path, table: pd.DataFrame) -> Path:
    """Write a table as CSV that spreadsheets in any language read; missing values are empty.

    Text that a spreadsheet would take for a formula gets a leading apostrophe, which spreadsheets and the readers of
    crrkit remove.
    """
    harmless = table.map(_harmless).rename(columns=_harmless)
    text = harmless.to_csv(index=False, lineterminator="\n")
    return write_beside(path, text.encode("utf-8-sig"))


def _harmless(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = f"'{value}" if value.startswith(FORMULA) else value
    return text.replace("\r\n", "\n").replace("\r", "\n")  # spreadsheets end the row at a lone \r even in quotes


def as_path(given: object) -> Path:
    """Convert an argument to a path; for other types the name of the type, which is not an existing file."""
    return Path(given if isinstance(given, str | Path) else type(given).__name__).expanduser()


def check_target(given: object, *, name: str, ending: str) -> Path:
    """Return the path of a file to write, after checking that its folder exists and its extension is right."""
    path = as_path(given)
    if path.suffix.lower() != ending:
        message = _("{name}={given!r} must end in {ending}.")
    elif path.is_dir():
        message = _("{name}={given!r} is a folder. Name a file in it.")
    elif not path.parent.is_dir():
        message = _("{name}={given!r} lies in a folder that does not exist. Make the folder or choose another.")
    else:
        return path
    text = message.format(name=name, given=str(path), ending=ending)
    raise InputError(text, argument=name, given=str(given))


def _new_file(target: Path, *, name: str) -> Path:
    place = target.resolve()  # the target of a symbolic link
    with _refused(target, name=name):
        if place.exists() and not (place.is_file() and os.access(place, os.W_OK)):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        _sweep(place)
        part = place.with_name(f".{place.stem}-{os.getpid():x}-{secrets.token_hex(4)}{place.suffix}")
        part.touch(exist_ok=False)  # with default permissions, unlike tempfile
    return part


def _sweep(place: Path) -> None:
    """Remove temporary files of killed processes of this machine next to a file, but not those of running ones."""
    left = re.compile(rf"\.{re.escape(place.stem)}-([0-9a-f]+)-[0-9a-f]{{8}}{re.escape(place.suffix)}")
    for found in place.parent.iterdir():
        told = left.fullmatch(found.name)
        if told and not _runs(int(told[1], 16)):
            found.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    if os.name != "posix":  # elsewhere os.kill(process, 0) ends the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


@contextmanager
def _refused(target: Path, *, name: str) -> Iterator[None]:
    try:
        yield
    except OSError as refused:
        raise _refusal(target, refused, name=name) from refused


def _refusal(target: Path, refused: OSError, *, name: str) -> InputError:
    message = _("{name}={given!r} cannot be written ({why}). Choose a folder that you may write to.")
    text = message.format(name=name, given=str(target), why=refused.strerror)
    return InputError(text, argument=name, given=str(target))
