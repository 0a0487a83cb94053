"""The mkdocs hooks: pages generated from the code, their order, and the outputs of executed code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scripts.docs.course import lesson
from scripts.docs.gallery import with_pictures
from scripts.docs.reference import ROOT, pages, written
from scripts.docs.shelf import Shelf

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

START = "README.md"
HOW_TO = ["people.md", "exports.md"]
TEACHING = ["teaching.md"]
DEVELOPMENT = [
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "walks.md",
    "benchmarks.md",
    "sample_data/README.md",
    "CHANGELOG.md",
]
INDEX = "decisions/index.md"
COURSE = {"Course": "en", "Курс": "ru"}

_shelves: dict[str, Shelf] = {}


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add files from elsewhere in the repository, the lessons and the generated reference, and build the navigation."""
    from mkdocs.structure.files import File

    lessons = {tab: _lessons(lang) for tab, lang in COURSE.items()}
    made = {name: _page(ROOT / name) for name in [START, *DEVELOPMENT] if name not in files.src_uris}
    for name, text in {**made, **written(), **{k: v for tab in lessons.values() for k, v in tab.items()}}.items():
        files.append(File.generated(config, name, content=text))
    decisions = sorted(
        (name for name in files.src_uris if name.startswith("decisions/")), key=lambda name: (name != INDEX, name)
    )
    reference = ["reference/index.md", *(page.file for page in pages())]
    config.nav = [
        {"Start": START}, {"By question": reference}, {"Gallery": "gallery.md"}, {"How to": HOW_TO},
        *({tab: list(names)} for tab, names in lessons.items()), {"Teaching": TEACHING},
        {"How it is built": DEVELOPMENT}, {"Decisions": decisions},
    ]  # fmt: skip
    return files


def _page(path: Path) -> str:
    """A page of the repository, with its links rewritten for the site."""
    return path.read_text(encoding="utf-8").replace("](docs/", "](")


def _lessons(lang: str) -> dict[str, str]:
    notebooks = sorted((ROOT / "notebooks" / lang).glob("*.ipynb"))
    return {name: lesson(path, _shelf(name)) for path in notebooks for name in [f"course/{lang}/{path.stem}.md"]}


def _shelf(name: str) -> Shelf:
    return _shelves.setdefault(name, Shelf())


def on_page_markdown(markdown: str, *, page: Page, **_more: Any) -> str:
    """Run the code of the gallery."""
    return with_pictures(markdown, _shelf(page.file.src_uri)) if page.file.src_uri == "gallery.md" else markdown


def on_page_content(html: str, *, page: Page, **_more: Any) -> str:
    """Replace the placeholders by the outputs."""
    return _shelf(page.file.src_uri).fill(html)
