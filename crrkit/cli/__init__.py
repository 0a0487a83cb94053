"""The command line: the same verbs as the library, for a file on a disk.

Everything heavy is imported inside the commands, so that `crrkit crr 70 90 30` answers at once. English stands in the
help texts; `_build` puts them into the language that was asked for.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
import webbrowser
from io import TextIOWrapper
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from crrkit.cli import examples
from crrkit.cli.reading import in_options, read, settle_kind, takes_reading_options
from crrkit.cli.screen import say
from crrkit.cli.status import Status
from crrkit.ground import (
    LANGUAGES,
    CrrkitError,
    InputError,
    UndefinedRateWarning,
    __version__,
    gettext as _,
    language,
    use_language,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REFUSED, INTERRUPTED = 2, 130


class _Commands(TyperGroup):
    """Commands whose errors end in a sentence on stderr instead of a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except CrrkitError as error:
            _stop(in_options(str(error), names=self._option_names(ctx)))
        except BrokenPipeError:
            raise  # nobody reads on; Typer ends without a word
        except OSError as error:
            text = _("{file} cannot be read or written: {why}. Check the name, your rights and the space on the disk.")
            _stop(text.format(file=error.filename or _("A file"), why=error.strerror or error))
        except (KeyboardInterrupt, RuntimeError) as error:
            if isinstance(error, RuntimeError) and str(error) != "Query interrupted":  # DuckDB's word for Ctrl-C
                raise
            _stop(_("Stopped."), status=INTERRUPTED)

    def _option_names(self, ctx: Any) -> list[str]:
        params = self.commands[ctx.invoked_subcommand].params if ctx.invoked_subcommand else []
        return [str(param.name) for param in params if param.opts[0].startswith("--")]


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def main() -> None:
    """Run the command line; the entry point of ``crrkit`` and of ``python -m crrkit``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no minus sign shows a question mark
    run(sys.argv[1:])


def run(arguments: Sequence[str]) -> NoReturn:
    """Run one command. It ends with ``SystemExit``: 0, or 2 when something was refused."""
    with use_language(_language_of(arguments, os.environ)), warnings.catch_warnings():
        warnings.simplefilter("default", UndefinedRateWarning)
        warnings.showwarning = _say_warning
        _build()(list(arguments), prog_name="crrkit")
    raise AssertionError  # Typer has ended with SystemExit


def _build() -> Any:
    """The commands, each with --lang, and their help in the current language."""
    built: Any = typer.main.get_command(app)
    lang = next(parameter for parameter in built.params if parameter.name == "lang")
    lang.expose_value = False  # _language_of has read it already; here it is only checked and explained
    for command in built.commands.values():
        command.params.append(lang)
    for command in (built, *built.commands.values()):
        command.help = _(re.sub(r"(?<!\n)\n(?!\n)", " ", command.help))
        command.epilog = "\b\n" + _(command.epilog)  # the mark keeps the lines of the first paragraph apart
        for parameter in command.params:
            parameter.help = parameter.help and _(parameter.help)
    return built


def _language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language asked for, known before Typer parses anything, since its help is to be in it already."""
    named = [value for option, value in pairwise(arguments) if option == "--lang"]
    named += [word.removeprefix("--lang=") for word in arguments if word.startswith("--lang=")]
    system = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    spoken = "ru" if next(filter(None, system), "").startswith("ru") else "en"
    wanted = [*named, environment.get("CRRKIT_LANG") or spoken][0]
    return wanted if wanted in LANGUAGES else spoken  # a name that is not known is refused by _known_language


def _known_language(name: str | None) -> str | None:
    if name is not None and name not in LANGUAGES:
        text = _("{name!r} is not a language of crrkit. Choose one of {names}.")
        raise typer.BadParameter(text.format(name=name, names=", ".join(LANGUAGES)))
    return name


def _say_version(wanted: bool) -> None:  # noqa: FBT001 - Typer calls it with the value alone
    if wanted:
        say(f"crrkit {__version__}")
        raise typer.Exit


def _stop(message: str, *, status: int = REFUSED) -> NoReturn:
    say(message, err=True)
    raise typer.Exit(status)


def _say_warning(message: Warning | str, *_place: object, **_more: object) -> None:
    say(str(message), err=True)


Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Do not say what is being done meanwhile.")]
File = Annotated[
    str, typer.Argument(metavar="FILE", help="CSV, TSV, Excel or Parquet file, also packed; or a pattern.")
]
Kind = Annotated[
    str | None,
    typer.Option(metavar="orders|contracts|events", help="What the rows are; otherwise seen from the columns."),
]
Every = Annotated[
    str | None,
    typer.Option(
        metavar="PERIOD",
        help="day, week, month, quarter, half-year or year; otherwise the one that suits the customers' rhythm.",
    ),
]


