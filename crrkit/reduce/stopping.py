"""Interrupt running queries on a signal while the main thread is blocked in an engine and cannot handle it."""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from crrkit.reduce.running import HEARD_WITHIN

if TYPE_CHECKING:
    from collections.abc import Iterator

QUERY_INTERRUPTED = "Query interrupted"  # DuckDB's error when its check for Python signals finds one
ENDING = (signal.SIGINT, signal.SIGTERM)
_AT_WORK: ContextVar[list[Any] | None] = ContextVar("_AT_WORK", default=None)


def heed(engine: Any) -> None:
    """Interrupt this engine as well when a signal arrives; no effect outside `stoppable`."""
    at_work = _AT_WORK.get()
    if at_work is not None:
        at_work.append(engine)


@contextmanager
def stoppable() -> Iterator[None]:
    """Context manager in which Ctrl-C interrupts the queries of all engines registered by `heed`.

    Python notes a signal at once but runs its handler only after DuckDB returns. The wake-up file descriptor writes the
    signal number to a socket, and a thread that reads from it interrupts the engines, so that they return at once.

    Raises:
        KeyboardInterrupt: If a signal ended a query.
    """
    if _AT_WORK.get() is not None or threading.current_thread() is not threading.main_thread():
        yield
        return
    at_work: list[Any] = []
    token, (near, far) = _AT_WORK.set(at_work), socket.socketpair()
    far.settimeout(0)
    before = signal.set_wakeup_fd(far.fileno(), warn_on_full_buffer=False)
    over = threading.Event()
    listener = threading.Thread(target=_listen, args=(near, before, at_work, over), daemon=True)
    listener.start()
    try:
        yield
    except RuntimeError as ended:
        if str(ended) != QUERY_INTERRUPTED:
            raise
        raise KeyboardInterrupt from ended
    finally:
        signal.set_wakeup_fd(before)
        _AT_WORK.reset(token)
        over.set()
        far.close()
        listener.join()
        near.close()


def _listen(near: socket.socket, before: int, at_work: list[Any], over: threading.Event) -> None:
    """Read signal numbers, pass them on to the previous wake-up descriptor, and interrupt until the context ends."""
    while heard := near.recv(1):
        if before != -1:
            with suppress(OSError):
                os.write(before, heard)
        if heard[0] in ENDING and callable(signal.getsignal(heard[0])):
            while not over.wait(HEARD_WITHIN):  # repeated: an interrupt before the query has begun is lost
                for engine in tuple(at_work):
                    engine.con.interrupt()
