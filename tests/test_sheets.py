"""For a teacher: sheets a student, the key, and what a class answered."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING

import pytest

import crrkit as crr
from crrkit import InputError, MissingDependencyError, cli, lessons
from crrkit.lessons import sheets as made
from crrkit.lessons.sheets import read_sheet, sheets_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_none() -> str:
        raise MissingDependencyError("no Chromium")

    monkeypatch.setattr(made, "find_chromium", find_none)


def make(folder: Path, *, students: int = 3, lang: str = "en", topic: str = "formula") -> list[Path]:
    with crr.use_language(lang):
        return lessons.make_sheets(folder, topic=topic, students=students, seed=7)


def test_a_class_gets_a_sheet_each_with_numbers_of_its_own_and_the_same_ones_again(tmp_path: Path) -> None:
    first, again = make(tmp_path / "one", students=30), make(tmp_path / "two", students=30)
    page = first[0].read_text()
    assert page.count("<section>") == 30
    tasks = re.findall(r"Question 1</b></p><p>(.*?)</p>", page)
    assert len(set(tasks)) == 30
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert {path.name for path in first if path.parent.name == "one"} == {"sheets.html", "key.html", "answers.csv"}
    assert sum(path.suffix == ".ipynb" for path in first) == 30
    assert {sheet.name for sheet in sheets_of("new", students=2, seed=8)} == {"new-8001", "new-8002"}


def test_the_sheets_do_not_hold_the_answers_and_the_key_does(tmp_path: Path) -> None:
    make(tmp_path, students=1)
    question = read_sheet("formula-7001").drill.questions[1]
    answer = question.kind.write(next(iter(question.right(question.facts))))
    assert answer not in (tmp_path / "sheets.html").read_text()
    assert answer in (tmp_path / "key.html").read_text()
    assert not any(answer in path.read_text() for path in tmp_path.rglob("*.ipynb"))


def test_a_sheet_leaves_room_to_reckon_and_little_to_choose_and_the_key_marks_what_is_right(tmp_path: Path) -> None:
    # of a sheet on stages two questions have lines to choose from: with full boxes the third stood on a second page
    make(tmp_path, students=1, topic="stages")
    rooms = re.findall(r'<div class="(room[ a-z]*)">', (tmp_path / "sheets.html").read_text())
    assert rooms == ["room few", "room few", "room"]
    right = re.findall(r'<tr class="right"><td>(.*?)</td>', (tmp_path / "key.html").read_text())
    drill = read_sheet("stages-7001").drill
    assert right == [q.kind.write(value) for q in drill.questions for value in q.right(q.facts)]


def test_what_nobody_answered_is_no_answer_and_a_blank_sheet_with_a_name_is_one_without_any(tmp_path: Path) -> None:
    make(tmp_path)  # with three notebooks as they were made
    right = next(iter(read_sheet("formula-7001").drill.key().to_pandas()["answer"]))
    rows = [
        ["formula-7001", "Ann", right, "", ""],
        ["formula-7002", "Bob", "", "", ""],
        ["formula-7003", "", "", "", ""],
    ]
    with (tmp_path / "answers.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["sheet", "student", "answer 1", "answer 2", "answer 3"], *rows])
    grades = lessons.grade_sheets(tmp_path)
    assert grades.caption() == "1 of 1 answer is right."
    assert grades.table["student"].tolist() == ["Ann"] * 3 + ["Bob"] * 3
    assert grades.table["verdict"].tolist() == ["right", *["no answer"] * 5]


def test_a_folder_is_graded_and_each_wrong_answer_tells_its_misreading(tmp_path: Path) -> None:
    # formula-7001 to 7003: the answers are computed from the counts that stand in the questions.
    make(tmp_path)
    one, two, three = ([q.facts for q in read_sheet(f"formula-{7000 + n}").drill.questions] for n in (1, 2, 3))
    rows = [
        ["formula-7001", "Ann", f"{one[0].kept / one[0].start:.3f}", f"{100 * one[1].end / one[1].start:.1f}%", "?"],
        ["formula-7002", "Bob", "", f"{two[1].kept}/{two[1].start}", f"{two[2].kept / two[2].start:.3f}"],
        ["formula-9", "Eve", "1", "", ""],
        ["formula-7003", "", "", "", ""],
    ]
    with (tmp_path / "answers.csv").open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows([["sheet", "student", "answer 1", "answer 2", "answer 3"], *rows])
    note = next(tmp_path.glob("notebooks/*7003.ipynb"))
    text = note.read_text().replace('answer_1 = \\"\\"', f"answer_1 = {three[0].lost}/{three[0].start}  # by hand")
    note.write_text(text)
    grades = lessons.grade_sheets(tmp_path)
    told = {
        (r.sheet, r.question): (r.verdict, r.misreading)
        for r in grades.table.itertuples()
        if r.answer and r.sheet != "formula-9"
    }
    assert told == {
        ("formula-7001", 1): ("right", ""),
        ("formula-7001", 2): ("wrong", "end by start"),
        ("formula-7001", 3): ("wrong", ""),
        ("formula-7002", 2): ("right", ""),
        ("formula-7002", 3): ("wrong", "retention"),
        ("formula-7003", 1): ("wrong", "churn"),
    }
    assert "You divided the end by the start" in str(grades)
    assert (tmp_path / "grades.csv").read_text(encoding="utf-8-sig").startswith("student,sheet,question,answer,right?")
    assert len(lessons.grade_sheets(tmp_path).table) == len(grades.table)  # its own table is no list of answers


def test_what_most_took_for_right_is_said_and_a_russian_class_reads_russian(tmp_path: Path) -> None:
    make(tmp_path, lang="ru")
    facts = {n: read_sheet(f"formula-{n}").drill.questions[0].facts for n in (7001, 7002, 7003)}
    lines = [f"formula-{n};;{100 * c.end / c.start:.1f}%".replace(".", ",") for n, c in facts.items()]
    (tmp_path / "answers.csv").write_bytes("\n".join(["лист;ученик;ответ 1", *lines]).encode("cp1251"))
    with crr.use_language("ru"):
        grades = lessons.grade_sheets(tmp_path)
        told = str(grades)
    assert told.startswith("Верных ответов: 0 из ")
    assert "Чаще всего, 3 раза, в вопросе 1: Вы разделили конец на начало" in told
    assert "ученик,лист,вопрос,ответ,верно?" in (tmp_path / "grades.csv").read_text(encoding="utf-8-sig")


def test_a_notebook_validates_where_its_answers_are_right(tmp_path: Path) -> None:
    make(tmp_path, students=1)
    notebook = json.loads(next(tmp_path.glob("notebooks/*.ipynb")).read_text())
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    ids = [cell["metadata"]["nbgrader"]["grade_id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    assert [c["metadata"]["nbgrader"]["points"] for c in code if c["metadata"]["nbgrader"]["grade"]] == [1, 1, 1]
    questions = read_sheet(notebook["metadata"]["crrkit"]["sheet"]).drill.questions
    space: dict[str, object] = {}
    exec(code[0]["source"], space)  # noqa: S102 - the notebook's own cell
    exec('answer_1 = "3"', space)  # noqa: S102 - the cell of a sheet that crrkit wrote, run as nbgrader runs it
    with pytest.raises(AssertionError, match="Not yet"):
        exec(code[2]["source"], space)  # noqa: S102 - the cell of a sheet that crrkit wrote, run as nbgrader runs it
    space["answer_1"] = next(iter(questions[0].right(questions[0].facts)))
    exec(code[2]["source"], space)  # noqa: S102 - the cell of a sheet that crrkit wrote, run as nbgrader runs it


def test_the_commands_make_and_grade(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, status in (
        (["lessons", "make", str(tmp_path), "--topic", "mistakes", "--students", "2", "--seed", "3"], 0),
        (["lessons", "make", str(tmp_path), "--topic", "mistake"], 2),
        (["lessons", "make", str(tmp_path), "--students", "0"], 2),
        (["lessons", "grade", str(tmp_path / "nothing")], 2),
    ):
        with pytest.raises(SystemExit) as ended:
            cli.run([*words, "--lang", "en"])
        assert (ended.value.code or 0) == status
    said = capsys.readouterr()
    assert "Notebooks: 2" in said.out
    assert "Did you mean 'mistakes'?" in said.err
    assert "Give a number from 1 to 999" in said.err
    assert "No answers were found" in said.err


def test_a_sheet_that_is_not_known_is_refused() -> None:
    for name in ("formula", "formula-x", "formulas-7001", ""):
        with pytest.raises(InputError, match="is not known"):
            read_sheet(name)


def test_the_sheets_of_every_topic_have_a_title() -> None:
    assert made.TITLES.keys() == lessons.TOPICS.keys()
