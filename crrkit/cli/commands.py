"""The commands, each with its options and what it says."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crrkit.cli import examples
from crrkit.cli.group import app
from crrkit.cli.reading import read, settle_kind, takes_reading_options
from crrkit.cli.screen import say
from crrkit.cli.status import Status
from crrkit.ground import LANGUAGES, InputError, gettext as _, language
from crrkit.read import without_credentials

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["app"]  # with its commands

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Do not say what is being done meanwhile.")]
File = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help="CSV, TSV, Excel, JSON, Parquet or Arrow file, also packed; a pattern; or a database."
    ),
]
Kind = Annotated[
    str | None,
    typer.Option(
        metavar="orders|contracts|events|snapshots", help="What the rows are; otherwise seen from the columns."
    ),
]
Every = Annotated[
    str | None,
    typer.Option(
        metavar="PERIOD",
        help="day, week, month, quarter, half-year or year; otherwise the one that suits the customers' rhythm.",
    ),
]


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
    from crrkit.cli.check import check_lines, counted_lines, look

    with Status(quiet=quiet) as status:
        status.step(_("Reading {file}").format(file=without_credentials(file)))
        settled = settle_kind(file, kind=kind, reading=reading, also=("counts",))
        if settled == "counts":
            lines = counted_lines(file, reading=reading)
        else:
            lines = check_lines(look(file, kind=settled, reading=reading), kind_was_named=kind is not None)
    say(lines)


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
    detail: Annotated[str, typer.Option(metavar="HOW", help="full, or short: one page for who decides.")] = "full",
    target: Annotated[
        str | None, typer.Option(metavar="RATE", help="The rate aimed at, such as 0.7; or 0.7=year for a yearly one.")
    ] = None,
    mark: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DAY=NAME", help="A day on which something happened: 2024-06-01='new prices'; repeatable."
        ),
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An earlier report, report.html: what has changed since.")
    ] = None,
    published: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A report already published about these customers: what it withheld stays so; repeatable.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The report, one HTML file.")] = Path("report.html"),
    notebook: Annotated[Path | None, typer.Option(metavar="FILE", help="Write an executed notebook, too.")] = None,
    workbook: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all tables into an Excel file, tables.xlsx, too.")
    ] = None,
    pdf: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Print a PDF by the Chromium of this machine, too."),
    ] = None,
    author: Annotated[str | None, typer.Option(metavar="TEXT", help="Who answers for the report.")] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="What you add on its first screen.")] = None,
    logo: Annotated[Path | None, typer.Option(metavar="FILE", help="A picture above its title.")] = None,
    quiet: Quiet = False,
) -> None:
    """A report from a file, to share.

    Counts the customers of a list of contracts, a log of orders or a log of events, period by period, and writes one
    HTML file that needs no network; and an executed notebook, if you want one.
    """
    from crrkit.cli.asked import marks_of, target_of
    from crrkit.cli.check import kind_line
    from crrkit.report import write_report

    with Status(quiet=quiet) as status:
        status.step(_("Reading {file}").format(file=without_credentials(file)))
        settled = settle_kind(file, kind=kind, reading=reading)
        base = read(file, kind=settled, reading=reading)
        written = write_report(
            base, every=every, first=first, last=last, min_cell=min_cell or None, title=title,
            detail=detail, out=out, notebook=notebook, progress=status.step,
            target=target_of(target), marks=marks_of(mark or []), previous=previous,
            published=published,
            author=author, note=note, logo=logo, workbook=workbook, pdf=pdf,
        )  # fmt: skip
    if kind is None:
        say(kind_line(settled), err=True)
    say(
        [
            *base.quality.above(),
            str(written.findings[0]),
            base.quality.reading(),
            "",
            _("The report: {file}").format(file=written.out.resolve()),
        ]
    )
    if written.notebook:
        say(_("The notebook: {file}").format(file=written.notebook.resolve()))
    if written.workbook:
        say(_("The tables: {file}").format(file=written.workbook.resolve()))
    if written.pdf:
        say(_("The PDF: {file}").format(file=written.pdf.resolve()))


@app.command(epilog=examples.EXPLORE)
@takes_reading_options
def explore(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="As for check; without it a page on which one is chosen.")
    ] = None,
    *,
    reading: dict[str, Any],
    kind: Kind = None,
    every: Every = None,
    as_app: Annotated[bool, typer.Option("--app", help="A page without code, which Voilà serves.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="NOTEBOOK", help="The notebook; otherwise one beside the file.")
    ] = None,
    is_opened: Annotated[bool, typer.Option("--open/--no-open", help="Open it, or only say where it is.")] = True,
    port: Annotated[
        int | None,
        typer.Option(metavar="PORT", min=1, max=65535, help="Where the page answers; otherwise a free port."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """A list of yours under sliders.

    Writes a notebook beside the file, with its path and columns filled in, and opens it in JupyterLab; or serves it as
    a page. The rate, the stages and the what-if follow the sliders. Nothing leaves this computer.
    """
    from crrkit.cli.check import kind_line
    from crrkit.cli.explore import open_list, page_of, place_of, write_notebook
    from crrkit.lessons import open_app, open_lab

    own = None
    if file is not None:
        with Status(quiet=quiet) as status:
            status.step(_("Reading {file}").format(file=without_credentials(file)))
            settled = settle_kind(file, kind=kind, reading=reading)
            own = open_list(file, kind=settled, every=every, reading=reading)
        if kind is None:
            say(kind_line(settled), err=True)
        say([*own.base.quality.above(), own.base.quality.reading()])
    elif reading or kind or every or out:
        raise InputError(_("Without a file these options say nothing. Name the file, or choose it on the page alone."))
    if own is None or as_app:
        with page_of(own, file) as page:
            raise typer.Exit(open_app(page, lang=language(), port=port, ready=_ready(browser=is_opened)))
    notebook = place_of(str(file), out)
    say(write_notebook(own, str(file), notebook))
    if is_opened:
        raise typer.Exit(open_lab(notebook))


def _ready(*, browser: bool) -> Callable[[str], None]:
    """What is done when a page answers."""

    def ready(address: str) -> None:
        say(_("The app is there until Ctrl-C stops it: {address}").format(address=address))
        if browser:
            webbrowser.open(address)

    return ready


@app.command(epilog=examples.LAB)
def lab(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where the notebooks are copied to.")] = Path(
        "crrkit-notebooks"
    ),
    *,
    is_opened: Annotated[bool, typer.Option("--open/--no-open", help="Open JupyterLab, or only copy.")] = True,
) -> None:
    """The course, in JupyterLab.

    Copies the notebooks of the course in both languages to a folder of yours and opens the first of them.
    """
    from crrkit.lessons import START_HERE, copy_notebooks, open_lab

    say(f"{path}: {_(what)}" for lang in LANGUAGES for path, what in copy_notebooks(folder, lang=lang))
    say(_("The notebooks are in {folder}.").format(folder=folder.resolve()))
    if is_opened:
        raise typer.Exit(open_lab(folder, first=f"{language()}/{START_HERE}"))


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

    chosen = apps[check_choice(name, name="name", choices=apps)]
    raise typer.Exit(open_app(chosen, lang=language(), port=port, ready=_ready(browser=browser)))
