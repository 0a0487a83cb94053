"""Commands for teachers: make exercise sheets and grade the answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crrkit.cli import examples
from crrkit.cli.group import Commands, app
from crrkit.cli.options import Command
from crrkit.cli.screen import say
from crrkit.ground import gettext as _

lessons = typer.Typer(
    cls=Commands, no_args_is_help=True, help="Make and grade exercises for a class.", epilog=examples.LESSONS
)
app.add_typer(lessons, name="lessons")


@lessons.command(cls=Command, epilog=examples.MAKE)
def make(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to write to.")] = Path("sheets"),
    *,
    topic: Annotated[
        str,
        typer.Option(
            metavar="TOPIC", help="formula, new, period, noise, stages, mix, levers, cohorts, money or mistakes."
        ),
    ] = "formula",
    students: Annotated[int, typer.Option(metavar="COUNT", help="The number of sheets, one per student.")] = 30,
    seed: Annotated[
        int, typer.Option(metavar="NUMBER", help="Any number; the same one makes the same sheets again.")
    ] = 1,
) -> None:
    """Make exercise sheets for a class, with the answer key.

    Writes sheets with different numbers for each student to print (HTML, and PDF if Chromium or Chrome is found), the
    same sheets as notebooks, a table to type answers into, and a key that explains the wrong answers.
    """
    from crrkit.lessons import make_sheets

    written = make_sheets(folder, topic=topic, students=students, seed=seed)
    say(str(path) for path in written if path.parent == folder)
    notebooks = sum(path.suffix == ".ipynb" for path in written)
    say(_("Notebooks: {n}, in {folder}.").format(n=notebooks, folder=folder / "notebooks"))
    if not any(path.suffix == ".pdf" for path in written):
        say(_("No Chromium was found, so there is no PDF: print the pages from a browser."))


@lessons.command(cls=Command, epilog=examples.GRADE)
def grade(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder with the answers: notebooks or tables.")],
) -> None:
    """Grade the answers of a class.

    Reads the answers in a folder, names the misconception behind each wrong one, and writes grades.csv.
    """
    from crrkit.lessons import grade_sheets

    say(str(grade_sheets(folder)))
