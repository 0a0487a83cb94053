"""Files that are whole or not there: checked before the work, written beside, moved into place at the end."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from crrkit.ground import InputError, gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def check_target(given: str | Path, *, name: str, ending: str) -> Path:
    """The path of a file to be written, its folder there and its ending right."""
    path = Path(given).expanduser()
    if path.suffix.lower() != ending:
        message = _("{name}={given!r} must end in {ending}.")
    elif path.is_dir():
        message = _("{name}={given!r} is a folder. Name a file in it.")
    elif not path.parent.is_dir():
        message = _("{name}={given!r} lies in a folder that does not exist. Make the folder or choose another.")
    else:
        return path
    text = message.format(name=name, given=str(given), ending=ending)
    raise InputError(text, argument=name, given=str(given))


@contextmanager
def beside(targets: Mapping[str, Path]) -> Iterator[dict[str, Path]]:
    """New files beside the targets, moved into their places when all has gone well, else removed."""
    parts: dict[str, Path] = {}
    try:
        for name, target in targets.items():
            parts[name] = _new_file(target, name=name)
        yield parts
        for name, target in targets.items():
            parts[name].replace(target)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def _new_file(target: Path, *, name: str) -> Path:
    path = target.with_name(f".{target.stem}-{secrets.token_hex(4)}{target.suffix}")
    try:
        path.touch(exist_ok=False)  # with the rights of any new file, unlike those of tempfile
    except OSError as refused:
        message = _("{name}={given!r} cannot be written ({why}). Choose a folder that you may write to.")
        text = message.format(name=name, given=str(target), why=refused.strerror)
        raise InputError(text, argument=name, given=str(target)) from refused
    return path
