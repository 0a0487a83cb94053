"""The door: any source becomes one table of the engine with fixed column names and a report on its rows."""

from crrkit.ground import face

__getattr__, __dir__, __all__ = face(__name__, __file__)
