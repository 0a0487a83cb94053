"""Readers: any source becomes a table in the engine with canonical column names and an account of its rows."""

from crrkit.ground import face

__getattr__, __dir__, __all__ = face(__name__, __file__)
