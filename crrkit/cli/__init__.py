"""The command line: the functions of the library for files.

Heavy modules are imported inside the commands, so that `crrkit crr 70 90 30` starts quickly. Help texts are in English;
`build` translates them to the requested language.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from crrkit.cli.commands import app
from crrkit.cli.group import language_of
from crrkit.cli.lessons import lessons as _lessons  # noqa: F401 - adds its commands to the app
from crrkit.cli.screen import say
from crrkit.ground import UndefinedRateWarning, gettext as _, use_language

if TYPE_CHECKING:
    from collections.abc import Sequence


def main() -> None:
    """Run the command line; the entry point of ``crrkit`` and of ``python -m crrkit``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without a minus sign shows a question mark
    run(sys.argv[1:])


def run(arguments: Sequence[str]) -> NoReturn:
    """Run one command; always raises ``SystemExit``, with 0, or 2 after an error."""
    with use_language(language_of(arguments, os.environ)), warnings.catch_warnings():
        warnings.simplefilter("default", UndefinedRateWarning)
        warnings.showwarning = _say_warning
        build()(list(arguments), prog_name="crrkit")
    raise AssertionError  # Typer has raised SystemExit


def build() -> Any:
    """Return the commands, each with --lang, with help in the current language."""
    built: Any = typer.main.get_command(app)
    lang = next(parameter for parameter in built.params if parameter.name == "lang")
    lang.expose_value = False  # already read by language_of; here it is only checked and documented
    every = [built, *commands_of(built)]
    for command in every[1:]:
        command.params.append(lang)
    for command in every:
        command.help = _(re.sub(r"(?<!\n)\n(?!\n)", " ", command.help))
        command.epilog = "\b\n" + _(command.epilog)  # \b prevents rewrapping of the first paragraph
        for parameter in command.params:
            parameter.help = parameter.help and _(parameter.help)
    return built


def commands_of(group: Any) -> list[Any]:
    """Return the commands of a group and of its subgroups."""
    own = list(group.commands.values())
    return own + [inner for command in own if hasattr(command, "commands") for inner in commands_of(command)]


def _say_warning(message: Warning | str, *_place: object, **_more: object) -> None:
    say(str(message), err=True)


__all__ = ["build", "commands_of", "main", "run"]
