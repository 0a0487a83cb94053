"""Output of text: wrapped between words on a terminal, unchanged in a file or a pipe."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable


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
