"""The process's private folder for temporary copies and spilled data, removed when the process ends.

The folder of a killed process is removed by the next process that needs one. A folder is in use while the lock on the
file in it is held, which the operating system releases when the process ends.
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

if sys.platform != "win32":  # where open files cannot be removed, and there is no sweep
    import fcntl

PREFIX, LOCK = "crrkit-", "in-use"


@contextmanager
def temporary() -> Iterator[Path]:
    """Context manager for a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(dir=root(), ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def lasting() -> Path:
    """Create a folder that remains until the process ends, or the caller removes it."""
    return Path(tempfile.mkdtemp(dir=root()))


def new_file(path: Path) -> BinaryIO:
    """Create a new file that only its owner can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def root() -> Path:
    """Return the folder of this process; a forked process has its own."""
    return _root(os.getpid())


@cache
def _root(process: int) -> Path:
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))  # accessible to its owner only
    held = new_file(folder / "new")
    if sys.platform != "win32":
        fcntl.flock(held, fcntl.LOCK_EX)
    (folder / "new").rename(folder / LOCK)  # visible to others only once the lock is held
    atexit.register(_remove, folder, held, process)
    _remove_when_terminated(folder, held, process)
    return folder


def _remove(folder: Path, held: BinaryIO, process: int) -> None:
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)
        held.close()


def _remove_when_terminated(folder: Path, held: BinaryIO, process: int) -> None:
    """Remove the folder on SIGTERM and then terminate as by default; an existing signal handler is not replaced."""
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
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails while its process is alive
                shutil.rmtree(folder, ignore_errors=True)
