"""The course: two languages that say the same, built from one source, with numbers that somebody has computed."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

import crrkit as crr
from scripts import build_notebooks, normalise_notebooks
from scripts.build_notebooks import COURSE, LANGUAGES

ROOT = Path(__file__).parent.parent
NAMES = sorted({path.name for path in COURSE.glob("*/*.ipynb")})
OWN_LIST = "10-your-own-list.ipynb"
LESSONS = [name for name in NAMES if not name.startswith(("00", "10", "98", "99"))]
GLOSSARY = "99-which-words.ipynb"
CLAIMS = "98-which-claims.ipynb"
SECTIONS = {
    "en": ["What this does not tell you", "Try next"],
    "ru": ["О чём это не говорит", "Что попробовать дальше"],
}
CHECKED = "nbval-check-output"

# Numbers of the words that no cell has to give: what an article says (80, 86, 85-90, 30 %), a whole, calendar days.
QUOTED = {30, 80, 85, 86, 90, 100}
DATES = re.compile(r"\d+ (?:January|June|July|September|января|июня|июля|сентября)(?: \d{4})?|2024(?= года)|of 2024")

both_languages = pytest.mark.parametrize("lang", LANGUAGES)
every_notebook = pytest.mark.parametrize("name", NAMES)
every_lesson = pytest.mark.parametrize("name", LESSONS)


def read(name: str, lang: str) -> Any:
    return nbformat.read(COURSE / lang / name, as_version=4)


def words(notebook: Any) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


@both_languages
@every_notebook
def test_no_sum_in_dollars_is_set_as_a_formula(name: str, lang: str) -> None:
    # JupyterLab takes whatever stands between two dollar signs of a cell for one, also across the cells of a table.
    assert not re.search(r"(?<!\\)\$", re.sub(r"`[^`]*`", "", words(read(name, lang))))


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def printed(cell: Any) -> str:
    shown = [output.get("text") or output.data.get("text/html") or output.data["text/plain"] for output in cell.outputs]
    return re.sub(r'<[^>]* alt="([^"]*)"[^>]*>|<[^>]+>', r" \1 ", "\n".join(shown))


def numbers(text: str) -> set[float]:
    """Every number, written in English or Russian; 1,000 and 1 000 are one number."""
    text = re.sub(r"(?<=\d)[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE},](?=\d{3}\b)", "", text)
    return {float(number.replace(",", ".")) for number in re.findall(r"\d+(?:[.,]\d+)?", text)}


def test_there_are_notebooks_and_each_is_there_in_both_languages() -> None:
    assert len(NAMES) >= 2
    for lang in LANGUAGES:
        assert sorted(path.name for path in (COURSE / lang).glob("*.ipynb")) == NAMES


@every_notebook
def test_the_code_of_both_languages_is_the_same(name: str) -> None:
    english, russian = (
        [(cell.source, cell.metadata.get("tags", [])) for cell in code(read(name, lang))] for lang in LANGUAGES
    )
    assert english == russian


@every_notebook
def test_every_notebook_has_exactly_the_cells_of_its_source(name: str) -> None:
    for lang in LANGUAGES:
        assert build_notebooks.is_built(COURSE / name.replace(".ipynb", ".md"), lang)


def test_a_cell_that_differs_from_the_source_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = COURSE / NAMES[0].replace(".ipynb", ".md")
    monkeypatch.setattr(build_notebooks, "COURSE", tmp_path)
    (tmp_path / "en").mkdir()
    assert not build_notebooks.is_built(source, "en")
    notebook = read(NAMES[0], "en")
    nbformat.write(notebook, tmp_path / "en" / NAMES[0])
    assert build_notebooks.is_built(source, "en")
    notebook.cells[1].source += "\nprint()"
    nbformat.write(notebook, tmp_path / "en" / NAMES[0])
    assert not build_notebooks.is_built(source, "en")


@both_languages
@every_notebook
def test_a_notebook_asks_in_its_title(name: str, lang: str) -> None:
    first = read(name, lang).cells[0].source.splitlines()[0]
    assert re.fullmatch(r"# .+\?", first)
    assert words(read(name, lang)).count("\n# ") == 0


@both_languages
@every_lesson
def test_a_lesson_ends_with_its_doubts_and_a_way_on(name: str, lang: str) -> None:
    headings = re.findall(r"^## (.+)$", words(read(name, lang)), re.MULTILINE)
    assert headings[-2:] == SECTIONS[lang]


@both_languages
@every_lesson
def test_a_lesson_has_an_explorer_three_checks_and_an_exercise(name: str, lang: str) -> None:
    source = "\n".join(cell.source for cell in code(read(name, lang)))
    assert "Explorer(" in source
    assert source.count("lessons.ask(") >= 3
    assert "lessons.exercise(" in source


@both_languages
@every_lesson
def test_a_lesson_asks_for_a_guess_shows_a_wrong_way_and_turns_to_the_learners_own_file(name: str, lang: str) -> None:
    said = words(read(name, lang))
    guess, tempting = {
        "en": (r"\*\*[^*]+\?\*\*|[Gg]uess|[Pp]rediction", "tempting"),
        "ru": (r"\*\*[^*]+\?\*\*|[Уу]гадайте|[Пп]рогноз", "облазнительн"),
    }[lang]
    assert len(re.findall(guess, said)) >= 3
    assert tempting in said
    assert any("mine = " in cell.source for cell in code(read(name, lang)))


@both_languages
@every_lesson
def test_half_of_a_lesson_is_words_and_its_cells_are_small(name: str, lang: str) -> None:
    notebook = read(name, lang)
    in_code = [len(cell.source.splitlines()) for cell in code(notebook)]
    assert max(in_code) <= 15
    assert sorted(in_code)[len(in_code) // 2] <= 4
    said, typed = len(words(notebook).split()), sum(len(cell.source.split()) for cell in code(notebook))
    assert said / (said + typed) >= 0.4


@both_languages
@every_lesson
def test_no_number_in_the_words_is_made_up(name: str, lang: str) -> None:
    notebook = read(name, lang)
    said = DATES.sub("", words(notebook)).replace("\N{NO-BREAK SPACE}%", "%")
    percent = {value for share in re.findall(r"[\d.,]*\d(?=%)", said) for value in numbers(share)}
    checked = numbers("\n".join(printed(cell) for cell in code(notebook) if CHECKED in cell.metadata.get("tags", [])))
    given = {round(100 * value, 9) for cell in code(notebook) for value in numbers(cell.source) if value < 1}
    assert percent - checked - given - QUOTED == set()
    seen = numbers("\n".join(f"{cell.source}\n{printed(cell)}" for cell in code(notebook)))
    prose = re.sub(r"`[^`]*`|^    .*$|\]\(.*?\)|^\d+\. |[\d.,]*\d%", "", said, flags=re.MULTILINE)
    assert numbers(prose) - seen - QUOTED == set()


@both_languages
@every_notebook
def test_names_and_links_in_the_words_lead_somewhere(name: str, lang: str) -> None:
    said = words(read(name, lang))
    for dotted in re.findall(r"`crr\.([\w.]+)", said):
        thing: Any = crr
        for part in dotted.split("."):
            thing = getattr(thing, part)
    for link in re.findall(r"\]\(([^)]+)\)", said):
        assert (COURSE / lang / link).is_file()


@both_languages
def test_the_first_notebook_leads_to_every_other(lang: str) -> None:
    assert set(re.findall(r"\]\(([^)]+)\)", words(read(NAMES[0], lang)))) == {*LESSONS, OWN_LIST, GLOSSARY, CLAIMS}


@both_languages
@every_lesson
def test_a_lesson_leads_back_and_to_the_words(name: str, lang: str) -> None:
    assert {NAMES[0], GLOSSARY} <= set(re.findall(r"\]\(([^)]+)\)", words(read(name, lang))))


def test_the_glossary_has_the_same_pairs_in_both_languages() -> None:
    english, russian = (glossary(lang) for lang in LANGUAGES)
    assert len(english) > 30
    assert sorted((one, other) for other, one in russian) == sorted(english)
    for rows in (english, russian):
        first = [term.replace("ё", "е") for term, _other in rows]
        assert len(set(first)) == len(first)
        assert first == sorted(first, key=str.lower)


def glossary(lang: str) -> list[tuple[str, str]]:
    """The first two columns of the glossary."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \| .+ \|$", words(read(GLOSSARY, lang)), re.MULTILINE)
    return rows[1:]  # without the heading


