"""A signal ends what engines are doing while this thread waits in them and cannot hear it."""

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

QUERY_INTERRUPTED = "Query interrupted"  # what DuckDB makes of a signal when it has asked Python whether there is one
ENDING = (signal.SIGINT, signal.SIGTERM)
_AT_WORK: ContextVar[list[Any] | None] = ContextVar("_AT_WORK", default=None)


def heed(engine: Any) -> None:
    """End also what this engine does when a signal comes; nothing happens where nobody listens."""
    at_work = _AT_WORK.get()
    if at_work is not None:
        at_work.append(engine)


@contextmanager
def stoppable() -> Iterator[None]:
    """Ctrl-C ends the queries of the engines that are heeded meanwhile, which are many and asked in many places.

    Python hears a signal at once and acts on it when DuckDB has answered. It tells the number of the signal to a
    socket, and a thread that reads there interrupts the engines, so that the answer comes at once.

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
    """Read the numbers of signals, hand them on to whoever listened before, and interrupt until all is over."""
    while heard := near.recv(1):
        if before != -1:
            with suppress(OSError):
                os.write(before, heard)
        if heard[0] in ENDING and callable(signal.getsignal(heard[0])):
            while not over.wait(HEARD_WITHIN):  # an interrupt that comes before the query has begun is lost
                for engine in tuple(at_work):
                    engine.con.interrupt()
