"""The notebook on the user's own list: the last lesson with the list filled in."""

from __future__ import annotations

import io
import json
import warnings
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from crrkit.ground import CrrkitError, InputError, gettext as _, write_beside
from crrkit.lessons.lab import notebooks_path

if TYPE_CHECKING:
    from pathlib import Path

    from crrkit.read import Base, Call

OWN_LIST: Final = "10-your-own-list.ipynb"
FILLED_IN: Final = "parameters"  # the tag of the cell that says what is read
OF_THE_LIST: Final = "list"  # of cells that not every list allows
WRITES_FILE: Final = "report"  # of the cell that writes a file

WRITTEN: Final = "written"
IS_THERE: Final = "there already"


class OwnList(NamedTuple):
    """A list that was read: the base, the call that rereads it, the period, and the window if needed."""

    base: Base
    call: Call
    every: str
    days: int | None = None


def own_list_notebook(own: OwnList, source: str, *, lang: str, report: str | None = None, app: bool = False) -> str:
    """The text of the notebook with a list filled in, not yet run.

    A cell that fails for this list, such as stages of a handful of customers, is replaced by a sentence with the
    reason, so that "run all" does not stop half-way.

    Args:
        own: The list.
        source: The path as written in the notebook.
        lang: ``"en"`` or ``"ru"``.
        report: The file that its last cell writes.
        app: Leave out cells that write files.
    """
    notebook = json.loads((notebooks_path() / lang / OWN_LIST).read_bytes())
    said = parameters(own, source, lang=lang, report=report)
    names: dict[str, Any] = {"base": own.base, "every": own.every}
    cells = [cell for cell in notebook["cells"] if not _leads_on(cell)]
    notebook["cells"] = [_allowed(cell, said, names) for cell in (_as_page(cells) if app else cells)]
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def parameters(own: OwnList, source: str, *, lang: str, report: str | None = None) -> str:
    """The cell with the source, the period and the rule."""
    window = "" if own.days is None else f"base = base.with_activity(crr.Trailing(days={own.days}))\n"
    return (
        f"crr.set_language({lang!r})\n"
        f"source = {source!r}\n"
        f"base = crr.{own.call.python('source')}\n"
        f"{window}"
        f"every = {own.every!r}\n"
        f"report = {report!r}"
    )


def write_own_list(text: str, out: Path) -> str:
    """Write the notebook if there is none; an existing one on the same list is kept.

    Returns:
        `WRITTEN` or `IS_THERE`.

    Raises:
        InputError: If a notebook on another list, or another file, exists there.
    """
    if not out.exists():
        write_beside(out, text.encode())
        return WRITTEN
    if _parameters_of(out.read_bytes()) == _parameters_of(text.encode()):
        return IS_THERE
    message = _("{file} is there already and reads something else. Name another file with out=, or move that one.")
    raise InputError(message.format(file=out), argument="out", given=str(out))


def _parameters_of(text: bytes) -> str | None:
    try:
        cells = json.loads(text)["cells"]
        return next("".join(cell["source"]) for cell in cells if FILLED_IN in _tags(cell))
    except (ValueError, KeyError, TypeError, StopIteration):
        return None


def _tags(cell: dict[str, Any]) -> list[str]:
    return list(cell["metadata"].get("tags", []))


def _as_page(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cells for a page without code: without texts about cells, and without cells that write files."""
    title, *rest = cells
    title = title | {"source": "".join(title["source"]).splitlines()[0]}
    of_code = {at - 1 for at, cell in enumerate(rest) if {FILLED_IN, WRITES_FILE} & {*_tags(cell)}}  # words before it
    shown = [cell for at, cell in enumerate(rest) if at not in of_code and WRITES_FILE not in _tags(cell)]
    return [title, *shown]


def _leads_on(cell: dict[str, Any]) -> bool:
    """Whether it is the line with links to other notebooks, which are missing here."""
    return cell["cell_type"] == "markdown" and ".ipynb)" in "".join(cell["source"])


def _allowed(cell: dict[str, Any], said: str, names: dict[str, Any]) -> dict[str, Any]:
    """The cell as it is; for one that fails with this list, a sentence with the reason."""
    if cell["cell_type"] != "code":
        return cell
    code = said if FILLED_IN in _tags(cell) else "".join(cell["source"])
    why = _why_not(code, names) if FILLED_IN not in _tags(cell) and WRITES_FILE not in _tags(cell) else None
    if why is not None and OF_THE_LIST in _tags(cell):
        return {"cell_type": "markdown", "id": cell["id"], "metadata": {}, "source": f"*{why}*"}
    return cell | {"source": code, "outputs": [], "execution_count": None}


def _why_not(code: str, names: dict[str, Any]) -> str | None:
    """Why a cell fails with this list; it is run, so that later cells have its variables."""
    try:
        with warnings.catch_warnings(action="ignore"), redirect_stdout(io.StringIO()):  # the notebook will say it
            exec(code, names)  # noqa: S102 - the cells of our own notebook
    except CrrkitError as error:
        return str(error)
    except NameError:  # its input could not be made
        return _("Without the part before there is nothing to show here.")
    return None