@every_notebook
def test_a_table_in_russian_has_russian_headings(name: str) -> None:
    shown = [output.get("data", {}).get("text/html", "") for cell in code(read(name, "ru")) for output in cell.outputs]
    headings = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', "\n".join(shown), re.DOTALL)
    assert [text for text in headings if re.search(r"[a-zA-Z]{3,}", text) and not re.search("[а-я]", text)] == []


def test_every_mistake_is_asked_in_one_lesson() -> None:
    asked = [name for lesson in LESSONS for name in re.findall(r'"(mistake-\d+)"', sources(lesson))]
    assert len(asked) == len(set(asked))
    assert set(asked) == set(crr.lessons.MISTAKES)


def sources(lesson: str) -> str:
    return "\n".join(cell.source for cell in code(read(lesson, "en")))


@both_languages
@every_notebook
def test_a_reader_without_a_kernel_sees_everything(name: str, lang: str) -> None:
    for cell in code(read(name, lang)):
        assert not [
            output for output in cell.outputs if output.output_type == "error" or output.get("name") == "stderr"
        ]
        if "Explorer" in cell.source or "figures." in cell.source:
            assert "<img alt=" in cell.outputs[-1].data["text/html"]
        if "lessons.ask" in cell.source:
            assert "<p>" in cell.outputs[-1].data["text/html"]


