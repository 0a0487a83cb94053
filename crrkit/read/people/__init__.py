"""Identity resolution: keys in normalised form, the links and hints they give, and the resulting people."""

from crrkit.read.people.resolved import People
from crrkit.read.people.resolving import resolve_people

__all__ = ["People", "resolve_people"]
