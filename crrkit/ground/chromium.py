"""Printing a page to PDF with the installed Chromium; nothing is downloaded."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from crrkit.ground.errors import MissingDependencyError
from crrkit.ground.languages import gettext as _

BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
BROWSER_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
PRINT_SECONDS = 120


def find_chromium() -> str:
    """The path of the system's Chromium, or of Playwright's.

    Raises:
        MissingDependencyError: If there is none, with instructions.
    """
    for path in (
        *map(shutil.which, BROWSER_NAMES),
        *(place for place in BROWSER_PLACES if Path(place).exists()),
        _of_playwright(),
    ):
        if path and _starts(path):
            return path
    message = _(
        "No Chromium was found to print the report. Install one (Debian: apt install chromium), or leave pdf= out and"
        " print the HTML file from any browser."
    )
    raise MissingDependencyError(message)


def _of_playwright() -> str | None:
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return next(
        (str(one) for one in sorted(folder.glob("chromium-*/chrome-*/chrome*")) if os.access(one, os.X_OK)), None
    )


def _starts(path: str) -> bool:
    """Whether it really is a browser: on some systems the name is a stub that only asks to install one."""
    try:
        tried = subprocess.run([path, "--version"], capture_output=True, check=False, timeout=PRINT_SECONDS)  # noqa: S603 - a browser of this machine, nothing typed
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


def print_page(page: str, chromium: str) -> bytes:
    """The PDF of a page, printed in a temporary folder.

    Raises:
        MissingDependencyError: If the browser fails to print.
    """
    with tempfile.TemporaryDirectory(prefix="crrkit-") as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(page, encoding="utf-8")
        as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # else it does not start
        options = ["--headless", "--disable-gpu", "--no-pdf-header-footer", "--virtual-time-budget=4000", *as_root]
        own = f"--user-data-dir={folder}/profile"
        command = [chromium, *options, own, f"--print-to-pdf={target}", source.as_uri()]
        try:
            subprocess.run(command, capture_output=True, check=False, timeout=PRINT_SECONDS)  # noqa: S603 - the same
            return target.read_bytes()
        except (OSError, subprocess.TimeoutExpired) as failed:
            message = _("{chromium} printed nothing. Leave pdf= out and print the HTML file from any browser.")
            raise MissingDependencyError(message.format(chromium=chromium)) from failed
