"""Who is one person: keys in their common form, links and hints, and the people that come of it."""

from crrkit.read.people.resolved import People
from crrkit.read.people.resolving import resolve_people

__all__ = ["People", "resolve_people"]
