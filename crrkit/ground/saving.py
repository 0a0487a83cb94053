"""Files that are whole or not there: written beside their place, then moved into it."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crrkit.ground.errors import InputError
from crrkit.ground.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)  # what a place without room answers
# What a cell of a spreadsheet begins with when it is to be computed, in wide forms, too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@contextmanager
def beside(targets: Mapping[str, Path]) -> Iterator[dict[str, Path]]:
    """New files beside the targets, moved into their places when all has gone well, else removed.

    A file that is overwritten keeps its rights, and a link stays one: what it leads to is overwritten. What a run that
    was killed left behind is swept by the next one that writes the same file.

    Args:
        targets: The files to be, by the name that the caller gave them.

    Raises:
        InputError: If a file cannot be made beside its target, written, or moved into its place.
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
                _keep_rights(parts[name], target.resolve())
                parts[name].replace(target.resolve())
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def write_beside(path: str | Path, content: bytes) -> Path:
    """Write one file beside its place and move it there: an old one is whole until then.

    Raises:
        InputError: If the place cannot be written to.
    """
    target = Path(path)
    with beside({"path": target}) as parts, _refused(target, name="path"):
        parts["path"].write_bytes(content)
    return target


def write_csv(path: str | Path, table: pd.DataFrame) -> Path:
    """Write a table with blanks for what is missing, readable by spreadsheets in any language.

    A text that a spreadsheet would take for a formula stands behind an apostrophe, which spreadsheets and the readers
    of crrkit leave out again.
    """
    harmless = table.map(_harmless).rename(columns=_harmless)
    text = harmless.to_csv(index=False, lineterminator="\n")
    return write_beside(path, text.encode("utf-8-sig"))


def _harmless(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = f"'{value}" if value.startswith(FORMULA) else value
    return text.replace("\r\n", "\n").replace("\r", "\n")  # a lone one ends the row for a spreadsheet, quoted or not


def as_path(given: object) -> Path:
    """What was given as a path; of what is none its kind, which then names no file that is there."""
    return Path(given if isinstance(given, str | Path) else type(given).__name__).expanduser()


def check_target(given: object, *, name: str, ending: str) -> Path:
    """The path of a file to be written, its folder there and its ending right."""
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
    place = target.resolve()  # of a link the file that it leads to
    with _refused(target, name=name):
        if place.exists() and not (place.is_file() and os.access(place, os.W_OK)):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        _sweep(place)
        part = place.with_name(f".{place.stem}-{os.getpid():x}-{secrets.token_hex(4)}{place.suffix}")
        part.touch(exist_ok=False)  # with the rights of any new file, unlike those of tempfile
    return part


def _sweep(place: Path) -> None:
    """Remove what killed processes of this machine left beside a file; that of one that still writes stays."""
    left = re.compile(rf"\.{re.escape(place.stem)}-([0-9a-f]+)-[0-9a-f]{{8}}{re.escape(place.suffix)}")
    for found in place.parent.iterdir():
        told = left.fullmatch(found.name)
        if told and not _runs(int(told[1], 16)):
            found.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    if os.name != "posix":  # there the question would end the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _keep_rights(part: Path, place: Path) -> None:
    if place.exists():
        part.chmod(stat.S_IMODE(place.stat().st_mode))


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
