"""The commands with their options and help texts."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crrkit.cli import examples
from crrkit.cli.group import app
from crrkit.cli.options import Command, Every, File, Kind, Quiet
from crrkit.cli.reading import as_typed, marks_of, read, settle_kind, takes_reading_options, target_of
from crrkit.cli.screen import Status, say
from crrkit.ground import LANGUAGES, InputError, gettext as _, language
from crrkit.read import without_credentials

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["app"]  # with its commands


@app.command(cls=Command, epilog=examples.CRR, context_settings={"ignore_unknown_options": True})  # -5 is a number here
def crr(
    start: Annotated[str, typer.Argument(metavar="START", help="Customers at the start of the period.")],
    end: Annotated[str, typer.Argument(metavar="END", help="Customers at the end of the period.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Customers at the end who were not there at the start.")],
    *,
    period: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="day, week, month, quarter, half-year or year.")
    ] = None,
    lost: Annotated[
        str | None, typer.Option(metavar="COUNT", help="Customers of the start who are gone at the end.")
    ] = None,
    returned: Annotated[
        str | None, typer.Option(metavar="COUNT", help="Former customers who came back; not part of NEW.")
    ] = None,
    gross: Annotated[
        bool,
        typer.Option(
            "--gross", help="NEW counts everyone who joined, even those who left again: print the bounds of the rate."
        ),
    ] = False,
    level: Annotated[float, typer.Option(metavar="FRACTION", help="Confidence level of the interval.")] = 0.95,
) -> None:
    """Compute the retention rate from three counts.

    CRR = (END - NEW) / START: the share of the customers at the start who are still customers at the end.
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


@app.command(cls=Command, epilog=examples.CHECK)
@takes_reading_options
def check(file: File, *, reading: dict[str, Any], kind: Kind = None, quiet: Quiet = False) -> None:
    """Check a file: what would be read from it.

    Prints which rows would be used, which set aside and why, and the command that makes a report. No file is changed.
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


@app.command(cls=Command, epilog=examples.REPORT)
@takes_reading_options
def report(
    file: File,
    *,
    reading: dict[str, Any],
    kind: Kind = None,
    every: Every = None,
    first: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="The first period, such as 2024-02 or 2024Q2.")
    ] = None,
    last: Annotated[str | None, typer.Option(metavar="PERIOD", help="The last period.")] = None,
    min_cell: Annotated[
        int, typer.Option(metavar="COUNT", min=0, help="Suppress groups of fewer customers; 0 suppresses nothing.")
    ] = 10,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="A title, printed above the headline.")] = None,
    detail: Annotated[str, typer.Option(metavar="HOW", help="full, or short for a one-page summary.")] = "full",
    target: Annotated[
        str | None, typer.Option(metavar="RATE", help="The target rate, such as 0.7, or 0.7=year for an annual one.")
    ] = None,
    mark: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DAY=NAME",
            help="A dated event to compare before and after, such as 2024-06-01='new prices'; repeatable.",
        ),
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An earlier report (HTML) to compare with.")
    ] = None,
    published: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A published report on these customers, so that what it suppressed stays suppressed; repeatable.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The HTML file to write.")] = Path("report.html"),
    notebook: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write an executed notebook.")] = None,
    workbook: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write all tables to an Excel file, such as tables.xlsx.")
    ] = None,
    pdf: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write a PDF, with the Chromium or Chrome of this machine."),
    ] = None,
    author: Annotated[str | None, typer.Option(metavar="TEXT", help="The author of the report.")] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="A note of yours for the first screen.")] = None,
    logo: Annotated[Path | None, typer.Option(metavar="FILE", help="An image to show above the title.")] = None,
    quiet: Quiet = False,
) -> None:
    """Write a report on the customers of a file.

    Counts the customers of contracts, orders, events or snapshots period by period, and writes a self-contained HTML
    file; on request also a notebook, a PDF and an Excel file.
    """
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
            *map(as_typed, base.quality.above()),
            str(written.findings[0]),
            base.quality.reading(),
            "",
            _("The report: {file}").format(file=written.out.resolve()),
        ]
    )
    evidence = written.findings[0].evidence
    if min_cell and "crr" in evidence and evidence["crr"].isna().all() and "suppressed" in set(evidence["status"]):
        say(_("To see the rates yourself, in a report not to share: --min-cell 0."))
    if written.notebook:
        say(_("The notebook: {file}").format(file=written.notebook.resolve()))
    if written.workbook:
        say(_("The tables: {file}").format(file=written.workbook.resolve()))
    if written.pdf:
        say(_("The PDF: {file}").format(file=written.pdf.resolve()))


@app.command(cls=Command, epilog=examples.EXPLORE)
@takes_reading_options
def explore(
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help="The file, as for check. Without it, a page opens to choose one."),
    ] = None,
    *,
    reading: dict[str, Any],
    kind: Kind = None,
    every: Every = None,
    as_app: Annotated[bool, typer.Option("--app", help="Open a page without code, served by Voilà.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="NOTEBOOK", help="The notebook to write. Default: one beside the file.")
    ] = None,
    is_opened: Annotated[bool, typer.Option("--open/--no-open", help="Open it, or only print where it is.")] = True,
    port: Annotated[
        int | None,
        typer.Option(metavar="PORT", min=1, max=65535, help="The port of the page. Default: a free one."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Explore a list of your own with sliders.

    Writes a notebook beside the file, with its path and columns filled in, and opens it in JupyterLab; with --app it
    opens as a page. The rate, the stages and the what-if follow the sliders. No data leave this computer.
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
        say([*map(as_typed, own.base.quality.above()), own.base.quality.reading()])
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
    """Return the function to call when a page is ready."""

    def ready(address: str) -> None:
        say(_("The app is there until Ctrl-C stops it: {address}").format(address=address))
        if browser:
            webbrowser.open(address)

    return ready


@app.command(cls=Command, epilog=examples.LAB)
def lab(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to copy the notebooks to.")] = Path(
        "crrkit-notebooks"
    ),
    *,
    is_opened: Annotated[
        bool, typer.Option("--open/--no-open", help="Open JupyterLab, or only copy the notebooks.")
    ] = True,
) -> None:
    """Open the course in JupyterLab.

    Copies the notebooks of the course, in both languages, to a folder and opens the first one.
    """
    from crrkit.lessons import START_HERE, copy_notebooks, open_lab

    say(f"{path}: {_(what)}" for lang in LANGUAGES for path, what in copy_notebooks(folder, lang=lang))
    say(_("The notebooks are in {folder}.").format(folder=folder.resolve()))
    if is_opened:
        raise typer.Exit(open_lab(folder, first=f"{language()}/{START_HERE}"))


@app.command("app", cls=Command, epilog=examples.APP)
def show(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The lesson. Without it, the lessons are listed.")
    ] = None,
    *,
    port: Annotated[
        int | None, typer.Option(metavar="PORT", min=1, max=65535, help="The port of the page. Default: a free one.")
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open a browser, or only print the address.")
    ] = True,
) -> None:
    """Open a lesson of the course as a web app.

    Shows a notebook of the course in the browser without its code. Nothing is copied to your folder; Ctrl-C stops it.
    """
    from crrkit.ground import check_choice
    from crrkit.lessons import find_apps, open_app

    apps = find_apps(lang=language())
    if name is None:
        say(f"{known:12}  {one.title}" for known, one in apps.items())
        return

    chosen = apps[check_choice(name, name="name", choices=apps)]
    raise typer.Exit(open_app(chosen, lang=language(), port=port, ready=_ready(browser=browser)))
