"""Run a notebook of the course in a kernel of its own, as a reader would."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crrkit.report.notebook import WIDGET

if TYPE_CHECKING:
    from nbformat import NotebookNode

CELL_SECONDS = 60
ROOT = Path(__file__).parent.parent


def execute(notebook: NotebookNode, *, folder: Path | None = None) -> NotebookNode:
    """Run every cell in a fresh kernel of this Python; outputs that need the live kernel are removed.

    Args:
        notebook: The notebook; it is modified in place.
        folder: The working directory; the current one by default.

    Raises:
        CellExecutionError: If a cell fails.
        RuntimeError: If the kernel does not answer in time.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    options: dict[str, Any] = {
        "timeout": CELL_SECONDS, "record_timing": False, "store_widget_state": False,
        # by default output that a busy machine has not printed after four seconds is silently dropped
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
                raise RuntimeError(f"no answer: {silent}") from silent
    _drop_what_needs_the_kernel(notebook)
    return notebook


def _kernel() -> Any:
    """A kernel of the running Python, whatever kernels are installed for this user."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"]

    class OwnKernel(AsyncKernelManager):
        @property
        def kernel_spec(self) -> KernelSpec:
            return KernelSpec(argv=command, display_name="Python 3", language="python")

    return OwnKernel


def _environment() -> dict[str, str]:
    """An environment in which the kernel finds this crrkit, also in a checkout that is not installed."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


def _drop_what_needs_the_kernel(notebook: NotebookNode) -> None:
    """Remove widget views, which are error messages without their kernel; the static pictures stay."""
    notebook["metadata"].pop("widgets", None)
    from crrkit.widgets import SAVED

    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    for data in [output["data"] for output in outputs if "data" in output]:
        if SAVED in data:
            data.pop(WIDGET, None)
