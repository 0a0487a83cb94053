"""``crrkit explore``: a list under sliders, from its file: the notebook beside it, or a page."""

from __future__ import annotations

import json
import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crrkit.cli.reading import read, said_of
from crrkit.ground import gettext as _, language, write_beside
from crrkit.lessons import IS_THERE, OWN_LIST, App, OwnList, own_list_notebook, write_own_list
from crrkit.read import without_credentials

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE_NAME = "your-list.ipynb"


def open_list(file: str, *, kind: str, every: str | None, reading: dict[str, Any]) -> OwnList:
    """Read a file under the options typed, and settle the period that suits it unless one was typed."""
    from crrkit.measure.cadence import advise
    from crrkit.read import call_of

    base = read(file, kind=kind, reading=reading)
    call = call_of(base, said_of(reading))
    if every is not None:
        base.calendar(every)  # a period that is none is refused before anything is written
        return OwnList(base, call, every)
    advice = advise(base)
    return OwnList(advice.applied(base), call, advice.every, advice.days)


def place_of(file: str, out: Path | None) -> Path:
    """Where the notebook goes: beside the file, or here when that is an address."""
    if out is not None:
        return out
    folder = Path(file).parent
    return (folder if folder.is_dir() else Path()) / OWN_LIST


def write_notebook(own: OwnList, file: str, out: Path) -> str:
    """Write the notebook of a list; what was done, as a sentence."""
    name = re.sub(r"[^\w-]+", "-", Path(file).stem).strip("-") or "list"  # a pattern has other marks in it
    report = f"{name}-report.html"
    text = own_list_notebook(own, _seen_from(out.parent, file), lang=language(), report=report)
    if write_own_list(text, out) == IS_THERE:
        return _("The notebook is there already, and is left as it is: {file}").format(file=out.resolve())
    return _("The notebook: {file}").format(file=out.resolve())


@contextmanager
def page_of(own: OwnList | None, file: str | None) -> Iterator[App]:
    """The same as a page, in a folder that goes with it; without a list the page on which one is chosen."""
    with tempfile.TemporaryDirectory(prefix="crrkit-") as folder:
        path = Path(folder) / PAGE_NAME
        source = _whole(file) if file else ""
        text = own_list_notebook(own, source, lang=language(), app=True) if own else _chooser(language())
        write_beside(path, text.encode())
        yield App(title=file or "", notebook=path)


def _seen_from(folder: Path, file: str) -> str:
    """A file as a notebook in a folder names it; a password is not written down."""
    if without_credentials(file) != file:
        return without_credentials(file)
    same = Path(file).parent.resolve() == folder.resolve()
    return Path(file).name if same else _whole(file)


def _whole(file: str) -> str:
    """The whole path of a file or a pattern; an address as it is."""
    return file if "://" in file else str(Path(file).resolve())


def _chooser(lang: str) -> str:
    """A notebook whose one cell opens the page on which a list is chosen."""
    title = _("Which list?")
    words = _("A list of customers, of purchases or of what happened; crrkit says how many of them stay.")
    code = f"import crrkit as crr\n\ncrr.set_language({lang!r})\ncrr.widgets.ListChooser()"
    cells = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": f"# {title}\n\n{words}"},
        {"cell_type": "code", "id": "list", "metadata": {}, "source": code, "outputs": [], "execution_count": None},
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)
