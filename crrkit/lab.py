"""The course on the user's own disk: copied there once, kept up to date, never written over what the user changed."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from crrkit._errors import MissingDependencyError, SourceError
from crrkit._language import gettext as _
from crrkit._language import mark

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE: Final = Path(__file__).parent
RECORD: Final = ".crrkit.json"  # what was copied: the name of each notebook and its SHA-256

COPIED: Final = mark("copied")
KEPT: Final = mark("left alone, since you have changed it")
BESIDE: Final = mark("left alone, since you have changed it; the new version stands beside it")


def notebooks_path() -> Path:
    """The folder of the course: inside the installed package, or ``notebooks/`` of a checkout.

    Raises:
        SourceError: If the course was not installed with the package.
    """
    folders = (_PACKAGE / "_notebooks", _PACKAGE.parent / "notebooks")
    for folder in folders:
        if folder.is_dir():
            return folder
    message = _("The course is not in {folder}. Install crrkit again to get it back.")
    raise SourceError(message.format(folder=folders[0]), argument="folder")


def copy_notebooks(folder: Path, *, lang: str) -> list[tuple[Path, str]]:
    """Copy the course in one language to ``folder/lang``.

    A notebook that the user has not touched follows the package. One that the user has changed is left alone; if the
    package has another version than was copied before, that stands beside it as ``name.new.ipynb``.

    Args:
        folder: Where to; made when it is not there.
        lang: ``"en"`` or ``"ru"``.

    Returns:
        Each notebook and what was done, `COPIED`, `KEPT` or `BESIDE`; those that were already the same are left out.

    Raises:
        SourceError: If the course in this language was not installed, or ``folder`` is a file.
    """
    target = folder / lang
    sources = sorted((notebooks_path() / lang).glob("*.ipynb"))
    if not sources:
        message = _("There are no notebooks in {folder}. Install crrkit again to get them back.")
        raise SourceError(message.format(folder=notebooks_path() / lang), argument="lang", given=lang)
    if any(part.is_file() for part in (folder, target)):
        message = _("{folder} is a file. Name a folder for the notebooks, or leave the name out.")
        raise SourceError(message.format(folder=folder), argument="folder", given=str(folder))
    target.mkdir(parents=True, exist_ok=True)
    record = _read_record(target)
    done = [(target / source.name, what) for source in sources for what in _bring(source, target, record)]
    _write(target / RECORD, json.dumps(record, indent=1, sort_keys=True).encode())
    return done


def open_lab(folder: Path) -> int:
    """Run JupyterLab on a folder until the user stops it; its exit status.

    Raises:
        MissingDependencyError: If JupyterLab is not installed.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        message = _("Opening {folder} needs JupyterLab. Install it with: pip install 'crrkit[lab]'")
        raise MissingDependencyError(message.format(folder=folder))
    # JupyterLab refuses to run as root unless told; who runs crrkit as root (in a container) has decided already.
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    server = subprocess.Popen([sys.executable, "-m", "jupyterlab", *root, str(folder)])  # noqa: S603 - our own words
    # Ctrl-C is for the server, which asks before it stops; whoever ends crrkit means the server too.
    answers: dict[int, Any] = {signal.SIGINT: signal.SIG_IGN, signal.SIGTERM: lambda *_: server.terminate()}
    before = {number: signal.signal(number, answer) for number, answer in answers.items()}
    try:
        return server.wait()
    finally:
        for number, answer in before.items():
            signal.signal(number, answer)


def _bring(source: Path, target: Path, record: dict[str, str]) -> Iterator[str]:
    """Copy one notebook if that loses nothing, and say what was done."""
    mine = target / source.name
    beside = mine.with_suffix(".new.ipynb")
    offered, copied, found = _digest(source), record.get(source.name), _digest_if_there(mine)
    record[source.name] = offered
    if found == offered:
        return
    if found in {None, copied}:
        _write(mine, source.read_bytes())
        yield COPIED
    elif copied == offered or _digest_if_there(beside) not in {None, copied}:
        yield KEPT
    else:
        _write(beside, source.read_bytes())
        yield BESIDE


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest_if_there(path: Path) -> str | None:
    return _digest(path) if path.is_file() else None


def _read_record(target: Path) -> dict[str, str]:
    """What was copied before; nothing when the record is missing or broken, and then nothing is written over."""
    try:
        record = json.loads((target / RECORD).read_bytes())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _write(path: Path, content: bytes) -> None:
    """Write beside and move, so that no half of a notebook is ever found."""
    half = path.with_name(f".{path.name}.half")
    half.write_bytes(content)
    half.replace(path)
