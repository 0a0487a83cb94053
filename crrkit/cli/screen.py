"""Output: text, wrapped between words on a terminal, and progress of operations that take longer than a second."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
import time
from threading import Event, Thread
from typing import TYPE_CHECKING, Self, TextIO

import typer

from crrkit.ground import gettext as _, language, use_language

if TYPE_CHECKING:
    from collections.abc import Iterable

PATIENCE = 1.0  # seconds before progress is shown
CLEAR = "\r\x1b[K"


def say(texts: str | Iterable[str], *, err: bool = False) -> None:
    """Print texts of one or more lines; with ``err``, to stderr."""
    is_terminal = (sys.stderr if err else sys.stdout).isatty()
    for text in [texts] if isinstance(texts, str) else texts:
        for line in text.splitlines() or [""]:
            typer.echo(broken(line, width=shutil.get_terminal_size().columns) if is_terminal else line, err=err)


def broken(line: str, *, width: int) -> str:
    """Wrap a line of prose to a width in characters; indented lines, such as tables and commands, are not wrapped."""
    if len(line) <= width or "  " in line:
        return line
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)


class Status:
    """Show progress on stderr: on a terminal one line with a seconds counter, elsewhere one plain line per step.

    Nothing is shown in the first ``patience`` seconds; then the line is updated as often.
    """

    def __init__(self, *, quiet: bool = False, stream: TextIO | None = None, patience: float = PATIENCE) -> None:
        self._stream = stream or sys.stderr
        self._patience = patience
        self._is_terminal = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._text = self._said = ""
        self._since = time.monotonic()
        self._done = Event()
        self._watch = None if quiet else Thread(target=self._look, args=(language(),), daemon=True)

    def __enter__(self) -> Self:
        if self._watch:
            self._watch.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._done.set()
        if self._watch:
            self._watch.join()
        if self._is_terminal and self._said:
            self._write(CLEAR)

    def step(self, text: str, done: int | None = None, total: int | None = None) -> None:
        """Start a step described by ``text``; ``done`` of ``total`` steps are complete."""
        self._text = text if done is None or not total or done >= total else f"{text} ({done + 1}/{total})"

    def _look(self, lang: str) -> None:
        with use_language(lang):  # a new thread does not inherit the language
            while not self._done.wait(self._patience):
                self._say()

    def _say(self) -> None:
        text, elapsed = self._text, int(time.monotonic() - self._since)
        if self._is_terminal and text:
            line = _("{step} · {seconds} s").format(step=text, seconds=elapsed)
            self._write(CLEAR + line[: shutil.get_terminal_size().columns - 1])
        elif text != self._said:
            self._write(f"{text}\n")
        self._said = text

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
