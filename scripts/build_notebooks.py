"""Build the notebooks of the course from one source each, in both languages.

`notebooks/NN-name.md` holds the text in English and Russian and the code once, so both languages have the same code
cells by construction. Three marks, each on a line of its own, begin a cell:

    <!-- en -->          text of the English notebook
    <!-- ru -->          text of the Russian one
    ```python check      code of both, closed by ```; `check` has nbval compare what it prints; `parameters`, `list` and
                         `report` say to `crrkit explore` what a cell is

The code does not name its language: `lessons.begin()` takes it from the notebook's folder, `en` or `ru`, in which
Jupyter, nbval and Voilà run it, and which `crrkit lab` keeps when it copies the course. Notebook metadata would not
work, since a kernel cannot see its notebook, and an environment variable is not set when somebody opens the file by
hand.

`python scripts/build_notebooks.py [NAME ...]` builds, runs and normalises them (names without .md; all by default);
`--check` only compares the cells with the sources and fails if they differ.
"""

# mypy: disable-error-code="no-untyped-call"
# nbformat is typed in part.

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

sys.path.insert(0, str(Path(__file__).parent.parent))

from scripts.normalise_notebooks import COURSE, normalise
from scripts.run_notebooks import execute

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGES = ("en", "ru")
TAGS = {"check": "nbval-check-output"}  # the others are their own names
CELL = re.compile(
    r"^<!-- (en|ru) -->\n(.*?)(?=^<!-- (?:en|ru) -->$|^```python|\Z)|^```python *(.*?)\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def bound(words: str) -> str:
    """Bind dashes and percent signs with no-break spaces, as in crrkit's Russian messages: none begins a line."""
    return re.sub(r"[ \n](?=— )|(?<=\d) (?=%)", "\N{NO-BREAK SPACE}", words)


def cells(source: str, lang: str) -> Iterator[Any]:
    """The cells of one language, in order."""
    for words_lang, words, tags, code in CELL.findall(source):
        if code:
            metadata = {"tags": [TAGS.get(tag, tag) for tag in tags.split()]} if tags else {}
            yield new_code_cell(code.rstrip("\n"), metadata=metadata)
        elif words_lang == lang:
            yield new_markdown_cell(bound(words.strip()) if lang == "ru" else words.strip())


def build(source: Path, lang: str) -> str:
    """The text of a notebook: built, run in its folder, normalised."""
    notebook = new_notebook(cells=list(cells(source.read_text(encoding="utf-8"), lang)))
    return normalise(execute(notebook, folder=COURSE / lang))


def is_built(source: Path, lang: str) -> bool:
    """Whether the notebook has exactly the cells of its source."""
    target = COURSE / lang / f"{source.stem}.ipynb"
    if not target.exists():
        return False
    wanted = cells(source.read_text(encoding="utf-8"), lang)
    return [_essence(cell) for cell in nbformat.read(target, as_version=4).cells] == [_essence(cell) for cell in wanted]


def _essence(cell: Any) -> tuple[str, str, list[str]]:
    return cell.cell_type, cell.source, list(cell.metadata.get("tags", []))


def main(arguments: list[str]) -> int:
    """Build the named notebooks or all, or with `--check` list those that differ from their source."""
    check = "--check" in arguments
    names = [name for name in arguments if name != "--check"]
    sources = [COURSE / f"{name}.md" for name in names] or sorted(COURSE.glob("[0-9][0-9]-*.md"))
    stale = [(source, lang) for source in sources for lang in LANGUAGES if not (check and is_built(source, lang))]
    for source, lang in stale:
        print(f"notebooks/{lang}/{source.stem}.ipynb", "differs from its source" if check else "…", flush=True)
        if not check:
            (COURSE / lang / f"{source.stem}.ipynb").write_text(build(source, lang), encoding="utf-8")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
