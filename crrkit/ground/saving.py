"""Files that are whole or not there: written beside their place, then moved into it."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crrkit.ground.errors import InputError
from crrkit.ground.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a cell of a spreadsheet begins with when it is to be computed


@contextmanager
def beside(targets: Mapping[str, Path]) -> Iterator[dict[str, Path]]:
    """New files beside the targets, moved into their places when all has gone well, else removed.

    Args:
        targets: The files to be, by the name that the caller gave them.

    Raises:
        InputError: If a file cannot be made beside its target or moved into its place.
    """
    parts: dict[str, Path] = {}
    try:
        for name, target in targets.items():
            parts[name] = _new_file(target, name=name)
        yield parts
        for name, target in targets.items():
            with _refused(target, name=name):
                parts[name].replace(target)
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
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


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
    part = target.with_name(f".{target.stem}-{secrets.token_hex(4)}{target.suffix}")
    with _refused(target, name=name):
        part.touch(exist_ok=False)  # with the rights of any new file, unlike those of tempfile
    return part


@contextmanager
def _refused(target: Path, *, name: str) -> Iterator[None]:
    try:
        yield
    except OSError as refused:
        message = _("{name}={given!r} cannot be written ({why}). Choose a folder that you may write to.")
        text = message.format(name=name, given=str(target), why=refused.strerror)
        raise InputError(text, argument=name, given=str(target)) from refused