class TestNormaliser:
    def test_the_committed_notebooks_are_normalised(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert normalise_notebooks.main(["--check"]) == 0, capsys.readouterr().out

    def test_two_runs_on_two_machines_leave_the_same_file(self) -> None:
        clean = read(LESSONS[0], "en")
        assert normalise_notebooks.normalise(dirtied(clean, "a")) == normalise_notebooks.normalise(dirtied(clean, "b"))
        assert normalise_notebooks.normalise(dirtied(clean, "a")) == (COURSE / "en" / LESSONS[0]).read_text(
            encoding="utf-8"
        )

    def test_what_it_would_rewrite_is_named_and_then_rewritten(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        course = tmp_path / "notebooks"
        (course / "en").mkdir(parents=True)
        monkeypatch.setattr(normalise_notebooks, "COURSE", course)
        nbformat.write(dirtied(read(LESSONS[0], "en"), "a"), course / "en" / "x.ipynb")
        assert normalise_notebooks.main(["--check"]) == 1
        assert "x.ipynb is not normalised" in capsys.readouterr().out
        assert normalise_notebooks.main([]) == 0
        assert normalise_notebooks.main(["--check"]) == 0

    def test_no_counted_list_is_carried_along(self) -> None:
        assert [
            path for path in COURSE.glob("*/*.ipynb") if '"list_explorer"' in path.read_text(encoding="utf-8")
        ] == []

    def test_cells_of_the_same_text_have_different_ids(self) -> None:
        cells = [nbformat.v4.new_code_cell("1 + 1") for _ in range(3)]
        text = normalise_notebooks.normalise(nbformat.v4.new_notebook(cells=cells))
        assert len({cell.id for cell in nbformat.reads(text, as_version=4).cells}) == 3


def dirtied(notebook: Any, mark: str) -> Any:
    """The notebook as another run on another machine would save it."""
    dirty = copy.deepcopy(notebook)
    dirty.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {mark: {}}}}
    dirty.metadata["language_info"]["version"] = mark
    for n, cell in enumerate(dirty.cells):
        cell.id = f"{mark}{n}"
        cell.metadata["execution"] = {"iopub.execute_input": mark}
        if cell.cell_type == "code":
            cell.execution_count = n + len(mark)
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.data[normalise_notebooks.WIDGET_VIEW] = {"model_id": mark}
                    output.metadata = {"mark": mark}
            cell.outputs = [piece for output in cell.outputs for piece in torn(output, int(mark == "b"))]
    return dirty


def torn(output: Any, at: int) -> list[Any]:
    """A stream in two pieces, as a busy machine delivers it."""
    if output.output_type != "stream":
        return [output]
    pieces = [output.text[: at + 1], output.text[at + 1 :]]
    return [nbformat.v4.new_output("stream", name=output.name, text=piece) for piece in pieces]


# The learner's own list is run each time, all of the course with the pages.
RUNS = [
    pytest.param(name, lang, marks=[] if (name, lang) == (OWN_LIST, "en") else pytest.mark.pages)
    for name in NAMES
    for lang in LANGUAGES
]


@pytest.mark.parametrize(("name", "lang"), RUNS)
def test_a_run_gives_what_is_committed(name: str, lang: str) -> None:
    again = build_notebooks.build(COURSE / name.replace(".ipynb", ".md"), lang)
    assert without_pictures(again) == without_pictures((COURSE / lang / name).read_text(encoding="utf-8"))


def without_pictures(text: str) -> str:
    """Each version of matplotlib draws its own way; what the pictures say stands beside them in words."""
    return re.sub(r"(?<=base64,)[\w+/=]+", "", text)
