"""A JupyterLab and a Voilà that really run, for tests and benchmarks to look at."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crrkit.lessons.lab import LAB_CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
APP = """
import pathlib, sys
from crrkit.lessons.lab import App, open_app
app = App(title="All", notebook=pathlib.Path(sys.argv[1]))
open_app(app, lang="en", port=None, ready=lambda address: print(address, flush=True))
"""


class Lab(NamedTuple):
    """A running JupyterLab: where it answers, and the folder it shows."""

    url: str
    token: str
    folder: Path

    def address(self, notebook: str) -> str:
        return f"{self.url}/lab/tree/{notebook}?token={self.token}&reset"


@contextmanager
def jupyterlab(folder: Path) -> Iterator[Lab]:
    """A JupyterLab over the notebooks of a folder."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    lab = Lab(f"http://127.0.0.1:{port}", secrets.token_hex(), folder / "notebooks")
    lab.folder.mkdir()
    with _serve(port, lab.token, folder) as server:
        _wait_for(lab, server, folder / "lab.log")
        yield lab


@contextmanager
def voila(notebook: Path) -> Iterator[str]:
    """A Voilà over the folder of a notebook, and the address of its page."""
    words = [sys.executable, "-c", APP, str(notebook)]
    with subprocess.Popen(words, env=_environment(notebook.parent), stdout=-1, text=True) as server:
        try:
            address = server.stdout.readline().strip() if server.stdout else ""
            assert address, "the app ended before it said where it stands"
            yield address
        finally:
            server.terminate()


def _environment(folder: Path) -> dict[str, str]:
    """The server knows nothing of the user's settings, and its kernel imports this checkout."""
    own = {"HOME": folder, "JUPYTER_CONFIG_DIR": folder, "JUPYTER_DATA_DIR": folder, "IPYTHONDIR": folder}
    own["JUPYTER_CONFIG_PATH"] = LAB_CONFIG  # as `crrkit lab` runs it
    return os.environ | {name: str(path) for name, path in own.items()} | {"PYTHONPATH": str(ROOT)}


@contextmanager
def _serve(port: int, token: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    options = [
        "--no-browser",
        "--allow-root",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
        f"--ServerApp.root_dir={folder / 'notebooks'}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with (folder / "lab.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=_environment(folder), cwd=folder, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield server
        finally:
            server.terminate()
            server.wait(timeout=180)


def _wait_for(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 600
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{lab.url}/api/status?token={lab.token}", timeout=60) as answer:  # noqa: S310 - this machine
                json.load(answer)
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")
