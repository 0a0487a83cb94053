"""The call that reads a source with given arguments, in Python or as options of the command line."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENT_OPTION = "event"  # the name of read_events' ``kind``, since --kind is the kind of list


@dataclass(frozen=True)
class Call:
    """One way to read a source: the kind of list, and the arguments of its reader besides the source."""

    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def python(self, source: str = "…") -> str:
        """Return the call in Python.

        Examples:
            >>> print(Call("orders", {"status": "state", "counts": ["paid"]}).python("'log.csv'"))
            read_orders('log.csv', status='state', counts=['paid'])
        """
        said = [source, *(f"{name}={value!r}" for name, value in self.arguments.items())]
        return f"read_{self.kind}({', '.join(said)})"

    def typed(self) -> str:
        """Return the call as options of the command line.

        Examples:
            >>> print(Call("events", {"kind": "event type"}).typed())
            --kind events --event 'event type'
        """
        words = ["--kind", self.kind]
        for name, value in self.arguments.items():
            option = f"--{(EVENT_OPTION if name == 'kind' else name).replace('_', '-')}"
            for one in value if isinstance(value, list | tuple) else [value]:
                words += [option, str(one)]
        return shlex.join(words)
