"""What the site of `make docs` is made of: every public name on exactly one page, every picture in the gallery."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from pathlib import Path

from public_names import AT_THE_TOP

import crrkit as crr
from crrkit import figures, widgets
from scripts.docs.course import lesson
from scripts.docs.gallery import with_pictures
from scripts.docs.reference import pages, questions, submodules, written
from scripts.docs.shelf import Shelf

ROOT = Path(__file__).parent.parent
GALLERY = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
STANDS = re.compile(r"^(?:      heading: |## |Also `)crr\.([\w.]+)", re.MULTILINE)


def every_name() -> set[str]:
    """What works at the top, and what each room shows, the errors by their own list."""
    top = {name for name in AT_THE_TOP if not name.startswith("_")}
    inside = {f"{room}.{name}" for room, face in submodules().items() for name in getattr(face, "__all__", ())}
    errors = {f"errors.{name}" for name, value in vars(crr.errors).items() if inspect.isclass(value)}
    return {*top, *inside, *errors} - {"errors.Any"}


def test_every_public_name_is_on_exactly_one_page() -> None:
    stands = Counter(name for text in written().values() for name in STANDS.findall(text))
    assert len(stands) > 250
    assert {name: n for name, n in stands.items() if n > 1} == {}
    assert set(stands) == every_name()


def test_a_name_stands_where_its_question_is() -> None:
    place = {name: page.title for page in pages() for name in page.names}
    assert [page.title for page in pages()][: len(questions())] == list(questions())
    for title, names in {
        "which rows were read, which set aside and why": ("read_orders", "Base", "QualityReport"),
        "who stayed, left, joined or returned in each period": ("retention_by_period", "RetentionTable"),
        "how precise is a rate, how far apart are two": ("stats.wilson", "stats.clopper_pearson"),
        "how does it look": ("figures.bridge", "figures.to_svg"),
    }.items():
        assert {place[name] for name in names} == {title}


def test_a_name_is_found_again_by_its_heading() -> None:
    index, text = written()["reference/index.md"], written()["reference/what-do-three-counts-alone-say.md"]
    assert "](what-do-three-counts-alone-say.md#crrkit.crr_from_counts)" in index
    assert "::: crrkit.crr_from_counts\n    options:\n      heading: crr.crr_from_counts\n" in text
    assert "Also `crr.quick_ratio`.\n" in text


def test_the_gallery_shows_every_picture_and_every_explorer() -> None:
    made = [name for name in figures.__all__ if "ax" in inspect.signature(getattr(figures, name)).parameters]
    explorers = [name for name in widgets.__all__ if name.endswith("Explorer") and name != "Explorer"]
    assert len(made) >= 10
    assert len(explorers) >= 8
    assert [name for name in made if f"figures.{name}(" not in GALLERY] == []
    assert [name for name in explorers if f"widgets.{name}(" not in GALLERY] == []


def test_what_a_block_gives_stands_below_it() -> None:
    shelf = Shelf()
    page = """# A

```python
import crrkit as crr
n = crr.solve_counts(start=70, lost=10, new=30)
```

```python
crr.figures.bridge(n)
```

```python
crr.widgets.FormulaExplorer(start=7, lost=1, new=3)
```
"""
    marked = with_pictures(page, shelf)
    assert marked.count("<!--made ") == 2
    assert marked.index("crr.figures.bridge") < marked.index("<!--made 0-->") < marked.index("FormulaExplorer")
    filled = shelf.fill(marked)
    assert filled.count("<svg") >= 1
    assert "Kept: 60 of 70" in filled
    assert filled.count('json" data-crrkit-modules>') == 1
    assert "<!--made" not in filled


def test_a_lesson_keeps_what_its_cells_gave_and_its_explorers_live() -> None:
    shelf = Shelf()
    text = lesson(ROOT / "notebooks" / "ru" / "01-did-we-keep-our-customers.ipynb", shelf)
    assert text.startswith("# Удержали ли мы клиентов?")
    assert ".ipynb)" not in text
    assert len(shelf.explorers) == 1
    assert isinstance(shelf.explorers[0], widgets.FormulaExplorer)
    assert "85,7\N{NO-BREAK SPACE}% (60 из 70" in re.sub("<[^>]+>", "", "".join(shelf.pieces))


def test_the_index_lists_every_decision_by_its_title() -> None:
    folder = ROOT / "docs" / "decisions"
    titles = {
        path.name: path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        for path in sorted(folder.glob("[0-9]*.md"))
    }
    assert all(title.startswith(f"{name[:3]}: ") for name, title in titles.items())
    index = (folder / "index.md").read_text(encoding="utf-8")
    assert [line for line in index.splitlines() if line.startswith("* ")] == [
        f"* [{title}]({name})" for name, title in titles.items()
    ]


def test_the_changelog_names_only_what_there_is() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    added = re.findall(r"^### Added.*?(?=^### (?!Added))", text, re.MULTILINE | re.DOTALL)
    public = {name.rpartition(".")[2]: name for name in every_name()}
    inside = {member for name in AT_THE_TOP if inspect.isclass(kind := getattr(crr, name)) for member in dir(kind)}
    fields = {field for name in AT_THE_TOP for field in getattr(getattr(crr, name), "__dataclass_fields__", ())}
    named = {name.rpartition(".")[2] for name in re.findall(r"`([a-z]\w*(?:\.\w+)*)(?:\(.*?\))?`", "".join(added))}
    assert len(named) > 40
    assert named - set(public) - inside - fields - set(submodules()) == set()
