"""Interrupt running queries on a signal while the main thread is blocked in an engine and cannot handle it."""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from crrkit.reduce.queries import SIGNAL_POLL_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

QUERY_INTERRUPTED = "Query interrupted"  # DuckDB's error when its check for Python signals finds one
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_ENGINES: ContextVar[list[Any] | None] = ContextVar("_ENGINES", default=None)


def interrupt_on_signal(engine: Any) -> None:
    """Interrupt this engine as well when a signal arrives; no effect outside `stoppable`."""
    engines = _ENGINES.get()
    if engines is not None:
        engines.append(engine)


@contextmanager
def stoppable() -> Iterator[None]:
    """Context manager in which Ctrl-C interrupts the queries of all engines registered by `interrupt_on_signal`.

    Python notes a signal at once but runs its handler only after DuckDB returns. The wake-up file descriptor writes the
    signal number to a socket, and a thread that reads from it interrupts the engines, so that they return at once.

    Raises:
        KeyboardInterrupt: If a signal ended a query.
    """
    if _ENGINES.get() is not None or threading.current_thread() is not threading.main_thread():
        yield
        return
    engines: list[Any] = []
    token, (near, far) = _ENGINES.set(engines), socket.socketpair()
    far.settimeout(0)
    before = signal.set_wakeup_fd(far.fileno(), warn_on_full_buffer=False)
    over = threading.Event()
    listener = threading.Thread(target=_listen, args=(near, before, engines, over), daemon=True)
    listener.start()
    try:
        yield
    except RuntimeError as ended:
        if str(ended) != QUERY_INTERRUPTED:
            raise
        raise KeyboardInterrupt from ended
    finally:
        signal.set_wakeup_fd(before)
        _ENGINES.reset(token)
        over.set()
        far.close()
        listener.join()
        near.close()


def _listen(near: socket.socket, before: int, engines: list[Any], over: threading.Event) -> None:
    """Read signal numbers, pass them on to the previous wake-up descriptor, and interrupt until the context ends."""
    while received := near.recv(1):
        if before != -1:
            with suppress(OSError):
                os.write(before, received)
        if received[0] in ENDING_SIGNALS and callable(signal.getsignal(received[0])):
            while not over.wait(SIGNAL_POLL_SECONDS):  # repeated: an interrupt before the query has begun is lost
                for engine in tuple(engines):
                    engine.con.interrupt()
