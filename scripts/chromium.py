"""Find a Chromium for the browser tests; run as a script, install one if there is none."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Return the path of the system's Chromium, or None to use Playwright's own."""
    paths = (shutil.which(name) for name in NAMES)
    return next((path for path in paths if path and _starts(path)), None)


def _starts(path: str) -> bool:
    """Whether it really is a browser: on some systems the name is a stub that only asks to install one."""
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


def install() -> None:
    """Install Debian's package if running as root, otherwise Playwright's own download."""
    root_with_apt = shutil.which("apt-get") is not None and os.geteuid() == 0
    if root_with_apt and _install_with_apt():
        return
    with_libraries = ["--with-deps"] if root_with_apt else []
    subprocess.run([sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"], check=True)


def _install_with_apt() -> bool:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = (["update"], ["install", "--yes", "chromium"])
    done = all(subprocess.run(["apt-get", "-qq", *step], env=quiet, check=False).returncode == 0 for step in steps)
    return done and find() is not None


if __name__ == "__main__":
    if find() is None:
        print("The browser tests need Chromium: installing it, once.")
        install()
