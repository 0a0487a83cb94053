"""Every public name: those that work at the top of crrkit, and those that its rooms add."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import crrkit as crr
from crrkit.ground.faces import homes

WORKS, SHOWN = homes(Path(crr.__file__).with_suffix(".pyi"))
# `rules` shows what rooms share, too: what is for users of it works at the top.
OTHER_ROOMS = {"stats": crr.stats, "lifetime": crr.lifetime, "judge": crr.judge, "measure": crr.measure}
BY_ROOM = {f"{room}.{name}": getattr(face, name) for room, face in OTHER_ROOMS.items() for name in face.__all__}
AT_THE_TOP = {name: getattr(crr, name) for name in WORKS}


def functions() -> dict[str, Any]:
    """Name → function, each once, by the shortest way to it."""
    found = {name: value for name, value in AT_THE_TOP.items() if inspect.isfunction(value)}
    for name, value in BY_ROOM.items():
        if inspect.isfunction(value) and value not in found.values():
            found[name] = value
    return found
