"""What a teacher needs: sheets for a class, and what the class answered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crrkit.cli import examples
from crrkit.cli.group import Commands, app
from crrkit.cli.screen import say
from crrkit.ground import gettext as _

lessons = typer.Typer(cls=Commands, no_args_is_help=True, help="Exercises for a class.", epilog=examples.LESSONS)
app.add_typer(lessons, name="lessons")


@lessons.command(epilog=examples.MAKE)
def make(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where the files are written to.")] = Path(
        "sheets"
    ),
    *,
    topic: Annotated[str, typer.Option(metavar="TOPIC", help="What to practise: formula, new, period, …")] = "formula",
    students: Annotated[int, typer.Option(metavar="COUNT", help="How many sheets, one a student.")] = 30,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="The class: the same number makes the same sheets.")] = 1,
) -> None:
    """Sheets for a class, and the key.

    Writes sheets with fresh numbers to print (HTML, and PDF where a Chromium is found), a notebook a student, a list to
    type answers into, and the key with what wrong answers mean.
    """
    from crrkit.lessons import make_sheets

    written = make_sheets(folder, topic=topic, students=students, seed=seed)
    say(str(path) for path in written if path.parent == folder)
    say(
        _("Notebooks: {n}, in {folder}.").format(
            n=sum(path.suffix == ".ipynb" for path in written), folder=folder / "notebooks"
        )
    )
    if not any(path.suffix == ".pdf" for path in written):
        say(_("No Chromium was found, so there is no PDF: print the pages from a browser."))


@lessons.command(epilog=examples.GRADE)
def grade(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Lists and notebooks with answers.")],
) -> None:
    """What a class answered.

    Reads the answers in a folder, says for each wrong one which misreading gives it, and writes grades.csv.
    """
    from crrkit.lessons import grade_sheets

    say(str(grade_sheets(folder)))
