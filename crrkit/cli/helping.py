"""Format of --help: translated, with options grouped under headings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand

from crrkit.cli.options import heading_of
from crrkit.ground import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

TYPE = re.compile(r" <\w+>$")  # Typer appends the Python type to the name of an argument, which is not shown


class Helped:
    """Mixin for commands with the headings of `crrkit.cli.options` in translated help; Typer's own is English only."""

    def format_usage(self: Any, ctx: Any, formatter: Any) -> None:
        """Write the usage line."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=_("Usage: "))

    def format_options(self: Any, ctx: Any, formatter: Any) -> None:
        """Write arguments, options by heading, and the commands of a group."""
        for heading, rows in _rows_by_heading(self.get_params(ctx), ctx).items():
            with formatter.section(heading):
                formatter.write_dl(rows)
        if commands := getattr(self, "commands", None):
            with formatter.section(_("Commands")):
                formatter.write_dl([(name, one.get_short_help_str(formatter.width)) for name, one in commands.items()])


class Command(Helped, TyperCommand):
    """A command with such help."""


def _rows_by_heading(params: Iterable[Any], ctx: Any) -> dict[str, list[tuple[str, str]]]:
    rows: dict[str, list[tuple[str, str]]] = {_("Arguments"): [], _("Options"): []}
    for param in params:
        if (record := param.get_help_record(ctx)) is not None:
            is_argument = param.param_type_name == "argument"
            heading = _("Arguments") if is_argument else _(heading_of(param.name))
            rows.setdefault(heading, []).append((TYPE.sub("", record[0]), _translated(record[1])))
    return {heading: found for heading, found in rows.items() if found}


def _translated(text: str) -> str:
    """Translate the texts that Typer adds to help."""
    own = {
        "Show this message and exit.": _("Show this message and exit."),
        "[required]": _("[required]"),
        "[env var: ": _("[env var: "),
        "[default: ": _("[default: "),
    }
    for english, said in own.items():
        text = text.replace(english, said)
    return text
