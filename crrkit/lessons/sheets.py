"""Exercises for a class: one sheet per student, each with different numbers, with notebooks and the key."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from crrkit.ground import (
    InputError,
    MissingDependencyError,
    check_choice,
    check_count,
    find_chromium,
    gettext as _,
    language,
    mark,
    print_page,
    write_beside,
    write_csv,
)
from crrkit.lessons.exercises import TOPICS, Exercise, exercise
from crrkit.lessons.questions import in_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crrkit.lessons.questions import Question

MOST: Final = 999  # sheets of one class; the number of a sheet is that of the class and its own
TITLES: Final = {
    "formula": mark("Did we keep our customers?"),
    "new": mark("Who is new?"),
    "period": mark("Over which period?"),
    "noise": mark("Is it noise?"),
    "stages": mark("In which stage?"),
    "mix": mark("What moves the rate?"),
    "levers": mark("Where to spend?"),
    "cohorts": mark("How long do customers stay?"),
    "money": mark("Did the money stay, too?"),
    "mistakes": mark("Find the mistake"),
}
_STYLE: Final = """
body { font: 11pt/1.45 Georgia, "PT Serif", serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem }
body { color: #111; background: #fff }
section { break-after: page } section:last-of-type { break-after: auto }
h1 { font-size: 1.35rem; margin: 0 0 .3rem } header p { margin: .2rem 0 1.2rem }
.line { display: inline-block; width: 14rem; max-width: 55%; border-bottom: 1px solid #555 }
article { break-inside: avoid; margin: 0 0 1.4rem } article p { margin: .2rem 0 }
.room { height: 3cm; border: 1px solid #bbb; margin: .4rem 0 } .room.few { height: 1.4cm }
table { border-collapse: collapse; width: 100%; font-size: 9.5pt }
th, td { border: 1px solid #bbb; padding: .2rem .4rem; text-align: left; vertical-align: top }
.key table { font-size: 8.5pt; line-height: 1.3 } .key article { margin: 0 0 .7rem } .key td { padding: .08rem .35rem }
.key td:first-child { width: 6.5rem } .right td { font-weight: bold } .right td:first-child::after { content: " ✓" }
thead { display: table-header-group } tr { break-inside: avoid }
@page { size: A4; margin: 18mm } @media print { body { margin: 0; max-width: none; padding: 0 } }
"""


@dataclass(frozen=True)
class Sheet:
    """One student's sheet; its name encodes topic and seed, so that the name alone is enough for grading."""

    name: str
    drill: Exercise


def read_sheet(name: str) -> Sheet:
    """Regenerate the sheet of this name.

    Raises:
        InputError: If there is no such sheet.

    Examples:
        >>> read_sheet("formula-7001").drill.seed
        7001
    """
    topic, _dash, seed = name.strip().rpartition("-")
    if topic not in TOPICS or not (seed.isascii() and seed.isdigit()):
        message = _("sheet={name!r} is not known. A sheet is called by its topic and a number, such as formula-7001.")
        raise InputError(message.format(name=name), argument="sheet", given=name)
    return Sheet(name.strip(), exercise(topic, seed=int(seed)))


def sheets_of(topic: str, *, students: int, seed: int) -> list[Sheet]:
    """One sheet per student; the same seed gives the same ones on every machine."""
    check_choice(topic, name="topic", choices=TOPICS)
    students, seed = int(check_count(students, name="students")), int(check_count(seed, name="seed"))
    if not 1 <= students <= MOST:
        message = _("students={students} does not fit. Give a number from 1 to {most}.")
        raise InputError(message.format(students=students, most=MOST), argument="students", given=students)
    return [read_sheet(f"{topic}-{seed * (MOST + 1) + place}") for place in range(1, students + 1)]


def make_sheets(folder: str | Path, *, topic: str, students: int, seed: int) -> list[Path]:
    """Write the material for a class on one topic: sheets to print, notebooks, a table for the answers, and the key.

    Args:
        folder: Where to; made when it is not there.
        topic: A key of ``TOPICS``.
        students: The number of sheets.
        seed: Any integer from 0; use one per class. The same seed gives the same sheets.

    Returns:
        The files: ``sheets.html`` and ``key.html`` (also as ``.pdf`` if Chromium is found), ``answers.csv`` for typing
        in the answers, and one notebook per student in ``notebooks``.

    Raises:
        InputError: If the topic is not known or a number is out of range.
    """
    import pandas as pd

    sheets, folder = sheets_of(topic, students=students, seed=seed), Path(folder)
    (folder / "notebooks").mkdir(parents=True, exist_ok=True)
    pages = {"sheets": "".join(_sheet(sheet) for sheet in sheets), "key": _key(sheets)}
    written = [write_beside(folder / f"{name}.html", _page(body).encode()) for name, body in pages.items()]
    written += [pdf for page in written if (pdf := print_to_pdf(page))]
    asked = [_("answer {n}").format(n=n) for n in range(1, len(sheets[0].drill.questions) + 1)]
    blank = pd.DataFrame([[sheet.name, *[""] * (1 + len(asked))] for sheet in sheets])
    blank.columns = [_("sheet"), _("student"), *asked]
    written.append(write_csv(folder / "answers.csv", blank))
    for sheet in sheets:
        text = json.dumps(_notebook(sheet), ensure_ascii=False, indent=1)
        written.append(write_beside(folder / "notebooks" / f"{sheet.name}.ipynb", text.encode()))
    return written


def print_to_pdf(page: Path) -> Path | None:
    """Convert the page to a PDF next to it; None without Chromium."""
    try:
        pdf = print_page(page.read_text(encoding="utf-8"), find_chromium())
    except MissingDependencyError:
        return None
    return write_beside(page.with_suffix(".pdf"), pdf)


def _page(body: str) -> str:
    title = html.escape(_("Exercises"))
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    return (
        f'<!doctype html><html lang="{language()}"><head>{head}<style>{_STYLE}</style></head><body>{body}</body></html>'
    )


def _heading(sheet: Sheet) -> str:
    return f"<h1>{html.escape(_(TITLES[sheet.drill.topic]))}</h1>"


def _sheet(sheet: Sheet) -> str:
    name, yours = html.escape(_("Name")), html.escape(_("Your answer"))
    line = '<span class="line"></span>'
    tasks = "".join(
        f'<article><p><b>{html.escape(_numbered(n))}</b></p>{in_html(question)}<div class="{_room(question)}"></div>'
        f"<p>{yours}: {line}</p></article>"
        for n, question in enumerate(sheet.drill.questions, start=1)
    )
    return f"<section><header>{_heading(sheet)}<p>{_called(sheet)} · {name}: {line}</p></header>{tasks}</section>"


def _room(question: Question) -> str:
    """Less space for multiple-choice questions, so that a sheet fits on one page."""
    return "room few" if "\n" in str(question) else "room"


def _called(sheet: Sheet) -> str:
    return html.escape(_("Sheet")) + f" <b>{sheet.name}</b>"


def _numbered(n: int) -> str:
    return _("Question {n}").format(n=n)


def _key(sheets: list[Sheet]) -> str:
    """The key: first all right answers on a page, then for each sheet the meaning of wrong ones."""
    count = len(sheets[0].drill.questions)
    head = "".join(f"<th>{html.escape(word)}</th>" for word in (_("sheet"), *map(str, range(1, count + 1))))
    rows = "".join(f"<tr><th>{sheet.name}</th>{''.join(_right_cells(sheet))}</tr>" for sheet in sheets)
    title = html.escape(_("The key"))
    first = f"<section><h1>{title}</h1><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></section>"
    return first + "".join(
        f'<section class="key"><header>{_heading(sheet)}<p>{_called(sheet)}</p></header>'
        f"{''.join(_what_answers_mean(n, one) for n, one in enumerate(sheet.drill.questions, start=1))}</section>"
        for sheet in sheets
    )


def _what_answers_mean(n: int, question: Question) -> str:
    """One question of a sheet with its expected answers, the right ones first and marked."""
    rows = "".join(
        f'<tr class="{"wrong" if name else "right"}"><td>{html.escape(question.kind.write(value))}</td>'
        f"<td>{html.escape(question.fill(words))}</td></tr>"
        for name, value, words in question.known()
    )
    return f"<article><p><b>{html.escape(_numbered(n))}</b></p>{in_html(question)}<table>{rows}</table></article>"


def _right_cells(sheet: Sheet) -> Iterator[str]:
    for question in sheet.drill.questions:
        values = sorted(question.right(question.facts))
        yield f"<td>{html.escape(' / '.join(question.kind.write(value) for value in values))}</td>"


def _notebook(sheet: Sheet) -> dict[str, Any]:
    """A notebook for the answers, with cells that fail if an answer is not right: nbgrader's Validate runs them."""
    made = f'sheet = lessons.exercise("{sheet.drill.topic}", seed={sheet.drill.seed})'
    begin = f'from crrkit import lessons\n\nlessons.begin("{language()}")\n{made}'
    title = f"# {_(TITLES[sheet.drill.topic])}\n\n" + _("Sheet") + f" {sheet.name}"
    cells = [_cell("markdown", title, name="title", locked=True), _cell("code", begin, name="begin", locked=True)]
    for n, question in enumerate(sheet.drill.questions, start=1):
        text = str(question).replace("\n", "  \n")
        cells += [
            _cell("markdown", f"**{_numbered(n)}**\n\n{text}", name=f"question-{n}", locked=True),
            _cell("code", f'answer_{n} = ""', name=f"answer-{n}", solution=True),
            _cell("code", f"lessons.require_right(sheet.questions[{n - 1}], answer_{n})", name=f"test-{n}", points=1),
        ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}, "crrkit": {"sheet": sheet.name}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _cell(
    kind: str, source: str, *, name: str, locked: bool = False, solution: bool = False, points: int = 0
) -> dict[str, Any]:
    """A cell with nbgrader metadata (schema 3)."""
    graded = {
        "schema_version": 3, "grade_id": name, "grade": points > 0, "locked": locked or points > 0,
        "solution": solution, "task": False,
    } | ({"points": points} if points else {})  # fmt: skip
    cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": {"nbgrader": graded}, "source": source}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})
