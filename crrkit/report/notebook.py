"""The executed notebook beside a report: the same findings, to be read, run again and carried on.

It holds the account, not the customers: a reader without the list can run all of it, and no path of anybody's disk is
in it.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crrkit.ground import CrrkitError, MissingDependencyError, gettext as _, language
from crrkit.report.section import holding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbformat import NotebookNode

    from crrkit.measure import RetentionTable
    from crrkit.read import Base
    from crrkit.report.section import Section

CELL_SECONDS = 60
WIDGET = "application/vnd.jupyter.widget-view+json"
ROOT = Path(__file__).parent.parent.parent


def check_installed() -> None:
    """Raise with the line that installs what a notebook needs, before any long work."""
    missing = [name for name in ("ipykernel", "nbclient", "nbformat") if find_spec(name) is None]
    if missing:
        text = _("Writing a notebook needs {name}. Install it with: pip install 'crrkit[report]'")
        raise MissingDependencyError(text.format(name=missing[0]))


def run_notebook(parts: list[Section], kept: RetentionTable, base: Base, title: str) -> str:
    """The executed notebook of what may be shared as the text of its file, in the current language."""
    cells = execute(build_notebook(parts, kept, base, title=title))
    return json.dumps(cells, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def build_notebook(parts: list[Section], kept: RetentionTable, base: Base, *, title: str) -> NotebookNode:
    """The notebook of what may be shared, not yet run, in the current language."""
    import nbformat

    cells = [_cell(number, *cell) for number, cell in enumerate(_cells(parts, kept, base, title), start=1)]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"cells": cells, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
    notebook: NotebookNode = nbformat.from_dict(content)  # type: ignore[no-untyped-call]  # nbformat is typed in part
    return notebook


def _cell(number: int, kind: str, source: str, tag: str = "") -> dict[str, Any]:
    """A cell with an id of its place, so that the same report gives the same bytes."""
    cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number:02d}", "metadata": {}, "source": source}
    if tag:
        cell["metadata"] = {"tags": [tag]} | ({"jupyter": {"source_hidden": True}} if tag == "account" else {})
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def execute(notebook: NotebookNode, *, folder: Path | None = None) -> NotebookNode:
    """Run every cell in a fresh kernel of this Python; what only lives with the kernel is left out.

    Args:
        notebook: What to run; it is changed in place.
        folder: Where it runs; here by default.

    Raises:
        CrrkitError: If a cell fails or the kernel does not answer in time.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    options: dict[str, Any] = {
        "timeout": CELL_SECONDS, "record_timing": False, "store_widget_state": False,
        # by default what a busy machine has not printed after four seconds is left out, and nobody is told
        "iopub_timeout": CELL_SECONDS, "raise_on_iopub_timeout": True,
        "resources": {"metadata": {"path": str(folder)}} if folder else {},
    }  # fmt: skip
    for attempt in ("first", "last"):
        try:
            client = NotebookClient(notebook, kernel_manager_class=_kernel(), **options)
            asyncio.run(client.async_execute(env=_environment()))  # a loop of its own, closed when it is done
            break
        except (CellTimeoutError, DeadKernelError) as silent:
            if attempt == "last":  # about one run in seventy is never answered, client and kernel both waiting
                raise _failed(silent) from silent
        except CellExecutionError as failed:
            raise _failed(failed) from failed
    _drop_what_needs_the_kernel(notebook)
    return notebook


def _cells(parts: list[Section], kept: RetentionTable, base: Base, title: str) -> Iterator[tuple[str, ...]]:
    yield "markdown", "# " + _("Did we keep our customers?") + f"\n\n{plain(title)} · {plain(kept.card.source)}"
    yield "markdown", _introduction()
    setting = [f'crr.set_language("{language()}")'] if language() != "en" else []
    yield "code", "\n".join(["import crrkit as crr", "from crrkit import figures, report, widgets", *setting])
    account = holding("kept", kept)
    yield "code", account.source, account.tag
    for part in [part for part in parts if part.cells]:
        yield "markdown", f"## {part.label}"
        yield from (("code", cell.source, cell.tag) for cell in part.cells)
    yield "markdown", _closing(recipe(kept, base))


def plain(text: str) -> str:
    """A text inside Markdown, on one line and as it is: no mark-up, no formula, no HTML."""
    return re.sub(r"([\\`*_{}\[\]<>#|$~&!])", r"\\\1", " ".join(text.split()))


def fenced(code: str) -> str:
    """Code inside Markdown, in a fence longer than any that the code holds."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", code))])
    return f"{fence}python\n{code}\n{fence}"


def recipe(kept: RetentionTable, base: Base) -> str:
    """The two lines that count the account anew for whoever holds the list."""
    facts: dict[str, object] = dict(kept.quality.columns)
    usual = {  # what the readers take and the card keeps: another argument of theirs belongs here too
        "zone": None,
        "week_starts": "monday",
        "year_starts": "january",
        "end_is": None,
        "taken": None,
        "merge_gap": 0,
        "refunds": "set aside",
        "counts": None,
    }
    given = {name: getattr(kept.card, name) for name in usual}
    facts |= {name: value for name, value in given.items() if value not in (None, usual[name])}
    if base.rule is not None:
        facts["activity"] = base.rule
    facts["as_of"] = f"{kept.card.as_of:%Y-%m-%d}"
    arguments = ", ".join(f"{name}={value!r}" for name, value in facts.items())
    return (
        f"base = crr.read_{base.kind}({kept.card.source!r}, {arguments})\n"
        f"kept = crr.retention_by_period(base, every={kept.every!r})"
    )


def _introduction() -> str:
    return _(
        "This notebook holds the account of the customers, period by period, and no customer. Run it from top to"
        " bottom, change what you like, and run it again. Every sentence with numbers is computed from the account."
    )


def _closing(code: str) -> str:
    doubts = _(
        "Why customers left, what they were worth, and whether the next period will be alike. Two rates can be held"
        " against each other only when they were counted by the same definition."
    )
    steps = [
        _("Move the sliders: how many more customers would have to stay for one point more?"),
        _("Draw another period: put its name into `figures.bridge(kept, period=…)`."),
        _("If you hold the list, count the account anew:"),
    ]
    numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))
    heads = _("What this does not tell you"), _("Try next")
    return f"## {heads[0]}\n\n{doubts}\n\n## {heads[1]}\n\n{numbered}\n\n{fenced(code)}"


def _kernel() -> Any:
    """A kernel of the Python that runs now, whatever kernels are installed for this user."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"]

    class OwnKernel(AsyncKernelManager):
        @property
        def kernel_spec(self) -> KernelSpec:
            return KernelSpec(argv=command, display_name="Python 3", language="python")

    return OwnKernel


def _environment() -> dict[str, str]:
    """The kernel finds this crrkit, also in a checkout that is not installed."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


def _drop_what_needs_the_kernel(notebook: NotebookNode) -> None:
    """Without its kernel a widget's view is an error message; the still picture beside it stays."""
    notebook["metadata"].pop("widgets", None)
    from crrkit.widgets import SAVED

    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    for data in [output["data"] for output in outputs if "data" in output]:
        if SAVED in data:
            data.pop(WIDGET, None)


def _failed(error: Exception) -> CrrkitError:
    why = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
    message = _("The notebook could not be run ({why}). Write the report without notebook= and tell us.")
    return CrrkitError(message.format(why=why))
