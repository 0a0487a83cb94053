"""A folder for copies and for what does not fit in memory: only its owner looks in, and it goes with the process.

A process that is killed cannot clean up; the next one that needs such a folder does. A folder is in use as long as the
lock on the file in it is held, which no process keeps beyond its end.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import sys
import tempfile
import threading
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform != "win32":  # where a file that is open cannot be removed, and nothing is swept
    import fcntl

PREFIX, LOCK = "crrkit-", "in-use"


@contextmanager
def temporary() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(dir=root(), ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def lasting() -> Path:
    """A folder that stays until the process ends, or whoever asked for it removes it."""
    return Path(tempfile.mkdtemp(dir=root()))


def new_file(path: Path) -> BinaryIO:
    """A new file that nobody else can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def root() -> Path:
    """The folder of this process; one that was forked has its own."""
    return _root(os.getpid())


@cache
def _root(process: int) -> Path:
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))  # for its owner alone
    held = new_file(folder / "new")
    if sys.platform != "win32":
        fcntl.flock(held, fcntl.LOCK_EX)
    (folder / "new").rename(folder / LOCK)  # seen by others when it is held
    atexit.register(_remove, folder, held, process)
    _remove_when_terminated(folder, held, process)
    return folder


def _remove(folder: Path, held: BinaryIO, process: int) -> None:
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)
        held.close()


def _remove_when_terminated(folder: Path, held: BinaryIO, process: int) -> None:
    """End as before when asked to end, but without leaving anything; who listens already is left alone."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        return

    def end(number: int, _frame: Any) -> None:
        _remove(folder, held, process)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    signal.signal(signal.SIGTERM, end)


def sweep() -> None:
    """Remove the folders of processes that were killed."""
    if sys.platform == "win32":
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if folder.lstat().st_uid != os.getuid() or folder.is_symlink() or not folder.is_dir():
                continue
            with (folder / LOCK).open("rb") as held:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while its process lives
                shutil.rmtree(folder, ignore_errors=True)
