"""The command group: the options before a command, and the handling of errors."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from crrkit.cli import examples
from crrkit.cli.options import Helped
from crrkit.cli.reading import in_options
from crrkit.cli.screen import say
from crrkit.ground import LANGUAGES, CrrkitError, __version__, gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REFUSED, INTERRUPTED = 2, 130


class Commands(Helped, TyperGroup):
    """Command group that prints errors as a message on stderr instead of a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except CrrkitError as error:
            _stop(in_options(str(error), names=self._option_names(ctx)))
        except BrokenPipeError:
            raise  # the reader closed the pipe; Typer exits silently
        except OSError as error:
            text = _("{file} cannot be read or written: {why}. Check the name, your rights and the space on the disk.")
            _stop(text.format(file=error.filename or _("A file"), why=error.strerror or error))
        except (KeyboardInterrupt, RuntimeError) as error:
            if isinstance(error, RuntimeError) and str(error) != "Query interrupted":  # DuckDB's error for Ctrl-C
                raise
            _stop(_("Stopped."), status=INTERRUPTED)

    def _option_names(self, ctx: Any) -> list[str]:
        params = self.commands[ctx.invoked_subcommand].params if ctx.invoked_subcommand else []
        return [str(param.name) for param in params if param.opts[0].startswith("--")]


def _stop(message: str, *, status: int = REFUSED) -> NoReturn:
    say(message, err=True)
    raise typer.Exit(status)


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return the requested language, determined before Typer parses anything, since help is translated as well."""
    named = [value for option, value in pairwise(arguments) if option == "--lang"]
    named += [word.removeprefix("--lang=") for word in arguments if word.startswith("--lang=")]
    system = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    system_language = "ru" if next(filter(None, system), "").startswith("ru") else "en"
    wanted = [*named, environment.get("CRRKIT_LANG") or system_language][0]
    return wanted if wanted in LANGUAGES else system_language  # an unknown name is an error in _known_language


def _known_language(name: str | None) -> str | None:
    if name is not None and name not in LANGUAGES:
        text = _("{name!r} is not a language of crrkit. Choose one of {names}.")
        raise typer.BadParameter(text.format(name=name, names=", ".join(LANGUAGES)))
    return name


def _say_version(wanted: bool) -> None:  # noqa: FBT001 - Typer calls it with the value only
    if wanted:
        say(f"crrkit {__version__}")
        raise typer.Exit


@app.callback(epilog=examples.FIRST_STEPS)
def _options(
    *,
    lang: Annotated[
        str | None,
        typer.Option(
            metavar="en|ru",
            envvar="CRRKIT_LANG",
            callback=_known_language,
            help="Language of the output. Default: that of the system.",
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Did we keep our customers? Retention from a file or from three counts."""
