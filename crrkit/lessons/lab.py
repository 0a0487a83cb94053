"""Delivering the course: copied without overwriting the user's changes, opened in JupyterLab, or served as apps."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

from crrkit.ground import CrrkitError, InputError, MissingDependencyError, SourceError, gettext as _, mark, write_beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PACKAGE: Final = Path(__file__).parent.parent
_TEMPLATE: Final = _PACKAGE / "app_template"
# JupyterLab saves sliders with the notebook, unless the user's own settings say otherwise: without that each of them is
# "model not found" in a notebook that is opened again.
LAB_CONFIG: Final = _TEMPLATE / "config"
_TOPIC: Final = re.compile(r'lessons\.exercise\("([\w-]+)"')
START_HERE: Final = "00-start-here.ipynb"
RECORD: Final = ".crrkit.json"  # the copied notebooks: name and SHA-256 of each

COPIED: Final = mark("copied")
LEFT_ALONE: Final = mark("left alone, since you have changed it")
BESIDE: Final = mark("left alone, since you have changed it; the new version stands beside it")


def notebooks_path() -> Path:
    """The folder of the course: inside the installed package, or ``notebooks/`` of a checkout.

    Raises:
        SourceError: If the course was not installed with the package.
    """
    folders = (_PACKAGE / "_notebooks", _PACKAGE.parent / "notebooks")
    for folder in folders:
        if folder.is_dir():
            return folder
    message = _("The course is not in {folder}. Install crrkit again to get it back.")
    raise SourceError(message.format(folder=folders[0]), argument="folder")


def copy_notebooks(folder: Path, *, lang: str) -> list[tuple[Path, str]]:
    """Copy the course in one language to ``folder/lang``.

    A notebook that the user has not changed is updated. One that the user has changed is kept; if the package has a
    newer version, it is added as ``name.new.ipynb``.

    Args:
        folder: The destination; created if missing.
        lang: ``"en"`` or ``"ru"``.

    Returns:
        Each notebook and what was done, `COPIED`, `KEPT` or `BESIDE`; unchanged ones are left out.

    Raises:
        SourceError: If the course in this language was not installed, or ``folder`` is a file.
    """
    target = folder / lang
    sources = sorted((notebooks_path() / lang).glob("*.ipynb"))
    if not sources:
        message = _("There are no notebooks in {folder}. Install crrkit again to get them back.")
        raise SourceError(message.format(folder=notebooks_path() / lang), argument="lang", given=lang)
    if any(part.is_file() for part in (folder, target)):
        message = _("{folder} is a file. Name a folder for the notebooks, or leave the name out.")
        raise SourceError(message.format(folder=folder), argument="folder", given=str(folder))
    target.mkdir(parents=True, exist_ok=True)
    record = _read_record(target)
    done = [(target / source.name, what) for source in sources for what in _bring(source, target, record)]
    write_beside(target / RECORD, json.dumps(record, indent=1, sort_keys=True).encode())
    return done


def open_lab(folder: Path, *, first: str | None = None) -> int:
    """Run JupyterLab on a folder until the user stops it; return its exit status.

    Args:
        folder: The root of its file browser.
        first: The relative path of a notebook to open; the file browser stays at the root.

    Raises:
        MissingDependencyError: If JupyterLab is not installed.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        message = _("Opening {folder} needs JupyterLab. Install it with: pip install 'crrkit[lab]'")
        raise MissingDependencyError(message.format(folder=folder))
    # JupyterLab refuses to run as root unless told to; a user who runs crrkit as root (in a container) has decided
    # already.
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    page = [] if first is None else [f"--LabApp.default_url=/lab/tree/{first}?file-browser-path=/"]
    with _serving(
        "jupyterlab", *root, *page, str(folder), env=_with_folder("JUPYTER_CONFIG_PATH", LAB_CONFIG)
    ) as server:
        return server.wait()


class App(NamedTuple):
    """A lesson that can be served without code: its question and its notebook."""

    title: str
    notebook: Path


