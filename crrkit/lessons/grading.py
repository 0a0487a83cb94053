"""Grading the answers of a class from tables and notebooks, with the misreading behind each wrong answer."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from crrkit.ground import InputError, Shown, SourceError, gettext as _, mark, ngettext, write_csv
from crrkit.lessons.questions import Feedback, Question, judge
from crrkit.lessons.sheets import Sheet, read_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

RIGHT, WRONG, NO_ANSWER, NO_SHEET = mark("right"), mark("wrong"), mark("no answer"), mark("no such sheet")
GRADES: Final = "grades.csv"
_SHEET, _STUDENT = {"sheet", "лист"}, {"student", "name", "ученик", "имя", "студент"}
_ANSWER: Final = re.compile(r"(?:answer|ответ)?[ _]*(\d+)", re.IGNORECASE)


@dataclass(frozen=True, eq=False, repr=False)
class Grades(Shown):
    """Each answer of a class: whether it is right, and the known misreading that leads to it, if any.

    Attributes:
        table: ``file sheet student question answer verdict misreading meaning``.
    """

    table: pd.DataFrame
    kinds: ClassVar[Mapping[str, str]] = {
        "student": "text", "sheet": "text", "question": "text", "answer": "text", "verdict": "word", "meaning": "text",
    }  # fmt: skip

    def titles(self) -> dict[str, str]:
        """The heading of each column."""
        return {
            "student": _("student"), "sheet": _("sheet"), "question": _("question"), "answer": _("answer"),
            "verdict": _("right?"), "meaning": _("what is behind it"),
        }  # fmt: skip

    def caption(self) -> str:
        """The number of right answers."""
        n, right = int((self.table["verdict"] != NO_ANSWER).sum()), int((self.table["verdict"] == RIGHT).sum())
        return ngettext("{right} of {n} answer is right.", "{right} of {n} answers are right.", n).format(
            right=right, n=n
        )

    def below(self) -> list[str]:
        """The most frequent misreadings."""
        known = self.table[self.table["misreading"] != ""]
        most = Counter(zip(known["question"], known["misreading"], strict=True)).most_common(1)
        if not most or most[0][1] == 1:
            return []
        (question, name), n = most[0]
        meaning = known[(known["question"] == question) & (known["misreading"] == name)]["meaning"].iloc[0]
        text = ngettext(
            "Most often, {n} time, in question {question}: {meaning}",
            "Most often, {n} times, in question {question}: {meaning}",
            n,
        )
        return [text.format(n=n, question=question, meaning=meaning)]


@dataclass(frozen=True)
class _Answer:
    file: str
    sheet: str
    student: str
    question: int
    answer: str


def grade_sheets(folder: str | Path) -> Grades:
    """Grade the answers in a folder, and write ``grades.csv`` into it.

    Args:
        folder: A folder with tables (CSV with the columns of ``answers.csv``) and notebooks of `make_sheets`, also in
            subfolders.

    Returns:
        A row an answer. A wrong answer without a known misreading is only marked wrong.

    Raises:
        SourceError: If there are no answers in it.
    """
    import pandas as pd

    folder = Path(folder)
    found = [answer for path in sorted(folder.rglob("*")) for answer in _answers(path, folder)]
    if not found:
        message = _("No answers were found in {folder}: no list with a column “sheet”, and no notebook of a sheet.")
        raise SourceError(message.format(folder=folder), argument="folder", given=str(folder))
    names = ["file", "sheet", "student", "question", "answer", "verdict", "misreading", "meaning"]
    grades = Grades(pd.DataFrame([_judged(answer) for answer in found], columns=names))
    shown = grades.table.assign(verdict=[_(word) for word in grades.table["verdict"]])[list(grades.kinds)]
    write_csv(folder / GRADES, shown.rename(columns=grades.titles()))
    return grades


def require_right(question: Question, answer: object) -> Feedback:
    """Raise the feedback as an error if an answer is wrong, so that the cell fails and nbgrader's Validate says why.

    Raises:
        AssertionError: If the answer is not right; the message is the feedback of `check`.

    Examples:
        >>> from crrkit import lessons
        >>> lessons.require_right(lessons.QUESTIONS["crr"], "70%")
        Right. Of the 1,000 at the start 700 are still there: 70.0%.
    """
    said = judge(question, answer)
    if not said.right:
        raise AssertionError(said.text)
    return said


def _judged(given: _Answer) -> list[Any]:
    told = [given.file, given.sheet, given.student, given.question, given.answer]
    if not given.answer:
        return [*told, NO_ANSWER, "", ""]
    question = _question(given)
    if question is None:
        return [*told, NO_SHEET, "", ""]
    said = judge(question, given.answer)
    if said.right:
        return [*told, RIGHT, "", ""]
    words = next((words for name, _value, words in question.known() if name == said.misreading), None)
    return [*told, WRONG, said.misreading, question.fill(words) if said.misreading and words else ""]


def _question(given: _Answer) -> Question | None:
    try:
        sheet: Sheet = read_sheet(given.sheet)
    except InputError:
        return None
    asked = sheet.drill.questions
    return asked[given.question - 1] if 1 <= given.question <= len(asked) else None


def _answers(path: Path, folder: Path) -> Iterator[_Answer]:
    name = str(path.relative_to(folder))
    if path.suffix == ".csv" and path.name != GRADES:
        yield from _from_list(path.read_bytes(), name)
    if path.suffix == ".ipynb" and ".ipynb_checkpoints" not in path.parts:
        yield from _from_notebook(path, name)


def _from_list(content: bytes, file: str) -> Iterator[_Answer]:
    rows = list(csv.reader(io.StringIO(text := _text(content)), delimiter=_delimiter(text)))
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    sheet = next((at for at, cell in enumerate(head) if cell in _SHEET), None)
    if sheet is None:
        return
    student = next((at for at, cell in enumerate(head) if cell in _STUDENT), None)
    asked = {at: int(found[1]) for at, cell in enumerate(head) if (found := _ANSWER.fullmatch(cell))}
    for row in rows[1:]:
        cells = [cell.strip() for cell in row] + [""] * (len(head) - len(row))
        who = cells[student] if student is not None else ""
        if not who and not any(cells[at] for at in asked):
            continue  # a sheet not handed in
        yield from (_Answer(file, cells[sheet], who, n, cells[at].removeprefix("'")) for at, n in asked.items())


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", errors="replace")  # saved by a Russian spreadsheet program


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _from_notebook(path: Path, file: str) -> Iterator[_Answer]:
    try:
        notebook = json.loads(path.read_bytes())
        sheet = notebook["metadata"]["crrkit"]["sheet"]
    except (ValueError, KeyError, TypeError):
        return  # some other notebook
    code = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
    given = re.findall(r"^answer_(\d+)\s*=\s*(.*?)\s*$", code, re.MULTILINE)
    if any(_literal(typed) for _n, typed in given):  # otherwise the notebook was left blank
        who = path.parent.name if path.parent.name != "notebooks" else ""
        yield from (_Answer(file, sheet, who, int(n), _literal(typed)) for n, typed in given)


def _literal(code: str) -> str:
    """The typed answer: a text without its quotes, a number or a quotient as written."""
    bare = code.partition("#")[0].strip()
    try:
        return str(ast.literal_eval(bare)).strip()
    except (ValueError, SyntaxError):
        return bare
