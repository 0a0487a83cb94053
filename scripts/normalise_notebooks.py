"""Make the committed notebooks independent of who ran them, when and where: a re-run leaves no diff.

`python scripts/normalise_notebooks.py` rewrites every notebook of the course; `--check` only lists those it would
rewrite and fails if there are any. Cell ids are derived from the cells' text, so that a new cell changes no other. Live
widget views and their state are removed, because they refer to models of a kernel that is gone; their text and static
pictures, which a reader without a kernel sees, stay. The counted list of a list explorer is removed, too: it is longer
than the notebook, and its compression differs between machines.
"""

# mypy: disable-error-code="no-untyped-call"
# nbformat is typed in part.

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

if TYPE_CHECKING:
    from collections.abc import Iterator

COURSE = Path(__file__).parent.parent / "notebooks"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
EXPLORER = "application/vnd.crrkit.explorer+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def normalise(notebook: Any) -> str:
    """The notebook as the text of its file, without anything that another run would change."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: dict[str, int] = {}
    runs = 0
    for cell in notebook.cells:
        name = hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        seen[name] = seen.get(name, 0) + 1
        cell.id = name if seen[name] == 1 else f"{name}-{seen[name]}"
        cell.metadata = nbformat.from_dict({"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {})
        if cell.cell_type == "code":
            runs += 1
            cell.execution_count = runs
            cell.outputs = list(_outputs(cell.outputs, runs))
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook)) + "\n"


def _outputs(outputs: list[Any], run: int) -> Iterator[Any]:
    before: Any = None
    for output in outputs:
        if output.output_type == "stream" and before is not None and before.get("name") == output.name:
            before.text += output.text  # one printed text arrives in as many pieces as the machine was busy
            continue
        if output.output_type in {"display_data", "execute_result"}:
            output.data.pop(WIDGET_VIEW, None)
            if output.data.get(EXPLORER, {}).get("module") == "list_explorer":
                del output.data[EXPLORER]
            output.metadata = nbformat.from_dict({})
        if output.output_type == "execute_result":
            output.execution_count = run
        before = output
        yield output


def main(arguments: list[str]) -> int:
    """Rewrite the notebooks, or with `--check` list those that are not normalised."""
    check = arguments == ["--check"]
    stale = []
    for path in sorted(COURSE.glob("*/*.ipynb")):
        text = path.read_text(encoding="utf-8")
        tidy = normalise(nbformat.reads(text, as_version=4))
        if tidy != text:
            stale.append(path)
            if not check:
                path.write_text(tidy, encoding="utf-8")
    for path in stale:
        print(f"{path.relative_to(COURSE.parent)} {'is not normalised' if check else 'normalised'}")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
