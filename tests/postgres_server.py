"""A PostgreSQL of the tests' own: made in a temporary folder, reached by a socket in it, gone at the end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "s3cret/of:ann@home"  # noqa: S105 - of a server that lives for some seconds
ADDRESS = "postgresql://ann:s3cret%2Fof%3Aann%40home@/{database}?host={folder}"
SAFE_TO_LOSE = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "listen_addresses=")


def programs() -> Path | None:
    """The folder of initdb and postgres, or None."""
    named = shutil.which("initdb")
    places = (
        [Path(named).resolve().parent] if named else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    )
    return next((place for place in places if (place / "postgres").is_file() and (place / "initdb").is_file()), None)


def _as_nobody() -> dict[str, Any]:
    """PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return {}
    import pwd

    other = pwd.getpwnam("nobody")
    return {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}


@contextmanager
def postgres(bin_: Path) -> Iterator[str]:
    """The address of a database ``shop``, with the name of it to be filled in."""
    whose = _as_nobody()
    folder = Path(tempfile.mkdtemp(prefix="crrkit-pg-", dir="/tmp"))
    (folder / "password").write_text(PASSWORD)
    if whose:
        for path in (folder, folder / "password"):
            os.chown(path, whose["user"], whose["group"])
    made = [bin_ / "initdb", "-D", folder / "data", "-U", "ann", "-A", "scram-sha-256", "-E", "UTF8", "--no-locale"]
    made += ["--no-sync", f"--pwfile={folder / 'password'}"]
    subprocess.run(made, check=True, capture_output=True, **whose)
    with (folder / "log").open("w") as log:
        command = [bin_ / "postgres", "-D", folder / "data", "-k", folder, *SAFE_TO_LOSE]
        server = subprocess.Popen(command, stdout=log, stderr=log, **whose)
        try:
            address = ADDRESS.format(database="{database}", folder=folder)
            _wait(address.format(database="postgres"), server)
            yield address
        finally:
            server.send_signal(signal.SIGINT)  # at once, whoever is still connected
            server.wait(timeout=300)
            shutil.rmtree(folder, ignore_errors=True)


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    import psycopg

    until = time.monotonic() + 120
    while True:
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            assert server.poll() is None, "PostgreSQL ended at once"
            assert time.monotonic() < until, "PostgreSQL does not answer"
            time.sleep(0.05)
        else:
            return
