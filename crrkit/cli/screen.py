"""Text for a reader: broken between words on a terminal, left as it is in a file or a pipe."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable


def say(texts: str | Iterable[str], *, err: bool = False) -> None:
    """Print texts of one or more lines; ``err`` on stderr."""
    is_terminal = (sys.stderr if err else sys.stdout).isatty()
    for text in [texts] if isinstance(texts, str) else texts:
        for line in text.splitlines() or [""]:
            typer.echo(broken(line, width=shutil.get_terminal_size().columns) if is_terminal else line, err=err)


def broken(line: str, *, width: int) -> str:
    """A line of prose in lines of at most so many characters; tables and commands, set in from the left, stay whole."""
    if len(line) <= width or "  " in line:
        return line
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