@app.callback(epilog=examples.FIRST_STEPS)
def _options(
    *,
    lang: Annotated[
        str | None,
        typer.Option(
            metavar="en|ru",
            envvar="CRRKIT_LANG",
            callback=_known_language,
            help="Language of everything that is printed; otherwise the system's.",
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    """Did we keep our customers?"""


@app.command(epilog=examples.CRR, context_settings={"ignore_unknown_options": True})  # -5 is a number here
def crr(
    start: Annotated[str, typer.Argument(metavar="START", help="Customers at the start of the period.")],
    end: Annotated[str, typer.Argument(metavar="END", help="Customers at its end.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Customers at the end who were not there at the start.")],
    *,
    period: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="day, week, month, quarter, half-year or year.")
    ] = None,
    lost: Annotated[
        str | None, typer.Option(metavar="COUNT", help="Those of the start who are gone at the end.")
    ] = None,
    returned: Annotated[
        str | None, typer.Option(metavar="COUNT", help="Former customers who are there again; not counted as new.")
    ] = None,
    gross: Annotated[
        bool, typer.Option("--gross", help="NEW is everyone who joined, still here or not: say what is certain.")
    ] = False,
    level: Annotated[float, typer.Option(metavar="FRACTION", help="Coverage of the interval.")] = 0.95,
) -> None:
    """The retention rate of three counts.

    CRR = (END - NEW) / START: of those who were customers at the start, the share who still are at the end.
    """
    from crrkit.cli.counts import bounds_lines, parse_count, rate_lines

    typed = {"start": start, "end": end, "new": new, "lost": lost, "returned": returned}
    counts = {name: parse_count(text, name=name) for name, text in typed.items() if text is not None}
    if gross and {"lost", "returned"} & set(counts):
        raise InputError(_("gross= says what is certain from three counts alone. Leave lost= and returned= out."))
    measured = period or "month"
    say(bounds_lines(counts, period=measured) if gross else rate_lines(counts, period=measured, level=level))
    if period is None:
        say(_("No period was named, so a month is meant. Say for example --period quarter."))


@app.command(epilog=examples.CHECK)
@takes_reading_options
def check(file: File, *, reading: dict[str, Any], kind: Kind = None, quiet: Quiet = False) -> None:
    """What crrkit reads in a file.

    Says which rows would be used, which set aside and why, and writes the command for a report. Nothing is changed.
    """
    from crrkit.cli.check import check_lines, look

    with Status(quiet=quiet) as status:
        status.step(_("Reading {file}").format(file=file))
        settled = settle_kind(file, kind=kind, reading=reading)
        seen = look(file, kind=settled, reading=reading)
    say(check_lines(seen, kind_was_named=kind is not None))


@app.command(epilog=examples.REPORT)
@takes_reading_options
def report(
    file: File,
    *,
    reading: dict[str, Any],
    kind: Kind = None,
    every: Every = None,
    first: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="First period, such as 2024-02 or 2024Q2.")
    ] = None,
    last: Annotated[str | None, typer.Option(metavar="PERIOD", help="Last period.")] = None,
    min_cell: Annotated[
        int, typer.Option(metavar="COUNT", min=0, help="Withhold rates of smaller groups; 0 withholds nothing.")
    ] = 10,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="What stands above the finding.")] = None,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The report, one HTML file.")] = Path("report.html"),
    notebook: Annotated[Path | None, typer.Option(metavar="FILE", help="Write an executed notebook, too.")] = None,
    quiet: Quiet = False,
) -> None:
    """A report from a file, to share.

    Counts the customers of a list of contracts, a log of orders or a log of events, period by period, and writes one
    HTML file that needs no network; and an executed notebook, if you want one.
    """
    from crrkit.cli.check import kind_line
    from crrkit.report import write_report

    with Status(quiet=quiet) as status:
        status.step(_("Reading {file}").format(file=file))
        settled = settle_kind(file, kind=kind, reading=reading)
        base = read(file, kind=settled, reading=reading)
        written = write_report(
            base, every=every, first=first, last=last, min_cell=min_cell or None, title=title,
            out=out, notebook=notebook, progress=status.step,
        )  # fmt: skip
    if kind is None:
        say(kind_line(settled), err=True)
    say(
        [
            *base.quality.doubts,
            str(written.findings[0]),
            base.quality.reading(),
            "",
            _("The report: {file}").format(file=written.out.resolve()),
        ]
    )
    if written.notebook:
        say(_("The notebook: {file}").format(file=written.notebook.resolve()))


@app.command(epilog=examples.LAB)
def lab(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where the notebooks are copied to.")] = Path(
        "crrkit-notebooks"
    ),
    *,
    is_opened: Annotated[bool, typer.Option("--open/--no-open", help="Open JupyterLab, or only copy.")] = True,
) -> None:
    """The course, in JupyterLab.

    Copies the notebooks of the course to a folder of yours and opens them.
    """
    from crrkit.lessons import copy_notebooks, open_lab

    say(f"{path}: {_(what)}" for path, what in copy_notebooks(folder, lang=language()))
    say(_("The notebooks are in {folder}.").format(folder=(folder / language()).resolve()))
    if is_opened:
        raise typer.Exit(open_lab(folder / language()))


@app.command("app", epilog=examples.APP)
def show(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Which lesson; without it, their names.")] = None,
    *,
    port: Annotated[
        int | None, typer.Option(metavar="PORT", min=1, max=65535, help="Where it answers; otherwise a free port.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser, or only say where.")] = True,
) -> None:
    """A lesson of the course as an app.

    Shows one notebook of the course in the browser without its code, to try and to be answered. Nothing is copied to
    your folder; Ctrl-C stops it.
    """
    from crrkit.ground import check_choice
    from crrkit.lessons import find_apps, open_app

    apps = find_apps(lang=language())
    if name is None:
        say(f"{known:12}  {one.title}" for known, one in apps.items())
        return

    def ready(address: str) -> None:
        say(_("The app is there until Ctrl-C stops it: {address}").format(address=address))
        if browser:
            webbrowser.open(address)

    chosen = apps[check_choice(name, name="name", choices=apps)]
    raise typer.Exit(open_app(chosen, lang=language(), port=port, ready=ready))


__all__ = []
