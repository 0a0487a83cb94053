"""The notebook of a report: it rereads the list, for those who have it, and recomputes the report section by section.

Its outputs are those of the report, with the same suppression, and nothing is read twice to make them. The code
contains no numbers of the list, and the file no customer.
"""

from __future__ import annotations

import ast
import io
import json
import re
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

from crrkit.ground import gettext as _
from crrkit.report.parameters import OF_PARAMETERS, OF_READING, ReportArguments
from crrkit.report.section import Cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crrkit.measure import RetentionTable
    from crrkit.report.section import Section

WIDGET = "application/vnd.jupyter.widget-view+json"
SPEC = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
IMPORTS = "import crrkit as crr; from crrkit import figures, report, widgets"
DISPLAY = ("display.width", 80, "display.max_columns", 20, "display.max_rows", 60, "display.notebook_repr_html", True)


def notebook_text(parts: list[Section], kept: RetentionTable, arguments: ReportArguments, title: str) -> str:
    """The text of the notebook file with outputs, in the current language."""
    cells = with_outputs(notebook_cells(parts, kept, arguments, title=title))
    content = {"cells": cells, "metadata": SPEC, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def notebook_cells(
    parts: list[Section], kept: RetentionTable, arguments: ReportArguments, *, title: str
) -> list[Cell | str]:
    """The cells, strings for text cells; a computing cell has the result already computed for the page."""
    cells = [*_beginning(kept, arguments, title)]
    for part in parts:
        if part.cells:
            cells += [f"## {part.label}", *part.cells]
    return [*cells, _closing()]


def _beginning(kept: RetentionTable, arguments: ReportArguments, title: str) -> Iterator[Cell | str]:
    head = "# " + _("Did we keep our customers?") + f"\n\n{plain(title)} · {plain(kept.card.source)}"
    yield f"{head}\n\n{_introduction()}"
    given = {
        "first": arguments.first,
        "last": arguments.last,
        "min_cell": arguments.min_cell,
        "target": arguments.target,
    }
    yield Cell(arguments.parameters(), OF_PARAMETERS, given | {"marks": arguments.marks, "every": arguments.every})
    yield Cell(arguments.reading(), OF_READING, {"base": arguments.base})
    beside = ", published=published" if arguments.published else ""
    yield Cell(
        "counted = crr.retention_by_period(base, every=every, first=first, last=last)\n"
        f"kept = report.shared(counted, min_cell=min_cell{beside})",
        gives={"kept": kept},
    )


def with_outputs(cells: list[Cell | str]) -> list[dict[str, Any]]:
    """The notebook's cells, run in order; what is computed already is not computed again."""
    import pandas as pd

    names: dict[str, Any] = {}
    exec(IMPORTS, names)  # noqa: S102 - as the first two cells do
    made: list[dict[str, Any]] = []
    ran = 0
    with pd.option_context(*DISPLAY):
        for number, cell in enumerate(cells, start=1):
            place = {"id": f"cell-{number:02d}", "metadata": {}}  # so that the same report gives the same bytes
            if isinstance(cell, str):
                made.append({"cell_type": "markdown", "source": cell} | place)
                continue
            ran += 1
            if cell.tag:
                place["metadata"] = {"tags": [cell.tag]}
            outputs = list(_run(cell, names, ran))
            made.append(
                {"cell_type": "code", "source": cell.source, "outputs": outputs, "execution_count": ran} | place
            )
    return made


def _run(cell: Cell, names: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
    """The outputs of a cell: what it prints, and the value of its last line."""
    tree = ast.parse(cell.source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    names |= cell.gives or {}
    printed = io.StringIO()
    with redirect_stdout(printed):
        if cell.gives is None:
            exec(compile(tree, "<cell>", "exec"), names)  # noqa: S102 - the cells of our own notebook
        value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last else None  # type: ignore[attr-defined]  # noqa: S307 - the same
    if printed.getvalue():
        yield {"output_type": "stream", "name": "stdout", "text": printed.getvalue()}
    if value is not None:
        shown = {"data": _shown(value), "metadata": {}, "execution_count": number}
        yield {"output_type": "execute_result", **shown}


def _shown(value: object) -> Mapping[str, Any]:
    """A value as Jupyter displays it; a widget with a static form loses the parts that need the kernel."""
    from IPython.core.formatters import DisplayFormatter

    from crrkit.widgets import SAVED

    data: dict[str, Any] = dict(DisplayFormatter().format(value)[0])  # type: ignore[no-untyped-call]  # IPython is typed in part
    if SAVED in data:
        data.pop(WIDGET, None)
    return data


def plain(text: str) -> str:
    """A text escaped for Markdown, on one line: no mark-up, no formula, no HTML."""
    return re.sub(r"([\\`*_{}\[\]<>#|$~&!])", r"\\\1", " ".join(text.split()))


def _introduction() -> str:
    return _(
        "This notebook recomputes the report section by section: set the path of the list in the next cell,"
        " run all cells, and change what you like. The outputs below are those of the report: they name no"
        " customer, and what is suppressed there is suppressed here. Running the cells loads the customers'"
        " rows into memory: clear the outputs of your own cells before you pass the notebook on."
    )


def _closing() -> str:
    doubts = _(
        "Why customers left, what they were worth, and whether the next period will be alike. Two rates can be"
        " compared only if they were computed with the same definition."
    )
    steps = [
        _("Move the sliders: how many more customers would have to stay for one point more?"),
        _("Draw another period: put its name into `figures.bridge(kept, period=…)`."),
        _("Change `every` or the rule in the first cell of code and run all cells: which sentences change?"),
    ]
    numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))
    heads = _("What this does not tell you"), _("Try next")
    return f"## {heads[0]}\n\n{doubts}\n\n## {heads[1]}\n\n{numbered}"
