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
from crrkit.report.account import dump_account, reference_row
from crrkit.report.cohort_findings import told
from crrkit.report.findings import earlier_periods
from crrkit.report.lives import dump_lives
from crrkit.report.sections import Facts, sections
from crrkit.report.segments import dump_segments, mix_finding, past_finding, segment_finding
from crrkit.report.stage_facts import dump_stages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from nbformat import NotebookNode

    from crrkit.measure import RetentionTable
    from crrkit.read import Base
    from crrkit.report.stage_facts import Staged

CELL_SECONDS = 60
WIDGET = "application/vnd.jupyter.widget-view+json"
ROOT = Path(__file__).parent.parent.parent


def check_installed() -> None:
    """Raise with the line that installs what a notebook needs, before any long work."""
    missing = [name for name in ("ipykernel", "nbclient", "nbformat") if find_spec(name) is None]
    if missing:
        text = _("Writing a notebook needs {name}. Install it with: pip install 'crrkit[report]'")
        raise MissingDependencyError(text.format(name=missing[0]))


def run_notebook(facts: Facts, base: Base, title: str) -> str:
    """The executed notebook of what may be shared as the text of its file, in the current language."""
    cells = execute(build_notebook(facts, base, title=title))
    return json.dumps(cells, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def build_notebook(facts: Facts, base: Base, *, title: str) -> NotebookNode:
    """The notebook of what may be shared, not yet run, in the current language."""
    import nbformat

    cells = [_cell(number, *cell) for number, cell in enumerate(_cells(facts, base, title), start=1)]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"cells": cells, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
    notebook: NotebookNode = nbformat.from_dict(content)  # type: ignore[no-untyped-call]  # nbformat is typed in part
    return notebook


def _cell(number: int, kind: str, source: str) -> dict[str, Any]:
    """A cell with an id of its place, so that the same report gives the same bytes."""
    cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number:02d}", "metadata": {}, "source": source}
    if source.startswith(("kept = ", "lives = ", "segments = ", "staged = ")):
        cell["metadata"] = {"jupyter": {"source_hidden": True}, "tags": ["account"]}
    if source.startswith("assert "):
        cell["metadata"] = {"tags": ["check"]}
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


def _cells(facts: Facts, base: Base, title: str) -> Iterator[tuple[str, str]]:
    kept = facts.kept
    yield "markdown", "# " + _("Did we keep our customers?") + f"\n\n{plain(title)} · {plain(kept.card.source)}"
    yield "markdown", _introduction()
    setting = [f'crr.set_language("{language()}")'] if language() != "en" else []
    yield "code", "\n".join(["import crrkit as crr", "from crrkit import figures, report, widgets", *setting])
    yield "code", f"kept = report.load_account({literal(dump_account(kept))})"
    code = {**_code_of_sections(kept), **_code_of_segments(facts), **_code_of_cohorts(facts), **_code_of_stages(facts)}
    for section in sections(facts):
        if section.anchor in code:
            yield "markdown", f"## {section.label}"
            yield from (("code", source) for source in code[section.anchor])
    yield "markdown", _closing(recipe(kept, base))


def literal(text: str) -> str:
    """A text as an expression of Python that gives it back, a line a line: whatever it holds, nothing of it runs."""
    lines = "".join(f"    {line!r},\n" for line in text.split("\n"))
    return f'"\\n".join([\n{lines}])'


def plain(text: str) -> str:
    """A text inside Markdown, on one line and as it is: no mark-up, no formula, no HTML."""
    return re.sub(r"([\\`*_{}\[\]<>#|$~&!])", r"\\\1", " ".join(text.split()))


def fenced(code: str) -> str:
    """Code inside Markdown, in a fence longer than any that the code holds."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", code))])
    return f"{fence}python\n{code}\n{fence}"


def _code_of_sections(kept: RetentionTable) -> Mapping[str, list[str]]:
    """The cells below each heading."""
    row = reference_row(kept)
    code = {
        "headline": ["report.retention_finding(kept)"],
        "account": ["report.balance_finding(kept)", "kept", _CHECK],
        "explorer": [_explorer_code(row)],
        "definition": ["kept.card"],
        "rows": ["report.quality_finding(kept.quality)", "kept.quality"],
    }
    if row is None:
        return code
    return code | {
        "change": [f'report.change_finding(kept, since="{period}")' for period in earlier_periods(kept)],
        "movement": ["report.movement_finding(kept)", f'figures.bridge(kept, period="{row["period"]}")'],
        "trend": ["report.trend_finding(kept)", "figures.retention_line(kept)"],
        "explorer": ["report.value_of_one(kept)", _explorer_code(row)],
        "method": ["report.textbook_finding(kept)"],
    }


def _code_of_segments(facts: Facts) -> Mapping[str, list[str]]:
    if facts.segments is None:
        return {}
    code = [f"segments = report.load_segments({literal(dump_segments(facts.segments))}, kept=kept)"]
    found = {"segment": segment_finding, "past": past_finding, "mix": mix_finding}
    code += [f"report.{name}_finding(segments)" for name, find in found.items() if find(facts.segments)]
    return {"segments": code}


def _code_of_stages(facts: Facts) -> Mapping[str, list[str]]:
    if facts.staged is None:
        return {}
    code = [f"staged = report.load_stages({literal(dump_stages(facts.staged))}, kept=kept)"]
    code += ["report.stage_finding(staged)", "figures.stage_mix(staged.flow)"]
    code += [f"report.advice_finding(staged, place={n})" for n in range(1, len(facts.staged.cards) + 1)]
    return {"stages": [*code, "staged.flow.counts", *_levers(facts.staged)]}


def _levers(staged: Staged) -> list[str]:
    """The explorer of the levers, or why there is none."""
    if staged.model is None:
        return []
    return ["widgets.StageExplorer(staged.model)" if staged.has_levers else "print(staged.model.refusal)"]


def _code_of_cohorts(facts: Facts) -> Mapping[str, list[str]]:
    if facts.lives is None:
        return {}
    code = [f"lives = report.load_lives({literal(dump_lives(facts.lives))}, kept=kept)"]
    code += ["report.cohort_finding(lives)"]
    if told(facts.lives):
        code += ["figures.cohort_heatmap(lives.grid)", "report.leaving_finding(lives)", "report.outlook_finding(lives)"]
        code += ["widgets.CohortExplorer(lives.grids)"]
    return {"cohorts": code}


_CHECK = """\
assert kept.table.dropna(subset="lost").eval("start - lost + new + returned == end").all()"""


def _explorer_code(row: pd.Series | None) -> str:
    if row is None:
        return "widgets.FormulaExplorer()"
    new = f"{row['new']:.0f} + {row['returned']:.0f}" if row["returned"] else f"{row['new']:.0f}"
    return f"widgets.FormulaExplorer(start={row['start']:.0f}, lost={row['lost']:.0f}, new={new})"


def recipe(kept: RetentionTable, base: Base) -> str:
    """The two lines that count the account anew for whoever holds the list."""
    facts: dict[str, object] = dict(kept.quality.columns)
    usual = {
        "zone": None,
        "week_starts": "monday",
        "year_starts": "january",
        "end_is": None,
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
