"""``crrkit explore``: explore a list with sliders, in a notebook next to its file or as a page."""

from __future__ import annotations

import json
import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crrkit.cli.reading import arguments_of, read
from crrkit.ground import gettext as _, language, write_beside
from crrkit.lessons import IS_THERE, App, OwnList, own_list_notebook, write_own_list
from crrkit.read import without_credentials

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE_NAME = "your-list.ipynb"


def open_list(file: str, *, kind: str, every: str | None, reading: dict[str, Any]) -> OwnList:
    """Read a file with the given options, and choose a suitable period unless one was given."""
    from crrkit.measure.cadence import advise
    from crrkit.read import call_of

    base = read(file, kind=kind, reading=reading)
    call = call_of(base, arguments_of(reading))
    if every is not None:
        base.calendar(every)  # an invalid period is an error before anything is written
        return OwnList(base, call, every)
    advice = advise(base)
    return OwnList(advice.applied(base), call, advice.every, advice.days)


def place_of(file: str, out: Path | None) -> Path:
    """Return the path of the notebook: next to the file and named after it, or in the current folder if it is a URL."""
    if out is not None:
        return out
    folder = Path(file).parent
    return (folder if folder.is_dir() else Path()) / f"{_name_of(file)}-explored.ipynb"


def _name_of(file: str) -> str:
    """The name of a file as part of another; a pattern or an address contains other characters."""
    return re.sub(r"[^\w-]+", "-", Path(without_credentials(file)).stem).strip("-") or "list"


def write_notebook(own: OwnList, file: str, out: Path) -> str:
    """Write the notebook of a list, and return a message about it."""
    report = f"{_name_of(file)}-report.html"
    text = own_list_notebook(own, _seen_from(out.parent, file), lang=language(), report=report)
    if write_own_list(text, out) == IS_THERE:
        return _("The notebook is there already, and is left as it is: {file}").format(file=out.resolve())
    return _("The notebook: {file}").format(file=out.resolve())


@contextmanager
def page_of(own: OwnList | None, file: str | None) -> Iterator[App]:
    """Context manager for the page of a list in a temporary folder; without a list, the page to choose one."""
    with tempfile.TemporaryDirectory(prefix="crrkit-") as folder:
        path = Path(folder) / PAGE_NAME
        source = _whole(file) if file else ""
        text = own_list_notebook(own, source, lang=language(), app=True) if own else _chooser(language())
        write_beside(path, text.encode())
        yield App(title=file or "", notebook=path)


def _seen_from(folder: Path, file: str) -> str:
    """Return a file as written in a notebook in a folder, without passwords."""
    if without_credentials(file) != file:
        return without_credentials(file)
    same = Path(file).parent.resolve() == folder.resolve()
    return Path(file).name if same else _whole(file)


def _whole(file: str) -> str:
    """Return the absolute path of a file or a pattern; a URL is returned unchanged."""
    return file if "://" in file else str(Path(file).resolve())


def _chooser(lang: str) -> str:
    """Return a notebook with one cell that opens the page to choose a list."""
    title = _("Which list?")
    words = _("A list of customers, of purchases or of what happened; crrkit says how many of them stay.")
    code = f"import crrkit as crr\n\ncrr.set_language({lang!r})\ncrr.widgets.ListChooser()"
    cells = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": f"# {title}\n\n{words}"},
        {"cell_type": "code", "id": "list", "metadata": {}, "source": code, "outputs": [], "execution_count": None},
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)