def find_apps(*, lang: str) -> dict[str, App]:
    """The lessons of the course in one language, by the topic of their exercise.

    Raises:
        SourceError: If the course was not installed with the package.
    """
    apps = {}
    for path in sorted((notebooks_path() / lang).glob("*.ipynb")):
        cells = json.loads(path.read_bytes())["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        if topic := _TOPIC.search(code):
            title = "".join(cells[0]["source"]).splitlines()[0].removeprefix("# ")
            apps[topic[1]] = App(title=title, notebook=path)
    return apps


def open_app(app: App, *, lang: str, port: int | None, ready: Callable[[str], object]) -> int:
    """Serve a lesson with Voilà until the user stops it; return its exit status. The user's folders are not changed.

    The whole folder of the lesson is served, so that links to other lessons work.

    Args:
        app: One of `find_apps`.
        lang: The language of the page, ``"en"`` or ``"ru"``.
        port: The local port; None picks a free one.
        ready: Called with the address as soon as the server responds.

    Raises:
        MissingDependencyError: If Voilà is not installed.
        InputError: If the port is in use.
        CrrkitError: If Voilà exits before it responds.
    """
    if importlib.util.find_spec("voila") is None:
        message = _("Showing a lesson as an app needs Voilà. Install it with: pip install 'crrkit[lab]'")
        raise MissingDependencyError(message)
    port = _free_port(port)
    # On leaving a page the browser asks Voilà to end the kernel, without the XSRF token that Voilà then requires.
    settings = {"disable_check_xsrf": True}
    words = [
        "--no-browser", f"--Voila.port={port}", "--Voila.port_retries=0", "--template=crrkit",
        f"--HTMLExporter.language_code={lang}", f"--Voila.tornado_settings={settings}", str(app.notebook.parent),
    ]  # fmt: skip
    with (
        tempfile.TemporaryFile() as log,
        _serving("voila", *words, env=_with_folder("JUPYTER_PATH", _TEMPLATE), stdout=log, stderr=log) as server,
    ):
        if not _answers(server, port):
            raise KeyboardInterrupt if server.returncode == -signal.SIGINT else _ended_early(log)
        ready(f"http://localhost:{port}/voila/render/{app.notebook.name}")
        return server.wait()


@contextmanager
def _serving(module: str, *words: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A child server process. Ctrl-C is handled by the server; terminating crrkit terminates it, too."""
    server = subprocess.Popen([sys.executable, "-m", module, *words], **options)  # noqa: S603 - our own words
    answers: dict[int, Any] = {signal.SIGINT: signal.SIG_IGN, signal.SIGTERM: lambda *_: server.terminate()}
    before = {number: signal.signal(number, answer) for number, answer in answers.items()}
    try:
        yield server
    finally:
        for number, answer in before.items():
            signal.signal(number, answer)


def _with_folder(name: str, folder: Path) -> dict[str, str]:
    """The environment, with a folder in front of those that a variable lists."""
    return os.environ | {name: os.pathsep.join(filter(None, [str(folder), os.environ.get(name)]))}


def _free_port(wanted: int | None) -> int:
    with socket.socket() as one:
        try:
            one.bind(("localhost", wanted or 0))
        except OSError:
            message = _("Something else answers at port={port}. Name another port, or leave it out.")
            raise InputError(message.format(port=wanted), argument="port", given=wanted) from None
        return int(one.getsockname()[1])


def _answers(server: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server responds; False if it exits first."""
    while server.poll() is None:
        try:
            socket.create_connection(("localhost", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False


def _ended_early(log: IO[bytes]) -> CrrkitError:
    log.seek(0)
    last = (log.read().decode(errors="replace").splitlines() or [""])[-1]
    return CrrkitError(_("Voilà ended before it answered. Its last output: {last}").format(last=last))


def _bring(source: Path, target: Path, record: dict[str, str]) -> Iterator[str]:
    """Copy one notebook unless that would lose changes, and return what was done."""
    mine = target / source.name
    beside = mine.with_suffix(".new.ipynb")
    offered, copied, found = _digest(source), record.get(source.name), _digest_if_there(mine)
    record[source.name] = offered
    if found == offered:
        return
    if found in {None, copied}:
        write_beside(mine, source.read_bytes())
        yield COPIED
    elif copied == offered or _digest_if_there(beside) not in {None, copied}:
        yield LEFT_ALONE
    else:
        write_beside(beside, source.read_bytes())
        yield BESIDE


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest_if_there(path: Path) -> str | None:
    return _digest(path) if path.is_file() else None


def _read_record(target: Path) -> dict[str, str]:
    """The record of earlier copies; empty if missing or broken, and then nothing is overwritten."""
    try:
        record = json.loads((target / RECORD).read_bytes())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
