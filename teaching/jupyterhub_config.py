"""JupyterHub configuration: every learner gets a copy of the course, and starts on its first page.

A learner's changes are never overwritten: `crrkit lab` adds newer versions as separate files.
"""

import subprocess
import sys
from typing import Any

LANG = "en"  # or "ru"

c = get_config()  # noqa: F821 - JupyterHub gives it as it reads this
c.Spawner.default_url = f"/lab/tree/course/{LANG}/00-start-here.ipynb?file-browser-path=/course"


def bring_the_course(spawner: Any) -> None:
    """Copy the course to the learner's home, as that user, before the server starts."""
    home = f"/home/{spawner.user.name}"
    words = [sys.executable, "-m", "crrkit", "lab", f"{home}/course", "--no-open"]
    subprocess.run(words, check=True, user=spawner.user.name)  # noqa: S603 - the hub knows the name, no learner types it


c.Spawner.pre_spawn_hook = bring_the_course
